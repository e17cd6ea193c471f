"""Features from disk beside the labels that people gave, token by token."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.tagger import data
from eval.tagger.features import LAYERS, key_of

Floats = npt.NDArray[np.float32]
# Ways of marking errors, each with a head of its own: any MQM error, major ones, words that a
# post-editor changed, planted errors, and what was marked in whichever of these ways.
TASKS = ("mqm", "major", "qe", "planted", "error")


@dataclass(slots=True)
class Text:
    """One text: its rows of marks and the tokens [first, last) in the columns of a set."""

    text: str
    rows: list[data.Row]
    first: int
    last: int
    source: str


@dataclass(slots=True)
class Tokens:
    """Texts and their tokens in columns.

    ``states`` is [tokens, layers * width] in half precision, ``figures`` [tokens, 6], ``labels``
    [tokens, TASKS] with NaN where a task says nothing, ``scores`` [texts] a direct assessment as
    z-score of its language, NaN without one.
    """

    texts: list[Text]
    states: npt.NDArray[np.float16]
    figures: Floats
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    labels: Floats
    scores: Floats


def load(bench: Path, folder: Path, names: Sequence[str], layers: Sequence[int]) -> Tokens:
    """Return the tokens of all texts of ``names`` whose features are there."""
    columns = [LAYERS.index(layer) for layer in layers]
    readers = data.sources(bench)
    parts: list[tuple[Floats, ...]] = []
    texts: list[Text] = []
    at = 0
    for name in names:
        by_text: dict[str, list[data.Row]] = defaultdict(list)
        for row in readers[name]():
            by_text[row.text].append(row)
        keys = {key_of(text): text for text in by_text}
        for path in sorted(folder.glob(f"{name}-[0-9][0-9][0-9].npz")):
            with np.load(path) as file:
                found = {key: file[key] for key in file.files}
            width = found["states"].shape[1] // len(LAYERS)
            states = found["states"].reshape(-1, len(LAYERS), width)[:, columns]
            f = found["figures"]
            figures = np.stack([-f[0], f[1], f[2], f[3], np.log1p(f[4]), found["boundary_after"]])
            parts.append((states.reshape(len(states), -1), figures.T.astype(np.float32),
                          found["starts"], found["ends"]))  # fmt: skip
            for key, first, last in zip(
                found["texts"].tolist(), found["splits"][:-1], found["splits"][1:], strict=True
            ):
                text = keys.get(key)
                if text is not None and last > first:
                    texts.append(Text(text, by_text[text], at + int(first), at + int(last), name))
            at += len(states)
    states, figures, starts, ends = (np.concatenate([part[i] for part in parts]) for i in range(4))
    parts.clear()
    gc.collect()
    labels = np.full((at, len(TASKS)), np.nan, dtype=np.float32)
    scores = np.full(len(texts), np.nan, dtype=np.float32)
    for number, text in enumerate(texts):
        place = slice(text.first, text.last)
        labels[place] = token_labels(text.rows, starts[place], ends[place])
        z = [row.z for row in text.rows if row.z is not None]
        if z:
            scores[number] = float(np.mean(z))
    return Tokens(texts, states, figures, starts, ends, labels, scores)


def token_labels(
    rows: Sequence[data.Row], starts: npt.NDArray[np.int32], ends: npt.NDArray[np.int32]
) -> Floats:
    """Return [tokens, TASKS]: the share of raters who mark a token, NaN where none was asked."""
    found = np.full((len(starts), len(TASKS)), np.nan, dtype=np.float32)
    sums: dict[str, list[Floats]] = defaultdict(list)
    for row in rows:
        any_, heavy = np.zeros(len(starts), np.float32), np.zeros(len(starts), np.float32)
        for start, end, weight in row.marks:
            inside = (starts < end) & (ends > start)
            any_[inside] = 1.0
            heavy[inside] = np.maximum(heavy[inside], float(weight >= 5.0))
        if row.kind == "mqm":
            sums["mqm"].append(any_)
            sums["major"].append(heavy)
        elif row.kind == "qe":
            sums["qe"].append(any_)
        elif row.kind in ("planted", "human"):
            sums["planted"].append(any_)
    every = [mark for task in ("mqm", "qe", "planted") for mark in sums[task]]
    if every:
        sums["error"] = every
    for task, values in sums.items():
        if not values:
            continue
        found[:, TASKS.index(task)] = np.mean(values, axis=0)
    return found
