"""Building the names file: entities of several sources and their indexes in one SQLite database."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from itertools import islice

from mtaudit.errors import NamesError
from mtaudit.names import glossing
from mtaudit.names.cues import CUES
from mtaudit.names.entities import MEDIA, PLACES, Entity
from mtaudit.names.glossing import Reading, Slot
from mtaudit.names.romanise import bare_article, romanise, skeleton
from mtaudit.names.sources.source import Source
from mtaudit.names.spelling_index import bucket_of
from mtaudit.text.frequency import zipf
from mtaudit.text.words import STOP_WORDS, WORD, bare, stem, words

# Kinds whose names often are one common word: readings of one word are kept of these alone.
ONE_WORD_KINDS = MEDIA | {"city", "province", "party", "armed-group"}
# A name of fewer words is not looked for with a word of it unread.
FEWEST_PARTIAL = 3
# A file of another layout is built anew.
FORMAT = 11
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sources (
    key TEXT PRIMARY KEY, title TEXT, version TEXT, licence TEXT, attribution TEXT,
    broad INTEGER, entities INTEGER, consumed INTEGER, done INTEGER
);
CREATE TABLE IF NOT EXISTS entities (
    id TEXT PRIMARY KEY, kind TEXT, broad INTEGER, row TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS countries (country TEXT, kind TEXT, entity TEXT);
CREATE TABLE IF NOT EXISTS forms (first TEXT, parts TEXT, written TEXT, entity TEXT);
CREATE INDEX IF NOT EXISTS forms_by_first ON forms (first);
CREATE TABLE IF NOT EXISTS words (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS towns (word TEXT PRIMARY KEY, country TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slots (id INTEGER PRIMARY KEY, ranks TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS readings (
    id INTEGER PRIMARY KEY, entity TEXT, slots TEXT, written TEXT, countries TEXT
);
CREATE TABLE IF NOT EXISTS postings (
    stem TEXT PRIMARY KEY, alone BLOB, pairs BLOB, threes BLOB, longer BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spellings (
    bucket TEXT, skeleton TEXT, target TEXT, entity TEXT,
    PRIMARY KEY (bucket, skeleton, target, entity)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS names USING fts5 (
    name, entity UNINDEXED, tokenize = 'unicode61 remove_diacritics 2'
);
"""
_INDEXES = """
CREATE INDEX IF NOT EXISTS countries_by_country ON countries (country, kind);
"""
Progress = Callable[[str, int, int], None]
# Kinds whose names stand beside a noun that is no part of them: "the newspaper Truth".
_HEADED = MEDIA | {"province", "city"}
_FUNCTION = frozenset("a an the of for in on at to and al el s".split())
_BATCH = 2_000
_FIELDS = tuple(field.name for field in fields(Entity))
_SHORTEST_WORD = 4
_TOWN = 50_000  # people
_NO_WORD = 4.5  # Zipf frequency
_BEHIND = 4  # ranks between the last gloss of a word and the first synonym
_LONGEST_JOINED = 3  # words of a name that are looked up as one
# Postings are numbers of readings as 32 bits, in columns by the words of a reading.
_POSTING = "I"
_COLUMNS = 4
_REGIONS = frozenset("область край".split())
_LETTERED = frozenset(("ar", "fa", "ur", "ru", "uk", "he", "tr"))
# The languages in which the source names of a gazetteer are read literally, by country.
_TONGUES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        "AE BH DJ DZ EG IQ JO KM KW LB LY MA MR OM PS QA SA SD SY TD TN YE".split(), ("ar",)
    ),
    "IR": ("fa",), "AF": ("fa",), "TJ": ("fa", "ru"), "IL": ("he", "ar"),
    "RU": ("ru",), "BY": ("ru",), "KZ": ("ru",), "KG": ("ru",), "UA": ("uk", "ru"),
    **dict.fromkeys("CN TW HK MO SG".split(), ("zh",)),
}  # fmt: skip


def build(
    sources: Iterable[Source],
    database: sqlite3.Connection,
    progress: Progress = lambda stage, done, total: None,
) -> None:
    """Fill a database with the entities of sources and their indexes.

    Each batch is committed with the number of rows read so far, so a build that was broken off goes
    on from there. Of places that two sources name alike in one country, the earlier one's stays.

    Raises:
        NamesError: a source cannot be read, or two of its entities share an id.

    """
    database.executescript(_SCHEMA)
    for source in sources:
        _add(source, database, progress)
    progress("indexing names", 0, 0)
    _index_readings(database)
    database.executescript(_INDEXES)
    # What stands here last says that the file is whole.
    database.execute(f"PRAGMA user_version = {FORMAT}")
    database.commit()


