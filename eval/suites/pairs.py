"""Pairs of a good and a bad sentence: DEMETR's planted errors, BLiMP's grammar.

A pair is won when the bad text scores worse; a tie is lost. Scores are the mean and the total
surprisal of the language model, and the score of the predictor when it is another one. A pair of
identical texts (DEMETR has a baseline kind of them) cannot be won and is left out; the file at hand
holds none. Total surprisal loses to length where words were removed or added; both are reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from eval.metrics import Floats, Measure, measure, share
from eval.predictors import SurprisalPredictor
from eval.rows import Row
from eval.splits import BLIMP, DEMETR
from eval.suites.suite import Context, Suite


def badness(context: Context, texts: Sequence[str]) -> Mapping[str, Floats]:
    """Return each score of each text, higher for a worse one."""
    scores = context.scorer.score(texts)
    found = {
        "mean": np.array([score.mean_surprisal() or 0.0 for score in scores]),
        "total": np.array([-sum(score.logprobs) for score in scores]),
    }
    if context.predictor.name != SurprisalPredictor.name:
        predicted = context.predictor.predict(texts)
        found[context.predictor.name] = np.array([one.sentence for one in predicted])
    return found


def won(context: Context, rows: Sequence[Row]) -> Mapping[str, Floats]:
    """Return, by score, 1 for each pair whose bad text scores worse and 0 for the others."""
    texts = [row[side] for row in rows for side in ("good", "bad")]
    scores = badness(context, texts)
    return {name: (values[1::2] > values[::2]).astype(float) for name, values in scores.items()}


def by_kind(
    name: str, kinds: Sequence[str], groups: Sequence[str], hits: Mapping[str, Floats]
) -> list[Measure]:
    """Return the share of pairs won, of all and of each kind."""
    kind = np.array(kinds)
    found = []
    for one in ("all", *sorted(set(kinds))):
        inside = np.full(len(kind), True) if one == "all" else kind == one
        own = [group for group, is_in in zip(groups, inside, strict=True) if is_in]
        for score, values in hits.items():
            chosen = values[inside]
            found.append(measure(f"{name}.{one}.{score}", chosen.mean(), share(chosen), own))
    return found


def run(context: Context) -> list[Measure]:
    """Measure both sets."""
    found: list[Measure] = []
    for file, name, kind in ((DEMETR, "demetr", "perturbation"), (BLIMP, "blimp", "phenomenon")):
        rows = [row for row in context.bench.rows(file) if row["good"] != row["bad"]]
        context.bench.count(file, len(rows))
        if rows:
            # DEMETR plants many errors in one sentence: its pairs are drawn together.
            groups = [
                f"{row['lang']}-{row['id']}" if file == DEMETR else row.key.hex() for row in rows
            ]
            found += by_kind(name, [row[kind] for row in rows], groups, won(context, rows))
    return found


SUITE = Suite("pairs", "good and bad of a pair", (DEMETR, BLIMP), run)
