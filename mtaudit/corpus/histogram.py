"""Distributions in one pass and fixed memory: counts between edges that are known beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mtaudit.corpus_report import QUANTILES, Bar, Distribution

_Floats = npt.NDArray[np.float64]
_MOST_BARS = 24


class Histogram:
    """Counts values between ``edges``; both ends are open, so nothing is left out.

    A value on an edge belongs to what lies above it, on the last edge to what lies below.
    ``steps`` are the widths that a bar may have, in edges: the first that gives few bars is taken,
    or with ``fixed`` the first over the whole range. ``bar_edges``, some of the edges, are where
    bars begin and end in place of steps. ``whole`` is for counts: their quantiles are whole.
    """

    def __init__(
        self,
        edges: Sequence[float] | _Floats,
        *,
        steps: Sequence[int] = (),
        bar_edges: Sequence[float] = (),
        fixed: bool = False,
        whole: bool = False,
    ) -> None:
        self._edges = np.asarray(edges, dtype=np.float64)
        self._counts = np.zeros(len(self._edges) + 1, dtype=np.int64)
        self._steps, self._bar_edges, self._fixed = steps, bar_edges, fixed
        self._whole = whole
        self._total = 0.0
        self._low, self._high = np.inf, -np.inf

    def add(self, values: _Floats) -> None:
        """Count ``values``, which are finite."""
        if not len(values):
            return
        bins = np.searchsorted(self._edges, values, side="right")
        bins[values == self._edges[-1]] = len(self._edges) - 1
        self._counts += np.bincount(bins, minlength=len(self._counts))
        self._total += float(values.sum())
        self._low = min(self._low, float(values.min()))
        self._high = max(self._high, float(values.max()))

    def distribution(self, name: str, unit: str, resolution: str) -> Distribution | None:
        """Return what was counted, None when nothing was."""
        count = int(self._counts.sum())
        if not count:
            return None
        return Distribution(
            name=name,
            unit=unit,
            count=count,
            mean=self._total / count,
            minimum=self._low,
            maximum=self._high,
            quantiles=tuple(self.quantile(share) for share in QUANTILES),
            resolution=resolution,
            bars=self._bars(),
        )

    def quantile(self, share: float) -> float:
        """Return the smallest value that at least ``share`` of the values do not exceed.

        It lies between the same two edges as the exact one.
        """
        upto = np.cumsum(self._counts)
        rank = max(1.0, share * float(upto[-1]))
        found = int(np.searchsorted(upto, rank - 1e-9))
        ends = np.concatenate(([self._low], self._edges, [self._high]))
        low, high = max(ends[found], self._low), min(ends[found + 1], self._high)
        if self._whole and high - low <= 1:
            return float(np.ceil(low))
        inside = (rank - (upto[found] - self._counts[found])) / self._counts[found]
        made = float(low + (high - low) * min(1.0, inside))
        return float(round(made)) if self._whole else made

    def _bars(self) -> tuple[Bar, ...]:
        """Return bars that together hold every value."""
        inner = self._counts[1:-1].copy()
        inner[0] += self._counts[0]
        inner[-1] += self._counts[-1]
        cuts = self._cuts(np.flatnonzero(inner))
        sums = np.add.reduceat(inner, cuts[:-1])
        return tuple(
            Bar(float(self._edges[low]), float(self._edges[high]), int(count))
            for low, high, count in zip(cuts[:-1], cuts[1:], sums, strict=True)
        )

    def _cuts(self, used: npt.NDArray[np.intp]) -> list[int]:
        """Return the edges at which bars begin and end, as indices."""
        last = len(self._edges) - 1
        if self._bar_edges:
            cuts = [int(one) for one in np.searchsorted(self._edges, self._bar_edges)]
            first = max(i for i, cut in enumerate(cuts[:-1]) if cut <= used[0])
            end = min(i for i, cut in enumerate(cuts) if cut > used[-1])
            return cuts[first : end + 1]
        if self._fixed:
            return list(range(0, last + 1, self._steps[0]))
        for step in self._steps:
            low, high = int(used[0]) // step * step, -(-(int(used[-1]) + 1) // step) * step
            if (high - low) // step <= _MOST_BARS:
                break
        return list(range(low, min(high, last) + 1, step))
