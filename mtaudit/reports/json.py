"""``--format json`` and ``--format jsonl``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, cast

from mtaudit.document import Document, Span
from mtaudit.finding import DocumentReport, Finding, SegmentReport, Signature
from mtaudit.reports.contract import (
    SCHEMA,
    DocumentObject,
    FindingObject,
    LineObject,
    SegmentObject,
    SignatureObject,
    SpanObject,
)


def json_report(
    signature: Signature, documents: Iterable[DocumentReport], *, words: bool = False
) -> Iterator[str]:
    """Yield one JSON object for all documents, in pieces."""
    yield f'{{"schema": "{SCHEMA}", "signature": {_dumps(asdict(signature))}, "documents": ['
    for number, report in enumerate(documents):
        yield ("," if number else "") + "\n" + _dumps(document_object(report, words=words))
    yield "\n]}\n"


def json_lines(
    signature: Signature, documents: Iterable[DocumentReport], *, words: bool = False
) -> Iterator[str]:
    """Yield one line a document."""
    for report in documents:
        line = LineObject(
            schema="mtaudit.report/1",
            signature=cast(SignatureObject, asdict(signature)),
            **document_object(report, words=words),
        )
        yield _dumps(line) + "\n"


def _dumps(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # A lone surrogate has no UTF-8 form; JSON's own escape keeps the offsets exact.
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text)


def document_object(report: DocumentReport, *, words: bool = False) -> DocumentObject:
    """Return a document's report as the contract has it."""
    return DocumentObject(
        id=report.document.id,
        origin=report.document.origin,
        language=report.language,
        words=report.words,
        modes=list(report.modes),
        verdict=report.verdict,
        quality=report.quality,
        garbled=report.garbled,
        fluency=None
        if report.fluency is None
        else {"surprisal": report.fluency.surprisal, "percentile": report.fluency.percentile},
        coverage={"characters": report.coverage.characters, "scored": report.coverage.scored},
        segments=[_segment(segment, words=words) for segment in report.segments],
        findings=[_finding(finding, report.document) for finding in report.findings],
    )


def _segment(segment: SegmentReport, *, words: bool) -> SegmentObject:
    made = SegmentObject(
        start=segment.span.start,
        end=segment.span.end,
        surprisal=segment.surprisal,
        fluency=segment.fluency,
        garbled=segment.garbled,
        quality=segment.quality,
    )
    if words:
        made["words"] = [
            {
                "start": word.span.start,
                "end": word.span.end,
                "surprisal": word.surprisal,
                "error": word.error,
            }
            for word in segment.words
        ]
    return made


def _finding(finding: Finding, document: Document) -> FindingObject:
    return FindingObject(
        id=finding.fingerprint(document.text),
        check=finding.check,
        category=finding.category.value,
        severity=finding.severity.value,
        start=finding.span.start,
        end=finding.span.end,
        text=document[finding.span],
        message=finding.message,
        confidence=finding.confidence,
        suggestions=[
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
        related=[_span(span, document) for span in finding.related],
        evidence=dict(finding.evidence),
    )


def _span(span: Span, document: Document) -> SpanObject:
    return SpanObject(start=span.start, end=span.end, text=document[span])
