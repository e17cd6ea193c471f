"""What is measured: a predictor of errors in English text, whatever stands behind it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from eval.splits import TrainedOn
from mtaudit.document import Span
from mtaudit.errors import ResourceError, UsageError, did_you_mean
from mtaudit.evidence import TextScore

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MINOR, MAJOR = 1.0, 5.0
# Words as the tokenisers of the annotated data cut them, near enough: what is compared overlaps.
PIECE = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a predictor says of one text.

    One entry a token, in order and without overlaps: ``starts`` and ``ends`` in code points,
    ``error`` from 0 to 1, and ``severity``, how many points the token costs if it is an error,
    from 1 (minor) to 5 (major). ``sentence`` is higher for a worse text. ``edited`` is as ``error``
    but for words that a post-editor would change, None where a predictor makes no difference.
    """

    starts: Ints
    ends: Ints
    error: Floats
    severity: Floats
    sentence: float
    edited: Floats | None = None

    @property
    def as_edited(self) -> Prediction:
        """The prediction of what a post-editor changes in the place of errors."""
        return self if self.edited is None else replace(self, error=self.edited)

    def __post_init__(self) -> None:
        columns = (self.starts, self.ends, self.error, self.severity, self.edited)
        sizes = {len(column) for column in columns if column is not None}
        if len(sizes) != 1:
            raise ValueError(f"columns of a prediction have different lengths: {sorted(sizes)}")
        if np.any(self.ends < self.starts) or np.any(self.starts[1:] < self.ends[:-1]):
            raise ValueError("tokens of a prediction overlap or are out of order")


class Predictor(Protocol):
    """Predicts errors; ``name`` and ``digest`` say which one, ``trained_on`` what it has seen."""

    name: str
    digest: str
    trained_on: Sequence[TrainedOn]

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return the prediction of each text, in the order given."""


class TextScorer(Protocol):
    """What the predictor without training asks of a language model."""

    def score(self, texts: Sequence[str]) -> list[TextScore]:
        """Return the scores of each text."""


class SurprisalPredictor:
    """The language model alone: words that surprise more than their place had them be uncertain.

    The error score of a word is the logistic function of its surprisal less the entropy of its
    place, less 6 nats, over 2: an order, and no probability. Every word would be a major error. The
    score of a text is the mean surprisal of a token in nats.
    """

    name = "surprisal"
    digest = ""
    trained_on: Sequence[TrainedOn] = ()

    def __init__(self, scorer: TextScorer) -> None:
        self._scorer = scorer

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return the prediction of each text."""
        scores = self._scorer.score(texts)
        return [_prediction(text, score) for text, score in zip(texts, scores, strict=True)]


def _prediction(text: str, score: TextScore) -> Prediction:
    spans = [Span(*match.span()) for match in PIECE.finditer(text)]
    excess = np.array([score.word_excess(span) for span in spans], dtype=np.float64)
    return Prediction(
        starts=np.array([span.start for span in spans], dtype=np.int64),
        ends=np.array([span.end for span in spans], dtype=np.int64),
        error=1 / (1 + np.exp(-np.clip((excess - 6) / 2, -30, 30))),
        severity=np.full(len(spans), MAJOR),
        sentence=score.mean_surprisal() or 0.0,
    )


class Remembering:
    """A predictor that predicts each text once, however many suites ask."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self.name, self.digest = predictor.name, predictor.digest
        self.trained_on = predictor.trained_on
        self._known: dict[str, Prediction] = {}

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return the prediction of each text."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            self._known.update(zip(missing, self._predictor.predict(missing), strict=True))
        return [self._known[text] for text in texts]


def _tagger(scorer: TextScorer) -> Predictor:
    try:
        module = importlib.import_module("eval.tagger.predictor")
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith(("eval.tagger", "mtaudit.tagger")):
            raise
        raise ResourceError("there is no trained tagger yet; use --model surprisal") from None
    predictor: Predictor = module.TaggerPredictor(scorer)
    return predictor


# How each predictor is made over the language model.
PREDICTORS: Mapping[str, Callable[[TextScorer], Predictor]] = {
    "surprisal": SurprisalPredictor,
    "tagger": _tagger,
}


def named(name: str) -> Callable[[TextScorer], Predictor]:
    """Return how the predictor of a name is made; it remembers what it has predicted.

    Raises:
        UsageError: there is no predictor of that name.

    """
    if name not in PREDICTORS:
        hint = did_you_mean(name, PREDICTORS)
        raise UsageError(f"no predictor {name!r}{hint}; there are: {', '.join(PREDICTORS)}")
    return lambda scorer: Remembering(PREDICTORS[name](scorer))
