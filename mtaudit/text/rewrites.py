"""Small edits of a few words that would undo a slip of grammar or word order.

The edits are those that post-editors of machine translation make most: an article put in, left out
or changed, a preposition put in or changed, another form of a verb or a noun, a word said twice,
two words in each other's place, a pronoun that agrees. Whether one makes the sentence better is not
decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import chain

from mtaudit.document import Span
from mtaudit.text.frequency import zipf
from mtaudit.text.words import Word, words

ARTICLES = ("the", "a", "an")
PREPOSITIONS = ("of", "in", "to", "for", "on", "with", "at", "by", "from", "as", "into", "over",
                "about", "against")  # fmt: skip
_AUXILIARIES = ("is", "are", "was", "were", "has", "have", "had", "been", "be")
_PRONOUNS = (("he", "she", "it", "they"), ("him", "her", "it", "them"),
             ("his", "her", "its", "their"), ("who", "which", "that"))  # fmt: skip
# Words that a noun phrase has in the place of an article.
_DETERMINERS = frozenset(
    "the a an this that these those his her its their our my your some any no each every".split()
)
# Short words that translations have too many of; the articles are looked at by themselves.
_NEEDLESS = frozenset((*PREPOSITIONS, *_AUXILIARIES, *chain(*_PRONOUNS)))
_NO_PHRASE = frozenset((*PREPOSITIONS, *_AUXILIARIES, "and", "or", "but", "that", "not", "will"))
_MOST_WORDS = 12
# A capitalised word at the beginning of a sentence is no name if it is as common as this.
_NO_NAME_ZIPF = 4.5


class Slip(StrEnum):
    """What an edit puts right."""

    REPETITION = "repetition"
    MISSING_ARTICLE = "missing article"
    NEEDLESS_ARTICLE = "needless article"
    WRONG_ARTICLE = "wrong article"
    MISSING_PREPOSITION = "missing preposition"
    WRONG_PREPOSITION = "wrong preposition"
    WORD_FORM = "word form"
    PRONOUN = "pronoun"
    MISSING_VERB = "missing verb"
    NEEDLESS_WORD = "needless word"
    ORDER = "word order"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Put ``replacement`` in the place of ``span``; the span begins and ends with whole words."""

    span: Span
    replacement: str
    slip: Slip


def rewrites(text: str, sentence: Span, around: Span) -> tuple[Rewrite, ...]:
    """Return the edits at the words of ``around`` and their neighbours, within one sentence.

    Each edit changes words that stand together with single spaces between them; a longer ``around``
    is looked at up to twelve words. No edit is returned twice, and none leaves the text as it is.
    """
    every = list(words(text, sentence.start, sentence.end))
    inside = [i for i, word in enumerate(every) if word.span.overlaps(around)]
    if not inside:
        return ()
    first, last = inside[0], min(inside[-1], inside[0] + _MOST_WORDS - 1)
    found: dict[tuple[Span, str], Rewrite] = {}
    for edit in _edits(text, every, max(0, first - 1), min(len(every), last + 2)):
        if edit.span.of(text) != edit.replacement:
            found.setdefault((edit.span, edit.replacement), edit)
    return tuple(found.values())


def _edits(text: str, every: list[Word], first: int, last: int) -> Iterator[Rewrite]:
    for i in range(max(0, first - 2), last):
        yield from _said_twice(text, every, i)
    for i in range(first, last):
        yield from _articles(text, every, i)
        yield from _prepositions(text, every, i)
        yield from _forms(text, every, i)
        if i + 1 < last:
            yield from _orders(text, every, i, last)


def _said_twice(text: str, every: list[Word], i: int) -> Iterator[Rewrite]:
    """Leave out the second of two equal stretches of one to three words."""
    for size in (1, 2, 3):
        if i + 2 * size > len(every) or not _joined(text, every, i, i + 2 * size):
            continue
        once = [word.text.casefold() for word in every[i : i + size]]
        if once == [word.text.casefold() for word in every[i + size : i + 2 * size]]:
            kept = " ".join(word.text for word in every[i : i + size])
            yield _edit(every, i, i + 2 * size, kept, Slip.REPETITION)


def _articles(text: str, every: list[Word], i: int) -> Iterator[Rewrite]:
    word = every[i].text
    lower = word.casefold()
    if lower in ARTICLES:
        if i + 1 < len(every) and _joined(text, every, i, i + 2):
            yield _without(every, i, Slip.NEEDLESS_ARTICLE)
            for other in ("the", _indefinite(every[i + 1].text)):
                if other != lower:
                    put = _cased(other, word)
                    yield _edit(every, i, i + 1, put, Slip.WRONG_ARTICLE)
        return
    before = every[i - 1].text.casefold() if i else ""
    if lower in _NO_PHRASE or lower in _DETERMINERS or before in _DETERMINERS or not word.isalpha():
        return
    for article in ("the", _indefinite(word)):
        yield _before(every, i, article, Slip.MISSING_ARTICLE)


