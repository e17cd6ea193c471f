"""What a summary says of a corpus: plain values, which reports print."""

from __future__ import annotations

from dataclasses import dataclass

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Bar:
    """How many rows lie in ``[low, high)``; the last bar of a distribution includes ``high``."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """One measure over all rows that have it.

    ``quantiles`` has a value for each of ``QUANTILES``: the smallest one that at least this share
    of rows does not exceed, known to within ``resolution``. Mean, minimum and maximum are exact.
    """

    name: str
    unit: str
    count: int
    mean: float
    minimum: float
    maximum: float
    quantiles: tuple[float, ...]
    resolution: str
    bars: tuple[Bar, ...]

    def quantile(self, share: float) -> float:
        """Return one of the quantiles."""
        return self.quantiles[QUANTILES.index(share)]


@dataclass(frozen=True, slots=True)
class WorstDocument:
    """A document that reads badly; ``place`` is its file and line, ``beginning`` of its text."""

    id: str
    place: str
    verdict: str | None
    garbled: float
    quality: float | None
    words: int | None
    beginning: str | None


@dataclass(frozen=True, slots=True)
class FindingRate:
    """How often a check spoke up; ``per_1000_words`` is None where no words were counted."""

    check: str
    severity: str
    count: int
    per_1000_words: float | None


@dataclass(frozen=True, slots=True)
class GarbledName:
    """A garbled name as it is written, how often, and the first suggestions with their counts."""

    text: str
    count: int
    suggestions: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """A corpus in figures.

    ``errors``, ``verdicts`` and ``signatures`` pair a value with its rows, the commonest first.
    ``severities`` counts all findings and ``findings`` the most frequent by check; each is None
    where the rows do not tell. ``names_short_by`` bounds how much the count of a garbled name may
    be too low, 0 unless there were too many names to hold. ``missing`` lists absent columns.
    """

    source: str
    rows: int
    error_rows: int
    errors: tuple[tuple[str, int], ...]
    words: int | None
    verdicts: tuple[tuple[str, int], ...]
    distributions: tuple[Distribution, ...]
    worst: tuple[WorstDocument, ...]
    severities: tuple[tuple[str, int], ...] | None
    findings: tuple[FindingRate, ...] | None
    names: tuple[GarbledName, ...] | None
    names_short_by: int
    signatures: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]

    def per_thousand(self, count: int) -> float | None:
        """Return a rate per 1,000 words of the corpus, None where no words were counted."""
        return 1000 * count / self.words if self.words else None
