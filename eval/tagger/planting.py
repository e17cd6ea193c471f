"""Plant one error of machine translation in a sound sentence, and say where it is.

The kinds are those of translated news: a wrong, missing or needless function word, words in the
order of the source language, a name read as a common noun, roles exchanged, an agent repeated, a
subject lost, a verb in the wrong form, a word or a stretch said twice.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from mtaudit.text.rewrites import inflections

_WORD = re.compile(r"[\w’'\-]+|[^\w\s]")
_PREPOSITIONS = ("of", "in", "to", "for", "on", "with", "at", "by", "from", "about", "into", "over")
_ARTICLES = ("the", "a", "an")
_PRONOUNS = {"he": "it", "she": "he", "they": "it", "it": "he", "his": "its", "her": "his",
             "their": "its", "its": "his", "him": "it", "them": "him", "we": "they"}  # fmt: skip
_VERBS = {"is": "are", "are": "is", "was": "were", "were": "was", "has": "have", "have": "has",
          "does": "do", "says": "say", "said": "say", "will": "was", "would": "will", "had": "has",
          "been": "be", "be": "being", "did": "does", "can": "could to",
          "made": "make", "took": "taken", "went": "gone", "came": "come",
          "told": "tell", "got": "get"}  # fmt: skip
# Common nouns that a name may be read as; any such word will do.
_NOUNS = """hammer patience garden lion victory eagle stone bread forgiveness spring mercy lamp
shepherd justice beauty gift moon river dignity arrow falcon honey pearl generosity servant mirror
ant goat seed happiness feather tent cloud salt rope needle wheel ladder bucket saddle plough
harvest blessing guest dream smoke widow throne camel wolf basil olive thorn dust brick glass
tenor paste blanket kettle cradle ribbon spoon thunder meadow copper""".split()


@dataclass(frozen=True, slots=True)
class Planted:
    """A text with one error planted, the place of it, and its kind."""

    text: str
    marks: tuple[tuple[int, int, float], ...]
    kind: str


@dataclass(frozen=True, slots=True)
class _Edit:
    """Put ``words`` in the place of words [first, last); mark new words [from_, to)."""

    first: int
    last: int
    words: tuple[str, ...]
    marked: tuple[int, int]


_Maker = Callable[[list[str], random.Random], _Edit | None]


def plant(text: str, draw: random.Random, *, slips: bool = False) -> Planted | None:
    """Return the text with an error of a kind drawn by chance, None where none fits.

    With ``slips`` the kinds are those of grammar and word order alone, and more of them.
    """
    makers = _SLIPS if slips else _MAKERS
    matches = list(_WORD.finditer(text))
    words = [match.group() for match in matches]
    if len(words) < 6:
        return None
    for kind in draw.sample(list(makers), len(makers)):
        weight, make = makers[kind]
        edit = make(words, draw)
        if edit is None:
            continue
        start = matches[edit.first].start() if edit.first < len(matches) else len(text)
        end = matches[edit.last - 1].end() if edit.last > edit.first else start
        put = " ".join(edit.words)
        tail = text[end:]
        if not put:
            tail = tail.lstrip(" ")
        elif edit.last == edit.first:
            tail = " " + tail
        changed = text[:start] + put + tail
        before, inside = " ".join(edit.words[: edit.marked[0]]), edit.words[slice(*edit.marked)]
        begin = start + len(before) + (1 if before else 0)
        if inside:
            mark = (begin, begin + len(" ".join(inside)))
        else:  # something is missing: the word behind the gap is marked
            behind = _WORD.search(changed, start)
            if behind is None:
                continue
            mark = behind.span()
        return Planted(changed, ((*mark, weight),), kind)
    return None


def _places(words: list[str], fits: Callable[[int], bool], draw: random.Random) -> int | None:
    found = [i for i in range(1, len(words) - 1) if fits(i)]
    return draw.choice(found) if found else None


def _name(word: str) -> bool:
    return word[:1].isupper() and word[1:].islower() and len(word) > 3


def _plain(word: str) -> bool:
    return word.isalpha() and word.islower() and len(word) > 3


def _wrong_preposition(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i] in _PREPOSITIONS, draw)
    if at is None:
        return None
    other = draw.choice([p for p in _PREPOSITIONS if p != words[at]])
    return _Edit(at, at + 1, (other,), (0, 1))


def _lost_article(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i] in _ARTICLES, draw)
    return None if at is None else _Edit(at, at + 1, (), (0, 0))


def _lost_preposition(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i] in _PREPOSITIONS, draw)
    return None if at is None else _Edit(at, at + 1, (), (0, 0))


def _needless_article(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: _name(words[i]) and words[i - 1].lower() not in _ARTICLES, draw)
    return None if at is None else _Edit(at, at + 1, ("the", words[at]), (0, 2))


def _swapped(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: _plain(words[i]) and words[i + 1].isalpha(), draw)
    return None if at is None else _Edit(at, at + 2, (words[at + 1], words[at]), (0, 2))


def _moved(words: list[str], draw: random.Random) -> _Edit | None:
    """Put a verb before what it follows, as languages do that begin with the verb."""
    at = _places(words, lambda i: words[i] in ("said", "says", "told", "added", "announced") and
                 words[i - 1].isalpha(), draw)  # fmt: skip
    if at is None:
        return None
    first = at - 1
    while first > 0 and words[first - 1][:1].isupper() and words[first - 1].isalpha():
        first -= 1
    return _Edit(first, at + 1, (words[at], *words[first:at]), (0, at + 1 - first))


def _scrambled(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: all(w.isalpha() for w in words[i : i + 4]) and
                 i + 4 < len(words), draw)  # fmt: skip
    if at is None:
        return None
    stretch = words[at : at + 4]
    mixed = draw.sample(stretch, 4)
    return None if mixed == stretch else _Edit(at, at + 4, tuple(mixed), (0, 4))


def _read_name(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: _name(words[i]), draw)
    if at is None:
        return None
    noun = draw.choice(_NOUNS)
    forms = ((noun,), ("the", noun), (noun.capitalize(),), (f"“{noun}”",), ("the", f"“{noun}”"))
    form = draw.choice(forms)
    return _Edit(at, at + 1, form, (0, len(form)))


def _of_form(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: _name(words[i]) and (_name(words[i + 1]) or
                 _plain(words[i + 1])) and words[i - 1] != "of", draw)  # fmt: skip
    if at is None:
        return None
    form = (words[at + 1].lower(), "of", draw.choice(("", "the")), words[at])
    put = tuple(word for word in form if word)
    return _Edit(at, at + 2, put, (0, len(put)))


def _exchanged(words: list[str], draw: random.Random) -> _Edit | None:
    names = [i for i in range(len(words)) if _name(words[i]) and i > 0]
    pairs = [(a, b) for a in names for b in names if 2 <= b - a <= 8 and words[a] != words[b]]
    if not pairs:
        return None
    a, b = draw.choice(pairs)
    stretch = [words[b], *words[a + 1 : b], words[a]]
    return _Edit(a, b + 1, tuple(stretch), (0, len(stretch)))


def _repeated_agent(words: list[str], draw: random.Random) -> _Edit | None:
    names = [i for i in range(1, len(words)) if _name(words[i])]
    pairs = [(a, b) for a in names for b in names if 2 <= b - a <= 8 and words[a] != words[b]]
    if not pairs:
        return None
    a, b = draw.choice(pairs)
    return _Edit(b, b + 1, (words[a],), (0, 1))


def _lost_subject(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i] in ("he", "she", "they", "it", "we"), draw)
    return None if at is None else _Edit(at, at + 1, (), (0, 0))


def _pronoun(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i] in _PRONOUNS, draw)
    return None if at is None else _Edit(at, at + 1, (_PRONOUNS[words[at]],), (0, 1))


def _verb(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i] in _VERBS, draw)
    if at is None:
        return None
    put = tuple(_VERBS[words[at]].split())
    return _Edit(at, at + 1, put, (0, len(put)))


def _said_twice(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i].isalpha() and words[i + 1].isalpha(), draw)
    if at is None:
        return None
    length = draw.choice((1, 1, 2))
    stretch = tuple(words[at : at + length])
    return _Edit(at + length, at + length, stretch, (0, length))


def _other_noun(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: _plain(words[i]) and words[i - 1] in ("the", "a"), draw)
    return None if at is None else _Edit(at, at + 1, (draw.choice(_NOUNS),), (0, 1))


_MAKERS: dict[str, tuple[float, _Maker]] = {
    "preposition": (1.0, _wrong_preposition),
    "lost article": (1.0, _lost_article),
    "lost preposition": (1.0, _lost_preposition),
    "needless article": (1.0, _needless_article),
    "swapped": (1.0, _swapped),
    "verb first": (1.0, _moved),
    "scrambled": (5.0, _scrambled),
    "name read": (5.0, _read_name),
    "of form": (1.0, _of_form),
    "exchanged": (5.0, _exchanged),
    "repeated agent": (5.0, _repeated_agent),
    "lost subject": (5.0, _lost_subject),
    "pronoun": (1.0, _pronoun),
    "verb form": (1.0, _verb),
    "said twice": (1.0, _said_twice),
    "other noun": (5.0, _other_noun),
}


def _form(words: list[str], draw: random.Random) -> _Edit | None:
    """Give a verb or a noun another form."""
    found = [
        (i, form)
        for i in range(1, len(words) - 1)
        if _plain(words[i])
        for form in (*inflections(words[i])[0], *inflections(words[i])[1])
    ]
    if not found:
        return None
    at, form = draw.choice(found)
    return _Edit(at, at + 1, (form,), (0, 1))


def _needless_to(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i - 1] in _MODALS and _plain(words[i]), draw)
    return None if at is None else _Edit(at, at + 1, ("to", words[at]), (0, 1))


def _lost_short(words: list[str], draw: random.Random) -> _Edit | None:
    """Leave out "to" or an auxiliary."""
    at = _places(words, lambda i: words[i] in _SHORT and words[i + 1].isalpha(), draw)
    return None if at is None else _Edit(at, at + 1, (), (0, 0))


def _needless_auxiliary(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: _plain(words[i]) and words[i].endswith(("ed", "ing", "en")) and
                 words[i - 1] not in _SHORT, draw)  # fmt: skip
    if at is None:
        return None
    return _Edit(at, at + 1, (draw.choice(("is", "was", "has", "be", "were")), words[at]), (0, 2))


def _needless_pronoun(words: list[str], draw: random.Random) -> _Edit | None:
    """Say the subject again: "the ministry it said"."""
    at = _places(words, lambda i: words[i] in _FINITE and words[i - 1].isalpha() and
                 words[i - 1].lower() not in _PRONOUNS, draw)  # fmt: skip
    if at is None:
        return None
    return _Edit(at, at + 1, (draw.choice(("he", "it", "they")), words[at]), (0, 1))


def _needless_preposition(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i] in ("the", "a", "his", "their", "its") and
                 _plain(words[i - 1]) and words[i - 1] not in _PREPOSITIONS, draw)  # fmt: skip
    if at is None:
        return None
    return _Edit(at, at + 1, (draw.choice(_PREPOSITIONS[:9]), words[at]), (0, 1))


def _two_determiners(words: list[str], draw: random.Random) -> _Edit | None:
    at = _places(words, lambda i: words[i] in ("his", "her", "their", "its", "this", "these",
                                               "some", "each"), draw)  # fmt: skip
    return None if at is None else _Edit(at, at + 1, ("the", words[at]), (0, 2))


def _adjective_behind(words: list[str], draw: random.Random) -> _Edit | None:
    """Put the word between an article and a noun behind the noun."""
    at = _places(words, lambda i: words[i - 1] in _ARTICLES and _plain(words[i]) and
                 _plain(words[i + 1]), draw)  # fmt: skip
    return None if at is None else _Edit(at, at + 2, (words[at + 1], words[at]), (0, 2))


_MODALS = frozenset(("must", "can", "will", "would", "should", "could", "may", "might", "cannot"))
_SHORT = frozenset(("to", "is", "are", "was", "were", "has", "have", "had", "been", "be"))
_FINITE = frozenset(("said", "is", "was", "has", "had", "will", "would", "are", "were", "have"))
_SLIPS: dict[str, tuple[float, _Maker]] = {
    "preposition": (1.0, _wrong_preposition),
    "lost article": (1.0, _lost_article),
    "lost preposition": (1.0, _lost_preposition),
    "needless article": (1.0, _needless_article),
    "swapped": (1.0, _swapped),
    "adjective behind": (1.0, _adjective_behind),
    "verb first": (1.0, _moved),
    "scrambled": (5.0, _scrambled),
    "of form": (1.0, _of_form),
    "lost subject": (5.0, _lost_subject),
    "pronoun": (1.0, _pronoun),
    "verb form": (1.0, _verb),
    "form": (1.0, _form),
    "needless to": (1.0, _needless_to),
    "lost to or auxiliary": (1.0, _lost_short),
    "needless auxiliary": (1.0, _needless_auxiliary),
    "needless pronoun": (1.0, _needless_pronoun),
    "needless preposition": (1.0, _needless_preposition),
    "two determiners": (1.0, _two_determiners),
    "said twice": (1.0, _said_twice),
}
