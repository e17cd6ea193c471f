"""Overlapping windows over a text that is longer than the model can see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens ``[start, end)`` are read, after BOS; those from ``first`` on are scored."""

    start: int
    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


def windows(tokens: int, size: int, overlap: int) -> Iterator[Window]:
    """Yield windows of at most ``size`` tokens that score each of ``tokens`` exactly once.

    Every token sees all tokens before it, or at least ``overlap`` of them::

        |---- scored ----|
                    |....|---- scored ----|
                                     |....|-- scored --|

    Raises:
        ValueError: unless 0 <= overlap < size.

    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap {overlap} must be at least 0 and below the window's {size}")
    first = 0
    while True:
        start = max(0, first - overlap)
        end = min(tokens, start + size)
        yield Window(start, first, end)
        if end >= tokens:
            return
        first = end
