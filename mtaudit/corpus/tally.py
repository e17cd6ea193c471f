"""Counting many different things in fixed memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Tally(Generic[Key]):
    """Counts of at most ``capacity`` keys after each pruning.

    Where there are more than twice as many, the rarest are dropped: a count is then too low by at
    most ``short_by``, never too high. Until then counts are exact and ``short_by`` is 0.
    """

    def __init__(self, capacity: int = 50_000) -> None:
        self._capacity = capacity
        self._counts: Counter[Key] = Counter()
        self.short_by = 0

    def add(self, key: Key, count: int = 1) -> None:
        """Count ``key``."""
        self._counts[key] += count
        if len(self._counts) > 2 * self._capacity:
            self._prune()

    def most(self, top: int | None = None) -> tuple[tuple[Key, int], ...]:
        """Return the commonest keys with their counts; keys of one count in the order they came."""
        return tuple(self._counts.most_common(top))

    def _prune(self) -> None:
        kept = self._counts.most_common(self._capacity + 1)
        dropped = kept.pop()[1]
        self.short_by += dropped
        self._counts = Counter(dict(kept))
