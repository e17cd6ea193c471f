"""Opening what ``mtaudit score`` has written: a folder of parts, one file, or standard input."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from mtaudit.corpus.batches import ArrowBatch, Batch, JsonBatch
from mtaudit.errors import InputError, UsageError, did_you_mean

Kind = Literal["jsonl", "parquet"]
STANDARD_INPUT = "-"
# A batch ends at either; a single row may be larger than the second.
_MOST_ROWS = 4096
_MOST_BYTES = 4_000_000
_SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
_MAGIC = b"PAR1"


class Scored:
    """Scored rows, read once, a batch at a time.

    ``columns`` are those of the Parquet files, or those that the first 4,096 rows of JSON Lines (or
    their first 4 MB) have. ``sample`` is a batch that shows their types: without rows for Parquet,
    the first one for JSON Lines, None when there is none. ``schema`` is the Arrow schema that every
    Parquet part fits, None for JSON Lines.
    """

    def __init__(self, given: str, stdin: BinaryIO) -> None:
        """Open ``given``: a path, or ``-`` for JSON Lines on ``stdin``.

        Raises:
            InputError: it cannot be read, or its parts do not belong together.

        """
        self.name = "standard input" if given == STANDARD_INPUT else given
        self.path = None if given == STANDARD_INPUT else Path(given)
        self.parts = () if self.path is None else _parts(self.path)
        self.kind: Kind = "jsonl" if self.path is None else _kind(self.path, self.parts)
        self.schema = _schema(self.parts) if self.kind == "parquet" else None
        self._lines = self._json(stdin) if self.kind == "jsonl" else iter(())
        self.sample: Batch | None
        if self.schema is not None:
            self.sample = ArrowBatch(self.name, _empty(self.schema), 0)
        else:
            self.sample = next(self._lines, None)
        self.columns = () if self.sample is None else self.sample.names

    def batches(self, only: Collection[str] | None = None) -> Iterator[Batch]:
        """Yield the rows, once; with ``only``, Parquet reads those columns alone from disk.

        Raises:
            InputError: a part is broken; the message names the file and the line.

        """
        if self.schema is None:
            return chain([] if self.sample is None else [self.sample], self._lines)
        wanted = [field for field in self.schema if only is None or field.name in only]
        return chain.from_iterable(_parquet(path, pa.schema(wanted)) for path in self.parts)

    def require(self, names: Collection[str], option: str) -> None:
        """Raise UsageError, with the columns there are, unless all ``names`` are among them."""
        for name in names:
            if name not in self.columns and self.sample is not None:
                raise UsageError(
                    f"{option}: {self.name} has no column {name!r}"
                    f"{did_you_mean(name, self.columns) or ';'} columns: {', '.join(self.columns)}"
                )

    def _json(self, stdin: BinaryIO) -> Iterator[JsonBatch]:
        if self.path is None:
            stream = io.BufferedReader(stdin)  # type: ignore[type-var]
            if stream.peek(4)[:4] == _MAGIC:
                raise InputError("standard input: Parquet cannot be streamed; give its file name")
            yield from _json_batches(self.name, stream)
        for path in self.parts:
            try:
                with _open(path) as lines:
                    yield from _json_batches(path.name, lines)
            except (OSError, pa.ArrowException) as error:
                raise _unreadable(path, error) from None


def _open(path: Path) -> io.BufferedReader:
    # A pipe has no length, which Arrow asks for.
    if not path.is_file():
        return path.open("rb")
    return io.BufferedReader(pa.input_stream(str(path), compression="detect"))


def _parquet(path: Path, schema: Any) -> Iterator[ArrowBatch]:
    first = 1
    try:
        with pq.ParquetFile(path) as file:
            there = [name for name in schema.names if name in file.schema_arrow.names]
            for rows in file.iter_batches(_MOST_ROWS // 4, columns=there):
                if rows.num_rows:
                    yield ArrowBatch(path.name, _fit(rows, schema), first)
                first += rows.num_rows
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from None


def _empty(schema: Any) -> Any:
    return pa.RecordBatch.from_arrays([pa.nulls(0, f.type) for f in schema], schema=schema)


def _fit(rows: Any, schema: Any) -> Any:
    """Return ``rows`` with the columns and types of ``schema``; a missing column is null."""
    if rows.schema.equals(schema):
        return rows
    columns = [
        rows.column(field.name).cast(field.type)
        if field.name in rows.schema.names
        else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _parts(path: Path) -> tuple[Path, ...]:
    """Return the files of a run in the order of their names."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if not path.is_dir():
        return (path,)
    try:
        found = sorted(path.glob("part-*"))
    except OSError as error:
        raise _unreadable(path, error) from None
    found = [part for part in found if part.name.endswith(_SUFFIXES)]
    if not found:
        raise InputError(
            f"{path}: no part-*.jsonl or part-*.parquet in this folder; give an output of "
            "mtaudit score"
        )
    return tuple(found)


