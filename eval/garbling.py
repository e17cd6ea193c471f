"""Garbling names in sound text through the channels, to have examples whose answer is known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from mtaudit.document import Span
from mtaudit.names import glossing
from mtaudit.names.entities import Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.romanise import romanise
from mtaudit.text.words import bare, stem

_SCRIPTS = ("ar", "fa", "ru", "uk")


@dataclass(frozen=True, slots=True)
class Garbled:
    """A text with one name garbled at ``span``; ``entity`` was meant."""

    text: str
    span: Span
    entity: str
    channel: str


def garble(text: str, knowledge: KnowledgeBase, rng: random.Random) -> Garbled | None:
    """Return ``text`` with one of its known names garbled, or None when none can be."""
    mentions = list(knowledge.mentions(text, Span(0, len(text))))
    if not mentions:
        return None
    mention = rng.choice(mentions)
    entity = knowledge[mention.entity]
    written, channel = _literal(entity, rng), "literal"
    if written is None or (" " not in mention.span.of(text) and rng.random() < 0.5):
        written, channel = _romanised(entity, rng), "romanisation"
    if written is None or knowledge.knows_word(bare(written)):
        return None
    stems = frozenset(stem(w) for w in written.replace("-", " ").split()) - {"of"}
    if knowledge.is_form(entity, stems):
        return None
    span = Span(mention.span.start, mention.span.start + len(written))
    garbled = text[: mention.span.start] + written + text[mention.span.end :]
    return Garbled(garbled, span, entity.id, channel)


def _literal(entity: Entity, rng: random.Random) -> str | None:
    """Return a reading of two words or more, alternatives drawn by the inverse of their rank."""
    readings = [reading for reading, _ in glossing.readings(entity) if len(reading) >= 2]
    if not readings:
        return None
    words = [
        rng.choices(slot, weights=[1 / (rank + 1) for rank in range(len(slot))])[0]
        for slot in rng.choice(readings)
    ]
    if rng.random() < 0.5:
        words.reverse()
    joined = f"{words[0]} of {' '.join(words[1:])}" if rng.random() < 0.4 else " ".join(words)
    return joined.title().replace(" Of ", " of ") if rng.random() < 0.5 else joined


def _romanised(entity: Entity, rng: random.Random) -> str | None:
    """Return a source name letter by letter, with some of the vowels that are not written."""
    names = [name for language, name in entity.sources if language in _SCRIPTS and " " not in name]
    if not names:
        return None
    return "".join(_voiced(romanise(rng.choice(names)).capitalize(), rng))


def _voiced(consonants: str, rng: random.Random) -> Iterator[str]:
    for here, following in zip(consonants, [*consonants[1:], ""], strict=True):
        yield here
        bare_pair = here.lower() not in "aeiouyw" and following and following not in "aeiouywh"
        if bare_pair and rng.random() < 0.6:
            yield rng.choice("aaie")
