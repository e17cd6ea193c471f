"""Scores by content: what was measured once under one signature is not measured again.

SQLite, because it comes with Python, many processes may read and write one file at once (its
write-ahead log), and a crash leaves it whole. The cache is a convenience: whatever is wrong with it
is said once, and the audit goes on without it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mtaudit.errors import UsageError
from mtaudit.paths import home

LIMIT = 512_000_000
# A cache of another layout is left alone: the layout is part of the name.
_NAME = "scores-1.sqlite"
_SUFFIXES = ("", "-wal", "-shm")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS scores (
  key BLOB PRIMARY KEY, used INTEGER NOT NULL, value BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_use ON scores (used);
"""
# A row is written as used again at most once in so many seconds.
_FRESH = 3600
_MOST_PARAMETERS = 500
# What the rows of a full cache are cut down to, so that not every write has to cut.
_KEPT = 0.8
# Seconds to wait for another process that writes.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """What a cache holds; sizes in bytes."""

    path: Path
    entries: int
    size: int
    limit: int


def cache_path() -> Path:
    """Return the file that scores are kept in."""
    return home() / _NAME


def digest(*parts: str) -> bytes:
    """Return the key of what was measured: 20 bytes over the parts, each with its length."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        whole.update(len(data).to_bytes(8, "little") + data)
    return whole.digest()[:20]


class ScoreCache:
    """A bounded table from keys to bytes, shared by every process of this user.

    Args:
        path: the SQLite file; it is made when it is not there.
        limit: the most bytes of values and keys; the ones used least recently go first.
        notice: told, once, of anything that keeps the cache from working.

    """

    def __init__(
        self, path: Path, limit: int = LIMIT, notice: Callable[[str], None] = lambda _: None
    ) -> None:
        self._path = path
        self._limit = limit
        self._notice = notice
        self._connection = self._opened()

    def _opened(self) -> sqlite3.Connection | None:
        for retry in (False, True):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                return _connect(self._path)
            except sqlite3.OperationalError as error:  # locked, read-only, no space
                self._give_up(error)
                return None
            except sqlite3.DatabaseError as error:
                if retry:
                    self._give_up(error)
                    return None
                self._set_aside()
            except OSError as error:
                self._give_up(error)
                return None
        return None

    def _set_aside(self) -> None:
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        try:
            self._path.rename(aside)
            for suffix in _SUFFIXES[1:]:
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        except OSError as error:
            self._give_up(error)
            return
        self._notice(f"the score cache was damaged and is now {aside}; a new one is begun")

    def _give_up(self, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        self._connection = None
        self._notice(f"the score cache {self._path} cannot be used ({reason}); going on without")

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the values of the keys that are there."""
        found: dict[bytes, bytes] = {}
        stale: list[bytes] = []
        now = int(time.time())

        def read(connection: sqlite3.Connection) -> None:
            for start in range(0, len(keys), _MOST_PARAMETERS):
                some = keys[start : start + _MOST_PARAMETERS]
                marks = ",".join("?" * len(some))
                for key, used, value in connection.execute(
                    f"SELECT key, used, value FROM scores WHERE key IN ({marks})", some
                ):
                    found[key] = value
                    if now - used > _FRESH:
                        stale.append(key)
            if stale:
                with connection:
                    connection.executemany(
                        "UPDATE scores SET used = ? WHERE key = ?", [(now, key) for key in stale]
                    )

        self._guarded(read)
        return found

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Keep the values; the least recently used go when there are too many."""
        if not values:
            return
        now = int(time.time())

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO scores VALUES (?, ?, ?)",
                    [(key, now, value) for key, value in values.items()],
                )
                if _size(connection) > self._limit:
                    _evict(connection, int(self._limit * _KEPT))

        self._guarded(write)

    def _guarded(self, work: Callable[[sqlite3.Connection], None]) -> None:
        if self._connection is None:
            return
        try:
            work(self._connection)
        except sqlite3.OperationalError as error:
            self._give_up(error)
        except sqlite3.DatabaseError:
            self._connection.close()
            self._set_aside()
            self._connection = self._opened()

    def info(self) -> CacheInfo:
        """Return what the cache holds."""
        entries = size = 0

        def ask(connection: sqlite3.Connection) -> None:
            nonlocal entries, size
            (entries,) = connection.execute("SELECT count(*) FROM scores").fetchone()
            size = _size(connection)

        self._guarded(ask)
        return CacheInfo(self._path, entries, size, self._limit)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def clear(path: Path) -> int:
    """Delete the cache, damaged ones that were set aside too, and return the bytes freed.

    Raises:
        UsageError: a file cannot be deleted.

    """
    freed = 0
    for found in path.parent.glob(f"{path.name}*"):
        try:
            size = found.stat().st_size
            found.unlink()
        except FileNotFoundError:  # another process was faster
            continue
        except OSError as error:
            raise UsageError(
                f"cannot delete {found}: {error.strerror}; check the permissions of its folder"
            ) from error
        freed += size
    return freed


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE)
    deadline = time.monotonic() + _PATIENCE
    try:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.executescript(_SCHEMA)
                return connection
            except sqlite3.OperationalError as error:
                # SQLite does not wait for others that turn the log on in the same moment.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
    except BaseException:
        connection.close()
        raise


def _size(connection: sqlite3.Connection) -> int:
    """Return the bytes of the pages in use."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _evict(connection: sqlite3.Connection, target: int) -> None:
    doomed: list[tuple[bytes]] = []
    surplus = _size(connection) - target
    rows: Iterable[tuple[bytes, int]] = connection.execute(
        "SELECT key, length(value) + 64 FROM scores ORDER BY used"
    )
    for key, size in rows:
        if surplus <= 0:
            break
        surplus -= size
        doomed.append((key,))
    connection.executemany("DELETE FROM scores WHERE key = ?", doomed)
