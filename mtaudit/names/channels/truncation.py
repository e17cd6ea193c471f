"""The truncation channel: a name whose head noun is missing ("fighters of the Islamic entered").

log P(words | name) = -1.5 - log(number of the names that could have been cut so). It is looked for
only where an adjective is left in the place of a noun, and where the document names the one body
that begins so elsewhere, or its country has only one and a noun beside it says what kind it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from mtaudit.document import Document, Segment, Span
from mtaudit.names.build import fold
from mtaudit.names.channels.candidate import Candidate
from mtaudit.names.context import Context, cued
from mtaudit.names.countries import country_words
from mtaudit.names.entities import Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.text.words import Word, words

_CUT = -1.5
_MOST_KEPT, _MOST_LOST = 3, 2  # words
_KINDS = frozenset(
    "armed-group army security-service party government court organisation company".split()
)
# Adjectives that are no nouns: "the Republican said" is sound, and so is "the National" of a paper.
_ADJECTIVE = re.compile(r"(?:islamic|democratic|economic|patriotic|strategic|popular|supreme|armed|"
                        r"[a-z]{2,}(?:ational|utional|itical|ectoral))\Z")  # fmt: skip
_NO_ADJECTIVE = frozenset(("national", "international", "political", "rational"))
# What follows a noun phrase and never stands in one.
_VERBS = frozenset(
    "is was has had will would can could may might must said says told took began lost won held "
    "left made got gave went came fled fought claimed entered attacked announced denied seized "
    "captured controls controlled withdrew accused rejected warned called killed".split()
)
_AFTER = frozenset(
    "in on at from to with near against into after before during by while across towards".split()
)
_DETERMINERS = frozenset(
    "the a an its his their that this several all some no any it he they two three four".split()
)


def truncated_names(
    document: Document, segment: Segment, knowledge: KnowledgeBase, context: Context
) -> Iterator[Candidate]:
    """Yield the beginnings of names that stand as nouns, with the names that they may be cut of."""
    tokens = list(words(document.text, segment.span.start, segment.span.end))
    for number, token in enumerate(tokens):
        if number == 0 or not _adjective(token.text):
            continue
        kept = _kept(document.text, tokens, number)
        if not kept or not _noun_wanted(document, segment, tokens, number):
            continue
        span = Span(kept[0].span.start, token.span.end)
        found = _likeliest(document, segment, span, kept, knowledge, context)
        if found is not None:
            entity, rivals = found
            yield Candidate(span, entity, _CUT - math.log(rivals), "truncation")


def _adjective(word: str) -> bool:
    folded = word.casefold()
    return (
        word[0].isupper() and folded not in _NO_ADJECTIVE and _ADJECTIVE.match(folded) is not None
    )


def _kept(text: str, tokens: Sequence[Word], number: int) -> Sequence[Word]:
    """Return the capitalised words from behind "the" to ``number``, none without that "the"."""
    for first in range(number, max(0, number - _MOST_KEPT), -1):
        before, word = tokens[first - 1], tokens[first]
        if not word.capitalised or text[before.span.end : word.span.start] != " ":
            return ()
        if before.text.casefold() == "the":
            return tokens[first : number + 1]
    return ()


def _noun_wanted(document: Document, segment: Segment, tokens: Sequence[Word], number: int) -> bool:
    """Whether the noun phrase ends with this word: a verb or a preposition follows."""
    text = document.text
    if number + 1 == len(tokens):
        return False  # "not the Western calendar but the Islamic."
    following = tokens[number + 1]
    if text[tokens[number].span.end : following.span.start] != " ":
        return False
    word = following.text
    if word in _AFTER:
        return True
    if word not in _VERBS:
        return False
    if not word.endswith("ed") or word == "fled":
        return True
    # "the Islamic armed groups", but "entered the town"
    behind = tokens[number + 2].text if number + 2 < len(tokens) else ""
    return behind.casefold() in _DETERMINERS | _AFTER or behind[:1].isupper()


def _likeliest(
    document: Document,
    segment: Segment,
    span: Span,
    kept: Sequence[Word],
    knowledge: KnowledgeBase,
    context: Context,
) -> tuple[Entity, int] | None:
    """Return the one name that may be meant and how many begin so, None where it is not one."""
    cut = tuple(fold(word.text) for word in kept)
    able = [
        entity for entity in knowledge.made_of(cut)
        if entity.kind in _KINDS and not entity.broad and any(_begins(f, cut) for f in entity.forms)
    ]  # fmt: skip
    if any(form.casefold() == " ".join(cut) for entity in able for form in entity.forms):
        return None
    named = [entity for entity in able if context.named.get(entity.id)]
    if len(named) == 1:
        return named[0], 1
    if named:
        return None
    here = context.by_segment.get(segment, frozenset()) | context.countries.keys()
    local = [
        entity for entity in able
        if here & set(entity.countries) and cued(document, segment, span, entity.kind)
    ]  # fmt: skip
    return (local[0], 1) if len(local) == 1 else None


def _begins(form: str, cut: Sequence[str]) -> bool:
    """Whether a form begins with the kept words and goes on; a country may stand before them."""
    parts = [fold(word.text) for word in words(form)]
    if parts and parts[0] in country_words() and cut[0] not in country_words():
        parts = parts[1:]
    size = len(cut)
    return tuple(parts[:size]) == tuple(cut) and 0 < len(parts) - size <= _MOST_LOST
