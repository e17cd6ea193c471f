"""What an output folder says of its shards: a marker for each, and the files they came from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mtaudit.corpus.parts import replace_bytes


@dataclass
class Counts:
    """What is counted over rows: of one shard, or of a run."""

    rows: int = 0
    errors: int = 0
    repeated_texts: int = 0
    repeated_ids: int = 0
    broken_files: int = 0
    words: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Take in the counts of another."""
        for name, value in vars(other).items():
            if name == "verdicts":
                self.verdicts.update(value)
            else:
                setattr(self, name, getattr(self, name) + value)

    def told(self) -> dict[str, Any]:
        """Return what JSON can keep."""
        return {**vars(self), "verdicts": dict(self.verdicts)}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Counts:
        """Return the counts that :meth:`told` has made.

        Raises:
            TypeError: they are of another shape.

        """
        return cls(**{**told, "verdicts": Counter(told["verdicts"])})


@dataclass(frozen=True)
class Marker:
    """A shard that is done: what it is keyed by, the bytes of its part, what was counted."""

    key: str
    size: int
    counts: Counts

    def write(self, path: Path) -> None:
        """Put the marker in its place; see :func:`replace_bytes`."""
        told = {"key": self.key, "size": self.size, "counts": self.counts.told()}
        replace_bytes(path, json.dumps(told).encode())


def read_marker(path: Path, part: Path) -> Marker | None:
    """Return a marker, None unless it is whole and its part is there in full."""
    try:
        told = json.loads(path.read_bytes())
        marker = Marker(told["key"], told["size"], Counts.of(told["counts"]))
        return marker if part.stat().st_size == marker.size else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True)
class Reading:
    """A file that was read to its end: how it stood then, and the keys of its shards in order."""

    stat: list[list[int]]
    first: int
    keys: list[str]


def read_readings(path: Path, work: str) -> dict[str, Reading]:
    """Return what was read for the same ``work``, by the name of the source."""
    try:
        told = json.loads(path.read_bytes())
        if told["work"] != work:
            return {}
        return {name: Reading(**one) for name, one in told["sources"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_readings(path: Path, work: str, readings: Mapping[str, Reading]) -> None:
    """Keep what was read."""
    told = {"work": work, "sources": {name: asdict(one) for name, one in readings.items()}}
    replace_bytes(path, json.dumps(told).encode())
