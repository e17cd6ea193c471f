"""Attributions that double, that go on without a beginning, or that form a chain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Segment, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

_SAID = r"(?:said|added|stated|noted|explained|stressed|reported|confirmed|announced|claimed)"
_SOURCE = re.compile(
    rf"\bAccording to (?P<source>[^,;:.“”\"]{{3,60}}), "
    rf"(?P<again>(?P<who>[^,;:.“”\"]{{2,60}}?) {_SAID})(?: that)? "
)
_TWICE = re.compile(
    rf"(?P<who>\b(?:The [a-z]+(?: [a-z]+)?|[A-Z][\w’-]+|He|She|It)) (?P<verb>{_SAID}) that "
    rf"[^“”\"]{{8,}}?(?P<again>, (?P<same>"
    rf"(?:the [a-z]+(?: [a-z]+)?|[A-Z][\w’-]+|he|she|it)) {_SAID})[.]?\Z"
)
_NO_SPEAKER = re.compile(
    r"And (?P<verb>added|stressed|continued|noted|explained|confirmed|indicated|pointed out)"
    r"(?: that|:|,? [“\"]| in a)"
)
_GOES_ON = re.compile(
    r"(?P<who>He|She|It|They)(?: also)? (?:added|continued|went on to say|further said)"
    r"(?: that|:|,)"
)
_CHAIN = re.compile(rf"(?P<lead>(?:And )?(?P<who>He|She|It|They) (?:also )?{_SAID}(?: that|:|,))")
# Words by which a text may have let somebody speak; few of them need be verbs of saying.
_SPEECH_STEMS = (
    "said says saying told tell add stress noted notes explain confirm announc stated states "
    "statement according wr\\w+t report claim argu warn insist declar ask call spoke speak "
    "interview quot reveal suggest denied denies accus promis comment describ believ think thought "
    "admit point express urg speech letter tweet post answer repl recall predict acknowledg "
    "critici prais remark emphasi estimat agree"
)
_ANY_SPEECH = re.compile(rf"\b(?:{_SPEECH_STEMS.replace(' ', '|')})|[“\"]", re.IGNORECASE)
_LINKS = 3  # sentences in a row that make a chain


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield doubled attributions, then those without a speaker, then chains."""
    text = document.text
    spoken = False
    chain: list[Span] = []
    for number, segment in enumerate(document.segments):
        sentence = document[segment.span]
        yield from _doubled(segment, sentence)
        match = _NO_SPEAKER.match(sentence)
        if match is not None:
            span = Span(segment.span.start, segment.span.start + match.end("verb"))
            yield _finding(
                span,
                Category.OMISSION,
                f"“{document[span]}” names no speaker; English expects one before the verb",
                0.85,
            )
        match = _GOES_ON.match(sentence)
        # The first sentence may be an excerpt's; what is going on stands before it.
        begun = text[: segment.span.start]
        if match is not None and number and not spoken and not _ANY_SPEECH.search(begun):
            lead = match.group().removesuffix(" that").rstrip(":,")
            at = Span(segment.span.start, segment.span.start + len(lead))
            yield _finding(
                at,
                Category.REFERENCE,
                f"“{document[at]}” goes on with a statement, but nobody has spoken before",
                0.7,
            )
        spoken = spoken or match is not None
        link = _CHAIN.match(sentence)
        opening = None if link is None else link["lead"].removesuffix(" that").rstrip(":,")
        if opening is None:
            yield from _chained(document, chain)
            chain = []
        else:
            chain.append(Span(segment.span.start, segment.span.start + len(opening)))
    yield from _chained(document, chain)


def _doubled(segment: Segment, sentence: str) -> Iterator[Finding]:
    """Yield attributions that stand at both ends of one statement, or twice at its beginning."""
    if "ccording to" in sentence:
        match = _SOURCE.search(sentence)
        if match is not None and match["source"].casefold() == match["who"].casefold():
            start = segment.span.start
            span = Span(start + match.start(), start + match.end("again"))
            plain = f"{match['who'][0].upper()}{match['again'][1:]}"
            edit = Suggestion(span, plain, "name the source once", 0.85)
            yield _finding(
                span,
                Category.ADDITION,
                "the same source is named twice; once is expected",
                0.9,
                edit,
            )
    match = _TWICE.match(sentence)
    if match is not None and match["who"].casefold() == match["same"].casefold():
        span = Span(*match.span("again")).shift(segment.span.start)
        edit = Suggestion(span, "", "name the speaker once", 0.85)
        shown = Span(span.start + 2, span.end)
        yield _finding(
            shown,
            Category.ADDITION,
            f"“{match['again'][2:]}” attributes the sentence a second time; once is expected",
            0.85,
            edit,
        )


def _chained(document: Document, chain: list[Span]) -> Iterator[Finding]:
    if len(chain) >= _LINKS and len({document[span] for span in chain}) < len(chain):
        yield Finding(
            check=CHECK.name,
            category=Category.STYLE,
            severity=Severity.MINOR,
            span=chain[-1],
            message=(
                f"{len(chain)} sentences in a row begin with such an attribution; name the speaker "
                "again or join them"
            ),
            confidence=0.6,
            related=tuple(chain[:-1]),
        )


def _finding(
    span: Span, category: Category, message: str, confidence: float, edit: Suggestion | None = None
) -> Finding:
    return Finding(
        check=CHECK.name,
        category=category,
        severity=Severity.MINOR,
        span=span,
        message=message,
        confidence=confidence,
        suggestions=() if edit is None else (edit,),
    )


CHECK = Check(
    name="speaker-chain",
    category=Category.REFERENCE,
    severity=Severity.MINOR,
    summary="attributions doubled, chained, or without a speaker",
    why=(
        "News of other languages repeats “and he added” before each sentence of a statement, with "
        "the speaker inside the verb or named long before. In English the reader loses track of "
        "who speaks, and an attribution at both ends of a sentence reads like a slip."
    ),
    find=find,
    flagged=(
        Example(
            "[[According to the police, the police said]] that two men were held.",
            "The police said that two men were held.",
        ),
        Example(
            "The mayor said that the road would be closed until May, [[the mayor said]].",
            "The mayor said that the road would be closed until May.",
        ),
        Example(
            "The road is closed. [[And added]] that it would be open in May.",
        ),
        Example(
            "Two bridges fell into the river in the night. [[He added]] that a third was unsafe.",
        ),
        Example(
            "The mayor spoke on Monday. He said that the road was closed. He added that it would "
            "be open in May. [[He added]] that buses would run.",
        ),
        Example(
            "She said that the mill had closed in spring, [[she said]].",
            "She said that the mill had closed in spring.",
        ),
    ),
    sound=(
        "The mayor said that the road was closed. He added that it would be open in May.",
        "According to the police, the mayor said that two men were held.",
        "“It is closed,” the mayor said. “And it will be,” he added.",
        "And added to the cost of the road is that of the bridge.",
        "The union called for a strike. It added that the talks had failed.",
        "He said that his brother had left, and that was all he said.",
    ),
)
