"""Train a romanisation model: P(English spelling | name in its own script).

Usage: python -m eval.train_transliteration TRAIN.jsonl.gz MODEL.safetensors [EPOCHS]

A row holds ``english`` and ``source``. The model is that of ``mtaudit/names/transliteration.py``,
fitted by gradient on the marginal likelihood over all cuts of the spelling. Pairs that are no
transliteration of each other, some 5 % of the rows, are taken up by a flat rival: each letter with
probability e^-2.6.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from mtaudit.names.multigram import LONGEST_CHUNK, UNKNOWN
from mtaudit.names.transliteration import fold_source, fold_spelling

SEED = 0
EMBEDDING, HIDDEN, BATCH = 64, 192, 256
LEARNING_RATE, WEIGHT_DECAY, DROPOUT = 2e-3, 1e-3, 0.1
RIVAL_LETTER, RIVAL_NAME = -2.6, -2.0  # nats
LONGEST = 20  # letters
FEWEST = 5  # a rarer source letter is unknown
CHUNKS = {1: 100, 2: 500, 3: 500}
IMPOSSIBLE = -1e4


class Network(nn.Module):
    """Letters to log P(chunk | letter and its neighbours)."""

    def __init__(self, letters: int, chunks: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(letters, EMBEDDING, padding_idx=0)
        self.first = nn.Conv1d(EMBEDDING, HIDDEN, 5, padding=2)
        self.second = nn.Conv1d(HIDDEN, HIDDEN, 3, padding=1)
        self.out = nn.Linear(HIDDEN, chunks)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, rows: Tensor) -> Tensor:
        """Return shape (batch, letters, chunks) for rows of shape (batch, letters)."""
        real = (rows > 0).float()[:, None]
        hidden = functional.relu(self.first(self.embed(rows).transpose(1, 2))) * real
        hidden = hidden + functional.relu(self.second(self.drop(hidden))) * real
        return functional.log_softmax(self.out(self.drop(hidden.transpose(1, 2))), -1)

    def weights(self) -> dict[str, Tensor]:
        """Return the arrays that the runtime reads, convolutions as matrices of windows."""
        arrays = {
            "embed": self.embed.weight,
            "first": self.first.weight.permute(2, 1, 0).reshape(-1, HIDDEN),
            "first_bias": self.first.bias,
            "second": self.second.weight.permute(2, 1, 0).reshape(-1, HIDDEN),
            "second_bias": self.second.bias,
            "out": self.out.weight.T,
            "out_bias": self.out.bias,
        }
        return {name: array.detach().half().contiguous() for name, array in arrays.items()}


def likelihood(chances: Tensor, sizes: Tensor, columns: Tensor, lengths: Tensor) -> Tensor:
    """Return log P(spelling | name) of each pair, summed over all cuts; shape (batch,)."""
    batch, width = columns.shape[:2]
    reached = torch.full((batch, width), IMPOSSIBLE)
    reached[:, 0] = 0.0
    unknown = columns < 0
    index = columns.clamp(min=0).reshape(batch, -1)
    for letter in range(chances.shape[1]):
        emitted = chances[:, letter].gather(1, index).reshape(columns.shape)
        emitted = emitted.masked_fill(unknown, IMPOSSIBLE)
        ways = [reached + emitted[:, :, 0]]
        for size in range(1, LONGEST_CHUNK + 1):
            moved = functional.pad(reached, (size, 0), value=IMPOSSIBLE)[:, :width]
            ways.append(moved + emitted[:, :, size])
        longer = torch.logsumexp(torch.stack(ways), 0)
        reached = torch.where((letter < sizes)[:, None], longer, reached)
    return reached.gather(1, lengths[:, None])[:, 0]


def tensors(
    pairs: list[tuple[str, str]], letters: dict[str, int], chunks: dict[str, int]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return source rows, their lengths, chunk columns by end and size, and spelling lengths."""
    longest = max(len(source) for source, _ in pairs)
    widest = max(len(spelling) for _, spelling in pairs)
    rows = torch.zeros(len(pairs), longest, dtype=torch.long)
    columns = torch.full((len(pairs), widest + 1, LONGEST_CHUNK + 1), -1)
    for at, (source, spelling) in enumerate(pairs):
        rows[at, : len(source)] = torch.tensor([letters.get(letter, UNKNOWN) for letter in source])
        for end in range(len(spelling) + 1):
            for size in range(min(LONGEST_CHUNK, end) + 1):
                columns[at, end, size] = chunks.get(spelling[end - size : end], -1)
    sizes = torch.tensor([len(source) for source, _ in pairs])
    return rows, sizes, columns, torch.tensor([len(spelling) for _, spelling in pairs])


def inventory(pairs: list[tuple[str, str]]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the row of each source letter and the column of each chunk."""
    seen = Counter(letter for source, _ in pairs for letter in source)
    known = [letter for letter, count in seen.most_common() if count >= FEWEST]
    letters = {letter: row for row, letter in enumerate(known, 2)}
    chunks = {"": 0}
    for size, most in CHUNKS.items():
        counts = Counter(
            spelling[at : at + size]
            for _, spelling in pairs
            for at in range(len(spelling) - size + 1)
        )
        for chunk, _ in counts.most_common(most):
            chunks[chunk] = len(chunks)
    return letters, chunks


def batches(pairs: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Return the pairs in random batches of spellings of nearly one length."""
    order = sorted(pairs, key=lambda pair: len(pair[1]) + 3 * random.random())
    cut = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    random.shuffle(cut)
    return cut


def main(path: Path, model: Path, epochs: int) -> int:
    """Train on the pairs of ``path`` and write the model."""
    torch.manual_seed(SEED)
    random.seed(SEED)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    pairs = [(fold_source(row["source"]), fold_spelling(row["english"])) for row in rows]
    pairs = [pair for pair in pairs if all(0 < len(side) <= LONGEST for side in pair)]
    letters, chunks = inventory(pairs)
    network = Network(len(letters) + 2, len(chunks))
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = epochs * -(-len(pairs) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps + 1)
    started = time.monotonic()
    for epoch in range(epochs):
        total = 0.0
        for batch in batches(pairs):
            rows_, sizes, columns, lengths = tensors(batch, letters, chunks)
            told = likelihood(network(rows_), sizes, columns, lengths)
            rival = RIVAL_LETTER * lengths.float() + RIVAL_NAME
            loss = -torch.logaddexp(told, rival).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(batch)
        print(f"epoch {epoch + 1}: {total / len(pairs):.3f} nats a name, "
              f"{time.monotonic() - started:.0f} s", flush=True)  # fmt: skip
    about = {
        "letters": json.dumps(list(letters), ensure_ascii=False),
        "chunks": json.dumps(list(chunks)),
        "pairs": str(len(pairs)),
    }
    save_file(network.weights(), model, about)
    print(f"{model}: {model.stat().st_size / 1e6:.2f} MB from {len(pairs):,} pairs")
    return 0


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    epochs = int(sys.argv[3]) if len(sys.argv) == 4 else 6
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), epochs))
