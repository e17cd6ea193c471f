"""The dumps of gazetteers that a user has, as sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mtaudit.errors import NamesError
from mtaudit.names.sources import geonames_dump, whosonfirst, wikidata
from mtaudit.names.sources.source import Rows, Source

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str
    licence: str
    attribution: str
    read: Callable[..., Rows]


_KINDS = {
    "geonames": _Kind(
        "GeoNames dump", "CC BY 4.0", "GeoNames, geonames.org", geonames_dump.read
    ),
    "wikidata": _Kind("Wikidata dump", "CC0 1.0", "Wikidata, wikidata.org", wikidata.read),
    "whosonfirst": _Kind(
        "Who's On First", "CC0 1.0 and CC BY 4.0, mixed", "Who's On First, whosonfirst.org",
        whosonfirst.read,
    ),
}  # fmt: skip


def dump_sources(paths: Mapping[str, Path], told: Progress) -> Iterator[Source]:
    """Yield the dumps that are given as sources.

    Args:
        paths: ``geonames``, ``wikidata`` and ``whosonfirst`` to the files or folders at hand.
        told: hears how many bytes of one have been read.

    Raises:
        NamesError: one is not there, or does not begin as it should.

    """
    for key, kind in _KINDS.items():
        if key in paths:
            next(kind.read(paths[key]), None)  # a file of another kind is told at once
            yield Source(
                key=key,
                title=kind.title,
                version=_version(paths[key]),
                licence=kind.licence,
                attribution=kind.attribution,
                read=partial(_read, kind, paths[key], told),
                broad=True,
            )


def _read(kind: _Kind, path: Path, told: Progress, skip: int) -> Rows:
    stage = f"reading {kind.title}"
    return kind.read(path, skip, lambda done, total: told(stage, done, total))


def _version(path: Path) -> str:
    """Return what tells one download from another."""
    try:
        held = path.stat()
    except OSError as error:
        raise NamesError(f"cannot read {path}: {error.strerror}") from error
    date = datetime.fromtimestamp(held.st_mtime, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{path.name}, {held.st_size:,} bytes, {date}"
