"""A passive whose agent or origin refers back to its own subject."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence
from mtaudit.finding import Category, Finding, Severity

_DONE = (
    "expelled|driven|ousted|evicted|arrested|captured|killed|wounded|attacked|bombed|shelled|"
    "besieged|defeated|detained|kidnapped|invaded|ambushed|liberated|removed|dislodged|flushed|cleared|accused"
)
_PASSIVE = re.compile(
    rf"\b(?P<be>(?:has|have|had) been|was|were|is being|are being"
    rf"|being) (?P<verb>(?:{_DONE})(?: out)?)\b"
)
_BY_ITSELF = re.compile(r" by (?P<self>itself|himself|herself|themselves)\b(?! or| and)")
# A masculine or feminine possessive cannot mean an army with its allies.
_FROM_HIS = re.compile(
    r" from (?:(?:the|all|most of) )?(?:[a-z]+ ){0,3}(?:of )?(?P<whose>his|her) "
    r"(?:[a-z]+ )?(?P<place>stronghold|bastion|positions?|bases?|territory|camps?|hideouts?"
    r"|headquarters|strongholds|bastions)\b"
)
_GROUP = re.compile(
    r"\b(?:army|armies|forces|troops|militants|fighters|rebels|allies|militia|militias|soldiers|"
    r"police|coalition|group|groups|gunmen|units|movement|organi[sz]ation"
    r"|brigades?)\b[^.;:]{0,60}\Z"
)


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield passives done by their own subject, or out of the stronghold of nobody named."""
    text = document.text
    for match in _PASSIVE.finditer(text):
        segment = document.segment_at(match.start())
        if segment is None:
            continue
        by_itself = _BY_ITSELF.match(text, match.end())
        if by_itself is not None and by_itself.end() <= segment.span.end:
            span = Span(match.start(), by_itself.end())
            yield _finding(
                span,
                f"“{document[span]}” makes the subject both who acts and who suffers; somebody "
                "else is expected after “by”",
            )
            continue
        from_his = _FROM_HIS.match(text, match.end())
        subject = text[segment.span.start : match.start()]
        if from_his is not None and _GROUP.search(subject) and not _other_person(subject):
            span = Span(match.start(), from_his.end())
            yield _finding(
                span,
                f"“{from_his['whose']} {from_his['place']}” can only be that of the subject, which "
                "would then be driven from its own; the one who acts and the one who suffers "
                "seem to have changed places",
            )


def _other_person(subject: str) -> bool:
    """Whether somebody stands before the passive whom the possessive could mean."""
    return bool(
        re.search(
            r"\b(?:president|leader|commander|general|man|who|he|she|king|chief|minister)\b"
            r"|[“\"]\S*\Z",
            subject,
        )
    )


def _finding(span: Span, message: str) -> Finding:
    return Finding(
        check=CHECK.name,
        category=Category.MISTRANSLATION,
        severity=Severity.CRITICAL,
        span=span,
        message=message,
        confidence=0.85,
    )


CHECK = Check(
    name="contradictory-passive",
    category=Category.MISTRANSLATION,
    severity=Severity.CRITICAL,
    summary="a passive whose agent or origin is its own subject",
    why=(
        "An active verb of the source that is read as a passive turns the attacker into the "
        "victim. What gives it away is a “by itself”, or a possessive that leaves the subject "
        "driven from a stronghold that is nobody's."
    ),
    find=find,
    flagged=(
        Example("The army and its allies [[have been driven from the last of his positions]]."),
        Example("The militia [[was attacked by itself]] near the border."),
        Example("Government forces [[were expelled from the northern part of his stronghold]]."),
        Example("Two villages fell, and the rebels [[were besieged by themselves]] for a week."),
        Example("The coalition [[was accused by itself]] of breaking the truce."),
        Example("The gunmen [[had been flushed out from his hideouts]] by the evening."),
    ),
    sound=(
        "The army and its allies have driven the rebels from their last positions.",
        "The rebels have been driven from their stronghold.",
        "The leader said that his forces were expelled from his stronghold.",
        "He was left by himself in the house, and she was raised by herself.",
        "The general lost the town, and his troops were driven from his headquarters.",
        "The militia was attacked by the army, and the army by the militia.",
    ),
)
