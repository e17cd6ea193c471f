"""Extract what the error tagger is trained on, once, to disk.

Usage: python -m eval.tagger.features BENCH FOLDER [PART/OF]

Each shard holds some distinct texts: the figures of the head and the states behind three layers
for each token, in half precision. A shard that is there is not made again, so that a run that was
ended goes on where it stopped; PART/OF takes every OF-th shard, for several processes.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from eval.tagger import data
from mtaudit.lm.batching import FIGURES, whole_texts
from mtaudit.lm.encoding import encode
from mtaudit.lm.model import LanguageModel, load
from mtaudit.lm.runner import Runner

LAYERS = (12, 20, 28)
_SHARD = 400


@dataclass
class HalfTaps:
    """Keeps the states of ``layers`` in half precision."""

    layers: tuple[int, ...]
    states: npt.NDArray[np.float16]

    def fill(self, slots: npt.NDArray[np.int64], states: torch.Tensor) -> None:
        """Keep the states of the rows."""
        self.states[slots] = states.clamp(-60_000, 60_000).half().numpy()


def shards(bench: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the name and the texts of each shard, what matters most first."""
    texts = [(name, list(dict.fromkeys(row.text for row in rows()))) for name, rows in
             data.sources(bench).items()]  # fmt: skip
    pieces = []
    for name, distinct in texts:
        # One order for ever, so that any first part is a fair sample.
        random.Random(name).shuffle(distinct)
        count = -(-len(distinct) // _SHARD)
        for number in range(count):
            share = (number + 1) / count if name in data.TRAINED else (number + 1) / count * 0.6
            pieces.append((share, f"{name}-{number:03}",
                           distinct[number * _SHARD : (number + 1) * _SHARD]))  # fmt: skip
    for _, name, chosen in sorted(pieces):
        yield name, chosen


def key_of(text: str) -> str:
    """Return the key of a text in the feature files."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def extract(model: LanguageModel, texts: Sequence[str], path: Path) -> int:
    """Write the features of texts and return the number of tokens."""
    encoded = encode(model.tokenizer, texts)
    slots = len(encoded.ids) + len(encoded)
    table = np.zeros((FIGURES, slots), dtype=np.float32)
    width = int(model.network.shape.width)  # type: ignore[attr-defined]
    taps = HalfTaps(LAYERS, np.zeros((slots, len(LAYERS) * width), dtype=np.float16))
    every = whole_texts(encoded.token_splits, 2047, 512)
    Runner(model, None, print).measure(encoded, every, table, lambda done, total: None, taps)
    text = np.repeat(np.arange(len(encoded)), encoded.lengths())
    own = np.arange(len(encoded.ids)) + text
    part = path.with_suffix(f".part{os.getpid()}")
    with part.open("wb") as file:
        np.savez(
            file,
            texts=np.array([key_of(text) for text in texts]),
            splits=encoded.token_splits,
            starts=encoded.starts,
            ends=encoded.ends,
            figures=table[:, own].astype(np.float32),
            boundary_after=table[2, own + 1],
            # The state of a token is the one that has read it: that of the slot behind it.
            states=taps.states[own + 1],
        )
    part.replace(path)
    return len(encoded.ids)


def main(bench: Path, folder: Path, part: int, of: int) -> int:
    """Extract every shard that is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // of))
    model = load()
    tokens, begun = 0, time.perf_counter()
    for number, (name, texts) in enumerate(shards(bench)):
        path = folder / f"{name}.npz"
        if number % of != part or path.exists():
            continue
        tokens += extract(model, texts, path)
        rate = tokens / (time.perf_counter() - begun)
        print(f"{name}: {tokens:,} tokens, {rate:.0f} tokens/s", flush=True)
    return 0


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    share = sys.argv[3] if len(sys.argv) == 4 else "0/1"
    first, _, last = share.partition("/")
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(first), int(last)))
