"""Choosing a destination by the name that a user gave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mtaudit.corpus.aside import File, Folder
from mtaudit.corpus.destination import Destination, unwritable
from mtaudit.errors import UsageError

_JSON = (".jsonl", ".jsonl.gz", ".jsonl.zst")


def destination(path: Path, schema: Any, option: str, *, force: bool) -> Destination:
    """Return a file or, for a name without ending or an existing folder, a folder of parts.

    Raises:
        UsageError: it exists and ``force`` is not given, or its ending says no known format.
        InputError: its folder is missing or cannot be written to.

    """
    if path.is_dir() or not path.suffix:
        _check_folder(path, option, force=force)
        return Folder(path, schema)
    if path.suffix != ".parquet" and not path.name.endswith(_JSON):
        raise UsageError(
            f"{option} {path}: the ending says no format; use .jsonl, .jsonl.gz, .jsonl.zst, "
            ".parquet, or a folder"
        )
    if path.exists() and not force:
        raise UsageError(f"{option} {path}: exists already; --force replaces it")
    if path.exists() and not path.is_file():
        raise UsageError(f"{option} {path}: is not a file; give another name")
    return File(path, schema)


def _check_folder(path: Path, option: str, *, force: bool) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        if not force:
            raise UsageError(f"{option} {path}: exists already; --force replaces it")
        return
    try:
        inside = [entry.name for entry in path.iterdir()]
    except OSError as error:
        raise unwritable(str(path), error) from None
    others = [name for name in inside if not name.startswith("part-")]
    if others:
        raise UsageError(
            f"{option} {path}: the folder holds other things than parts, such as {others[0]!r}; "
            "give another name"
        )
    if inside and not force:
        raise UsageError(f"{option} {path}: has parts already; --force replaces them")