def _kind(path: Path, parts: tuple[Path, ...]) -> Kind:
    kinds = set()
    for part in parts:
        try:
            # Reading from a pipe would take its first bytes away.
            magic = part.open("rb").read(4) if part.is_file() else b""
        except OSError as error:
            raise _unreadable(part, error) from None
        kinds.add("parquet" if magic == _MAGIC or part.suffix == ".parquet" else "jsonl")
    if len(kinds) > 1:
        raise InputError(
            f"{path}: holds JSON Lines and Parquet parts, the outputs of two runs; move one of them"
            " elsewhere"
        )
    return "parquet" if kinds == {"parquet"} else "jsonl"


def _schema(parts: tuple[Path, ...]) -> Any:
    """Return one schema for all parts; a column that a part lacks is null there."""
    schema: Any = None
    for part in parts:
        try:
            mine = pq.read_schema(part)
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(part, error) from None
        if len(set(mine.names)) < len(mine.names):
            raise InputError(f"{part}: two columns have one name; rename one of them")
        try:
            schema = (
                mine
                if schema is None
                else pa.unify_schemas([schema, mine], promote_options="permissive")
            )
        except pa.ArrowException as error:
            raise InputError(
                f"{part}: its columns do not fit those of the parts before it "
                f"({_one_line(error)}); filter or summarise them apart"
            ) from None
    return schema


def _json_batches(name: str, stream: Iterable[bytes]) -> Iterator[JsonBatch]:
    raw: list[bytes] = []
    objects: list[dict[str, Any]] = []
    numbers: list[int] = []
    size = 0
    for number, line in enumerate(stream, 1):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        line = line.rstrip(b"\r\n")
        if not line.strip():
            continue
        objects.append(_object(name, number, line))
        raw.append(line)
        numbers.append(number)
        size += len(line)
        if len(raw) >= _MOST_ROWS or size >= _MOST_BYTES:
            yield JsonBatch(name, raw, objects, numbers)
            raw, objects, numbers, size = [], [], [], 0
    if raw:
        yield JsonBatch(name, raw, objects, numbers)


def _object(name: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        made = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        reason = "not UTF-8"
    except (ValueError, RecursionError):
        reason = "not JSON"
    else:
        if isinstance(made, dict):
            return made
        reason = "not a JSON object"
    shown = line[:60].decode("utf-8", "replace") + ("…" if len(line) > 60 else "")
    raise InputError(f"{name}, line {number}: {reason}: {shown}; mend or remove the line")


def _unreadable(path: Path, error: Exception) -> InputError:
    if isinstance(error, OSError) and error.strerror:
        return InputError(f"{path}: cannot be read ({error.strerror})")
    if path.suffix == ".parquet":
        return InputError(f"{path}: not a whole Parquet file ({_one_line(error)}); write it again")
    return InputError(f"{path}: cannot be read ({_one_line(error)})")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160].rstrip(".")
