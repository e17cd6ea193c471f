"""A rare word that its context does not bear."""

from __future__ import annotations

from collections.abc import Iterator

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document
from mtaudit.evidence import Evidence, TextScore
from mtaudit.finding import Category, Finding, Severity
from mtaudit.text.words import Word, bare, words, zipf

_SHORTEST, _LONGEST = 4, 30
_NO_NOUN = ("ly", "ed", "ing")
_OPEN, _CLOSE = '“"‘«', '”"’»'


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
            and _SHORTEST <= len(word.text) <= _LONGEST
            and seen[bare(word.text)] == 1
            and zipf(word.text) < _commonest(document.text, word, thresholds)
        ):
            excess = score.word_excess(word.span)
            if excess >= thresholds.odd_excess:
                yield word, excess


def _commonest(text: str, word: Word, thresholds: Thresholds) -> float:
    return thresholds.quoted_zipf if _alone_in_quotes(text, word) else thresholds.word_zipf


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield the words that are far less likely than their place asks for.

    A word alone in quotation marks is shown as a name or a term, so less is asked of it; a word
    that no English text has used stands out at a little more, any other rare word at most.
    """
    if evidence.text_score is None:
        return
    for word, excess in oddities(document, evidence.text_score, thresholds):
        if _alone_in_quotes(document.text, word) and not word.text.endswith(_NO_NOUN):
            severity, threshold = Severity.MAJOR, thresholds.quoted_excess
            why = "is put in quotation marks like a name, and nothing here leads to it"
        elif zipf(word.text) == 0.0:
            severity, threshold = Severity.MINOR, thresholds.unknown_excess
            why = "is no English word that newspapers print"
        else:
            severity, threshold = Severity.MINOR, thresholds.word_excess
            why = "is a rare word that nothing in this context leads to"
        if excess >= threshold:
            yield Finding(
                check=CHECK.name,
                category=Category.MISTRANSLATION,
                severity=severity,
                span=word.span,
                message=f"“{word.text}” {why}",
                confidence=round(min(0.95, 0.55 + 0.04 * (excess - threshold)), 3),
                evidence={"excess": round(excess, 2), "zipf": round(zipf(word.text), 2)},
            )


def _alone_in_quotes(text: str, word: Word) -> bool:
    before = text[word.span.start - 1 : word.span.start]
    return before in tuple(_OPEN) and text[word.span.end : word.span.end + 1] in tuple(_CLOSE)


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
    flagged=(Example("Residents said the “[[sorrel]]” had shelled their village before dawn."),),
    sound=(
        "The botanist said that bindweed winds itself round nettles and clover.",
        "The cook chopped the sorrel and put it into the soup.",
    ),
    needs_model=True,
)
