"""Figures of a trained tagger on the sources that it was not trained on."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import average_precision_score, matthews_corrcoef, roc_auc_score

from eval.tagger.dataset import Floats, Text, Tokens


def tuned(text: str) -> bool:
    """Whether a text is of the half that thresholds are chosen on."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % 2 == 0


def report(tokens: Tokens, told: Mapping[str, Floats], scores: Floats) -> Iterator[str]:
    """Yield one line a figure; ``told`` are probabilities [tokens] by the tagger's outputs."""
    yield from spans(tokens, told["error"])
    yield from words(tokens, told["edited"])
    yield from sentences(tokens, scores)
    yield from pairs(tokens, told, scores)
    human = np.concatenate(
        [np.arange(t.first, t.last) for t in tokens.texts if t.source == "human"]
    )
    yield "human news, mean probability: " + ", ".join(
        f"{name} {values[human].mean():.3f}" for name, values in told.items()
    )


def _characters(text: Text, tokens: Tokens, values: Floats) -> Floats:
    """Return a value a character; those between tokens take the lesser neighbour."""
    found = np.zeros(len(text.text), dtype=np.float32)
    last_end, last = 0, 0.0
    for i in range(text.first, text.last):
        start, end = int(tokens.starts[i]), int(tokens.ends[i])
        found[last_end:start] = min(last, float(values[i]))
        found[start:end] = np.maximum(found[start:end], values[i])
        last_end, last = end, float(values[i])
    return found


def spans(tokens: Tokens, p: Floats) -> Iterator[str]:
    """Character F1 on newstest2021 at a threshold of the other half; word average precision."""
    halves: dict[bool, list[tuple[Floats, Floats]]] = defaultdict(list)
    labels: list[float] = []
    ranks: list[float] = []
    for text in tokens.texts:
        if text.source != "newstest2021":
            continue
        told = _characters(text, tokens, p)
        for row in text.rows:
            gold = np.zeros(len(text.text), dtype=np.float32)
            for start, end, _ in row.marks:
                gold[start:end] = 1
            halves[tuned(text.text)].append((told, gold))
            at = 0
            for word in text.text.split():
                start = text.text.index(word, at)
                at = start + len(word)
                labels.append(float(gold[start:at].max()))
                ranks.append(float(told[start:at].max()))

    def joined(half: bool) -> tuple[Floats, Floats]:
        return (np.concatenate([a for a, _ in halves[half]]),
                np.concatenate([b for _, b in halves[half]]))  # fmt: skip

    def f1(told: Floats, gold: Floats, threshold: float) -> float:
        flagged = told >= threshold
        return float(2 * gold[flagged].sum() / max(1.0, flagged.sum() + gold.sum()))

    grid = np.quantile(joined(True)[0], np.linspace(0.3, 0.99, 70))
    best = max(grid, key=lambda t: f1(*joined(True), t))
    precision = average_precision_score(labels, ranks)
    yield f"newstest2021 character F1 {f1(*joined(False), best):.3f}, word AP {precision:.3f}"
    yield f"all flagged: F1 {f1(*joined(False), -1):.3f}, AP {np.mean(labels):.3f}"


def words(tokens: Tokens, p: Floats) -> Iterator[str]:
    """MCC of the QE word tags, threshold of the tuning half; km takes that of the others."""
    kept: dict[str, dict[bool, tuple[list[float], list[int]]]] = {}
    for text in tokens.texts:
        if not text.source.endswith("-dev"):
            continue
        told = _characters(text, tokens, p)
        for row in text.rows:
            values, tags = kept.setdefault(text.source, {True: ([], []), False: ([], [])})[
                tuned(text.text)
            ]
            for (start, end), bad in zip(row.tokens, row.bad, strict=True):
                values.append(float(told[start:end].max()) if end > start else 0.0)
                tags.append(bad)

    def best(halves: list[tuple[list[float], list[int]]]) -> float:
        values = np.concatenate([np.array(v) for v, _ in halves])
        tags = np.concatenate([np.array(t) for _, t in halves])
        grid = np.quantile(values, np.linspace(0.4, 0.98, 59))
        return float(max(grid, key=lambda t: matthews_corrcoef(tags, values >= t)))

    shared = best([halves[h] for name, halves in kept.items() if "km" not in name for h in halves])
    for name, halves in sorted(kept.items()):
        unseen = "km" in name
        threshold = shared if unseen else best([halves[True]])
        values, tags = halves[False]
        if unseen:
            values, tags = values + halves[True][0], tags + halves[True][1]
        mcc = matthews_corrcoef(tags, np.array(values) >= threshold)
        yield f"{name}: MCC {mcc:.3f}, AP {average_precision_score(tags, values):.3f}"


def sentences(tokens: Tokens, scores: Floats) -> Iterator[str]:
    """Pearson and Spearman with the assessments, AUROC of what lies below 30."""
    pearsons = []
    for name in sorted({t.source for t in tokens.texts if t.source.endswith("-dev")}):
        chosen = [i for i, t in enumerate(tokens.texts) if t.source == name]
        z = np.array([tokens.texts[i].rows[0].z for i in chosen], dtype=float)
        told = scores[chosen]
        line = f"{name}: Pearson {pearsonr(z, told)[0]:.3f}, Spearman {spearmanr(z, told)[0]:.3f}"
        if "km" not in name:
            pearsons.append(pearsonr(z, told)[0])
            da = np.array([tokens.texts[i].rows[0].score for i in chosen], dtype=float)
            if 0 < (da < 30).sum() < len(da):
                line += f", garbled AUROC {roc_auc_score(da < 30, -told):.3f}"
        yield line
    yield f"mean Pearson {np.mean(pearsons):.3f}"


def pairs(tokens: Tokens, told: Mapping[str, Floats], scores: Floats) -> Iterator[str]:
    """DEMETR and preference by several scores of a sentence."""
    ways = {
        "score": -scores,
        **{
            f"{how.__name__} {name}": np.array(
                [how(values[t.first : t.last]) for t in tokens.texts]
            )
            for name, values in told.items()
            for how in (np.max, np.mean)
        },
        "mean surprisal": np.array(
            [tokens.figures[t.first : t.last, 0].mean() for t in tokens.texts]
        ),
        "sum surprisal": np.array(
            [tokens.figures[t.first : t.last, 0].sum() for t in tokens.texts]
        ),
    }  # fmt: skip
    groups: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for number, text in enumerate(tokens.texts):
        if text.source in ("demetr", "systems-ar"):
            for row in text.rows:
                groups[text.source, row.group][row.kind] = number
    for way, values in ways.items():
        kinds: dict[str, list[float]] = defaultdict(list)
        wins = []
        for (source, group), both in groups.items():
            if source == "demetr" and len(both) == 2:
                kinds[group.split(":", 1)[1]].append(
                    float(values[both["bad"]] > values[both["good"]])
                )
            elif source == "systems-ar" and len(both) == 2 and both["argos"] != both["reference"]:
                wins.append(float(values[both["argos"]] > values[both["reference"]]))
        mean = float(np.mean([np.mean(v) for k, v in kinds.items() if "baseline" not in k]))
        yield f"{way}: DEMETR {mean:.3f}, preference {np.mean(wins):.3f}"
