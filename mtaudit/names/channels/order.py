"""The order channel: the words of a printed name, put in another order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mtaudit.document import Document, Segment, Span
from mtaudit.names.build import content_words, fold
from mtaudit.names.channels.candidate import Candidate
from mtaudit.names.context import Context
from mtaudit.names.countries import country_words
from mtaudit.names.entities import MEDIA, Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.text.words import Word, bare, stem, words

# log P(another order | the name): translation keeps the source's order in few names.
_REORDERED = -1.0
# The same for names of bodies that English prints in one order, turned round with "of".
_TURNED = -2.0
_FIXED = MEDIA | {"armed-group", "party", "organisation"}
_FEWEST, _MOST = 2, 5
_JOINERS = frozenset("of the for and".split())


def reordered_names(
    document: Document, segment: Segment, knowledge: KnowledgeBase, context: Context
) -> Iterator[Candidate]:
    """Yield runs of capitalised words that are a known name's in an order that nobody prints.

    "Council of Security" is left alone, because English turns the names of states' bodies round
    with "of"; those of parties, groups and media have one order.
    """
    tokens = list(words(document.text, segment.span.start, segment.span.end))
    for first, token in enumerate(tokens):
        if not token.capitalised:
            continue
        run = [token]
        turned = False
        for before, word in pairwise(tokens[first:]):
            if document.text[before.span.end : word.span.start] != " " or len(run) == _MOST:
                break
            if word.text in _JOINERS:
                turned = turned or word.text == "of"
                continue
            if not word.capitalised:
                break
            run.append(word)
            if len(run) >= _FEWEST:
                yield from _named(run, turned, knowledge)


def _named(run: Sequence[Word], turned: bool, knowledge: KnowledgeBase) -> Iterator[Candidate]:
    written = [stem(word.text) for word in run]
    if len(set(written)) < len(written) or (
        len(written) == _FEWEST and set(written) & country_words()
    ):
        return  # "Today Russia said"
    for entity in knowledge.made_of(fold(word.text) for word in run):
        orders = _orders(entity, frozenset(written))
        if not orders or tuple(written) in orders:
            continue
        round_about = turned and any(_turned_round(written, order) for order in orders)
        if round_about and entity.kind not in _FIXED:
            continue
        span = Span(run[0].span.start, run[-1].span.start + len(bare(run[-1].text)))
        yield Candidate(span, entity, _TURNED if round_about else _REORDERED, "order")


def _orders(entity: Entity, wanted: frozenset[str]) -> set[tuple[str, ...]]:
    """Return the orders in which printed forms have exactly the wanted words."""
    orders = {tuple(stem(word) for word in content_words(form)) for form in entity.forms}
    return {order for order in orders if frozenset(order) == wanted and len(order) == len(wanted)}


def _turned_round(written: Sequence[str], order: Sequence[str]) -> bool:
    """Whether the words are the printed ones with what stood first put behind "of"."""
    return any(tuple(written) == (*order[cut:], *order[:cut]) for cut in range(1, len(order)))
