"""A garbled article with every error marked by hand.

The share of marked spans that a finding overlaps, of all and of the critical ones; of the critical
names, the share whose first suggestion is right; and the findings outside every mark, counted. One
article that was looked at while the checks were built: it shows what broke, not how good they are.
"""

from __future__ import annotations

import json

import numpy as np

from eval.metrics import Measure, measure, share
from eval.seed import Judged, audit, judged
from eval.splits import SEED_GOLD, SEED_TEXT
from eval.suites.suite import Context, Suite
from mtaudit.document import Span


def run(context: Context) -> list[Measure]:
    """Audit the article and compare."""
    text = context.bench.content(SEED_TEXT).decode("utf-8")
    context.bench.count(SEED_TEXT, 1)
    lines = context.bench.content(SEED_GOLD).decode("utf-8").splitlines()
    gold = [json.loads(line) for line in lines if line.strip()]
    context.bench.count(SEED_GOLD, len(gold))
    report = audit(text, context.auditor)
    rows = judged(report, gold, text)
    critical = [one for one in rows if one.gold["severity"] == "critical"]
    names = [one for one in critical if one.gold["category"] == "entity"]
    outside = [
        finding
        for finding in report.findings
        if not any(finding.span.overlaps(Span(row["start"], row["end"])) for row in gold)
    ]

    def found(name: str, own: list[Judged], hits: list[bool]) -> list[Measure]:
        values = np.array(hits, dtype=float)
        if not len(values):
            return []
        return [measure(name, values.mean(), share(values), range(len(own)))]

    count = float(len(outside))
    return [
        *found("critical-found", critical, [bool(one.over) for one in critical]),
        *found("found", rows, [bool(one.over) for one in rows]),
        *found("critical-names-right", names, [bool(one.right) for one in names]),
        # One article: there is nothing to draw anew.
        Measure("outside", count, count, count, len(report.findings), "lower"),
    ]


SUITE = Suite(
    "seed", "a garbled article marked by hand", (SEED_TEXT, SEED_GOLD), run, predicts=False
)
