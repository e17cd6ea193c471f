"""A “-led” that has slipped from a coalition to its enemy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity
from mtaudit.names.countries import countries_in

_LED = re.compile(r"(?P<country>[\w.]+(?: [A-Z]\w+)?)-led (?:[a-z]+ )?[“\"‘]?\Z")
# "the US-led al-Shabab campaign" is sound: the name qualifies the noun behind it.
_QUALIFIES = re.compile(r"[”\"’]? (?:fight|campaign|war|operation|coalition|offensive|talks)")
_AGAINST = re.compile(r"(?:against )?(?:the )?\Z")


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield armed groups that are said to be led by a state to which they do not belong."""
    text = document.text
    for mention in evidence.mentions:
        if mention.kind != "armed-group" or not mention.countries:
            continue
        low = max(0, mention.span.start - 48)
        match = _LED.search(text[low : mention.span.start])
        if match is None or _QUALIFIES.match(text, mention.span.end):
            continue
        leaders = {code for _, code in countries_in(match["country"])}
        if not leaders or leaders & set(mention.countries):
            continue
        start = low + match.start("country")
        lead = _AGAINST.search(text[max(0, start - 12) : start])
        start -= len(lead.group()) if lead else 0
        span = Span(start, mention.span.end)
        yield Finding(
            check=CHECK.name,
            category=Category.MISTRANSLATION,
            severity=Severity.CRITICAL,
            span=span,
            message=(
                f"“{document[span]}” makes {match['country']} the leader of "
                f"{document[mention.span]}; the words belong to another noun"
            ),
            confidence=0.85,
            related=_same_modifier(text, low + match.start("country"), match["country"]),
        )


def _same_modifier(text: str, here: int, country: str) -> tuple[Span, ...]:
    """Return the other places where the same modifier stands with the noun it qualifies."""
    pattern = re.compile(rf"{re.escape(country)}-led (?:[a-z]+ )?(?:coalition|alliance|force)s?")
    return tuple(
        Span(match.start(), match.end())
        for match in pattern.finditer(text)
        if match.start() != here
    )


CHECK = Check(
    name="wrong-attachment",
    category=Category.MISTRANSLATION,
    severity=Severity.CRITICAL,
    summary="a modifier that has slipped to the wrong noun",
    why=(
        "In a long Arabic noun phrase a modifier may stand far from its noun. When it is attached "
        "to the wrong one, a coalition's leader becomes the leader of the group it fights."
    ),
    find=find,
    flagged=(Example("Planes struck convoys [[against the US-led al-Shabab]] near the border."),),
    sound=(
        "Planes of the US-led coalition against al-Shabab struck convoys near the border.",
        "The US-led al-Shabab campaign has lasted ten years.",
    ),
    needs_names=True,
)
