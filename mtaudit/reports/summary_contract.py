"""The summary contract ``mtaudit.summary/1`` as types; the JSON Schema is generated from them."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

SCHEMA = "mtaudit.summary/1"


class CountObject(TypedDict):
    """A value and how many rows have it."""

    value: str
    rows: int


class BarObject(TypedDict):
    """Rows in [low, high); the last bar includes ``high``."""

    low: float
    high: float
    rows: int


class DistributionObject(TypedDict):
    """One measure; ``quantiles`` by share, as in "0.5", known to within ``resolution``."""

    measure: str
    unit: str
    rows: int
    mean: float
    minimum: float
    maximum: float
    quantiles: dict[str, float]
    resolution: str
    histogram: list[BarObject]


class WorstObject(TypedDict):
    """A document that reads badly."""

    id: str
    place: str
    verdict: str | None
    garbled: float
    quality: float | None
    words: int | None
    beginning: str | None


class SeverityObject(TypedDict):
    """All findings of a severity."""

    severity: str
    count: int
    per_1000_words: float | None


class FindingRateObject(TypedDict):
    """The findings of a check and severity."""

    check: str
    severity: str
    count: int
    per_1000_words: float | None


class RenderingObject(TypedDict):
    """What was suggested first, and how often."""

    replacement: str
    count: int


class NameObject(TypedDict):
    """A garbled name."""

    text: str
    count: int
    suggestions: list[RenderingObject]


class SummaryObject(TypedDict):
    """The whole summary, as ``--format json`` prints it; null where the rows do not tell."""

    schema: Literal["mtaudit.summary/1"]
    source: str
    rows: int
    error_rows: int
    errors: list[CountObject]
    words: int | None
    verdicts: list[CountObject]
    distributions: list[DistributionObject]
    worst: list[WorstObject]
    severities: list[SeverityObject] | None
    findings: list[FindingRateObject] | None
    garbled_names: list[NameObject] | None
    garbled_names_short_by: int
    signatures: list[CountObject]
    missing_columns: list[str]
