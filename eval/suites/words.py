"""Words that a post-editor changed: the OK/BAD tags of MLQE-PE and WMT22.

The threshold of MCC and F1-BAD is chosen for MCC on one half of a language's rows by hash, and the
figures are of the other half. Khmer has no rows to choose on: its threshold is chosen on the
choosing halves of the five other languages together, and its figures are of all its rows. Average
precision is of all rows. ``<EOS>``, which stands in the Khmer tags for what is missing at the end,
is no word of the text and is left out; so is a token that is not found in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, f1_score, matthews_corrcoef

from eval.metrics import Floats, Measure, average_precision, best_threshold, confusion, measure
from eval.predictors import Prediction
from eval.rows import Row
from eval.splits import LANGUAGES, QE_DEV, QE_KM
from eval.suites.places import aligned, word_errors
from eval.suites.suite import Context, Suite


@dataclass(frozen=True, slots=True)
class Tagged:
    """The words of one language: bad or not, how bad by prediction, and the row of each."""

    bad: npt.NDArray[np.bool_]
    score: Floats
    row: npt.NDArray[np.int64]
    rows: int

    def of(self, chosen: npt.NDArray[np.bool_]) -> Tagged:
        """Return the words of the chosen rows."""
        number = np.cumsum(chosen) - 1
        keep = chosen[self.row]
        return Tagged(self.bad[keep], self.score[keep], number[self.row[keep]], int(chosen.sum()))


def tagged(rows: Sequence[Row], predictions: Sequence[Prediction]) -> Tagged:
    """Return the words of rows with what was predicted for them."""
    bad: list[bool] = []
    scores: list[Floats] = []
    owners: list[int] = []
    for number, (row, prediction) in enumerate(zip(rows, predictions, strict=True)):
        places = aligned(row["words"], row["target"])
        tags = [bool(b) for b, place in zip(row["bad"], places, strict=True) if place is not None]
        bad += tags
        owners += [number] * len(tags)
        found = [place for place in places if place is not None]
        scores.append(word_errors(prediction.as_edited, found))
    return Tagged(
        np.array(bad, dtype=np.bool_),
        np.concatenate(scores),
        np.array(owners, dtype=np.int64),
        len(rows),
    )


def at_threshold(name: str, words: Tagged, threshold: float) -> list[Measure]:
    """Return MCC and F1-BAD of the words from a threshold on."""
    flagged = words.score >= threshold
    bad = words.bad
    columns = (bad & flagged, ~bad & flagged, bad & ~flagged, ~bad & ~flagged)
    table = np.column_stack([np.bincount(words.row, c, words.rows) for c in columns]).astype(float)
    correlation, f1_bad = confusion(table)
    groups = range(words.rows)
    return [
        measure(f"{name}.mcc", matthews_corrcoef(words.bad, flagged), correlation, groups),
        measure(f"{name}.f1-bad", f1_score(words.bad, flagged, zero_division=0.0), f1_bad, groups),
    ]


def precision(name: str, words: Tagged) -> Measure:
    """Return the average precision of the words."""
    statistic = average_precision(words.bad, words.score, words.row)
    value = average_precision_score(words.bad, words.score)
    return measure(f"{name}.ap", value, statistic, range(words.rows))


def run(context: Context) -> list[Measure]:
    """Measure every language."""
    found: list[Measure] = []
    chosen_on: list[Tagged] = []
    for language in LANGUAGES:
        rows = context.bench.rows(QE_DEV[language])
        words = tagged(rows, context.predictor.predict([row["target"] for row in rows]))
        halves = np.array([row.half for row in rows])
        tune, report = words.of(halves == 0), words.of(halves == 1)
        if len(tune.bad) and len(report.bad):
            chosen_on.append(tune)
            threshold = best_threshold(tune.bad, tune.score)
            found += at_threshold(f"{language}-en", report, threshold)
        found.append(precision(f"{language}-en", words))
    rows = context.bench.rows(QE_KM)
    words = tagged(rows, context.predictor.predict([row["target"] for row in rows]))
    if chosen_on:
        bad = np.concatenate([tune.bad for tune in chosen_on])
        score = np.concatenate([tune.score for tune in chosen_on])
        found += at_threshold("km-en", words, best_threshold(bad, score))
    return [*found, precision("km-en", words)]


SUITE = Suite("words", "words that post-editors changed", (*QE_DEV.values(), QE_KM), run)
