"""The knowledge base: curated entities and the indexes that find them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from mtaudit.document import Span
from mtaudit.errors import NamesError
from mtaudit.evidence import Mention
from mtaudit.names import glossing
from mtaudit.names.countries import country_words
from mtaudit.names.cues import CUES
from mtaudit.names.entities import DATA, MEDIA, Entity, read_entities
from mtaudit.names.glossing import Reading
from mtaudit.names.romanise import bare_article
from mtaudit.text.words import STOP_WORDS, Word, bare, stem, words

# Kinds whose names stand beside a noun that is no part of them: "the newspaper Truth".
_HEADED = MEDIA | {"province", "city"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One literal reading of an entity, its alternatives stemmed and ranked."""

    entity: Entity
    slots: tuple[Mapping[str, int], ...]  # stem -> rank among the alternatives, 0 the likeliest


@dataclass(frozen=True, slots=True)
class _Form:
    """A printed form of an entity's name and its words, case folded."""

    parts: tuple[str, ...]
    written: str
    entity: Entity


class KnowledgeBase:
    """Entities, and lookups by printed form and by literal reading.

    Raises:
        NamesError: two entities share an id.

    """

    def __init__(self, entities: Iterable[Entity], digest: str = "") -> None:
        self.entities: dict[str, Entity] = {}
        for entity in entities:
            if entity.id in self.entities:
                raise NamesError(f"two entities have the id {entity.id!r}; rename one")
            self.entities[entity.id] = entity
        self.digest = digest

    def __getitem__(self, entity: str) -> Entity:
        return self.entities[entity]

    def __len__(self) -> int:
        return len(self.entities)

    @cached_property
    def _forms(self) -> Mapping[str, list[_Form]]:
        """Printed forms by their first word, the longest first."""
        index: dict[str, list[_Form]] = defaultdict(list)
        for entity in self.entities.values():
            for form in entity.forms:
                parts = tuple(word.text.casefold().replace("’", "'") for word in words(form))
                if parts:
                    index[parts[0]].append(_Form(parts, form, entity))
        for entries in index.values():
            entries.sort(key=lambda entry: len(entry.parts), reverse=True)
        return index

    @cached_property
    def form_words(self) -> frozenset[str]:
        """Every word, case folded, that stands in a printed form of any entity."""
        return frozenset(part for forms in self._forms.values() for f in forms for part in f.parts)

    @cached_property
    def form_stems(self) -> Mapping[str, frozenset[frozenset[str]]]:
        """For each entity, the content stems of each of its printed forms, countries left out."""
        return {
            entity.id: frozenset(
                frozenset(map(stem, _content(form))) - country_words() for form in entity.forms
            )
            for entity in self.entities.values()
        }

    @cached_property
    def patterns(self) -> Mapping[str, list[Pattern]]:
        """Literal readings by each stem of their rarest slot, found by that stem in a text."""
        everything = [
            Pattern(entity, tuple(_ranked(slot) for slot in reading))
            for entity in self.entities.values()
            for reading in self._readings(entity)
        ]
        use: dict[str, int] = defaultdict(int)
        for pattern in everything:
            for slot in pattern.slots:
                for alternative in slot:
                    use[alternative] += 1
        index: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in everything:
            rarest = min(pattern.slots, key=lambda slot: sum(use[a] for a in slot))
            for alternative in rarest:
                index[alternative].append(pattern)
        return index

    def _readings(self, entity: Entity) -> Iterator[Reading]:
        """Yield readings without the noun that only says what kind of thing is named.

        The noun stays where it is part of the name, as in "Novaya Gazeta": when the name has as
        many words as the reading.
        """
        cues = CUES[entity.kind] if entity.kind in _HEADED else frozenset()
        seen: set[Reading] = set()
        for reading in glossing.readings(entity):
            content = tuple(tuple(w for w in slot if w not in STOP_WORDS) for slot in reading)
            full = tuple(slot for slot in content if slot)
            own = tuple(slot for slot in full if not any(stem(word) in cues for word in slot))
            if len(own) < len(full) == len(_content(bare_article(entity.name))):
                own = full
            if own and own not in seen:
                seen.add(own)
                yield own

    def mentions(self, text: str, span: Span) -> Iterator[Mention]:
        """Yield the known names in ``text[span]`` in a form that newsrooms print, longest first.

        Of entities that share a form, each is yielded.
        """
        tokens = list(words(text, span.start, span.end))
        folded = [token.text.casefold().replace("’", "'") for token in tokens]
        stripped = [bare(token.text) for token in tokens]
        position = 0
        while position < len(tokens):
            size = 0
            for form in self._candidates(folded[position], stripped[position]):
                if len(form.parts) < size:
                    break
                if _reads(form, tokens, folded, stripped, position):
                    size = len(form.parts)
                    yield _mention(form.entity, tokens, position, size, stripped)
            position += max(1, size)

    def _candidates(self, word: str, stripped: str) -> Sequence[_Form]:
        entries = self._forms.get(word, [])
        if stripped != word:
            entries = sorted(
                [*entries, *self._forms.get(stripped, [])], key=lambda e: -len(e.parts)
            )
        return entries


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
    if len(parts) > 1 and any(
        not tokens[i + 1].span.start - tokens[i].span.end <= 2 for i in range(position, last)
    ):
        return False
    if form.written.isupper() and len(parts) == 1:  # "IS" is a group, "Is" a verb
        return tokens[position].text[: len(form.written)] == form.written
    capital = form.written != form.written.lower()
    return not capital or any(token.text[0].isupper() for token in tokens[position:end])


def _mention(
    entity: Entity, tokens: Sequence[Word], position: int, size: int, stripped: Sequence[str]
) -> Mention:
    last = tokens[position + size - 1]
    end = last.span.start + len(stripped[position + size - 1])
    return Mention(
        Span(tokens[position].span.start, end), entity.id, entity.kind, entity.name,
        entity.countries,
    )  # fmt: skip


def _ranked(slot: Sequence[str]) -> Mapping[str, int]:
    ranks: dict[str, int] = {}
    for alternative in slot:
        ranks.setdefault(stem(alternative), len(ranks))
    return ranks


_FUNCTION = frozenset("a an the of for in on at to and al el s".split())


def _content(form: str) -> list[str]:
    return [word.text for word in words(form.replace("-", " ")) if bare(word.text) not in _FUNCTION]


@cache
def curated() -> KnowledgeBase:
    """Return the knowledge base that ships with the package."""
    paths = sorted((DATA / "entities").glob("*.tsv"))
    digest = hashlib.sha256()
    for path in [*paths, *sorted((DATA / "glosses").glob("*.tsv"))]:
        digest.update(path.read_bytes())
    return KnowledgeBase(
        (entity for path in paths for entity in read_entities(path)), digest.hexdigest()[:12]
    )
