from __future__ import annotations

import pytest

from mtaudit import fluency, scoring
from mtaudit.document import Document, Span
from mtaudit.finding import Category, Finding, Severity, Suggestion
from mtaudit.selection import select

SOMEWHERE = Span(0, 4)


def finding(
    severity: Severity = Severity.MAJOR,
    span: Span = SOMEWHERE,
    confidence: float = 0.8,
    check: str = "x",
    suggestions: tuple[Suggestion, ...] = (),
) -> Finding:
    return Finding(check, Category.NAME, severity, span, "m", confidence, suggestions)


def test_quality_is_mqm_per_100_words() -> None:
    three = [finding(Severity.MINOR), finding(Severity.MAJOR), finding(Severity.CRITICAL)]
    assert scoring.quality(three, 1000) == 96.9  # 100 - 100 * (1 + 5 + 25) / 1000
    assert scoring.quality(three, 10) == 0.0
    assert scoring.quality([], 0) == 100.0


DOCUMENT = Document("d", "“The heron fled the city at dawn,” he said of the heron.")


def test_selection_drops_the_unsure_and_sorts() -> None:
    late, early = finding(span=Span(40, 44)), finding(span=Span(5, 10))
    unsure = finding(span=Span(20, 24), confidence=0.4)
    assert select(DOCUMENT, [late, unsure, early], 0.5) == (early, late)


def test_selection_keeps_the_graver_of_two_in_one_place() -> None:
    small = finding(Severity.MINOR, Span(5, 10), 0.99)
    large = finding(Severity.CRITICAL, Span(1, 12), 0.6)
    beside = finding(Severity.MINOR, Span(11, 24), 0.9)
    assert select(DOCUMENT, [small, large, beside], 0.5) == (large, beside)


def test_what_agrees_is_one_finding_with_the_edits_of_either() -> None:
    edit = Suggestion(Span(5, 10), "army", "reason", 0.9)
    grave = finding(Severity.CRITICAL, Span(5, 10), 0.6, "a")
    other = finding(Severity.MINOR, Span(1, 12), 0.9, "b", (edit,))
    third = finding(Severity.MINOR, Span(6, 9), 0.7, "c")
    same = finding(Severity.MINOR, Span(6, 9), 0.7, "a")
    (kept,) = select(DOCUMENT, [third, other, grave, same], 0.5)
    assert (kept.check, kept.span, kept.severity) == ("a", Span(5, 10), Severity.CRITICAL)
    assert kept.evidence == {"agrees": ("b", "c")}
    assert [one.replacement for one in kept.suggestions] == ["army"]
    (alone,) = select(DOCUMENT, [grave, same], 0.5)
    assert alone.evidence == {}


def test_a_yielding_check_gives_way_to_one_as_grave_and_edits_elsewhere_stay_there() -> None:
    elsewhere = Suggestion(Span(1, 4), "A", "reason", 0.9)
    told = finding(Severity.MAJOR, Span(5, 10), 0.6, "rule")
    unsure = finding(Severity.MAJOR, Span(1, 12), 0.9, "tagger", (elsewhere,))
    (kept,) = select(DOCUMENT, [unsure, told], 0.5, frozenset({"tagger"}))
    assert (kept.check, kept.suggestions) == ("rule", ())
    assert kept.evidence == {"agrees": ("tagger",)}
    small = finding(Severity.MINOR, Span(5, 10), 0.6, "rule")
    (kept,) = select(DOCUMENT, [unsure, small], 0.5, frozenset({"tagger"}))
    assert kept.check == "tagger"


def test_edits_inside_a_quotation_say_so_and_are_not_safe() -> None:
    inside = Suggestion(Span(5, 10), "army", "reason", 0.9, safe=True)
    outside = Suggestion(Span(50, 55), "army", "reason", 0.9, safe=True)
    a, b = select(
        DOCUMENT,
        [
            finding(span=Span(5, 10), suggestions=(inside,)),
            finding(span=Span(50, 55), suggestions=(outside,)),
        ],
        0.5,
    )
    assert not a.suggestions[0].safe
    assert "inside a quotation" in a.suggestions[0].reason
    assert b.suggestions == (outside,)


def test_fluency_percentile_follows_the_quantiles() -> None:
    import json
    from importlib import resources

    tables = json.loads((resources.files("mtaudit") / "data" / "fluency.json").read_text("utf-8"))
    for digest, table in tables.items():
        assert fluency.known(digest)
        for share, surprisal in enumerate(table["documents"]):
            assert fluency.percentile(surprisal, digest) == pytest.approx(100 - share, abs=0.11)
        assert fluency.percentile(0.0, digest) == 100.0
        assert fluency.percentile(99.0, digest) == 0.0
    assert not fluency.known("of another model")
    with pytest.raises(KeyError):
        fluency.percentile(3.0, "of another model")
