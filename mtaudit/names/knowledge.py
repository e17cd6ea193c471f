"""The knowledge base: entities, and lookups by printed form, literal reading and spelling."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from mtaudit.document import Span
from mtaudit.evidence import Mention
from mtaudit.names.build import FORMAT, build, content_words, fold
from mtaudit.names.countries import country_words
from mtaudit.names.entities import DATA, Entity, read_entities
from mtaudit.paths import home
from mtaudit.text.words import Word, bare, stem, words

_POINTS = {f"{point}ern": point for point in ("north", "south", "east", "west")}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One literal reading of an entity, its alternatives stemmed and ranked."""

    number: int
    entity: Entity
    slots: tuple[Mapping[str, int], ...]  # stem -> rank among the alternatives, 0 the likeliest


@dataclass(frozen=True, slots=True)
class _Form:
    """A printed form of an entity's name and its words, case folded."""

    parts: tuple[str, ...]
    written: str
    entity: str


class KnowledgeBase:
    """A names database, opened for reading; what was looked up once is kept.

    Args:
        database: a database that :func:`mtaudit.names.build.build` has filled.
        digest: of the data that it was built from, for the signature.

    """

    def __init__(self, database: sqlite3.Connection, digest: str = "") -> None:
        self._database = database
        self.digest = digest
        self._entities: dict[str, Entity] = {}
        self._forms: dict[str, tuple[_Form, ...]] = {}
        self._words: dict[str, bool] = {}
        self._patterns: dict[str, tuple[Pattern, ...]] = {}
        self._form_stems: dict[str, frozenset[frozenset[str]]] = {}
        self._targets: dict[str, tuple[tuple[str, str], ...]] = {}

    @classmethod
    def of(cls, entities: Iterable[Entity], digest: str = "") -> KnowledgeBase:
        """Return a knowledge base in memory.

        Raises:
            NamesError: two entities share an id.

        """
        database = sqlite3.connect(":memory:", check_same_thread=False)
        build(entities, database)
        return cls(database, digest)

    def __getitem__(self, entity: str) -> Entity:
        if entity not in self._entities:
            (row,) = self._database.execute(
                "SELECT row FROM entities WHERE id = ?", (entity,)
            ).fetchone()
            self._entities[entity] = _entity(json.loads(row))
        return self._entities[entity]

    def __iter__(self) -> Iterator[Entity]:
        for (entity,) in self._database.execute("SELECT id FROM entities ORDER BY id").fetchall():
            yield self[entity]

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM entities").fetchone()[0])

    def knows_word(self, word: str) -> bool:
        """Whether a case-folded word stands in a printed form of any entity."""
        if word not in self._words:
            found = self._database.execute("SELECT 1 FROM words WHERE word = ?", (word,)).fetchone()
            self._words[word] = found is not None
        return self._words[word]

    def is_form(self, entity: Entity, stems: frozenset[str]) -> bool:
        """Whether the stems, countries left out, are the content words of a printed form."""
        if entity.id not in self._form_stems:
            self._form_stems[entity.id] = frozenset(
                _told(map(stem, content_words(form))) for form in entity.forms
            )
        return _told(stems) in self._form_stems[entity.id]

    def patterns(self, key: str) -> tuple[Pattern, ...]:
        """Return the literal readings that have ``key`` among the stems of their rarest slot."""
        if key not in self._patterns:
            rows = self._database.execute(
                "SELECT readings.id, entity, slots FROM stems JOIN readings "
                "ON readings.id = stems.reading WHERE stem = ?",
                (key,),
            ).fetchall()
            self._patterns[key] = tuple(
                Pattern(number, self[entity], tuple(json.loads(slots)))
                for number, entity, slots in rows
            )
        return self._patterns[key]

    @cached_property
    def skeletons(self) -> Mapping[int, Sequence[str]]:
        """The consonant skeletons of all single-word names, by their length."""
        groups: dict[int, list[str]] = defaultdict(list)
        for (key,) in self._database.execute("SELECT DISTINCT skeleton FROM spellings"):
            if key:
                groups[len(key)].append(key)
        return groups

    def spelled(self, key: str) -> tuple[tuple[str, str], ...]:
        """Return (spelling, entity id) of the names with a consonant skeleton."""
        if key not in self._targets:
            self._targets[key] = tuple(
                self._database.execute(
                    "SELECT target, entity FROM spellings WHERE skeleton = ?", (key,)
                ).fetchall()
            )
        return self._targets[key]

    def of_countries(self, countries: Iterable[str], kinds: Iterable[str]) -> Iterator[Entity]:
        """Yield the entities of some kinds that belong to any of some countries."""
        kinds = sorted(kinds)
        marks = ", ".join("?" * len(kinds))
        seen: set[str] = set()
        for country in sorted(countries):
            for (entity,) in self._database.execute(
                f"SELECT entity FROM countries WHERE country = ? AND kind IN ({marks})",
                (country, *kinds),
            ).fetchall():
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
                for parts, written, entity in self._database.execute(
                    "SELECT parts, written, entity FROM forms WHERE first = ?", (word,)
                )
            )
        return self._forms[word]

    def people(self, first: str) -> Iterator[tuple[Entity, tuple[str, ...]]]:
        """Yield the persons with a name of several words that begins so, and its folded words."""
        for form in self._beginning(first):
            entity = self[form.entity]
            if entity.kind == "person" and len(form.parts) > 1:
                yield entity, form.parts

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
    """Return an entity from its stored row; JSON knows lists where the entity has tuples."""
    return Entity(**{key: _frozen(value) for key, value in row.items()})  # type: ignore[arg-type]


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


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


@cache
def curated() -> KnowledgeBase:
    """Return the knowledge base that ships with the package.

    Its database is built at the first use and kept in the cache folder, or in memory where that
    cannot be written.
    """
    paths = sorted((DATA / "entities").glob("*.tsv"))
    digest = hashlib.sha256(str(FORMAT).encode())
    for path in [*paths, *sorted((DATA / "glosses").glob("*.tsv"))]:
        digest.update(path.read_bytes())
    name = digest.hexdigest()[:12]
    file = home() / "names" / f"{name}.sqlite"
    try:
        if not file.is_file():
            _build_file(file, paths)
        database = sqlite3.connect(
            f"{file.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        if database.execute("PRAGMA user_version").fetchone()[0] == FORMAT:
            return KnowledgeBase(database, name)
    except (OSError, sqlite3.Error):
        pass
    return KnowledgeBase.of(_every(paths), name)


def _every(paths: Iterable[Path]) -> Iterator[Entity]:
    for path in paths:
        yield from read_entities(path)


def _build_file(file: Path, paths: Iterable[Path]) -> None:
    """Write the database aside and rename it, so that no other process sees a half-built one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=file.parent, prefix=".names-")
    os.close(handle)
    try:
        database = sqlite3.connect(aside)
        try:
            database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            build(_every(paths), database)
        finally:
            database.close()
        for older in file.parent.glob("*.sqlite"):
            older.unlink(missing_ok=True)
        Path(aside).replace(file)
    finally:
        Path(aside).unlink(missing_ok=True)
