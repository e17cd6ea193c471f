"""A subject that is also its own object."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.wordlists import word_list
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity
from mtaudit.text.words import STOP_WORDS, Word, words

_LONGEST = 5  # words of a noun phrase that is compared
_GAP = 3  # words between its two mentions, the verb among them
# "Everybody fought for everybody" is about no one in particular.
_NO_ONE = frozenset(
    "everybody everyone nobody somebody someone anybody anyone people men women each one".split()
)
_DETERMINERS = frozenset("the a an its their his her".split())


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield clauses in which an agent does to itself what one does to others."""
    verbs = word_list("acts-on-others")
    for segment in document.segments:
        tokens = list(words(document.text, segment.span.start, segment.span.end))
        folded = [token.text.casefold() for token in tokens]
        for verb, word in enumerate(folded):
            if word == "between":
                twice = _between(document.text, tokens, folded, verb)
                if twice is not None:
                    yield _one_party(document, *twice)
            elif word in verbs:
                pair = _same_phrase(document.text, tokens, folded, verb)
                if pair is not None:
                    yield _finding(document, *pair, tokens[verb])


def _same_phrase(
    text: str, tokens: list[Word], folded: list[str], verb: int
) -> tuple[Span, Span] | None:
    """Return the noun phrases around the verb when they are word for word the same."""
    for before in range(verb, max(0, verb - _GAP), -1):
        for after in range(verb + 1, min(len(tokens), verb + 1 + _GAP)):
            for size in range(min(_LONGEST, before, len(tokens) - after), 0, -1):
                left = folded[before - size : before]
                right = folded[after : after + size]
                if left != right or not _phrase(left, tokens[before - size : before]):
                    continue
                if left[0] in _DETERMINERS and _another(folded, verb, after + size):
                    continue
                start, end = tokens[before - size].span.start, tokens[after + size - 1].span.end
                if not set(text[start:end]) & set(',;:.?!“”"()—'):
                    return (
                        Span(start, tokens[before - 1].span.end),
                        Span(tokens[after].span.start, end),
                    )
    return None


def _between(text: str, tokens: list[Word], folded: list[str], at: int) -> tuple[Span, Span] | None:
    """Return the two parties of a "between" when they are word for word the same."""
    for size in range(1, _LONGEST + 1):
        second = at + size + 2
        if second + size > len(folded) or folded[second - 1] != "and":
            continue
        left, right = tokens[at + 1 : second - 1], tokens[second : second + size]
        if folded[at + 1 : second - 1] != folded[second : second + size]:
            continue
        # "between the town and the town hall": the phrase goes on.
        if _phrase(folded[second : second + size], left) and _ends(text, right[-1]):
            return (
                Span(left[0].span.start, left[-1].span.end),
                Span(right[0].span.start, right[-1].span.end),
            )
    return None


def _ends(text: str, last: Word) -> bool:
    """Whether a noun phrase ends with the word ``last``: punctuation or a common word follows."""
    following = re.match(r"\s?([\w’'-]*)", text[last.span.end : last.span.end + 24])
    return following is None or not following[1] or following[1].casefold() in STOP_WORDS


def _one_party(document: Document, first: Span, second: Span) -> Finding:
    return Finding(
        check=CHECK.name,
        category=Category.MISTRANSLATION,
        severity=Severity.CRITICAL,
        span=first.cover(second),
        message=f"“between” joins two parties, and “{document[first]}” is both of them",
        confidence=0.9,
        related=(first, second),
    )


def _another(folded: list[str], verb: int, after: int) -> bool:
    """Whether the second phrase goes on and names somebody else: "the minister of finance"."""
    goes_on = after < len(folded) and folded[after] in ("of", "for", "from")
    return goes_on and not (folded[after] == "of" and folded[verb].startswith("accus"))


def _phrase(folded: list[str], tokens: list[Word]) -> bool:
    """Whether the words are a definite noun phrase or a name."""
    if folded[0] in _NO_ONE:
        return False
    if folded[0] in _DETERMINERS:
        return len(folded) >= 2
    return all(token.text[0].isupper() for token in tokens) and len(tokens[0].text) > 2


def _finding(document: Document, subject: Span, object_: Span, verb: Word) -> Finding:
    return Finding(
        check=CHECK.name,
        category=Category.MISTRANSLATION,
        severity=Severity.CRITICAL,
        span=subject.cover(object_),
        message=(
            f"“{document[subject]}” is both who {verb.text} and who was acted on; one of the two "
            "is somebody else in the source"
        ),
        confidence=0.92,
        related=(subject, object_),
    )


CHECK = Check(
    name="repeated-agent",
    category=Category.MISTRANSLATION,
    severity=Severity.CRITICAL,
    summary="a subject that is also its own object",
    why=(
        "When a translation system loses track of who did what, one party of the sentence is "
        "written twice and the other is gone. The sentence reads well and says something that "
        "never happened."
    ),
    find=find,
    flagged=(
        Example("[[The rebel council accused the rebel council]] of breaking the truce."),
        Example("Witnesses said [[Israel bombed Israel]] for the third day."),
        Example("[[The militia was attacked by the militia]] at the bridge."),
        Example("Talks between [[the union and the union]] in Lima broke off on Friday."),
        Example("Later [[Ankara urged Ankara]] to open the border."),
        Example("The treaty between [[Chile and Chile]], signed in May, is void."),
    ),
    sound=(
        "Everybody attacked everybody in the last minutes of the game.",
        "The army said the army had not been told.",
        "The council accused the army, and the army accused the council.",
        "The minister met the minister of finance.",
        "The road between the town and the town hall is closed.",
        "The match between Chile and Chile’s neighbour was a draw.",
    ),
)
