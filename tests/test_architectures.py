"""Every way a causal network may differ, against transformers, on small random models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mtaudit.document import Span
from mtaudit.errors import ModelError
from mtaudit.lm.batching import Batch
from mtaudit.lm.generic import Generic
from mtaudit.lm.llama import Llama
from mtaudit.lm.model import LanguageModel, choose_device, load_folder
from mtaudit.lm.scorer import Scorer
from mtaudit.lm.windows import windows
from tests.tiny import tiny_folder

LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 5e5, "factor": 8.0, "low_freq_factor": 1.0,
    "high_freq_factor": 4.0, "original_max_position_embeddings": 32,
}  # fmt: skip
ARCHITECTURES: list[tuple[str, dict[str, Any], type]] = [
    ("llama", {}, Llama),
    ("llama", {"tie_word_embeddings": True}, Llama),
    ("llama", {"num_key_value_heads": 4}, Llama),
    ("llama", {"rope_theta": 500.0, "head_dim": 16}, Llama),
    ("llama", {"attention_bias": True}, Generic),
    ("llama", {"rope_parameters": LLAMA3}, Generic),
    ("qwen2", {}, Generic),
    ("gpt2", {"n_embd": 32, "n_head": 4, "n_layer": 2, "n_positions": 64}, Generic),
    ("gemma2", {"head_dim": 8, "final_logit_softcapping": 5.0, "sliding_window": 64}, Generic),
    ("cohere", {"logit_scale": 0.25}, Generic),
    ("granite", {"logits_scaling": 4.0}, Generic),
]
TEXTS = ["the heron in the sea", "a b", "the the the", "x", "of the heath and of the sea, and on"]


def expected(stock: Any, ids: list[int], size: int, overlap: int) -> list[float]:
    """Log-probability of each token, window by window."""
    found = [0.0] * len(ids)
    for window in windows(len(ids), size, overlap):
        part = [0, *ids[window.start : window.end]]
        with torch.inference_mode():
            log_p = stock(torch.tensor([part])).logits[0].double().log_softmax(-1)
        for position in range(window.first, window.end):
            found[position] = float(log_p[position - window.start, ids[position]])
    return found


@pytest.mark.parametrize(("kind", "own", "network"), ARCHITECTURES, ids=str)
def test_scores_are_those_of_transformers(
    tmp_path: Path, kind: str, own: dict[str, Any], network: type
) -> None:
    stock = tiny_folder(tmp_path, kind, **own)
    scorer = Scorer(load_folder(tmp_path))
    assert type(scorer.model.network) is network
    for text, score in zip(TEXTS, scorer.score(TEXTS), strict=True):
        ids = scorer.model.tokenizer.encode(text, add_special_tokens=False).ids
        assert list(score.logprobs) == pytest.approx(expected(stock, ids, 64, 0), abs=1e-3)
    span = Span(4, 9)
    gains = scorer.rescore(TEXTS[0], span, ["sea", "heron", "the heath of the sea"])
    totals = scorer.log_probability(
        [TEXTS[0], "the sea in the sea", TEXTS[0], "the the heath of the sea in the sea"]
    )
    assert gains == pytest.approx([total - totals[0] for total in totals[1:]], abs=1e-3)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, LanguageModel]:
    folder = tmp_path_factory.mktemp("tiny")
    return tiny_folder(folder, "llama"), load_folder(folder)


@settings(max_examples=60)
@given(
    texts=st.lists(st.text("the haron\n ", max_size=70), max_size=12),
    batch_rows=st.integers(1, 300),
    window=st.integers(4, 63),
    threads=st.integers(1, 2),
    characters=st.integers(1, 400),
)
def test_nothing_around_a_text_changes_its_scores(
    tiny: tuple[Any, LanguageModel],
    texts: list[str],
    batch_rows: int,
    window: int,
    threads: int,
    characters: int,
) -> None:
    stock, model = tiny
    scorer = Scorer(
        model, batch_rows=batch_rows, window=window, overlap=window // 3, characters=characters
    )
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        scores = scorer.score(texts)
    finally:
        torch.set_num_threads(before)
    for text, score in zip(texts, scores, strict=True):
        ids = model.tokenizer.encode(text, add_special_tokens=False).ids
        wanted = expected(stock, ids, window, window // 3)
        assert list(score.logprobs) == pytest.approx(wanted, abs=1e-3)


@settings(max_examples=60)
@given(
    text=st.text("the haron ", min_size=1, max_size=50),
    cut=st.tuples(st.integers(0, 50), st.integers(0, 50)),
    replacements=st.lists(st.text("the haron ", max_size=20), min_size=1, max_size=6),
    batch_rows=st.integers(1, 300),
)
def test_rescoring_is_the_difference_of_whole_texts(
    tiny: tuple[Any, LanguageModel],
    text: str,
    cut: tuple[int, int],
    replacements: list[str],
    batch_rows: int,
) -> None:
    _, model = tiny
    start, end = sorted(min(place, len(text)) for place in cut)
    gains = Scorer(model, batch_rows=batch_rows).rescore(text, Span(start, end), replacements)
    totals = Scorer(model).log_probability(
        [text, *(text[:start] + r + text[end:] for r in replacements)]
    )
    assert gains == pytest.approx([total - totals[0] for total in totals[1:]], abs=1e-3)


def test_words_against_a_direct_computation(tiny: tuple[Any, LanguageModel]) -> None:
    """Pimentel & Meister (2024) summed over every token of a vocabulary of 262."""
    stock, model = tiny
    text = "the heath  of\nhare"
    tokens = [model.tokenizer.id_to_token(number) for number in range(model.network.vocabulary)]
    # A byte-level vocabulary spells the bytes up to 32 by the characters from 256 on.
    spaces = {chr(256 + byte) for byte in range(33) if chr(byte).isspace()}
    spaced = [token[0] in spaces for token in tokens]
    ends = torch.tensor([mark or number in (0, 2) for number, mark in enumerate(spaced)])
    ids = model.tokenizer.encode(text, add_special_tokens=False).ids
    with torch.inference_mode():
        p = stock(torch.tensor([[0, *ids]])).logits[0].double().softmax(-1)
    pieces = [model.tokenizer.decode([number]) for number in ids]
    starts, place = [], 0
    for piece in pieces:
        starts.append(place + len(piece) - len(piece.lstrip()))
        place += len(piece)
    wanted = []
    for word in ("the", "heath", "of", "hare"):
        at = text.index(word)
        own = [
            i
            for i, start in enumerate(starts)
            if at <= start < at + len(word) and pieces[i].strip()
        ]
        surprisal = -sum(float(p[i, ids[i]].log()) for i in own)
        surprisal -= float(p[own[-1] + 1][ends].sum().log())
        if pieces[own[0]][0].isspace():
            surprisal += float(p[own[0]][ends].sum().log())
        wanted.append(surprisal)
    (score,) = Scorer(model).score([text])
    assert [word.span.of(text) for word in score.words] == ["the", "heath", "of", "hare"]
    assert list(score.surprisals) == pytest.approx(wanted, abs=1e-3)


class Tight:
    """A network that has memory for so many rows only."""

    shares_prefixes = True

    def __init__(self, network: Any, rows: int, error: Exception) -> None:
        self._network, self._rows, self._error = network, rows, error

    @property
    def vocabulary(self) -> int:
        return int(self._network.vocabulary)

    def states(self, batch: Batch, layers: Sequence[int] = ()) -> tuple[torch.Tensor, torch.Tensor]:
        if len(batch.ids) > self._rows:
            raise self._error
        states: tuple[torch.Tensor, torch.Tensor] = self._network.states(batch, layers)
        return states


def tight(model: LanguageModel, rows: int, error: Exception) -> LanguageModel:
    other = LanguageModel(model.card, model.folder, model.tokenizer)
    # What was computed once is kept in the instance's own dictionary.
    other.__dict__.update(network=Tight(model.network, rows, error), head=model.head)
    return other


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
    ids=["cuda", "cpu", "python"],
)
def test_out_of_memory_halves_the_batch(tiny: tuple[Any, LanguageModel], error: Exception) -> None:
    _, model = tiny
    texts = [f"the heron in the sea {number}" for number in range(30)]
    notices: list[str] = []
    scorer = Scorer(tight(model, 100, error), notice=notices.append)
    for a, b in zip(scorer.score(texts), Scorer(model).score(texts), strict=True):
        assert list(a.logprobs) == pytest.approx(list(b.logprobs), abs=1e-3)
    assert "out of memory" in notices[0]
    assert "going on with" in notices[0]
    scorer = Scorer(tight(model, 100, error), notice=notices.append)
    requests = [(text, Span(4, 9), ("hare", "the heath")) for text in texts]
    for a, b in zip(scorer.rescore_all(requests), Scorer(model).rescore_all(requests), strict=True):
        assert a == pytest.approx(b, abs=1e-3)


def test_a_text_that_memory_cannot_hold_is_said(tiny: tuple[Any, LanguageModel]) -> None:
    scorer = Scorer(tight(tiny[1], 10, MemoryError()))
    with pytest.raises(ModelError, match="does not fit in memory"):
        scorer.score(["the heron in the sea, the heron in the sea"])


def test_another_error_is_no_lack_of_memory(tiny: tuple[Any, LanguageModel]) -> None:
    scorer = Scorer(tight(tiny[1], 1, RuntimeError("shape mismatch")))
    with pytest.raises(RuntimeError, match="shape mismatch"):
        scorer.score(["the heron"])


def test_numbers_that_are_not_finite(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    tiny_folder(tmp_path, "llama")
    weights = load_file(tmp_path / "model.safetensors")
    weights["model.layers.0.mlp.down_proj.weight"][0, 0] = float("nan")
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    scorer = Scorer(load_folder(tmp_path))
    with pytest.raises(ModelError, match="not finite"):
        scorer.score(["the heron"])
    with pytest.raises(ModelError, match="not finite"):
        scorer.rescore("the heron", Span(0, 3), ["a"])


def test_weights_that_lack_a_tensor(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    tiny_folder(tmp_path, "llama")
    weights = load_file(tmp_path / "model.safetensors")
    del weights["model.norm.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lack model\.norm\.weight"):
        Scorer(load_folder(tmp_path)).score(["the heron"])


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"hidden_size": 64}, r"embed_tokens\.weight of 262 x 32 .* asks for any x 64"),
        ({"intermediate_size": 47}, r"gate_proj\.weight of 48 x 32 .* asks for 47 x 32"),
        ({"num_key_value_heads": 4}, r"k_proj\.weight of 16 x 32 .* asks for 32 x 32"),
        ({"num_hidden_layers": 3}, r"lack model\.layers\.2\."),
    ],
)
def test_weights_that_the_configuration_does_not_fit(
    tmp_path: Path, settings_: dict[str, int], message: str
) -> None:
    tiny_folder(tmp_path, "llama")
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({**config, **settings_}), "utf-8")
    with pytest.raises(ModelError, match=message):
        Scorer(load_folder(tmp_path)).score(["the heron"])


def test_a_head_of_its_own_must_be_there(tmp_path: Path) -> None:
    tiny_folder(tmp_path, "llama", tie_word_embeddings=True)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    (tmp_path / "config.json").write_text(
        json.dumps({**config, "tie_word_embeddings": False}), "utf-8"
    )
    with pytest.raises(ModelError, match=r"lack lm_head\.weight"):
        Scorer(load_folder(tmp_path)).score(["the heron"])


def test_a_tokenizer_without_fast_offsets(tmp_path: Path) -> None:
    """A slow tokenizer has no tokenizer.json: the message says how to get one."""
    tiny_folder(tmp_path, "llama")
    (tmp_path / "tokenizer.json").rename(tmp_path / "vocab.json")
    with pytest.raises(ModelError, match="save the tokenizer with transformers' fast tokenizer"):
        load_folder(tmp_path)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_no_gpu() -> None:
    assert choose_device("auto") == "cpu"
    with pytest.raises(ModelError, match="use --device cpu"):
        choose_device("cuda")
