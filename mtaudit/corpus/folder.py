"""The output folder of a run: its parts, their markers, the manifest, and what may be kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from mtaudit.corpus.lines import one_line
from mtaudit.corpus.markers import (
    Counts,
    Marker,
    Reading,
    read_marker,
    read_readings,
    write_readings,
)
from mtaudit.corpus.parts import replace_bytes, replace_file, sync_folder
from mtaudit.errors import OutputError, UsageError

MANIFEST = "manifest.json"
SCHEMA = "mtaudit.corpus/1"
_OWN = ".mtaudit"


class Folder:
    """Parts in order of the input, each keyed by what went into it.

    ``turn`` is (i, n) for the i-th of n jobs that share the folder, counted from 0: each touches
    the parts whose number leaves i when divided by n. A part is moved to another number where the
    input has moved it; nothing is measured twice for that.
    """

    def __init__(self, path: Path, format_: str, work: str, turn: tuple[int, int] = (0, 1)) -> None:
        """Take hold of a folder; it is made where there is none.

        Raises:
            UsageError: it holds files of somebody else, or another run is at work in it.
            OutputError: it cannot be written to.

        """
        self.path, self._format, self._work, self._turn = path, format_, work, turn
        self._own = path / _OWN
        self.manifest = _manifest(path)
        try:
            self._own.mkdir(parents=True, exist_ok=True)
            name = "lock" if turn[1] == 1 else f"lock-{turn[0] + 1}-of-{turn[1]}"
            self._lock = FileLock(self._own / name)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise UsageError(f"{path}: another run is at work in this folder") from None
        except OSError as error:
            raise OutputError(
                f"{path}: cannot be written ({one_line(error)}); give another --out"
            ) from error
        self._clean()
        self._readings_path = self._own / f"read-{turn[0] + 1}-of-{turn[1]}.json"
        self._readings = read_readings(self._readings_path, work)
        self._markers = {
            index: marker for index, marker in self._all_markers() if self._mine(index)
        }
        # Where a part with a key can be had that no shard has claimed yet.
        self._free: dict[str, list[int]] = {}
        for index, marker in sorted(self._markers.items(), reverse=True):
            self._free.setdefault(marker.key, []).append(index)
        self.found = len(self._markers)
        self.replaced = 0
        self._kept: dict[str, list[tuple[Path, Marker]]] = {}

    def close(self) -> None:
        """Let go of the folder."""
        self._lock.release()

    def mine(self, index: int) -> bool:
        """Whether a shard is this job's."""
        return self._mine(index)

    def _mine(self, index: int) -> bool:
        return index % self._turn[1] == self._turn[0]

    def part(self, index: int) -> Path:
        """Return where the rows of a shard lie."""
        return self.path / f"part-{index:05d}.{self._format}"

    def _marker(self, index: int) -> Path:
        return self._own / f"part-{index:05d}.json"

    def known(self, name: str, stat: Sequence[Sequence[int]] | None, first: int) -> Reading | None:
        """Return what was read of a file, if it still stands so and all its shards are done."""
        reading = self._readings.get(name)
        if reading is None or stat is None or reading.first != first:
            return None
        if reading.stat != [list(one) for one in stat]:
            return None
        for index, key in enumerate(reading.keys, first):
            if self._mine(index) and (
                index not in self._markers or self._markers[index].key != key
            ):
                return None
        return reading

    def read_through(self, name: str, reading: Reading) -> None:
        """Remember that a file was read to its end; kept by :meth:`save_readings`."""
        self._readings[name] = reading

    def save_readings(self, names: Sequence[str]) -> None:
        """Keep what was read of the files of this run."""
        kept = {name: self._readings[name] for name in names if name in self._readings}
        write_readings(self._readings_path, self._work, kept)

    def claim(self, index: int, key: str) -> Counts | None:
        """Return the counts of a shard that is done, None when it is to be measured."""
        marker = self._markers.get(index)
        if marker is not None and marker.key == key:
            self._free[key] = [one for one in self._free[key] if one != index]
            return marker.counts
        if marker is not None:
            self._shelve(index)
        if self._kept.get(key):
            part, marker = self._kept[key].pop()
            return self._adopt(part, marker, index)
        if self._free.get(key):
            other = self._free[key].pop()
            marker = self._markers.pop(other)
            self._marker(other).unlink(missing_ok=True)
            return self._adopt(self.part(other), marker, index)
        return None

    def _shelve(self, index: int) -> None:
        """Put a part aside that another shard may have use for."""
        marker = self._markers.pop(index)
        self._free[marker.key] = [one for one in self._free[marker.key] if one != index]
        place = self._own / f"kept-{index:05d}"
        self._marker(index).unlink(missing_ok=True)
        self.part(index).replace(place)
        self._kept.setdefault(marker.key, []).append((place, marker))
        self.replaced += 1

    def _adopt(self, part: Path, marker: Marker, index: int) -> Counts:
        # The old marker is gone by now: a part without one is measured again, never counted twice.
        part.replace(self.part(index))
        sync_folder(self.path)
        marker.write(self._marker(index))
        self._markers[index] = marker
        return marker.counts

    def commit(
        self, index: int, key: str, counts: Counts, write: Callable[[BinaryIO], None]
    ) -> None:
        """Write the part of a shard and then its marker.

        Raises:
            OutputError: it cannot be written; the shard counts as not done.

        """
        size = replace_file(self.part(index), write)
        marker = Marker(key, size, counts)
        marker.write(self._marker(index))
        self._markers[index] = marker

    def finish(self, shards: int, told: Mapping[str, Any]) -> bool:
        """Drop what lies beyond ``shards``, write the manifest; return whether all are done."""
        for index in [index for index in self._markers if index >= shards]:
            self._marker(index).unlink(missing_ok=True)
            del self._markers[index]
        for part in self.path.glob("part-*"):
            number = _number(part)
            if number is None or not self._mine(number):
                continue
            if number not in self._markers or part != self.part(number):
                part.unlink(missing_ok=True)
        self._drop_kept()
        there = dict(self._all_markers())
        complete = all(index in there for index in range(shards))
        totals = Counts()
        for marker in there.values():
            totals.add(marker.counts)
        parts = [
            {"name": self.part(index).name, "rows": there[index].counts.rows}
            for index in sorted(there)
        ]
        self.write_manifest({**told, "totals": totals.told(), "parts": parts}, complete=complete)
        return complete

    def write_manifest(self, told: Mapping[str, Any], *, complete: bool) -> None:
        """Say what the folder holds, for readers."""
        text = json.dumps({"schema": SCHEMA, "complete": complete, **told}, indent=1)
        replace_bytes(self.path / MANIFEST, text.encode() + b"\n")

    def forget(self) -> None:
        """Let every shard be measured again."""
        for index in self._markers:
            self._marker(index).unlink(missing_ok=True)
        self._markers, self._free, self._readings = {}, {}, {}

    def _all_markers(self) -> Iterator[tuple[int, Marker]]:
        for path in self._own.glob("part-*.json"):
            number = _number(path)
            if number is not None:
                marker = read_marker(path, self.part(number))
                if marker is not None:
                    yield number, marker

    def _drop_kept(self) -> None:
        for kept in self._kept.values():
            for part, _ in kept:
                part.unlink(missing_ok=True)
        self._kept = {}

    def _clean(self) -> None:
        """Remove what a killed run has left half-written; other jobs' is left alone."""
        if self._turn[1] == 1:
            for folder in (self.path, self._own):
                for aside in (*folder.glob(".*.aside"), *folder.glob("kept-*")):
                    aside.unlink(missing_ok=True)


def _number(path: Path) -> int | None:
    number = path.name.removeprefix("part-").split(".")[0]
    return int(number) if number.isdecimal() else None


def _manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of an earlier run, {} for an empty folder or none.

    Raises:
        UsageError: there is a file, or a folder of somebody else.

    """
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path}: is a file; --out takes a folder")
    try:
        told = json.loads((path / MANIFEST).read_bytes())
        if isinstance(told, dict) and told.get("schema") == SCHEMA:
            return told
    except (OSError, ValueError):
        pass
    if path.is_dir() and any(one.name != _OWN and one.suffix != ".aside" for one in path.iterdir()):
        raise UsageError(
            f"{path}: holds files that are not of a run of mtaudit score; give a new folder"
        )
    return {}
