"""Measure how surprising human-written news is: the table that fluency percentiles come from.

Usage: python -m eval.fluency_quantiles HUMAN.jsonl.gz OUT.json [PASSAGES]

Eight consecutive sentences of one set make a passage, two a paragraph; passages are drawn with a
fixed seed. Writes 101 quantiles of the mean surprisal of a token, in nats, over passages and over
sentences, under the digest of the model's weights.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from eval.false_alarms import paragraphs, sentence_blocks
from mtaudit.document import Span
from mtaudit.lm.model import load
from mtaudit.lm.scorer import Scorer


def main(path: Path, out: Path, number: int) -> int:
    """Write the table and print its ends."""
    blocks = sentence_blocks(path)[:number]
    pairs = [paragraphs(block) for block in blocks]
    model = load()
    scores = iter(Scorer(model).score([" ".join(pair) for block in pairs for pair in block]))
    documents, sentences = [], []
    for block in pairs:
        logprobs: list[float] = []
        for pair in block:
            score = next(scores)
            logprobs.extend(score.logprobs)
            start = 0
            for sentence in pair:
                mean = score.mean_surprisal(Span(start, start + len(sentence)))
                if mean is not None:
                    sentences.append(mean)
                start += len(sentence) + 1
        documents.append(-sum(logprobs) / len(logprobs))
    table = {
        "note": f"{model.card.name}, BOS {model.card.bos_token}, fp32; {len(documents)} passages "
        f"of eight consecutive sentences, {len(sentences)} sentences, two a paragraph, of WMT "
        "human-written news 2008-2018",
        "documents": _quantiles(documents),
        "sentences": _quantiles(sentences),
    }
    out.write_text(json.dumps({model.card.digest: table}, indent=0) + "\n", encoding="utf-8")
    for name in ("documents", "sentences"):
        ends = np.quantile(documents if name == "documents" else sentences, [0.01, 0.5, 0.99])
        print(f"{name}: 1 % {ends[0]:.2f}, median {ends[1]:.2f}, 99 % {ends[2]:.2f} nats a token")
    return 0


def _quantiles(values: list[float]) -> list[float]:
    return [round(float(q), 4) for q in np.quantile(values, np.linspace(0, 1, 101))]


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    wanted = int(sys.argv[3]) if len(sys.argv) == 4 else 520
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), wanted))
