"""Parquet and Arrow files, a shard at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mtaudit.corpus.lines import Cut, broken, one_line
from mtaudit.corpus.rows import ArrowRows, JsonRows, Rows
from mtaudit.errors import InputError


def schema_of(path: Path) -> pa.Schema:
    """Return the columns of a Parquet or Arrow file.

    Raises:
        InputError: it is broken, or two of its columns have one name.

    """
    try:
        if path.suffix == ".parquet":
            with pq.ParquetFile(path) as file:
                schema = file.schema_arrow
        else:
            with path.open("rb") as stream:
                schema = _reader(stream)[0]
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"{path}: not a whole {path.suffix[1:]} file ({one_line(error)}); get the file again"
        ) from None
    if len(set(schema.names)) < len(schema.names):
        raise InputError(f"{path}: two columns have one name; rename one of them")
    return schema.remove_metadata()


def shards(path: Path, name: str, cut: Cut) -> Iterator[Rows]:
    """Yield the rows of a file in shards; one that breaks off ends in one row that says so."""
    read = 0
    try:
        for batch in _batches(path, cut):
            for rows in pieces(batch, cut):
                yield ArrowRows(rows)
                read += rows.num_rows
    except (OSError, pa.ArrowException) as error:
        place = f"{name}, row {read}"
        yield JsonRows([b"{}"], [name], [broken(name, f"after {place}", error)])


def _batches(path: Path, cut: Cut) -> Iterator[pa.RecordBatch]:
    if path.suffix == ".parquet":
        with pq.ParquetFile(path, pre_buffer=False) as file:
            yield from file.iter_batches(cut.rows, use_threads=False)
        return
    with path.open("rb") as stream:
        yield from _reader(stream)[1]


def _reader(stream: object) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Return schema and batches of an Arrow file in either of its two layouts."""
    magic = stream.read(6)  # type: ignore[attr-defined]
    stream.seek(0)  # type: ignore[attr-defined]
    if magic == b"ARROW1":
        file = pa.ipc.open_file(stream)
        return file.schema, (file.get_batch(i) for i in range(file.num_record_batches))
    running = pa.ipc.open_stream(stream)
    return running.schema, iter(running)


def pieces(batch: pa.RecordBatch, cut: Cut) -> Iterator[pa.RecordBatch]:
    """Yield slices of at most ``cut.rows`` rows and about ``cut.size`` bytes."""
    each = max(1, batch.get_total_buffer_size() // max(1, batch.num_rows))
    most = max(1, min(cut.rows, cut.size // each))
    for start in range(0, batch.num_rows, most):
        yield batch.slice(start, most)
