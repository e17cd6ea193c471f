"""Calibrate the probability that a text is garbled, and the verdicts' thresholds.

Usage: python -m eval.garbled measure BENCH SIGNS.jsonl [full|names]
       python -m eval.garbled fit FULL.jsonl NAMES.jsonl OUT.json

``measure`` builds documents of eight sentences and writes what the audit sees in each:
human-written news (the blocks in which no errors were planted), Wikipedia text translated from five
languages of which people rated every sentence, human news with one or two such sentences below 30
of 100 points put in, and human news with one sentence in which a name is garbled, or with a sound
one like it. A document is garbled if one of its sentences is below 30 points or has a garbled name.
Sentences are parted in halves by hash before documents are built of them.

``fit`` fits both models on one half and writes them with the reliability on the other half, the
expected calibration error over ten bins of equal size (Naeini et al. 2015), and the thresholds.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from eval.rows import Bench
from eval.splits import HUMAN, LANGUAGES, OWN_NAMES, QE_DEV
from mtaudit.audit import Auditor
from mtaudit.config import Config
from mtaudit.document import Document
from mtaudit.finding import DocumentReport, Severity
from mtaudit.garbled import (
    REVIEW_BELOW,
    Garbling,
    Point,
    Read,
    Signs,
    document_features,
    sentence_features,
    weight,
)
from mtaudit.names.store import shipped
from mtaudit.scorer import scorer_of
from mtaudit.scoring import PENALTY
from mtaudit.tagger.tagger import Tagger
from mtaudit.tagger.tagger import shipped as shipped_tagger
from mtaudit.text.markup import view_of

Floats = npt.NDArray[np.float64]
SENTENCES = 8
BELOW = 30.0
RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
HUMANS, TRANSLATED, MIXED = 1200, 80, 320


@dataclass(frozen=True, slots=True)
class Built:
    """A document: its sentences, which of them are garbled, its half and where it comes from."""

    sentences: tuple[str, ...]
    garbled: tuple[bool, ...]
    half: int
    kind: str


def half_of(text: str) -> int:
    """Return 0 or 1 by a hash of the text."""
    return random.Random(text).randrange(2)


def build(bench: Bench) -> Iterator[Built]:
    """Yield the documents, the same ones every time."""
    draw = random.Random("garbled")
    lines = [row["text"] for row in bench.rows(HUMAN)]
    news = [text for at in range(1000, len(lines), 2000) for text in lines[at : at + 1000]]
    passages = [news[at : at + SENTENCES] for at in range(0, len(news) - SENTENCES, SENTENCES)]
    passages = [p for p in passages if all(len(text) < 600 for text in p)]
    draw.shuffle(passages)
    take = iter(passages)
    for _ in range(HUMANS):
        passage = tuple(next(take))
        yield Built(passage, (False,) * SENTENCES, half_of(passage[0]), "human")
    bad: dict[int, list[str]] = {0: [], 1: []}
    for language in LANGUAGES:
        rows = bench.rows(QE_DEV[language])
        for half in (0, 1):
            own = [row for row in rows if half_of(row["target"]) == half]
            low = [row["target"] for row in own if row["da"] < BELOW]
            rest = [row["target"] for row in own if row["da"] >= BELOW]
            bad[half] += low
            for number in range(TRANSLATED):
                wanted = (0, 0, 0, 1, 2, 4)[number % 6]
                some = draw.sample(low, min(wanted, len(low)))
                texts = some + draw.sample(rest, SENTENCES - len(some))
                flags = [True] * len(some) + [False] * (SENTENCES - len(some))
                yield _shuffled(texts, flags, half, f"qe-{language}", draw)
    for number in range(MIXED):
        half = number % 2
        some = draw.sample(bad[half], 1 + number // 2 % 2)
        yield _put_in(next(take), some, True, half, "mixed", draw)
    for row in bench.rows(OWN_NAMES):
        garbled = bool(row["garbled"]) if "garbled" in row.fields else row["start"] is not None
        half = half_of(row["text"])
        yield _put_in(next(take), [row["text"]], garbled, half, "name", draw)


def _shuffled(
    texts: list[str], flags: list[bool], half: int, kind: str, draw: random.Random
) -> Built:
    order = draw.sample(range(len(texts)), len(texts))
    return Built(tuple(texts[i] for i in order), tuple(flags[i] for i in order), half, kind)


def _put_in(
    passage: Sequence[str],
    some: list[str],
    garbled: bool,
    half: int,
    kind: str,
    draw: random.Random,
) -> Built:
    texts = list(passage[: SENTENCES - len(some)])
    flags = [False] * len(texts)
    for text in some:
        at = draw.randrange(len(texts) + 1)
        texts.insert(at, text)
        flags.insert(at, garbled)
    return Built(tuple(texts), tuple(flags), half, kind)


def measure(bench: Path, out: Path, way: str) -> None:
    """Audit the documents and write a line each: labels, half, kind, and the signs."""
    config = Config(language_model=way == "full", rewrites=False)
    scorer = scorer_of(config, print) if way == "full" else None
    built = {f"{number}": one for number, one in enumerate(build(Bench(bench)))}
    documents = [Document(name, "\n\n".join(one.sentences)) for name, one in built.items()]
    with out.open("w", encoding="utf-8") as file:

        def observe(report: DocumentReport, signs: tuple[Signs, ...]) -> None:
            one = built[report.document.id]
            ends = np.cumsum([len(text) + 2 for text in one.sentences])
            places = [
                int(np.searchsorted(ends, segment.span.start, side="right"))
                for segment in report.segments
            ]
            line = {
                "half": one.half,
                "kind": one.kind,
                "garbled": any(one.garbled),
                "labels": [one.garbled[place] for place in places],
                "words": report.words,
                "found": Counter(finding.check for finding in report.findings),
                "severities": Counter(finding.severity.value for finding in report.findings),
                "signs": [asdict(sign) for sign in signs],
            }
            file.write(json.dumps(line) + "\n")

        auditor = Auditor(config, shipped(), scorer)
        reports = auditor.run(
            documents,
            view=lambda document: view_of(document.text, "plain"),
            complain=lambda error: print(error, file=sys.stderr),
            observe=observe,
        )
        for number, _ in enumerate(reports):
            if number % 100 == 0:
                print(number, "of", len(documents), flush=True)


def read(path: Path) -> list[dict[str, Any]]:
    """Return the documents with their signs."""
    with path.open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    for line in lines:
        line["signs"] = [
            Signs(**sign | {"read": None if sign["read"] is None else Read(**sign["read"])})
            for sign in line["signs"]
        ]
    return [line for line in lines if line["signs"]]


def fitted(lines: Sequence[dict[str, Any]], digest: str) -> dict[str, Any]:
    """Return the models of one way of auditing, with what they reach on the other half."""
    tagged = digest != ""
    tune = [line for line in lines if line["half"] == 0]
    x = np.array([sentence_features(s, tagged=tagged) for line in tune for s in line["signs"]])
    y = np.array([label for line in tune for label in line["labels"]])
    sentence = _logistic(x, y)
    partial = Garbling(tagged, sentence, (0.0,), ())

    def features(line: dict[str, Any]) -> list[float]:
        odds = [partial.odds(sign) for sign in line["signs"]]
        return document_features(line["signs"], odds, tagged=tagged)

    document = _logistic(
        np.array([features(line) for line in tune]), np.array([line["garbled"] for line in tune])
    )
    whole = Garbling(tagged, sentence, document, ())
    held = [line for line in lines if line["half"] == 1]
    p = np.array([whole.of_document(line["signs"]) for line in held])
    label = np.array([line["garbled"] for line in held])
    ps = np.array([whole.of_sentence(s) for line in held for s in line["signs"]])
    ls = np.array([label for line in held for label in line["labels"]])
    human = [line["signs"] for line in tune if line["kind"] == "human"]
    chances = np.sort([whole.of_document(one) for one in human])[::-1]
    weights = np.sort([weight(one) for one in human])[::-1]
    operating = []
    for rate in RATES:
        # Two signs decide, each at half of the share.
        at = min(len(human) - 1, int(rate / 2 * len(human)))
        point = Point(rate, float(chances[at]), float(weights[at]))
        shares = [_told(whole, held, point, kind) for kind in ("human", "qe", "mixed", "name")]
        operating.append([round(v, 4) for v in (rate, point.probability, point.weight, *shares)])
    human_held = [line for line in held if line["kind"] == "human"]
    return {
        "digest": digest,
        "sentence": [round(float(w), 5) for w in sentence],
        "document": [round(float(w), 5) for w in document],
        "operating": operating,
        "reliability": reliability(p, label),
        "calibration_error": round(calibration_error(p, label), 4),
        "auroc": round(float(roc_auc_score(label, p)), 4),
        "sentence_reliability": reliability(ps, ls),
        "sentence_calibration_error": round(calibration_error(ps, ls), 4),
        "sentence_auroc": round(float(roc_auc_score(ls, ps)), 4),
        # Human-written news that are reviewed at any rate.
        "grave": round(float(np.mean([_grave(line) for line in human_held])), 4),
        "documents": {
            "fitted": len(tune),
            "held": len(held),
            "garbled": int(label.sum()),
            "human": len(human_held),
        },
    }


def _told(whole: Garbling, held: Sequence[dict[str, Any]], point: Point, kind: str) -> float:
    """Return the share of the documents of a kind, the sound ones of news, that lie above."""
    chosen = [
        line["signs"]
        for line in held
        if line["kind"].startswith(kind) and line["garbled"] == (kind != "human")
    ]
    return float(np.mean([whole.above(one, point) for one in chosen]))


def _grave(line: dict[str, Any]) -> bool:
    """Whether a document has a critical finding or a quality that is always reviewed."""
    points = sum(PENALTY[Severity(name)] * n for name, n in line["severities"].items())
    critical = any(sign.critical > 0 for sign in line["signs"])
    return critical or 100 - 100 * points / max(1, line["words"]) < REVIEW_BELOW


def _logistic(x: Floats, y: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    spread = x.std(0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=2000).fit(x / spread, y)
    return (*(model.coef_[0] / spread).tolist(), float(model.intercept_[0]))


def _bins(p: Floats) -> list[npt.NDArray[np.int64]]:
    """Return ten bins of nearly equal size, fewer where equal values have to stay together."""
    order = np.argsort(p, kind="stable")
    ranked = p[order]
    cuts = [np.searchsorted(ranked, ranked[len(p) * i // 10], side="left") for i in range(1, 10)]
    return [part for part in np.split(order, sorted(set(map(int, cuts)))) if len(part)]


def reliability(p: Floats, label: npt.NDArray[np.bool_]) -> list[list[float]]:
    """Return, for each bin, the mean probability, the share garbled, the size."""
    return [
        [round(float(p[part].mean()), 4), round(float(label[part].mean()), 4), len(part)]
        for part in _bins(p)
    ]


def calibration_error(p: Floats, label: npt.NDArray[np.bool_]) -> float:
    """Return the expected calibration error over the bins."""
    return sum(
        len(part) / len(p) * abs(float(p[part].mean()) - float(label[part].mean()))
        for part in _bins(p)
    )


def main(arguments: Sequence[str]) -> int:
    """Measure or fit."""
    if len(arguments) == 4 and arguments[0] == "measure" and arguments[3] in ("full", "names"):
        measure(Path(arguments[1]), Path(arguments[2]), arguments[3])
        return 0
    if len(arguments) == 4 and arguments[0] == "fit":
        full, names, out = map(Path, arguments[1:])
        table = {
            "tagger": fitted(read(full), Tagger(shipped_tagger()).digest),
            "findings": fitted(read(names), ""),
        }
        out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
        for name, one in table.items():
            print(name, {k: v for k, v in one.items() if "reliability" not in k})
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
