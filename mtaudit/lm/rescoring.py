"""Texts that differ in a few words, laid out so that what they share is computed once.

A tree is one text and its variants. Each variant reads on from the last token that it shares with
the text: its own rows look back on the text's. Only the rows from there on are asked, since what
comes before cancels in the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mtaudit.lm.batching import Batch, Group, Longs, filled

Ids = Sequence[int]


@dataclass(frozen=True, slots=True)
class Variant:
    """The tokens of one variant; the first ``shared`` of them are the text's."""

    number: int
    ids: Ids
    shared: int

    @property
    def own_rows(self) -> int:
        """The rows that the variant adds: its last token predicts nothing."""
        return max(0, len(self.ids) - 1 - self.shared)


@dataclass(frozen=True, slots=True)
class Tree:
    """One text and its variants, those that share as much beside one another."""

    ids: Ids
    variants: tuple[Variant, ...]

    @property
    def rows(self) -> int:
        """The rows of the tree, padding included."""
        return len(self.ids) + 1 + sum(width * len(same) for width, same in self.stretches())

    def stretches(self) -> Iterator[tuple[int, list[Variant]]]:
        """Yield variants that branch off at one place, with the rows of the longest."""
        by_place: dict[int, list[Variant]] = {}
        for variant in self.variants:
            if variant.own_rows:
                by_place.setdefault(variant.shared, []).append(variant)
        for same in by_place.values():
            yield max(variant.own_rows for variant in same), same


@dataclass(frozen=True, slots=True)
class Forest:
    """One batch of trees, and how its answers add up to gains.

    Entry i says that the answer in slot ``sources[i]`` counts ``signs[i]`` for the variant with
    the number ``owners[i]``: +1 for a token of the variant, -1 for one of the text in its place.
    """

    batch: Batch
    variants: int
    owners: Longs
    signs: Longs
    sources: Longs


def variant(number: int, text: Ids, ids: Ids) -> Variant:
    """Return a variant of ``text`` with the number of tokens that it shares from the start."""
    shared = 0
    for a, b in zip(text, ids, strict=False):
        if a != b:
            break
        shared += 1
    return Variant(number, ids, shared)


def forests(trees: Sequence[Tree], budget: int, bos: int) -> Iterator[Forest]:
    """Yield batches of at most ``budget`` rows; a tree that is larger is cut, its text repeated."""
    small = [piece for tree in trees for piece in _cut(tree, budget)]
    small.sort(key=lambda tree: -len(tree.ids))
    together: list[Tree] = []
    rows = 0
    for tree in small:
        if together and rows + tree.rows > budget:
            yield _lay_out(together, bos)
            together, rows = [], 0
        together.append(tree)
        rows += tree.rows
    if together:
        yield _lay_out(together, bos)


def _cut(tree: Tree, budget: int) -> Iterator[Tree]:
    # Variants that branch off at one place stay beside each other.
    ordered = sorted(tree.variants, key=lambda v: (v.shared, v.own_rows))
    taken: list[Variant] = []
    for one in ordered:
        if taken and Tree(tree.ids, (*taken, one)).rows > budget:
            yield Tree(tree.ids, tuple(taken))
            taken = []
        taken.append(one)
    if taken:
        yield Tree(tree.ids, tuple(taken))


def _lay_out(trees: Sequence[Tree], bos: int) -> Forest:
    ids: list[int] = []
    positions: list[int] = []
    groups: list[Group] = []
    asked: list[tuple[int, int]] = []  # row, target
    owners: list[int] = []
    signs: list[int] = []
    sources: list[int] = []

    def put(tokens: Ids, first: int, width: int) -> None:
        ids.extend(tokens)
        ids.extend([bos] * (width - len(tokens)))
        positions.extend(range(first, first + width))

    bases = []
    for tree in trees:
        length = len(tree.ids) + 1
        bases.append(len(ids))
        if groups and groups[-1].length == length:
            groups[-1] = Group(groups[-1].row, groups[-1].count + 1, length)
        else:
            groups.append(Group(len(ids), 1, length))
        put([bos, *tree.ids], 0, length)
    for tree, base in zip(trees, bases, strict=True):
        begins: dict[int, int] = {}
        for width, same in tree.stretches():
            prefix = same[0].shared + 1
            groups.append(Group(len(ids), len(same), width, base, prefix))
            for one in same:
                begins[one.number] = len(ids)
                put(one.ids[one.shared : -1], prefix, width)
        # One slot for each token of the text from the first branch on, whoever asks.
        slot_of: dict[int, int] = {}
        for one in tree.variants:
            for place in range(one.shared, len(tree.ids)):
                if place not in slot_of:
                    slot_of[place] = len(asked)
                    asked.append((base + place, tree.ids[place]))
                owners.append(one.number)
                signs.append(-1)
                sources.append(slot_of[place])
            for place in range(one.shared, len(one.ids)):
                row = (
                    base + place
                    if place == one.shared
                    else (begins[one.number] + place - one.shared - 1)
                )
                owners.append(one.number)
                signs.append(1)
                sources.append(len(asked))
                asked.append((row, one.ids[place]))
    table = np.array(asked, dtype=np.int64).reshape(-1, 2)
    put([], 0, filled(len(ids)) - len(ids))
    batch = Batch(
        np.array(ids, dtype=np.int64),
        np.array(positions, dtype=np.int64),
        tuple(groups),
        table[:, 0],
        table[:, 1],
        np.arange(len(table), dtype=np.int64),
    )
    return Forest(
        batch,
        sum(len(tree.variants) for tree in trees),
        np.array(owners, dtype=np.int64),
        np.array(signs, dtype=np.int64),
        np.array(sources, dtype=np.int64),
    )
