"""One name under several spellings, or several near-synonymous names for one body."""

from __future__ import annotations

from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document
from mtaudit.evidence import Evidence, NameForm, NameGroup
from mtaudit.finding import Category, Finding, Severity, Suggestion

_SURE = 0.8
_SURE_OF_WORDS = 0.7  # two bodies may bear near-synonymous names


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield each form that differs from the one its name is to have, at its first place."""
    for group in evidence.names:
        right = _garbled(document, evidence, group, thresholds)
        settled = group.preferred or _dominant(group)
        for form in group.forms:
            if form.text != settled:
                yield _finding(form, group, settled, right)


def _garbled(
    document: Document, evidence: Evidence, group: NameGroup, thresholds: Thresholds
) -> str | None:
    """Return the right name of a group when one of its forms was found to be garbled."""
    written = {form.text for form in group.forms}
    for suspect in evidence.suspects:
        best = suspect.hypotheses[0]
        weights = thresholds.names if suspect.excess is not None else thresholds.names_alone
        if document[suspect.span] in written and suspect.score(best, weights) > 0:
            return best.rendering
    return None


def _dominant(group: NameGroup) -> str:
    """Return the most frequent form, the first of them.

    Forms of a body that begin alike vote together.
    """

    def votes(form: NameForm) -> int:
        if group.spelling:
            return len(form.places)
        return sum(len(o.places) for o in group.forms if o.text.startswith(form.text))

    return max(group.forms, key=votes).text


def _finding(form: NameForm, group: NameGroup, settled: str, right: str | None) -> Finding:
    anchor = next((other.places[:1] for other in group.forms if other.text == settled), ())
    if anchor:
        message = f"“{form.text}” is elsewhere “{settled}”"
        reason = "the form used elsewhere in the text"
    else:
        documents = "another document" if group.others == 1 else f"{group.others} other documents"
        message = f"“{form.text}” is “{settled}” in {documents}"
        reason = "the form of the other documents"
    if not group.spelling:
        message += "; readers will take them for two bodies"
    if right is not None:
        reason = "the name that its other forms garble"
    first, *others = form.places
    return Finding(
        check=CHECK.name,
        category=Category.TERM_CONSISTENCY,
        severity=Severity.MINOR if group.spelling else Severity.MAJOR,
        span=first,
        message=message,
        confidence=_SURE if group.spelling else _SURE_OF_WORDS,
        suggestions=tuple(
            Suggestion(place, right or settled, reason, 0.7) for place in form.places
        ),
        related=(*others, *anchor),
    )


CHECK = Check(
    name="name-consistency",
    category=Category.TERM_CONSISTENCY,
    severity=Severity.MINOR,
    summary="one name under several spellings or near-synonymous names",
    why=(
        "A translation system renders a name afresh in every sentence. The reader meets one town "
        "under three spellings, or one agency as an information, an intelligence and a media "
        "office, and takes them for different ones."
    ),
    find=find,
    flagged=(
        Example(
            "The army entered Deir Hafer on Monday. Families had left Deir Hafer before. "
            "The road to [[Dair Hafir]] is mined.",
            "The army entered Deir Hafer on Monday. Families had left Deir Hafer before. "
            "The road to Deir Hafer is mined.",
        ),
        Example(
            "The Joint Security Information Office spoke on Monday. The Joint Security "
            "Information Office gave no figures. The [[Joint Security Intelligence Office]] "
            "later withdrew the statement.",
        ),
        Example(
            "Soldiers left Deir Hafer at dawn. Shops in Deir Hafer stayed shut. The mayor of "
            "[[Dayr Hafir]] was not there.",
            "Soldiers left Deir Hafer at dawn. Shops in Deir Hafer stayed shut. The mayor of "
            "Deir Hafer was not there.",
        ),
        Example(
            "The mayor of Khan Sheikhoun spoke first. Buses to Khan Sheikhoun were full. Nobody "
            "in [[Khan Shaykhun]] had a ticket.",
            "The mayor of Khan Sheikhoun spoke first. Buses to Khan Sheikhoun were full. Nobody "
            "in Khan Sheikhoun had a ticket.",
        ),
        Example(
            "The Northern Border Monitoring Agency closed the road. The Northern Border Monitoring "
            "Agency gave no reason. The [[Northern Border Observation Agency]] opened it again.",
        ),
        Example(
            "Trucks reached Wadi Hamdan on Sunday. The bakery of Wadi Hamdan was closed. A school "
            "in [[Wadi Hamdaan]] was open.",
            "Trucks reached Wadi Hamdan on Sunday. The bakery of Wadi Hamdan was closed. A school "
            "in Wadi Hamdan was open.",
        ),
    ),
    sound=(
        "North Korea and South Korea met. Hassan Ali and Hussein Ali came too.",
        "The Central Bank of Syria said so. The Central Bank gave no date.",
        "Syrian and Russian officials met in Syria. Russia agreed.",
        "Buses left Deir Hafer for Deir Ezzor, and came back to Deir Hafer at night.",
        "The sisters Maria and Marina Ivanova met their brother in the town of Kazan.",
        "The Ministry of Health denied it. The Ministry of Labour said nothing.",
    ),
    needs_names=True,
)
