"""One run: inputs are cut in shards, measured by an engine, and written exactly once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from mtaudit.corpus import columns, parts
from mtaudit.corpus.dispatch import Dispatcher, Shard
from mtaudit.corpus.engine import Engine
from mtaudit.corpus.lines import BROKEN_OFF, Cut
from mtaudit.corpus.markers import Counts
from mtaudit.corpus.measure import Cells, signature_id
from mtaudit.corpus.rows import Rows
from mtaudit.corpus.sources import Source
from mtaudit.errors import InputError, UsageError, did_you_mean

# Ids are told apart up to this many rows, so that memory is bounded.
MOST_IDS = 1_000_000


@dataclass(frozen=True)
class Plan:
    """What a run reads and writes; everything here but ``strict`` can change a row."""

    text: str = "text"
    id: str | None = None
    beside: tuple[str, ...] = ()
    format: str = "jsonl"
    own: tuple[str, ...] = tuple(columns.TYPES)
    prefix: str = ""
    cut: Cut = field(default_factory=Cut)
    max_characters: int = 1_000_000
    markup: str = "plain"
    strict: bool = False

    def options(self) -> dict[str, Any]:
        """Return what decides the content of a part, beside rows and signature."""
        return {
            "text_column": self.text,
            "id_column": self.id,
            "format": self.format,
            "columns": list(self.own),
            "prefix": self.prefix,
            "shard_rows": self.cut.rows,
            "shard_bytes": self.cut.size,
            "max_characters": self.max_characters,
            "markup": self.markup,
        }

    def work(self, signature: str) -> str:
        """Return a digest of signature and options."""
        told = json.dumps([signature, self.options()], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


class Sink(Protocol):
    """Where the rows of shards go."""

    def claim(self, index: int, key: str) -> Counts | None:
        """Return the counts of a shard that is not to be measured, None for one that is."""

    def put(self, shard: Shard, cells: Sequence[Cells], counts: Counts) -> None:
        """Write a shard; the cells are those of its rows."""

    def skip(self, source: Source, first: int) -> Sequence[str] | None:
        """Return the keys of the shards of a source that need not be read."""

    def mine(self, index: int) -> bool:
        """Whether a shard is this job's."""

    @property
    def full(self) -> bool:
        """Whether shards wait to be written, so that no more may come."""

    def read(self, source: Source, first: int, keys: Sequence[str]) -> None:
        """Be told that a source was read to its end."""


class Progress(Protocol):
    """Is told of rows as they become known."""

    def update(self, cells: Sequence[Cells], tokens: int) -> None:
        """Take in cells of rows, and tokens read by the model."""

    def read(self, source: Source, rows: Rows | None) -> None:
        """Be told of rows that have been read, of None when the source is at its end."""


@dataclass
class Outcome:
    """What a run has done: shards in all, how many were done before, and the counts of all rows."""

    shards: int = 0
    done_before: int = 0
    counts: Counts = field(default_factory=Counts)
    stopped: bool = False


