"""What the tagger is trained, tuned and measured on: texts with the spans that people marked."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.tagger import planting

LANGUAGES = ("ro", "et", "ru", "ne", "si")
# What an error of each severity counts, as in MQM (Freitag et al. 2021).
SEVERITY = {"minor": 1.0, "major": 5.0, "critical": 5.0}
# Sources that training may read; everything else is for tuning and reporting.
TRAINED = frozenset(
    (
        "newstest2020",
        "bio",
        "ted2021",
        "planted",
        "slips",
        *(f"qe-{language}-train" for language in LANGUAGES),
    )
)
_MOST = {"bio": 4000, "newstest2021": 2000, "human": 2500}


@dataclass(frozen=True, slots=True)
class Row:
    """A text and its marks: (start, end, weight) in code points, of one rater.

    ``kind`` says how errors were marked: "mqm" (annotators' spans), "qe" (words that a
    post-editor changed), "planted" or "human" (nothing marked). ``tokens`` are the places of the
    words of a QE row, ``score`` its direct assessment, 0 to 100.
    """

    text: str
    marks: tuple[tuple[int, int, float], ...]
    kind: str
    tokens: tuple[tuple[int, int], ...] = ()
    bad: tuple[int, ...] = ()
    score: float | None = None
    z: float | None = None
    group: str = ""


def sources(bench: Path) -> Mapping[str, Callable[[], list[Row]]]:
    """Return the readers of all sources by name."""
    found: dict[str, Callable[[], list[Row]]] = {}
    for year in ("newstest2020", "newstest2021", "ted2021"):
        path = bench / "mqm" / f"{year}.zh-en.jsonl.gz"
        found[year] = lambda path=path, year=year: _mqm(path, _MOST.get(year))  # type: ignore[misc]
    found["bio"] = lambda: _bio(bench / "mqm" / "bio.jsonl.gz")
    for language in LANGUAGES:
        for part in ("train", "dev"):
            path = bench / "qe" / f"{language}-en.{part}.jsonl.gz"
            found[f"qe-{language}-{part}"] = lambda path=path: _qe(path)  # type: ignore[misc]
    found["qe-km-dev"] = lambda: _qe(bench / "qe" / "km-en.wmt22.jsonl.gz")
    found["planted"] = lambda: _planted(bench / "news" / "human.dev.jsonl.gz")
    found["slips"] = lambda: _slips(bench / "news" / "human.dev.jsonl.gz")
    found["human"] = lambda: _human(bench / "news" / "human.dev.jsonl.gz")
    found["systems-ar"] = lambda: _systems(bench / "systems" / "ar-en.flores-dev.jsonl.gz")
    found["demetr"] = lambda: _demetr(bench / "pairs" / "demetr.jsonl.gz")
    return found


def _lines(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _mqm(path: Path, most: int | None) -> list[Row]:
    rows = []
    for line in _lines(path):
        for rater in line["raters"]:
            marks = tuple(
                (error["start"], error["end"], SEVERITY.get(error["severity"].lower(), 0.0))
                for error in rater
                if error.get("start") is not None
            )
            rows.append(Row(line["target"], tuple(m for m in marks if m[2]), "mqm",
                            group=line["system"]))  # fmt: skip
    return _first_texts(rows, path.name, most)


def _first_texts(rows: list[Row], seed: str, most: int | None) -> list[Row]:
    """Return the rows of a fixed draw of ``most`` texts."""
    if most is None:
        return rows
    texts = sorted({row.text for row in rows})
    random.Random(seed).shuffle(texts)
    chosen = set(texts[:most])
    return [row for row in rows if row.text in chosen]


def _bio(path: Path) -> list[Row]:
    rows = []
    for line in _lines(path):
        text, marks = line["target"], []
        for error in line["target_errors"]:
            start, end = error["startIndex"], error["endIndex"]
            term = error.get("term") or ""
            # Some ends leave out the last character; the term says so.
            if text[start : end + 1] == term:
                end += 1
            weight = SEVERITY.get(str(error["severity"]).lower(), 0.0)
            if weight and end > start:
                marks.append((start, end, weight))
        rows.append(Row(text, tuple(marks), "mqm", group=line["pair"]))
    return _first_texts(rows, path.name, _MOST["bio"])


def _qe(path: Path) -> list[Row]:
    rows = []
    for line in _lines(path):
        places, at = [], 0
        for word in line["words"]:
            start = line["target"].find(word, at)
            if start < 0:  # tokenisers write some quotes and dashes anew
                start, end = at, at
            else:
                end = start + len(word)
            places.append((start, end))
            at = end
        marks = tuple(
            (start, end, 1.0)
            for (start, end), bad in zip(places, line["bad"], strict=True)
            if bad and end > start
        )
        rows.append(Row(line["target"], marks, "qe", tuple(places), tuple(line["bad"]),
                        line.get("da"), line["z"], line["pair"]))  # fmt: skip
    return rows


def _news(path: Path) -> tuple[list[str], list[str]]:
    """Return the sentences of human news in two parts: to plant errors in, and to measure on."""
    lines = [line["text"] for line in _lines(path)]
    blocks = [lines[at : at + 1000] for at in range(0, len(lines), 1000)]
    return (
        [text for block in blocks[0::2] for text in block],
        [text for block in blocks[1::2] for text in block],
    )


def _planted(path: Path) -> list[Row]:
    texts, _ = _news(path)
    draw = random.Random("planted")
    rows = []
    for text in draw.sample(texts, 5000):
        found = planting.plant(text, draw) if draw.random() < 0.75 else None
        if found is None:
            rows.append(Row(text, (), "human"))
        else:
            rows.append(Row(found.text, found.marks, "planted", group=found.kind))
    return rows


def _slips(path: Path) -> list[Row]:
    """Return slips of grammar and word order in four of five sentences, the others as they are."""
    texts, _ = _news(path)
    draw = random.Random("slips")
    rows = []
    for text in draw.sample(texts, 20_000):
        found = planting.plant(text, draw, slips=True) if draw.random() < 0.8 else None
        if found is None:
            rows.append(Row(text, (), "human"))
        else:
            rows.append(Row(found.text, found.marks, "planted", group=found.kind))
    return rows


def _human(path: Path) -> list[Row]:
    _, texts = _news(path)
    return [Row(text, (), "human") for text in random.Random(5).sample(texts, _MOST["human"])]


def _systems(path: Path) -> list[Row]:
    rows = []
    for line in _lines(path):
        rows.append(Row(line["reference"], (), "reference", group=line["id"]))
        rows.append(Row(line["outputs"]["argos"], (), "argos", group=line["id"]))
    return rows


def _demetr(path: Path) -> list[Row]:
    rows = []
    for number, line in enumerate(_lines(path)):
        if number % 16 == 0:
            rows.append(Row(line["good"], (), "good", group=f"{number}:{line['perturbation']}"))
            rows.append(Row(line["bad"], (), "bad", group=f"{number}:{line['perturbation']}"))
    return rows
