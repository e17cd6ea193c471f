"""A GeoNames dump: ``allCountries.txt``, ``cities500.txt`` or a country's file.

Kept are populated places, first and second-order divisions, and of all other features those that
news names as the scene of an event: the rows of ``data/geonames-features.tsv``. Rivers, hills,
schools and the like are left out, millions that no newsroom writes of.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from mtaudit.errors import NamesError
from mtaudit.names.entities import Entity
from mtaudit.names.sources.cities import without_accents
from mtaudit.names.sources.scripts import by_script
from mtaudit.names.sources.source import Rows
from mtaudit.names.sources.stream import Progress, fields_of, read_lines
from mtaudit.names.sources.tables import read_table

_COLUMNS = 19
_ID, _NAME, _ALTERNATES, _CLASS, _CODE, _COUNTRY, _POPULATION = 0, 1, 3, 6, 7, 8, 14


def read(
    path: Path, skip_rows: int = 0, progress: Progress | None = None, *, min_population: int = 0
) -> Rows:
    """Yield (number of rows consumed so far, entity), leaving out the first ``skip_rows`` rows.

    A populated place of fewer than ``min_population`` people is left out. The file may be plain,
    .gz or .zip.

    Raises:
        NamesError: the file cannot be read to its end, or a row is malformed.

    """
    kinds = read_table("geonames-features.tsv")
    for number, line in read_lines(path, skip_rows, progress):
        fields = fields_of(line, path, number, _COLUMNS)
        place = fields[_CLASS] == "P"
        kind = "city" if place else kinds.get(f"{fields[_CLASS]}.{fields[_CODE]}")
        if kind is None:
            continue
        population = _whole(fields[_POPULATION] or "0", "population", path, number)
        if place and population < min_population:
            continue
        _whole(fields[_ID], "id", path, number)
        yield number, _entity(fields, kind, population)


def _whole(field: str, column: str, path: Path, number: int) -> int:
    if not (field.isascii() and field.isdigit()):
        raise NamesError(f"{path.name}, line {number}: {column} {field!r} is not a whole number")
    return int(field)


def _entity(fields: Sequence[str], kind: str, population: int) -> Entity:
    name = unicodedata.normalize("NFC", fields[_NAME])
    plain = without_accents(name)
    alternates = unicodedata.normalize("NFC", fields[_ALTERNATES]).split(",")
    aliases, sources = by_script(alternates)
    people = f", population {population:,}" if population else ""
    return Entity(
        id=f"geonames-{fields[_ID]}",
        kind=kind,
        name=name,
        ap=plain,
        bbc=plain,
        aliases=tuple(alias for alias in aliases if _written(alias) and alias not in (name, plain)),
        sources=sources,
        readings=(),
        countries=(fields[_COUNTRY],) if fields[_COUNTRY] else (),
        article=False,
        note=f"GeoNames {fields[_ID]}{people}",
        origin="geonames",
    )


def _written(name: str) -> bool:
    """Whether a name has a capital: one without is a transliteration that nobody writes."""
    return name != name.lower() or not name.isascii()
