"""A rare word that its context does not bear."""

from __future__ import annotations

from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document
from mtaudit.evidence import Evidence, TextScore
from mtaudit.finding import Category, Finding, Severity
from mtaudit.text.words import Word, bare, words, zipf

_SHORTEST = 4


def oddities(
    document: Document, score: TextScore, thresholds: Thresholds
) -> Iterator[tuple[Word, float]]:
    """Yield lower-case, rare words whose surprisal exceeds their entropy, with the excess.

    Words that the document uses more than once are its own vocabulary and are left out.
    """
    seen: dict[str, int] = {}
    every = list(words(document.text))
    for word in every:
        seen[bare(word.text)] = seen.get(bare(word.text), 0) + 1
    for word in every:
        if (
            word.text.islower()
            and word.text.isalpha()
            and len(word.text) >= _SHORTEST
            and seen[bare(word.text)] == 1
            and zipf(word.text) < thresholds.word_zipf
        ):
            excess = score.excess(word.span)
            if excess >= thresholds.odd_excess:
                yield word, excess


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield the words that are far less likely than their place asks for."""
    if evidence.text_score is None:
        return
    for word, excess in oddities(document, evidence.text_score, thresholds):
        if excess < thresholds.word_excess or not _quoted(document.text, word):
            continue
        yield Finding(
            check=CHECK.name,
            category=Category.MISTRANSLATION,
            severity=Severity.MAJOR,
            span=word.span,
            message=f"“{word.text}” is a rare word that nothing in this context leads to",
            confidence=round(min(0.95, 0.5 + 0.05 * (excess - thresholds.word_excess)), 3),
            evidence={"excess": round(excess, 2), "zipf": round(zipf(word.text), 2)},
        )


def _quoted(text: str, word: Word) -> bool:
    return text[word.span.start - 1 : word.span.start] in ("“", '"', "‘")


CHECK = Check(
    name="unexpected-word",
    category=Category.MISTRANSLATION,
    severity=Severity.MAJOR,
    summary="a rare word that the context does not bear",
    why=(
        "A word that the translation system took for another, or for a name, leaves a rare word "
        "where the context calls for something else. Its surprisal lies far above the entropy of "
        "its place, which sets it apart from a place where anything could follow."
    ),
    find=find,
    flagged=(Example("Residents said the “[[gherkin]]” had shelled their village before dawn."),),
    sound=(
        "The botanist said that dodder winds itself round nettles and clover.",
        "He ate a gherkin with his sandwich and went back to the office.",
    ),
    needs_model=True,
)
