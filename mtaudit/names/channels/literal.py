"""The literal channel: a name's words translated one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mtaudit.document import Document, Segment, Span
from mtaudit.names.channels.candidate import Candidate
from mtaudit.names.context import Context, cued
from mtaudit.names.countries import country_words
from mtaudit.names.cues import CUES
from mtaudit.names.entities import MEDIA, PLACES, Entity
from mtaudit.names.glossing import sound_key
from mtaudit.names.knowledge import KnowledgeBase, Pattern
from mtaudit.text.words import bare, stem, words

_JOINERS = frozenset("of the for in a an to s al el".split())
# A list joins two names; only a long name is likelier to hold an "and" of its own.
_FEWEST_SLOTS_WITH_AND = 4
_LINKS = frozenset(" \u00a0-‐‑'’‘\"“”")
_WIDEST_GAP = 2  # function words between two words of a reading
_PLACE_CUES = frozenset("in from to of near towards toward outside inside into around entered "
                        "city province town governorate village district".split())  # fmt: skip
_ONE_WORD_KINDS = MEDIA | {"city", "province", "party", "armed-group"}
# log P: one of the likelier orders (the source's, or its mirror image), the mirror image of two
# words out of three, and any other.
_KNOWN_ORDER = -0.7
_PART_MIRRORED = -1.6
_OTHER_ORDER = -2.5
_JOINER = -0.3
# One word reads like a name by chance, three hardly ever: each has its own constant.
_VIA = {1: "literal-word", 2: "literal", 3: "literal-phrase"}
_KINDS = frozenset().union(*CUES.values())


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    stem: str
    span: Span

    @property
    def keys(self) -> tuple[str, ...]:
        """What a slot may hold for the word: its stem; for a name, how it sounds too."""
        if self.text[0].isupper():
            return self.stem, sound_key(bare(self.text))
        return (self.stem,)


def literal_readings(
    document: Document, segment: Segment, knowledge: KnowledgeBase, context: Context
) -> Iterator[Candidate]:
    """Yield every stretch of a sentence that is a literal reading of an entity.

    Entries of gazetteers are looked for when the document is about their country.
    """
    tokens = [
        _Token(part, stem(part), Span(start, start + len(part)))
        for word in words(document.text, segment.span.start, segment.span.end)
        for part, start in _parts(word.text, word.span.start)
    ]
    present = {key for token in tokens for key in token.keys}
    tried: set[tuple[int, int]] = set()
    for key in sorted(present):
        for pattern in knowledge.patterns(key):
            if pattern.number in tried:
                continue
            tried.add(pattern.number)
            if pattern.countries and pattern.countries.isdisjoint(context.countries):
                continue
            if all(not present.isdisjoint(slot) for slot in pattern.slots):
                yield from _occurrences(document, segment, tokens, pattern, knowledge)


def _parts(word: str, start: int) -> Iterator[tuple[str, int]]:
    for part in word.split("-"):
        if part:
            yield part, start
        start += len(part) + 1


def _occurrences(
    document: Document,
    segment: Segment,
    tokens: Sequence[_Token],
    pattern: Pattern,
    knowledge: KnowledgeBase,
) -> Iterator[Candidate]:
    entity = knowledge[pattern.entity]
    for first in range(len(tokens)):
        match = _match(document.text, tokens, first, pattern)
        if match is None:
            continue
        taken, joiners = match
        chosen = [tokens[index] for index, _ in taken]
        if knowledge.is_form(entity, frozenset(token.stem for token in chosen)):
            continue  # the words of a printed form: "Iraqi interior ministry"
        if len(chosen) > 1 and all(_generic(token.stem) for token in chosen):
            continue  # "Turkish troops" names no body in particular
        span = Span(chosen[0].span.start, _bare_end(chosen[-1]))
        if len(pattern.slots) == 1:
            widened = _single(document, segment, tokens, taken[0][0], entity)
            if widened is None:
                continue
            span = widened
        elif pattern.sounded and not all(token.text[0].isupper() for token in chosen):
            continue  # beside a name that is kept, the words of the rest are written as names
        logprob = _logprob(tokens, taken, joiners, pattern)
        yield Candidate(span, entity, logprob, _VIA[min(3, len(taken))], pattern.written)


def _generic(word: str) -> bool:
    """Whether a word only says of which country or kind something is."""
    return word in country_words() or word in _KINDS


def _bare_end(token: _Token) -> int:
    return token.span.start + len(bare(token.text))


def _match(
    text: str, tokens: Sequence[_Token], first: int, pattern: Pattern
) -> tuple[list[tuple[int, int]], int] | None:
    """Return (token, slot) pairs that spend every slot once from ``first`` on, and the joiners."""
    open_slots = set(range(len(pattern.slots)))
    taken: list[tuple[int, int]] = []
    joiners = gap = 0
    for index in range(first, len(tokens)):
        token = tokens[index]
        if taken and not _joined(text, tokens[index - 1].span.end, token.span.start):
            return None
        fitting = [slot for slot in open_slots if _key(token, pattern.slots[slot])]
        if fitting:
            # The slot with the fewest alternatives is the hardest to fill with another word.
            slot = min(fitting, key=lambda s: (len(pattern.slots[s]), s))
            open_slots.discard(slot)
            taken.append((index, slot))
            gap = 0
            if not open_slots:
                return taken, joiners
        elif taken and gap < _WIDEST_GAP and _joins(token, pattern):
            joiners += 1
            gap += 1
        else:
            return None
    return None


def _joins(token: _Token, pattern: Pattern) -> bool:
    word = token.text.casefold()
    return word in _JOINERS or (word == "and" and len(pattern.slots) >= _FEWEST_SLOTS_WITH_AND)


def _joined(text: str, end: int, start: int) -> bool:
    """Whether only spaces, hyphens, quotes or a possessive stand between two words."""
    between = text[end:start]
    return between == "." or (len(between) <= 4 and not set(between) - _LINKS)


def _logprob(
    tokens: Sequence[_Token], taken: Sequence[tuple[int, int]], joiners: int, pattern: Pattern
) -> float:
    """Return log P(words | name): each alternative by the inverse of its rank, then the order."""
    value = _JOINER * joiners + _order([slot for _, slot in taken])
    for index, slot in taken:
        ranks = pattern.slots[slot]
        total = sum(1.0 / (rank + 1) for rank in ranks.values())
        key = _key(tokens[index], ranks)
        assert key is not None
        value -= math.log((ranks[key] + 1) * total)
    return value


def _key(token: _Token, slot: Mapping[str, int]) -> str | None:
    """Return what the slot knows the word by, None when it does not."""
    return next((key for key in token.keys if key in slot), None)


def _order(slots: Sequence[int]) -> float:
    if len(slots) == 1:
        return 0.0
    straight = list(slots) == sorted(slots)
    mirrored = list(slots) == sorted(slots, reverse=True)
    if straight or mirrored:
        return _KNOWN_ORDER
    return _PART_MIRRORED if len(slots) == 3 else _OTHER_ORDER


def _single(
    document: Document, segment: Segment, tokens: Sequence[_Token], index: int, entity: Entity
) -> Span | None:
    """Return the span of a one-word reading where the text marks it as a name, else None.

    Only kinds whose names often are one common word are looked for: media, places, parties and
    groups. A mark is a capital inside the sentence, a capitalised "The" before it, or quotation
    marks; for a place, a word that says where. A cue for the entity's kind is asked for besides,
    because one ordinary word is weak evidence.
    """
    token = tokens[index]
    if entity.kind not in _ONE_WORD_KINDS or token.stem in country_words():
        return None
    start, end = token.span.start, _bare_end(token)
    before = document.text[max(segment.span.start, start - 1) : start]
    quoted = before in ("“", '"', "‘", "«", "'")
    previous = tokens[index - 1] if index else None
    the = (
        previous is not None
        and previous.text == "The"
        and document.text[previous.span.end : start] == " "
        and not entity.article
    )
    inside = index > 0 and not (the and previous is not None and index == 1)
    named = token.text[0].isupper() and (inside or the)
    located = previous is not None and previous.stem in _PLACE_CUES
    if not (located if entity.kind in PLACES and not quoted else named or quoted):
        return None
    if entity.kind not in PLACES and not cued(document, segment, Span(start, end), entity.kind):
        return None
    if the and previous is not None and entity.kind in MEDIA:
        start = previous.span.start
    return Span(start, end)
