"""Many small GeoJSON files: a folder of them, a .zip, or a .tar, one after the other."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from mtaudit.errors import NamesError
from mtaudit.names.sources.stream import (
    DAMAGED,
    TRUNCATED,
    Progress,
    cut_off,
    damaged,
    decompressed,
    open_binary,
    open_zip,
)

# The name of a file, and how its bytes are got.
_File = tuple[str, Callable[[], bytes]]
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")


def holds_features(path: Path) -> bool:
    """Whether a path is a folder, a tar file, or a zip file of GeoJSON.

    Raises:
        NamesError: a zip file cannot be opened.

    """
    if path.is_dir() or path.name.endswith(_TARS):
        return True
    if path.suffix != ".zip":
        return False
    with open_binary(path) as file, open_zip(file, path) as archive:
        return any(name.endswith(".geojson") for name in archive.namelist())


def read_features(
    path: Path, skip_rows: int = 0, progress: Progress | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (number of files consumed so far, properties), without the first ``skip_rows`` files.

    Raises:
        NamesError: a file cannot be read or is not a GeoJSON feature.

    """
    number = 0
    try:
        for number, (name, content) in enumerate(_files(path, progress), 1):
            if number > skip_rows:
                yield number, _properties(content(), f"{path.name}, {name}")
    except TRUNCATED:
        raise cut_off(path, number) from None
    except DAMAGED as error:
        raise damaged(path, number, error) from error
    except tarfile.TarError as error:
        short = "unexpected end of data" in str(error)
        raise (cut_off(path, number) if short else damaged(path, number, error)) from None
    if not number:
        raise NamesError(f"{path.name} holds no .geojson file; is this the right one?")


def _properties(content: bytes, where: str) -> dict[str, Any]:
    try:
        properties = json.loads(content)["properties"]
    except UnicodeDecodeError as error:
        raise NamesError(f"{where}: byte {error.start + 1} is not UTF-8") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NamesError(f"{where}: not a GeoJSON feature; download it again") from None
    if not isinstance(properties, dict):
        raise NamesError(f"{where}: the feature has no properties; download it again")
    return properties


def _files(path: Path, progress: Progress | None) -> Iterator[_File]:
    if path.is_dir():
        return _in_folder(path)
    return _in_zip(path, progress) if path.suffix == ".zip" else _in_tar(path, progress)


def _is_feature(name: str) -> bool:
    # Other outlines of a place stand in files of their own, "85-alt-quattroshapes.geojson".
    return name.endswith(".geojson") and "-alt-" not in name


def _in_folder(path: Path) -> Iterator[_File]:
    for folder, folders, names in os.walk(path):
        # The order must be the same when a run goes on.
        folders.sort()
        for name in sorted(filter(_is_feature, names)):
            yield name, (Path(folder) / name).read_bytes


def _in_zip(path: Path, progress: Progress | None) -> Iterator[_File]:
    with open_binary(path) as file, open_zip(file, path) as archive:
        size = path.stat().st_size
        for member in archive.infolist():
            if _is_feature(member.filename):
                yield member.filename, partial(archive.read, member)
                if progress:
                    progress(file.tell(), size)


def _in_tar(path: Path, progress: Progress | None) -> Iterator[_File]:
    with (
        open_binary(path) as file,
        decompressed(file, path) as stream,
        tarfile.open(fileobj=stream, mode="r|") as archive,
    ):
        size = path.stat().st_size
        for member in iter(archive.next, None):
            # A tar file remembers every member that it read, and there are millions.
            archive.members = []  # type: ignore[attr-defined]
            content = archive.extractfile(member) if _is_feature(member.name) else None
            if content:
                yield member.name, content.read
                if progress:
                    progress(file.tell(), size)
