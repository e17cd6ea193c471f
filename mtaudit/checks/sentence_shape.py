"""A capital after a comma, and a sentence that lost its subject."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Segment, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion
from mtaudit.text.frequency import zipf

_AFTER_COMMA = re.compile(r"(?<=[a-z])(?:, |; )(?P<word>[A-Z][a-z]+)\b(?! [A-Z])(?!-)")
_SPEECH = ("said added confirmed stressed noted explained indicated stated affirmed announced "
           "pointed declared reported revealed emphasised emphasized asserted claimed denied "
           "warned clarified").split()  # fmt: skip
_NO_SUBJECT = re.compile(
    rf"(?P<verb>{'|'.join(word.capitalize() for word in _SPEECH)})(?: out)? (?:that|in|on|to)\b"
)
_NO_SUBJECT_BE = re.compile(r"(?P<verb>Is|Was|Has been|Have been|Had been|Were)\b (?!n.t\b)")
# Words that begin no name, in the forms that follow a comma.
_FUNCTION = frozenset(
    "and but or which who whom whose where when while although though because since as if that "
    "this these those he she they it we you his her their its there then also in on at by for "
    "from with to of into over under after before during including according however therefore "
    "is are was were has have had been being not".split()
)
_AFTER_VERB = frozenset(
    "the a an his her its their this that these those them him it us to in on at by for from with "
    "of about into over against all some any no not more how what why whether".split()
)
_COMMON = 3.8


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield ordinary words with a capital after a comma, then sentences that begin with a verb."""
    for segment in document.segments:
        if _headline(document[segment.span]):
            continue
        for match in _AFTER_COMMA.finditer(document.text, segment.span.start, segment.span.end):
            if _ordinary(match["word"], document.text[match.end() :].split(maxsplit=1)[:1]):
                yield _capital(Span(match.start("word"), match.end("word")), match["word"])
        yield from _headless(document, segment)


def _headline(sentence: str) -> bool:
    """Whether most words have a capital, as titles do."""
    longer = [word for word in sentence.split() if len(word) > 3]
    return bool(longer) and sum(word[0].isupper() for word in longer) > 0.6 * len(longer)


def _ordinary(word: str, following: list[str]) -> bool:
    """Whether a word is a function word, or a verb form with its object or adverb behind it."""
    lower = word.lower()
    if lower in _FUNCTION:
        return True
    verb = lower.endswith(("ed", "ing")) and len(lower) > 5 and zipf(lower) >= _COMMON
    return verb and bool(following) and following[0] in _AFTER_VERB


def _capital(span: Span, word: str) -> Finding:
    return Finding(
        check=CHECK.name,
        category=Category.GRAMMAR,
        severity=Severity.MAJOR,
        span=span,
        message=f"“{word}” begins a new sentence in the middle of one; a subject may be missing",
        confidence=0.85,
        suggestions=(Suggestion(span, word.lower(), "no capital inside a sentence", 0.85),),
    )


def _headless(document: Document, segment: Segment) -> Iterator[Finding]:
    sentence = document[segment.span]
    lead = len(sentence) - len(sentence.lstrip("“\"'‘ "))
    quoted = lead > 0
    match = _NO_SUBJECT.match(sentence, lead)
    if match is None and not quoted and not sentence.rstrip('”" ').endswith("?"):
        match = _NO_SUBJECT_BE.match(sentence, lead)
    if match is None or len(sentence.split()) < 6:
        return
    # "Announced in May, the plan …" is a participle: a comma and a subject follow.
    if re.match(r"[^,]{0,60}, (?:the|a|an|his|her|its|their|[A-Z])", sentence[match.end() :]):
        return
    span = Span(segment.span.start + match.start("verb"), segment.span.start + match.end("verb"))
    yield Finding(
        check=CHECK.name,
        category=Category.OMISSION,
        severity=Severity.MAJOR,
        span=span,
        message=f"the sentence begins with “{match['verb']}” and says nowhere who did it",
        confidence=0.75,
    )


CHECK = Check(
    name="sentence-shape",
    category=Category.GRAMMAR,
    severity=Severity.MAJOR,
    summary="a capital after a comma, or a sentence without a subject",
    why=(
        "Arabic joins clauses where English ends a sentence, and its verbs carry their subject. "
        "What comes out is a capital in the middle of a sentence, or a sentence that begins with "
        "its verb and never says who acts."
    ),
    find=find,
    flagged=(
        Example(
            "The rebels left the hills, [[Enabling]] the army to open the road.",
            "The rebels left the hills, enabling the army to open the road.",
        ),
        Example("[[Stressed]] that the talks with the delegation would go on next week."),
        Example(
            "The talks went on, [[But]] nobody signed the treaty.",
            "The talks went on, but nobody signed the treaty.",
        ),
        Example(
            "The dam broke in the night, [[Flooding]] the fields below the town.",
            "The dam broke in the night, flooding the fields below the town.",
        ),
        Example("[[Was]] built in the harbour of the old town two years ago."),
        Example("The council met. [[Confirmed]] that the school would be open in May."),
    ),
    sound=(
        "On Monday, Reuters reported that the talks, Turkey’s third this year, had failed.",
        "Announced in May, the plan has been delayed twice since.",
        "Is the government able to pay its debts this year?",
        "The envoy met Rossi, Chief of Staff, and Weber, Minister of Labour.",
        "Workers Rally in Capital, Demanding the Return of Jobs",
        "Confirmed in June, the judge said that the court would sit in May.",
    ),
)
