"""Human reference against machine output of the same source: the better text scores better.

A row is won when the human translation has the lower (better) score; a tie is lost, and rows where
both are the same text are left out. Arabic by Argos, the weakest system of the set, comes first.
An easy, plain translation may well be more fluent than a human one: this measures what a score of
the text alone prefers, and 1 is not the aim for the strongest systems.
"""

from __future__ import annotations

import numpy as np

from eval.metrics import Measure, measure, share
from eval.splits import SOURCES, SYSTEMS
from eval.suites.suite import Context, Suite


def run(context: Context) -> list[Measure]:
    """Measure every system of every language."""
    found: list[Measure] = []
    for language in SOURCES:
        rows = context.bench.rows(SYSTEMS[language])
        names = list(dict.fromkeys(name for row in rows for name in row["outputs"]))
        names.sort(key=lambda name: (name != "argos", name))
        texts = [text for row in rows for text in (row["reference"], *row["outputs"].values())]
        predicted = context.predictor.predict(texts)
        score = {text: one.sentence for text, one in zip(texts, predicted, strict=True)}
        for name in names:
            pairs = [
                (row["reference"], row["outputs"][name])
                for row in rows
                if name in row["outputs"] and row["outputs"][name] != row["reference"]
            ]
            if pairs:
                hits = np.array([float(score[human] < score[other]) for human, other in pairs])
                found.append(
                    measure(f"{language}-en.{name}", hits.mean(), share(hits), range(len(hits)))
                )
    return found


SUITE = Suite("preference", "human reference before machine output", tuple(SYSTEMS.values()), run)
