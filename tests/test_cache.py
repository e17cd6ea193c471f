"""The score cache: what it saves, what it survives."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from mtaudit.audit import Auditor
from mtaudit.config import Config
from mtaudit.document import Document, Span
from mtaudit.errors import UsageError
from mtaudit.lm import cache as caching
from mtaudit.lm.batching import Batch
from mtaudit.lm.cache import ScoreCache, digest
from mtaudit.lm.model import LanguageModel, load_folder
from mtaudit.lm.scorer import Scorer
from mtaudit.names.store import shipped
from mtaudit.text.markup import view_of
from tests.tiny import tiny_folder


@pytest.fixture
def model(tmp_path: Path) -> LanguageModel:
    (tmp_path / "model").mkdir()
    tiny_folder(tmp_path / "model", "llama")
    return load_folder(tmp_path / "model")


class Counting:
    """A network that notes what it reads."""

    shares_prefixes = True

    def __init__(self, model: LanguageModel) -> None:
        self._network = model.network
        self.rows: list[int] = []

    @property
    def vocabulary(self) -> int:
        return self._network.vocabulary

    def states(self, batch: Batch, layers: Sequence[int] = ()) -> tuple[torch.Tensor, torch.Tensor]:
        self.rows.append(sum(group.count * group.length for group in batch.groups))
        return self._network.states(batch, layers)


def counted(model: LanguageModel) -> tuple[LanguageModel, Counting]:
    other = LanguageModel(model.card, model.folder, model.tokenizer)
    network = Counting(model)
    other.__dict__.update(network=network, head=model.head)
    return other, network


def test_what_is_known_is_not_measured_again(model: LanguageModel, tmp_path: Path) -> None:
    texts = ["the heron in the sea", "", "of the heath", "the heron in the sea"]
    fresh = Scorer(model).score(texts)
    watched, network = counted(model)
    first = Scorer(watched, cache=ScoreCache(tmp_path / "c.sqlite")).score(texts)
    measured = sum(network.rows)
    again = Scorer(watched, cache=ScoreCache(tmp_path / "c.sqlite")).score(texts)
    assert first == again == fresh
    assert sum(network.rows) == measured
    request = ("the heron", Span(4, 9), ("sea", "heath"))
    gains = [Scorer(watched, cache=ScoreCache(tmp_path / "c.sqlite")).rescore(*request)]
    measured = sum(network.rows)
    gains.append(Scorer(watched, cache=ScoreCache(tmp_path / "c.sqlite")).rescore(*request))
    assert gains[0] == gains[1] == Scorer(model).rescore(*request)
    assert sum(network.rows) == measured


def test_an_edited_paragraph_is_scored_alone(model: LanguageModel, tmp_path: Path) -> None:
    watched, network = counted(model)
    scorer = Scorer(watched, cache=ScoreCache(tmp_path / "c.sqlite"))
    auditor = Auditor(Config(), shipped(), scorer)
    paragraphs = [
        "The governor opened the bridge on Monday, and thanked the workers.",
        "Traffic had been diverted through the old town for two years.",
        "Residents said that they were relieved to have the road back.",
    ]

    def audit() -> None:
        network.rows.clear()
        document = Document("a", "\n\n".join(paragraphs))
        list(auditor.run([document], view=lambda d: view_of(d.text, d.markup), complain=print))

    audit()
    assert network.rows
    audit()
    assert network.rows == []
    paragraphs[1] = "Traffic had been sent through the old town for two years."
    audit()
    tokens = len(model.tokenizer.encode(paragraphs[1], add_special_tokens=False).ids)
    assert network.rows == [tokens + 1]


def test_another_signature_is_another_entry(model: LanguageModel, tmp_path: Path) -> None:
    store = ScoreCache(tmp_path / "c.sqlite")
    wide = Scorer(model, cache=store).score(["the heron in the sea"])
    narrow = Scorer(model, window=3, overlap=1, cache=store).score(["the heron in the sea"])
    assert wide != narrow
    assert store.info().entries == 2


def test_keys_tell_parts_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("\ud800") != digest("\udfff")


def test_size_is_bounded_and_the_least_used_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000_000.0]
    monkeypatch.setattr(caching.time, "time", lambda: clock[0])
    store = ScoreCache(tmp_path / "c.sqlite", limit=1_000_000)
    store.put({b"often": b"x"})
    for number in range(300):
        clock[0] += 4000
        store.put({b"%d" % number: bytes(10_000)})
        assert store.get([b"often"]) == {b"often": b"x"}
    assert store.info().size <= 1_000_000
    assert (tmp_path / "c.sqlite").stat().st_size < 1_500_000
    assert store.get([b"299", b"0"]) == {b"299": bytes(10_000)}


def test_a_damaged_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    path.write_bytes(b"this is no database" * 100)
    notices: list[str] = []
    store = ScoreCache(path, notice=notices.append)
    store.put({b"a": b"1"})
    assert store.get([b"a"]) == {b"a": b"1"}
    assert len(notices) == 1
    assert "was damaged and is now" in notices[0]
    assert len(list(tmp_path.glob("c.sqlite.damaged-*"))) == 1


def test_damage_that_shows_later_is_set_aside_too(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    store = ScoreCache(path)
    store.put({b"%d" % number: bytes(3000) for number in range(200)})
    store.close()
    whole = bytearray(path.read_bytes())
    whole[4096:] = b"\xff" * (len(whole) - 4096)
    path.write_bytes(bytes(whole))
    notices: list[str] = []
    store = ScoreCache(path, notice=notices.append)
    assert store.get([b"7"]) == {}
    store.put({b"a": b"1"})
    assert store.get([b"a"]) == {b"a": b"1"}
    assert len(notices) == 1


def test_a_value_of_the_wrong_length_is_measured_anew(model: LanguageModel, tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    scorer = Scorer(model, cache=ScoreCache(path))
    wanted = scorer.score(["the heron"])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE scores SET value = x'00'")
    assert scorer.score(["the heron"]) == wanted


def test_a_folder_that_cannot_be_written_is_said_once(model: LanguageModel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    notices: list[str] = []
    scorer = Scorer(model, cache=ScoreCache(tmp_path / "file" / "c.sqlite", notice=notices.append))
    assert scorer.score(["the heron"]) == Scorer(model).score(["the heron"])
    assert scorer.rescore("the heron", Span(0, 3), ["a"])
    assert len(notices) == 1
    assert "going on without" in notices[0]


def test_a_table_that_stays_locked_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.sqlite"
    ScoreCache(path).put({b"a": b"1"})
    monkeypatch.setattr(caching, "_PATIENCE", 0.05)
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    notices: list[str] = []
    store = ScoreCache(path, notice=notices.append)
    store.put({b"b": b"2"})
    assert store.get([b"b"]) == {}
    assert len(notices) == 1
    other.close()


WRITER = """
import sys
from pathlib import Path
from mtaudit.lm.cache import ScoreCache
def fail(line): sys.exit(line)
store = ScoreCache(Path(sys.argv[1]), notice=fail)
for number in range(200):
    key = f"{sys.argv[2]}-{number}".encode()
    store.put({key: key, b"shared": b"s"})
    assert store.get([key, b"shared"]) == {key: key, b"shared": b"s"}
"""


def test_many_processes_read_and_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [
        subprocess.Popen([*command, str(n)], stderr=subprocess.PIPE, text=True) for n in range(4)
    ]
    assert [writer.communicate()[1] for writer in writers] == [""] * 4
    assert ScoreCache(path).info().entries == 801


def test_clear_removes_damaged_files_too(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    ScoreCache(path).put({b"a": bytes(5000)})
    (tmp_path / "c.sqlite.damaged-1").write_bytes(b"x")
    (tmp_path / "other").write_bytes(b"x")
    assert caching.clear(path) > 5000
    assert [file.name for file in tmp_path.iterdir()] == ["other"]


def test_what_cannot_be_deleted_is_said(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").mkdir()
    with pytest.raises(UsageError, match=r"cannot delete .*c\.sqlite"):
        caching.clear(tmp_path / "c.sqlite")
