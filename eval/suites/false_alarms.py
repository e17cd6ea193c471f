"""Findings of the audit on human-written news, by severity and by check, per 1,000 words.

Passages of eight consecutive sentences of one set, two or more a paragraph, out of the blocks of
the file that no training may read. Passages are drawn by hash, 200 of them without a limit.
"""

from __future__ import annotations

import hashlib

import numpy as np

from eval.false_alarms import audited, blocks_of
from eval.metrics import Measure, measure, ratio, whole
from eval.rows import Row
from eval.splits import HUMAN, HUMAN_REPORT, part_of_report
from eval.suites.suite import Context, Suite
from mtaudit.finding import Severity

PASSAGES = 200


def passages(rows: list[Row], number: int) -> list[list[str]]:
    """Return the passages of the reporting part with the smallest hashes, in their order."""
    blocks = [
        block
        for part in part_of_report(rows)
        for block in blocks_of([(row["set"], row["text"]) for row in part])
    ]
    keys = [hashlib.sha256("\n".join(block).encode()).digest() for block in blocks]
    order = sorted(range(len(blocks)), key=lambda at: keys[at])
    return [blocks[at] for at in sorted(order[:number])]


def run(context: Context) -> list[Measure]:
    """Audit the passages and count."""
    chosen = passages(context.bench.rows(HUMAN, every=True), context.bench.limit or PASSAGES)
    context.bench.count(HUMAN, sum(map(len, chosen)))
    reports = audited(context.auditor, chosen)
    thousands = np.array([report.words / 1000 for report in reports])
    groups = range(len(reports))

    def rate(name: str, counts: list[int]) -> Measure:
        statistic = ratio(np.array(counts, dtype=float), thousands)
        return measure(name, whole(statistic, len(reports)), statistic, groups, "lower")

    found = [
        rate(
            severity.value,
            [sum(one.severity is severity for one in report.findings) for report in reports],
        )
        for severity in sorted(Severity, key=lambda severity: -severity.rank)
    ]
    checks = sorted({one.check for report in reports for one in report.findings})
    return found + [
        rate(
            f"check.{check}",
            [sum(one.check == check for one in report.findings) for report in reports],
        )
        for check in checks
    ]


SUITE = Suite(
    "false-alarms", "findings per 1,000 words of human news", (HUMAN_REPORT,), run, predicts=False
)
