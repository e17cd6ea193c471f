"""The leak channel: an Arabic phrase left in Latin letters and glued into one word.

The token is cut into romanised words of the gloss lexicon, with the articles and one-letter words
that Arabic writes as one with the next. log P is a log-likelihood ratio against the token being a
name that nobody knows, in nats: such a name draws each consonant from some eleven (2.4 nats a
consonant); the phrase draws each word from the lexicon by the fourth root of how often English
prints its first gloss, or one of the set phrases of news at -log 60, each article and clitic at
-0.7 and -1.5, pays 2 where an adjective of the noun's gender is missing, and 2 for each weighted
edit between what is written and the letter-by-letter romanisation. The best cut is found by dynamic
programming over the places in the token (Viterbi 1967).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from heapq import nlargest
from operator import itemgetter

from mtaudit.document import Document, Segment, Span
from mtaudit.names.channels.letters import away, consonants, letters
from mtaudit.names.channels.phrasing import adjectival, phrase
from mtaudit.names.entities import DATA, read_glosses
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.leftovers import set_phrases
from mtaudit.names.romanise import romanise
from mtaudit.text.frequency import zipf
from mtaudit.text.words import STOP_WORDS, bare, words

# States with Arabic as an official language (ISO 3166).
LANDS = frozenset("AE BH DJ DZ EG ER IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TD TN YE".split())
_PER_CONSONANT = 2.4
_PER_EDIT = 2.0
_ARTICLE, _CLITIC, _DISAGREES = -0.7, -1.5, -2.0
_SET_PHRASE = -math.log(60)
_SHORTEST, _LONGEST = 10, 40
_FEWEST_WORDS = 2
_FEWEST_CONSONANTS = 2  # of a word
_LONGEST_WORD = 14  # letters
_MOST_READ = 6  # words weighed for the same letters
_FARTHEST, _FARTHEST_PHRASE = 0.22, 0.16  # weighted edits per letter
# An article that a glued phrase cannot do without, however its vowels came out.
_HAS_ARTICLE = re.compile(r"[aeiou]l|l[^aeiou]|(?:[aeiou])(?:([dnrstz])\1|shsh)")
_VOWEL = "[aeiou]?"
_ARTICLES = re.compile(r"[aeu]l|l")
_SUN = re.compile(r"[aeu](sh|th|dh|[dnrstz])(?=\1)")  # the article takes on the next consonant
_CLITICS = {
    "و": re.compile(rf"[wu]{_VOWEL}"),
    "ب": re.compile(rf"b{_VOWEL}"),
    "ل": re.compile(r"l[aei]?"),
}
# Names are made of words of the lexicon too: Abdulkarim, Saifaldin.
_OF_NAMES = frozenset("عبد ابو أبو ابن بن بنت ام أم آل دين الله سيف نور شمس ولي".split())
_ROUGH = str.maketrans({"x": "k", "G": "k", "g": "k", "S": "s", "z": "s", "Z": "s", "C": "s",
                        "d": "t", "f": "b"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A source word of a leak, its glosses, its clitic or "", and whether it has the article."""

    word: str
    glosses: tuple[str, ...]
    clitic: str = ""
    article: bool = False
    phrase: bool = False

    @property
    def written(self) -> str:
        """The word as Arabic writes it."""
        joined = {"ل": "لل"}.get(self.clitic, f"{self.clitic}ال") if self.article else self.clitic
        return joined + self.word


@dataclass(frozen=True, slots=True)
class Leak:
    """A token that is a source phrase, and the English that reads it.

    ``english`` is the reading, ``rendering`` what it is in the sentence; ``logprob`` the
    log-likelihood ratio of the module's docstring, in nats.
    """

    span: Span
    replaces: Span
    english: str
    rendering: str
    written: str
    logprob: float


def leaks(document: Document, segment: Segment, knowledge: KnowledgeBase) -> Iterator[Leak]:
    """Yield the words of a sentence that are glued Arabic phrases."""
    for word in words(document.text, segment.span.start, segment.span.end):
        written = bare(word.text)
        if not _doubtful(written, knowledge):
            continue
        found = cut(written)
        if found is None:
            continue
        parts, logprob = found
        english = phrase(parts)
        if english:
            span = Span(word.span.start, word.span.start + len(written))
            replaces, rendering = _fitted(document.text, segment, span, english)
            source = " ".join(part.written for part in parts)
            yield Leak(span, replaces, english, rendering, source, logprob)


def _doubtful(written: str, knowledge: KnowledgeBase) -> bool:
    return (
        _SHORTEST <= len(written) <= _LONGEST
        and written.isascii()
        and written.isalpha()
        and _HAS_ARTICLE.search(written) is not None
        and zipf(written) == 0.0
        and not knowledge.knows_word(written)
    )


def _fitted(text: str, segment: Segment, span: Span, english: str) -> tuple[Span, str]:
    """Return what is replaced and by what: one article, the capital of a sentence's beginning."""
    before = list(words(text, segment.span.start, span.start))[-1:]
    start = span.start
    if before and text[before[0].span.end : span.start] == " ":
        article = before[0].text.casefold()
        if article == "the":
            english = english.removeprefix("the ")
        elif article in ("a", "an"):
            start = before[0].span.start
    if start == segment.span.start:
        english = english[0].upper() + english[1:]
    return Span(start, span.end), english


