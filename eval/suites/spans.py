"""Spans that annotators marked as errors: newstest2021, Chinese news into English, MQM.

Character F1 of a system's spans against one rater's, with partial credit. With S the characters
under the system's spans of all texts and R those under the rater's,

    P = |S ∩ R| / |S|,  R = |S ∩ R| / |R|,  F1 = 2 |S ∩ R| / (|S| + |R|),

summed over all texts before dividing (micro-average), so a text without marks on both sides adds
nothing. Severity-weighted, a character counts its points, 1 under a minor and 5 under a major
mark (0 under none): |S ∩ R| becomes Σ min(s, r), |S| Σ s and |R| Σ r. Both are symmetric, and so
the same figure says how well one human rater agrees with another: newstest2020 has three raters a
text, and rater i against rater j is computed with the same function.

The system's spans are its tokens from a threshold on; it is chosen for F1 on the documents of one
half by hash, and the F1 are of the other half. Average precision needs no threshold and is of all
rows: a white-space delimited word is bad if a mark overlaps it, and severity-weighted a bad word
counts its points. Marks without a place in the target (omissions) are left out. Texts of human
translators among the systems are marked too and are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from sklearn.metrics import average_precision_score

from eval.metrics import (
    Better,
    Floats,
    Measure,
    average_precision,
    best_f1_threshold,
    f1,
    measure,
    ratio,
    whole,
)
from eval.predictors import Prediction
from eval.rows import Row, half
from eval.splits import MQM_2020, MQM_2021
from eval.suites.places import characters, marked, word_errors, words
from eval.suites.suite import Context, Suite


@dataclass(frozen=True, slots=True)
class Marked:
    """One text under one rater: points of its characters, error and severity as predicted."""

    doc: str
    points: Floats
    error: Floats
    severity: Floats

    @property
    def half(self) -> int:
        """0 when its document is for choosing, 1 when it is for reporting."""
        return half(hashlib.sha256(self.doc.encode()).digest())


def overlap(system: Floats, rater: Floats) -> tuple[float, float, float]:
    """Return Σ min(s, r), Σ s and Σ r over the characters of one text."""
    return float(np.minimum(system, rater).sum()), float(system.sum()), float(rater.sum())


def character_f1(
    prefix: str, pairs: Sequence[tuple[Floats, Floats]], docs: Sequence[str], *, human: bool = False
) -> list[Measure]:
    """Return F1, P and R of (system, rater) points of texts, and the severity-weighted F1."""
    plain = np.array(
        [overlap((s > 0).astype(float), (r > 0).astype(float)) for s, r in pairs]
    ).reshape(-1, 3)
    points = np.array([overlap(s, r) for s, r in pairs]).reshape(-1, 3)
    better: Better = "neither" if human else "higher"
    statistics = {f"{prefix}.f1": f1(*plain.T), f"{prefix}.f1-severity": f1(*points.T)}
    found = [measure(k, whole(s, len(pairs)), s, docs, better) for k, s in statistics.items()]
    if not human:
        for name, column in (("precision", 1), ("recall", 2)):
            one = ratio(plain[:, 0], plain[:, column])
            found.append(measure(f"{prefix}.{name}", whole(one, len(pairs)), one, docs, "neither"))
    return found


def human_agreement(rows: Sequence[Row]) -> list[Measure]:
    """Return the character F1 of one rater's spans against another's."""
    pairs, docs = [], []
    for row in rows:
        raters = [marked(rater, len(row["target"])) for rater in row["raters"]]
        for one, other in combinations(raters, 2):
            pairs.append((one, other))
            docs.append(row["doc"])
    return character_f1("human-human", pairs, docs, human=True)


def texts_of(rows: Sequence[Row], predictions: Sequence[Prediction]) -> list[Marked]:
    """Return every text under every rater."""
    found = []
    for row, prediction in zip(rows, predictions, strict=True):
        error, severity = characters(prediction, len(row["target"]))
        found += [
            Marked(row["doc"], marked(rater, len(row["target"])), error, severity)
            for rater in row["raters"]
        ]
    return found


def against_raters(texts: Sequence[Marked]) -> list[Measure]:
    """Return the character F1 of predictions, the threshold chosen on the other half."""
    tune, report = ([text for text in texts if text.half == part] for part in (0, 1))
    if not tune or not report:
        return []
    threshold = best_f1_threshold(
        np.ones(sum(len(text.error) for text in tune)),
        np.concatenate([text.points for text in tune]) > 0,
        np.concatenate([text.error for text in tune]),
    )
    pairs = [(text.severity * (text.error >= threshold), text.points) for text in report]
    return character_f1("characters", pairs, [text.doc for text in report])


def word_precision(rows: Sequence[Row], predictions: Sequence[Prediction]) -> list[Measure]:
    """Return the average precision over words, plain and severity-weighted."""
    scores: list[Floats] = []
    points: list[Floats] = []
    owners: list[int] = []
    docs: list[str] = []
    for row, prediction in zip(rows, predictions, strict=True):
        text = row["target"]
        places = words(text)
        errors = word_errors(prediction, places)
        for rater in row["raters"]:
            marks = marked(rater, len(text))
            scores.append(errors)
            points.append(np.array([marks[a:b].max() for a, b in places]))
            owners += [len(docs)] * len(places)
            docs.append(row["doc"])
    score, point = np.concatenate(scores), np.concatenate(points)
    bad, owner = point > 0, np.array(owners, dtype=np.int64)
    sizes = np.bincount(owner, minlength=len(docs)).astype(float)
    bad_share = ratio(np.bincount(owner, bad, len(docs)).astype(float), sizes)
    found = [measure("words.bad-share", bad.mean(), bad_share, docs, "neither")]
    for name, weights in (("words.ap", None), ("words.ap-severity", np.maximum(point, 1.0))):
        value = average_precision_score(bad, score, sample_weight=weights)
        found.append(measure(name, value, average_precision(bad, score, owner, weights), docs))
    return found


def run(context: Context) -> list[Measure]:
    """Measure the predictor, and raters against each other."""
    rows = context.bench.rows(MQM_2021)
    predictions = context.predictor.predict([row["target"] for row in rows])
    return [
        *against_raters(texts_of(rows, predictions)),
        *word_precision(rows, predictions),
        *human_agreement(context.bench.rows(MQM_2020)),
    ]


SUITE = Suite("spans", "spans that MQM raters marked", (MQM_2021,), run, (MQM_2020,))
