"""What the tests of corpora share: small inputs, and runs without the command line."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from mtaudit.config import Config
from mtaudit.corpus.columns import chosen
from mtaudit.corpus.engine import Done, Engine, Inline, Job
from mtaudit.corpus.lines import Cut
from mtaudit.corpus.measure import Measured, Setup, for_corpora
from mtaudit.corpus.progress import Meter
from mtaudit.corpus.runner import Outcome, Plan
from mtaudit.corpus.score import Target, score
from mtaudit.corpus.sources import find
from mtaudit.finding import Signature

NAMES = for_corpora(Config(language_model=False))
GARBLED = "The forces of Syria's democracy entered the city of tenderness on Monday, he said."
SOUND = "The minister said on Tuesday that the talks would resume in Geneva next week."


def sentence(number: int) -> str:
    """A sentence of English that no other number has."""
    return f"Some {number} farmers of the valley sold their wheat to the miller before winter came."


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def corpus(path: Path, rows: int, start: int = 0) -> Path:
    """Write a corpus of different sentences, every fifth of them garbled."""
    return write_rows(
        path,
        [
            {"id": f"r{n}", "text": sentence(n) + (" " + GARBLED if n % 5 == 0 else "")}
            for n in range(start, start + rows)
        ],
    )


def run(
    inputs: Sequence[str | Path],
    out: Path,
    *,
    setup: Setup | None = None,
    engine: Callable[[], Engine] | None = None,
    rows: int = 10,
    findings: str = "count",
    said: list[str] | None = None,
    turn: tuple[int, int] = (0, 1),
    reading: dict[str, Any] | None = None,
    resume: bool = True,
    **plan: Any,
) -> Outcome:
    """Score inputs with names and rules into a folder, ten rows a shard."""
    own = plan.pop("own", chosen(findings))
    made = setup or Setup(NAMES, str(out.parent), own=own)
    sources = find([str(one) for one in inputs], **(reading or {}))
    text = plan.get("text", "text")
    return score(
        sources,
        Plan(own=own, cut=Cut(rows=rows), **{"id": "id", **plan}),
        Target(out, None, turn, resume),
        engine or (lambda: Inline(made, lambda line: None)),
        options={text: "--text-column"},
        progress=Meter(sources, lambda line, done, total: None, 10.0),
        notice=(said if said is not None else []).append,
    )


def rows_of(out: Path) -> list[dict[str, Any]]:
    """Return the rows of an output folder in order."""
    found: list[dict[str, Any]] = []
    for part in sorted(out.glob("part-*")):
        if part.suffix == ".parquet":
            found += pq.read_table(part).to_pylist()
        else:
            found += [json.loads(line) for line in part.read_text().splitlines()]
    return found


def manifest(out: Path) -> dict[str, Any]:
    """Return what an output folder says of itself."""
    made = json.loads((out / "manifest.json").read_text())
    assert isinstance(made, dict)
    return made


class Counting:
    """An engine without names or model that counts how often it is asked for each text."""

    slots = 2
    signature = Signature("0", "c", "none", "none", "none", "none", "none", "n")

    def __init__(self, before: Callable[[Job], None] = lambda job: None) -> None:
        self.asked: Counter[str] = Counter()
        self._before = before
        self._jobs: deque[Job] = deque()

    def submit(self, job: Job) -> None:
        self._jobs.append(job)

    def next(self) -> Done:
        # The youngest first: no order may be relied on.
        job = self._jobs.pop()
        self._before(job)
        self.asked.update(job.texts)
        return Done(job, Measured([_cells(text) for text in job.texts], 1))

    def close(self) -> None:
        pass


def _cells(text: str) -> dict[str, Any]:
    verdict = "block" if GARBLED in text else "pass"
    return {"verdict": verdict, "garbled": len(text) % 10 / 10, "words": len(text.split())}
