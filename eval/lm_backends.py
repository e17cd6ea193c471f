"""Time other ways to run the default model, and measure how far their scores drift from fp32.

Usage: python -m eval.lm_backends [MODEL.gguf]

All in one run on the same texts. Ways whose package is not installed (openvino, onnxruntime with
onnx and onnxscript, llama-cpp-python; MODEL.gguf is for the last) are left out with a line.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import spearmanr

from eval.bench_texts import texts
from mtaudit.lm import kernels
from mtaudit.lm.head import Head
from mtaudit.lm.llama import Llama, Shape, Weights
from mtaudit.lm.model import LanguageModel, load
from mtaudit.lm.scorer import Scorer

ROUNDS = 3
_WORDS, _ROWS = 3_000, 512
Scores = list[npt.NDArray[np.float64]]
Run = Callable[[Sequence[Sequence[int]]], Scores]


def rectangles(ids: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], torch.Tensor]]:
    """Yield texts of like length as padded rectangles with BOS before them."""
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    while order:
        count = max(1, _ROWS // (len(ids[order[0]]) + 1))
        some, order = order[:count], order[count:]
        width = len(ids[some[0]])
        yield some, torch.tensor([[0, *ids[i], *[0] * (width - len(ids[i]))] for i in some])


def padded(logits_of: Callable[[torch.Tensor], torch.Tensor]) -> Run:
    """Return a scorer over rectangles, from a function that gives logits."""

    def run(ids: Sequence[Sequence[int]]) -> Scores:
        found: Scores = [np.empty(0)] * len(ids)
        with torch.inference_mode():
            for some, rectangle in rectangles(ids):
                logits = logits_of(rectangle)[:, :-1].float()
                picked = logits.log_softmax(-1).gather(2, rectangle[:, 1:, None]).squeeze(2)
                for row, i in enumerate(some):
                    found[i] = picked[row, : len(ids[i])].double().numpy()
        return found

    return run


def packed(model: LanguageModel, dtype: torch.dtype, many: Sequence[str]) -> Run:
    """Return mtaudit's own scorer in a number format."""
    shape = Shape.of({**_config(model.folder)})
    assert shape is not None
    device = torch.device("cpu")
    network = Llama(shape, Weights(model.folder, device, dtype), device, dtype)
    head = Head(network.release_head(), torch.from_numpy(model.word_boundary(network.vocabulary)))
    other = LanguageModel(model.card, model.folder, model.tokenizer)
    other.__dict__.update(network=network, head=head)
    scorer = Scorer(other)
    return lambda ids: [np.array(score.logprobs) for score in scorer.score(many[: len(ids)])]


def _config(folder: Path) -> dict[str, Any]:
    from mtaudit.lm.folders import read_config

    return read_config(folder)


def ways(model: LanguageModel, many: Sequence[str], gguf: Path | None) -> Iterator[tuple[str, Run]]:
    """Yield the name of each way and what scores token ids by it."""
    from transformers import AutoModelForCausalLM

    yield "packed rows, oneDNN, fp32", packed(model, torch.float32, many)
    kernels.packs.cache_clear()
    original, kernels.packs = kernels.packs, lambda: False  # type: ignore[assignment]
    yield "packed rows, torch's default product, fp32", packed(model, torch.float32, many)
    kernels.packs = original
    yield "packed rows, bf16", packed(model, torch.bfloat16, many)
    stock = AutoModelForCausalLM.from_pretrained(model.folder, dtype=torch.float32).eval()
    yield "transformers, padded batches, fp32", padded(lambda x: stock(x, use_cache=False).logits)
    makers = [_compiled, _dynamic, _openvino, _onnx]
    for make in makers:
        yield from _guarded(make(stock))
    if gguf is not None:
        yield from _guarded(_llama_cpp(gguf))


