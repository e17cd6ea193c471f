"""One part of the output: rows and their cells, written aside, synced, renamed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mtaudit.corpus.lines import one_line
from mtaudit.corpus.rows import Rows, as_text, encodable
from mtaudit.errors import MtauditError, OutputError

FORMATS = ("jsonl", "parquet")
_ADVICE = "make room or give another --out; finished shards are kept, and the same command goes on"


def united(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """Return the union of the columns; one whose types do not go together is text."""
    fields: dict[str, pa.DataType] = {}
    for schema in schemas:
        for field in schema:
            known = fields.get(field.name, field.type)
            fields[field.name] = _common(known, field.type)
    return pa.schema(list(fields.items()))


def _common(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if one.equals(other):
        return one
    try:
        made = pa.unify_schemas(
            [pa.schema([("x", one)]), pa.schema([("x", other)])], promote_options="permissive"
        )
    except pa.ArrowException:
        return pa.string()
    return made.field("x").type


def write_jsonl(stream: BinaryIO, rows: Rows, cells: Sequence[Mapping[str, Any]]) -> None:
    """Write each row as a line."""
    stream.writelines(rows.json_lines(cells))


def write_parquet(
    stream: BinaryIO,
    rows: Rows,
    cells: Sequence[Mapping[str, Any]],
    inputs: pa.Schema,
    appended: pa.Schema,
) -> None:
    """Write a Parquet file with the columns of ``inputs``, those of ``rows``, and ``appended``."""
    fields, arrays = [], []
    for field in united([inputs, rows.schema]):
        planned = inputs.field(field.name).type if field.name in inputs.names else pa.null()
        types = [field.type, pa.string()]
        if not pa.types.is_null(planned):
            types.insert(0, planned)
        array = _fitted(rows, field.name, types)
        fields.append(pa.field(field.name, array.type))
        arrays.append(array)
    for field in appended:
        values = [encodable(row.get(field.name)) for row in cells]
        fields.append(field)
        arrays.append(pa.array(values, type=field.type))
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    pq.write_table(table, stream, compression="zstd")


def _fitted(rows: Rows, name: str, types: Sequence[pa.DataType]) -> pa.Array:
    for type_ in types:
        try:
            return rows.arrow(pa.schema([(name, type_)]))[0]
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            continue
    return pa.array([as_text(value) for value in rows.column(name)], type=pa.string())


def replace_file(path: Path, write: Callable[[BinaryIO], None]) -> int:
    """Write a file aside, sync it, put it in its place; return its bytes.

    Raises:
        OutputError: the disk is full, or may not be written to; what was there stands.

    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.aside")
    try:
        with aside.open("wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
            size = stream.tell()
        aside.replace(path)
        sync_folder(path.parent)
    except MtauditError:
        raise
    except (OSError, pa.ArrowException) as error:
        aside.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written ({one_line(error)}); {_ADVICE}") from error
    return size


def replace_bytes(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of a file; see :func:`replace_file`."""

    def write(stream: BinaryIO) -> None:
        stream.write(data)

    replace_file(path, write)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
