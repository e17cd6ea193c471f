"""Kill ``mtaudit score`` at random moments, go on, and compare with a run that nobody disturbed.

``python -m eval.corpus_kills`` prints one line a round and ends with 1 if a row was lost, doubled
or changed.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_SUBJECTS = "farmers teachers drivers nurses bakers judges sailors miners".split()
_DEEDS = (
    "sold their wheat to the miller before winter came",
    "met the minister in the capital on Tuesday",
    "said the road to the north had been closed for weeks",
    "joined the forces of Syria's democracy near the city of tenderness",
)


@dataclass(frozen=True)
class Kills:
    """What came of it: kills that hit a running process, runs until done, whether rows agree."""

    hit: int
    runs: int
    equal: bool


def write_corpus(path: Path, rows: int, seed: int = 0, sentences: int = 3) -> None:
    """Write rows of about so many sentences each."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            made = [
                f"Some {chance.randrange(100, 999)} {chance.choice(_SUBJECTS)} "
                f"{chance.choice(_DEEDS)}."
                for _ in range(chance.randrange(1, 2 * sentences))
            ]
            file.write(json.dumps({"id": number, "text": " ".join(made)}) + "\n")


def command(path: Path, out: Path, workers: int) -> list[str]:
    """Return the command line of a run in small shards."""
    return [
        sys.executable, "-m", "mtaudit", "score", str(path), "--out", str(out), "--tier", "names",
        "--shard-rows", "5", "--workers", str(workers),
    ]  # fmt: skip


def rows_of(out: Path) -> bytes:
    """Return all rows of a run in order."""
    return b"".join(part.read_bytes() for part in sorted(out.glob("part-*.jsonl")))


def kill_often(path: Path, out: Path, whole: Path, kills: int, workers: int, seed: int) -> Kills:
    """Kill a run ``kills`` times, each time at a random moment, and let it end.

    ``whole`` is the output of a run that was left alone; the moments lie within its length, as
    often as not within the second half of it, where the writing is.
    """
    chance = random.Random(seed)
    start = time.monotonic()
    subprocess.run(command(path, whole, workers), check=True, stderr=subprocess.DEVNULL)
    length = time.monotonic() - start
    hit = runs = 0
    for _ in range(kills):
        runs += 1
        process = subprocess.Popen(command(path, out, workers), stderr=subprocess.DEVNULL)
        try:
            process.wait(chance.uniform(0.1, 1.0) * length)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            hit += 1
        else:
            # It has ended before its time: begin again, so that there is something to kill.
            if rows_of(out) != rows_of(whole):
                return Kills(hit, runs, False)
            for part in out.glob("part-*"):
                part.unlink()
    subprocess.run(command(path, out, workers), check=True, stderr=subprocess.DEVNULL)
    return Kills(hit, runs + 1, rows_of(out) == rows_of(whole))


def main() -> int:
    """Run the kills that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--each", type=int, default=5, help="kills of one output folder")
    given = parser.parse_args()
    hit = runs = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "in.jsonl"
        write_corpus(path, given.rows)
        for seed in range(-(-given.kills // given.each)):
            whole = folder / f"whole-{seed}"
            made = kill_often(path, folder / f"out-{seed}", whole, given.each, given.workers, seed)
            lines = rows_of(whole).count(b"\n")
            hit, runs = hit + made.hit, runs + made.runs
            print(f"round {seed + 1}: {made.hit} kills, {lines} rows, "
                  f"{'equal' if made.equal else 'NOT EQUAL'}", flush=True)  # fmt: skip
            if not made.equal or lines != given.rows:
                return 1
    print(f"{hit} kills in {runs} runs: no row lost, doubled or changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
