"""Train the error tagger on extracted features and measure it on what it has not seen.

Three kinds of networks read the same states: "all" learns from everything that was marked, "mqm"
from annotators' spans alone, which are what editors mark in news, and "slips" from slips of grammar
and word order planted in sound text.

Usage: python -m eval.tagger.train BENCH FEATURES OUT.safetensors [--epochs N] [--hidden N]
           [--layers 20,28] [--without SOURCE,...] [--seed N]
           [--reuse OLD.safetensors --members-of-old all,mqm1,mqm2]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sklearn.linear_model import LogisticRegression
from torch.nn import functional

from eval.tagger import data, measure
from eval.tagger.dataset import TASKS, Floats, Tokens, load
from eval.tagger.network import Network, Sizes
from mtaudit.lm.model import load as load_model
from mtaudit.tagger.tagger import LAYOUT, OUTPUTS

# Sources in which annotators marked spans.
SPANS = ("newstest2020", "ted2021", "bio")
MEASURED = (*(f"qe-{name}-dev" for name in (*data.LANGUAGES, "km")), "newstest2021", "systems-ar",
            "demetr", "human")  # fmt: skip


class Scale:
    """Mean and spread of each feature over the training tokens."""

    def __init__(self, tokens: Tokens) -> None:
        pick = np.random.default_rng(1).choice(len(tokens.states), 60_000, replace=False)
        pick.sort()
        states = tokens.states[pick].astype(np.float32)
        self.states = torch.from_numpy(states.mean(0)), torch.from_numpy(states.std(0) + 1e-3)
        figures = tokens.figures[pick]
        self.figures = torch.from_numpy(figures.mean(0)), torch.from_numpy(figures.std(0) + 1e-3)


def batches(tokens: Tokens, budget: int, draw: np.random.Generator | None) -> Iterator[list[int]]:
    """Yield the numbers of texts of like length that go together, longest first in each."""
    lengths = np.array([text.last - text.first for text in tokens.texts])
    noise = 0.0 if draw is None else draw.uniform(0, 6, len(lengths))
    order = np.argsort(-(lengths + noise), kind="stable")
    found: list[list[int]] = [[]]
    size = 0
    for number in order.tolist():
        if found[-1] and size + lengths[number] > budget:
            found.append([])
            size = 0
        found[-1].append(number)
        size += lengths[number]
    if draw is not None:
        draw.shuffle(found)  # type: ignore[arg-type]
    for batch in found:
        yield sorted(batch, key=lambda number: -lengths[number])


def padded(tokens: Tokens, batch: Sequence[int], scale: Scale) -> tuple[torch.Tensor, ...]:
    """Return states, figures [texts, length, ...], lengths and the places of tokens."""
    texts = [tokens.texts[number] for number in batch]
    lengths = torch.tensor([text.last - text.first for text in texts])
    places = torch.zeros((len(texts), int(lengths[0])), dtype=torch.long)
    for row, text in enumerate(texts):
        places[row, : text.last - text.first] = torch.arange(text.first, text.last)
    flat = places.numpy()
    states = torch.from_numpy(tokens.states[flat]).float()
    states = ((states - scale.states[0]) / scale.states[1]).clamp_(-8, 8)
    figures = torch.from_numpy(tokens.figures[flat])
    figures = ((figures - scale.figures[0]) / scale.figures[1]).clamp_(-8, 8)
    return states, figures, lengths, places


def train(
    tokens: Tokens, scale: Scale, options: argparse.Namespace, dropout: float = 0.2
) -> Network:
    """Return the network after ``options.epochs`` passes."""
    torch.set_flush_denormal(True)  # they slow the backward pass down tenfold
    torch.manual_seed(options.seed)
    draw = np.random.default_rng(options.seed)
    sizes = Sizes(tokens.states.shape[1], hidden=options.hidden, projected=options.projected)
    network = Network(sizes, dropout)
    optimiser = torch.optim.AdamW(network.parameters(), lr=options.rate, weight_decay=0.01)
    steps = options.epochs * sum(1 for _ in batches(tokens, options.tokens, None))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps + 9)
    labels, scores = torch.from_numpy(tokens.labels), torch.from_numpy(tokens.scores)
    for epoch in range(options.epochs):
        begun, sums, count = time.perf_counter(), np.zeros(2), 0
        for batch in batches(tokens, options.tokens, draw):
            states, figures, lengths, places = padded(tokens, batch, scale)
            odds, score = network(states, figures, lengths)
            wanted = labels[places]
            inside = torch.arange(places.shape[1])[None] < lengths[:, None]
            told = inside.unsqueeze(-1) & ~wanted.isnan()
            tag = functional.binary_cross_entropy_with_logits(odds[told], wanted[told])
            z = scores[batch]
            rated = ~z.isnan()
            rating = (
                functional.smooth_l1_loss(score[rated], z[rated])
                if bool(rated.any())
                else torch.zeros(())
            )
            loss = tag + 0.3 * rating
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            sums += float(tag.detach()), float(rating.detach())
            count += 1
        took = time.perf_counter() - begun
        print(f"epoch {epoch}: tags {sums[0] / count:.4f}, scores {sums[1] / count:.4f}, "
              f"{took:.0f} s", flush=True)  # fmt: skip
    return network.eval()


def predict(network: Network, tokens: Tokens, scale: Scale) -> tuple[Floats, Floats]:
    """Return probabilities [tokens, TASKS] and scores [texts]."""
    odds = np.zeros((len(tokens.states), len(TASKS)), dtype=np.float32)
    scores = np.zeros(len(tokens.texts), dtype=np.float32)
    with torch.inference_mode():
        for batch in batches(tokens, 8192, None):
            states, figures, lengths, places = padded(tokens, batch, scale)
            found, score = network(states, figures, lengths)
            inside = torch.arange(places.shape[1])[None] < lengths[:, None]
            odds[places[inside].numpy()] = found[inside].numpy()
            scores[batch] = score.numpy()
    return 1 / (1 + np.exp(-odds)), scores


def log_odds(probabilities: Floats) -> Floats:
    """Return the log-odds of probabilities, held away from certainty."""
    p = probabilities.astype(np.float64)
    return np.asarray(np.log(p + 1e-7) - np.log1p(1e-7 - p), dtype=np.float32)


def weights(tokens: Tokens, told: Mapping[str, Floats]) -> list[list[float]]:
    """Return a row for each of the tagger's OUTPUTS: weights of all that the members tell.

    ``told`` is [tokens, TASKS] log-odds of each member. A row adds up the log-odds of its columns
    and is scaled to a probability (Platt 1999) on a tuning half: annotators' marks and major ones
    on that of newstest2021, words that post-editors changed on those of the QE languages.
    """
    members = list(told)
    size = len(TASKS) + 1
    mqm = [name for name in members if name.startswith("mqm")]

    def columns(task: str) -> dict[int, float]:
        own = {members.index(name) * size + TASKS.index(task): 2 / 3 / len(mqm) for name in mqm}
        return own | {members.index("all") * size + TASKS.index(task): 1 / 3 if mqm else 1.0}

    edited = {members.index("all") * size + TASKS.index("qe"): 1.0}
    rows = []
    for parts, truth, source in (
        (columns("mqm"), "mqm", "newstest2021"),
        (columns("major"), "major", "newstest2021"),
        (edited, "qe", "-dev"),
    ):
        chosen = np.concatenate([
            np.arange(text.first, text.last) for text in tokens.texts
            if text.source.endswith(source) and "km" not in text.source and measure.tuned(text.text)
        ])  # fmt: skip
        odds = sum(
            share * told[members[at // size]][chosen, at % size] for at, share in parts.items()
        )
        wanted = tokens.labels[chosen, TASKS.index(truth)] > 0.5
        fitted = LogisticRegression(max_iter=1000).fit(np.asarray(odds)[:, None], wanted)
        row = [0.0] * (size * len(members) + 1)
        for at, share in parts.items():
            row[at] = share * float(fitted.coef_[0, 0])
        row[-1] = float(fitted.intercept_[0])
        rows.append(row)
    # As they were trained: nothing to scale the planted errors on is apart from them.
    planted = "slips" if "slips" in members else "all"
    for member, column in ((planted, TASKS.index("planted")), ("all", len(TASKS))):
        row = [0.0] * (size * len(members) + 1)
        row[members.index(member) * size + column] = 1.0
        rows.append(row)
    return rows


def combined(told: Mapping[str, Floats], row: Sequence[float]) -> Floats:
    """Return the probabilities [tokens] that a row of weights gives."""
    size = len(TASKS) + 1
    odds = np.full(len(next(iter(told.values()))), row[-1], dtype=np.float64)
    for number, odds_of in enumerate(told.values()):
        odds += odds_of @ np.array(row[number * size : number * size + len(TASKS)])
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32)


def save(networks: Mapping[str, Network], scale: Scale, path: Path, about: dict[str, str]) -> None:
    """Write the weights in half precision; the scale of the features keeps its own."""
    tensors = {
        f"{member}.{name}": value.half()
        for member, network in networks.items()
        for name, value in network.state_dict().items()
    }
    tensors |= {"states.mean": scale.states[0], "states.spread": scale.states[1],
                "figures.mean": scale.figures[0], "figures.spread": scale.figures[1]}  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, path, about)


def restored(path: Path, member: str, scale: Scale) -> Network:
    """Return a member of an artefact that was trained before; ``scale`` is set to its own."""
    tensors = load_file(path)
    own = {name.removeprefix(f"{member}."): value.float() for name, value in tensors.items()
           if name.startswith(f"{member}.")}  # fmt: skip
    scale.states = tensors["states.mean"], tensors["states.spread"]
    scale.figures = tensors["figures.mean"], tensors["figures.spread"]
    states, projected = own["project.weight"].shape[1], own["project.weight"].shape[0]
    network = Network(Sizes(states, hidden=own["mix.bias"].shape[0], projected=projected))
    network.load_state_dict(own)
    return network.eval()


def subset(tokens: Tokens, sources: Collection[str]) -> Tokens:
    """Return the texts of some sources; the columns of tokens stay as they are."""
    kept = [number for number, text in enumerate(tokens.texts) if text.source in sources]
    return replace(
        tokens, texts=[tokens.texts[number] for number in kept], scores=tokens.scores[kept]
    )


def trained_files(bench: Path, names: Sequence[str]) -> list[dict[str, str]]:
    """Return the files that sources were read from, with their digests."""
    human = "news/human.dev.jsonl.gz"
    files = {"planted": human, "slips": human, "bio": "mqm/bio.jsonl.gz"}
    found = []
    for name in names:
        mqm = f"mqm/{name}.zh-en.jsonl.gz"
        qe = f"qe/{name[3:5]}-en.train.jsonl.gz"
        file = files.get(name, qe if name.startswith("qe-") else mqm)
        digest = hashlib.sha256((bench / file).read_bytes()).hexdigest()
        entry = {"file": file + ("#plant" if file == human else ""), "sha256": digest}
        if entry not in found:
            found.append(entry)
    return found


def main() -> None:
    """Train, measure, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=Path)
    parser.add_argument("features", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--hidden", type=int, default=160)
    parser.add_argument("--projected", type=int, default=192)
    parser.add_argument("--layers", default="12,20,28")
    parser.add_argument("--without", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--members", type=int, default=1, help="networks of annotators' spans")
    parser.add_argument("--reuse", type=Path, help="an artefact to take networks from")
    parser.add_argument("--members-of-old", default="", help="networks to take, as all,mqm1")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--tokens", type=int, default=2048)
    options = parser.parse_args()
    layers = [int(layer) for layer in options.layers.split(",")]
    without = set(options.without.split(","))
    names = [name for name in sorted(data.TRAINED) if name not in without]
    tokens = load(options.bench, options.features, names, layers)
    print(f"{len(tokens.texts):,} texts, {len(tokens.states):,} tokens", flush=True)
    scale = Scale(tokens)
    networks: dict[str, Network] = {}
    for member in options.members_of_old.split(","):
        if member:
            networks[member] = restored(options.reuse, member, scale)
    if "all" not in networks:
        networks["all"] = train(subset(tokens, set(names) - {"slips"}), scale, options)
    spans = subset(tokens, SPANS)
    for number in range(options.members):
        if f"mqm{number + 1}" in networks:
            continue
        # Passes beyond the second teach the annotators' texts by heart.
        own = argparse.Namespace(**vars(options) | {"epochs": 2, "seed": options.seed + number})
        networks[f"mqm{number + 1}"] = train(spans, scale, own, dropout=0.3)
    if "slips" in names:
        own = argparse.Namespace(**vars(options) | {"epochs": 3})
        networks["slips"] = train(subset(tokens, ("slips", "planted")), scale, own)
    del tokens, spans
    held = load(options.bench, options.features, MEASURED, layers)
    told: dict[str, Floats] = {}
    for member, network in networks.items():
        probabilities, rated = predict(network, held, scale)
        told[member] = log_odds(probabilities)
        if member == "all":
            scores = rated
    rows = weights(held, told)
    about = {
        "layout": str(LAYOUT),
        "model": load_model().card.digest,
        "layers": json.dumps(layers),
        "members": json.dumps(list(networks)),
        "tasks": json.dumps(TASKS),
        "weights": json.dumps(rows),
        "trained_on": json.dumps(trained_files(options.bench, names)),
        "seed": str(options.seed),
    }
    save(networks, scale, options.out, about)
    told_of = {name: combined(told, row) for name, row in zip(OUTPUTS, rows[:-1], strict=False)}
    np.savez(options.out.with_suffix(".npz"), s=scores, **told_of)
    for line in measure.report(held, told_of, scores):
        print(line, flush=True)


if __name__ == "__main__":
    main()
