"""``mtaudit summary --format json``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import cast

from mtaudit.corpus_report import QUANTILES, CorpusReport, Distribution
from mtaudit.reports.summary_contract import (
    CountObject,
    DistributionObject,
    FindingRateObject,
    SummaryObject,
    WorstObject,
)


def summary_json(report: CorpusReport) -> str:
    """Return the summary as one JSON object."""
    text = json.dumps(summary_object(report), ensure_ascii=False, allow_nan=False, indent=1)
    # A lone surrogate has no UTF-8 form; JSON's own escape keeps it.
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text) + "\n"


def summary_object(report: CorpusReport) -> SummaryObject:
    """Return the summary as the contract has it."""
    return SummaryObject(
        schema="mtaudit.summary/1",
        source=report.source,
        rows=report.rows,
        error_rows=report.error_rows,
        errors=_counts(report.errors),
        words=report.words,
        verdicts=_counts(report.verdicts),
        distributions=[_distribution(one) for one in report.distributions],
        worst=[cast(WorstObject, asdict(one)) for one in report.worst],
        severities=None
        if report.severities is None
        else [
            {"severity": severity, "count": count, "per_1000_words": report.per_thousand(count)}
            for severity, count in report.severities
        ],
        findings=None
        if report.findings is None
        else [cast(FindingRateObject, asdict(one)) for one in report.findings],
        garbled_names=None
        if report.names is None
        else [
            {
                "text": name.text,
                "count": name.count,
                "suggestions": [
                    {"replacement": replacement, "count": count}
                    for replacement, count in name.suggestions
                ],
            }
            for name in report.names
        ],
        garbled_names_short_by=report.names_short_by,
        signatures=_counts(report.signatures),
        missing_columns=list(report.missing),
    )


def _counts(pairs: Iterable[tuple[str, int]]) -> list[CountObject]:
    return [{"value": value, "rows": rows} for value, rows in pairs]


def _distribution(one: Distribution) -> DistributionObject:
    return DistributionObject(
        measure=one.name,
        unit=one.unit,
        rows=one.count,
        mean=one.mean,
        minimum=one.minimum,
        maximum=one.maximum,
        quantiles={f"{share:g}": v for share, v in zip(QUANTILES, one.quantiles, strict=True)},
        resolution=one.resolution,
        histogram=[{"low": bar.low, "high": bar.high, "rows": bar.count} for bar in one.bars],
    )
