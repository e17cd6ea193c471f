"""The probability that an editor would call a sentence or a document garbled, and the verdict.

Two logistic models stand one on the other. The lower one reads a sentence: what the tagger and
the language model tell of it, and the findings in it. The upper one reads a document: its worst
sentence, its three worst, all of them, its length, and its surest critical finding. Without the
tagger both weigh the findings alone. They were fitted on documents made of human-written news and
of translations that people rated; ``docs/garbled.md`` has the reliability.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mtaudit.document import Document, Segment
from mtaudit.errors import ConfigError
from mtaudit.evidence import TextScore
from mtaudit.finding import Finding, Severity, Verdict
from mtaudit.text.words import count, words

_TABLES = Path(__file__).parent / "data" / "garbled.json"
REVIEW_BELOW = 90.0
_LEAST = 1e-4
# How far a true finding of each severity would move an editor to call the text garbled.
_MINOR, _MAJOR, _CRITICAL = 0.05, 0.4, 0.9
# The weight of findings from which on it counts.
_NOTHING = 0.02
_UNSURE = 0.7
# Shorter and longer documents than were measured count as these, in words.
_SHORT, _LONG = 100, 400


@dataclass(frozen=True, slots=True)
class Read:
    """What the language model and the tagger tell of a sentence.

    ``surprisal`` is in nats a token, ``rating`` an estimated direct assessment (z-score), ``error``
    and ``edited`` are the means over words of the tagger's probabilities and ``worst`` the greatest
    error probability.
    """

    surprisal: float
    rating: float
    error: float
    edited: float
    worst: float


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a sentence being garbled.

    ``minor``, ``major`` and ``critical`` are the probabilities that at least one finding of that
    severity is true, findings taken as independent; ``read`` is None without a tagger.
    """

    words: int
    minor: float
    major: float
    critical: float
    read: Read | None = None

    @property
    def weight(self) -> float:
        """The probability that a true finding makes the sentence garbled, whatever was read."""
        return weight([self])


def weight(sentences: Iterable[Signs]) -> float:
    """Return the probability that at least one finding is true and makes the text garbled.

    Findings are taken as independent: noisy-or over confidence times the weight of the severity.
    """
    sound = 1.0
    for one in sentences:
        sound *= (1 - _MINOR * one.minor) * (1 - _MAJOR * one.major)
        sound *= 1 - _CRITICAL * one.critical
    return 1.0 - sound


def signs(
    document: Document, segment: Segment, score: TextScore | None, findings: Sequence[Finding]
) -> Signs:
    """Return the signs of one segment; findings that do not overlap it count for nothing."""
    doubts = dict.fromkeys(Severity, 1.0)
    for finding in findings:
        if finding.span.overlaps(segment.span):
            doubts[finding.severity] *= 1.0 - finding.confidence
    minor, major, critical = (1.0 - doubts[severity] for severity in Severity)
    read = None if score is None else _read(document, segment, score)
    return Signs(count(document[segment.span]), minor, major, critical, read)


def _read(document: Document, segment: Segment, score: TextScore) -> Read | None:
    surprisal, rating = score.mean_surprisal(segment.span), score.rating(segment.span)
    if surprisal is None or rating is None:
        return None
    spans = [word.span for word in words(document.text, segment.span.start, segment.span.end)]
    errors = [score.error(span) or 0.0 for span in spans] or [0.0]
    edited = [score.edited(span) or 0.0 for span in spans] or [0.0]
    return Read(
        surprisal, rating, sum(errors) / len(errors), sum(edited) / len(edited), max(errors)
    )


def sentence_features(one: Signs, *, tagged: bool) -> list[float]:
    """Return what the lower model weighs: what was read and the findings, or their weight alone.

    A sentence that no token of was read, such as a lone dash, has nothing to tell.
    """
    if not tagged:
        return [_logit(max(_NOTHING, one.weight))]
    findings = [one.minor, one.major, one.critical]
    read = one.read
    if read is None:
        return [0.0, 0.0, _logit(0.0), _logit(0.0), _logit(0.0), *findings]
    chances = (_logit(read.error), _logit(read.edited), _logit(read.worst))
    return [-read.rating, read.surprisal, *chances, *findings]


