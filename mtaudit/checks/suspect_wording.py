"""Words that a tagger, taught by people's marks, takes for an error of translation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document
from mtaudit.evidence import Evidence, Passage, Rewriting
from mtaudit.finding import Category, Finding, Severity, Suggestion

_LEAST = 1e-3
_MOST_EDITS = 2
# What a slip is called, by the names that mtaudit.text.rewrites gives.
_TOLD = {
    "repetition": "says the same words twice",
    "missing article": "lacks an article",
    "needless article": "has an article too many",
    "wrong article": "has the wrong article",
    "missing preposition": "lacks a preposition",
    "wrong preposition": "has the wrong preposition",
    "word form": "has a word in the wrong form",
    "pronoun": "has a pronoun that does not agree",
    "missing verb": "lacks an auxiliary verb",
    "needless word": "has a word too many",
    "word order": "has its words in the wrong order",
}


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield a finding for each passage that would be marked, and for each slip that is proved.

    What proves a slip is an edit that makes the sentence much likelier, or a tagger without doubt.
    """
    for passage in evidence.passages:
        chance = passage.chance
        if chance < thresholds.passage:
            chance = proved_slip(passage, thresholds)
        if chance:
            yield _finding(document, passage, chance, thresholds)


def proved_slip(passage: Passage, thresholds: Thresholds) -> float:
    """Return the probability that the passage is a slip, 0.0 where that is not proved."""
    gains = [edit.gain for edit in passage.rewritings if edit.gain is not None]
    if not gains:
        return passage.slip if passage.slip >= thresholds.slip_alone else 0.0
    held = min(max(passage.slip, _LEAST), 1 - _LEAST)
    of_slip, of_gain, constant = thresholds.slip_weights
    odds = of_slip * math.log(held / (1 - held)) + of_gain * gains[0] + constant
    return 1 / (1 + math.exp(-odds)) if odds >= thresholds.slip_odds else 0.0


def likely_edits(passage: Passage, thresholds: Thresholds) -> tuple[Rewriting, ...]:
    """Return the edits to offer: those that gain enough and are within the margin of the best.

    One that beats every other by the margin stands alone; of more, the two best are offered.
    """
    gains = [edit.gain for edit in passage.rewritings if edit.gain is not None]
    if not gains:
        return ()
    least = max(thresholds.rewrite_gain, gains[0] - thresholds.rewrite_margin)
    return passage.rewritings[: min(_MOST_EDITS, sum(gain >= least for gain in gains))]


def _finding(
    document: Document, passage: Passage, chance: float, thresholds: Thresholds
) -> Finding:
    written = " ".join(document[passage.span].split())
    base = Finding(
        check=CHECK.name,
        category=Category.MISTRANSLATION,
        severity=_severity(passage, thresholds),
        span=passage.span,
        message=f"“{written}” reads like an error of translation, and no small change mends it",
        confidence=round(chance, 3),
        evidence={
            "chance": round(passage.chance, 3),
            "slip": round(passage.slip, 3),
            "severe": round(passage.severe, 3),
        },
    )
    edits = likely_edits(passage, thresholds)
    return _mended(document, base, edits, thresholds) if edits else base


def _mended(
    document: Document, finding: Finding, edits: Sequence[Rewriting], thresholds: Thresholds
) -> Finding:
    """Return the finding on the words that the edits put right, with the edits."""
    best = edits[0]
    span = finding.span
    for edit in edits:
        span = span.cover(edit.span)
    places = [" ".join(document[edit.span].split()) for edit in edits]
    if len(edits) == 1:
        message = f"“{places[0]}” {_TOLD[best.slip]}; the sentence leads to “{best.replacement}”"
    else:
        ways = " or ".join(
            f"“{edit.replacement}” for “{place}”" for edit, place in zip(edits, places, strict=True)
        )
        message = f"“{' '.join(document[span].split())}” does not fit together; {ways} would"
    return replace(
        finding,
        category=Category.WORD_ORDER if best.slip == "word order" else Category.GRAMMAR,
        span=span,
        message=message,
        suggestions=tuple(
            Suggestion(
                edit.span,
                edit.replacement,
                f"makes the sentence likelier by {edit.gain:.1f} nats",
                round(finding.confidence * thresholds.rewrite_right / len(edits), 3),
            )
            for edit in edits
        ),
        evidence={**finding.evidence, "edit": best.slip, "gain": round(best.gain or 0.0, 2)},
    )


def _severity(passage: Passage, thresholds: Thresholds) -> Severity:
    return Severity.MAJOR if passage.chance >= thresholds.passage_major else Severity.MINOR


CHECK = Check(
    name="suspect-wording",
    category=Category.MISTRANSLATION,
    severity=Severity.MAJOR,
    summary="words that annotators of translations would mark as an error",
    why=(
        "No rule names most slips of translation: a wrong preposition, a calque, a verb that takes "
        "another subject. The error tagger has read texts in which people marked such words, and "
        "tells for each word how probable it is that an editor would mark it. Where the language "
        "model is sure of it, the finding offers the few words that put the passage right."
    ),
    find=find,
    flagged=(
        Example(
            "The fishermen waited [[for storm the to pass]] before they left the harbour.",
            "The fishermen waited for the storm to pass before they left the harbour.",
        ),
        Example(
            "The court ordered the company to [[paying]] damages to the families of the victims.",
            "The court ordered the company to pay damages to the families of the victims.",
        ),
        Example(
            "The strike has [[enters]] its third week and the unions have refused to return to the "
            "table.",
            "The strike has entered its third week and the unions have refused to return to the "
            "table.",
        ),
        Example(
            "The bank raised [[rates interest]] for the third time this year.",
            "The bank raised interest rates for the third time this year.",
        ),
        Example(
            "The new bridge linking [[two the]] islands will open in June.",
            "The new bridge linking the two islands will open in June.",
        ),
        Example(
            "The union called its members to strike [[a against]] the cuts.",
            "The union called its members to strike against the cuts.",
        ),
        Example("The police is looking for a man [[which]] left the scene on foot."),
    ),
    sound=(
        "The fishermen waited for the storm to pass before they left the harbour.",
        "The court ordered the company to pay damages to the families of the victims.",
        "The bank raised interest rates for the third time this year.",
        "Snow fell on the hills, and the shepherds brought their sheep down to the valley.",
        "What the committee wanted, its chairman said, was time.",
        "Never before had the museum lent so many of its paintings.",
    ),
    needs_model=True,
    needs_tagger=True,
)
