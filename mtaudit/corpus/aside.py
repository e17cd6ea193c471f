"""Files and folders that are written aside, synced, and renamed when all is well."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from typing_extensions import override

from mtaudit.corpus.batches import ArrowBatch, Batch
from mtaudit.corpus.destination import Destination, unwritable
from mtaudit.corpus.spool import Spool
from mtaudit.errors import InputError

# Rows are gathered to this size before a Parquet row group is written.
_ROW_GROUP_BYTES = 32_000_000
_ROW_GROUP_ROWS = 100_000


class File(Destination):
    """One file: JSON Lines (plain, ``.gz``, ``.zst``) or Parquet, by its name.

    ``schema`` is that of Parquet input. JSON Lines that become Parquet are kept aside as lines
    first, because their types are known only when all are seen.
    """

    def __init__(self, path: Path, schema: Any) -> None:
        self.name = str(path)
        self._path = path
        self._aside = _aside(path)
        self._parquet = path.suffix == ".parquet"
        self._schema = schema
        self._spool: Spool | None = None
        self._stream: Any = None
        self._held: list[Any] = []
        self._size = self._rows = 0
        self._guard(self._open)

    @override
    def write(self, batch: Batch) -> None:
        self._guard(lambda: self._write(batch))

    @override
    def finish(self) -> None:
        def work() -> None:
            if self._spool is not None:
                for rows in self._spool.rows():
                    if self._stream is None:
                        self._stream = pq.ParquetWriter(self._aside, rows.schema)
                    self._hold(rows)
                if self._stream is None:
                    self._stream = pq.ParquetWriter(self._aside, pa.schema([]))
                self._spool.discard()
            self._flush()
            self._stream.close()
            self._stream = None
            _sync(self._aside)

        self._guard(work)

    @override
    def publish(self) -> None:
        self._guard(lambda: _replace(self._aside, self._path))

    @override
    def discard(self) -> None:
        if self._stream is not None:
            # A full disk fails here again, and has been told of.
            _quietly(self._stream.close)
            self._stream = None
        if self._spool is not None:
            self._spool.discard()
        _quietly(lambda: self._aside.unlink(missing_ok=True))

    def _open(self) -> None:
        if not self._parquet:
            compression = {".gz": "gzip", ".zst": "zstd"}.get(self._path.suffix)
            self._stream = pa.output_stream(str(self._aside), compression=compression)
        elif self._schema is None:
            self._spool = Spool(self._aside.with_suffix(".lines"), self.name)
        else:
            self._stream = pq.ParquetWriter(self._aside, self._schema)

    def _write(self, batch: Batch) -> None:
        if self._spool is not None:
            self._spool.write(batch)
        elif self._parquet:
            assert isinstance(batch, ArrowBatch)
            self._hold(batch.rows)
        else:
            self._stream.write(b"".join(batch.lines()))

    def _hold(self, rows: Any) -> None:
        self._held.append(rows)
        self._size += rows.nbytes
        self._rows += rows.num_rows
        if self._size >= _ROW_GROUP_BYTES or self._rows >= _ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._held:
            self._stream.write_table(pa.Table.from_batches(self._held))
        self._held, self._size, self._rows = [], 0, 0

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            work()
        except pa.ArrowNotImplementedError as error:
            raise InputError(
                f"{self.name}: Parquet cannot hold these rows ({' '.join(str(error).split())}); "
                "write .jsonl"
            ) from None
        except (OSError, pa.ArrowException) as error:
            raise unwritable(self.name, error) from None


class Folder(Destination):
    """A folder with one part for each part of the input that has rows for it."""

    def __init__(self, path: Path, schema: Any) -> None:
        self.name = str(path)
        self._path = path
        self._schema = schema
        self._aside = _aside(path)
        self._part: File | None = None
        self._written: set[str] = set()
        try:
            self._aside.mkdir()
        except OSError as error:
            raise unwritable(self.name, error) from None

    @override
    def write(self, batch: Batch) -> None:
        name = batch.part
        if not name.startswith("part-"):
            kind = "parquet" if self._schema is not None else "jsonl"
            name = f"part-00000.{kind}"
        if self._part is None or name not in self._written:
            self._close()
            self._part = File(self._aside / name, self._schema)
            self._written.add(name)
        self._part.write(batch)

    @override
    def finish(self) -> None:
        if self._part is None:
            kind = "parquet" if self._schema is not None else "jsonl"
            self._part = File(self._aside / f"part-00000.{kind}", self._schema)
        self._close()

    @override
    def publish(self) -> None:
        try:
            _replace(self._aside, self._path)
        except OSError as error:
            raise unwritable(self.name, error) from None

    @override
    def discard(self) -> None:
        if self._part is not None:
            self._part.discard()
        shutil.rmtree(self._aside, ignore_errors=True)

    def _close(self) -> None:
        if self._part is not None:
            self._part.finish()
            self._part.publish()
            self._part = None


def _aside(path: Path) -> Path:
    # The same folder, so that the rename stays on one disk.
    return path.parent / f".{path.name}.{uuid.uuid4().hex[:8]}.aside"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace(aside: Path, path: Path) -> None:
    """Put ``aside`` in the place of ``path``, whatever stood there."""
    former = None
    if aside.is_dir():
        _sync(aside)
        if path.exists():
            # A folder replaces only an empty one, so what stands there makes way first.
            former = path.rename(_aside(path))
    os.replace(aside, path)
    _sync(path.parent)
    if former is not None and former.is_dir():
        shutil.rmtree(former)
    elif former is not None:
        former.unlink()


def _quietly(work: Callable[[], None]) -> None:
    with contextlib.suppress(OSError, pa.ArrowException):
        work()


def write_file(path: Path, content: bytes) -> None:
    """Write one file whole, or not at all.

    Raises:
        InputError: it cannot be written.

    """
    aside = _aside(path)
    try:
        aside.write_bytes(content)
        _sync(aside)
        _replace(aside, path)
    except OSError as error:
        raise unwritable(str(path), error) from None
    finally:
        _quietly(lambda: aside.unlink(missing_ok=True))
