"""A word that stands twice where it can stand but once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion
from mtaudit.text.words import Word, bare, stem, words

# English repeats these soundly: "had had", "that that", "very, very", "so so".
_REPEATABLE = frozenset(
    "had that very so no yes far long many much more really too had do is knock bye hear ha la "
    "her blah boo big go never again old now there day night".split()
)
_OPEN, _CLOSE = "“\"‘'«", "”\"’'»"
_QUOTED_GAP = re.compile(r" [“\"‘«]\Z")


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield pairs of one word, side by side, the second perhaps in quotation marks."""
    text = document.text
    for segment in document.segments:
        tokens = list(words(text, segment.span.start, segment.span.end))
        for first, second in pairwise(tokens):
            gap = text[first.span.end : second.span.start]
            if gap == " " and first.text.casefold() == second.text.casefold():
                if _doubled(first, second):
                    yield _finding(document, first, second.span)
            elif _QUOTED_GAP.match(gap) and _echoed(first, second):
                end = second.span.end
                end += text[end : end + 1] in tuple(_CLOSE)
                yield _finding(document, first, Span(second.span.start - 1, end))


def _doubled(first: Word, second: Word) -> bool:
    word = first.text.casefold()
    if word in _REPEATABLE or not word.isalpha():
        return False
    # Two capitals are a name ("Boutros Boutros"); one-letter words are initials or labels.
    return not (first.capitalised and second.capitalised) and (len(word) > 1 or word == "a")


def _echoed(first: Word, second: Word) -> bool:
    # "Moody's “Moody 4B”": a possessive and two capitals are names.
    same = stem(first.text) == stem(second.text) and bare(first.text) == first.text.casefold()
    return same and not (first.capitalised and second.capitalised)


def _finding(document: Document, first: Word, second: Span) -> Finding:
    span = Span(first.span.start, second.end)
    return Finding(
        check=CHECK.name,
        category=Category.ADDITION,
        severity=Severity.MAJOR,
        span=span,
        message=f"“{first.text}” stands twice in a row",
        confidence=0.9,
        suggestions=(
            Suggestion(span, first.text, "say it once", 0.9, safe='"' not in document[span]
                       and "“" not in document[span]),
        ),
        related=(second,),
    )  # fmt: skip


CHECK = Check(
    name="repeated-word",
    category=Category.ADDITION,
    severity=Severity.MAJOR,
    summary="the same word twice in a row",
    why=(
        "Two source words that a translation system renders by one English word, or a word that "
        "its search emitted twice, leave a pair such as “illegal ‘illegal’ settlers”."
    ),
    find=find,
    flagged=(
        Example(
            "The ministry warned of [[mercenary “mercenary”]] groups in the south.",
            "The ministry warned of mercenary groups in the south.",
        ),
        Example(
            "The convoy left [[the the]] city at dawn.",
            "The convoy left the city at dawn.",
        ),
        Example(
            "The court heard [[witness witness]] statements until the evening.",
            "The court heard witness statements until the evening.",
        ),
        Example(
            "The talks in Geneva [[ended ended]] without a statement.",
            "The talks in Geneva ended without a statement.",
        ),
        Example(
            "Farmers asked for [[a a]] loan from the bank.",
            "Farmers asked for a loan from the bank.",
        ),
        Example(
            "The mayor called the [[squatters “squatters”]] a danger.",
            "The mayor called the squatters a danger.",
        ),
    ),
    sound=(
        "He said that he had had enough of that.",
        "Boutros Boutros-Ghali led the United Nations.",
        "It was a very, very long night.",
        "The children asked again and again, and again nobody answered them.",
        "What he is is a good mayor, and what he had had was luck.",
        "The paper calls the plan “the plan” and the mayor “the mayor”.",
    ),
)
