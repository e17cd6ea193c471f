"""The romanisation channel: a name spelled as no newsroom spells it, or leaked from the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mtaudit.document import Document, Segment, Span
from mtaudit.names.entities import Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.romanise import alike, bare_article, distance, skeleton, sounds
from mtaudit.text.frequency import zipf
from mtaudit.text.words import Word, bare, words

_SHORTEST = 5
_FEWEST_SOUNDS = 4
# Spellings that English text knows are names of somebody else, however close they lie.
_KNOWN_ZIPF = 1.5
_FARTHEST = 0.15  # weighted edits per sound
_PER_EDIT = 4.0  # nats lost per weighted edit
_GLUED = "al"


@dataclass(frozen=True, slots=True)
class Respelling:
    """A word that may be an entity's name in another spelling."""

    span: Span
    entity: Entity
    rendering: str
    logprob: float


def near(written: str, knowledge: KnowledgeBase) -> Iterator[tuple[Entity, float]]:
    """Yield the entities whose name may be spelled ``written``, with the weighted distance."""
    best: dict[str, float] = {}
    for variant in _variants(written):
        consonants = skeleton(variant)
        if not consonants or len(sounds(variant)) < _FEWEST_SOUNDS:
            continue
        for key in _keys(consonants, knowledge):
            for target, entity in knowledge.spelled(key):
                away = distance(variant, target)
                if away <= _FARTHEST * len(sounds(target)) and away < best.get(entity, 99.0):
                    best[entity] = away
    for entity, away in best.items():
        yield knowledge[entity], away


def _keys(consonants: str, knowledge: KnowledgeBase) -> Iterator[str]:
    # A wrong consonant costs 1.0 and is let pass in long names alone.
    slack = 1 if len(consonants) >= 4 else 0
    for length in range(len(consonants) - slack, len(consonants) + slack + 1):
        for key in knowledge.skeletons.get(length, ()):
            if alike(key[0], consonants[0]) and _close(key, consonants, 1 + slack):
                yield key


def _close(a: str, b: str, most: int) -> bool:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(a, b, score_cutoff=most) <= most


@lru_cache(maxsize=4_096)
def _variants(written: str) -> tuple[str, ...]:
    """Return the spelling and, where the Arabic article may be glued on, the rest of it."""
    plain = bare_article(written)
    folded = plain.casefold()
    if folded.startswith(_GLUED) and len(folded) >= len(_GLUED) + 3:
        return plain, plain[len(_GLUED) :]
    return (plain,)


def respellings(
    document: Document, segment: Segment, knowledge: KnowledgeBase
) -> Iterator[Respelling]:
    """Yield capitalised words that English does not know and that sound like a known name."""
    for token in words(document.text, segment.span.start, segment.span.end):
        if not _doubtful(token, knowledge):
            continue
        for entity, away in near(bare(token.text), knowledge):
            # A surname stands for the person; other names are given whole.
            rendering = entity.name.split()[-1] if entity.kind == "person" else entity.name
            end = token.span.start + len(bare(token.text))
            yield Respelling(
                Span(token.span.start, end), entity, rendering, -1.0 - _PER_EDIT * away
            )


def _doubtful(token: Word, knowledge: KnowledgeBase) -> bool:
    word = bare(token.text)
    return (
        token.capitalised
        and len(word) >= _SHORTEST
        and not token.text.isupper()
        and word.isascii()
        and "'" not in word[1:-1]
        and not knowledge.knows_word(word)
        and not knowledge.knows_word(bare_article(word))
        and zipf(word) < _KNOWN_ZIPF
    )
