"""From the tokens of a prediction to the words and characters that annotators marked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eval.predictors import MAJOR, MINOR, Floats, Prediction

# Points of an MQM error (Freitag et al. 2021); other severities, such as neutral, are none.
POINTS: Mapping[str, float] = {"minor": MINOR, "major": MAJOR, "critical": MAJOR}
_WORD = re.compile(r"\S+")
Place = tuple[int, int]


def words(text: str) -> list[Place]:
    """Return where the white-space delimited words stand."""
    return [match.span() for match in _WORD.finditer(text)]


def aligned(tokens: Sequence[str], text: str) -> list[Place | None]:
    """Return where each token of a tokenised text stands in it, None for one that does not."""
    found: list[Place | None] = []
    at = 0
    for token in tokens:
        start = text.find(token, at)
        # A token further on than white space is another of the same letters.
        if start < 0 or text[at:start].strip():
            found.append(None)
        else:
            at = start + len(token)
            found.append((start, at))
    return found


def word_errors(prediction: Prediction, places: Sequence[Place]) -> Floats:
    """Return the highest error among the tokens that overlap each place, 0 where none does."""
    first = np.searchsorted(prediction.ends, [start for start, _ in places], side="right")
    last = np.searchsorted(prediction.starts, [end for _, end in places], side="left")
    pairs = zip(first.tolist(), last.tolist(), strict=True)
    return np.array([prediction.error[a:b].max() if b > a else 0.0 for a, b in pairs])


def characters(prediction: Prediction, length: int) -> tuple[Floats, Floats]:
    """Return error and severity of each character.

    What stands between two tokens has the lower of theirs, so that marks that follow one another
    are one mark; what no token covers has −1 and 0.
    """
    error, severity = np.full(length, -1.0), np.zeros(length)
    for number in range(len(prediction.starts)):
        start = prediction.starts[number]
        own = slice(start, prediction.ends[number])
        error[own], severity[own] = prediction.error[number], prediction.severity[number]
        if number:
            gap = slice(prediction.ends[number - 1], start)
            error[gap] = prediction.error[number - 1 : number + 1].min()
            severity[gap] = prediction.severity[number - 1 : number + 1].min()
    return error, severity


def marked(errors: Sequence[Mapping[str, Any]], length: int) -> Floats:
    """Return the points of each character under the marks of one rater, the higher of two."""
    points = np.zeros(length)
    for error in errors:
        if error.get("start") is not None:
            place = slice(error["start"], error["end"])
            own = POINTS.get(str(error["severity"]).lower(), 0.0)
            points[place] = np.maximum(points[place], own)
    return points


def penalty(errors: Sequence[Mapping[str, Any]]) -> float:
    """Return the MQM points of one rater's errors, those without a place in the target too."""
    return sum(POINTS.get(str(error["severity"]).lower(), 0.0) for error in errors)
