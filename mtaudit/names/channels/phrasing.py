"""The English of an Arabic phrase: its words in English order, the article once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from mtaudit.names.countries import country_words

_CLITICS = {"و": "and", "ب": "in", "ل": "for"}
_ADJECTIVE = re.compile(r".{3,}(?:al|ic|ive|ous|ary|ian|ish|ese|ar|able|less|ful|ed)\Z")
_CAPITALS = frozenset("islamic muslim christian jewish arab arabic kurdish european".split())
_MOST = 4  # words
_LIKELY = 4  # glosses among which an adjective is looked for


# Relative adjectives (nisba), and those of the form of "kabir".
_ADJECTIVE_FORM = re.compile("(?:.{2,}ي|..ي.)ة?\\Z")


class Glossed(Protocol):
    """A source word with its English glosses, likeliest first."""

    @property
    def word(self) -> str:
        """The source word, without article or clitic."""

    @property
    def glosses(self) -> tuple[str, ...]:
        """English words."""

    @property
    def clitic(self) -> str:
        """The one-letter word before it, "" for none."""

    @property
    def article(self) -> bool:
        """Whether it has the article."""

    @property
    def phrase(self) -> bool:
        """Whether it is a set phrase with an English of its own."""


def phrase(parts: Sequence[Glossed]) -> str:
    """Return the English reading of some source words.

    A noun with its article and the words with an article behind it are a noun and its adjectives,
    which English puts before it, the last first. "" where the words are no such phrase: a noun
    without an article that owns the next is left alone, because many names are made so.
    """
    if len(parts) > _MOST or not all(part.phrase or part.article for part in parts):
        return ""
    groups: list[list[Glossed]] = []
    for part in parts:
        agrees = groups and part.article and groups[-1][0].article
        if agrees and not part.clitic and not part.phrase and not groups[-1][0].phrase:
            groups[-1].append(part)
        else:
            groups.append([part])
    if not all(adjectival(part) for group in groups for part in group[1:]):
        return ""
    told: list[str] = []
    for number, group in enumerate(groups):
        head = group[0]
        if head.clitic:
            told.append(_CLITICS[head.clitic])
        elif number and not groups[number - 1][0].phrase:
            told.append("of")
        if head.article:
            told.append("the")
        told.extend(_adjective(part) for part in reversed(group[1:]))
        told.append(_capital(head.glosses[0]))
    return " ".join(told)


def adjectival(part: Glossed) -> bool:
    """Whether a word may be an adjective, by its form or its English."""
    return bool(_ADJECTIVE_FORM.match(part.word) or _ADJECTIVE.match(_adjective(part)))


def _adjective(part: Glossed) -> str:
    for gloss in part.glosses[:_LIKELY]:
        if _ADJECTIVE.match(gloss) or gloss in country_words():
            return _capital(gloss)
    return _capital(part.glosses[0])


def _capital(gloss: str) -> str:
    return gloss.title() if gloss in country_words() or gloss in _CAPITALS else gloss
