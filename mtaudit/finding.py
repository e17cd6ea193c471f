"""What an audit says: severities, MQM categories, suggestions, findings, reports."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from mtaudit.document import Document, Span

Verdict = Literal["pass", "review", "block"]
EvidenceValue = str | int | float | bool | tuple[str, ...]


class Severity(StrEnum):
    """MQM severity levels."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for minor, 1 for major, 2 for critical."""
        return ("minor", "major", "critical").index(self.value)


class Category(StrEnum):
    """MQM error types that target text can show (themqm.org, core typology)."""

    MISTRANSLATION = "accuracy/mistranslation"
    ADDITION = "accuracy/addition"
    OMISSION = "accuracy/omission"
    UNTRANSLATED = "accuracy/untranslated"
    NAME = "terminology/name"
    TERM_CONSISTENCY = "terminology/inconsistent"
    GRAMMAR = "linguistic-conventions/grammar"
    WORD_ORDER = "linguistic-conventions/word-order"
    PUNCTUATION = "linguistic-conventions/punctuation"
    REFERENCE = "linguistic-conventions/reference"
    STYLE = "style/unidiomatic"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An edit: put ``replacement`` in the place of ``span``.

    ``safe`` marks an edit that needs no human eye; ``confidence`` lies in [0, 1].
    """

    span: Span
    replacement: str
    reason: str
    confidence: float
    safe: bool = False

    def apply(self, text: str) -> str:
        """Return ``text`` with the edit made."""
        return text[: self.span.start] + self.replacement + text[self.span.end :]


@dataclass(frozen=True, slots=True)
class Finding:
    """One garbled place, why it is wrong, and what could stand there instead.

    ``related`` holds other spans that explain it: the other spelling of a name, the other half of
    a quotation. ``confidence`` lies in [0, 1].
    """

    check: str
    category: Category
    severity: Severity
    span: Span
    message: str
    confidence: float
    suggestions: tuple[Suggestion, ...] = ()
    evidence: Mapping[str, EvidenceValue] = field(default_factory=dict)
    related: tuple[Span, ...] = ()

    def fingerprint(self, text: str) -> str:
        """Return 16 hex digits that name the finding wherever its lines move to.

        The digest is over the check, the quoted text and 24 characters on either side, all with
        white space folded and case ignored.
        """
        before = text[max(0, self.span.start - 24) : self.span.start]
        after = text[self.span.end : self.span.end + 24]
        parts = (self.check, self.span.of(text), before, after)
        folded = "\x1f".join(" ".join(part.casefold().split()) for part in parts)
        return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a number depends on, carried by every report."""

    version: str
    config: str
    model: str
    tokenizer: str
    bos: str
    dtype: str
    tagger: str
    names: str

    def __str__(self) -> str:
        return (
            f"mtaudit:{self.version}|config:{self.config}|model:{self.model}"
            f"|tokenizer:{self.tokenizer}|bos:{self.bos}|dtype:{self.dtype}|tagger:{self.tagger}"
            f"|names:{self.names}"
        )


@dataclass(frozen=True, slots=True)
class WordReport:
    """One white-space delimited word; ``surprisal`` in nats, ``error`` a probability or None."""

    span: Span
    surprisal: float
    error: float | None = None


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """One sentence: ``surprisal`` in nats per token and ``fluency`` 0-100, None without a model."""

    span: Span
    surprisal: float | None
    fluency: float | None
    garbled: float
    quality: float
    words: tuple[WordReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Fluency:
    """``surprisal`` in nats per token; ``percentile`` 0-100 against human news, 100 most fluent.

    ``percentile`` is None for a model with which human news was not measured.
    """

    surprisal: float
    percentile: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many code points the text has and how many the language model scored."""

    characters: int
    scored: int


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """Everything that is said of one document; spans are of ``document.text``."""

    document: Document
    language: str
    words: int
    modes: tuple[str, ...]
    verdict: Verdict
    quality: float
    garbled: float
    fluency: Fluency | None
    coverage: Coverage
    segments: tuple[SegmentReport, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The documents of one audit and the signature under which they were measured."""

    signature: Signature
    documents: tuple[DocumentReport, ...]
