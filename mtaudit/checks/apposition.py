"""A common noun and a name in the order of the source language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

# Plural nouns for members of a body, and the plain word where the calque is not English.
_MEMBERS = {
    "militants": "militants", "fighters": "fighters", "gunmen": "gunmen",
    "terrorists": "terrorists", "members": "members", "elements": "fighters",
    "soldiers": "soldiers", "rebels": "rebels", "militiamen": "militiamen",
    "insurgents": "insurgents", "supporters": "supporters", "leaders": "leaders",
    "commanders": "commanders", "snipers": "snipers", "positions": "positions",
    "hideouts": "hideouts", "cells": "cells", "remnants": "remnants", "prisoners": "prisoners",
    "extremists": "extremists", "jihadists": "jihadists", "followers": "followers",
    "mercenaries": "mercenaries", "troops": "troops", "activists": "activists",
    "gangs": "gangs", "militias": "militias", "armed men": "armed men",
}  # fmt: skip
_NOUN = "|".join(sorted(_MEMBERS, key=len, reverse=True))
_QUOTED = re.compile(
    rf"\b(?P<noun>{_NOUN}) (?P<open>[“\"‘«])(?P<name>[A-Z][\w’'\-]*(?: [\w’'\-]+){{0,3}})[”\"’»]",
    re.IGNORECASE,
)
_BARE = re.compile(rf"\b(?P<noun>{_NOUN}) \Z", re.IGNORECASE)
# The name after these is a body's, not a person's title or a place.
_BODIES = frozenset({"armed-group", "party", "army", "security-service"})


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield plural nouns with a quoted name, or the name of a known body, right behind them."""
    text = document.text
    found: list[Span] = []
    for segment in document.segments:
        for match in _QUOTED.finditer(text, segment.span.start, segment.span.end):
            if match["name"][0].isupper() and _names(match["name"]):
                span = Span(match.start(), match.end())
                found.append(span)
                yield _finding(document, span, match["noun"], match["name"])
    for mention in evidence.mentions:
        if mention.kind not in _BODIES:
            continue
        before = _BARE.search(text[max(0, mention.span.start - 24) : mention.span.start])
        if before is None or text[mention.span.end : mention.span.end + 1] in ("-", "’", "'"):
            continue
        start = mention.span.start - len(before.group())
        span = Span(start, mention.span.end)
        following = text[span.end : span.end + 2]
        if not any(span.overlaps(other) for other in found) and not re.match(r" \w", following):
            found.append(span)
            yield _finding(document, span, before["noun"], document[mention.span])


def _names(quoted: str) -> bool:
    """Whether a quotation is a name, each of its longer words with a capital."""
    return all(
        word[0].isupper() or len(word) <= 3 or word.startswith(("al-", "el-"))
        for word in quoted.split()
    )


def _finding(document: Document, span: Span, noun: str, name: str) -> Finding:
    plain = _MEMBERS[noun.casefold()]
    replacement = f"{name} {plain}"
    return Finding(
        check=CHECK.name,
        category=Category.WORD_ORDER,
        severity=Severity.MAJOR,
        span=span,
        message=f"“{document[span]}” keeps the order of the source; English puts the name first",
        confidence=0.9,
        suggestions=(Suggestion(span, replacement, "name first, then the noun", 0.9),),
    )


CHECK = Check(
    name="apposition",
    category=Category.WORD_ORDER,
    severity=Severity.MAJOR,
    summary="a plural noun and a name in source-language order",
    why=(
        "Arabic and its neighbours put the name behind the noun that it qualifies. Kept in "
        "English, it reads as if the noun and the name were two things."
    ),
    find=find,
    flagged=(
        Example(
            "The army drove the [[fighters “Jaysh al-Islam”]] out of the suburb.",
            "The army drove the Jaysh al-Islam fighters out of the suburb.",
        ),
        Example(
            "Two [[elements “Ansar Allah”]] were killed.",
            "Two Ansar Allah fighters were killed.",
        ),
        Example(
            "The road was held by [[rebels “Liwa al-Tawhid”]] until May.",
            "The road was held by Liwa al-Tawhid rebels until May.",
        ),
        Example(
            "Police found [[hideouts “Boko Haram”]] in the forest.",
            "Police found Boko Haram hideouts in the forest.",
        ),
        Example(
            'Four [[members "Al-Shabab"]] gave themselves up.',
            "Four Al-Shabab members gave themselves up.",
        ),
        Example(
            "The village was shelled by [[militants Boko Haram]].",
            "The village was shelled by Boko Haram militants.",
        ),
    ),
    sound=(
        "Hezbollah fighters crossed the border.",
        "The rebels “will not leave the town”, their leader said.",
        "They read the novel “Militants” at school.",
        "Members of Boko Haram gave themselves up.",
        "The soldiers “fought like lions”, the general said.",
        "Two leaders, “the Bear” and “the Fox”, were not there.",
    ),
    needs_names=True,
)
