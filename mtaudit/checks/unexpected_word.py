"""A rare word that its context does not bear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence, TextScore
from mtaudit.finding import Category, Finding, Severity
from mtaudit.text.frequency import zipf
from mtaudit.text.words import Word, bare, words

_SHORTEST, _LONGEST = 4, 30
_NO_NOUN = ("ly", "ed", "ing")
_OPEN, _CLOSE = '“"‘«', '”"’»'


@dataclass(frozen=True, slots=True)
class Oddity:
    """A rare word that its context does not bear, at the places where it could be a misreading.

    ``excess`` is its surprisal less the entropy of its place, in nats, the greatest of all its
    occurrences: the first makes the later ones expected. ``uses`` counts them all.
    """

    text: str
    spans: tuple[Span, ...]
    excess: float
    uses: int


def oddities(document: Document, score: TextScore, thresholds: Thresholds) -> Iterator[Oddity]:
    """Yield the lower-case, rare words whose surprisal exceeds their entropy."""
    occurrences: dict[str, list[Word]] = defaultdict(list)
    for word in words(document.text):
        occurrences[bare(word.text)].append(word)
    for same in occurrences.values():
        doubtful = [word for word in same if _doubtful(document.text, word, thresholds)]
        if not doubtful:
            continue
        excess = max(score.word_excess(word.span) for word in same)
        if excess >= thresholds.odd_excess:
            spans = tuple(word.span for word in doubtful)
            yield Oddity(doubtful[0].text, spans, excess, len(same))


def _doubtful(text: str, word: Word, thresholds: Thresholds) -> bool:
    return (
        word.text.islower()
        and word.text.isalpha()
        and _SHORTEST <= len(word.text) <= _LONGEST
        and zipf(word.text) < _commonest(text, word, thresholds)
    )


def _commonest(text: str, word: Word, thresholds: Thresholds) -> float:
    return thresholds.quoted_zipf if _alone_in_quotes(text, word.span) else thresholds.word_zipf


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield the words that are far less likely than their place asks for.

    A word alone in quotation marks is shown as a name or a term, so less is asked of it; a word
    that no English text has used stands out at a little more, any other rare word at most. What a
    document says again and again without quotation marks is its own vocabulary.
    """
    if evidence.text_score is None:
        return
    for odd in oddities(document, evidence.text_score, thresholds):
        quoted = [span for span in odd.spans if _alone_in_quotes(document.text, span)]
        if quoted and not odd.text.endswith(_NO_NOUN):
            severity, threshold = Severity.MAJOR, thresholds.quoted_excess
            why = "is put in quotation marks like a name, and nothing here leads to it"
        elif odd.uses > 1:
            continue
        elif zipf(odd.text) == 0.0:
            severity, threshold = Severity.MINOR, thresholds.unknown_excess
            why = "is no English word that newspapers print"
        else:
            severity, threshold = Severity.MINOR, thresholds.word_excess
            why = "is a rare word that nothing in this context leads to"
        if odd.excess >= threshold:
            first = (quoted or odd.spans)[0]
            yield Finding(
                check=CHECK.name,
                category=Category.MISTRANSLATION,
                severity=severity,
                span=first,
                message=f"“{odd.text}” {why}",
                confidence=round(min(0.95, 0.55 + 0.04 * (odd.excess - threshold)), 3),
                evidence={"excess": round(odd.excess, 2), "zipf": round(zipf(odd.text), 2)},
                related=tuple(span for span in odd.spans if span != first),
            )


def _alone_in_quotes(text: str, span: Span) -> bool:
    before, after = text[span.start - 1 : span.start], text[span.end : span.end + 1]
    return before in tuple(_OPEN) and after in tuple(_CLOSE)


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
    flagged=(
        Example("Residents said the “[[sorrel]]” had shelled their village before dawn."),
        Example(
            "Residents said the “[[sorrel]]” had shelled their village before dawn. The army said "
            "that the “sorrel” would be driven from the valley, and that sorrel fighters had fled."
        ),
        Example("The army said that the “[[thistle]]” had blown up a bridge near the border."),
        Example("Soldiers took two villages from the “[[turnip]]” on Sunday, the agency said."),
        Example("The governor said that the “[[walnut]]” had fired rockets at the airport."),
        Example("Dozens of fighters of the “[[heron]]” surrendered to the police on Monday."),
    ),
    sound=(
        "The botanist said that bindweed winds itself round nettles and clover.",
        "The cook chopped the sorrel and put it into the soup.",
        "The vet gave the horse an injection and the farmer paid for it.",
        "The orchestra played a sonata and two waltzes by a composer from Vienna.",
        "Surgeons removed the tumour and the patient left the hospital.",
        "The glacier has lost a third of its ice, geologists said.",
    ),
    needs_model=True,
)
