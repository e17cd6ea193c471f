"""A personal pronoun whose only antecedent is an organisation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.wordlists import word_list
from mtaudit.document import Document
from mtaudit.evidence import Evidence, Mention
from mtaudit.finding import Category, Finding, Severity, Suggestion
from mtaudit.names.countries import country_words
from mtaudit.names.cues import CUES
from mtaudit.text.frequency import zipf
from mtaudit.text.words import Word, bare, stem, words

_PRONOUNS = {"he": "it", "she": "it", "his": "its", "her": "its", "him": "it", "himself": "itself",
             "herself": "itself"}  # fmt: skip
_LEAST_COMMON_NAME = 4.2
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december".split()
)


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield "he", "she" and their forms in a text that has named no human being so far.

    One finding a pronoun form and sentence; the search ends at the first possible person.
    """
    tokens = list(words(document.text))
    institution: Word | None = None
    for number, token in enumerate(tokens):
        folded = token.text.casefold()
        if folded in _PRONOUNS:
            if institution is None or _names_person_soon(document, tokens, number, evidence):
                return
            yield _finding(document, token, institution)
            continue
        if _human(document, tokens, number, evidence.mentions):
            return
        if folded in word_list("organisation-nouns"):
            institution = token


def _human(
    document: Document, tokens: list[Word], number: int, mentions: tuple[Mention, ...]
) -> bool:
    """Whether a word names, or may name, one human being."""
    token = tokens[number]
    folded = bare(token.text)
    if folded in word_list("human-nouns"):
        return not _plural(folded)
    parts = set(folded.split("-"))
    if not token.capitalised or parts <= _CALENDAR or parts <= country_words():
        return False
    for mention in mentions:
        if mention.span.contains(token.span) or mention.span.overlaps(token.span):
            return mention.kind == "person"
    if bare(token.text).capitalize() in word_list("given-names"):
        return True
    if token.text.isupper():  # an abbreviation
        return False
    if _place_follows(tokens, number):
        return False
    # A capital inside a sentence that English does not know as an ordinary word: perhaps a surname.
    segment = document.segment_at(token.span.start)
    first = segment is None or not re.search(
        r"\w", document.text[segment.span.start : token.span.start]
    )
    return not first and zipf(folded) < _LEAST_COMMON_NAME and not _in_name(tokens, number)


def _place_follows(tokens: list[Word], number: int) -> bool:
    """Whether a capitalised run stands behind "the town of" or its like."""
    while number and tokens[number - 1].capitalised:
        number -= 1
    before = [word.text.casefold() for word in tokens[max(0, number - 2) : number]]
    places = CUES["city"] | CUES["province"] | CUES["landmark"]
    return len(before) == 2 and before[1] == "of" and stem(before[0]) in places


def _plural(noun: str) -> bool:
    return noun.endswith("men") or (stem(noun) != noun and stem(noun) in word_list("human-nouns"))


def _in_name(tokens: list[Word], number: int) -> bool:
    """Whether the capitalised run around a word is headed by an institution's noun."""
    nouns = word_list("organisation-nouns")
    for step in (-1, 1):
        position = number + step
        while 0 <= position < len(tokens) and tokens[position].capitalised:
            if abs(tokens[position].span.start - tokens[number].span.start) > 60:
                break
            if bare(tokens[position].text) in nouns:
                return True
            position += step
    return False


def _names_person_soon(
    document: Document, tokens: list[Word], number: int, evidence: Evidence
) -> bool:
    """Whether a person is named later in the same sentence: "In his speech, the minister …"."""
    segment = document.segment_at(tokens[number].span.start)
    end = segment.span.end if segment is not None else len(document.text)
    later = number + 1
    while later < len(tokens) and tokens[later].span.start < end:
        if _human(document, tokens, later, evidence.mentions):
            return True
        later += 1
    return False


def _finding(document: Document, token: Word, institution: Word) -> Finding:
    neutral = _PRONOUNS[token.text.casefold()]
    if token.capitalised:
        neutral = neutral.capitalize()
    return Finding(
        check=CHECK.name,
        category=Category.REFERENCE,
        severity=Severity.MINOR,
        span=token.span,
        message=(
            f"“{token.text}” has nobody to refer to: the text has named no person so far, only "
            f"the {institution.text.lower()}"
        ),
        confidence=0.75,
        suggestions=(
            Suggestion(token.span, neutral, "an institution is “it”", 0.6),
        ),
        related=(institution.span,),
    )  # fmt: skip


CHECK = Check(
    name="pronoun-reference",
    category=Category.REFERENCE,
    severity=Severity.MINOR,
    summary="a personal pronoun whose only antecedent is an organisation",
    why=(
        "Languages with grammatical gender call a ministry “he” or “she”. In English the reader "
        "looks for the person, and finds none or the wrong one."
    ),
    find=find,
    flagged=(
        Example(
            "The defence ministry denied the report. [[He]] added that the road was open.",
            "The defence ministry denied the report. It added that the road was open.",
        ),
        Example(
            "The agency published the list. [[She]] had got it from the court.",
            "The agency published the list. It had got it from the court.",
        ),
        Example(
            "The council met on Monday and closed [[his]] session at noon.",
            "The council met on Monday and closed its session at noon.",
        ),
        Example(
            "The army withdrew from the hills after the storm had hit [[him]] twice.",
            "The army withdrew from the hills after the storm had hit it twice.",
        ),
        Example(
            "The committee has called [[himself]] a court.",
            "The committee has called itself a court.",
        ),
        Example(
            "The party lost [[her]] seats in the north.",
            "The party lost its seats in the north.",
        ),
    ),
    sound=(
        "The ministry denied the report. The spokesman said he had not seen it.",
        "The agency quoted Lavrov. He said that the talks would go on.",
        "In his first speech since the vote, the president thanked the army.",
        "The council met. Its chairwoman said she was tired.",
        "The army withdrew after it had lost its tanks.",
        "The ministry told Ivanov that he had been right.",
    ),
    needs_names=True,
)
