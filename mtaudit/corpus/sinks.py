"""Where scored rows go: a folder of parts, or a stream in the order of the input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

import pyarrow as pa

from mtaudit.corpus import columns
from mtaudit.corpus.dispatch import Shard
from mtaudit.corpus.folder import Folder
from mtaudit.corpus.markers import Counts, Reading
from mtaudit.corpus.measure import Cells
from mtaudit.corpus.parts import write_jsonl, write_parquet
from mtaudit.corpus.runner import Plan
from mtaudit.corpus.sources import Source

_MOST_WAITING = 16


class FolderSink:
    """Writes each shard to its part of a folder."""

    def __init__(self, folder: Folder, plan: Plan, inputs: pa.Schema) -> None:
        self._folder, self._plan, self._inputs = folder, plan, inputs
        self._stats: dict[str, list[list[int]] | None] = {}
        self._appended = columns.schema(plan.own, plan.prefix)

    def claim(self, index: int, key: str) -> Counts | None:
        """Return the counts of a shard that is done."""
        return self._folder.claim(index, key)

    def mine(self, index: int) -> bool:
        """Whether a shard is this job's."""
        return self._folder.mine(index)

    @property
    def full(self) -> bool:
        """Never: parts are written as they come."""
        return False

    def skip(self, source: Source, first: int) -> Sequence[str] | None:
        """Return the keys of a source that stands as it did, all of whose shards are done."""
        stat = _stat(source)
        self._stats[source.name] = stat
        reading = self._folder.known(source.name, stat, first)
        return None if reading is None else reading.keys

    def read(self, source: Source, first: int, keys: Sequence[str]) -> None:
        """Remember the keys, unless the source has changed while it was read."""
        stat = _stat(source)
        if stat is not None and stat == self._stats[source.name]:
            self._folder.read_through(source.name, Reading(stat, first, list(keys)))

    def put(self, shard: Shard, cells: Sequence[Cells], counts: Counts) -> None:
        """Write a part and its marker."""

        def write(stream: BinaryIO) -> None:
            if self._plan.format == "jsonl":
                write_jsonl(stream, shard.rows, cells)
            else:
                write_parquet(stream, shard.rows, cells, self._inputs, self._appended)

        self._folder.commit(shard.index, shard.key, counts, write)


def _stat(source: Source) -> list[list[int]] | None:
    stat = source.stat()
    return None if stat is None else [list(one) for one in stat]


class StreamSink:
    """Writes JSON Lines to a stream, in the order of the input; nothing of it can be resumed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._next = 0
        self._waiting: dict[int, tuple[Shard, Sequence[Cells]]] = {}

    def claim(self, index: int, key: str) -> Counts | None:
        """Nothing is done before."""
        return None

    def mine(self, index: int) -> bool:
        """Every shard is."""
        return True

    @property
    def full(self) -> bool:
        """Whether many shards wait for one before them."""
        return len(self._waiting) > _MOST_WAITING

    def skip(self, source: Source, first: int) -> Sequence[str] | None:
        """Nothing is passed over."""
        return None

    def read(self, source: Source, first: int, keys: Sequence[str]) -> None:
        """Nothing is remembered."""

    def put(self, shard: Shard, cells: Sequence[Cells], counts: Counts) -> None:
        """Write the shards whose turn has come."""
        self._waiting[shard.index] = (shard, cells)
        while self._next in self._waiting:
            ready, made = self._waiting.pop(self._next)
            write_jsonl(self._stream, ready.rows, made)
            self._stream.flush()
            self._next += 1
