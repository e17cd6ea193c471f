"""Figures with their intervals.

The value of a figure comes from scikit-learn or scipy where they have it. Its interval is the 95 %
percentile bootstrap over units (documents, rows) drawn with replacement: a resample is a vector of
how often each unit was drawn, and a *statistic* gives the figure of many resamples at once, from
counts [resamples, rows] to figures [resamples]. With every count 1 it gives the value itself, which
the tests hold against the libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
Better = Literal["higher", "lower", "neither"]
RESAMPLES, SEED = 1000, 20210
_TOGETHER = 4_000_000  # counts held at once


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure, its 95 % interval, how many rows it is of, and which way is better.

    A figure that the rows do not give (no garbled row in a sample) is NaN.
    """

    name: str
    value: float
    low: float
    high: float
    rows: int
    better: Better = "higher"


def measure(
    name: str,
    value: float,
    statistic: Statistic,
    groups: Sequence[Hashable],
    better: Better = "higher",
) -> Measure:
    """Return a figure with its interval; ``groups`` says of each row which unit it belongs to."""
    low, high = interval(statistic, groups)
    return Measure(name, float(value), low, high, len(groups), better)


def interval(
    statistic: Statistic, groups: Sequence[Hashable], resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval over units; NaN where no resample has one."""
    if not groups:
        return float("nan"), float("nan")
    numbers: dict[Hashable, int] = {}
    unit = np.array([numbers.setdefault(group, len(numbers)) for group in groups])
    draw = np.random.default_rng(SEED)
    step = max(1, _TOGETHER // len(groups))
    found = []
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        share = np.full(len(numbers), 1 / len(numbers))
        counts = draw.multinomial(len(numbers), share, size=size).astype(np.float64)
        found.append(statistic(counts[:, unit]))
    figures = np.concatenate(found)
    figures = figures[np.isfinite(figures)]
    if not len(figures):
        return float("nan"), float("nan")
    low, high = np.quantile(figures, [0.025, 0.975])
    return float(low), float(high)


def whole(statistic: Statistic, rows: int) -> float:
    """Return the statistic of the rows themselves."""
    return float(statistic(np.ones((1, rows)))[0])


def ratio(above: Sequence[float] | Floats, below: Sequence[float] | Floats) -> Statistic:
    """Return the statistic sum(above) / sum(below), from one of each a row."""
    pair = np.column_stack([above, below]).astype(np.float64)

    def figure(counts: Floats) -> Floats:
        sums = counts @ pair
        return _divided(sums[:, 0], sums[:, 1])

    return figure


def share(hits: Sequence[float] | Floats) -> Statistic:
    """Return the statistic of a mean."""
    return ratio(hits, np.ones(len(hits)))


def f1(
    common: Sequence[float] | Floats,
    system: Sequence[float] | Floats,
    gold: Sequence[float] | Floats,
) -> Statistic:
    """Return the statistic 2 · common / (system + gold), the harmonic mean of P and R."""
    return ratio(2 * np.asarray(common), np.asarray(system) + np.asarray(gold))


def confusion(table: Floats) -> tuple[Statistic, Statistic]:
    """Return the statistics of MCC and F1 from [rows, (tp, fp, fn, tn)]."""

    def correlation(counts: Floats) -> Floats:
        tp, fp, fn, tn = (counts @ table).T
        below = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        # scikit-learn's convention: without variance on a side there is no correlation.
        return np.where(below > 0, _divided(tp * tn - fp * fn, below), 0.0)

    tp, fp, fn, _ = table.T
    return correlation, f1(tp, tp + fp, tp + fn)


def pearson(x: Floats, y: Floats) -> Statistic:
    """Return the statistic of Pearson's correlation."""
    x, y = x - x.mean(), y - y.mean()
    moments = np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y])

    def figure(counts: Floats) -> Floats:
        n, sx, sy, sxx, syy, sxy = (counts @ moments).T
        with np.errstate(all="ignore"):
            below = np.sqrt((sxx - sx * sx / n) * (syy - sy * sy / n))
            return _divided(sxy - sx * sy / n, below)

    return figure


