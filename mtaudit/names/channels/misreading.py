"""The misreading channel: a word that says nothing of the name but, perhaps, how it sounds.

log P(word | name) = -4 - 4 times how unlike the two sound, from 0 to 1: any of e^4 words may stand
there, those that sound alike before the others.
"""

from __future__ import annotations

from collections.abc import Iterator

from mtaudit.document import Document, Segment, Span
from mtaudit.names.channels.candidate import Candidate
from mtaudit.names.context import Context
from mtaudit.names.entities import Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.romanise import distance, romanise, sounds
from mtaudit.text.frequency import zipf
from mtaudit.text.words import STOP_WORDS, words

_MISREAD = -4.0
_PER_SOUND = 4.0
_KINDS = frozenset({"armed-group", "army", "security-service", "party"})
# Besides function words and verbs, a name may follow these.
_TAKE_NAMES = frozenset(
    "against between among amid like within near towards toward across behind around despite via "
    "organization organisation group movement militants fighters terrorists said says".split()
)
# A misprint is no misreading, and verbs, adverbs and superlatives do not stand where names do.
_NO_NAME = ("ing", "ed", "ly", "iest")


def misreadings(
    document: Document, segment: Segment, knowledge: KnowledgeBase, context: Context, odd: Span
) -> Iterator[Candidate]:
    """Yield the entities that an unexpected word without any reading may stand for.

    These are the groups, armies, services and parties that the document names, and those of the
    countries of its sentence.
    """
    word = odd.of(document.text)
    if zipf(word) == 0.0 or word.endswith(_NO_NAME) or not _name_slot(document, segment, odd):
        return
    here = context.by_segment.get(segment, frozenset()) or context.countries.keys()
    named = [knowledge[entity] for entity in context.named]
    local = knowledge.of_countries(here, _KINDS)
    for entity in {entity.id: entity for entity in (*named, *local)}.values():
        if entity.kind in _KINDS:
            yield Candidate(odd, entity, _MISREAD - _PER_SOUND * unlike(word, entity), "misreading")


def _name_slot(document: Document, segment: Segment, span: Span) -> bool:
    """Whether a name could stand here: not behind an adjective or noun that goes with the word."""
    before = [word.text for word in words(document.text, segment.span.start, span.start)][-1:]
    if not before or document.text[span.start - 1] in '“"‘':
        return True
    word = before[0].casefold()
    return word in STOP_WORDS or word in _TAKE_NAMES or word.endswith(("ing", "ed"))


def unlike(word: str, entity: Entity) -> float:
    """Return 0 for a word that sounds like the name, 1 for one that has nothing of it."""
    targets = {form for form in entity.forms if " " not in form and not form.isupper()}
    for language, name in entity.sources:
        if language in ("ar", "fa", "ru", "uk") and " " not in name:
            targets.add(romanise(name).removeprefix("al"))
    away = [
        distance(word, target) / max(len(sounds(word)), len(sounds(target)), 1)
        for target in targets
    ]
    return min(1.0, *away) if away else 1.0
