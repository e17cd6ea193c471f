"""Time the readers of gazetteers on synthetic dumps.

Usage: python eval/names_sources_bench.py [ROWS]

Writes a dump of each kind with ROWS rows (100,000 unless told otherwise) into a temporary folder,
reads it plain and packed, and prints rows a second: read from the first row, and skipped, as when a
run goes on. Three rows in four are of kinds that a reader leaves out, as in the real dumps.
"""

from __future__ import annotations

import bz2
import gzip
import json
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from mtaudit.names.sources import geonames_dump, whosonfirst, wikidata
from mtaudit.names.sources.source import Rows

_ROWS = 100_000
_ARABIC = "تل زهران"
_RUSSIAN = "Тель-Захран"
# Statements that no reader looks at, some eight kilobytes as in the real dump.
_PADDING = {
    f"P{number}": [{"mainsnak": {"datavalue": {"value": {"id": f"Q{number}"}}}, "rank": "normal"}]
    for number in range(2000, 2100)
}


def main(rows: int) -> int:
    """Print the speed of each reader on each form of its dump."""
    dumps: dict[str, tuple[Callable[..., Rows], Callable[[int], Iterator[str]]]] = {
        "GeoNames": (geonames_dump.read, _geonames),
        "Wikidata": (wikidata.read, _wikidata),
        "Who's On First": (whosonfirst.read, _whosonfirst),
    }
    print(f"{rows:,} rows; rows/s read and skipped")
    with tempfile.TemporaryDirectory() as folder:
        for name, (read, write) in dumps.items():
            for suffix, opened in (("", open), (".gz", gzip.open), (".bz2", bz2.open)):
                path = Path(folder) / f"dump{suffix}"
                with opened(path, "wt", encoding="utf-8") as file:
                    file.writelines(f"{line}\n" for line in write(rows))
                whole = _seconds(lambda path=path, read=read: read(path))
                skipped = _seconds(lambda path=path, read=read: read(path, rows + 1))
                print(
                    f"{name:15} {suffix or 'plain':6} {rows / whole:>10,.0f} "
                    f"{rows / skipped:>10,.0f}   {path.stat().st_size / 1e6:7.1f} MB"
                )
    return 0


def _seconds(read: Callable[[], Rows]) -> float:
    start = time.perf_counter()
    deque(read(), maxlen=0)
    return time.perf_counter() - start


def _geonames(rows: int) -> Iterator[str]:
    for number in range(rows):
        feature = "P\tPPL" if number % 4 == 0 else "T\tHLL"
        yield (
            f"{number}\tTall Zahrān {number}\tTall Zahran {number}\t"
            f"Tel Zahran {number},{_ARABIC} {number},{_RUSSIAN} {number}\t35.1\t40.2\t{feature}"
            f"\tSY\t\t03\t\t\t\t{number}\t\t210\tAsia/Damascus\t2024-01-02"
        )


def _wikidata(rows: int) -> Iterator[str]:
    for number in range(rows):
        names = {
            "en": f"Zahran {number}",
            "ar": f"{_ARABIC} {number}",
            "ru": f"{_RUSSIAN} {number}",
        }
        item = {
            "type": "item",
            "id": f"Q{number}",
            "labels": {code: {"language": code, "value": name} for code, name in names.items()},
            "claims": {
                "P31": [
                    {
                        "mainsnak": {"datavalue": {"value": {"id": _class(number)}}},
                        "rank": "normal",
                    }
                ],
                **_PADDING,
            },
        }
        yield json.dumps(item, separators=(",", ":")) + ","


def _class(number: int) -> str:
    return "Q5" if number % 4 == 0 else "Q16521"


def _whosonfirst(rows: int) -> Iterator[str]:
    yield "\t".join(whosonfirst.COLUMNS)
    for number in range(1, rows):
        yield (
            f"sy\t{number}\tlocality\tTall Zahran {number}\tTel Zahran\t{_ARABIC} {number}\t\t"
            f"{_RUSSIAN} {number}\t\t\t\t\t35.1\t40.2\t{number}\t{-1 if number % 4 == 0 else 0}"
        )


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else _ROWS))
