"""Time the language model against its limits and its peers, all in one run.

Usage: python -m eval.lm_bench RESULTS.json TABLE.md

Texts are pairs of the project's own example sentences. Rates are the best of several rounds that
take turns, so that a machine whose speed drifts drifts for all. The limit is the time that the
model's matrix products alone take, with the fastest kernel, for as many rows; a text takes a row
for each token and one for its end.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from eval.bench_texts import texts
from eval.lm_peers import peers
from mtaudit.document import Document, Segment, Span
from mtaudit.evidence import Hypothesis, Suspect
from mtaudit.lm import kernels
from mtaudit.lm.model import LanguageModel, load
from mtaudit.lm.scorer import Scorer
from mtaudit.names.resolver import questions
from mtaudit.text.words import WORD

ROUNDS = 3
TOKENS_A_WORD = 1.19  # of these texts
_WORDS, _PEER_WORDS = 8_000, 1_600
_GROWTH = (1_000, 10_000, 100_000)
# A peer sets the number of threads of every process that is started after it was imported.
_OWN = dict(os.environ)
_NAMES = ("Daesh", "Raqqa", "the Southern Transitional Council", "Hezbollah", "McGurk")


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def products(model: LanguageModel, stock: Any, rows: int) -> dict[str, float]:
    """Return rows a second of the matrix products alone: torch's default, and the packed ones."""
    weights = [m.weight for m in stock.modules() if isinstance(m, torch.nn.Linear)]
    packed = [kernels.linear(weight.detach()) for weight in weights]
    inputs = {weight.shape[1]: torch.randn(rows, weight.shape[1]) for weight in weights}

    def run(calls: Sequence[Callable[[torch.Tensor], torch.Tensor]]) -> None:
        with torch.inference_mode():
            for call, weight in zip(calls, weights, strict=True):
                step = 128 if weight.shape[0] == model.network.vocabulary else rows
                for start in range(0, rows, step):
                    call(inputs[weight.shape[1]][start : start + step])

    plain = [lambda x, w=w: functional.linear(x, w) for w in weights]
    rates = {}
    for name, calls in (("torch's default", plain), ("packed", packed)):
        rates[name] = rows / min(seconds(partial(run, calls)) for _ in range(ROUNDS + 1))
    return rates


