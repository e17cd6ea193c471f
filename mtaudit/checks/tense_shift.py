"""Two verbs of one subject, the first in the past, the second in the present."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.wordlists import word_list
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity, Suggestion

# What is still going on, or still to come, is told in the present.
_NOW = re.compile(
    r"\b(?:now|today|tomorrow|tonight|still|currently|always|often|usually|every|each|ever|since|"
    r"will|regularly|sometimes|whenever|if|when|until|nowadays|once|never|annually|daily)\b",
    re.IGNORECASE,
)
_IRREGULAR = {
    "meets": "met", "begins": "began", "takes": "took", "gives": "gave", "tells": "told",
    "sends": "sent", "brings": "brought", "goes": "went", "comes": "came", "flees": "fled",
    "speaks": "spoke", "denies": "denied", "carries": "carried", "expels": "expelled",
}  # fmt: skip


@cache
def _pattern() -> re.Pattern[str]:
    past = "|".join(sorted(word_list("events-past")))
    present = "|".join(sorted(word_list("events-present")))
    return re.compile(
        rf"\b(?P<subject>[Hh]e|[Ss]he|[Ii]t|[Tt]he [a-z]+|[A-Z][a-z]+) (?P<past>{past})\b"
        rf"(?P<between>[^.;:,“”\"()]{{0,60}}?) and (?P<present>{present})\b"
    )


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield present-tense verbs that "and" joins to a past event of the same subject."""
    if " and " not in document.text:
        return
    for segment in document.segments:
        if " and " not in document[segment.span]:
            continue
        match = _pattern().search(document.text, segment.span.start, segment.span.end)
        if match is None or _NOW.search(document[segment.span]):
            continue
        if re.search(r"\b(?:that|who|which|how|where)\b", match["between"]):
            continue
        present = match["present"]
        past = _past_of(present)
        span = Span(*match.span("present"))
        yield Finding(
            check=CHECK.name,
            category=Category.GRAMMAR,
            severity=Severity.MINOR,
            span=span,
            message=(
                f"“{present}” is in the present, but “{match['past']}” in the same clause is in "
                f"the past; “{past}” is expected"
            ),
            confidence=0.7,
            suggestions=(Suggestion(span, past, "one tense for one story", 0.7),),
            related=(Span(*match.span("past")),),
        )


def _past_of(present: str) -> str:
    """Return the past tense of a listed third person singular."""
    if present in _IRREGULAR:
        return _IRREGULAR[present]
    base = present[:-2] if present.endswith(("shes", "ches", "sses")) else present[:-1]
    return base + ("d" if base.endswith("e") else "ed")


CHECK = Check(
    name="tense-shift",
    category=Category.GRAMMAR,
    severity=Severity.MINOR,
    summary="a verb in the present joined to one in the past",
    why=(
        "Arabic, Chinese and Turkish tell a past event with forms that a translation system may "
        "read as a present. When one subject has two verbs joined by “and”, the second then jumps "
        "out of the story."
    ),
    find=find,
    flagged=(
        Example(
            "The envoy arrived on Monday and [[meets]] the governor.",
            "The envoy arrived on Monday and met the governor.",
        ),
        Example(
            "The rebels shelled the port. The army entered the town and [[captures]] the bridge.",
            "The rebels shelled the port. The army entered the town and captured the bridge.",
        ),
        Example(
            "He left the hall and [[denies]] the report.",
            "He left the hall and denied the report.",
        ),
        Example(
            "The police stormed the house and [[arrests]] two men.",
            "The police stormed the house and arrested two men.",
        ),
        Example(
            "She opened the school and [[gives]] a speech in the yard.",
            "She opened the school and gave a speech in the yard.",
        ),
        Example(
            "The court closed the case and [[publishes]] the verdict.",
            "The court closed the case and published the verdict.",
        ),
    ),
    sound=(
        "The envoy arrived on Monday and met the governor.",
        "The envoy arrived on Monday and meets the governor today.",
        "He founded the firm in 1990 and still takes the bus.",
        "She said that he left and that the road opens in May.",
        "He came to the town and says that he likes it.",
        "The court closed the case, and the paper publishes the verdict on Sunday.",
    ),
)
