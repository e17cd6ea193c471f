"""Who's On First places: a table with one place a row, or the GeoJSON records themselves.

Countries are left out, which the CLDR names better, and so are records that are no longer current.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtaudit.errors import NamesError
from mtaudit.names.entities import Entity
from mtaudit.names.sources.cities import without_accents
from mtaudit.names.sources.features import holds_features, read_features
from mtaudit.names.sources.scripts import by_script, language_of
from mtaudit.names.sources.source import Rows
from mtaudit.names.sources.stream import Progress, fields_of, read_lines

COLUMNS = ("country", "wof_id", "placetype", "eng", "eng_variants", "ara", "ara_variants", "rus",
           "zho", "fas", "heb", "ukr", "lat", "lon", "population", "is_current")  # fmt: skip
_KINDS = {
    "macroregion": "province", "region": "province", "macrocounty": "province",
    "county": "province", "localadmin": "city", "locality": "city", "borough": "city",
    "macrohood": "city", "neighbourhood": "city", "microhood": "city", "campus": "landmark",
}  # fmt: skip
# Codes of ISO 639-3 to ISO 639-1.
_LANGUAGES = {"ara": "ar", "fas": "fa", "heb": "he", "rus": "ru", "ukr": "uk", "zho": "zh",
              "urd": "ur", "pus": "ps", "tur": "tr", "kur": "ku", "ckb": "ku"}  # fmt: skip
_LATIN = frozenset({"tr", "ku"})
_COUNTRY = re.compile("[A-Z]{2}")
# "XX" and its like stand for no country.
_NOWHERE = frozenset({"XX", "XY", "XZ"})
# IATA and ICAO codes of airports.
_CODE = re.compile(r"[A-Z]{3,4}\Z")


@dataclass(frozen=True, slots=True)
class _Place:
    id: str
    placetype: str
    country: str
    name: str
    variants: tuple[str, ...]
    # Pairs of ISO 639-3 code and name.
    foreign: tuple[tuple[str, str], ...]
    population: str


def read(path: Path, skip_rows: int = 0, progress: Progress | None = None) -> Rows:
    """Yield (number of rows consumed so far, entity), leaving out the first ``skip_rows`` rows.

    The table may be plain, .gz, .bz2 or .zip; its header is a row. Of a folder, a .zip or a .tar of
    GeoJSON records a file is a row.

    Raises:
        NamesError: the file cannot be read to its end, or a row is malformed.

    """
    places = _in_features if holds_features(path) else _in_table
    for number, place in places(path, skip_rows, progress):
        entity = _entity(place)
        if entity:
            yield number, entity


def _in_table(
    path: Path, skip_rows: int, progress: Progress | None
) -> Iterator[tuple[int, _Place]]:
    for number, line in read_lines(path, skip_rows, progress):
        fields = fields_of(line, path, number, len(COLUMNS))
        if number == 1:
            if tuple(fields) != COLUMNS:
                raise NamesError(f"{path.name}, line 1: the columns must be {' '.join(COLUMNS)}")
            continue
        row = dict(zip(COLUMNS, fields, strict=True))
        if not row["wof_id"].isdigit():
            raise NamesError(f"{path.name}, line {number}: wof_id {row['wof_id']!r} is no number")
        if row["is_current"] != "0":
            yield number, _of_row(row)


def _of_row(row: dict[str, str]) -> _Place:
    arabic = (row["ara"], *row["ara_variants"].split("|"))
    return _Place(
        id=row["wof_id"],
        placetype=row["placetype"],
        country=row["country"].upper(),
        name=row["eng"],
        variants=tuple(row["eng_variants"].split("|")),
        foreign=(
            *(("ara", name) for name in arabic),
            *((code, row[code]) for code in ("rus", "zho", "fas", "heb", "ukr")),
        ),
        population=row["population"],
    )


def _in_features(
    path: Path, skip_rows: int, progress: Progress | None
) -> Iterator[tuple[int, _Place]]:
    for number, properties in read_features(path, skip_rows, progress):
        if "wof:id" not in properties:
            raise NamesError(f"{path.name}, file {number}: no wof:id; is this Who's On First?")
        if _is_current(properties):
            english = tuple(_names(properties, "eng"))
            yield (
                number,
                _Place(
                    id=str(properties["wof:id"]),
                    placetype=properties.get("wof:placetype", ""),
                    country=properties.get("wof:country", "").upper(),
                    name=(*english, properties.get("wof:name") or "")[0],
                    variants=english,
                    foreign=tuple(
                        (language, name)
                        for language in _LANGUAGES
                        for name in _names(properties, language)
                    ),
                    population=str(properties.get("wof:population") or ""),
                ),
            )


def _is_current(properties: dict[str, Any]) -> bool:
    return not (
        str(properties.get("mz:is_current")) == "0"
        or properties.get("edtf:deprecated") not in (None, "", "u", "uuuu", "..")
        or properties.get("wof:superseded_by")
    )


def _names(properties: dict[str, Any], language: str) -> Iterator[str]:
    for use in ("preferred", "variant"):
        names = properties.get(f"name:{language}_x_{use}") or ()
        yield from (names,) if isinstance(names, str) else names


def _entity(place: _Place) -> Entity | None:
    kind = _KINDS.get(place.placetype)
    name = unicodedata.normalize("NFC", place.name).strip()
    if kind is None or not name or language_of(name) != "en":
        return None
    plain = without_accents(name)
    aliases, sources = _sorted(place)
    known = _COUNTRY.fullmatch(place.country) and place.country not in _NOWHERE
    people = f", population {int(place.population):,}" if place.population.isdigit() else ""
    return Entity(
        id=f"wof-{place.id}",
        kind=kind,
        name=name,
        ap=plain,
        bbc=plain,
        aliases=tuple(alias for alias in aliases if alias not in (name, plain)),
        sources=sources,
        readings=(),
        countries=(place.country,) if known else (),
        article=False,
        note=f"Who's On First {place.id}{people}",
        origin="whosonfirst",
    )


def _sorted(place: _Place) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the English aliases and the foreign names of a place.

    A name that is not in the script of its language is a transliteration and goes to the aliases.
    """
    loose = list(place.variants)
    sources: dict[tuple[str, str], None] = {}
    for code, written in place.foreign:
        # Some Arabic names are in presentation forms, which NFKC undoes.
        name = unicodedata.normalize("NFKC", written).strip()
        if not name:
            continue
        if _LANGUAGES[code] in _LATIN or language_of(name) != "en":
            sources[_LANGUAGES[code], name] = None
        else:
            loose.append(name)
    aliases, others = by_script(unicodedata.normalize("NFC", name) for name in loose)
    return (
        tuple(alias for alias in aliases if not _CODE.match(alias)),
        tuple(dict.fromkeys((*sources, *others))),
    )
