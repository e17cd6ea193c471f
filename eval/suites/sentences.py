"""Sentences that people scored: direct assessment of MLQE-PE, MQM per word of newstest2021.

The predictor's score is higher for a worse text, so correlations are taken with its negative:
higher is better. Khmer has only the standardised score z. ``garbled-auroc`` is the area under the
ROC curve for rows below 30 of 100 points. The MQM sum is never used: it grows with the length of a
text, so that a count of words alone correlates with it. Points are divided by words.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import roc_auc_score

from eval.metrics import Floats, Measure, auroc, measure, pearson, spearman
from eval.rows import Row
from eval.splits import LANGUAGES, MQM_2021, QE_DEV, QE_KM
from eval.suites.places import penalty, words
from eval.suites.suite import Context, Suite

GARBLED = 30.0


def correlations(
    name: str, human: Floats, system: Floats, groups: Sequence[Hashable]
) -> list[Measure]:
    """Return Pearson's and Spearman's correlation; both sides are higher for a better text."""
    if len(human) < 3 or np.ptp(human) == 0 or np.ptp(system) == 0:
        return []
    return [
        measure(f"{name}.pearson", pearsonr(human, system)[0], pearson(human, system), groups),
        measure(f"{name}.spearman", spearmanr(human, system)[0], spearman(human, system), groups),
    ]


def garbled(name: str, human: Floats, system: Floats) -> list[Measure]:
    """Return how well the score tells rows below 30 points from the others."""
    labels = human < GARBLED
    if labels.all() or not labels.any():
        return []
    value = roc_auc_score(labels, -system)
    return [measure(f"{name}.garbled-auroc", value, auroc(labels, -system), range(len(human)))]


def run(context: Context) -> list[Measure]:
    """Measure every language and newstest2021."""

    def good(rows: Sequence[Row]) -> Floats:
        predicted = context.predictor.predict([row["target"] for row in rows])
        return np.array([-one.sentence for one in predicted])

    found: list[Measure] = []
    for language in (*LANGUAGES, "km"):
        rows = context.bench.rows(QE_KM if language == "km" else QE_DEV[language])
        human = np.array([row["z" if language == "km" else "da"] for row in rows], dtype=float)
        system = good(rows)
        found += correlations(f"{language}-en", human, system, range(len(rows)))
        if language != "km":
            found += garbled(f"{language}-en", human, system)
    rows = context.bench.rows(MQM_2021)
    points = [np.mean([penalty(rater) for rater in row["raters"]]) for row in rows]
    lengths = [max(1, len(words(row["target"]))) for row in rows]
    per_word = -np.array(points) / np.array(lengths)
    return found + correlations("mqm-per-word", per_word, good(rows), [row["doc"] for row in rows])


SUITE = Suite("sentences", "sentences that people scored", (*QE_DEV.values(), QE_KM, MQM_2021), run)
