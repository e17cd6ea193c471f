"""Speed and memory of ``mtaudit score``: tiers side by side, resuming, what is not the model.

``python -m eval.corpus_bench --rows 1000,10000`` prints one table. Rows have the length of news
articles, are made from a fixed seed and are all different.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from eval.corpus_kills import write_corpus
from mtaudit.audit import LanguageScorer
from mtaudit.config import Config
from mtaudit.corpus import model, resources
from mtaudit.corpus.columns import chosen
from mtaudit.corpus.engine import Engine, Inline
from mtaudit.corpus.folder import Folder
from mtaudit.corpus.measure import Setup, for_corpora
from mtaudit.corpus.progress import Meter
from mtaudit.corpus.runner import Plan
from mtaudit.corpus.score import Target, score
from mtaudit.corpus.sources import find
from mtaudit.corpus.workers import Workers
from mtaudit.text.sentences import split

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Speed:
    """One run from its start to its end, starts of processes included.

    ``seconds`` are of the clock, ``processor`` those that all processes were at work: on a machine
    that others use, the second is what counts.
    """

    rows: int
    sentences: int
    tokens: int
    seconds: float
    processor: float
    peak: int


def run(path: Path, out: Path, setup: Setup, engine: Callable[[], Engine]) -> Speed:
    """Score a corpus and return how it went."""
    sources = find([str(path)])
    meter = Meter(sources, lambda line, done, total: None, 1e9)
    peak = Peak()
    start, before = time.perf_counter(), processor_seconds()
    with peak:
        score(
            sources,
            Plan(own=setup.own, id="id"),
            Target(out),
            engine,
            options={"text": "--text-column"},
            progress=meter,
            notice=lambda line: None,
        )
    seconds, spent = time.perf_counter() - start, processor_seconds() - before
    return Speed(meter.rows, sentences(path), meter.tokens, seconds, spent, peak.most)


def processor_seconds() -> float:
    """Return the processor's seconds of this process and of its children that have ended."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def sentences(path: Path) -> int:
    """Return how many sentences the texts of a corpus have."""
    (source,) = find([str(path)])
    return sum(
        len(split(text)) for rows in source.shards(Plan().cut) for text in rows.column("text")
    )


class Peak:
    """The most memory that this process and its children have held, sampled 10 times a second."""

    def __init__(self) -> None:
        self.most = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *rest: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.1):
            self.most = max(self.most, sum(_held(path) for path in _tree(Path("/proc/self"))))


def _tree(process: Path) -> list[Path]:
    found = [process]
    for task in process.glob("task/*/children"):
        try:
            for child in task.read_text().split():
                found += _tree(Path("/proc") / child)
        except OSError:
            continue
    return found


def _held(process: Path) -> int:
    # Pages that processes share, such as mapped weights, count once: PSS.
    try:
        for line in (process / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def resume_seconds(folder: Path, rows: int) -> float:
    """Return the seconds that the markers of ``rows`` finished rows take, 300 rows a shard."""
    path, out = folder / "many.jsonl", folder / "many"
    write_corpus(path, 300, sentences=2)
    setup = _setup("names")
    run(path, out, setup, lambda: Inline(setup, print))
    own, shards = out / ".mtaudit", rows // 300
    part, marker = (out / "part-00000.jsonl").read_bytes(), (own / "part-00000.json").read_bytes()
    for index in range(1, shards):
        (out / f"part-{index:05d}.jsonl").write_bytes(part)
        (own / f"part-{index:05d}.json").write_bytes(marker)
    start = time.perf_counter()
    folder_ = Folder(out, "jsonl", "")
    assert folder_.found == shards
    assert folder_.finish(shards, {})
    seconds = time.perf_counter() - start
    folder_.close()
    return seconds


class Timed:
    """A scorer that counts the seconds spent in it."""

    spent = 0.0

    def __init__(self, scorer: LanguageScorer) -> None:
        self._scorer = scorer
        self.signature, self.reader_digest = scorer.signature, scorer.reader_digest

    def score(self, *rest: object) -> object:
        """Score, and count."""
        return self._timed(self._scorer.score, rest)

    def rescore_all(self, *rest: object) -> object:
        """Weigh names, and count."""
        return self._timed(self._scorer.rescore_all, rest)

    def _timed(self, work: Callable[..., object], rest: Sequence[object]) -> object:
        start = time.perf_counter()
        try:
            return work(*rest)
        finally:
            Timed.spent += time.perf_counter() - start


def timed_scorer(config: Config, notice: Callable[[str], None]) -> Timed:
    """Return the model's scorer with a watch on it."""
    return Timed(model.scorer_of(config, notice))


def _setup(tier: str) -> Setup:
    config = for_corpora(Config(language_model=tier == "full"))
    scorers = model.scorer_of if tier == "full" else None
    return Setup(config, str(Path.cwd()), own=chosen("count"), scorers=scorers, threads=1)


def main() -> int:
    """Print the table that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", default="1000,10000")
    parser.add_argument("--tiers", default="names,full")
    parser.add_argument("--workers", default="auto")
    parser.add_argument("--sentences", type=int, default=20, help="sentences a row, about")
    parser.add_argument("--overhead-rows", type=int, default=30)
    parser.add_argument("--resume-rows", type=int, default=1_000_000)
    given = parser.parse_args()
    print(
        "tier   rows      sentences/s  rows/s    tokens/s  seconds   processor s  peak MB",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows in map(int, given.rows.split(",")):
            path = folder / f"{rows}.jsonl"
            write_corpus(path, rows, sentences=given.sentences)
            for tier in given.tiers.split(","):
                setup = _setup(tier)
                found = resources.processes(given.workers, setup.config)
                setup = replace(setup, threads=found.threads)
                engine = partial(Workers, setup, found.count, print)
                made = run(path, folder / f"{tier}-{rows}", setup, engine)
                print(
                    f"{tier:6} {rows:<9,} {made.sentences / made.seconds:<12,.1f} "
                    f"{made.rows / made.seconds:<9,.2f} {made.tokens / made.seconds:<9,.0f} "
                    f"{made.seconds:<9,.1f} {made.processor:<12,.1f} {made.peak // _MEGABYTE:,}",
                    flush=True,
                )
        if given.resume_rows:
            seconds = resume_seconds(folder, given.resume_rows)
            print(f"markers of a finished run of {given.resume_rows:,} rows: {seconds:.2f} s")
        if given.overhead_rows and "full" in given.tiers:
            path = folder / "overhead.jsonl"
            write_corpus(path, given.overhead_rows, sentences=given.sentences)
            setup = replace(_setup("full"), scorers=timed_scorer)
            made = run(path, folder / "overhead", setup, lambda: Inline(setup, print))
            print(f"not the language model: {1 - Timed.spent / made.seconds:.1%} of a full run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
