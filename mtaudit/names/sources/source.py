"""What a source of names is: where it comes from, under which licence, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mtaudit.names.entities import Entity

Rows = Iterator[tuple[int, Entity]]


@dataclass(frozen=True, slots=True)
class Source:
    """A source of names.

    ``read(skip)`` yields (number of input rows consumed so far, entity) and leaves out the first
    ``skip`` rows. ``broad`` marks a gazetteer: its entries are looked for in documents about their
    countries only, and do not count as names that the news prints. ``size`` is the number of input
    rows, 0 where it is not known.
    """

    key: str
    title: str
    version: str
    licence: str
    attribution: str
    read: Callable[[int], Rows]
    broad: bool = False
    size: int = 0
