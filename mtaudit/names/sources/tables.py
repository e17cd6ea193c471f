"""The reviewed tables that say which records of a gazetteer are kept, and as what."""

from __future__ import annotations

import csv
from functools import cache

from mtaudit.names.entities import DATA


@cache
def read_table(name: str) -> dict[str, str]:
    """Return the first column of a table to its second, in the order of the rows."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return {key: value for key, value, *_ in rows}
