"""The reviewed tables that ship with the package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import islice

from mtaudit.names.entities import DATA, Entity, read_entities
from mtaudit.names.sources.source import Rows, Source


def source() -> Source:
    """Return the reviewed tables as a source."""
    return Source(
        key="curated",
        title="reviewed names",
        version=digest()[:12],
        licence="Apache-2.0",
        attribution="the authors of mtaudit",
        read=_read,
    )


@cache
def digest() -> str:
    """Return the SHA-256 of the tables and of the gloss lexicons that they are read with."""
    found = hashlib.sha256()
    for folder in ("entities", "glosses"):
        for path in sorted((DATA / folder).glob("*.tsv")):
            found.update(path.read_bytes())
    return found.hexdigest()


def entities() -> Iterator[Entity]:
    """Yield the reviewed entities.

    Raises:
        NamesError: a row breaks the schema.

    """
    for path in sorted((DATA / "entities").glob("*.tsv")):
        yield from read_entities(path)


def _read(skip: int) -> Rows:
    return islice(enumerate(entities(), 1), skip, None)
