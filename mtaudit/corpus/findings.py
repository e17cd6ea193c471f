"""The findings of scored rows, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mtaudit.corpus.batches import ArrowBatch, Batch, JsonBatch

_NAMES = "garbled-name"


@dataclass
class Found:
    """Findings of a batch: how many by (check, severity), and garbled names with what is suggested.

    ``names`` pairs the text of a finding with its first suggestion, None without one.
    """

    rates: Counter[tuple[str, str]] = field(default_factory=Counter)
    names: list[tuple[str, str | None]] = field(default_factory=list)


def findings_of(batch: Batch, column: str = "findings") -> Found | None:
    """Return the findings, None where no row has a list of them."""
    if isinstance(batch, ArrowBatch):
        return _of_arrow(batch.rows, column)
    assert isinstance(batch, JsonBatch)
    lists = [row.get(column) for row in batch.objects]
    if not any(isinstance(one, list) for one in lists):
        return None
    found = Found()
    for one in _objects(lists):
        check, severity = one.get("check"), one.get("severity")
        if isinstance(check, str) and isinstance(severity, str):
            found.rates[check, severity] += 1
            if check == _NAMES and isinstance(one.get("text"), str):
                found.names.append((one["text"], _first(one.get("suggestions"))))
    return found


def _objects(lists: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for findings in lists:
        if isinstance(findings, list):
            yield from (one for one in findings if isinstance(one, dict))


def _first(suggestions: Any) -> str | None:
    if isinstance(suggestions, list) and suggestions and isinstance(suggestions[0], dict):
        replacement = suggestions[0].get("replacement")
        return replacement if isinstance(replacement, str) else None
    return None


def _of_arrow(rows: Any, column: str) -> Found | None:
    if column not in rows.schema.names:
        return None
    lists = rows.column(column)
    inner = getattr(lists.type, "value_type", None)
    if inner is None or not pa.types.is_struct(inner):
        return None
    fields = {inner.field(i).name for i in range(inner.num_fields)}
    if not {"check", "severity"} <= fields:
        return None
    flat = pc.list_flatten(lists)
    checks, severities = (
        pc.struct_field(flat, name).cast(pa.string()) for name in ("check", "severity")
    )
    found = Found()
    joined = pc.binary_join_element_wise(checks, severities, "\x1f")
    for pair in pc.value_counts(joined).to_pylist():
        if pair["values"] is not None:
            check, _, severity = pair["values"].partition("\x1f")
            found.rates[check, severity] += pair["counts"]
    if "text" in fields:
        mine = flat.filter(pc.equal(checks, _NAMES))
        texts = pc.struct_field(mine, "text").to_pylist()
        suggestions = (
            pc.struct_field(mine, "suggestions").to_pylist()
            if "suggestions" in fields
            else [None] * len(texts)
        )
        pairs = zip(texts, suggestions, strict=True)
        found.names = [(text, _first(edits)) for text, edits in pairs if isinstance(text, str)]
    return found
