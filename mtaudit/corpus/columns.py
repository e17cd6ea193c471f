"""The columns that scoring appends: which there are, their types, and what a report puts in them.

A text's cells are a plain dictionary, which travels between processes and is kept for a text that
comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from mtaudit.document import Document, Span
from mtaudit.errors import UsageError, did_you_mean
from mtaudit.finding import DocumentReport, Finding, Severity

FINDINGS = ("none", "count", "full")

_SPAN = [("start", pa.int64()), ("end", pa.int64()), ("text", pa.string())]
_EDIT = pa.struct(
    [
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("replacement", pa.string()),
        ("reason", pa.string()),
        ("confidence", pa.float64()),
        ("safe", pa.bool_()),
    ]
)
_FINDING = pa.struct(
    [
        ("id", pa.string()),
        ("check", pa.string()),
        ("category", pa.string()),
        ("severity", pa.string()),
        *_SPAN,
        ("message", pa.string()),
        ("confidence", pa.float64()),
        ("suggestions", pa.list_(_EDIT)),
        ("related", pa.list_(pa.struct(_SPAN))),
    ]
)
_COUNTS = {f"findings_{severity.value}": severity for severity in Severity}
TYPES: dict[str, pa.DataType] = {
    "surprisal": pa.float64(),
    "fluency": pa.float64(),
    "garbled": pa.float64(),
    "quality": pa.float64(),
    "verdict": pa.string(),
    "words": pa.int64(),
    **dict.fromkeys(_COUNTS, pa.int64()),
    "findings": pa.list_(_FINDING),
    "signature": pa.string(),
    "error": pa.string(),
}


def chosen(findings: str, wanted: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return the columns to write, in their order: ``wanted``, or all that ``findings`` allows.

    Raises:
        UsageError: there is no such column, or its findings are not kept.

    """
    left_out = {"none": {"findings", *_COUNTS}, "count": {"findings"}, "full": set()}[findings]
    there = [name for name in TYPES if name not in left_out]
    for name in wanted or ():
        if name not in TYPES:
            raise UsageError(
                f"--columns: there is no column {name!r}{did_you_mean(name, TYPES)}"
                f"; columns: {', '.join(TYPES)}"
            )
        if name not in there:
            need = "full" if name == "findings" else "count"
            raise UsageError(f"--columns: {name} needs --findings {need}")
    # What could not be audited is always told.
    return tuple(name for name in there if wanted is None or name in wanted or name == "error")


def check_clash(own: Iterable[str], taken: Iterable[str], prefix: str, where: str) -> None:
    """Raise UsageError where an input column has the name of one that is appended."""
    there = set(taken)
    for name in own:
        if prefix + name in there:
            raise UsageError(
                f"{where}: has a column {prefix + name!r} already; name mtaudit's columns apart, "
                f"for example with --prefix {'mtaudit_' if not prefix else prefix + '2_'}"
            )


def schema(own: Sequence[str], prefix: str) -> pa.Schema:
    """Return the Arrow schema of the appended columns."""
    return pa.schema([(prefix + name, TYPES[name]) for name in own])


def of_report(report: DocumentReport, own: Sequence[str]) -> dict[str, Any]:
    """Return the cells of one audited text, less signature and error."""
    fluency = report.fluency
    cells: dict[str, Any] = {
        "surprisal": None if fluency is None else fluency.surprisal,
        "fluency": None if fluency is None else fluency.percentile,
        "garbled": report.garbled,
        "quality": report.quality,
        "verdict": report.verdict,
        "words": report.words,
    }
    for name, severity in _COUNTS.items():
        if name in own:
            cells[name] = sum(finding.severity is severity for finding in report.findings)
    if "findings" in own:
        cells["findings"] = [_finding(finding, report.document) for finding in report.findings]
    return cells


def row(
    cells: Mapping[str, Any], own: Sequence[str], prefix: str, signature: str
) -> dict[str, Any]:
    """Return what stands behind the input's own cells in one row of the output."""
    full = {**cells, "signature": signature}
    return {prefix + name: full.get(name) for name in own}


def _finding(finding: Finding, document: Document) -> dict[str, Any]:
    return {
        "id": finding.fingerprint(document.text),
        "check": finding.check,
        "category": finding.category.value,
        "severity": finding.severity.value,
        **_span(finding.span, document),
        "message": finding.message,
        "confidence": finding.confidence,
        "suggestions": [
            {
                "start": edit.span.start,
                "end": edit.span.end,
                "replacement": edit.replacement,
                "reason": edit.reason,
                "confidence": edit.confidence,
                "safe": edit.safe,
            }
            for edit in finding.suggestions
        ],
        "related": [_span(span, document) for span in finding.related],
    }


def _span(span: Span, document: Document) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "text": document[span]}