def _guarded(made: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Pass on what can be made; one way that fails is no reason to lose the others."""
    try:
        yield from made
    except Exception as error:
        _left_out(error)


def _left_out(error: Exception) -> None:
    line = " ".join(str(error).split())[:160]
    print(f"left out: {type(error).__name__}: {line}", file=sys.stderr)


class _Logits(torch.nn.Module):
    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(input_ids=ids, use_cache=False).logits
        return logits


def _compiled(stock: Any) -> Iterator[tuple[str, Run]]:
    yield "transformers, torch.compile", padded(torch.compile(_Logits(stock), dynamic=True))


def _dynamic(stock: Any) -> Iterator[tuple[str, Run]]:
    from copy import deepcopy

    small = torch.ao.quantization.quantize_dynamic(
        deepcopy(stock), {torch.nn.Linear}, dtype=torch.qint8
    )
    yield "transformers, dynamic int8", padded(lambda x: small(x, use_cache=False).logits)


def _exported(stock: Any) -> Any:
    sizes = ({0: torch.export.Dim("batch"), 1: torch.export.Dim("width")},)
    example = (torch.zeros((2, 9), dtype=torch.long),)
    return torch.export.export(_Logits(stock), example, dynamic_shapes=sizes)


def _openvino(stock: Any) -> Iterator[tuple[str, Run]]:
    import openvino

    graph = openvino.convert_model(_exported(stock))
    for precision in ("f32", "bf16"):
        options = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
        compiled = openvino.compile_model(graph, "CPU", options)
        name = f"OpenVINO {openvino.__version__.partition('-')[0]}, {precision}"
        yield name, padded(lambda x, c=compiled: torch.from_numpy(c([x.numpy()])[0]))


def _onnx(stock: Any) -> Iterator[tuple[str, Run]]:
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as name:
        path, small = Path(name) / "model.onnx", Path(name) / "int8.onnx"
        torch.onnx.export(_exported(stock), (), str(path), dynamo=True)
        quantize_dynamic(path, small, weight_type=QuantType.QInt8, per_channel=True)
        for label, file in (("fp32", path), ("dynamic int8", small)):
            session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
            key = session.get_inputs()[0].name

            def logits(x: torch.Tensor, session: Any = session, key: str = key) -> torch.Tensor:
                return torch.from_numpy(session.run(None, {key: x.numpy()})[0])

            yield f"ONNX Runtime {onnxruntime.__version__}, {label}", padded(logits)


def _llama_cpp(gguf: Path) -> Iterator[tuple[str, Run]]:
    from llama_cpp import Llama as Peer

    peer = Peer(str(gguf), n_ctx=512, n_batch=512, n_threads=2, n_threads_batch=2,
                logits_all=True, verbose=False)  # fmt: skip

    def run(ids: Sequence[Sequence[int]]) -> Scores:
        found = []
        for text in ids:
            peer.reset()
            peer.eval([0, *text])
            logits = torch.from_numpy(np.array(peer.scores[: len(text)]))
            picked = logits.log_softmax(-1).gather(1, torch.tensor(text)[:, None])
            found.append(picked.squeeze(1).double().numpy())
        return found

    yield "llama.cpp, 4-bit weights, 8-bit activations", run


def weight_only() -> Iterator[tuple[str, float]]:
    """Yield the GFLOP/s of one product of the gated layers by torch's weight-only kernels."""
    rows, out, width, group = 1024, 3072, 576, 32
    x, weight = torch.randn(rows, width), torch.randn(out, width) * 0.03
    scale = weight.abs().amax(1) / 127
    eighth = (weight / scale[:, None]).round().to(torch.int8)
    nibbles = torch.randint(0, 16, (out, width), dtype=torch.int32)
    fourth = torch.ops.aten._convert_weight_to_int4pack_for_cpu(nibbles, 2)
    scales = torch.ones(width // group, out, 2)
    calls: list[tuple[str, Callable[[], object]]] = []
    multiply = kernels.linear(weight)
    calls.append(("fp32, oneDNN", lambda: multiply(x)))
    for dtype in (torch.float32, torch.bfloat16):
        name = str(dtype).removeprefix("torch.")
        given, s, z = x.to(dtype), scale.to(dtype), scales.to(dtype)
        calls.append(
            (
                f"int8 weights, {name} states",
                lambda given=given, s=s: torch.ops.aten._weight_int8pack_mm(given, eighth, s),
            )
        )
        calls.append((f"int4 weights, {name} states",
                      lambda given=given, z=z: torch.ops.aten._weight_int4pack_mm_for_cpu(
                          given, fourth, group, z)))  # fmt: skip
    with torch.inference_mode():
        for label, call in calls:
            call()
            best = float("inf")
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                call()
                best = min(best, time.perf_counter() - begun)
            yield label, 2 * rows * out * width / best / 1e9


def main(gguf: Path | None) -> int:
    """Print a table of rates and drifts, and one of weight-only products."""
    print("| one product of the gated layers, 1,024 rows | GFLOP/s |")
    print("|---|---|")
    for label, rate in _guarded(weight_only()):
        print(f"| {label} | {rate:,.0f} |", flush=True)
    print()
    model = load()
    many = list(texts(_WORDS))
    ids = [model.tokenizer.encode(text, add_special_tokens=False).ids for text in many]
    tokens = sum(map(len, ids))
    exact = [np.array(score.logprobs) for score in Scorer(model).score(many)]
    means = [float(scores.mean()) for scores in exact]
    print("| way | tokens/s | mean drift, nats a token | Spearman of text scores |")
    print("|---|---|---|---|")
    for name, run in ways(model, many, gguf):
        try:
            found = run(ids)
            best = float("inf")
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                run(ids)
                best = min(best, time.perf_counter() - begun)
        except Exception as error:
            _left_out(error)
            continue
        drift = float(np.abs(np.concatenate(found) - np.concatenate(exact)).mean())
        rank = float(spearmanr(means, [float(scores.mean()) for scores in found])[0])
        print(f"| {name} | {tokens / best:,.0f} | {drift:.4f} | {rank:.5f} |", flush=True)
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) == 2 else None))
