"""The knowledge base: entities, and lookups by printed form, literal reading and spelling."""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

from mtaudit.document import Span
from mtaudit.evidence import Mention
from mtaudit.names.build import build, content_words, fold, numbers_in
from mtaudit.names.countries import country_words
from mtaudit.names.entities import Entity
from mtaudit.names.sources.source import Source
from mtaudit.names.spelling_index import SpellingIndex
from mtaudit.text.words import Word, bare, stem, words

# The number of a reading: its layer's above, its own in the layer below.
Number = int
_LAYER_SHIFT = 32
_POINTS = {f"{point}ern": point for point in ("north", "south", "east", "west")}


class Ranks(dict[str, int]):
    """The keys of a slot, each with its rank among the alternatives, 0 the likeliest."""

    @cached_property
    def total(self) -> float:
        """The sum of the shares; roots and sounds are other ways to write what is counted."""
        return sum(share(rank) for key, rank in self.items() if key[0] not in "^~") or 1.0


def share(rank: int) -> float:
    """Return what an alternative of this rank weighs: the inverse root of its place."""
    return 1.0 / math.sqrt(rank + 1)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One literal reading of an entity, its alternatives stemmed and ranked.

    ``written`` is the source name that it reads, "" where the reading was given by hand.
    ``countries`` are those that a document must be about for an entry of a gazetteer to be looked
    for; none for the others.
    """

    number: Number
    entity: str
    slots: tuple[Ranks, ...]
    written: str
    countries: frozenset[str]

    @property
    def sounded(self) -> bool:
        """Whether a word of it stands for nothing but how it sounds."""
        return any(all(key.startswith("~") for key in slot) for slot in self.slots)


class Postings(NamedTuple):
    """The readings under one key, by their number of words; ``longer`` have four and more."""

    alone: frozenset[Number]
    pairs: frozenset[Number]
    threes: frozenset[Number]
    longer: frozenset[Number]


@dataclass(frozen=True, slots=True)
class _Form:
    """A printed form of an entity's name and its words, case folded."""

    parts: tuple[str, ...]
    written: str
    entity: str


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a names file says of one of its sources."""

    key: str
    title: str
    version: str
    licence: str
    attribution: str
    entities: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A names database, and the entities in it that an upper layer replaces."""

    database: sqlite3.Connection
    hidden: frozenset[str] = frozenset()