def _add(source: Source, database: sqlite3.Connection, progress: Progress) -> None:
    known = database.execute(
        "SELECT consumed, done FROM sources WHERE key = ?", (source.key,)
    ).fetchone()
    if known is None:
        database.execute(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0)",
            (source.key, source.title, source.version, source.licence, source.attribution,
             source.broad),
        )  # fmt: skip
    elif known[1]:
        return
    consumed = known[0] if known else 0
    rows = source.read(consumed)
    known_places = _places(database) if source.broad else frozenset()
    stage = f"reading {source.title}"
    while batch := list(islice(rows, _BATCH)):
        consumed = batch[-1][0]
        entities = [entity for _, entity in batch]
        if source.broad:
            entities = [
                e for e in entities
                if not e.countries
                or known_places.isdisjoint((_key(form), e.countries[0]) for form in e.forms[:2])
            ]  # fmt: skip
        _insert(entities, source.broad, database)
        database.execute(
            "UPDATE sources SET entities = entities + ?, consumed = ? WHERE key = ?",
            (len(entities), consumed, source.key),
        )
        database.commit()
        progress(stage, consumed, source.size)
    database.execute("UPDATE sources SET done = 1 WHERE key = ?", (source.key,))
    database.commit()


def _insert(entities: list[Entity], broad: bool, database: sqlite3.Connection) -> None:
    put = database.executemany
    try:
        put(
            "INSERT INTO entities VALUES (?, ?, ?, ?)",
            ((e.id, e.kind, broad, _row(e)) for e in entities),
        )
    except sqlite3.IntegrityError:
        raise NamesError(_twice(entities, database)) from None
    put(
        "INSERT INTO names VALUES (?, ?)",
        ((" | ".join((*e.forms, *(name for _, name in e.sources))), e.id) for e in entities),
    )
    if not broad:
        put(
            "INSERT INTO countries VALUES (?, ?, ?)",
            ((country, e.kind, e.id) for e in entities for country in e.countries),
        )
        # Countries are found by their own table, which knows their adjectives too.
        forms = [form for e in entities if e.kind != "country" for form in _forms(e)]
        put("INSERT INTO forms VALUES (?, ?, ?, ?)", forms)
        parts = {(word,) for _, parts, _, _ in forms for word in json.loads(parts)}
    else:
        parts = {
            (fold(word.text),) for e in entities for form in (e.name, *e.aliases[:1])
            for word in words(form) if len(word.text) >= _SHORTEST_WORD
        }  # fmt: skip
        put(
            "INSERT OR IGNORE INTO towns VALUES (?, ?)",
            (town for e in entities for town in _town(e)),
        )
    put("INSERT OR IGNORE INTO words VALUES (?)", parts)
    put(
        "INSERT INTO readings (entity, slots, written, countries) VALUES (?, ?, ?, ?)",
        (
            (e.id, _numbers(slots, broad, database), written, _where(e, broad))
            for e in entities
            for slots, written in readings_of(e, broad=broad)
            if len(slots) > 1 or e.kind in ONE_WORD_KINDS
        ),
    )
    put(
        "INSERT INTO spellings VALUES (?, ?, ?, ?)",
        (
            (bucket_of(key, region), key, target, e.id)
            for e in entities
            for target in sorted(spellings_of(e, broad=broad))
            if (key := skeleton(target))
            for region in (e.countries[:1] if broad else ("",))
        ),
    )


def _numbers(reading: Reading, broad: bool, database: sqlite3.Connection) -> str:
    """Return the numbers of a reading's slots, each distinct slot kept once."""
    told = [json.dumps(_ranked(slot, broad)) for slot in reading]
    database.executemany(
        "INSERT OR IGNORE INTO slots (ranks) VALUES (?)", ((ranks,) for ranks in told)
    )
    find = "SELECT id FROM slots WHERE ranks = ?"
    return " ".join(str(database.execute(find, (ranks,)).fetchone()[0]) for ranks in told)


def _town(entity: Entity) -> Iterator[tuple[str, str]]:
    """Yield name and country of a larger town whose name is one word and no English one."""
    if entity.population >= _TOWN and entity.countries and entity.ap.isalpha():
        word = entity.ap.casefold()
        if zipf(word) < _NO_WORD:
            yield word, entity.countries[0]


def _twice(entities: list[Entity], database: sqlite3.Connection) -> str:
    seen: set[str] = set()
    for entity in entities:
        held = database.execute("SELECT 1 FROM entities WHERE id = ?", (entity.id,)).fetchone()
        if entity.id in seen or held is not None:
            return f"two entities have the id {entity.id!r}; rename one"
        seen.add(entity.id)
    return "two entities have the same id; rename one"


def _row(entity: Entity) -> str:
    held = {key: value for key in _FIELDS if (value := getattr(entity, key))}
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"))


def _where(entity: Entity, broad: bool) -> str:
    """Return the countries that an entry of a gazetteer is looked for in, or "" for everywhere."""
    return " ".join(entity.countries) if broad else ""