@dataclass(frozen=True, slots=True)
class _Entry:
    """A romanised word of the lexicon and what it costs to draw it, in nats."""

    heard: str
    part: Part
    logprob: float


@cache
def _index() -> Mapping[str, Sequence[_Entry]]:
    """Return the words of the Arabic lexicon and the set phrases by their rough consonants."""
    lexicon = {
        word: glosses
        for word, glosses in read_glosses(DATA / "glosses" / "ar.tsv").items()
        if len(word) > 2
        and glosses[0] not in STOP_WORDS
        and word not in _OF_NAMES
        and " " not in word
        and not word.startswith(("ال", "لل"))
    }
    shares = {word: 10 ** (zipf(glosses[0]) / 4) for word, glosses in lexicon.items()}
    all_shares = sum(shares.values())
    found: dict[str, list[_Entry]] = defaultdict(list)
    entries = [
        _Entry(letters(romanise(word)), Part(word, glosses), math.log(shares[word] / all_shares))
        for word, glosses in lexicon.items()
        if word[0] not in "لبو" or word[1:] not in lexicon  # "to the north" is no word
    ]
    entries += [
        _Entry(letters(romanise(one.words.replace(" ", ""))),
               Part(one.words, (one.english,), phrase=True), _SET_PHRASE)
        for one in set_phrases("ar")
    ]  # fmt: skip
    for entry in entries:
        told = consonants(entry.heard)
        if len(told) >= _FEWEST_CONSONANTS:
            # The Egyptian "g" is the same letter as "j".
            for key in {told, told.replace("Z", "g")}:
                found[key.translate(_ROUGH)].append(entry)
    return found


@lru_cache(maxsize=4_096)
def _read(piece: str) -> Sequence[tuple[Part, float]]:
    """Return the likeliest lexicon words of some letters, each with its log-likelihood ratio."""
    heard = letters(piece)
    hard = consonants(heard)
    found = []
    for entry in _index().get(hard.translate(_ROUGH), ()):
        edits = away(heard, entry.heard)
        farthest = _FARTHEST_PHRASE if entry.part.phrase else _FARTHEST
        if edits <= farthest * len(entry.heard):
            told = entry.logprob + _PER_CONSONANT * len(hard) - _PER_EDIT * edits
            found.append((entry.part, told))
    return nlargest(_MOST_READ, found, key=itemgetter(1))


@lru_cache(maxsize=4_096)
def cut(written: str) -> tuple[tuple[Part, ...], float] | None:
    """Return the likeliest words that a case-folded token is glued from, with their score.

    None unless it is wholly explained by two words or more, one of them with an article.
    """
    best: list[tuple[float, tuple[Part, ...]] | None] = [None] * (len(written) + 1)
    best[0] = 0.0, ()
    for start in range(len(written)):
        here = best[start]
        if here is None:
            continue
        for begin, clitic, article, told in _openings(written, start):
            for end in range(begin + 2, min(len(written), begin + _LONGEST_WORD) + 1):
                for own, likely in _read(written[begin:end]):
                    part = replace(own, clitic=clitic, article=article)
                    score = here[0] + told + likely + _agreement(here[1], part)
                    known = best[end]
                    if known is None or score > known[0]:
                        best[end] = score, (*here[1], part)
    whole = best[-1]
    if whole is None:
        return None
    count = sum(len(part.word.split()) for part in whole[1])
    articled = any(part.article or "ال" in part.word for part in whole[1])
    return (whole[1], whole[0]) if count >= _FEWEST_WORDS and articled else None


def _agreement(before: Sequence[Part], part: Part) -> float:
    """Return what is lost where no adjective follows a noun with its article, or not its gender."""
    noun = before[-1] if before else None
    if noun is None or noun.phrase or part.phrase or part.clitic:
        return 0.0
    if not (noun.article and part.article):
        return 0.0
    disagrees = noun.word.endswith("ة") and not part.word.endswith("ة")
    return _DISAGREES * (disagrees + (not adjectival(part)))


def _openings(written: str, start: int) -> Iterator[tuple[int, str, bool, float]]:
    """Yield where a word may begin, after which clitic and article, and the score of both.

    A clitic without an article before the word is too little to tell one by.
    """
    yield start, "", False, 0.0
    starts = [(start, "", 0.0)]
    for clitic, pattern in _CLITICS.items():
        match = pattern.match(written, start)
        if match is not None:  # "w" counts as a vowel
            told = _CLITIC + (0.0 if clitic == "و" else _PER_CONSONANT)
            starts.append((match.end(), clitic, told))
    for begin, clitic, told in starts:
        for pattern in (_ARTICLES, _SUN):
            match = pattern.match(written, begin)
            if match is not None and match.end() > 1:  # no bare "l" begins a phrase
                yield match.end(), clitic, True, told + _ARTICLE + _PER_CONSONANT
