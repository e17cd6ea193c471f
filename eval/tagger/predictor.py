"""The error tagger as the suites ask for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.predictors import MAJOR, MINOR, Floats, Prediction, TextScorer
from eval.splits import trained_on
from mtaudit.errors import ModelError
from mtaudit.evidence import TextScore
from mtaudit.lm.scorer import Scorer
from mtaudit.tagger.tagger import shipped, tagger_of

# What a nat a token, and a nat of mean log-odds, count beside the rating, chosen on tuning halves.
SURPRISAL, ERROR, EDITED = 0.1, 0.2, 0.1


class TaggerPredictor:
    """Predicts by the shipped tagger: one entry a token of the language model."""

    name = "tagger"

    def __init__(self, scorer: TextScorer) -> None:
        if not isinstance(scorer, Scorer):
            raise TypeError("the tagger reads the states of a language model")
        tagger = tagger_of(scorer.model.card.digest)
        if tagger is None:
            raise ModelError("the shipped tagger is of another language model; use the default")
        self.digest = tagger.digest
        self.trained_on = trained_on(shipped())
        has_it = scorer.reader_digest == tagger.digest
        self._scorer = scorer if has_it else Scorer(scorer.model, reader=tagger)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return the prediction of each text, in the order given."""
        return [prediction(score) for score in self._scorer.score(texts)]


def prediction(score: TextScore) -> Prediction:
    """Return the prediction that a score with readings stands for."""
    ends = np.array(score.ends, dtype=np.int64)
    # Tokens that share a character are told apart by their ends.
    starts = np.maximum(np.array(score.starts, dtype=np.int64), np.append(0, ends[:-1]))
    error, severe, edited, _, rating = (np.array(column) for column in score.readings)
    major = np.minimum(1.0, severe / np.maximum(error, 1e-6))
    return Prediction(
        starts=starts,
        ends=np.maximum(starts, ends),
        error=error,
        severity=MINOR + (MAJOR - MINOR) * major,
        sentence=_worse(score.mean_surprisal() or 0.0, error, edited, rating),
        edited=edited,
    )


def _worse(surprisal: float, error: Floats, edited: Floats, rating: Floats) -> float:
    if not len(rating):
        return 0.0
    mean_error, mean_edited = log_odds(error).mean(), log_odds(edited).mean()
    told = SURPRISAL * surprisal + ERROR * mean_error + EDITED * mean_edited - rating.mean()
    return float(told)


def log_odds(probabilities: Floats) -> Floats:
    """Return the log-odds of probabilities, held away from certainty."""
    held = np.clip(probabilities, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(held / (1 - held)))
