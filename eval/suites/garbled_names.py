"""Sentences with one garbled name, and sound ones with the same words.

``right-at-1`` and ``right-at-3``: the share of garbled names whose right rendering is the first, or
among the first three, suggested; ``alarms``: the share of sound sentences with a finding. The first
rows were looked at while the names were built and the second ones were used to fit weights; the
project's held-out rows are not read here, and are run by hand and counted
(``docs/measurements.md``).
"""

from __future__ import annotations

import numpy as np

from eval.garbled_names import outcomes_of
from eval.metrics import Better, Measure, measure, share
from eval.splits import NAMES, OWN_NAMES
from eval.suites.suite import Context, Suite


def run(context: Context) -> list[Measure]:
    """Measure both files."""
    found: list[Measure] = []
    for name, file in (("seen", NAMES), ("dev", OWN_NAMES)):
        rows = [dict(row.fields) for row in context.bench.rows(file)]
        outcomes = outcomes_of(rows, context.scorer)
        garbled = [one for one in outcomes if one.garbled]
        sound = [one for one in outcomes if not one.garbled]
        for label, own, hits in (
            ("right-at-1", garbled, [one.rank == 1 for one in garbled]),
            ("right-at-3", garbled, [one.rank > 0 for one in garbled]),
            ("alarms", sound, [bool(one.found) for one in sound]),
        ):
            if own:
                values = np.array(hits, dtype=float)
                better: Better = "lower" if label == "alarms" else "higher"
                groups = [one.row.get("entity") or one.row["id"] for one in own]
                found.append(
                    measure(f"{name}.{label}", values.mean(), share(values), groups, better)
                )
    return found


SUITE = Suite(
    "garbled-names", "names garbled in a sentence", (NAMES, OWN_NAMES), run, predicts=False
)