def throughput(model: LanguageModel, stock: Any) -> dict[str, Any]:
    """Return rates of mtaudit, the limit and the peers on the same texts."""
    many = list(texts(_WORDS))
    few = many[: len(many) * _PEER_WORDS // _WORDS]
    scorer = Scorer(model)
    tokens = sum(len(score.logprobs) for score in scorer.score(many))
    tokens_few = sum(len(score.logprobs) for score in scorer.score(few))
    others = list(peers(model.folder, stock, model.tokenizer))
    rates: dict[str, float] = {}
    limit: dict[str, float] = {}
    for _ in range(ROUNDS):
        rate = tokens / seconds(lambda: scorer.score(many))
        rates["mtaudit"] = max(rates.get("mtaudit", 0.0), rate)
        for name, rate in products(model, stock, 1024).items():
            limit[name] = max(limit.get(name, 0.0), rate)
        for name, score in others:
            rate = tokens_few / seconds(lambda score=score: score(few))
            rates[name] = max(rates.get(name, 0.0), rate)
    rows = rates["mtaudit"] * (tokens + len(many)) / tokens
    best = max(limit.values())
    fastest = max(rate for name, rate in rates.items() if name != "mtaudit")
    return {
        "tokens": tokens,
        "tokens_per_second": rates,
        "rows_per_second": rows,
        "limit_rows_per_second": limit,
        "limit_gflops": best * 2 * model.card.parameters / 1e9,
        "share_of_limit": rows / best,
        "times_the_fastest_peer": rates["mtaudit"] / fastest,
    }


def rescoring(model: LanguageModel) -> dict[str, float]:
    """Return how often the article could be scored while a hundred names of it are weighed."""
    article = list(texts(550))
    # The project's sentences are short; two of them are as long as one of the news.
    text = "\n\n".join(article)
    starts = [text.index(one) for one in article]
    spans = [Span(at, at + len(one)) for at, one in zip(starts, article, strict=True)]
    segments = tuple(Segment(span, number) for number, span in enumerate(spans))
    document = Document("bench", text, segments=segments)
    requests = []
    for segment in document.segments[:20]:
        words = list(WORD.finditer(document.text, segment.span.start, segment.span.end))
        place = Span(*words[len(words) // 3].span())
        guesses = tuple(Hypothesis("", name, "", place, 0.0, 0.0, "literal") for name in _NAMES)
        requests.extend(questions(document, Suspect(place, guesses)))
    scorer = Scorer(model)
    weigh = min(seconds(lambda: scorer.rescore_all(requests)) for _ in range(ROUNDS))
    score = min(seconds(lambda: scorer.score(article)) for _ in range(ROUNDS))
    return {
        "hypotheses": sum(len(spelled) for _, _, spelled in requests),
        "times_scoring_the_article": weigh / score,
    }


def growth() -> list[dict[str, float]]:
    """Return time and peak memory of fresh processes that score ever more text."""
    found = []
    for tokens in _GROWTH:
        command = [sys.executable, "-m", "eval.lm_bench", "--grow", str(tokens)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=_OWN)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return found


def grow(tokens: int) -> None:
    """Score about so many tokens as a stream, and print rate and peak memory."""
    scorer = Scorer(load())
    scorer.score(["The network is read before the clock starts."])
    begun, count = time.perf_counter(), 0
    for score in scorer.stream(texts(int(tokens / TOKENS_A_WORD) + 40)):
        count += len(score.logprobs)
    spent = time.perf_counter() - begun
    # Not getrusage, whose figure begins with that of the parent.
    peaks = [x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x]
    peak = int(peaks[0].split()[1]) * 1024 / 1e6
    print(
        json.dumps(
            {"tokens": count, "seconds": spent, "per_second": count / spent, "peak_mb": peak}
        )
    )


def starts(model: LanguageModel) -> dict[str, float]:
    """Return the wall seconds of whole ``mtaudit check`` processes, the best of three."""
    with tempfile.TemporaryDirectory() as name:
        short, long = Path(name) / "short.txt", Path(name) / "long.txt"
        short.write_text("\n\n".join(texts(60)), encoding="utf-8")
        long.write_text("\n\n".join(texts(550)), encoding="utf-8")
        weights = next(model.folder.glob("*.safetensors"))

        def check(path: Path, *options: str, cold: bool = False) -> float:
            command = [sys.executable, "-m", "mtaudit", "check", "--fail-on", "never", *options]
            spent = []
            for _ in range(ROUNDS):
                if cold:
                    with weights.open("rb") as file:
                        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                spent.append(
                    seconds(
                        lambda: subprocess.run(
                            [*command, path], capture_output=True, check=True, env=_OWN
                        )
                    )
                )
            return min(spent)

        check(short, "--no-lm")
        return {
            "names and rules only, 60 words": check(short, "--no-lm"),
            "names and rules only, 550 words": check(long, "--no-lm"),
            "full, 550 words, weights not in memory": check(long, "--no-cache", cold=True),
            "full, 550 words, weights in memory": check(long, "--no-cache"),
            "full, 550 words, audited before": [check(long), check(long)][1],
        }


def host(model: LanguageModel) -> dict[str, float]:
    """Return tokens a second of everything but the network: what can feed a GPU."""
    many = list(texts(60_000))
    scorer = Scorer(model)
    scorer._runner.measure = lambda *_: None  # type: ignore[method-assign]
    count = sum(len(score.logprobs) for score in scorer.score(many))
    return {"tokens_per_second": count / min(seconds(lambda: scorer.score(many)) for _ in range(3))}


def table(results: dict[str, Any]) -> str:
    """Return the results as a page of the docs."""
    t, m = results["throughput"], results["machine"]
    fastest = max(r for n, r in t["tokens_per_second"].items() if n != "mtaudit")
    lines = [
        "# Speed of the language model",
        "",
        f"Made by `make bench` in one run on {m['cpu']}, {m['cores']} cores, torch {m['torch']}, "
        f"fp32. Rates of one run can be compared with each other, not with those of another "
        "machine.",
        "",
        "| scorer, same sentences and weights | tokens/s | against the fastest peer |",
        "|---|---|---|",
    ]
    for name, rate in sorted(t["tokens_per_second"].items(), key=lambda item: -item[1]):
        lines.append(f"| {name} | {rate:,.0f} | {rate / fastest:.2f} |")
    lines += ["", "| matrix products alone | rows/s |", "|---|---|"]
    lines += [f"| {name} | {rate:,.0f} |" for name, rate in t["limit_rows_per_second"].items()]
    lines += [
        "",
        f"The faster of the two is the limit ({t['limit_gflops']:,.0f} GFLOP/s). mtaudit reads "
        f"{t['rows_per_second']:,.0f} rows/s, a row for each token and one for each text's end: "
        f"{t['share_of_limit']:.2f} of the limit.",
        "",
        f"Weighing {results['rescoring']['hypotheses']} hypotheses of an article takes "
        f"{results['rescoring']['times_scoring_the_article']:.2f} times as long as scoring it.",
        "",
        "| tokens, as a stream | tokens/s | peak memory, MB |",
        "|---|---|---|",
    ]
    for row in results["growth"]:
        lines.append(f"| {row['tokens']:,} | {row['per_second']:,.0f} | {row['peak_mb']:,.0f} |")
    lines += ["", "| `mtaudit check`, whole process | seconds |", "|---|---|"]
    lines += [f"| {name} | {spent:.2f} |" for name, spent in results["starts"].items()]
    lines += [
        "",
        "Everything but the network (tokenising, laying out, assembling) handles "
        f"{results['host']['tokens_per_second']:,.0f} tokens/s in one process.",
        "",
    ]
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    info = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (info.read_text() if info.is_file() else "").splitlines()
        if line.startswith("model name")
    ]
    return {
        "cpu": names[0] if names else platform.processor(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "cores": os.cpu_count(),
        "torch": version("torch"),
        "transformers": version("transformers"),
    }


def main(out: Path, page: Path) -> int:
    """Run everything, write the results and the page."""
    from transformers import AutoModelForCausalLM

    model = load()
    stock = AutoModelForCausalLM.from_pretrained(model.folder, dtype=torch.float32).eval()
    results: dict[str, Any] = {"machine": machine(), "model": model.card.digest}
    for name, work in (
        ("throughput", lambda: throughput(model, stock)),
        ("rescoring", lambda: rescoring(model)),
        ("host", lambda: host(model)),
        ("growth", growth),
        ("starts", lambda: starts(model)),
    ):
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        results[name] = work()
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    page.write_text(table(results), encoding="utf-8")
    print(table(results))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if sys.argv[1] == "--grow":
        grow(int(sys.argv[2]))
    else:
        sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
