"""Quotation marks that do not pair, or that a space cuts off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

_CLOSE_CUT = re.compile(r"(?P<before>[\w.,!?…])(?P<gap>[ \u00a0]+)(?P<mark>[”»])")
_OPEN_CUT = re.compile(r"(?P<mark>“)(?P<gap>[ \u00a0]+)(?=\w)")
_PRIME = re.compile(r"\d[\"”]")


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield marks set off from what they quote, then marks without a partner."""
    text = document.text
    paragraphs = [
        Span(group[0].span.start, group[-1].span.end)
        for group in (
            list(g) for _, g in groupby(document.segments, key=lambda segment: segment.paragraph)
        )
    ]
    for number, paragraph in enumerate(paragraphs):
        for match in _CLOSE_CUT.finditer(text, paragraph.start, paragraph.end):
            yield _cut(document, match, Span(match.start("before"), match.end("mark")))
        for match in _OPEN_CUT.finditer(text, paragraph.start, paragraph.end):
            yield _cut(document, match, Span(match.start("mark"), match.end("gap")))
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else None
        goes_on = following is not None and text[following.start] in '“"'
        yield from _unpaired(document, paragraph, goes_on)


def _cut(document: Document, match: re.Match[str], span: Span) -> Finding:
    gap = Span(match.start("gap"), match.end("gap"))
    return Finding(
        check=CHECK.name,
        category=Category.PUNCTUATION,
        severity=Severity.MINOR,
        span=span,
        message="a space stands between a quotation mark and what it quotes",
        confidence=0.95,
        suggestions=(Suggestion(gap, "", "close the gap", 0.95, safe=True),),
    )


def _unpaired(document: Document, paragraph: Span, goes_on: bool) -> Iterator[Finding]:
    """Yield curly marks without a partner; a quotation may run on into the next paragraph."""
    text = document.text
    opened: list[int] = []
    for position in range(paragraph.start, paragraph.end):
        if text[position] == "“":
            opened.append(position)
        elif text[position] == "”":
            if opened:
                opened.pop()
            elif not _PRIME.match(text, max(0, position - 1)):
                yield _lonely(document, position, "closes nothing that was opened")
    # A quotation may run on: its next paragraph opens again, and only the last one closes.
    for position in opened[1:] if goes_on else opened:
        yield _lonely(document, position, "is opened and never closed")
    straight = [
        position
        for position in range(paragraph.start, paragraph.end)
        if text[position] == '"' and not _PRIME.match(text, max(0, position - 1))
    ]
    if len(straight) % 2 and not goes_on:
        yield _lonely(document, straight[-1], "has no partner in its paragraph")


def _lonely(document: Document, position: int, how: str) -> Finding:
    return Finding(
        check=CHECK.name,
        category=Category.PUNCTUATION,
        severity=Severity.MINOR,
        span=Span(position, position + 1),
        message=f"a quotation mark {how}, so the reader cannot tell who speaks",
        confidence=0.8,
    )


CHECK = Check(
    name="quotation-marks",
    category=Category.PUNCTUATION,
    severity=Severity.MINOR,
    summary="quotation marks that do not pair or sit wrong",
    why=(
        "Translation systems move, drop and space out quotation marks. A mark without its partner "
        "leaves it open which words are quoted, and that changes who said them."
    ),
    find=find,
    flagged=(
        Example(
            "“We will rebuild the bridge[[. ”]]",
            "“We will rebuild the bridge.”",
        ),
        Example("The mayor said [[“]]the bridge will be rebuilt by spring."),
        Example(
            "The union called it [[“ ]]a step back” and left.",
            "The union called it “a step back” and left.",
        ),
        Example("The road will be open by spring,[[”]] the mayor said."),
        Example('The mayor said the bridge was [["]]as good as new.'),
        Example(
            "“It will take a year[[, ”]] the mayor said.",
            "“It will take a year,” the mayor said.",
        ),
    ),
    sound=(
        "“We will rebuild the bridge,” the mayor said. “It will take a year.”",
        "“We will rebuild.\n\n“It will take a year,” he said.",
        'The plank is 12" long.',
        'The mayor called it "a good day" and "a good year".',
        "The union’s leader said: “They told us ‘no’ twice.”",
        "“Is it open?” he asked. “It is,” she said.",
    ),
)
