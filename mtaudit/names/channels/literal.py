"""The literal channel: a name's words translated one by one.

log P(words | name) is the sum over the words of the log share of each among the readings of its
source word, by the inverse root of its rank; then the order (the source's or its mirror image -0.7,
two words out of three turned round -1.6, any other -2.5), -0.3 for each joining word, and 1.5 where
the words are written as a name and the document is about a country of it. One word of a name of
three or more may be read in a way that no lexicon knows, for -4.5.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mtaudit.document import Document, Segment, Span
from mtaudit.names.build import FEWEST_PARTIAL, ONE_WORD_KINDS, content_words
from mtaudit.names.channels.candidate import Candidate
from mtaudit.names.context import Context, cued
from mtaudit.names.countries import country_words
from mtaudit.names.cues import CUES
from mtaudit.names.entities import MEDIA, PLACES, Entity
from mtaudit.names.glossing import holds_and, root_key, sound_key
from mtaudit.names.knowledge import KnowledgeBase, Pattern, Postings, share
from mtaudit.text.frequency import zipf
from mtaudit.text.words import STOP_WORDS, bare, stem, words

_JOINERS = frozenset("of the for in a an to s al el".split())
# A list joins two names; a long name, or one that has it in its own language, holds an "and".
_FEWEST_SLOTS_WITH_AND = 4
_LINKS = frozenset(" \u00a0-‐‑'’‘\"“”")
_WIDEST_GAP = 2  # function words between two words of a reading
# "Lachinsky" of Lachin: what is left of an adjective must be long enough to tell a name by.
_SLAVIC_ADJECTIVE = re.compile("(?:t?sk)(?:y|i|yi|iy|aya|oye|oe|oy|oi|a|e)\\Z")
_LONG_ENOUGH = 4
_WIDEST_PAIR = 2  # words of a reading from one read to the next, one unread between them
_APART = 100
_OPENING = ("“", '"', "‘", "«", "'")
_PLACE_CUES = frozenset("in from to of near towards toward outside inside into around entered "
                        "city province town governorate village district".split())  # fmt: skip
# log P: one of the likelier orders (the source's, or its mirror image), the mirror image of two
# words out of three, and any other.
_KNOWN_ORDER = -0.7
_PART_MIRRORED = -1.6
_OTHER_ORDER = -2.5
_JOINER = -0.3
_NAMED = 1.5
_UNREAD = -4.5
_COMMON = 2.5  # Zipf frequency of an English word
# One word reads like a name by chance, three hardly ever: each has its own constant, and so has
# a phrase with a word that no lexicon reads.
_PARTIAL = "literal-partial"
_VIA = {1: "literal-word", 2: "literal", 3: "literal-phrase"}
# Words that describe a body or a place and name none.
_DESCRIBING = frozenset(
    "armed military security national state land territory country capital official member side "
    "northern southern eastern western central local regional federal joint new old".split()
)
_KINDS = frozenset().union(*CUES.values())


@dataclass(frozen=True)
class _Token:
    text: str
    stem: str
    span: Span

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What a slot may hold for the word: its stem and root; for a name, how it sounds too."""
        if not self.telling:
            return ()
        if self.text[0].isupper():
            heard = bare(self.text)
            plain = _SLAVIC_ADJECTIVE.sub("", heard)
            keys = self.stem, root_key(self.stem), sound_key(heard)
            return (
                (*keys, sound_key(plain)) if heard != plain and len(plain) >= _LONG_ENOUGH else keys
            )
        return self.stem, root_key(self.stem)

    @property
    def telling(self) -> bool:
        """Whether it could be a word of a name."""
        return self.text[0].isalpha() and self.text.casefold() not in STOP_WORDS


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
    where: dict[str, list[int]] = defaultdict(list)
    for index, token in enumerate(tokens):
        for key in token.keys:
            where[key].append(index)
    for pattern in _patterns(document.text, tokens, segment.span.start, knowledge):
        if pattern.countries and pattern.countries.isdisjoint(context.countries):
            continue
        starts = _starts(pattern, where)
        if starts:
            yield from _occurrences(document, segment, tokens, pattern, starts, knowledge, context)


def _patterns(
    text: str, tokens: Sequence[_Token], begin: int, knowledge: KnowledgeBase
) -> Iterator[Pattern]:
    """Yield the readings that may stand in a sentence, in the order of the file.

    Side by side, joining words aside, stand the two words of a pair, two of three words with at
    most the unread one between them, and three of any four neighbours in a longer reading.
    """
    numbers: set[int] = set()
    window: deque[tuple[int, Postings]] = deque()
    for place, index in _placed(text, tokens):
        held = [knowledge.postings(key) for key in tokens[index].keys]
        here = Postings(*(frozenset().union(*column) for column in zip(*held, strict=True)))
        if _marked(text, tokens, index, begin):
            numbers |= here.alone
        while window and place - window[0][0] > _WIDEST_PAIR + 1:
            window.popleft()
        once: set[int] = set()
        for before, other in window:
            both = here.longer & other.longer
            numbers |= once & both
            once |= both
            if place - before <= _WIDEST_PAIR:
                numbers |= here.threes & other.threes
            if place - before < _WIDEST_PAIR:
                numbers |= here.pairs & other.pairs
        window.append((place, here))
    for number in sorted(numbers):
        pattern = knowledge.pattern(number)
        if pattern is not None:
            yield pattern


