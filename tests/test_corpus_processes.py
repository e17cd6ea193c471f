"""Real processes: killed, interrupted, crashed by a row; streams; the same rows whoever works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.corpus_kills import kill_often, write_corpus
from mtaudit.config import Config
from mtaudit.corpus import resources
from mtaudit.corpus.columns import chosen
from mtaudit.corpus.engine import Inline
from mtaudit.corpus.measure import Setup, for_corpora
from mtaudit.corpus.workers import Workers
from mtaudit.document import Span
from mtaudit.errors import ResourceError, UsageError
from mtaudit.evidence import TextScore
from tests.corpora import GARBLED, NAMES, SOUND, corpus, manifest, rows_of, run, write_rows

FATAL = "The bell of the old tower rang at noon and the whole town fell silent."


class FakeScorer:
    """Half a nat more a letter; dies of one text, and fails at another."""

    signature = ("fake-weights", "fake-tokens", "none", "float64")
    reader_digest = ""

    def score(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> list[TextScore]:
        return [_score(text) for text in texts]

    def rescore_all(
        self,
        requests: Sequence[tuple[str, Span, Sequence[str]]],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[list[float]]:
        return [[8.0] * len(replacements) for _, _, replacements in requests]


def _score(text: str) -> TextScore:
    if FATAL in text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "Boom" in text:
        raise RuntimeError("a mistake\nof ours")
    starts, ends, logprobs = array("i"), array("i"), array("d")
    at = 0
    for word in text.split():
        at = text.index(word, at)
        starts.append(at)
        at += len(word)
        ends.append(at)
        logprobs.append(-0.5 * len(word))
    entropies = array("d", [3.0] * len(starts))
    return TextScore(
        starts, ends, logprobs, entropies, starts, ends, array("d", map(abs, logprobs))
    )


def fake(config: Config, notice: Callable[[str], None]) -> FakeScorer:
    return FakeScorer()


def broken(config: Config, notice: Callable[[str], None]) -> FakeScorer:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def setup(folder: Path, **changes: Any) -> Setup:
    made = Setup(for_corpora(Config()), str(folder), own=chosen("full"), scorers=fake)
    return replace(made, **changes)


def score(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mtaudit", "score", "--tier", "names", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=600,
    )


def test_workers_give_the_rows_of_one_process(tmp_path: Path) -> None:
    path = corpus(tmp_path / "in.jsonl", 40)
    made = setup(tmp_path)
    plan: dict[str, Any] = {"findings": "full"}
    run([path], tmp_path / "inline", setup=made, **plan)
    outcome = run(
        [path], tmp_path / "two", engine=lambda: Workers(made, 2, lambda line: None), **plan
    )
    found = rows_of(tmp_path / "two")
    assert found == rows_of(tmp_path / "inline")
    assert outcome.counts.verdicts["block"] == 8
    assert all(row["surprisal"] > 1 for row in found)
    assert found[0]["findings"][0]["suggestions"][0]["replacement"] == "Syrian Democratic Forces"


def test_row_that_kills_its_process_is_an_error_row(tmp_path: Path) -> None:
    rows = [{"id": n, "text": f"{SOUND} Item {n} was read."} for n in range(20)]
    rows[7]["text"] = rows[13]["text"] = FATAL
    rows[9]["text"] = "Boom, said the minister on Tuesday, and the talks went on as planned."
    path = write_rows(tmp_path / "in.jsonl", rows)
    engine = Workers(setup(tmp_path), 2, lambda line: None)
    run([path], tmp_path / "out", engine=lambda: engine)
    found = rows_of(tmp_path / "out")
    assert [row["id"] for row in found] == list(range(20))
    wrong = {row["id"]: row["error"] for row in found if row["error"]}
    assert wrong.keys() == {7, 9, 13}
    assert "died twice" in wrong[7]
    assert wrong[7] == wrong[13]
    assert wrong[9] == "internal error (RuntimeError: a mistake of ours)"
    assert manifest(tmp_path / "out")["totals"]["errors"] == 3


def test_processes_that_never_start_end_the_run(tmp_path: Path) -> None:
    path = corpus(tmp_path / "in.jsonl", 4)
    made = setup(tmp_path, scorers=broken)
    with pytest.raises(ResourceError, match=r"died 3 times as it started .*fewer --workers"):
        run([path], tmp_path / "out", engine=lambda: Workers(made, 1, lambda line: None))


def test_error_of_a_process_is_that_of_the_run(tmp_path: Path) -> None:
    path = corpus(tmp_path / "in.jsonl", 4)
    made = replace(setup(tmp_path), config=replace(NAMES, disable=("no-such",)), scorers=None)
    with pytest.raises(UsageError, match="there is no check 'no-such'"):
        run([path], tmp_path / "out", engine=lambda: Workers(made, 1, lambda line: None))


def test_inline_and_inline_again(tmp_path: Path) -> None:
    made = setup(tmp_path)
    engine = Inline(made, lambda line: None)
    assert engine.signature.model == "fake-weights"
    path = corpus(tmp_path / "in.jsonl", 3)
    outcome = run([path], tmp_path / "out", engine=lambda: engine)
    assert outcome.counts.rows == 3


def test_killed_at_random_moments_and_resumed(tmp_path: Path) -> None:
    write_corpus(tmp_path / "in.jsonl", 60)
    made = kill_often(tmp_path / "in.jsonl", tmp_path / "out", tmp_path / "whole", 4, 1, 1)
    assert made.equal
    assert made.hit
    rows = [json.loads(line) for line in (tmp_path / "in.jsonl").read_text().splitlines()]
    found = rows_of(tmp_path / "out")
    assert [(row["id"], row["text"]) for row in found] == [(one["id"], one["text"]) for one in rows]


def test_standard_input_to_standard_output(tmp_path: Path) -> None:
    path = corpus(tmp_path / "in.jsonl", 30)
    done = score("-", "--shard-rows", "7", "--workers", "2", "--findings", "none",
                 stdin=path.read_bytes())  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in found] == [f"r{n}" for n in range(30)]
    assert [row["verdict"] for row in found] == ["review", *["pass"] * 4] * 6
    assert "findings_major" not in found[0]
    assert b"30 rows in 5 shards: 24 pass, 6 review, 0 block" in done.stderr


def test_interrupted_run_says_how_to_go_on(tmp_path: Path) -> None:
    rows = [{"id": n, "text": f"{SOUND} Item {n} was read. {GARBLED}"} for n in range(3000)]
    path, out = write_rows(tmp_path / "in.jsonl", rows), tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "mtaudit", "score", "--tier", "names", str(path), "--out", str(out),
         "--shard-rows", "5", "--workers", "1"],
        stderr=subprocess.PIPE,
    )  # fmt: skip
    while not list(out.glob("part-*")):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 130
    assert b"the same command goes on from here" in said
    found = rows_of(out)
    assert 0 < len(found) < 3000
    assert len(found) % 5 == 0
    assert all(row["verdict"] for row in found)


def test_wrong_usage_is_one_line(tmp_path: Path) -> None:
    path = corpus(tmp_path / "in.jsonl", 3)
    for arguments, said in [
        ((path, "--shard", "3/2"), "give i/n with i from 1 to n"),
        ((path, "--shard", "1/2"), "--shard needs --out"),
        ((path, "--format", "parquet"), "--format parquet needs --out"),
        ((path, "--workers", "many"), "--workers is 'many'; give a number, or auto"),
        ((path, "--columns", "qualty"), "did you mean 'quality'"),
        ((tmp_path / "no.jsonl",), "there is no such file or folder"),
    ]:
        done = score(*arguments)
        lines = done.stderr.decode().splitlines()
        assert done.returncode in (2, 3)
        assert len(lines) == 1
        assert said in lines[0]
        assert not done.stdout


def test_truncated_file_ends_with_code_3(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    rows = [{"text": SOUND, "noise": os.urandom(600).hex()} for _ in range(300)]
    path = write_rows(tmp_path / "in.jsonl", rows)
    packed = pa.compress(path.read_bytes(), "gzip", asbytes=True)
    (tmp_path / "in.jsonl.gz").write_bytes(packed[:-50])
    done = score(tmp_path / "in.jsonl.gz", "--out", tmp_path / "out", "--workers", "0")
    assert done.returncode == 3
    assert b"1 files could not be read to their end" in done.stderr
    assert "cannot be read any further" in rows_of(tmp_path / "out")[-1]["error"]


@pytest.mark.parametrize(
    ("wanted", "model", "cores", "memory", "expected"),
    [
        ("auto", False, 8, 64, (8, 1)),
        ("auto", True, 2, 64, (1, 2)),
        ("auto", True, 16, 64, (4, 4)),
        ("auto", True, 16, 4, (2, 8)),
        ("auto", True, 16, 1, (1, 16)),
        ("2", True, 2, 64, (2, 1)),
        ("3", True, 2, 64, (3, 1)),
        ("0", True, 2, 64, (0, 0)),
    ],
)
def test_processes_fit_cores_and_memory(
    monkeypatch: pytest.MonkeyPatch,
    wanted: str,
    model: bool,
    cores: int,
    memory: int,
    expected: tuple[int, int],
) -> None:
    monkeypatch.setattr(resources, "cores", lambda: cores)
    monkeypatch.setattr(resources, "available_memory", lambda: memory * 10**9)
    found = resources.processes(wanted, Config(language_model=model))
    assert (found.count, found.threads) == expected
    assert resources.processes("auto", Config(), on_gpu=True) == resources.Processes(1, 0)
