"""Batches: what is asked of which row, for any texts, budget and padding."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mtaudit.errors import ModelError
from mtaudit.lm import rescoring
from mtaudit.lm.batching import FIGURES, Sequences, lay_out, pack, whole_texts
from mtaudit.lm.encoding import encode
from mtaudit.lm.head import Head
from mtaudit.lm.llama import Llama, Shape, Weights
from mtaudit.lm.model import load_folder
from mtaudit.lm.runner import fastest
from tests.tiny import tiny_folder, tiny_tokenizer

BOS = 7


@given(
    counts=st.lists(st.integers(0, 40), max_size=15),
    budget=st.integers(1, 120),
    padded=st.booleans(),
    size=st.integers(2, 30),
)
def test_every_token_is_asked_once_after_all_it_may_see(
    counts: list[int], budget: int, padded: bool, size: int
) -> None:
    splits = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    ids = np.arange(100, 100 + int(splits[-1]), dtype=np.int32)
    sequences = whole_texts(splits, size, size // 2)
    asked: dict[int, int] = {}
    for chosen in pack(sequences.rows, budget, padded=padded):
        batch = lay_out(ids, sequences, chosen, BOS, padded=padded)
        lengths = [group.length for group in batch.groups]
        assert lengths == sorted(lengths, reverse=True)
        assert not padded or len(lengths) == 1
        rows = sum(group.count * group.length for group in batch.groups)
        assert rows <= budget or len(chosen) == 1
        owner = {}
        for group in batch.groups:
            for number in range(group.count):
                start = group.row + number * group.length
                assert batch.ids[start] == BOS
                assert batch.positions[start] == 0
                owner.update(dict.fromkeys(range(start, start + group.length), start))
        for row, target, slot in zip(batch.rows, batch.targets, batch.slots, strict=True):
            assert slot not in asked
            asked[int(slot)] = int(target)
            start = owner[int(row)]
            read = batch.ids[start + 1 : row + 1]
            assert batch.positions[row] == row - start
            # What the row has read are the tokens right before the one it is asked about.
            if target != BOS and len(read):
                assert read.tolist() == list(range(target - len(read), target))
    wanted = {}
    for text, (a, b) in enumerate(pairwise(splits.tolist())):
        wanted.update({token + text: 100 + token for token in range(a, b)})
        if b > a:
            wanted[b + text] = BOS
    assert asked == wanted


@given(
    text=st.lists(st.integers(1, 3), min_size=1, max_size=12),
    others=st.lists(st.lists(st.integers(1, 3), max_size=12), min_size=1, max_size=5),
    budget=st.integers(1, 60),
)
def test_trees_ask_for_what_differs(text: list[int], others: list[list[int]], budget: int) -> None:
    """Each variant's entries are its tokens behind the shared ones, and the text's against them."""
    variants = tuple(rescoring.variant(n, text, other) for n, other in enumerate(others))
    found: dict[int, list[list[int]]] = {n: [[], []] for n in range(len(others))}
    for forest in rescoring.forests([rescoring.Tree(text, variants)], budget, BOS):
        for owner, sign, source in zip(forest.owners, forest.signs, forest.sources, strict=True):
            found[int(owner)][int(sign < 0)].append(int(forest.batch.targets[source]))
    for number, other in enumerate(others):
        shared = variants[number].shared
        assert text[:shared] == other[:shared]
        assert found[number] == [other[shared:], text[shared:]]


def test_the_fastest_size_that_fits_is_taken() -> None:
    times = {10: 1.0, 20: 1.5, 40: 3.5}
    assert fastest((10, 20, 40), times.__getitem__) == 20

    def refuse(rows: int) -> float:
        if rows > 10:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return 1.0

    assert fastest((10, 20, 40), refuse) == 10
    with pytest.raises(ModelError, match="--device cpu"):
        fastest((20, 40), refuse)


def test_half_precision_is_close_and_padding_changes_nothing(tmp_path: Path) -> None:
    """The number format and the rectangles of a GPU, on a CPU."""
    tiny_folder(tmp_path, "llama")
    model = load_folder(tmp_path)
    texts = ["the heron in the sea", "a b", "of the heath"]
    encoded = encode(tiny_tokenizer(), texts)
    sequences = whole_texts(encoded.token_splits, 63, 0)
    chosen = np.argsort(-sequences.rows)
    exact = np.zeros((FIGURES, len(encoded.ids) + len(texts)))
    answers = {}
    for dtype in (torch.float32, torch.bfloat16):
        shape = Shape.of({**_config(tmp_path)})
        assert shape is not None
        device = torch.device("cpu")
        network = Llama(shape, Weights(tmp_path, device, dtype), device, dtype)
        boundary = torch.from_numpy(model.word_boundary(network.vocabulary))
        head = Head(network.release_head(), boundary)
        for padded in (False, True):
            batch = lay_out(encoded.ids, sequences, chosen, 0, padded=padded)
            with torch.inference_mode():
                states = network.states(batch)[0][torch.from_numpy(batch.rows)]
                found = head.measure(states, torch.from_numpy(batch.targets))
            table = np.zeros_like(exact)
            table[:, batch.slots] = found.numpy()
            answers[dtype, padded] = table
    exact = answers[torch.float32, False]
    assert answers[torch.float32, True] == pytest.approx(exact, abs=1e-4)
    for padded in (False, True):
        near = answers[torch.bfloat16, padded]
        assert near[:4] == pytest.approx(exact[:4], abs=0.4)  # a rank jumps where two come close
        assert np.abs(near - exact)[:4].max() > 1e-4


def _config(folder: Path) -> dict[str, object]:
    from mtaudit.lm import folders

    return folders.read_config(folder)


def test_sequences_count_their_rows() -> None:
    one = np.array([3])
    assert Sequences(one, one, one * 0, one, np.array([1])).rows.tolist() == [4]