def _prepositions(text: str, every: list[Word], i: int) -> Iterator[Rewrite]:
    lower = every[i].text.casefold()
    if lower in PREPOSITIONS:
        for other in PREPOSITIONS:
            if other != lower:
                yield _edit(every, i, i + 1, _cased(other, every[i].text), Slip.WRONG_PREPOSITION)
    elif (
        i and every[i - 1].text.casefold() not in _NO_PHRASE and _joined(text, every, i - 1, i + 1)
    ):
        for preposition in ("of", "in", "to", "for", "on", "with", "by", "from", "at"):
            yield _before(every, i, preposition, Slip.MISSING_PREPOSITION)


def _forms(text: str, every: list[Word], i: int) -> Iterator[Rewrite]:
    """Give a verb, a noun or a pronoun another form; put a short word in or leave one out."""
    word = every[i].text
    lower = word.casefold()
    for group in _PRONOUNS:
        if lower in group:
            for other in group:
                if other != lower:
                    yield _edit(every, i, i + 1, _cased(other, word), Slip.PRONOUN)
    if lower in _NEEDLESS and i + 1 < len(every) and _joined(text, every, i, i + 2):
        yield _without(every, i, Slip.NEEDLESS_WORD)
    if not word.isalpha() or word != lower:
        return
    verbs, nouns = inflections(lower)
    for form in (*verbs, *nouns):
        yield _edit(every, i, i + 1, form, Slip.WORD_FORM)
    if verbs and lower not in _AUXILIARIES and lower not in PREPOSITIONS:
        for auxiliary in ("is", "are", "was", "were", "has", "have", "had", "to"):
            yield _before(every, i, auxiliary, Slip.MISSING_VERB)


def _orders(text: str, every: list[Word], i: int, last: int) -> Iterator[Rewrite]:
    """Exchange neighbours; move a word over two others; turn "N of (the) M" into "M N"."""
    spelled = [word.text for word in every[i : i + 4]]
    begins = i == 0
    if _joined(text, every, i, i + 2):
        yield _edit(every, i, i + 2, _ordered(spelled, (1, 0), begins), Slip.ORDER)
    if i + 3 <= last and _joined(text, every, i, i + 3):
        for order in ((1, 2, 0), (2, 0, 1), (2, 1, 0)):
            yield _edit(every, i, i + 3, _ordered(spelled, order, begins), Slip.ORDER)
        if spelled[1] == "of":
            yield _edit(every, i, i + 3, _ordered(spelled, (2, 0), begins), Slip.ORDER)
    if i + 4 <= last and spelled[1:3] == ["of", "the"] and _joined(text, every, i, i + 4):
        yield _edit(every, i, i + 4, _ordered(spelled, (3, 0), begins), Slip.ORDER)


@lru_cache(maxsize=16_384)
def inflections(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the other forms of a lower-case word as a verb and as a noun."""
    from lemminflect import getAllInflections, getAllLemmas

    found: tuple[list[str], list[str]] = ([], [])
    for part, lemmas in getAllLemmas(word).items():
        if part not in ("VERB", "AUX", "NOUN"):
            continue
        own = found[part == "NOUN"]
        for lemma in lemmas:
            for forms in getAllInflections(lemma, upos=part).values():
                own.extend(form for form in forms if form != word and form not in own)
    return tuple(found[0]), tuple(found[1])


def _edit(every: list[Word], first: int, last: int, put: str, slip: Slip) -> Rewrite:
    return Rewrite(Span(every[first].span.start, every[last - 1].span.end), put, slip)


def _before(every: list[Word], i: int, put: str, slip: Slip) -> Rewrite:
    word = every[i].text
    if i == 0 and word[:1].isupper():
        put, word = put.capitalize(), _lowered(word)
    return _edit(every, i, i + 1, f"{put} {word}", slip)


def _without(every: list[Word], i: int, slip: Slip) -> Rewrite:
    return _edit(every, i, i + 2, _cased(every[i + 1].text, every[i].text), slip)


def _ordered(spelled: list[str], order: tuple[int, ...], begins: bool) -> str:
    """Return the words in an order; the capital that begins a sentence stays in front."""
    put = [spelled[place] for place in order]
    if begins and order[0] != 0:
        put = [_lowered(word) if word == spelled[0] else word for word in put]
        put[0] = put[0][:1].upper() + put[0][1:]
    return " ".join(put)


def _lowered(word: str) -> str:
    lower = word.lower()
    return lower if word == lower.capitalize() and zipf(lower) >= _NO_NAME_ZIPF else word


def _cased(word: str, like: str) -> str:
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def _indefinite(word: str) -> str:
    return "an" if word[:1].casefold() in "aeiou" else "a"


def _joined(text: str, every: list[Word], first: int, last: int) -> bool:
    """Whether single spaces alone stand between the words [first, last)."""
    return last <= len(every) and all(
        text[a.span.end : b.span.start] == " "
        for a, b in zip(every[first : last - 1], every[first + 1 : last], strict=True)
    )