class KnowledgeBase:
    """Names databases, opened for reading; what was looked up once is kept.

    Args:
        layers: databases that :func:`mtaudit.names.build.build` has filled, the overriding first.
        digest: of the data that they were built from, for the signature.

    """

    def __init__(self, layers: Sequence[Layer], digest: str = "") -> None:
        self._layers = tuple(layers)
        self.digest = digest
        self._entities: dict[str, Entity] = {}
        self._forms: dict[str, tuple[_Form, ...]] = {}
        self._words: dict[str, bool] = {}
        self._towns: dict[str, str] = {}
        self._postings: dict[str, Postings] = {}
        self._patterns: dict[Number, Pattern | None] = {}
        self._slots: dict[tuple[int, str], Ranks] = {}
        self._form_stems: dict[str, frozenset[frozenset[str]]] = {}

    @classmethod
    def of(cls, entities: Iterable[Entity], digest: str = "") -> KnowledgeBase:
        """Return a knowledge base in memory.

        Raises:
            NamesError: two entities share an id.

        """
        return cls([Layer(in_memory(entities))], digest)

    def over(self, entities: Iterable[Entity], hidden: Collection[str], digest: str) -> Self:
        """Return this knowledge base with ``entities`` in front and ``hidden`` ids gone."""
        above = list(entities)
        gone = frozenset(hidden) | {entity.id for entity in above}
        lower = [Layer(layer.database, layer.hidden | gone) for layer in self._layers]
        return type(self)([Layer(in_memory(above)), *lower], digest)

    def __getitem__(self, entity: str) -> Entity:
        if entity not in self._entities:
            for (row,) in self._rows("SELECT row FROM entities WHERE id = ?", (entity,), entity):
                self._entities[entity] = _entity(json.loads(row))
        return self._entities[entity]

    def __contains__(self, entity: str) -> bool:
        return any(self._rows("SELECT 1 FROM entities WHERE id = ?", (entity,), entity))

    def get(self, entity: str) -> Entity | None:
        """Return the entity of an id, None where there is none."""
        try:
            return self[entity]
        except KeyError:
            return None

    def __iter__(self) -> Iterator[Entity]:
        """Yield the entities that news names; those of gazetteers are looked up, not listed."""
        ids = self._visible("SELECT id FROM entities WHERE NOT broad ORDER BY id")
        for entity in sorted(entity for (entity,) in ids):
            yield self[entity]

    def __len__(self) -> int:
        return sum(1 for _ in self._visible("SELECT id FROM entities WHERE NOT broad"))

    def sources(self) -> list[SourceInfo]:
        """Return what the files say of their sources."""
        query = "SELECT key, title, version, licence, attribution, entities FROM sources"
        return [
            SourceInfo(*row)
            for layer in self._layers
            for row in layer.database.execute(query).fetchall()
            if row[-1]
        ]

    def search(self, text: str, limit: int = 20) -> list[Entity]:
        """Return the entities in whose names all words of ``text`` begin a word, best first."""
        terms = re.findall(r"\w+", text)
        if not terms:
            return []
        query = " ".join(f'"{term}"*' for term in terms)
        found = self._visible(
            "SELECT entity FROM names JOIN entities ON entities.id = names.entity "
            "WHERE names MATCH ? ORDER BY broad, bm25(names) LIMIT ?",
            (query, limit),
        )
        return [self[entity] for (entity,) in found][:limit]

    def _rows(
        self, query: str, arguments: tuple[object, ...], entity: str | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of every layer, or of those that show ``entity``."""
        for layer in self._layers:
            if entity is None or entity not in layer.hidden:
                yield from layer.database.execute(query, arguments).fetchall()

    def _visible(self, query: str, arguments: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of every layer whose first column is an entity that it shows."""
        for layer in self._layers:
            for row in layer.database.execute(query, arguments).fetchall():
                if row[0] not in layer.hidden:
                    yield row

    def knows_word(self, word: str) -> bool:
        """Whether a case-folded word stands in a printed form of any entity."""
        if word not in self._words:
            self._words[word] = any(self._rows("SELECT 1 FROM words WHERE word = ?", (word,)))
        return self._words[word]

    def country_of_town(self, word: str) -> str:
        """Return the country of a larger town with this case-folded name, "" for no town's."""
        if word not in self._towns:
            rows = list(self._rows("SELECT country FROM towns WHERE word = ?", (word,)))
            self._towns[word] = rows[0][0] if rows else ""
        return self._towns[word]

    def is_form(self, entity: Entity, stems: frozenset[str]) -> bool:
        """Whether the stems, countries left out, are the content words of a printed form."""
        if entity.id not in self._form_stems:
            self._form_stems[entity.id] = frozenset(
                _told(map(stem, content_words(form))) for form in entity.forms
            )
        return _told(stems) in self._form_stems[entity.id]

    def postings(self, key: str) -> Postings:
        """Return the literal readings that have ``key`` in a slot."""
        if key not in self._postings:
            columns: list[set[Number]] = [set() for _ in Postings._fields]
            find = "SELECT alone, pairs, threes, longer FROM postings WHERE stem = ?"
            for number, layer in enumerate(self._layers):
                above = number << _LAYER_SHIFT
                for packed in layer.database.execute(find, (key,)):
                    for numbers, held in zip(columns, packed, strict=True):
                        found = numbers_in(held)
                        numbers.update([above | one for one in found] if above else found)
            self._postings[key] = Postings(*map(frozenset, columns))
        return self._postings[key]

    def pattern(self, number: Number) -> Pattern | None:
        """Return a literal reading by its number, None when its entity is hidden."""
        if number not in self._patterns:
            at = number >> _LAYER_SHIFT
            reading = number - (at << _LAYER_SHIFT)
            layer = self._layers[at]
            entity, slots, written, countries = layer.database.execute(
                "SELECT entity, slots, written, countries FROM readings WHERE id = ?", (reading,)
            ).fetchone()
            self._patterns[number] = (
                None
                if entity in layer.hidden
                else Pattern(
                    number,
                    entity,
                    tuple(self._slot(at, slot) for slot in slots.split()),
                    written,
                    frozenset(countries.split()),
                )
            )
        return self._patterns[number]

    def _slot(self, layer: int, number: str) -> Ranks:
        """Return a slot of a layer, which many readings share."""
        if (layer, number) not in self._slots:
            find = "SELECT ranks FROM slots WHERE id = ?"
            row = self._layers[layer].database.execute(find, (int(number),)).fetchone()
            self._slots[layer, number] = Ranks(json.loads(row[0]))
        return self._slots[layer, number]

    @cached_property
    def spellings(self) -> SpellingIndex:
        """The single-word names by their consonants, those of gazetteers by country."""
        return SpellingIndex(
            lambda bucket: [
                (key, target, entity)
                for entity, key, target in self._visible(
                    "SELECT entity, skeleton, target FROM spellings WHERE bucket = ?", (bucket,)
                )
            ]
        )

    def of_countries(self, countries: Iterable[str], kinds: Iterable[str]) -> Iterator[Entity]:
        """Yield the entities of some kinds that belong to any of some countries."""
        kinds = sorted(kinds)
        marks = ", ".join("?" * len(kinds))
        seen: set[str] = set()
        for country in sorted(countries):
            for (entity,) in self._visible(
                f"SELECT entity FROM countries WHERE country = ? AND kind IN ({marks})",
                (country, *kinds),
            ):
                if entity not in seen:
                    seen.add(entity)
                    yield self[entity]

    def mentions(self, text: str, span: Span) -> Iterator[Mention]:
        """Yield the known names in ``text[span]`` in a form that newsrooms print, longest first.

        Of entities that share a form, each is yielded.
        """
        tokens = list(words(text, span.start, span.end))
        folded = [fold(token.text) for token in tokens]
        stripped = [bare(token.text) for token in tokens]
        position = 0
        while position < len(tokens):
            size = 0
            for form in self._candidates(folded[position], stripped[position]):
                if len(form.parts) < size:
                    break
                if _reads(form, tokens, folded, stripped, position):
                    size = len(form.parts)
                    yield self._mention(form.entity, tokens, position, size, stripped)
            position += max(1, size)

    def _candidates(self, word: str, stripped: str) -> Sequence[_Form]:
        entries = self._beginning(word)
        if stripped != word:
            entries = (*entries, *self._beginning(stripped))
        return sorted(entries, key=lambda form: -len(form.parts))

    def _beginning(self, word: str) -> tuple[_Form, ...]:
        if word not in self._forms:
            self._forms[word] = tuple(
                _Form(tuple(json.loads(parts)), written, entity)
                for entity, parts, written in self._visible(
                    "SELECT entity, parts, written FROM forms WHERE first = ?", (word,)
                )
            )
        return self._forms[word]

    def named(self, form: str) -> Iterator[Entity]:
        """Yield the entities that news prints in this form, case aside."""
        parts = tuple(fold(word.text) for word in words(form))
        held = self._beginning(parts[0]) if parts else ()
        for entity in dict.fromkeys(one.entity for one in held if one.parts == parts):
            yield self[entity]

    def people(self, first: str) -> Iterator[tuple[Entity, tuple[str, ...]]]:
        """Yield the persons with a name of several words that begins so, and its folded words."""
        for form in self._beginning(first):
            entity = self[form.entity]
            if entity.kind == "person" and len(form.parts) > 1:
                yield entity, form.parts

    def made_of(self, folded: Iterable[str]) -> Iterator[Entity]:
        """Yield the entities with a printed form that begins with one of some words and has all."""
        every = tuple(folded)
        wanted = frozenset(map(stem, every))
        seen: set[str] = set()
        for word in every:
            for form in self._beginning(word):
                told = frozenset(stem(part) for part in form.parts)
                if form.entity not in seen and wanted <= told and form.written[0].isupper():
                    seen.add(form.entity)
                    yield self[form.entity]

    def _mention(
        self,
        entity: str,
        tokens: Sequence[Word],
        position: int,
        size: int,
        stripped: Sequence[str],
    ) -> Mention:
        last = tokens[position + size - 1]
        end = last.span.start + len(stripped[position + size - 1])
        known = self[entity]
        span = Span(tokens[position].span.start, end)
        return Mention(span, known.id, known.kind, known.name, known.countries)


def _told(stems: Iterable[str]) -> frozenset[str]:
    """Return the stems that tell one name from another: "Eastern" in it is as good as "East"."""
    return frozenset(_POINTS.get(word, word) for word in stems) - country_words()


def _entity(row: dict[str, object]) -> Entity:
    """Return an entity from its stored row, which leaves out what is empty."""
    empty: dict[str, object] = {
        "aliases": (), "sources": (), "readings": (), "countries": (), "article": False, "note": ""
    }  # fmt: skip
    held = {key: _frozen(value) if type(value) is list else value for key, value in row.items()}
    return Entity(**(empty | held))  # type: ignore[arg-type]


def _frozen(values: list[object]) -> tuple[object, ...]:
    return tuple([_frozen(value) if type(value) is list else value for value in values])


def _reads(
    form: _Form,
    tokens: Sequence[Word],
    folded: Sequence[str],
    stripped: Sequence[str],
    position: int,
) -> bool:
    """Whether the words of a form stand at ``position``; the last may be a possessive."""
    parts = form.parts
    end = position + len(parts)
    if end > len(tokens):
        return False
    last = end - 1
    if tuple(folded[position:last]) != parts[:-1]:
        return False
    if parts[-1] not in (folded[last], stripped[last]):
        return False
    if any(tokens[i + 1].span.start - tokens[i].span.end > 2 for i in range(position, last)):
        return False
    if form.written.isupper() and len(parts) == 1:  # "IS" is a group, "Is" a verb
        return tokens[position].text[: len(form.written)] == form.written
    capital = form.written != form.written.lower()
    return not capital or any(token.text != token.text.lower() for token in tokens[position:end])


def in_memory(entities: Iterable[Entity]) -> sqlite3.Connection:
    """Return a database of entities in memory.

    Raises:
        NamesError: two entities share an id.

    """
    database = sqlite3.connect(":memory:", check_same_thread=False)
    held = list(entities)
    source = Source("given", "names given", "", "", "", lambda skip: enumerate(held[skip:], 1))
    build([source], database)
    return database
