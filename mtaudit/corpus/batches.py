"""Scored rows in batches, from JSON Lines or Parquet, with one face for both."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from typing_extensions import override

from mtaudit.corpus.rows import json_bytes
from mtaudit.errors import InputError

Mask = npt.NDArray[np.bool_]


class Batch(ABC):
    """Some consecutive rows of one part of the input.

    ``part`` is the name of the file they stand in; :meth:`place` names one row for a message.
    """

    part: str

    @abstractmethod
    def __len__(self) -> int:
        """Return how many rows there are."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The columns that at least one row has."""

    @abstractmethod
    def column(self, name: str) -> Any:
        """Return one column as a ``pyarrow.Array``; rows without it, and NaN, are null.

        Raises:
            InputError: the column holds values of several types.

        """

    @abstractmethod
    def values(self, name: str, index: int) -> Any:
        """Return one cell as a Python value, None where the column is missing."""

    @abstractmethod
    def where(self, mask: Mask) -> Batch:
        """Return the rows where ``mask`` (length of the batch) is true."""

    @abstractmethod
    def lines(self) -> Iterator[bytes]:
        """Yield each row as a line of JSON, with its line end."""

    @abstractmethod
    def place(self, index: int) -> str:
        """Return where a row stands: ``part-00003.jsonl, line 17``."""


@dataclass(frozen=True)
class JsonBatch(Batch):
    """Rows of JSON Lines, which are written again byte for byte.

    ``raw`` holds the lines without line ends, ``objects`` what they say, ``numbers`` their line
    numbers from 1.
    """

    part: str
    raw: Sequence[bytes]
    objects: Sequence[dict[str, Any]]
    numbers: Sequence[int]

    def __len__(self) -> int:
        return len(self.raw)

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for row in self.objects for name in row))

    @override
    def column(self, name: str) -> Any:
        try:
            return comparable(array([row.get(name) for row in self.objects]))
        except (pa.ArrowException, OverflowError, ValueError, TypeError):
            raise InputError(
                f"{self.part}, lines {self.numbers[0]}-{self.numbers[-1]}: {name!r} holds values "
                "of several types, or numbers beyond 64 bits, and cannot be compared; mend the "
                "rows or leave the column out"
            ) from None

    @override
    def values(self, name: str, index: int) -> Any:
        return self.objects[index].get(name)

    @override
    def where(self, mask: Mask) -> JsonBatch:
        chosen: list[int] = np.flatnonzero(mask).tolist()
        return JsonBatch(
            self.part,
            [self.raw[i] for i in chosen],
            [self.objects[i] for i in chosen],
            [self.numbers[i] for i in chosen],
        )

    @override
    def lines(self) -> Iterator[bytes]:
        return (line + b"\n" for line in self.raw)

    @override
    def place(self, index: int) -> str:
        return f"{self.part}, line {self.numbers[index]}"


@dataclass(frozen=True)
class ArrowBatch(Batch):
    """Rows of Parquet; ``first`` is the number of the first of ``rows`` in its file, from 1."""

    part: str
    rows: pa.RecordBatch
    first: int

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return tuple(self.rows.schema.names)

    @override
    def column(self, name: str) -> Any:
        if name not in self.rows.schema.names:
            return pa.nulls(len(self))
        return comparable(self.rows.column(name))

    @override
    def values(self, name: str, index: int) -> Any:
        return None if name not in self.names else self.rows.column(name)[index].as_py()

    @override
    def where(self, mask: Mask) -> ArrowBatch:
        return ArrowBatch(self.part, self.rows.filter(pa.array(mask)), self.first)

    @override
    def lines(self) -> Iterator[bytes]:
        return (json_line(row) for row in self.rows.to_pylist())

    @override
    def place(self, index: int) -> str:
        return f"{self.part}, row {self.first + index}"


def array(values: Iterable[Any], type_: Any = None) -> Any:
    """Return a ``pyarrow.Array``; whole numbers beside fractions become float64.

    Raises:
        pyarrow.ArrowException, OverflowError, ValueError, TypeError: no one type fits them all.

    """
    values = [_encodable(value) for value in values]
    try:
        return pa.array(values, type=type_)
    except pa.ArrowInvalid:
        kinds = {type(value) for value in values} - {type(None)}
        if type_ is None and kinds == {int, float}:
            return pa.array([None if value is None else float(value) for value in values])
        raise


def _encodable(value: Any) -> Any:
    # A lone surrogate has no UTF-8 form, which Arrow needs; it compares as a replacement mark.
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_encodable(one) for one in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(one) for key, one in value.items()}
    return value


def comparable(column: Any) -> Any:
    """Return a column in a type that pyarrow can compare, with null in the place of NaN."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string_view(column.type) or pa.types.is_large_string(column.type):
        column = column.cast(pa.string())
    if pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    return column


def json_line(row: dict[str, Any]) -> bytes:
    """Return a row as one line of JSON; NaN and infinities, which JSON lacks, become null."""
    return json_bytes(row) + b"\n"
