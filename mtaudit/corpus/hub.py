"""Data sets of the Hugging Face hub, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from mtaudit.corpus.arrow_files import pieces
from mtaudit.corpus.lines import Cut, broken, one_line
from mtaudit.corpus.rows import ArrowRows, JsonRows, Rows
from mtaudit.errors import InputError


def schema_of(name: str, split: str | None) -> pa.Schema:
    """Return the columns of the first rows.

    Raises:
        InputError: there is no such data set or split, or it cannot be reached.

    """
    try:
        first = next(_tables(name, split, Cut(rows=100)), None)
    except Exception as error:
        raise InputError(f"hub:{name}: cannot be read ({one_line(error)})") from error
    return pa.schema([]) if first is None else first.schema.remove_metadata()


def shards(name: str, split: str | None, shown: str, cut: Cut) -> Iterator[Rows]:
    """Yield the rows in shards; a stream that breaks off ends in one row that says so."""
    read = 0
    try:
        for table in _tables(name, split, cut):
            for batch in table.combine_chunks().to_batches():
                for rows in pieces(batch, cut):
                    yield ArrowRows(rows)
                    read += rows.num_rows
    except (OSError, pa.ArrowException) as error:
        yield JsonRows([b"{}"], [shown], [broken(shown, f"after row {read}", error)])


def _tables(name: str, split: str | None, cut: Cut) -> Iterator[Any]:
    import datasets

    datasets.disable_progress_bars()
    stream = datasets.load_dataset(name, split=split, streaming=True)
    return iter(stream.with_format("arrow").iter(cut.rows))
