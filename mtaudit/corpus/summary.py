"""A corpus in figures, in one pass over scored rows and fixed memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mtaudit.corpus.batches import Batch
from mtaudit.corpus.findings import findings_of
from mtaudit.corpus.histogram import Histogram
from mtaudit.corpus.operations import Kind, kind_of
from mtaudit.corpus.scored import Scored
from mtaudit.corpus.tally import Tally
from mtaudit.corpus_report import CorpusReport, FindingRate, GarbledName, WorstDocument
from mtaudit.errors import InputError

MEASURES = ("garbled", "quality", "fluency", "surprisal", "words")
SEVERITIES = ("critical", "major", "minor")
_OWN = (*MEASURES, "verdict", "findings", "signature", "error")
_COUNTS = tuple(f"findings_{severity}" for severity in SEVERITIES)
_UNITS = {
    "garbled": ("0-1", "0.001"),
    "quality": ("0-100", "0.1"),
    "fluency": ("percentile", "0.1"),
    "surprisal": ("nats a token", "0.01 below 30"),
    "words": ("a document", "exact to 1,000, then 1 %"),
}
_BEGINNING = 140
_LONGEST_KEY = 200
_MOST_SUGGESTIONS = 3
_ROUND = [m * 10**e for e in range(1, 9) for m in (1, 2, 5)]


def _histogram(name: str) -> Histogram:
    if name == "garbled":
        return Histogram(np.arange(1001) / 1000, steps=(50,), fixed=True)
    if name in ("quality", "fluency"):
        return Histogram(np.arange(1001) / 10, steps=(50,), fixed=True)
    if name == "surprisal":
        return Histogram(np.arange(3001) / 100, steps=(5, 10, 20, 50, 100, 200))
    above = 1000 * 1.01 ** np.arange(1, 1160)
    edges = np.unique(np.concatenate((np.arange(1001.0), np.floor(above), np.array(_ROUND))))
    return Histogram(edges, bar_edges=[0, *_ROUND], whole=True)


class Summary:
    """Takes batches of scored rows; ``top`` bounds every list of the report."""

    def __init__(self, top: int, id_column: str | None, text_column: str | None) -> None:
        self._top = top
        self._id, self._text = id_column, text_column
        self._rows = self._error_rows = 0
        self._words: int | None = None
        self._histograms = {name: _histogram(name) for name in MEASURES}
        self._errors: Tally[str] = Tally(10_000)
        self._verdicts: Tally[str] = Tally(1_000)
        self._signatures: Tally[str] = Tally(1_000)
        self._rates: Tally[tuple[str, str]] = Tally(10_000)
        self._names: Tally[str] = Tally()
        self._renderings: Tally[tuple[str, str]] = Tally()
        self._severities: dict[str, int] = {}
        self._with_findings = False
        # Sort key and document, the worst first.
        self._worst: list[tuple[tuple[float, float, int], WorstDocument]] = []

    def add(self, batch: Batch) -> None:
        """Count the rows of ``batch``.

        Raises:
            InputError: a column of mtaudit's holds something else.

        """
        measured = {name: _numbers(batch, name) for name in MEASURES}
        for name, values in measured.items():
            self._histograms[name].add(values[np.isfinite(values)])
        words = measured["words"][np.isfinite(measured["words"])]
        if len(words):
            self._words = (self._words or 0) + int(words.sum())
        for name, tally in (
            ("error", self._errors),
            ("verdict", self._verdicts),
            ("signature", self._signatures),
        ):
            for value, count in _texts(batch, name):
                tally.add(" ".join(value.split())[:_LONGEST_KEY], count)
                self._error_rows += count if name == "error" else 0
        self._add_findings(batch)
        self._add_worst(batch, measured["garbled"], measured["quality"])
        self._rows += len(batch)

    def report(self, source: str, columns: tuple[str, ...]) -> CorpusReport:
        """Return what was counted in ``source``, which has ``columns``."""
        distributions = (
            self._histograms[name].distribution(name, *_UNITS[name]) for name in MEASURES
        )
        severities = None
        if self._severities:
            severities = tuple((one, self._severities.get(one, 0)) for one in SEVERITIES)
        return CorpusReport(
            source=source,
            rows=self._rows,
            error_rows=self._error_rows,
            errors=self._errors.most(self._top),
            words=self._words,
            verdicts=self._verdicts.most(),
            distributions=tuple(one for one in distributions if one is not None),
            worst=tuple(document for _, document in self._worst),
            severities=severities,
            findings=self._finding_rates() if self._with_findings else None,
            names=self._garbled_names() if self._with_findings else None,
            names_short_by=self._names.short_by,
            signatures=self._signatures.most(),
            missing=tuple(name for name in _OWN if name not in columns),
        )

    def _add_findings(self, batch: Batch) -> None:
        counted = False
        for severity, column in zip(SEVERITIES, _COUNTS, strict=True):
            values = _numbers(batch, column)
            values = values[np.isfinite(values)]
            if len(values):
                counted = True
                self._severities[severity] = self._severities.get(severity, 0) + int(values.sum())
        found = findings_of(batch)
        if found is None:
            return
        self._with_findings = True
        for (check, severity), count in found.rates.items():
            self._rates.add((check[:_LONGEST_KEY], severity), count)
            if not counted:
                self._severities[severity] = self._severities.get(severity, 0) + count
        for text, replacement in found.names:
            text = " ".join(text.split())[:_LONGEST_KEY]
            self._names.add(text)
            if replacement is not None:
                self._renderings.add((text, " ".join(replacement.split())[:_LONGEST_KEY]))

    def _add_worst(
        self, batch: Batch, garbled: npt.NDArray[np.float64], quality: npt.NDArray[np.float64]
    ) -> None:
        """Keep the ``top`` documents by garbled, then quality, then the order of the rows."""
        known = np.flatnonzero(np.isfinite(garbled))
        last = np.where(np.isfinite(quality), quality, np.inf)
        order = known[np.lexsort((known, last[known], -garbled[known]))][: self._top]
        for index in order.tolist():
            key = (-garbled[index], last[index], self._rows + index)
            if len(self._worst) >= self._top and key >= self._worst[-1][0]:
                break
            self._worst.append((key, self._document(batch, index)))
            self._worst.sort(key=lambda one: one[0])
            del self._worst[self._top :]

    def _document(self, batch: Batch, index: int) -> WorstDocument:
        place = batch.place(index)
        given = None if self._id is None else batch.values(self._id, index)
        text = None if self._text is None else batch.values(self._text, index)
        beginning = None
        if isinstance(text, str):
            beginning = " ".join(text[: 4 * _BEGINNING].split())
            if len(beginning) > _BEGINNING:
                cut = beginning.rfind(" ", _BEGINNING // 2, _BEGINNING)
                beginning = beginning[: cut if cut > 0 else _BEGINNING] + " …"
        words, quality = batch.values("words", index), batch.values("quality", index)
        return WorstDocument(
            id=place if given is None else str(given)[:_LONGEST_KEY],
            place=place,
            verdict=batch.values("verdict", index),
            garbled=float(batch.values("garbled", index)),
            quality=None if quality is None else float(quality),
            words=None if words is None else int(words),
            beginning=beginning,
        )

    def _finding_rates(self) -> tuple[FindingRate, ...]:
        return tuple(
            FindingRate(check, severity, count, 1000 * count / self._words if self._words else None)
            for (check, severity), count in self._rates.most(self._top)
        )

    def _garbled_names(self) -> tuple[GarbledName, ...]:
        renderings: dict[str, list[tuple[str, int]]] = {}
        for (text, replacement), count in self._renderings.most():
            renderings.setdefault(text, []).append((replacement, count))
        return tuple(
            GarbledName(text, count, tuple(renderings.get(text, [])[:_MOST_SUGGESTIONS]))
            for text, count in self._names.most(self._top)
        )


def summarise(
    source: Scored,
    *,
    top: int,
    id_column: str | None = None,
    text_column: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> CorpusReport:
    """Return the report of all rows of ``source``.

    Args:
        source: scored rows, which are read once.
        top: how long each list of the report may be.
        id_column: what names a document, else ``id`` where there is one, else file and line.
        text_column: whose beginning is shown, else ``text`` where there is one.
        progress: told the rows read so far.

    Raises:
        InputError: there are no rows, none of mtaudit's columns, or a broken part.

    """
    if source.sample is None:
        raise InputError(f"{source.name}: has no rows; there is nothing to summarise")
    if not set(_OWN[:-1]) & set(source.columns):
        raise InputError(
            f"{source.name}: has no column that mtaudit score writes; columns: "
            f"{', '.join(source.columns)}"
        )
    id_column = id_column or ("id" if "id" in source.columns else None)
    text_column = text_column or ("text" if "text" in source.columns else None)
    summary = Summary(top, id_column, text_column)
    wanted = {name for name in (*_OWN, *_COUNTS, id_column, text_column) if name is not None}
    rows = 0
    for batch in source.batches(wanted):
        summary.add(batch)
        rows += len(batch)
        progress(rows)
    if not rows:
        raise InputError(f"{source.name}: has no rows; there is nothing to summarise")
    return summary.report(source.name, source.columns)


def _numbers(batch: Batch, name: str) -> npt.NDArray[np.float64]:
    """Return a column as float64, with NaN where it is null."""
    column = batch.column(name)
    if kind_of(column.type) not in (Kind.NUMBER, Kind.NULL):
        raise _foreign(batch, name, "numbers")
    made: Any = pc.fill_null(column.cast(pa.float64()), float("nan"))
    return np.asarray(made.to_numpy(zero_copy_only=False), dtype=np.float64)


def _texts(batch: Batch, name: str) -> list[tuple[str, int]]:
    column = batch.column(name)
    if kind_of(column.type) not in (Kind.TEXT, Kind.NULL):
        raise _foreign(batch, name, "text")
    counts = pc.value_counts(column.cast(pa.string())).to_pylist()
    return [(one["values"], one["counts"]) for one in counts if one["values"] is not None]


def _foreign(batch: Batch, name: str, wanted: str) -> InputError:
    return InputError(
        f"{batch.place(0)} and after: {name!r} holds no {wanted}; is this an output of mtaudit "
        "score?"
    )
