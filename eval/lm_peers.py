"""Other ways to score the same sentences with the same weights: a plain loop, published peers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

Score = Callable[[Sequence[str]], object]
_BATCHES = (1, 8, 32)


def peers(folder: Path, network: Any, tokenizer: Any) -> Iterator[tuple[str, Score]]:
    """Yield the name of each peer, with its batch size, and what scores texts with it."""
    yield "transformers, one text at a time", lambda texts: _plain(network, tokenizer, texts)
    yield from _minicons(folder)
    yield from _lmppl(network, folder)


def _plain(network: Any, tokenizer: Any, texts: Sequence[str]) -> list[float]:
    found = []
    with torch.inference_mode():
        for text in texts:
            ids = torch.tensor([0, *tokenizer.encode(text, add_special_tokens=False).ids])
            log_p = network(ids[None]).logits[0].log_softmax(-1)
            found.append(float(log_p[:-1].gather(1, ids[1:, None]).sum()))
    return found


def _minicons(folder: Path) -> Iterator[tuple[str, Score]]:
    from minicons import scorer

    peer = scorer.IncrementalLMScorer(str(folder), "cpu")

    def run(texts: Sequence[str], size: int) -> list[float]:
        found: list[float] = []
        for start in range(0, len(texts), size):
            batch = list(texts[start : start + size])
            found += [sum(p for _, p in words) for words in peer.token_score(batch)]
        return found

    for size in _BATCHES:
        name = f"minicons {version('minicons')}, batches of {size}"
        yield name, lambda texts, size=size: run(texts, size)


def _lmppl(network: Any, folder: Path) -> Iterator[tuple[str, Score]]:
    from lmppl import LM
    from transformers import AutoTokenizer

    # Its own loading passes a parameter that transformers 5 no longer takes; its loop is untouched.
    peer = LM.__new__(LM)
    peer.tokenizer = AutoTokenizer.from_pretrained(folder, pad_token="<|im_end|>")
    peer.model, peer.config, peer.device = network, network.config, torch.device("cpu")
    peer.max_length, peer.pad_token_initialized = None, False
    peer.loss_fct = torch.nn.CrossEntropyLoss(reduction="none")
    for size in _BATCHES:
        name = f"lmppl {version('lmppl')}, batches of {size}"
        yield name, lambda texts, size=size: peer.get_perplexity(list(texts), size)
