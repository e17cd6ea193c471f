"""Words that a tagger, taught by people's marks, takes for an error of translation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check
from mtaudit.document import Document
from mtaudit.evidence import Evidence, Passage, Rewriting
from mtaudit.finding import Category, Finding, Severity, Suggestion

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

    An edit is sure when it beats what stands there, and every other edit, by enough nats; a slip is
    proved by a sure edit, or by the tagger where it has hardly a doubt.
    """
    for passage in evidence.passages:
        marked = passage.chance >= thresholds.passage
        edit = sure_edit(passage, thresholds, proof=not marked)
        if marked or edit is not None or passage.slip >= thresholds.slip_alone:
            yield _finding(document, passage, edit, thresholds)


def sure_edit(passage: Passage, thresholds: Thresholds, *, proof: bool) -> Rewriting | None:
    """Return the edit that is offered for a passage, None where none is sure.

    ``proof`` asks for more nats: the edit is all that speaks against the passage.
    """
    told = [edit for edit in passage.rewritings if edit.gain is not None]
    if not told:
        return None
    best = told[0]
    gain = best.gain or 0.0
    margin = gain - max((edit.gain or 0.0 for edit in told[1:]), default=0.0)
    least = thresholds.slip_gain if proof else thresholds.rewrite_gain
    return best if gain >= least and margin >= thresholds.rewrite_margin else None


def _finding(
    document: Document, passage: Passage, edit: Rewriting | None, thresholds: Thresholds
) -> Finding:
    written = " ".join(document[passage.span].split())
    marked = passage.chance >= thresholds.passage
    confidence = passage.chance if marked else max(passage.slip, thresholds.slip_right)
    base = Finding(
        check=CHECK.name,
        category=Category.MISTRANSLATION,
        severity=_severity(passage, thresholds),
        span=passage.span,
        message=f"“{written}” reads like an error of translation, and no small change mends it",
        confidence=round(confidence, 3),
        evidence={
            "chance": round(passage.chance, 3),
            "slip": round(passage.slip, 3),
            "severe": round(passage.severe, 3),
        },
    )
    return base if edit is None else _mended(document, base, edit, thresholds)


def _mended(
    document: Document, finding: Finding, edit: Rewriting, thresholds: Thresholds
) -> Finding:
    """Return the finding on the words that the edit puts right, with the edit."""
    written = " ".join(document[edit.span].split())
    confidence = round(finding.confidence * thresholds.rewrite_right, 3)
    why = f"makes the sentence likelier by {edit.gain:.1f} nats"
    return replace(
        finding,
        category=Category.WORD_ORDER if edit.slip == "word order" else Category.GRAMMAR,
        span=finding.span.cover(edit.span),
        message=(f"“{written}” {_TOLD[edit.slip]}; the sentence leads to “{edit.replacement}”"),
        suggestions=(Suggestion(edit.span, edit.replacement, why, confidence),),
        evidence={**finding.evidence, "edit": edit.slip, "gain": round(edit.gain or 0.0, 2)},
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
    flagged=(),
    sound=(),
    needs_model=True,
    needs_tagger=True,
)
