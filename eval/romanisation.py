"""Measure the romanisation model: names in their own script against English spellings.

Usage: python -m eval.romanisation TRAIN.jsonl.gz DEV.jsonl.gz LANGUAGE [ROWS]

Each dev row's source name is looked up among all distinct English names of both files through the
spelling index, and the candidates are ranked by the model. Recall counts the row's own English name
alone, where several spell the same source ("said", "saeed") too. Half a million names are made up
from the real ones to time the index.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from pathlib import Path

import numpy as np

from mtaudit.names.multigram import Transliterator
from mtaudit.names.retrieval import candidates, ranked
from mtaudit.names.spelling_index import SpellingIndex
from mtaudit.names.transliteration import transliterator

MANY = 500_000


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a names file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def recall(
    rows: list[dict[str, str]], index: SpellingIndex, model: Transliterator
) -> tuple[float, float, float]:
    """Return recall at 1 and at 5, and the share of names that the index finds at all."""
    first = five = found = 0
    for row in rows:
        order = [spelling for spelling, _ in ranked(row["source"], index, model)]
        place = order.index(row["english"]) if row["english"] in order else len(order)
        first += place == 0
        five += place < 5
        found += row["english"] in order
    return first / len(rows), five / len(rows), found / len(rows)


def latency(names: list[str], queries: list[str], model: Transliterator) -> float:
    """Return the median ms in which the index finds the candidates of a name among many."""
    rng = random.Random(5)
    many = set(names)
    while len(many) < MANY:
        a, b = rng.choice(names), rng.choice(names)
        many.add(a[: len(a) // 2] + b[len(b) // 2 :])
    index = SpellingIndex.of((name, name) for name in sorted(many))
    times = []
    spelled = [[spelling for spelling, _ in model.spellings(query, 3)] for query in queries]
    for _ in range(2):  # buckets are read in the first round
        times = []
        for spellings in spelled:
            began = time.perf_counter()
            list(candidates(spellings, index))
            times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times))


def main(train: Path, dev: Path, language: str, number: int) -> int:
    """Print recall and latency."""
    model = transliterator(language)
    if model is None:
        sys.exit(f"there is no romanisation model for {language!r}")
    asked = rows_of(dev)
    names = sorted({row["english"] for row in rows_of(train) + asked})
    index = SpellingIndex.of((name, name) for name in names)
    rng = random.Random(3)
    rows = rng.sample(asked, min(number, len(asked)))
    began = time.perf_counter()
    first, five, found = recall(rows, index, model)
    each = 1000 * (time.perf_counter() - began) / len(rows)
    print(f"{language}: recall@1 {first:.3f}, recall@5 {five:.3f}, in the index {found:.3f}; "
          f"{len(rows):,} names against {len(names):,}, {each:.1f} ms each")  # fmt: skip
    middle = latency(names, [row["source"] for row in rows[:300]], model)
    print(f"candidates among {MANY:,} names: {middle:.2f} ms (median)")
    return 0


if __name__ == "__main__":
    if not 4 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    number = int(sys.argv[4]) if len(sys.argv) == 5 else 1_000_000
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], number))
