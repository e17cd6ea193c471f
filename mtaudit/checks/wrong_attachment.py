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

_LED = re.compile(r"-led (?:[a-z]+ )?[“\"‘]?\Z")
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
        leaders = [
            (s, c)
            for s, c in countries_in(text[low : mention.span.start])
            if s.end == match.start()
        ]
        if not leaders or leaders[0][1] in mention.countries:
            continue
        country = leaders[0][0].shift(low)
        lead = _AGAINST.search(text[max(0, country.start - 12) : country.start])
        span = Span(country.start - (len(lead.group()) if lead else 0), mention.span.end)
        yield Finding(
            check=CHECK.name,
            category=Category.MISTRANSLATION,
            severity=Severity.CRITICAL,
            span=span,
            message=(
                f"“{document[span]}” makes “{document[country]}” the leader of "
                f"{document[mention.span]}; the words belong to another noun"
            ),
            confidence=0.85,
            related=_same_modifier(text, country),
        )


def _same_modifier(text: str, country: Span) -> tuple[Span, ...]:
    """Return the other places where the same modifier stands with the noun it qualifies."""
    modifier = re.escape(country.of(text))
    pattern = re.compile(rf"{modifier}-led (?:[a-z]+ )?(?:coalition|alliance|force)s?")
    return tuple(
        Span(match.start(), match.end())
        for match in pattern.finditer(text)
        if match.start() != country.start
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
    flagged=(
        Example("Planes struck convoys [[against the US-led al-Shabab]] near the border."),
        Example("The village was taken from [[the US-led Boko Haram]] in spring."),
        Example("Drones watched [[the French-led al-Shabab]] for a week."),
        Example("The convoy was attacked by [[the Saudi-led Hezbollah]] at noon."),
        Example("Two planes bombed the camps of [[the Russian-led Daesh]] in the desert."),
        Example("Hundreds fled from [[the Turkish-led “Daesh”]] on Sunday.".replace("”]]", "]]”")),
    ),
    sound=(
        "Planes of the US-led coalition against al-Shabab struck convoys near the border.",
        "The US-led al-Shabab campaign has lasted ten years.",
        "The Saudi-led coalition bombed the port of Hodeidah.",
        "The French-led operation against Boko Haram began in spring.",
        "The Iranian-led forces met Hezbollah fighters at the border.",
        "The army-led government is at war with al-Shabab.",
    ),
    needs_names=True,
)