def document_features(
    sentences: Sequence[Signs], odds: Sequence[float], *, tagged: bool
) -> list[float]:
    """Return what the upper model weighs; ``odds`` are the sentences' log-odds.

    Without a tagger that is the weight of all findings. One surely garbled name is enough, an
    unsure one tells little: of a critical finding counts what is above ``_UNSURE``.
    """
    if not tagged:
        return [_logit(max(_NOTHING, weight(sentences)))]
    ranked = sorted(odds, reverse=True)
    top = ranked[:3]
    size = sum(one.words for one in sentences)
    length = math.log(min(max(size, _SHORT), _LONG))
    critical = max(0.0, max(one.critical for one in sentences) - _UNSURE)
    return [ranked[0], sum(top) / len(top), sum(ranked) / len(ranked), length, critical]


@dataclass(frozen=True, slots=True)
class Point:
    """Where verdicts change: ``rate`` is the share of human-written documents that lie above.

    A document lies above when its probability or the weight of its findings does.
    """

    rate: float
    probability: float
    weight: float


@dataclass(frozen=True, slots=True)
class Garbling:
    """The fitted models of one way of auditing, and the points of its verdicts.

    ``tagged`` is whether what the tagger reads is weighed; ``sentence`` and ``document`` are
    weights with the constant last; ``points`` have rising rates.
    """

    tagged: bool
    sentence: tuple[float, ...]
    document: tuple[float, ...]
    points: tuple[Point, ...]

    def odds(self, one: Signs) -> float:
        """Return the log-odds that a sentence is garbled."""
        return _weighed(self.sentence, sentence_features(one, tagged=self.tagged))

    def of_sentence(self, one: Signs) -> float:
        """Return the probability that a sentence is garbled."""
        return _chance(self.odds(one))

    def of_document(self, sentences: Sequence[Signs]) -> float:
        """Return the probability that a document is garbled; one without sentences is not."""
        if not sentences:
            return 0.0
        odds = [self.odds(one) for one in sentences]
        return _chance(
            _weighed(self.document, document_features(sentences, odds, tagged=self.tagged))
        )

    def point(self, rate: float) -> Point:
        """Return the point above which at most ``rate`` of human-written documents lie.

        Between two measured shares the smaller one counts.

        Raises:
            ConfigError: the share is smaller than the smallest that was measured.

        """
        reached = [point for point in self.points if point.rate <= rate]
        if not reached:
            raise ConfigError(
                f"max_false_alarm is {rate}; human-written news was measured for "
                f"{self.points[0].rate} and above"
            )
        return reached[-1]

    def above(self, sentences: Sequence[Signs], point: Point) -> bool:
        """Whether a document lies above a point."""
        return self.of_document(sentences) > point.probability or weight(sentences) > point.weight

    def verdict(self, sentences: Sequence[Signs], quality: float, rate: float) -> Verdict:
        """Return ``review`` above the point of ``rate``, ``block`` above that of a tenth of it.

        A critical finding and a quality below ``REVIEW_BELOW`` are reviewed at any rate.
        """
        if self.above(sentences, self.point(max(self.points[0].rate, rate / 10))):
            return "block"
        grave = quality < REVIEW_BELOW or any(one.critical > 0 for one in sentences)
        return "review" if grave or self.above(sentences, self.point(rate)) else "pass"


@cache
def _tables() -> Mapping[str, Any]:
    tables: Mapping[str, Any] = json.loads(_TABLES.read_text(encoding="utf-8"))
    return tables


@cache
def garbling(tagger: str) -> Garbling:
    """Return the models for audits with the tagger of that digest, "" or another for none.

    Without the tagger that they were fitted with, findings alone are weighed.
    """
    full = _tables()["tagger"]
    tagged = tagger != "" and tagger == full["digest"]
    table = full if tagged else _tables()["findings"]
    return Garbling(
        tagged,
        tuple(table["sentence"]),
        tuple(table["document"]),
        tuple(Point(*row[:3]) for row in table["operating"]),
    )


def _logit(p: float) -> float:
    held = min(max(p, _LEAST), 1 - _LEAST)
    return math.log(held / (1 - held))


def _weighed(weights: Sequence[float], features: Sequence[float]) -> float:
    return sum(w * f for w, f in zip(weights[:-1], features, strict=True)) + weights[-1]


def _chance(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, odds))))
