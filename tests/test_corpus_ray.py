"""The Ray engine gives the rows of the local runner, and outlives a row that kills an actor."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from mtaudit.corpus.ray_engine import RayActors
from mtaudit.errors import ConfigError, UsageError
from tests.corpora import SOUND, corpus, manifest, rows_of, run, write_rows
from tests.test_corpus_processes import FATAL, setup


def installed() -> bool:
    try:
        importlib.import_module("ray")
    except ImportError:
        return False
    return True


needs_ray = pytest.mark.skipif(not installed(), reason="Ray is an optional extra")


def quiet(line: str) -> None:
    pass


def test_without_ray_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'mtaudit\[ray\]'"):
        RayActors(setup(tmp_path), 1, quiet, None)


@needs_ray
def test_actors_give_the_rows_of_one_process(tmp_path: Path) -> None:
    path = corpus(tmp_path / "in.jsonl", 40)
    made = setup(tmp_path)
    run([path], tmp_path / "inline", setup=made, findings="full")
    said: list[str] = []
    run(
        [path],
        tmp_path / "ray",
        engine=lambda: RayActors(made, 2, said.append, None),
        findings="full",
    )
    assert said == ["2 actors on 1 machines"]
    assert rows_of(tmp_path / "ray") == rows_of(tmp_path / "inline")
    assert manifest(tmp_path / "ray") == manifest(tmp_path / "inline")
    # Either engine goes on where the other has stopped.
    outcome = run([path], tmp_path / "ray", setup=made, findings="full")
    assert outcome.done_before == outcome.shards == 4


@needs_ray
def test_row_that_kills_an_actor_is_an_error_row(tmp_path: Path) -> None:
    rows = [{"id": n, "text": f"{SOUND} Item {n} was read."} for n in range(12)]
    rows[5]["text"] = FATAL
    path = write_rows(tmp_path / "in.jsonl", rows)
    run([path], tmp_path / "out", engine=lambda: RayActors(setup(tmp_path), 1, quiet, None))
    found = rows_of(tmp_path / "out")
    assert [row["id"] for row in found if row["error"]] == [5]
    assert "died twice" in found[5]["error"]
    assert [row["id"] for row in found] == list(range(12))


@needs_ray
def test_error_of_an_actor_is_that_of_the_run(tmp_path: Path) -> None:
    from dataclasses import replace

    made = setup(tmp_path)
    made = replace(made, config=replace(made.config, disable=("no-such",)))
    engine = RayActors(made, 1, quiet, None)
    try:
        with pytest.raises(ConfigError, match="there is no check 'no-such'"):
            _ = engine.signature
    finally:
        engine.close()


@needs_ray
def test_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no Ray cluster at 127\.0\.0\.1:1 "):
        RayActors(setup(tmp_path), 1, quiet, "127.0.0.1:1")