def _places(database: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Return (words of a printed form, country) of the places that news names."""
    marks = ", ".join("?" * len(PLACES))
    return frozenset(
        database.execute(
            "SELECT parts, country FROM forms JOIN countries USING (entity) "
            f"WHERE kind IN ({marks})",
            sorted(PLACES),
        ).fetchall()
    )


def _key(form: str) -> str:
    return json.dumps([fold(word.text) for word in words(form)])


def fold(word: str) -> str:
    """Return a word as forms are looked up: case folded, apostrophes straight."""
    return word.casefold().replace("’", "'")


def content_words(form: str) -> list[str]:
    """Return the words of a printed form that carry it: no articles and prepositions."""
    return [word for word in WORD.findall(form.replace("-", " ")) if bare(word) not in _FUNCTION]


def _forms(entity: Entity) -> Iterator[tuple[str, str, str, str]]:
    for form in entity.forms:
        parts = [fold(word.text) for word in words(form)]
        if parts:
            yield parts[0], json.dumps(parts), form, entity.id


def _index_readings(database: sqlite3.Connection) -> None:
    """Put each reading under every key of its slots, in columns by their number of words."""
    keys = {
        number: tuple(json.loads(ranks))
        for number, ranks in database.execute("SELECT id, ranks FROM slots")
    }
    postings: dict[str, tuple[set[int], ...]] = defaultdict(
        lambda: tuple(set() for _ in range(_COLUMNS))
    )
    for number, slots in database.execute("SELECT id, slots FROM readings"):
        held = slots.split()
        for slot in held:
            for key in keys[int(slot)]:
                postings[key][min(len(held), _COLUMNS) - 1].add(number)
    database.execute("DELETE FROM postings")
    database.executemany(
        "INSERT INTO postings VALUES (?, ?, ?, ?, ?)",
        ((key, *map(_packed, columns)) for key, columns in sorted(postings.items())),
    )


def _packed(numbers: Iterable[int]) -> bytes:
    return array(_POSTING, sorted(numbers)).tobytes()


def numbers_in(packed: bytes) -> Sequence[int]:
    """Return the numbers of readings in one column of a key."""
    held = array(_POSTING)
    held.frombytes(packed)
    return held


def readings_of(entity: Entity, *, broad: bool = False) -> Iterator[tuple[Reading, str]]:
    """Yield readings without the noun that only says what kind of thing is named.

    The noun stays where it is part of the name, as in "Novaya Gazeta": when the name has as many
    words as the reading. With each comes the source name that it reads, "" for one given by hand.
    Of an entry of a gazetteer (``broad``), names of two words and more are read, in the languages
    of its country.
    """
    cues = CUES[entity.kind] if entity.kind in _HEADED else frozenset()
    tongues = _TONGUES.get(entity.countries[0], ()) if broad and entity.countries else None
    seen: set[Reading] = set()
    for reading, written in glossing.readings(entity, tongues, sounded=not broad):
        full = tuple(slot for slot in map(_telling, reading) if slot)
        own = full
        if cues:
            own = tuple(slot for slot in full if stem(slot[0]) not in cues)
        if len(own) < len(full) == len(content_words(bare_article(entity.name))):
            own = full
        told = [slot for slot in own if not slot[0].startswith("~")]
        if told and own not in seen and not (broad and len(own) < 2):
            seen.add(own)
            yield own, written


@lru_cache(maxsize=65_536)
def _telling(slot: Slot) -> Slot:
    return tuple(word for word in slot if word not in STOP_WORDS)


@lru_cache(maxsize=65_536)
def _ranked(slot: Slot, broad: bool) -> Mapping[str, int]:
    """Return the keys of a slot with their rank among the alternatives, 0 the likeliest.

    Behind the stems of the slot's own words come other words of their roots, and, at a distance,
    what all lexicons offer for such words; of a gazetteer's names the own words alone are kept.
    """
    ranks: dict[str, int] = {}
    for alternative in slot:
        key = alternative if alternative.startswith("~") else stem(alternative)
        ranks.setdefault(key, len(ranks))
    if broad:
        return ranks
    for number, alternative in enumerate(slot, len(ranks)):
        if not alternative.startswith("~"):
            ranks.setdefault(glossing.root_key(stem(alternative)), number)
    for number, other in enumerate(glossing.synonyms(slot), len(ranks) + _BEHIND):
        ranks.setdefault(stem(other), number)
    return ranks


def spellings_of(entity: Entity, *, broad: bool = False) -> set[str]:
    """Return the spellings, each run together, that the words of a text could be meant for.

    Of an entry of a gazetteer (``broad``), the alternate names are left out.
    """
    found: set[str] = set()
    if entity.kind == "country":  # "Albania" is near every other name
        return found
    for form in (entity.ap,) if broad else entity.forms:
        parts = bare_article(form).split()
        if not form.isupper() and len(parts) <= _LONGEST_JOINED:
            found.add("".join(parts))
        if entity.kind == "person" and len(parts) > 1:
            found.add(bare_article(parts[-1]))
    for language, name in entity.sources:
        parts = name.split()
        if parts[1:] and parts[1] in _REGIONS and entity.kind == "province":
            parts = parts[:1]  # "Zaporizka" of the region
        if language in _LETTERED and len(parts) <= (1 if broad else _LONGEST_JOINED):
            found.add("".join(romanise(part, language) for part in parts).removeprefix("al"))
    return {target for target in found if len(target) >= 3 and target[0].isalpha()}
