from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtaudit.document import Document, Segment, Span
from mtaudit.finding import Category, Finding, Severity, Suggestion


def test_span_rejects_what_is_none() -> None:
    for start, end in ((-1, 2), (3, 2)):
        with pytest.raises(ValueError, match="not a span"):
            Span(start, end)


@given(st.text(), st.integers(0, 40), st.integers(0, 40), st.text(max_size=10))
def test_a_suggestion_replaces_its_span_and_nothing_else(
    text: str, a: int, b: int, new: str
) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    edited = Suggestion(Span(start, end), new, "", 1.0).apply(text)
    assert edited == text[:start] + new + text[end:]
    assert len(edited) == len(text) - (end - start) + len(new)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), max_size=8), st.integers(0, 60))
def test_segment_at_agrees_with_a_linear_search(
    shape: list[tuple[int, int]], position: int
) -> None:
    segments, cursor = [], 0
    for length, gap in shape:
        segments.append(Segment(Span(cursor, cursor + length), 0))
        cursor += length + gap
    document = Document("d", "x" * cursor, segments=tuple(segments))
    expected = next((s for s in segments if s.span.start <= position < s.span.end), None)
    assert document.segment_at(position) == expected


def finding(text: str, quoted: str) -> str:
    start = text.index(quoted)
    span = Span(start, start + len(quoted))
    return Finding("c", Category.NAME, Severity.MAJOR, span, "m", 1.0).fingerprint(text)


def test_fingerprint_survives_moved_lines_and_tells_places_apart() -> None:
    text = "The heron fled. Nobody saw where the heron had gone to after that."
    moved = "A headline\n\n" + text.replace(" fled.", "\nfled.")
    assert finding(moved, "Nobody") != finding(text, "after")
    long = "Nothing to see in this sentence here. " + text
    assert finding("Other words. " + long, "Nobody") == finding(long, "Nobody")
