"""Lines that become Parquet: kept aside until their types are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from mtaudit.corpus.batches import Batch, JsonBatch, array
from mtaudit.errors import InputError

_ERRORS = (pa.ArrowException, OverflowError, ValueError, TypeError)


class Spool:
    """Takes JSON Lines, and gives them back as Arrow rows of one schema.

    A column that is null in every row is text. Memory holds one batch; the disk holds the lines
    once more.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._stream = path.open("w+b")
        self._schema = pa.schema([])
        self._sizes: list[int] = []

    def write(self, batch: Batch) -> None:
        """Add rows.

        Raises:
            InputError: a column has no one Parquet type.

        """
        assert isinstance(batch, JsonBatch)
        if not len(batch):
            return
        for name in batch.names:
            try:
                made = array([row.get(name) for row in batch.objects])
                mine = pa.schema([pa.field(name, made.type)])
                self._schema = pa.unify_schemas([self._schema, mine], promote_options="permissive")
            except _ERRORS:
                raise InputError(
                    f"{batch.place(0)} and after: {name!r} holds values of several types, which "
                    f"Parquet cannot; write .jsonl in place of {self._name}"
                ) from None
        self._stream.writelines(batch.lines())
        self._sizes.append(len(batch))

    def rows(self) -> Iterator[Any]:
        """Yield the rows as record batches of one schema."""
        schema = pa.schema([pa.field(f.name, _settled(f.type)) for f in self._schema])
        self._stream.seek(0)
        for size in self._sizes:
            objects = [json.loads(self._stream.readline()) for _ in range(size)]
            columns = [array([row.get(f.name) for row in objects], f.type) for f in schema]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def discard(self) -> None:
        """Delete the lines."""
        self._stream.close()
        self._path.unlink(missing_ok=True)


def _settled(type_: Any) -> Any:
    """Return a type with text in the place of what was null everywhere."""
    if pa.types.is_null(type_):
        return pa.string()
    if pa.types.is_list(type_):
        return pa.list_(_settled(type_.value_type))
    if pa.types.is_struct(type_):
        fields = [type_.field(i) for i in range(type_.num_fields)]
        return pa.struct([pa.field(f.name, _settled(f.type)) for f in fields])
    return type_
