"""Every check is documented, its examples flag exactly what they mark, and its edits apply."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mtaudit import checks
from mtaudit.checks import CHECKS, formulas
from mtaudit.checks.check import Check, Example
from mtaudit.checks.rates import rates
from mtaudit.finding import DocumentReport, Severity
from mtaudit.lm.scorer import Scorer
from mtaudit.reports.checks_page import page
from tests.helpers import audit

FOLDER = Path(checks.__file__).parent
SHARED = {"__init__", "check", "rates", "rules", "wordlists"}
FLAGGED = [(check, example) for check in CHECKS for example in check.flagged]
SOUND = [(check, text) for check in CHECKS for text in check.sound]


def run(check: Check, text: str, request: pytest.FixtureRequest) -> DocumentReport:
    scorer: Scorer | None = request.getfixturevalue("scorer") if check.needs_model else None
    return audit(text, scorer)


def test_every_file_is_listed() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {
        "__init__",
        "check",
        "rates",
        "rules",
        "wordlists",
    }
    assert len(files) == len(CHECKS)
    assert {check.find.__module__.rpartition(".")[2] for check in CHECKS} == files


def test_names_are_unique_and_kebab_case() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.name)
def test_is_documented(check: Check) -> None:
    assert len(check.why.split()) >= 20
    assert check.summary
    assert not check.summary.endswith(".")
    assert len(check.flagged) >= 4
    assert len(check.sound) >= 5


@pytest.mark.parametrize(("check", "example"), FLAGGED, ids=lambda x: getattr(x, "name", ""))
def test_example_is_flagged_exactly(
    check: Check, example: Example, request: pytest.FixtureRequest
) -> None:
    report = run(check, example.text, request)
    found = [finding for finding in report.findings if finding.check == check.name]
    assert [finding.span for finding in found] == list(example.spans)
    text = example.text
    if example.fixed is not None:
        for finding in reversed(found):
            text = finding.suggestions[0].apply(text)
        assert text == example.fixed


@pytest.mark.parametrize(("check", "text"), SOUND, ids=lambda x: getattr(x, "name", ""))
def test_sound_text_is_left_alone(check: Check, text: str, request: pytest.FixtureRequest) -> None:
    report = run(check, text, request)
    assert [f.span.of(text) for f in report.findings if f.check == check.name] == []


def test_rates_are_of_the_checks_that_need_no_model() -> None:
    written = rates()
    assert set(written.findings) == {check.name for check in CHECKS if not check.needs_model}
    assert written.words > 50_000
    for check in CHECKS:
        measured = written.findings.get(check.name, 0.0)
        assert measured <= 0.2 or check.severity is Severity.MINOR


def test_documentation_page_is_current() -> None:
    written = Path(__file__).parents[1] / "docs" / "checks.md"
    assert written.read_text(encoding="utf-8") == page(CHECKS), "run `make docs`"


@pytest.mark.parametrize("formula", formulas.table(), ids=lambda f: f.id)
def test_formula(formula: formulas.Formula) -> None:
    example = Example(formula.example)
    (span,) = example.spans
    matches = list(formula.pattern.finditer(example.text))
    assert [m.span() for m in matches] == [(span.start, span.end)]
    assert not formula.pattern.search(formula.sound)
    plain = formula.rewording(matches[0])
    assert plain is None or "{" not in plain
    assert plain != matches[0].group()


def test_formula_ids_are_unique() -> None:
    ids = [formula.id for formula in formulas.table()]
    assert len(ids) == len(set(ids))
