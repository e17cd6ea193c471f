"""A speech verb before its subject at the beginning of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.wordlists import word_list
from mtaudit.document import Document, Segment, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

_FIRST = re.compile(r"(?P<lead>(?:And|But) )?(?P<verb>[A-Za-z]+)(?P<out> out)? (?=[A-Za-z])")
_DETERMINERS = frozenset("the a an his her its their this another one".split())
_PRONOUNS = frozenset("he she they".split())
# A subject ends before these.
_ENDS = frozenset(
    "that in on at during to yesterday today from after before while when earlier later".split()
)
_TITLES = frozenset("Mr Mrs Ms Dr".split())
_WORD = re.compile(r"\S+")
# A quotation that follows its verb and speaker at once is in the order of newspapers.
_SPEAKS_NOW = re.compile(r"[:,]?\s*[“\"‘]|:")
# What tells that somebody speaks: a clause that is reported, or where it was said.
_REPORTED = re.compile(
    r"\bthat\b|\b(?:news|press) (?:conference|briefing)|\b(?:interview|statement|speech|briefing|"
    r"television|reporters|journalists)\b"
)
_LONGEST_SUBJECT = 9


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield sentences that begin with a speech verb and its subject behind it."""
    for segment in document.segments:
        found = _inverted(document, segment)
        if found is not None:
            yield found


def _inverted(document: Document, segment: Segment) -> Finding | None:
    text = document.text
    match = _FIRST.match(text, segment.span.start, segment.span.end)
    if match is None or match["verb"].lower() not in word_list("speech-verbs"):
        return None
    before = text[: segment.span.start].rstrip()[-1:]
    if before and before in '”",:;“':  # it follows a quotation, or is not the beginning
        return None
    subject = _subject(text, match.end(), segment.span.end)
    if subject is None:
        return None
    rest = text[subject.end : segment.span.end]
    if _SPEAKS_NOW.match(rest) or not _REPORTED.search(rest.split("“")[0][:90]):
        return None
    # "Said Ali told the court that …": the first word is a name.
    following = rest.split(maxsplit=1)[:1]
    if not following or following[0] not in _ENDS:
        return None
    verb = f"{match['verb'].lower()}{match['out'] or ''}"
    named = document[subject]
    lead = match["lead"] or ""
    plain = f"{lead}{named if lead else named[0].upper() + named[1:]} {verb}"
    span = Span(match.start(), subject.end)
    return Finding(
        check=CHECK.name,
        category=Category.WORD_ORDER,
        severity=Severity.MAJOR,
        span=span,
        message=f"“{document[span]}” has the verb before its subject; English expects “{plain}”",
        confidence=0.85,
        suggestions=(Suggestion(span, plain, "subject first, then the verb", 0.85),),
    )


def _subject(text: str, start: int, end: int) -> Span | None:
    """Return the pronoun, name or noun phrase that begins at ``start``, None where none does."""
    last = start
    determined = None
    for number, match in enumerate(_WORD.finditer(text, start, end)):
        word = match.group()
        plain = word.strip(',.:;“”"')
        if number == 0:
            if plain in _PRONOUNS and word == plain:
                return Span(start, match.end())
            determined = plain in _DETERMINERS
            if not determined and not plain[:1].isupper():
                return None
        elif plain in _ENDS:
            break
        elif number >= _LONGEST_SUBJECT or not (determined or _in_a_name(plain)):
            return None
        last = match.end()
        if word[-1] in ",:;." and plain not in _TITLES:
            last -= 1
            break
    return Span(start, last) if last > start + (3 if determined else 1) else None


def _in_a_name(word: str) -> bool:
    return word[:1].isupper() or word in ("al", "bin", "de", "van")


CHECK = Check(
    name="speech-inversion",
    category=Category.WORD_ORDER,
    severity=Severity.MAJOR,
    summary="a speech verb before its subject at the start of a sentence",
    why=(
        "Arabic and several other languages begin the sentence with the verb: “said the "
        "minister”. English does so behind a quotation only. Elsewhere the reader takes the verb "
        "for a participle and looks in vain for the clause that it opens."
    ),
    find=find,
    flagged=(
        Example(
            "[[Stressed Harlow]] at a press conference in Oslo the need for a truce.",
            "Harlow stressed at a press conference in Oslo the need for a truce.",
        ),
        Example(
            "[[Said Whitlock]] at a meeting in Lima that the mine would close.",
            "Whitlock said at a meeting in Lima that the mine would close.",
        ),
        Example(
            "[[Added the minister]] that schools would open in May.",
            "The minister added that schools would open in May.",
        ),
        Example(
            "[[Stressed the head of the council]] that no money was missing.",
            "The head of the council stressed that no money was missing.",
        ),
        Example(
            "The port is closed. [[Pointed out the captain]] that the storm would last.",
            "The port is closed. The captain pointed out that the storm would last.",
        ),
        Example(
            "[[Announced the Ministry of Health]] on Sunday that the clinic had been rebuilt.",
            "The Ministry of Health announced on Sunday that the clinic had been rebuilt.",
        ),
        Example(
            "The road is open. [[And explained he]] that the bridge was safe.",
            "The road is open. And he explained that the bridge was safe.",
        ),
    ),
    sound=(
        "“The mine will close,” said Whitlock at a meeting that lasted an hour.",
        "Said to be worth millions, the painting that was stolen hung in a hall.",
        "Said Karimi told the court that he had seen nothing.",
        "Announced in May, the plan that the council wrote has been put off.",
        "Added Whitlock: “We told them that the mine would close.”",
        "Reported by two papers, the news that he had left was false.",
        "Noted for its roses, the garden that he made is open on Sundays.",
    ),
)
