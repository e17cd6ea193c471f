"""A person's name that translation has cut in two: "Haider to the Abadi"."""

from __future__ import annotations

from collections.abc import Iterator

from mtaudit.document import Document, Segment, Span
from mtaudit.names.build import fold
from mtaudit.names.channels.candidate import Candidate
from mtaudit.names.context import Context
from mtaudit.names.countries import country_words
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.romanise import bare_article
from mtaudit.text.words import Word, bare, stem, words

# What the article of an Arabic name, or its first letters, are taken for.
_BETWEEN = frozenset("the to of for in from by at on with into a and".split())
_MOST_BETWEEN = 2
# log P(cut in two | the name): it happens to few of the names that can be cut.
_CUT = -1.5


def split_names(
    document: Document, segment: Segment, knowledge: KnowledgeBase, context: Context
) -> Iterator[Candidate]:
    """Yield places where stray words stand between a known person's first and last name.

    In a million words of human-written news there is none.
    """
    tokens = list(words(document.text, segment.span.start, segment.span.end))
    for number, first in enumerate(tokens):
        last = _behind(document.text, tokens, number)
        if last is None or not first.capitalised:
            continue
        wanted = bare_article(bare(last.text)).casefold()
        if stem(wanted) in country_words():  # "the King of Jordan" is a title
            continue
        seen = set()
        for entity, parts in knowledge.people(fold(first.text)):
            if bare_article(parts[-1]) == wanted and entity.id not in seen:
                seen.add(entity.id)
                end = last.span.start + len(bare(last.text))
                yield Candidate(Span(first.span.start, end), entity, _CUT, "split")


def _behind(text: str, tokens: list[Word], number: int) -> Word | None:
    """Return the capitalised word behind one or two stray words, or None."""
    for between in range(1, _MOST_BETWEEN + 1):
        at = number + between
        if at + 1 >= len(tokens) or tokens[at].text not in _BETWEEN:
            return None
        following = tokens[at + 1]
        apart = text[tokens[number].span.end : following.span.start]
        if following.capitalised:
            return following if apart.replace(" ", "").isalpha() else None
    return None
