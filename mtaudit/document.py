"""Spans, segments and documents: the values that every layer shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Markup = Literal["plain", "markdown", "html"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range ``[start, end)`` of Unicode code points of one text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Return the characters of ``text`` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one code point."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether ``other`` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def shift(self, by: int) -> Span:
        """Return the span moved by ``by`` code points."""
        return Span(self.start + by, self.end + by)

    def cover(self, other: Span) -> Span:
        """Return the smallest span that contains both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of a document and the paragraph it stands in (counted from 0)."""

    span: Span
    paragraph: int


@dataclass(frozen=True, slots=True)
class Document:
    """One text to audit.

    ``text`` is what the file or row holds, untouched; ``origin`` says where it came from.
    ``segments`` is empty until the text has been split.
    """

    id: str
    text: str
    origin: str = ""
    markup: Markup = "plain"
    segments: tuple[Segment, ...] = ()

    def __getitem__(self, span: Span) -> str:
        return span.of(self.text)

    def segment_at(self, position: int) -> Segment | None:
        """Return the segment that holds the code point at ``position``, if any does."""
        low, high = 0, len(self.segments)
        while low < high:
            middle = (low + high) // 2
            if self.segments[middle].span.end <= position:
                low = middle + 1
            else:
                high = middle
        if low < len(self.segments) and self.segments[low].span.start <= position:
            return self.segments[low]
        return None
