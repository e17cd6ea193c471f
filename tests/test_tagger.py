"""The error tagger: numpy against torch, artefacts that do not fit, what the audit tells."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from eval.tagger.network import Network as Trained
from eval.tagger.network import Sizes
from eval.tagger.planting import plant
from mtaudit.errors import ModelError
from mtaudit.lm.model import LanguageModel, load_folder
from mtaudit.lm.scorer import Scorer
from mtaudit.tagger.network import Network
from mtaudit.tagger.tagger import LAYOUT, OUTPUTS, Tagger, shipped, tagger_of
from tests.tiny import tiny_folder

WIDTH, LAYERS = 24, 2


def network(seed: int, width: int = WIDTH, projected: int = 8) -> Trained:
    torch.manual_seed(seed)
    return Trained(Sizes(width, projected=projected, hidden=6, tasks=5)).eval()


@pytest.fixture
def trained() -> Trained:
    return network(3)


@pytest.fixture
def pair() -> tuple[Trained, Trained]:
    """Two networks that project to different widths."""
    return network(3), network(4, projected=5)


# What the two networks of the tests tell: five log-odds and a rating each.
ROWS = [
    [0.5, 0.0, 0.0, 0.0, 0.5, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.5],
    [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.5, 0.0, 0.0, 0.0, 0.25],
    [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
]


def scales(width: int) -> dict[str, torch.Tensor]:
    return {"states.mean": torch.randn(width), "states.spread": torch.rand(width) + 0.5,
            "figures.mean": torch.randn(6), "figures.spread": torch.rand(6) + 0.5}  # fmt: skip


def tensors(network: Trained, width: int = WIDTH) -> dict[str, torch.Tensor]:
    found = {name: value.clone() for name, value in network.state_dict().items()}
    return found | scales(width)


def members(*networks: Trained, width: int = WIDTH) -> dict[str, torch.Tensor]:
    found = scales(width)
    for member, network in zip(("all", "mqm1"), networks, strict=True):
        found |= {f"{member}.{name}": v.clone() for name, v in network.state_dict().items()}
    return found


def write(path: Path, parts: dict[str, torch.Tensor], **changed: str) -> Path:
    about = {"layout": str(LAYOUT), "model": "m", "layers": "[1, 2]",
             "members": '["all", "mqm1"]', "weights": json.dumps(ROWS)}  # fmt: skip
    save_file(parts, path, about | changed)
    return path


def test_numpy_reads_as_torch_does(trained: Trained) -> None:
    weights = tensors(trained)
    draw = np.random.default_rng(1)
    lengths = [5, 1, 9, 9, 0, 3]
    splits = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    states = draw.normal(0, 6, (splits[-1], WIDTH)).astype(np.float32)  # some beyond the bounds
    figures = draw.normal(0, 3, (splits[-1], 6)).astype(np.float32)
    own = Network({name: value.numpy() for name, value in weights.items()})
    held = np.clip(states, *own.bounds)
    found = own.read(held @ own.projection + own.projection_bias, figures, splits)

    def scaled(values: np.ndarray, name: str) -> torch.Tensor:
        mean, spread = weights[f"{name}.mean"], weights[f"{name}.spread"]
        return ((torch.from_numpy(values) - mean) / spread).clamp(-8, 8)

    for first, last in pairwise(splits.tolist()):
        if first == last:
            continue
        with torch.inference_mode():
            odds, rating = trained(
                scaled(states[first:last], "states")[None],
                scaled(figures[first:last], "figures")[None],
                torch.tensor([last - first]),
            )
        assert found[first:last, :-1] == pytest.approx(odds[0].numpy(), abs=1e-4)
        assert found[first:last, -1].mean() == pytest.approx(float(rating), abs=1e-4)


def test_figures_are_weighted_sums_of_what_the_networks_tell(
    pair: tuple[Trained, Trained], tmp_path: Path
) -> None:
    weights = members(*pair)
    tagger = Tagger(write(tmp_path / "t.safetensors", weights))
    scale = {name: weights[name].numpy() for name in weights if "." in name and name in scales(1)}
    splits = np.array([0, 4], dtype=np.int32)
    states = np.random.default_rng(2).normal(size=(4, WIDTH)).astype(np.float32)
    figures = np.random.default_rng(3).normal(size=(4, 6)).astype(np.float32)
    a, b = (
        own.read(states @ own.projection + own.projection_bias, figures, splits)
        for own in (
            Network(scale | {name: v.numpy() for name, v in one.state_dict().items()})
            for one in pair
        )
    )
    told = tagger.read(states @ tagger.projection + tagger.projection_bias, figures, splits)

    def chance(odds: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-odds))

    assert told.shape == (4, len(OUTPUTS))
    assert told[:, 0] == pytest.approx(chance(0.5 * a[:, 0] + 0.5 * a[:, 4] + 2 * b[:, 0] - 0.5))
    assert told[:, 1] == pytest.approx(chance(a[:, 1] - 1.0))
    assert told[:, 2] == pytest.approx(chance(1.5 * b[:, 2] + 0.25))
    assert told[:, 3] == pytest.approx(chance(a[:, 3]))
    assert told[:, 4] == pytest.approx(a[:, 5])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"layout": "0"}, r"has layout 0 and this version reads 2; make it again with `python -m"),
        ({"layers": "two"}, "lacks"),
        ({"weights": "["}, "lacks"),
        ({"weights": "[[1.0]]"}, "lacks weights for 12 figures"),
        ({"members": '["all", "other"]'}, "lacks"),
    ],
)
def test_another_layout_is_refused(
    pair: tuple[Trained, Trained], tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    path = write(tmp_path / "t.safetensors", members(*pair), **changed)
    with pytest.raises(ModelError, match=said):
        Tagger(path)


def test_a_missing_tensor_a_damaged_file_and_none_are_refused(
    pair: tuple[Trained, Trained], tmp_path: Path
) -> None:
    weights = members(*pair)
    del weights["mqm1.mix.weight"]
    with pytest.raises(ModelError, match=r"lacks 'mix.weight'; make it again"):
        Tagger(write(tmp_path / "less.safetensors", weights))
    whole = write(tmp_path / "whole.safetensors", members(*pair)).read_bytes()
    (tmp_path / "half.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="is damaged"):
        Tagger(tmp_path / "half.safetensors")
    with pytest.raises(ModelError, match="is missing; reinstall mtaudit"):
        Tagger(tmp_path / "none.safetensors")


def test_readings_do_not_depend_on_neighbours_windows_or_the_cache(tmp_path: Path) -> None:
    tiny_folder(tmp_path, "llama")
    model: LanguageModel = load_folder(tmp_path)
    width = int(model.network.shape.width)  # type: ignore[attr-defined]
    both = network(5, width * 2), network(6, width * 2)
    layers = json.dumps([1, model.network.shape.layers])  # type: ignore[attr-defined]
    path = write(tmp_path / "t.safetensors", members(*both, width=width * 2), layers=layers)
    tagger = Tagger(path)
    texts = ["the heron in the sea", "a b", "of the heath", ""]
    together = Scorer(model, reader=tagger).score(texts)
    for text, score in zip(texts, together, strict=True):
        (alone,) = Scorer(model, reader=tagger, batch_rows=1).score([text])
        assert len(score.readings) == len(OUTPUTS)
        for one, other in zip(score.readings, alone.readings, strict=True):
            assert list(one) == pytest.approx(list(other), abs=1e-4)
    assert Scorer(model, reader=tagger).reader_digest == tagger.digest
    assert Scorer(model).reader_digest == ""


def test_the_shipped_tagger_is_of_the_default_model() -> None:
    tagger = Tagger(shipped())
    assert shipped().stat().st_size < 40_000_000
    assert tagger.layers == tuple(sorted(tagger.layers))
    assert tagger_of("another model") is None
    assert tagger_of(tagger.model) is not None


def test_what_is_planted_stands_where_the_mark_says() -> None:
    text = (
        "The regional governor told Reuters on Monday that his office would publish the list of "
        "the villages that Northern Command had shelled, and he asked for patience."
    )
    draw = random.Random(4)
    kinds = set()
    for _ in range(300):
        found = plant(text, draw)
        assert found is not None
        ((start, end, weight),) = found.marks
        assert found.text != text or found.kind == "scrambled"
        assert 0 <= start < end <= len(found.text)
        assert found.text[start:end].strip() == found.text[start:end]
        # What stands before the mark is as it was.
        assert text.startswith(found.text[: max(0, start - 1)].rstrip())
        assert weight in (1.0, 5.0)
        kinds.add(found.kind)
    assert {"lost article", "name read", "exchanged", "said twice", "verb form"} <= kinds
    assert plant("Too short.", draw) is None
