"""What a document makes likely: its countries, its names, and the cue words beside a span."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from mtaudit.document import Document, Segment, Span
from mtaudit.evidence import Mention
from mtaudit.names.countries import countries_in
from mtaudit.names.cues import CUES
from mtaudit.names.entities import PLACES, Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.text.words import WORD, bare, stem, words

_NEAR = 3  # words on either side in which a cue counts

# Log-odds in nats; what a document tells of an entity before the words themselves are looked at.
_BASE = -6.0
_SAME_COUNTRY = 2.0
_SAME_SENTENCE = 1.0
_HINTED = 1.5  # a town, a person or a body of the country is named, the country itself is not
_OTHER_COUNTRY = -1.0
_NAMED_ELSEWHERE = 2.5
_CUE = 3.0
# A gazetteer has some sixty times as many entries as the reviewed tables: log(1 / 60).
_GAZETTEER = -4.0


@dataclass(frozen=True)
class Context:
    """The names and countries of one document.

    ``countries`` are those named, by a form of theirs or by a place; ``hinted`` those that a body,
    a person or a larger town in the text belongs to.
    """

    mentions: tuple[Mention, ...]
    names_in: Mapping[Segment, tuple[Mention, ...]]
    countries: Mapping[str, int]
    by_segment: Mapping[Segment, frozenset[str]]
    named: Mapping[str, int]
    hinted: frozenset[str] = frozenset()

    def prior(self, entity: Entity, segment: Segment, cued: bool, *, repeats: bool = True) -> float:
        """Return log P(entity | document), up to a constant, in nats.

        ``repeats`` says whether naming the entity elsewhere makes it likelier here too.
        """
        value = _BASE + (_CUE if cued else 0.0) + (_GAZETTEER if entity.broad else 0.0)
        own = set(entity.countries)
        if own & self.by_segment.get(segment, frozenset()):
            value += _SAME_COUNTRY + _SAME_SENTENCE
        elif own & self.countries.keys():
            value += _SAME_COUNTRY
        elif own & self.hinted:
            value += _HINTED
        elif self.countries and own:
            value += _OTHER_COUNTRY
        times = self.named.get(entity.id, 0)
        if times and repeats:
            value += _NAMED_ELSEWHERE + 0.5 * math.log(times)
        return value

    def concerns(self, entity: Entity) -> bool:
        """Whether the document names or hints at a country of the entity."""
        own = set(entity.countries)
        return bool(own & self.countries.keys() or own & self.hinted)

    def prior_of(self, lands: Set[str]) -> float:
        """Return log P(a phrase of the language of some countries | document), up to a constant."""
        if lands & self.countries.keys():
            return _BASE + _SAME_COUNTRY + _SAME_SENTENCE
        if lands & self.hinted:
            return _BASE + _HINTED
        return _BASE + (_OTHER_COUNTRY if self.countries else 0.0)


def context_of(document: Document, knowledge: KnowledgeBase) -> Context:
    """Return what is known of a document before any name in it is doubted."""
    mentions: list[Mention] = []
    by_segment: dict[Segment, frozenset[str]] = {}
    names_in: dict[Segment, tuple[Mention, ...]] = {}
    countries: Counter[str] = Counter()
    for segment in document.segments:
        found = list(knowledge.mentions(document.text, segment.span))
        here = [code for _, code in countries_in(document[segment.span])]
        for mention in found:
            if mention.kind in PLACES:
                here.extend(mention.countries[:1])
        mentions.extend(found)
        names_in[segment] = tuple(found)
        countries.update(here)
        by_segment[segment] = frozenset(here)
    # "the judiciary" describes a body, and is sound, but names none.
    named = Counter(mention.entity for mention in mentions if not document[mention.span].islower())
    hinted = frozenset(_hints(document, mentions, knowledge)) - countries.keys()
    return Context(tuple(mentions), names_in, countries, by_segment, named, hinted)


def _hints(
    document: Document, mentions: Sequence[Mention], knowledge: KnowledgeBase
) -> Iterator[str]:
    for mention in mentions:
        if mention.kind not in PLACES and not document[mention.span].islower():
            yield from mention.countries[:1]
    known = {mention.span.start for mention in mentions}
    for word in words(document.text):
        if word.capitalised and word.span.start not in known:
            country = knowledge.country_of_town(bare(word.text))
            if country:
                yield country


def cued(document: Document, segment: Segment, span: Span, kind: str) -> bool:
    """Whether a noun that names the kind stands beside the span or ends it."""
    cues = CUES.get(kind, frozenset())
    before = deque(WORD.finditer(document.text, segment.span.start, span.start), maxlen=_NEAR)
    after = islice(WORD.finditer(document.text, span.end, segment.span.end), _NEAR)
    return any(stem(part) in cues for word in (*before, *after) for part in word.group().split("-"))
