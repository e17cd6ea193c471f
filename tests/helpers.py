"""Auditing in tests."""

from __future__ import annotations

from mtaudit.audit import Auditor, LanguageScorer
from mtaudit.config import Config
from mtaudit.document import Document, Markup
from mtaudit.errors import InputError
from mtaudit.finding import DocumentReport
from mtaudit.names.store import shipped
from mtaudit.text.markup import view_of


def audit(
    text: str,
    scorer: LanguageScorer | None = None,
    *,
    markup: Markup = "plain",
    config: Config | None = None,
) -> DocumentReport:
    """Return the report of one text."""
    complaints: list[InputError] = []
    auditor = Auditor(config or Config(), shipped(), scorer)
    reports = list(
        auditor.run(
            [Document("test", text, "test", markup)],
            view=lambda d: view_of(d.text, d.markup),
            complain=complaints.append,
        )
    )
    if complaints:
        raise complaints[0]
    return reports[0]
