"""From texts to cells: the audit of one job, whatever process it runs in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from mtaudit.audit import Auditor, LanguageScorer, silent
from mtaudit.config import Config
from mtaudit.corpus import columns
from mtaudit.document import Document, Markup, Span
from mtaudit.errors import InputError, ResourceError
from mtaudit.evidence import TextScore
from mtaudit.finding import DocumentReport, Signature
from mtaudit.names.layers import knowledge_base
from mtaudit.text.markup import view_of

Cells = dict[str, Any]
Notice = Callable[[str], None]


class Scorers(Protocol):
    """Makes the language model's scorer of a process."""

    def __call__(self, config: Config, notice: Notice) -> LanguageScorer:
        """Return a scorer; ``notice`` is told what should be known."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process needs to audit: it is made once and sent to each.

    ``start`` is the folder whose names tables are in force, ``config_file`` the configuration file
    that was given. ``scorers`` makes the language model's scorer, None for names and rules alone.
    ``threads`` holds the model to that many threads, 0 leaves it alone.
    """

    config: Config
    start: str
    config_file: str | None = None
    markup: Markup = "plain"
    own: tuple[str, ...] = tuple(columns.TYPES)
    scorers: Scorers | None = None
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """The cells of each text of a job, in order, and how many tokens the model read for them."""

    cells: list[Cells]
    tokens: int = 0


class Measurer:
    """An auditor that turns texts into cells, and a failure into a cell that says so."""

    def __init__(self, setup: Setup, notice: Notice = lambda line: None) -> None:
        """Load names and model.

        Raises:
            ResourceError: a names file or the model is missing or broken.
            ConfigError: the configuration names a check that there is not.

        """
        config = setup.config
        known = knowledge_base(
            Path(setup.start),
            config=None if setup.config_file is None else Path(setup.config_file),
            database=config.names,
        )
        self._own, self._markup = setup.own, setup.markup
        self._counted = None
        if setup.scorers is not None:
            self._counted = _Counting(setup.scorers(config, notice))
        self._auditor = Auditor(config, known, self._counted)

    @property
    def signature(self) -> Signature:
        """What the numbers depend on."""
        return self._auditor.signature

    def measure(self, texts: Sequence[str]) -> Measured:
        """Return the cells of each text; one that cannot be audited has its ``error`` alone."""
        before = 0 if self._counted is None else self._counted.tokens
        try:
            cells = self._cells(texts)
        except (ResourceError, MemoryError):
            raise
        except Exception as error:
            # A text has met a mistake of ours: the others of its job must not suffer for it.
            if len(texts) == 1:
                told = f"internal error ({type(error).__name__}: {error})"
                cells = [{"error": " ".join(told.split())[:300]}]
            else:
                cells = [cell for text in texts for cell in self.measure([text]).cells]
        return Measured(cells, 0 if self._counted is None else self._counted.tokens - before)

    def _cells(self, texts: Sequence[str]) -> list[Cells]:
        made: dict[str, Cells] = {}
        viewed = ""

        def view(document: Document) -> Any:
            nonlocal viewed
            viewed = document.id
            return view_of(document.text, document.markup)

        def complain(error: InputError) -> None:
            # The auditor complains of a document right after it has asked for its view.
            made[viewed] = {"error": " ".join(str(error).removeprefix(f"{viewed}: ").split())}

        documents = [
            Document(str(number), text, markup=self._markup) for number, text in enumerate(texts)
        ]
        reports = self._auditor.run(documents, view=view, complain=complain, progress=silent)
        for report in reports:
            made[report.document.id] = self._of(report)
        return [made[document.id] for document in documents]

    def _of(self, report: DocumentReport) -> Cells:
        return columns.of_report(report, self._own)


class _Counting:
    """A scorer that counts the tokens it has read."""

    def __init__(self, scorer: LanguageScorer) -> None:
        self._scorer = scorer
        self.tokens = 0

    @property
    def signature(self) -> tuple[str, str, str, str]:
        return self._scorer.signature

    @property
    def reader_digest(self) -> str:
        return self._scorer.reader_digest

    def score(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> list[TextScore]:
        scores = self._scorer.score(texts, progress)
        self.tokens += sum(len(score.starts) for score in scores)
        return scores

    def rescore_all(
        self,
        requests: Sequence[tuple[str, Span, Sequence[str]]],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[list[float]]:
        return self._scorer.rescore_all(requests, progress)


def for_corpora(config: Config) -> Config:
    """Return the configuration without what a corpus has no use for."""
    return replace(config, corpus_names=False, rewrites=False)


def signature_id(signature: Signature) -> str:
    """Return 12 hex digits that stand for a signature in every row."""
    return hashlib.sha256(str(signature).encode()).hexdigest()[:12]
