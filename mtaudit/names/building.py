"""Building a names file of one's own, in steps that can be broken off and taken up again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from mtaudit.errors import NamesError, UsageError
from mtaudit.names.build import FORMAT, Progress, build
from mtaudit.names.sources.source import Rows, Source

# Ids that may not have reached the database yet: more than a batch of them.
_REMEMBERED = 10_000
_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a source was read in this run: input rows and seconds."""

    key: str
    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / max(self.seconds, 1e-3)


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Times how sources are read and their entities stored."""

    readings: list[Reading] = field(default_factory=list)

    def timed(self, source: Source) -> Source:
        """Return a source whose reading is timed."""
        return replace(source, read=partial(self._read, source))

    def _read(self, source: Source, skip: int) -> Rows:
        start, number = time.monotonic(), skip
        for number, entity in source.read(skip):
            yield number, entity
        self.readings.append(Reading(source.key, number - skip, time.monotonic() - start))


def build_file(
    path: Path, sources: Sequence[Source], progress: Progress, *, anew: bool = False
) -> bool:
    """Build a names file and return whether there was anything to do.

    It grows in ``path`` with ``.part`` behind it, which the next run goes on with, and is put in
    the place of what is there once it is whole.

    Raises:
        NamesError: a source cannot be read, or the file cannot be written.
        UsageError: what is there is something else, or was built from other sources; ``anew``
            replaces what was built.

    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; give a file")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {path.absolute().parent}")
    part = path.with_name(f"{path.name}.part")
    if anew:
        for old in filter(Path.exists, (path, part)):
            _sources_in(old)  # only a names file may be replaced
        part.unlink(missing_ok=True)
    else:
        if path.exists() and _is_built_from(path, sources, whole=True):
            return False
        if part.exists():
            _is_built_from(part, sources, whole=False)
    try:
        with closing(sqlite3.connect(part, timeout=0)) as database:
            # The rollback journal stays: a process may be killed at any time.
            database.executescript(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; "
                f"PRAGMA cache_size = -200000; PRAGMA application_id = {FORMAT};"
            )
            build([_new_alone(source, database) for source in sources], database, progress)
        part.replace(path)
    except sqlite3.Error as error:
        if _is_locked(error):
            raise _busy(part) from None
        raise NamesError(f"cannot write {part}: {error}") from error
    except OSError as error:
        raise NamesError(f"cannot write {path}: {error.strerror}") from error
    return True


def _is_locked(error: sqlite3.Error) -> bool:
    return "locked" in str(error)


def _strange(path: Path) -> UsageError:
    return UsageError(f"{path} is there and no names file; give another --output")


def _busy(path: Path) -> UsageError:
    return UsageError(f"another process is building {path}")


def _new_alone(source: Source, database: sqlite3.Connection) -> Source:
    """Return a gazetteer without the entries that are stored already, by an earlier one too."""
    return replace(source, read=partial(_new, source, database)) if source.broad else source


def _new(source: Source, database: sqlite3.Connection, skip: int) -> Rows:
    seen: set[str] = set()
    for number, entity in source.read(skip):
        held = database.execute("SELECT 1 FROM entities WHERE id = ?", (entity.id,)).fetchone()
        if held is None and entity.id not in seen:
            yield number, entity
        if len(seen) > _REMEMBERED:
            seen.clear()
        seen.add(entity.id)


def _is_built_from(path: Path, sources: Sequence[Source], *, whole: bool) -> bool:
    """Return true where a file holds these sources, or the first of them if it is not ``whole``.

    Raises:
        UsageError: it holds others.

    """
    layout, held = _sources_in(path)
    wanted = [(source.key, source.version) for source in sources]
    if layout != FORMAT or held != (wanted if whole else wanted[: len(held)]):
        told = ", ".join(f"{key} {version}" for key, version in held)
        raise UsageError(
            f"{path} was built from other sources or by another version ({told}); --rebuild begins "
            "anew, or give another --output"
        )
    return True


def _sources_in(path: Path) -> tuple[int, list[tuple[str, str]]]:
    """Return the layout of a names file and the (key, version) of its sources in their order.

    Raises:
        UsageError: it is something else, or is being built.

    """
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
        if head not in (b"", _MAGIC):
            raise _strange(path)
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        ) as database:
            if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return FORMAT, []  # a build that was broken off before it began
            layout = database.execute("PRAGMA application_id").fetchone()[0]
            held = database.execute("SELECT key, version FROM sources ORDER BY rowid").fetchall()
    except sqlite3.Error as error:
        if _is_locked(error):
            raise _busy(path) from None
        raise _strange(path) from None
    except OSError as error:
        raise NamesError(f"cannot read {path}: {error.strerror}") from error
    return layout, held
