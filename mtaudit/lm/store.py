"""The cache folder of imported models: locked, written aside, renamed into place."""

from __future__ import annotations

import errno
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from mtaudit.errors import ModelError, UsageError
from mtaudit.paths import home

# A model folder written by another layout of this file is imported anew, not misread.
FORMAT = 1
CARD = "mtaudit.json"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of an imported model; ``digest`` is the sha256 of its weights file."""

    name: str
    source: str
    licence: str
    digest: str
    tokenizer_digest: str
    bos_id: int
    bos_token: str
    window: int
    parameters: int
    format: int = FORMAT


def models_folder() -> Path:
    """Return the folder that holds one folder a model."""
    return home() / "models"


def read_card(folder: Path) -> ModelCard | None:
    """Return the card of an imported model, or None where there is no usable one."""
    try:
        fields = json.loads((folder / CARD).read_text(encoding="utf-8"))
        card = ModelCard(**fields)
    except (OSError, ValueError, TypeError):
        return None
    return card if card.format == FORMAT else None


def write_card(folder: Path, card: ModelCard) -> None:
    """Write the card of an imported model into its folder."""
    text = json.dumps(asdict(card), indent=1, ensure_ascii=False)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")


def installed() -> list[tuple[Path, ModelCard]]:
    """Return every imported model, by folder name."""
    root = models_folder()
    if not root.is_dir():
        return []
    found = ((folder, read_card(folder)) for folder in sorted(root.iterdir()) if folder.is_dir())
    return [(folder, card) for folder, card in found if card is not None]


@contextmanager
def replacing(folder: Path, needed: int) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``folder`` when the block ends well.

    The caller holds :func:`locked`. Left-overs of an import that was killed are removed first;
    when the block fails, ``folder`` is as it was.

    Raises:
        ModelError: the disk has fewer than ``needed`` bytes free, or fills up meanwhile.

    """
    root = folder.parent
    for stale in root.glob(f".{folder.name}.aside-*"):
        shutil.rmtree(stale, ignore_errors=True)
    free = shutil.disk_usage(root).free
    if free < needed:
        raise ModelError(
            f"{root} has {free / 1e6:,.0f} MB free and the import of {folder.name} needs "
            f"{needed / 1e6:,.0f} MB; free some space or point MTAUDIT_HOME to another disk"
        )
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.aside-", dir=root))
    try:
        yield aside
        if folder.exists():
            doomed = Path(tempfile.mkdtemp(prefix=f".{folder.name}.aside-", dir=root))
            folder.rename(doomed / "old")
            aside.rename(folder)
            shutil.rmtree(doomed, ignore_errors=True)
        else:
            aside.rename(folder)
        folder.chmod(0o755)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ModelError(
                f"the disk of {root} is full; free some space or point MTAUDIT_HOME to another disk"
            ) from error
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of one model's folder; a second process waits for the first."""
    root = models_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / f".{name}.lock")
        lock.acquire()
    except OSError as error:
        raise UsageError(
            f"cannot write to the cache folder {root}: {error.strerror or error}; "
            "set MTAUDIT_HOME to a folder that you may write to"
        ) from error
    try:
        yield
    finally:
        lock.release()


def remove(name: str) -> Path:
    """Delete an imported model and return the folder it was in.

    Raises:
        ModelError: no such model is in the cache.

    """
    folder = models_folder() / name
    if not name or folder.parent != models_folder() or not folder.is_dir():
        raise ModelError(f"no model {name!r} is in the cache; `mtaudit models list` shows them")
    with locked(name):
        shutil.rmtree(folder)
    return folder
