"""Consecutive rows of one input, from lines of JSON or from Arrow, with one face for both."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import pyarrow as pa
from typing_extensions import override

_SHOWN = 60


class Rows(ABC):
    """Some consecutive rows; ``errors`` says of each why it could not be read, else None."""

    errors: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.errors)

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The columns that at least one row has."""

    @property
    @abstractmethod
    def schema(self) -> pa.Schema:
        """The Arrow schema that holds every row."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many bytes the rows take."""

    @abstractmethod
    def column(self, name: str) -> list[Any]:
        """Return one column as Python values, None where it is missing."""

    @abstractmethod
    def digest(self) -> str:
        """Return hex digits over the content of all rows."""

    @abstractmethod
    def json_lines(self, extra: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
        """Yield each row as a line of JSON with the cells of ``extra`` behind its own."""

    @abstractmethod
    def arrow(self, schema: pa.Schema) -> list[pa.Array]:
        """Return the columns of ``schema`` in its types.

        Raises:
            pyarrow.ArrowException: a value does not fit its type.

        """


class JsonRows(Rows):
    """Rows as lines of JSON, which are written again byte for byte.

    ``raw`` holds the lines without line ends, ``places`` where each stands, for messages.
    """

    def __init__(
        self, raw: Sequence[bytes], places: Sequence[str], errors: Sequence[str | None]
    ) -> None:
        self._raw = list(raw)
        self.errors = list(errors)
        self._objects: list[dict[str, Any]] = []
        for number, line in enumerate(self._raw):
            made, wrong = _parsed(line)
            if wrong is not None and not self.errors[number]:
                self.errors[number] = f"{places[number]}: {wrong}: {_beginning(line)}"
            self._objects.append(made)

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for row in self._objects for name in row))

    @property
    @override
    def schema(self) -> pa.Schema:
        return pa.schema([(name, _type(self.column(name))) for name in self.names])

    @property
    @override
    def size(self) -> int:
        return sum(len(line) + 1 for line in self._raw)

    @override
    def column(self, name: str) -> list[Any]:
        return [row.get(name) for row in self._objects]

    @override
    def digest(self) -> str:
        made = hashlib.sha256()
        for line, error in zip(self._raw, self.errors, strict=True):
            made.update(b"%d %s\n" % (len(line), (error or "").encode("utf-8", "replace")))
            made.update(line)
        return made.hexdigest()

    @override
    def json_lines(self, extra: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
        for line, own, more in zip(self._raw, self._objects, extra, strict=True):
            added = json_bytes(more)
            if not own:
                yield added + b"\n"
            else:
                # Spliced, so that numbers and the order of keys stay as they were written.
                yield line.strip()[:-1].rstrip() + b", " + added[1:] + b"\n"

    @override
    def arrow(self, schema: pa.Schema) -> list[pa.Array]:
        return [_array(self.column(field.name), field.type) for field in schema]


class ArrowRows(Rows):
    """Rows of an Arrow record batch."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch
        self.errors = [None] * batch.num_rows

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return tuple(self._batch.schema.names)

    @property
    @override
    def schema(self) -> pa.Schema:
        return self._batch.schema.remove_metadata()

    @property
    @override
    def size(self) -> int:
        return int(self._batch.nbytes)

    @override
    def column(self, name: str) -> list[Any]:
        if name not in self._batch.schema.names:
            return [None] * len(self)
        return list(self._batch.column(name).to_pylist())

    @override
    def digest(self) -> str:
        return self._digest

    @cached_property
    def _digest(self) -> str:
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, self._batch.schema.remove_metadata()) as writer:
            writer.write_batch(self._batch)
        return hashlib.sha256(sink.getbuffer()).hexdigest()

    @override
    def json_lines(self, extra: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
        for row, more in zip(self._batch.to_pylist(), extra, strict=True):
            yield json_bytes({**row, **more}) + b"\n"

    @override
    def arrow(self, schema: pa.Schema) -> list[pa.Array]:
        return [
            self._batch.column(field.name).cast(field.type)
            if field.name in self._batch.schema.names
            else pa.nulls(len(self), field.type)
            for field in schema
        ]


def json_bytes(row: Mapping[str, Any]) -> bytes:
    """Return a row as JSON; NaN and infinities, which JSON lacks, become null."""
    try:
        text = json.dumps(row, ensure_ascii=False, allow_nan=False, default=_plain)
    except ValueError:
        text = json.dumps(_finite(row), ensure_ascii=False, allow_nan=False, default=_plain)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # A lone surrogate has no UTF-8 form; JSON's own escape keeps it.
        escaped = (f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text)
        return "".join(escaped).encode()


def _plain(value: Any) -> Any:
    """Return what JSON has for a value of Arrow: dates in ISO 8601, bytes in base 64, else text."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return value


def _parsed(line: bytes) -> tuple[dict[str, Any], str | None]:
    try:
        made = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return {}, "not UTF-8"
    except (ValueError, RecursionError):
        return {}, "not JSON"
    return (made, None) if isinstance(made, dict) else ({}, "not a JSON object")


def _beginning(line: bytes) -> str:
    shown = " ".join(line[:_SHOWN].decode("utf-8", "replace").split())
    return shown + ("…" if len(line) > _SHOWN else "")


def encodable(value: Any) -> Any:
    """Return a value as Arrow can keep it: UTF-8 has no lone surrogates."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [encodable(one) for one in value]
    if isinstance(value, dict):
        return {encodable(key): encodable(one) for key, one in value.items()}
    return value


def _type(values: Sequence[Any]) -> pa.DataType:
    """Return the type that holds all values; where none does, text."""
    try:
        made = pa.array([encodable(value) for value in values]).type
    except (pa.ArrowException, OverflowError, ValueError, TypeError):
        kinds = {type(value) for value in values} - {type(None)}
        return pa.float64() if kinds == {int, float} else pa.string()
    # Parquet has no struct without fields.
    return pa.string() if "struct<>" in str(made) else made


def _array(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    if pa.types.is_string(type_):
        values = [as_text(value) for value in values]
    return pa.array([encodable(value) for value in values], type=type_)


def as_text(value: Any) -> str | None:
    """Return a value of a column of several types as text: a string as it is, else its JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
