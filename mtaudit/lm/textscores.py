"""From what was measured in columns to the scores of each text and its words."""

from __future__ import annotations

from array import array

import numpy as np
import numpy.typing as npt

from mtaudit.evidence import TextScore
from mtaudit.lm.batching import FIGURES
from mtaudit.lm.encoding import Encoded

Floats = npt.NDArray[np.float32]


def slots(encoded: Encoded, number: int) -> slice:
    """Return the slots of one text: one a token, and one for its open end."""
    tokens = encoded.tokens(number)
    return slice(tokens.start + number, tokens.stop + number + 1)


def text_scores(encoded: Encoded, table: Floats) -> list[TextScore]:
    """Return the scores of each text from [FIGURES + outputs, slots] of measured figures."""
    texts = np.arange(len(encoded))
    token_slots = np.arange(len(encoded.ids)) + np.repeat(texts, encoded.lengths())
    logprobs = table[0, token_slots].astype(np.float64)
    entropies = table[1, token_slots].astype(np.float64)
    readings = table[FIGURES:, token_slots].astype(np.float64)
    surprisals = _word_surprisals(encoded, logprobs, table[2].astype(np.float64))
    scores = []
    for number in range(len(encoded)):
        tokens, words = encoded.tokens(number), encoded.words(number)
        scores.append(
            TextScore(
                _ints(encoded.starts[tokens]),
                _ints(encoded.ends[tokens]),
                _doubles(logprobs[tokens]),
                _doubles(entropies[tokens]),
                _ints(encoded.word_starts[words]),
                _ints(encoded.word_ends[words]),
                _doubles(surprisals[words]),
                tuple(_doubles(reading[tokens]) for reading in readings),
            )
        )
    return scores


def _word_surprisals(
    encoded: Encoded, logprobs: npt.NDArray[np.float64], boundary: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the surprisal of each white-space delimited word, leading white space put right.

    A vocabulary whose tokens carry the space before a word gives the end of a word to the word
    that follows. Pimentel & Meister (2024, "How to Compute the Probability of a Word", eq. 11)
    move it back: with B the tokens that begin with white space or end the text,

        log p(word) = sum log p(token) + log p(B | ... word) - log p(B | ...)

    where the last term is left out at the start of a text and after a white-space token, where no
    choice between going on and ending a word was left.
    """
    text = np.repeat(np.arange(len(encoded)), np.diff(encoded.word_splits))
    first, last = encoded.word_first, encoded.word_last
    if not len(first):
        return np.empty(0)
    # Sums over [first, last): every second one of those between successive edges.
    edges = np.column_stack([first, last]).ravel()
    inside: npt.NDArray[np.float64] = np.add.reduceat(np.append(logprobs, 0.0), edges)[::2]
    ended = boundary[last + text]
    begun = np.where(encoded.word_spaced, boundary[first + text], 0.0)
    surprisals: npt.NDArray[np.float64] = begun - inside - ended
    return surprisals


def _ints(values: npt.NDArray[np.int32]) -> array[int]:
    return array("i", values.astype(np.int32).tobytes())


def _doubles(values: npt.NDArray[np.float64]) -> array[float]:
    return array("d", values.tobytes())