class Runner:
    """Runs a plan over sources; see :meth:`run`."""

    def __init__(
        self,
        plan: Plan,
        engine: Engine,
        sink: Sink,
        progress: Progress,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._plan, self._sink, self._progress, self._stopping = plan, sink, progress, stopping
        self._signature = signature_id(engine.signature)
        self._work = plan.work(str(engine.signature))
        self._dispatcher = Dispatcher(engine, self._finish, progress.update)
        self._ids: set[int] = set()
        self._outcome = Outcome()

    def run(self, sources: Sequence[Source]) -> Outcome:
        """Measure every row that is not done yet.

        Raises:
            InputError: a row cannot be audited and the plan is strict.
            OutputError: the output cannot be written.

        """
        for source in sources:
            first = self._outcome.shards
            known = self._sink.skip(source, first)
            if known is not None:
                self._pass_over(known)
                self._progress.read(source, None)
                continue
            keys = []
            for rows in source.shards(self._plan.cut):
                if self._stopping():
                    self._outcome.stopped = True
                    break
                keys.append(self._shard(rows))
                self._progress.read(source, rows)
                while self._sink.full:
                    self._dispatcher.step()
            if self._outcome.stopped:
                break
            self._sink.read(source, first, keys)
            self._progress.read(source, None)
        self._dispatcher.drain()
        return self._outcome

    def _pass_over(self, keys: Sequence[str]) -> None:
        for key in keys:
            index = self._outcome.shards
            self._outcome.shards += 1
            counts = self._sink.claim(index, key) if self._sink.mine(index) else None
            if counts is not None:
                self._outcome.done_before += 1
                self._outcome.counts.add(counts)

    def _shard(self, rows: Rows) -> str:
        index = self._outcome.shards
        self._outcome.shards += 1
        columns.check_clash(self._plan.own, rows.names, self._plan.prefix, "the input")
        key = hashlib.sha256(f"{self._work} {rows.digest()}".encode()).hexdigest()[:24]
        if not self._sink.mine(index):
            return key
        counts = self._sink.claim(index, key)
        if counts is not None:
            self._outcome.done_before += 1
            self._outcome.counts.add(counts)
            self._repeated_ids(rows)
            return key
        texts, cells = self._texts(rows)
        self._dispatcher.add(Shard(index, key, rows, cells), texts)
        return key

    def _texts(self, rows: Rows) -> tuple[list[str | None], list[Cells | None]]:
        texts: list[str | None] = []
        cells: list[Cells | None] = []
        for value, error in zip(rows.column(self._plan.text), rows.errors, strict=True):
            wrong = error or self._wrong(value)
            texts.append(None if wrong else value)
            cells.append({"error": wrong} if wrong else None)
        return texts, cells

    def _wrong(self, value: object) -> str | None:
        if value is None:
            return f"no text in column {self._plan.text!r}"
        if not isinstance(value, str):
            return f"column {self._plan.text!r} holds {_KINDS.get(type(value), 'no text')}"
        if len(value) > self._plan.max_characters:
            return (
                f"{len(value):,} characters are more than the limit of "
                f"{self._plan.max_characters:,}; split the text or raise --max-characters"
            )
        return None

    def _finish(self, shard: Shard) -> None:
        made = [cells for cells in shard.cells if cells is not None]
        if self._plan.strict:
            self._stop_at_error(shard, made)
        counts = Counts(
            rows=len(made),
            errors=sum("error" in cells for cells in made),
            repeated_texts=shard.repeated,
            repeated_ids=self._repeated_ids(shard.rows),
            broken_files=sum(BROKEN_OFF in (error or "") for error in shard.rows.errors),
            words=sum(cells.get("words", 0) for cells in made),
            verdicts=Counter(cells["verdict"] for cells in made if "verdict" in cells),
        )
        rows = [
            columns.row(cells, self._plan.own, self._plan.prefix, self._signature) for cells in made
        ]
        self._sink.put(shard, rows, counts)
        self._outcome.counts.add(counts)

    def _stop_at_error(self, shard: Shard, made: Sequence[Cells]) -> None:
        for number, cells in enumerate(made):
            if "error" in cells:
                ids = shard.rows.column(self._plan.id) if self._plan.id else []
                who = (
                    f"row {ids[number]}"
                    if ids and ids[number] is not None
                    else (f"row {number + 1} of shard {shard.index}")
                )
                raise InputError(f"{who}: {cells['error']}; stopped, as --strict asks")

    def _repeated_ids(self, rows: Rows) -> int:
        if self._plan.id is None:
            return 0
        repeated = 0
        for value in rows.column(self._plan.id):
            if value is None:
                continue
            key = hash(str(value))
            repeated += key in self._ids
            if len(self._ids) < MOST_IDS:
                self._ids.add(key)
        return repeated


_KINDS = {
    int: "a number",
    float: "a number",
    bool: "a yes or no",
    list: "a list",
    dict: "an object",
}


def check_columns(plan: Plan, sources: Sequence[Source], options: dict[str, str]) -> pa.Schema:
    """Return the union of the columns of all inputs, when those that are asked for are there.

    ``options`` maps a column to the option that named it; the text column is in it.

    Raises:
        UsageError: an input lacks one, or has one with the name of an appended one.
        InputError: an input cannot be read.

    """
    heads = [(source, source.head()) for source in sources]
    for source, head in heads:
        if head is None:
            continue
        for column, option in options.items():
            if column not in head.names:
                raise UsageError(
                    f"{option}: {source.name} has no column {column!r}"
                    f"{did_you_mean(column, head.names) or ';'} columns: "
                    f"{', '.join(head.names) or 'none'}"
                )
        columns.check_clash(plan.own, head.names, plan.prefix, source.name)
    return parts.united([head for _, head in heads if head is not None])