def _placed(text: str, tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """Yield place and index of the words that a reading may hold, neighbours one place apart.

    Joining words count for nothing, and what no reading spans sets its neighbours far apart.
    """
    place = 0
    for index, token in enumerate(tokens):
        if index and not _joined(text, tokens[index - 1].span.end, token.span.start):
            place += _APART
        word = token.text.casefold()
        if token.telling:
            place += word not in _JOINERS
            yield place, index
        elif word not in _JOINERS and word != "and":
            place += _APART


def _marked(text: str, tokens: Sequence[_Token], index: int, begin: int) -> bool:
    """Whether a word may stand for a name by itself, before its kind is looked at."""
    token = tokens[index]
    located = index > 0 and tokens[index - 1].stem in _PLACE_CUES
    return located or token.text[0].isupper() or _quoted(text, token.span.start, begin)


def _quoted(text: str, start: int, begin: int) -> bool:
    return text[max(begin, start - 1) : start] in _OPENING


def _starts(pattern: Pattern, where: Mapping[str, list[int]]) -> Sequence[int]:
    """Return the tokens at which a pattern may begin, none when too many words are absent."""
    partial = _may_be_partial(pattern)
    missing = 0
    fitting: set[int] = set()
    for slot in pattern.slots:
        places = [index for key in slot.keys() & where.keys() for index in where[key]]
        missing += not places
        if missing > partial:
            return ()
        fitting.update(places)
    found = sorted(fitting)
    needed = len(pattern.slots) - partial
    reach = (len(pattern.slots) - 1) * (_WIDEST_GAP + 1)
    begins: set[int] = set()
    for place, index in enumerate(found[: max(0, len(found) - needed + 1)]):
        last = found[place + needed - 1]
        if last - index <= reach:
            begins.add(index)
        if partial and index > 0 and last - index < reach:  # the first word may be the unread one
            begins.add(index - 1)
    return sorted(begins)


def _may_be_partial(pattern: Pattern) -> bool:
    return len(pattern.slots) >= FEWEST_PARTIAL and not pattern.countries


def _parts(word: str, start: int) -> Iterator[tuple[str, int]]:
    for part in word.split("-"):
        if part:
            yield part, start
        start += len(part) + 1


@dataclass(frozen=True, slots=True)
class _Match:
    """Tokens, each with the slot it fills (None where it is unread), and the joining words."""

    tokens: tuple[_Token, ...]
    slots: tuple[int | None, ...]
    first: int
    joiners: int

    @property
    def partial(self) -> bool:
        return None in self.slots


def _occurrences(
    document: Document,
    segment: Segment,
    tokens: Sequence[_Token],
    pattern: Pattern,
    starts: Sequence[int],
    knowledge: KnowledgeBase,
    context: Context,
) -> Iterator[Candidate]:
    for first in starts:
        match = _match(document.text, tokens, first, pattern)
        if match is None:
            continue
        entity = knowledge[pattern.entity]
        chosen = match.tokens[_qualifying(match, entity) :]
        span: Span | None = Span(chosen[0].span.start, _bare_end(chosen[-1]))
        if len(pattern.slots) == 1:
            span = _single(document, segment, tokens, match.first, entity)
        if span is None or not _plausible(match, pattern, entity, knowledge):
            continue
        via = _PARTIAL if match.partial else _VIA[min(3, len(chosen))]
        own = entity.sources[0][1] if entity.sources else ""
        logprob = _logprob(match, pattern)
        if context.concerns(entity) and _written_as_name(match, entity):
            logprob += _NAMED
        yield Candidate(span, entity, logprob, via, pattern.written or own)


def _qualifying(match: _Match, entity: Entity) -> int:
    """Return 1 when a country stands first that only qualifies the name, else 0."""
    printed = {stem(word.text) for word in words(entity.name)}
    leading = len(match.tokens) > 1 and match.tokens[0].stem in country_words()
    return int(leading and not printed & country_words())


def _plausible(match: _Match, pattern: Pattern, entity: Entity, knowledge: KnowledgeBase) -> bool:
    """Whether the words are no printed form, name something, and are not all mere sounds."""
    chosen = match.tokens
    capitals = [token.text[0].isupper() for token in chosen]
    if entity.kind == "person" and (match.partial or not all(capitals)):
        return False
    if knowledge.is_form(entity, frozenset(token.stem for token in chosen)):
        return False  # the words of a printed form: "Iraqi interior ministry"
    printed = entity.kind in MEDIA and all(capitals)  # "Parliament's Paper"
    if len(chosen) > 1 and not printed and all(_generic(token.stem) for token in chosen):
        return False  # "Turkish troops" names no body in particular
    if entity.kind in MEDIA and not any(capitals):
        return False  # "confidence in newspapers"
    heard = [
        slot is not None and _key(token, pattern.slots[slot]).startswith("~")
        for token, slot in zip(chosen, match.slots, strict=True)
    ]
    if all(heard):
        return False
    # Beside a name that is kept, the other words are written as names too.
    return not any(heard) or all(capitals)


def _generic(word: str) -> bool:
    """Whether a word only says of which country or kind something is."""
    return word in country_words() or word in _KINDS or word in _DESCRIBING


def _bare_end(token: _Token) -> int:
    return token.span.start + len(bare(token.text))


def _match(text: str, tokens: Sequence[_Token], first: int, pattern: Pattern) -> _Match | None:
    """Return the words from ``first`` on that spend every slot once, or all but an unread one."""
    open_slots = set(range(len(pattern.slots)))
    may_be_partial = _may_be_partial(pattern)
    taken: list[tuple[_Token, int | None]] = []
    unread = joiners = gap = 0
    for index in range(first, len(tokens)):
        token = tokens[index]
        if taken and not _joined(text, tokens[index - 1].span.end, token.span.start):
            return None
        fitting = [
            slot for slot in open_slots if not pattern.slots[slot].keys().isdisjoint(token.keys)
        ]
        if fitting:
            # The slot that the word is likeliest in; the others are left for the words to come.
            slot = min(fitting, key=lambda s: (_rank(token, pattern.slots[s]), s))
            open_slots.discard(slot)
            taken.append((token, slot))
            gap = 0
        elif taken and gap < _WIDEST_GAP and _joins(tokens, index, pattern):
            joiners += 1
            gap += 1
        elif may_be_partial and not unread and _may_be_unread(token, taken, len(open_slots)):
            unread = 1
            taken.append((token, None))
            gap = 0
        else:
            return None
        if len(open_slots) == unread:
            chosen, slots = zip(*taken, strict=True)
            return _Match(chosen, slots, first, joiners)
    return None


def _may_be_unread(token: _Token, taken: Sequence[tuple[_Token, int | None]], left: int) -> bool:
    """Whether a word may stand for one of a name; first or last, it is written as a name."""
    inside = bool(taken) and left > 1
    word = bare(token.text)
    if not token.telling or not (inside or token.text[0].isupper()) or word.endswith("ed"):
        return False
    return word.isalpha() and zipf(word) >= _COMMON  # an English word, and no verb


def _joins(tokens: Sequence[_Token], index: int, pattern: Pattern) -> bool:
    word = tokens[index].text.casefold()
    if word == "and":
        return len(pattern.slots) >= _FEWEST_SLOTS_WITH_AND or holds_and(pattern.written)
    if word == "to":  # "forces to liberate" is a verb's
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        return following[:1].isupper() or following in ("the", "a", "an")
    return word in _JOINERS


def _joined(text: str, end: int, start: int) -> bool:
    """Whether only spaces, hyphens, quotes or a possessive stand between two words."""
    between = text[end:start]
    return between == "." or (len(between) <= 4 and not set(between) - _LINKS)


def _logprob(match: _Match, pattern: Pattern) -> float:
    """Return log P(words | name): each alternative by the inverse of its rank, then the order."""
    value = _JOINER * match.joiners + _order([slot for slot in match.slots if slot is not None])
    for token, slot in zip(match.tokens, match.slots, strict=True):
        if slot is None:
            value += _UNREAD
            continue
        ranks = pattern.slots[slot]
        value += math.log(share(ranks[_key(token, ranks)]) / ranks.total)
    return value


def _written_as_name(match: _Match, entity: Entity) -> bool:
    """Whether words of English, nouns of kind aside, have capitals that no beginning gives them.

    Words that the name has in print are no reading of it: "the district of Donetsk".
    """
    own = [token for token in match.tokens if token.stem not in _KINDS] or list(match.tokens)
    inside = own if match.first else own[1:]
    printed = {stem(word) for form in entity.forms for word in content_words(form)}
    return (
        len(match.tokens) > 1
        and bool(inside)
        and any(token.stem not in printed for token in own)
        and all(token.text[0].isupper() and zipf(bare(token.text)) >= _COMMON for token in own)
    )


def _rank(token: _Token, slot: Mapping[str, int]) -> int:
    return slot[_key(token, slot)]


def _key(token: _Token, slot: Mapping[str, int]) -> str:
    """Return what the slot knows a fitting word by, the likeliest first."""
    return min((key for key in token.keys if key in slot), key=slot.__getitem__)


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
    if entity.kind not in ONE_WORD_KINDS or token.stem in country_words():
        return None
    start, end = token.span.start, _bare_end(token)
    quoted = _quoted(document.text, start, segment.span.start)
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
