"""What goes through the network together: sequences packed by a budget of rows, longest first.

A batch is one long row of positions. Its groups say which of them belong together: ``count``
sequences of ``length`` rows each, one after the other, which may all look back on ``prefix`` rows
that stand elsewhere in the batch::

    rows     0 1 2 3 | 4 5 6 7 | 8 9 | 10 11 12
    groups   count 2, length 4 | 1, 2 | 1, 3, prefix_row 0, prefix 2   (sees rows 0, 1, 10, 11, 12)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mtaudit.lm.windows import windows

# Figures that the head measures for each target.
FIGURES = 5
Longs = npt.NDArray[np.int64]
# The library of matrix products keeps a program, and room to work in, for every number of rows that
# it meets: few numbers keep memory small.
FILL = 32


def filled(rows: int) -> int:
    """Return the number of rows, rounded up to what batches are filled to."""
    return -(-rows // FILL) * FILL


@dataclass(frozen=True, slots=True)
class Group:
    """Sequences of equal length that stand one after the other from ``row`` on."""

    row: int
    count: int
    length: int
    prefix_row: int = 0
    prefix: int = 0

    @property
    def end(self) -> int:
        """The row behind the last one."""
        return self.row + self.count * self.length


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one pass of the network, and what is asked of them.

    ``ids`` and ``positions`` have one entry a row; rows behind the last group fill the batch up to
    a multiple of ``FILL``. ``rows`` are the rows whose prediction is wanted (a row may be asked
    more than once), ``targets`` the token that each is asked about, ``slots`` where the answers go.
    """

    ids: Longs
    positions: Longs
    groups: tuple[Group, ...]
    rows: Longs
    targets: Longs
    slots: Longs


@dataclass(frozen=True, slots=True)
class Sequences:
    """What is to be read, in columns: each sequence is BOS and ``count`` tokens from ``start`` on.

    Row r of a sequence predicts its token r. Rows from ``first`` on are asked, and the answer for
    row r goes to ``slot + r - first``. With ``open_end`` the row of the last token is there and
    asked too; nothing follows it, and BOS stands for the target.
    """

    start: Longs
    count: Longs
    first: Longs
    slot: Longs
    open_end: Longs

    @property
    def rows(self) -> Longs:
        """How many rows each sequence takes."""
        return self.count + self.open_end


def whole_texts(token_splits: npt.NDArray[np.int32], size: int, overlap: int) -> Sequences:
    """Return the sequences that score every token of every text, in windows where it is long.

    Text i has the slots from ``token_splits[i] + i`` on: one for each of its tokens and one for
    its open end.
    """
    starts = token_splits[:-1].astype(np.int64)
    counts = np.diff(token_splits).astype(np.int64)
    slots = starts + np.arange(len(starts))
    short = (counts > 0) & (counts <= size)
    columns = [starts[short], counts[short], np.zeros(int(short.sum()), np.int64), slots[short],
               np.ones(int(short.sum()), np.int64)]  # fmt: skip
    long = [
        (starts[i] + w.start, len(w), w.first - w.start, slots[i] + w.first, w.end == counts[i])
        for i in np.flatnonzero(counts > size)
        for w in windows(int(counts[i]), size, overlap)
    ]
    extra = np.array(long, dtype=np.int64).reshape(-1, 5).T
    return Sequences(*(np.concatenate(pair) for pair in zip(columns, extra, strict=True)))


def wanted_sequences(
    every: Sequences, splits: npt.NDArray[np.int32], wanted: npt.NDArray[np.bool_]
) -> Sequences:
    """Return the sequences of the texts that are wanted."""
    # A text without tokens shares its split with the one behind it, which owns the sequence.
    chosen = wanted[np.searchsorted(splits, every.start, side="right") - 1]
    columns = (every.start, every.count, every.first, every.slot, every.open_end)
    return Sequences(*(column[chosen] for column in columns))


def pack(rows: Longs, budget: int, *, padded: bool) -> Iterator[Longs]:
    """Yield the numbers of the sequences that go together, longest first.

    ``budget`` is the most rows of one batch, padding counted where sequences are ``padded`` to
    the longest; a sequence that alone exceeds it goes by itself. Longest first, so that memory
    runs out at once or never.
    """
    order = np.argsort(-rows, kind="stable")
    widths = rows[order]
    start = 0
    while start < len(order):
        if padded:
            end = start + max(1, budget // int(widths[start]))
        else:
            # No batch holds more sequences than rows.
            ahead = np.cumsum(widths[start : start + budget])
            end = start + max(1, int(np.searchsorted(ahead, budget, side="right")))
        yield order[start:end]
        start = end


def lay_out(ids: npt.NDArray[np.int32], sequences: Sequences, chosen: Longs, bos: int, *,
            padded: bool) -> Batch:  # fmt: skip
    """Lay the chosen sequences (longest first) out as one batch; equal lengths form one group.

    ``padded`` makes them all as long as the first.
    """
    sizes = sequences.rows[chosen]
    widths = np.full_like(sizes, sizes[0]) if padded else sizes
    begins = np.cumsum(widths) - widths
    which = np.repeat(np.arange(len(chosen)), sizes)
    position = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    row = begins[which] + position
    token = sequences.start[chosen][which] + position

    laid = np.full(filled(int(widths.sum())), bos, dtype=np.int64)
    positions = np.zeros(len(laid), dtype=np.int64)
    positions[row] = position
    laid[row[position > 0]] = ids[token[position > 0] - 1]

    first = sequences.first[chosen][which]
    asked = position >= first
    last = position == sequences.count[chosen][which]
    targets = np.where(last, bos, ids[np.where(last, 0, token)])
    slots = sequences.slot[chosen][which] + position - first
    edges = np.flatnonzero(np.diff(widths, prepend=-1, append=-1))
    groups = tuple(
        Group(int(begins[a]), b - a, int(widths[a])) for a, b in pairwise(edges.tolist())
    )
    return Batch(laid, positions, groups, row[asked], targets[asked], slots[asked])
