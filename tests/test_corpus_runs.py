"""Exactly once: what is done is kept, what has changed is made again, nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from mtaudit.corpus import parts
from mtaudit.corpus.columns import chosen
from mtaudit.corpus.engine import Job
from mtaudit.errors import OutputError, UsageError
from mtaudit.finding import Signature
from tests.corpora import Counting, corpus, manifest, rows_of, run, sentence, write_rows

_FSYNC = os.fsync


class StopError(Exception):
    """What ends a run here as a kill would: nothing is tidied."""


def ids(out: Path) -> list[str]:
    return [row["id"] for row in rows_of(out)]


def test_second_run_measures_nothing(tmp_path: Path) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 35), tmp_path / "out"
    first, second = Counting(), Counting()
    run([path], out, engine=lambda: first)
    before, told = rows_of(out), manifest(out)
    said: list[str] = []
    outcome = run([path], out, engine=lambda: second, said=said)
    assert first.asked.total() == 35
    assert second.asked.total() == 0
    assert (outcome.shards, outcome.done_before) == (4, 4)
    assert "4 shards are done already" in said[0]
    assert rows_of(out) == before
    assert manifest(out) == told
    assert told["complete"]
    assert told["totals"]["rows"] == 35
    third = Counting()
    run([path], out, engine=lambda: third, resume=False)
    assert third.asked.total() == 35


def test_inputs_that_stand_as_they_did_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 25), tmp_path / "out"
    run([path], out, engine=Counting)
    monkeypatch.setattr("mtaudit.corpus.lines.numbered", None)
    monkeypatch.setattr("mtaudit.corpus.runner.check_columns", lambda *rest: None)
    monkeypatch.setattr("mtaudit.corpus.score.check_columns", lambda *rest: None)
    assert run([path], out, engine=Counting).counts.rows == 25


def test_touched_but_equal_input_is_read_and_kept(tmp_path: Path) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 25), tmp_path / "out"
    run([path], out, engine=Counting)
    os.utime(path, (1, 1))
    engine = Counting()
    run([path], out, engine=lambda: engine)
    assert engine.asked.total() == 0


@pytest.mark.parametrize("seed", range(5))
def test_changed_input_is_made_again_and_the_rest_is_kept(tmp_path: Path, seed: int) -> None:
    """Files grow, shrink, come and go: the rows are those of a run from nothing."""
    chance = random.Random(seed)
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for round_ in range(4):
        for name in "abcd":
            path = folder / f"{name}.jsonl"
            if chance.random() < 0.3:
                path.unlink(missing_ok=True)
            elif chance.random() < 0.7:
                corpus(path, chance.randrange(1, 60), ord(name) * 1000)
        if not any(folder.iterdir()):
            corpus(folder / "e.jsonl", 5)
        engine = Counting()
        run([folder], out, engine=lambda engine=engine: engine)
        run([folder], tmp_path / f"fresh-{round_}", engine=Counting)
        assert rows_of(out) == rows_of(tmp_path / f"fresh-{round_}")
        assert manifest(out)["parts"] == manifest(tmp_path / f"fresh-{round_}")["parts"]


def test_only_changed_shards_are_made_again(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    corpus(folder / "b.jsonl", 30)
    corpus(folder / "c.jsonl", 30, 1000)
    run([folder], out, engine=Counting)
    # A new file in front moves every part; a changed row spoils one.
    corpus(folder / "a.jsonl", 5, 5000)
    rows = (folder / "c.jsonl").read_text().replace("1015 farmers", "2015 farmers")
    (folder / "c.jsonl").write_text(rows)
    engine, said = Counting(), list[str]()
    run([folder], out, engine=lambda: engine, said=said)
    assert engine.asked.total() == 5 + 10
    assert ids(out) == [f"r{n}" for n in (*range(5000, 5005), *range(30), *range(1000, 1030))]
    assert any("shards had changed" in line for line in said)


def test_another_signature_or_option_is_told_and_all_is_made_again(tmp_path: Path) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 15), tmp_path / "out"
    run([path], out, engine=Counting)
    other = Counting()
    other.signature = Signature("0", "c", "none", "none", "none", "none", "none", "new")
    said: list[str] = []
    run([path], out, engine=lambda: other, said=said)
    assert other.asked.total() == 15
    assert "another signature (names changed)" in said[0]
    assert len({row["signature"] for row in rows_of(out)}) == 1
    run([path], out, engine=lambda: other, said=said, format="parquet")
    assert "other options (format)" in said[1]
    assert sorted(part.suffix for part in out.glob("part-*")) == [".parquet"] * 2
    assert ids(out) == [f"r{n}" for n in range(15)]


@pytest.mark.parametrize("seed", range(6))
def test_stopped_anywhere_and_resumed(tmp_path: Path, seed: int) -> None:
    """A run that dies while it measures or writes is the same in the end."""
    chance = random.Random(seed)
    path, out = corpus(tmp_path / "in.jsonl", 90), tmp_path / "out"
    run([path], tmp_path / "whole", engine=Counting)
    asked = 0
    for _ in range(40):
        left = chance.randrange(1, 12)

        def die(*rest: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise StopError

        def fsync(number: int) -> None:
            die()
            _FSYNC(number)

        engine = Counting(die)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            try:
                run([path], out, engine=lambda engine=engine: engine, rows=10)
                break
            except StopError:
                asked += engine.asked.total()
    run([path], out, engine=Counting)
    assert rows_of(out) == rows_of(tmp_path / "whole")
    assert manifest(out)["totals"] == manifest(tmp_path / "whole")["totals"]
    assert asked
    assert not [one for one in out.rglob("*") if "aside" in one.name or "kept" in one.name]


def test_repeated_texts_are_asked_for_once(tmp_path: Path) -> None:
    rows = [{"id": n, "text": sentence(n % 7)} for n in range(100)]
    engine = Counting()
    outcome = run(
        [write_rows(tmp_path / "in.jsonl", rows)], tmp_path / "out", engine=lambda: engine
    )
    assert set(engine.asked.values()) == {1}
    assert len(engine.asked) == 7
    assert outcome.counts.repeated_texts == 93
    found = rows_of(tmp_path / "out")
    assert [row["text"] for row in found] == [row["text"] for row in rows]
    assert [row["words"] for row in found] == [len(row["text"].split()) for row in found]


def test_repeated_ids_are_kept_and_counted(tmp_path: Path) -> None:
    rows = [{"id": n % 40, "text": sentence(n)} for n in range(50)]
    outcome = run([write_rows(tmp_path / "in.jsonl", rows)], tmp_path / "out", engine=Counting)
    assert outcome.counts.repeated_ids == 10
    assert ids(tmp_path / "out") == [row["id"] for row in rows]


@pytest.mark.parametrize("jobs", [2, 3])
def test_jobs_share_a_folder(tmp_path: Path, jobs: int) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 75), tmp_path / "out"
    run([path], tmp_path / "whole", engine=Counting)
    asked = 0
    for turn in reversed(range(jobs)):
        assert not (out / "manifest.json").exists() or not manifest(out)["complete"]
        engine = Counting()
        run([path], out, engine=lambda engine=engine: engine, turn=(turn, jobs))
        asked += engine.asked.total()
    assert asked == 75
    assert rows_of(out) == rows_of(tmp_path / "whole")
    assert manifest(out) == manifest(tmp_path / "whole")


def test_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 5), tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="not of a run of mtaudit score; give a new folder"):
        run([path], out, engine=Counting)
    assert [one.name for one in out.iterdir()] == ["thesis.txt"]
    with pytest.raises(UsageError, match="is a file; --out takes a folder"):
        run([path], out / "thesis.txt", engine=Counting)


def test_two_runs_in_one_folder_are_refused(tmp_path: Path) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 5), tmp_path / "out"

    def again(job: Job) -> None:
        with pytest.raises(UsageError, match="another run is at work in this folder"):
            run([path], out, engine=Counting)

    assert run([path], out, engine=lambda: Counting(again)).counts.rows == 5


def test_full_disk_keeps_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 40), tmp_path / "out"
    real = parts.write_jsonl

    def full(stream: BinaryIO, *rest: Any) -> None:
        if len(list(out.glob("part-*"))) == 2:
            stream.write(b'{"half')
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(stream, *rest)

    monkeypatch.setattr("mtaudit.corpus.sinks.write_jsonl", full)
    with pytest.raises(OutputError, match=r"No space left on device.*the same command goes on"):
        run([path], out, engine=Counting)
    assert len(ids(out)) == 20
    monkeypatch.undo()
    engine = Counting()
    run([path], out, engine=lambda: engine)
    assert engine.asked.total() == 20
    assert ids(out) == [f"r{n}" for n in range(40)]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder_is_told(tmp_path: Path) -> None:
    path = corpus(tmp_path / "in.jsonl", 5)
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(OutputError, match=r"cannot be written .*give another --out"):
        run([path], tmp_path / "closed" / "out", engine=Counting)


def test_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    path = corpus(tmp_path / "in.jsonl", 5)
    with pytest.raises(OutputError, match=r"cannot be written .*give another --out"):
        run([path], Path("/proc/nowhere/out"), engine=Counting)


def test_interrupt_finishes_the_shards_in_hand(tmp_path: Path) -> None:
    rows = [{"id": n, "text": sentence(n) * 100} for n in range(60)]
    path, out = write_rows(tmp_path / "in.jsonl", rows), tmp_path / "out"
    sent = False

    def interrupt(job: Job) -> None:
        nonlocal sent
        if not sent:
            sent = True
            os.kill(os.getpid(), signal.SIGINT)

    said: list[str] = []
    outcome = run([path], out, engine=lambda: Counting(interrupt), said=said)
    done = len(ids(out))
    assert outcome.stopped
    assert 0 < done < 60
    assert done % 10 == 0
    assert any("finishing the shards in hand" in line for line in said)
    assert not manifest(out)["complete"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    engine = Counting()
    run([path], out, engine=lambda: engine)
    assert engine.asked.total() == 60 - done
    assert ids(out) == list(range(60))


def test_part_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 30), tmp_path / "out"
    run([path], out, engine=Counting)
    whole = rows_of(out)
    part = out / "part-00001.jsonl"
    part.write_bytes(part.read_bytes()[:-5])
    engine = Counting()
    run([path], out, engine=lambda: engine)
    assert engine.asked.total() == 10
    assert rows_of(out) == whole


def test_folder_can_be_moved(tmp_path: Path) -> None:
    path = corpus(tmp_path / "in.jsonl", 30)
    run([path], tmp_path / "one", engine=Counting)
    shutil.move(tmp_path / "one", tmp_path / "two")
    engine = Counting()
    run([path], tmp_path / "two", engine=lambda: engine)
    assert engine.asked.total() == 0


def test_columns_are_chosen() -> None:
    assert "findings" not in chosen("count")
    assert chosen("full", ["words", "findings"]) == ("words", "findings", "error")
    with pytest.raises(UsageError, match=r"no column 'qualty'; did you mean 'quality'"):
        chosen("full", ["qualty"])
    with pytest.raises(UsageError, match="findings needs --findings full"):
        chosen("count", ["findings"])


def test_manifest_is_read_as_json(tmp_path: Path) -> None:
    path, out = corpus(tmp_path / "in.jsonl", 12), tmp_path / "out"
    run([path], out, engine=Counting)
    told = json.loads((out / "manifest.json").read_text())
    assert told["parts"] == [
        {"name": "part-00000.jsonl", "rows": 10}, {"name": "part-00001.jsonl", "rows": 2}
    ]  # fmt: skip
    assert {row["signature"] for row in rows_of(out)} == {told["signature"]["id"]}
