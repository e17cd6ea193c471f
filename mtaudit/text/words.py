"""Words and their frequency in English."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mtaudit.document import Span

WORD = re.compile(r"[^\W_]+(?:[’'\-‐‑][^\W_]+)*")
_POSSESSIVE = re.compile(r"(?:[’']s|(?<=s)[’'])\Z", re.IGNORECASE)
_NO_PLURALS = frozenset(("news", "series", "species", "congress", "press"))
_PLURALS = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", ""))

# Words too common to tell one name from another.
STOP_WORDS = frozenset(
    "a an the this that these those and or but if so as at by for from in into of on onto out over "
    "to up with without be is are was were been being have has had do does did will would can "
    "could may might must shall should not no nor i you he she it we they me him her us them my "
    "your his its our their who whom which what when where why how all any each every some such "
    "about above after again against along amid among around because before behind below beside "
    "between beyond despite down during except inside like near off outside past since through "
    "toward towards under until upon via while within according said says "
    "than then there here very too also just only more most much many one two get see go".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and digits, inner hyphens and apostrophes included."""

    text: str
    span: Span

    @property
    def capitalised(self) -> bool:
        """Whether the first character is upper case."""
        return self.text[0].isupper()


def words(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """Yield the words of ``text[start:end]`` with their spans in ``text``."""
    for match in WORD.finditer(text, start, len(text) if end is None else end):
        yield Word(match.group(), Span(*match.span()))


def last_words(text: str, start: int, end: int, number: int) -> list[Word]:
    """Return the last ``number`` words of ``text[start:end]``, those before them never made."""
    matches = deque(WORD.finditer(text, start, end), maxlen=number)
    return [Word(match.group(), Span(*match.span())) for match in matches]


def count(text: str) -> int:
    """Return the number of white-space delimited words, as MQM scores count them."""
    return len(text.split())


def bare(word: str) -> str:
    """Return ``word`` without a possessive ending, apostrophes straightened, case folded."""
    return _POSSESSIVE.sub("", word).replace("’", "'").casefold()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return ``word`` case folded, without possessive and plural endings."""
    base = bare(word)
    if base in _NO_PLURALS:
        return base
    for ending, singular in _PLURALS:
        if base.endswith(ending) and len(base) > len(ending) + 2 and not base.endswith("ss"):
            return base[: -len(ending)] + singular
    return base
