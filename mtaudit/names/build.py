"""Building the names file: entities and their indexes in one SQLite database."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache

from mtaudit.errors import NamesError
from mtaudit.names import glossing
from mtaudit.names.cues import CUES
from mtaudit.names.entities import MEDIA, Entity
from mtaudit.names.glossing import Reading, Slot
from mtaudit.names.romanise import bare_article, romanise, skeleton
from mtaudit.text.words import STOP_WORDS, bare, stem, words

# A file of another layout is built anew.
FORMAT = 1
_SCHEMA = """
CREATE TABLE entities (id TEXT PRIMARY KEY, kind TEXT, row TEXT) WITHOUT ROWID;
CREATE TABLE countries (country TEXT, kind TEXT, entity TEXT);
CREATE TABLE forms (first TEXT, parts TEXT, written TEXT, entity TEXT);
CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE readings (id INTEGER PRIMARY KEY, entity TEXT, slots TEXT);
CREATE TABLE stems (stem TEXT, reading INTEGER);
CREATE TABLE spellings (skeleton TEXT, target TEXT, entity TEXT);
"""
_INDEXES = """
CREATE INDEX countries_by_country ON countries (country, kind);
CREATE INDEX forms_by_first ON forms (first);
CREATE INDEX stems_by_stem ON stems (stem);
CREATE INDEX spellings_by_skeleton ON spellings (skeleton);
"""
# Kinds whose names stand beside a noun that is no part of them: "the newspaper Truth".
_HEADED = MEDIA | {"province", "city"}
_FUNCTION = frozenset("a an the of for in on at to and al el s".split())


def build(entities: Iterable[Entity], database: sqlite3.Connection) -> None:
    """Fill an empty database with entities and their indexes.

    Raises:
        NamesError: two entities share an id.

    """
    database.executescript(_SCHEMA)
    every: dict[str, Entity] = {}
    for entity in entities:
        if entity.id in every:
            raise NamesError(f"two entities have the id {entity.id!r}; rename one")
        every[entity.id] = entity
    put = database.executemany
    put(
        "INSERT INTO entities VALUES (?, ?, ?)",
        ((e.id, e.kind, json.dumps(asdict(e))) for e in every.values()),
    )
    put(
        "INSERT INTO countries VALUES (?, ?, ?)",
        ((country, e.kind, e.id) for e in every.values() for country in e.countries),
    )
    forms = [form for entity in every.values() for form in _forms(entity)]
    put("INSERT INTO forms VALUES (?, ?, ?, ?)", forms)
    put(
        "INSERT OR IGNORE INTO words VALUES (?)",
        {(word,) for _, parts, _, _ in forms for word in json.loads(parts)},
    )
    _put_readings(database, every.values())
    put(
        "INSERT INTO spellings VALUES (?, ?, ?)",
        ((skeleton(t), t, e.id) for e in every.values() for t in sorted(spellings_of(e))),
    )
    database.executescript(_INDEXES)
    database.execute(f"PRAGMA user_version = {FORMAT}")
    database.commit()


def fold(word: str) -> str:
    """Return a word as forms are looked up: case folded, apostrophes straight."""
    return word.casefold().replace("’", "'")


def content_words(form: str) -> list[str]:
    """Return the words of a printed form that carry it: no articles and prepositions."""
    return [word.text for word in words(form.replace("-", " ")) if bare(word.text) not in _FUNCTION]


def _forms(entity: Entity) -> Iterator[tuple[str, str, str, str]]:
    for form in entity.forms:
        parts = [fold(word.text) for word in words(form)]
        if parts:
            yield parts[0], json.dumps(parts), form, entity.id


def _put_readings(database: sqlite3.Connection, entities: Iterable[Entity]) -> None:
    """Store each reading under every stem of the slot that is rarest among all readings."""
    rows = [
        (entity.id, tuple(_ranked(slot) for slot in reading))
        for entity in entities
        for reading in readings_of(entity)
    ]
    use = Counter(word for _, slots in rows for slot in slots for word in slot)
    for number, (entity_id, slots) in enumerate(rows):
        database.execute(
            "INSERT INTO readings VALUES (?, ?, ?)", (number, entity_id, json.dumps(slots))
        )
        rarest = min(slots, key=lambda slot: sum(use[word] for word in slot))
        database.executemany("INSERT INTO stems VALUES (?, ?)", ((word, number) for word in rarest))


def readings_of(entity: Entity) -> Iterator[Reading]:
    """Yield readings without the noun that only says what kind of thing is named.

    The noun stays where it is part of the name, as in "Novaya Gazeta": when the name has as many
    words as the reading.
    """
    cues = CUES[entity.kind] if entity.kind in _HEADED else frozenset()
    seen: set[Reading] = set()
    for reading in glossing.readings(entity):
        full = tuple(slot for slot in map(_telling, reading) if slot)
        own = full
        if cues:
            own = tuple(slot for slot in full if not any(stem(word) in cues for word in slot))
        if len(own) < len(full) == len(content_words(bare_article(entity.name))):
            own = full
        if own and own not in seen:
            seen.add(own)
            yield own


@lru_cache(maxsize=65_536)
def _telling(slot: Slot) -> Slot:
    return tuple(word for word in slot if word not in STOP_WORDS)


@lru_cache(maxsize=65_536)
def _ranked(slot: Slot) -> Mapping[str, int]:
    """Return the stems of a slot with their rank among the alternatives, 0 the likeliest."""
    ranks: dict[str, int] = {}
    for alternative in slot:
        ranks.setdefault(stem(alternative), len(ranks))
    return ranks


def spellings_of(entity: Entity) -> set[str]:
    """Return the single words that a respelling of the entity's name could be meant for."""
    found: set[str] = set()
    forms = [bare_article(form) for form in entity.forms]
    found.update(form for form in forms if " " not in form and not form.isupper())
    if entity.kind == "person":
        found.update(bare_article(form.split()[-1]) for form in entity.forms if " " in form)
    for language, name in entity.sources:
        if language in ("ar", "fa", "ur", "ru", "uk") and " " not in name:
            found.add(romanise(name).removeprefix("al"))
    return {target for target in found if len(target) >= 3 and target[0].isalpha()}
