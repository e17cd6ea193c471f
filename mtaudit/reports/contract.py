"""The report contract ``mtaudit.report/1`` as types; the JSON Schema is generated from them."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

SCHEMA = "mtaudit.report/1"


class SignatureObject(TypedDict):
    """What the numbers depend on."""

    version: str
    config: str
    model: str
    tokenizer: str
    bos: str
    dtype: str
    tagger: str
    names: str


class SpanObject(TypedDict):
    """A quoted place of the text."""

    start: int
    end: int
    text: str


class SuggestionObject(TypedDict):
    """An edit."""

    start: int
    end: int
    replacement: str
    reason: str
    confidence: float
    safe: bool


class FindingObject(TypedDict):
    """One garbled place."""

    id: str
    check: str
    category: str
    severity: Literal["minor", "major", "critical"]
    start: int
    end: int
    text: str
    message: str
    confidence: float
    suggestions: list[SuggestionObject]
    related: list[SpanObject]
    evidence: dict[str, Any]


class WordObject(TypedDict):
    """One word; surprisal in nats, error a probability or null."""

    start: int
    end: int
    surprisal: float
    error: float | None


class SegmentObject(TypedDict):
    """One sentence; surprisal in nats per token, fluency 0-100, null without a language model."""

    start: int
    end: int
    surprisal: float | None
    fluency: float | None
    garbled: float
    quality: float
    words: NotRequired[list[WordObject]]


class FluencyObject(TypedDict):
    """Surprisal in nats per token; percentile 0-100, null for a model without a reference."""

    surprisal: float
    percentile: float | None


class CoverageObject(TypedDict):
    """Code points in the text, and scored by the language model."""

    characters: int
    scored: int


class DocumentObject(TypedDict):
    """One document's report."""

    id: str
    origin: str
    language: str
    words: int
    modes: list[str]
    verdict: Literal["pass", "review", "block"]
    quality: float
    garbled: float
    fluency: FluencyObject | None
    coverage: CoverageObject
    segments: list[SegmentObject]
    findings: list[FindingObject]


class ReportObject(TypedDict):
    """The whole report, as ``--format json`` prints it."""

    schema: Literal["mtaudit.report/1"]
    signature: SignatureObject
    documents: list[DocumentObject]


class LineObject(DocumentObject):
    """One line of ``--format jsonl``: a document object, its schema and signature."""

    schema: Literal["mtaudit.report/1"]
    signature: SignatureObject
