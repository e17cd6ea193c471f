"""Splitting scored rows by expressions: every row lands in exactly one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
import pyarrow.compute as pc

from mtaudit.corpus.batches import Batch, Mask
from mtaudit.corpus.destination import Destination
from mtaudit.corpus.expression import Expression
from mtaudit.corpus.scored import Scored
from mtaudit.errors import InputError, UsageError


@dataclass
class Counts:
    """What a split did.

    ``undecided`` counts the rows that were not kept because null left it open, ``nulls`` in how
    many of them each column was null.
    """

    rows: int = 0
    kept: int = 0
    undecided: int = 0
    nulls: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        share = f" ({100 * self.kept / self.rows:.1f}%)" if self.rows else ""
        line = f"kept {self.kept:,} of {self.rows:,} rows{share}, {self.rows - self.kept:,} not"
        if self.undecided:
            nulls = ", ".join(f"{name} in {count:,}" for name, count in self.nulls.most_common(4))
            line += f"; {self.undecided:,} of these are undecided (null: {nulls})"
        return line


def split(
    source: Scored,
    keep: Expression | None,
    drop: Expression | None,
    kept: Destination,
    rest: Destination | None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Counts:
    """Write the rows where ``keep`` is true and ``drop`` is false to ``kept``, others to ``rest``.

    A row in which either is unknown, because of a null, goes to ``rest``. When every row is written
    to both, they are published one after the other; an error before that discards both.

    Raises:
        UsageError: the types of an expression do not go together.
        InputError: a row cannot be read, or a place not written.

    """
    counts = Counts()
    places = [kept] if rest is None else [kept, rest]
    with ExitStack() as stack:
        for place in places:
            stack.callback(place.discard)
        for batch in source.batches():
            chosen, unknown = decide(batch, keep, drop, first=not counts.rows)
            kept.write(batch.where(chosen))
            if rest is not None:
                rest.write(batch.where(~chosen))
            _count(counts, batch, chosen, unknown, (keep, drop))
            progress(counts.rows)
        for place in places:
            place.finish()
        for place in places:
            place.publish()
    return counts


def decide(
    batch: Batch, keep: Expression | None, drop: Expression | None, *, first: bool = True
) -> tuple[Mask, Mask]:
    """Return which rows are kept, and which are not because that is unknown."""
    size = len(batch)
    chosen, unknown, refused = np.ones(size, bool), np.zeros(size, bool), np.zeros(size, bool)
    for expression, wanted in ((keep, True), (drop, False)):
        if expression is None:
            continue
        try:
            true, open_ = expression.evaluate(batch)
        except UsageError as error:
            if first:
                raise
            raise InputError(f"{batch.place(0)} and after: {error}") from None
        met = (true == wanted) & ~open_
        chosen &= met
        unknown |= open_
        refused |= ~met & ~open_
    return chosen, unknown & ~refused


def _count(
    counts: Counts,
    batch: Batch,
    chosen: Mask,
    unknown: Mask,
    expressions: Sequence[Expression | None],
) -> None:
    counts.rows += len(batch)
    counts.kept += int(chosen.sum())
    counts.undecided += int(unknown.sum())
    if not unknown.any():
        return
    names = dict.fromkeys(name for e in expressions if e is not None for name in e.columns)
    for name in names:
        null = pc.is_null(batch.column(name)).to_numpy(zero_copy_only=False)
        if count := int((null & unknown).sum()):
            counts.nulls[name] += count
