"""Where the names file lies, and how it is made and opened."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from mtaudit.errors import NamesError
from mtaudit.names.build import FORMAT, Progress, build
from mtaudit.names.knowledge import KnowledgeBase, Layer
from mtaudit.names.sources import cities, curated, territories
from mtaudit.names.sources.source import Source
from mtaudit.paths import home


def silent(stage: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def shipped_sources() -> tuple[Source, ...]:
    """Return the sources that come with the package and what it depends on, the best first."""
    return curated.source(), territories.source(), cities.source()


def digest_of(sources: Sequence[Source]) -> str:
    """Return 12 hex digits over the layout and the versions of some sources."""
    told = [str(FORMAT), curated.digest(), *(f"{s.key} {s.version}" for s in sources)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def shipped_path() -> Path:
    """Return where the names file of this version lies or will lie."""
    return home() / "names" / f"{digest_of(shipped_sources())}.sqlite"


@cache
def _opened(path: Path, digest: str) -> KnowledgeBase:
    return KnowledgeBase([Layer(open_file(path))], digest)


def shipped(progress: Progress = silent) -> KnowledgeBase:
    """Return the knowledge base that ships with the package, built at the first use.

    Where the cache folder cannot be written, the reviewed names alone are held in memory.
    """
    path = shipped_path()
    try:
        if not path.is_file():
            build_shipped(path, progress)
        return _opened(path, path.stem)
    except (OSError, sqlite3.Error, NamesError):
        return _in_memory()


def opened(path: Path) -> KnowledgeBase:
    """Return the knowledge base in a names file.

    Raises:
        NamesError: it is missing, no names file, of another version, or half-built.

    """
    database = open_file(path)
    rows = database.execute("SELECT key, version, entities FROM sources ORDER BY key").fetchall()
    told = "\n".join([str(FORMAT), *(" ".join(map(str, row)) for row in rows)])
    return KnowledgeBase([Layer(database)], hashlib.sha256(told.encode()).hexdigest()[:12])


@cache
def _in_memory() -> KnowledgeBase:
    return KnowledgeBase.of(curated.entities(), curated.digest()[:12])


def build_shipped(
    path: Path,
    progress: Progress = silent,
    *,
    sources: Sequence[Source] | None = None,
    anew: bool = False,
) -> None:
    """Write the names file aside and rename it; files of other versions are deleted.

    Args:
        path: the file; what is there stays unless ``anew``.
        progress: is told how far it has come.
        sources: the shipped sources, by default as they come.
        anew: whether a file that is there is built again.

    Raises:
        OSError: the folder cannot be written.

    """
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        if path.is_file() and not anew:  # another process has built it meanwhile
            return
        aside = path.with_suffix(f".{os.getpid()}.part")
        try:
            database = sqlite3.connect(aside)
            try:
                database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
                build(sources or shipped_sources(), database, progress)
            finally:
                database.close()
            for older in path.parent.glob("*.sqlite"):
                older.unlink(missing_ok=True)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)


def open_file(path: Path) -> sqlite3.Connection:
    """Return a names file, opened for reading.

    Raises:
        NamesError: it is missing, no names file, of another version, or half-built.

    """
    if not path.is_file():
        raise NamesError(f"there is no names file {path}; mtaudit names build makes one")
    try:
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        found = database.execute("PRAGMA user_version").fetchone()[0]
        begun = database.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'sources'"
        ).fetchone()[0]
    except sqlite3.Error as error:
        raise NamesError(f"{path} is no names file; mtaudit names build makes one") from error
    if found == 0 and begun:
        raise NamesError(f"{path} is half-built; run the same mtaudit names build again")
    if found != FORMAT or not begun:
        raise NamesError(
            f"{path} is a names file of another version ({found}, not {FORMAT}); build it anew"
        )
    return database