def spearman(x: Floats, y: Floats) -> Statistic:
    """Return the statistic of Spearman's correlation: Pearson's of mid-ranks."""
    ranks_x, ranks_y = _ranker(x), _ranker(y)

    def figure(counts: Floats) -> Floats:
        n = counts.sum(axis=1, keepdims=True)
        # The mean of mid-ranks is (n + 1) / 2 whatever the ties.
        a, b = ranks_x(counts) - (n + 1) / 2, ranks_y(counts) - (n + 1) / 2
        aa, bb, ab = ((counts * p * q).sum(axis=1) for p, q in ((a, a), (b, b), (a, b)))
        return _divided(ab, np.sqrt(aa * bb))

    return figure


def auroc(labels: npt.NDArray[np.bool_], scores: Floats) -> Statistic:
    """Return the statistic of the area under the ROC curve, by Mann and Whitney's U."""
    ranks = _ranker(scores)

    def figure(counts: Floats) -> Floats:
        positive = counts[:, labels].sum(axis=1)
        negative = counts[:, ~labels].sum(axis=1)
        total = (counts * ranks(counts))[:, labels].sum(axis=1)
        return _divided(total - positive * (positive + 1) / 2, positive * negative)

    return figure


def average_precision(
    labels: npt.NDArray[np.bool_],
    scores: Floats,
    rows: npt.NDArray[np.int64],
    weights: Floats | None = None,
) -> Statistic:
    """Return the statistic of the average precision of items, each of one of the rows.

    AP = Σ (R_n − R_(n−1)) P_n over the distinct scores, as scikit-learn has it; an item counts
    ``weights`` (1 without them) times as often as its row was drawn.
    """
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    own = np.ones(len(scores)) if weights is None else weights
    row, own, good = rows[order], own[order], labels[order].astype(np.float64)

    def one(counts: Floats) -> float:
        weight = counts[row] * own
        everything = np.cumsum(weight)[last]
        hits = np.cumsum(weight * good)[last]
        if not len(hits) or hits[-1] <= 0:
            return float("nan")
        gained = np.diff(hits, prepend=0.0) / hits[-1]
        return float(np.sum(gained * _divided(hits, everything, 0.0)))

    return lambda counts: np.array([one(count) for count in counts])


def best_threshold(labels: npt.NDArray[np.bool_], scores: Floats) -> float:
    """Return the score from which on calling items bad gives the highest MCC.

    Midway to the next lower score, so that rounding decides nothing.
    """
    order = np.argsort(-scores, kind="stable")
    ordered, good = scores[order], labels[order]
    last = np.flatnonzero(np.append(np.diff(ordered) != 0, True))
    tp = np.cumsum(good)[last].astype(np.float64)
    fp = (last + 1) - tp
    fn, tn = good.sum() - tp, (~good).sum() - fp
    below = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return _midway(ordered[last], int(np.argmax(_divided(tp * tn - fp * fn, below, 0.0))))


def best_f1_threshold(weights: Floats, marked: npt.NDArray[np.bool_], scores: Floats) -> float:
    """Return the score from which on marking items gives the highest F1; an item has a weight."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.flatnonzero(np.append(np.diff(ordered) != 0, True))
    system = np.cumsum(weights[order])[last]
    common = np.cumsum(weights[order] * marked[order])[last]
    figure = _divided(2 * common, system + weights[marked].sum(), -1.0)
    return _midway(ordered[last], int(np.argmax(figure)))


def _midway(falling: Floats, at: int) -> float:
    if at + 1 < len(falling):
        return float((falling[at] + falling[at + 1]) / 2)
    return float(falling[at])


def _ranker(values: Floats) -> Statistic:
    """Return a function from counts [resamples, rows] to the mid-rank of each row's copies."""
    distinct, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], np.arange(len(distinct)))

    def ranks(counts: Floats) -> Floats:
        tied = np.add.reduceat(counts[:, order], first, axis=1)
        ranked: Floats = (np.cumsum(tied, axis=1) - tied + (tied + 1) / 2)[:, place]
        return ranked

    return ranks


def _divided(above: Floats, below: Floats, without: float = float("nan")) -> Floats:
    """Return above / below, ``without`` where below is not positive."""
    found = np.full(np.broadcast(above, below).shape, without)
    np.divide(above, below, out=found, where=np.asarray(below) > 0)
    return found
