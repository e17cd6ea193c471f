"""The romanisation model: how likely each Latin spelling of a name in another script is.

Every letter of the source writes a chunk of none to three Latin letters. Its chunk distribution
comes from the letters around it (two convolutions); the likelihood of a spelling sums over all ways
to cut it into chunks. This is a joint-multigram model (Deligne & Bimbot 1997; Bisani & Ney 2008)
whose source side is conditioned on its context. Trained by ``eval/train_transliteration.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from heapq import nlargest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mtaudit.errors import NamesError
from mtaudit.names.transliteration import fold_source, fold_spelling

LONGEST_CHUNK = 3
UNKNOWN = 1  # the row of letters that training did not see; 0 pads
_IMPOSSIBLE = -1e4
# Letters of the neighbours of a training language, in its own.
_NEIGHBOURS = str.maketrans({"ی": "ي", "ک": "ك", "ھ": "ه", "ہ": "ه", "ے": "ي", "ۀ": "ه", "ں": "ن",
                             "і": "и", "ї": "и", "є": "е", "ґ": "г", "ў": "у"})  # fmt: skip
_BEAM = 25
_CHUNKS_TRIED = 12
Floats = NDArray[np.float32]


class Transliterator:
    """One romanisation model, read for inference.

    Args:
        weights: ``embed`` (letters, d), ``first`` (5 d, h), ``second`` (3 h, h), ``out`` (h,
            chunks) and the biases ``first_bias``, ``second_bias``, ``out_bias``.
        letters: the source letters of rows 2, 3, … of ``embed``.
        chunks: the Latin chunks, in the order of the columns of ``out``.

    """

    def __init__(
        self, weights: Mapping[str, Floats], letters: Sequence[str], chunks: Sequence[str]
    ) -> None:
        self._weights = {name: array.astype(np.float32) for name, array in weights.items()}
        self._rows = {letter: row for row, letter in enumerate(letters, 2)}
        self._chunks = tuple(chunks)
        self._columns = {chunk: column for column, chunk in enumerate(chunks)}
        self._known: dict[str, Floats] = {}

    def chances(self, name: str) -> Floats:
        """Return log P(chunk | letter, its neighbours), shape (letters of ``name``, chunks)."""
        source = fold_source(name)
        if source not in self._known:
            self._known[source] = self._forward(source)
        return self._known[source]

    def logprobs(self, name: str, spellings: Sequence[str]) -> Floats:
        """Return log P(spelling | name) in nats of each Latin spelling."""
        chances = self.chances(name)
        folded = [fold_spelling(spelling) for spelling in spellings]
        columns, lengths = self._cut(folded)
        reached: Floats = np.full(columns.shape[:2], _IMPOSSIBLE, dtype=np.float32)
        reached[:, 0] = 0.0
        for row in chances:
            # A last column for chunks that the model does not know.
            known = np.append(row, np.float32(_IMPOSSIBLE))
            emitted = known[columns]
            ways = [reached + emitted[:, :, 0]]
            for size in range(1, LONGEST_CHUNK + 1):
                moved = np.full_like(reached, _IMPOSSIBLE)
                moved[:, size:] = reached[:, :-size] if size <= reached.shape[1] else 0
                ways.append(moved + emitted[:, :, size])
            reached = np.logaddexp.reduce(np.stack(ways), axis=0)
        found: Floats = reached[np.arange(len(folded)), lengths]
        return found

    def spellings(self, name: str, number: int) -> list[tuple[str, float]]:
        """Return the likeliest Latin spellings of a name with their log-probability (beam)."""
        beam = {"": 0.0}
        for row in self.chances(name):
            likely = np.argsort(-row)[:_CHUNKS_TRIED]
            longer: dict[str, float] = {}
            for written, value in beam.items():
                for column in likely:
                    spelling = written + self._chunks[column]
                    told = value + float(row[column])
                    known = longer.get(spelling)
                    longer[spelling] = told if known is None else float(np.logaddexp(known, told))
            beam = dict(nlargest(_BEAM, longer.items(), key=lambda item: item[1]))
        return nlargest(number, beam.items(), key=lambda item: item[1])

    def _forward(self, source: str) -> Floats:
        w = self._weights
        rows = [self._rows.get(letter, self._rows.get(letter.translate(_NEIGHBOURS), UNKNOWN))
                for letter in source]  # fmt: skip
        embedded: Floats = w["embed"][np.array(rows, dtype=np.int64)]
        hidden = np.maximum(_windows(embedded, 5) @ w["first"] + w["first_bias"], 0.0)
        hidden = hidden + np.maximum(_windows(hidden, 3) @ w["second"] + w["second_bias"], 0.0)
        logits = hidden @ w["out"] + w["out_bias"]
        result: Floats = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        return result

    def _cut(self, spellings: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the column of the chunk of each size that ends at each place, and the lengths."""
        lengths = np.array([len(spelling) for spelling in spellings])
        unknown = len(self._chunks)
        shape = (len(spellings), int(lengths.max(initial=0)) + 1, LONGEST_CHUNK + 1)
        columns = np.full(shape, unknown)
        for row, spelling in enumerate(spellings):
            for end in range(len(spelling) + 1):
                for size in range(min(LONGEST_CHUNK, end) + 1):
                    chunk = spelling[end - size : end]
                    columns[row, end, size] = self._columns.get(chunk, unknown)
        return columns, lengths


def _windows(rows: Floats, width: int) -> Floats:
    """Return each row beside its neighbours, zeros beyond the ends; shape (n, width * d)."""
    padded = np.pad(rows, ((width // 2, width // 2), (0, 0)))
    return np.concatenate([padded[i : i + len(rows)] for i in range(width)], axis=1)


def read(path: Path) -> Transliterator:
    """Return the model in a file.

    Raises:
        NamesError: the file is missing or no romanisation model.

    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "np") as file:
            about = file.metadata()
            weights = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        return Transliterator(weights, json.loads(about["letters"]), json.loads(about["chunks"]))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise NamesError(
            f"{path} is no romanisation model ({error}); install mtaudit anew"
        ) from error
