"""Where a surprisal stands among those of human-written news."""

from __future__ import annotations

import json
from bisect import bisect_left
from functools import cache
from pathlib import Path

_TABLES = Path(__file__).parent / "data" / "fluency.json"


@cache
def _table(digest: str) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    tables = json.loads(_TABLES.read_text(encoding="utf-8"))
    if digest not in tables:
        return None
    return tuple(tables[digest]["documents"]), tuple(tables[digest]["sentences"])


def known(digest: str) -> bool:
    """Whether human news was measured with the model of that weights digest."""
    return _table(digest) is not None


def percentile(surprisal: float, digest: str, *, sentence: bool = False) -> float:
    """Return how much of human news is at least as surprising, 0-100; 100 is most fluent.

    ``surprisal`` is in nats per token. The quantiles are of the model named by its ``digest``.

    Raises:
        KeyError: human news was not measured with that model.

    """
    table = _table(digest)
    if table is None:
        raise KeyError(digest)
    quantiles = table[1] if sentence else table[0]
    below = bisect_left(quantiles, surprisal)
    if below == 0:
        return 100.0
    if below == len(quantiles):
        return 0.0
    low, high = quantiles[below - 1], quantiles[below]
    share = (below - 1 + (surprisal - low) / (high - low)) / (len(quantiles) - 1)
    return round(100.0 * (1.0 - share), 1)
