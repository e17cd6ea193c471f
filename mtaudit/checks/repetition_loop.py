"""A phrase or a sentence that a translation system could not stop repeating."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion
from mtaudit.text.words import Word, words

_LONGEST = 12  # words of a phrase that repeats side by side
_FEWEST_DOUBLED = 4  # a shorter phrase must stand three times
_SENTENCE = 6  # words of a sentence that may not stand twice
_SYLLABLES = re.compile(r"([^\W\d_]{1,5}?)\1{4,}")
# English says these as often as it likes.
_CHANTED = frozenset("ha ho la na blah no yes go bye knock very so much many".split())
_QUOTED = re.compile(r"“[^“”]{0,2000}”|\"[^\"\n]{0,2000}\"|‘[^‘’\n]{0,300}’")


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield phrases repeated side by side, sentences told twice, and runs of one syllable."""
    text = document.text
    quoted = [Span(*match.span()) for match in _QUOTED.finditer(text)]
    for segment in document.segments:
        tokens = list(words(text, segment.span.start, segment.span.end))
        for span, once in _loops(text, tokens):
            if not any(quotation.contains(span) for quotation in quoted):
                yield _loop(document, span, once)
    yield from _sentences(document)
    for match in _SYLLABLES.finditer(text):
        span = Span(*match.span())
        if not any(quotation.contains(span) for quotation in quoted) and not _label(text, span):
            yield Finding(
                check=CHECK.name,
                category=Category.ADDITION,
                severity=Severity.MAJOR,
                span=span,
                message=f"“{match[1]}” is written over and over; the translation ran in a circle",
                confidence=0.85,
            )


def _loops(text: str, tokens: list[Word]) -> Iterator[tuple[Span, Span]]:
    """Yield stretches that repeat the phrase of their beginning, and that phrase."""
    folded = [token.text.casefold() for token in tokens]
    done = 0
    number = 0
    while number < len(folded):
        for size in range(1, min(_LONGEST, (len(folded) - number) // 2) + 1):
            # Most places fail on the first word.
            if folded[number] != folded[number + size]:
                continue
            run = number + size
            while run < len(folded) and folded[run] == folded[run - size]:
                run += 1
            times = (run - number) // size
            if times < (2 if size >= _FEWEST_DOUBLED else 3) or number < done:
                continue
            phrase = Span(tokens[number].span.start, tokens[number + size - 1].span.end)
            whole = Span(phrase.start, tokens[number + times * size - 1].span.end)
            if _sound(whole.of(text), folded[number : number + size], times):
                continue
            yield whole, phrase
            done = number + times * size
            break
        number = max(number + 1, done)


def _sound(whole: str, phrase: list[str], times: int) -> bool:
    """Whether a repetition is of figures, of single words set off, or a slogan's or a name's."""
    if not any(word.isalpha() for word in phrase):
        return True
    if len(phrase) == 1 and (
        phrase[0] in _CHANTED or len(phrase[0]) < 2 or "," in whole or "-" in whole or "!" in whole
    ):
        return True
    # "location, location, location" and "round and round and round": English, with two words.
    if len(phrase) == 2 and times == 3 and ("and" in phrase or "," in whole):
        return True
    return times == 2 and bool(re.search(r"[,;:.!?–—]", whole))


def _loop(document: Document, span: Span, once: Span) -> Finding:
    return Finding(
        check=CHECK.name,
        category=Category.ADDITION,
        severity=Severity.MAJOR,
        span=span,
        message=f"“{document[once]}” stands several times in a row; say it once",
        confidence=0.95,
        suggestions=(Suggestion(span, document[once], "say it once", 0.85),),
    )


def _sentences(document: Document) -> Iterator[Finding]:
    """Yield sentences that stand a second time in the same or the next paragraph."""
    seen: dict[str, tuple[Span, int]] = {}
    for segment in document.segments:
        sentence = " ".join(document[segment.span].casefold().split())
        if len(sentence.split()) < _SENTENCE:
            continue
        first = seen.get(sentence)
        if first is not None and segment.paragraph - first[1] <= 1:
            gap = segment.span.start
            while gap and document.text[gap - 1].isspace():
                gap -= 1
            yield Finding(
                check=CHECK.name,
                category=Category.ADDITION,
                severity=Severity.MAJOR,
                span=segment.span,
                message="the sentence stands a second time, word for word",
                confidence=0.9,
                suggestions=(
                    Suggestion(Span(gap, segment.span.end), "", "say it once", 0.85),
                ),
                related=(first[0],),
            )  # fmt: skip
        seen[sentence] = (segment.span, segment.paragraph)


def _label(text: str, span: Span) -> bool:
    """Whether a run of one letter is a blank or an address: "XXXXX", "www"."""
    return len(set(span.of(text).casefold())) == 1


CHECK = Check(
    name="repetition-loop",
    category=Category.ADDITION,
    severity=Severity.MAJOR,
    summary="a phrase or a sentence repeated over and over",
    why=(
        "A neural translation system that loses its place in the source falls into a circle: it "
        "writes the same words again and again, or the same sentence twice. What the source said "
        "in their place is often lost."
    ),
    find=find,
    flagged=(
        Example(
            "The army said that [[in the north in the north in the north]] two roads were cut.",
            "The army said that in the north two roads were cut.",
        ),
        Example(
            "Officials of [[the ministry of health the ministry of health]] came to the town.",
            "Officials of the ministry of health came to the town.",
        ),
        Example(
            "The road was closed at noon on Friday. [[The road was closed at noon on Friday.]] "
            "Drivers waited.",
            "The road was closed at noon on Friday. Drivers waited.",
        ),
        Example("The group is called [[nanananananana]] by its members."),
        Example(
            "The price of [[oil oil oil oil]] fell on Tuesday.",
            "The price of oil fell on Tuesday.",
        ),
        Example(
            "He met [[the head of the office the head of the office the head of the office]] in "
            "Accra.",
            "He met the head of the office in Accra.",
        ),
    ),
    sound=(
        "It was a very, very, very long night, and the crowd sang on and on and on.",
        "“Ha ha ha ha ha,” he said.",
        "They won 2-1, 2-1 and 2-1 in three weeks.",
        "What matters is location, location, location.",
        "The first set went to Bosnia. The second set went to Bosnia too.",
        "He said yes. He said no. The people of the north, the people of the south, all came.",
    ),
)
