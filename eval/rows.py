"""Annotated data files: read whole, digested, sampled by hash, and refused when they are broken."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtaudit.errors import ResourceError

PROJECT = Path(__file__).resolve().parents[1]


class DataAbsentError(ResourceError):
    """The folder of annotated data is not there."""


class DataError(ResourceError):
    """A data file is missing, cut short, unreadable, or not the one that was frozen."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its fields, and ``key``, the sha256 of its line, by which it is drawn."""

    key: bytes
    fields: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    @property
    def half(self) -> int:
        """0 for a row that thresholds are chosen on, 1 for one that is reported on."""
        return half(self.key)


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that a figure comes from: its name, its sha256, and how many rows were used."""

    file: str
    sha256: str
    rows: int


def half(key: bytes) -> int:
    """Return 0 (chosen on) or 1 (reported on), by hash and so the same in every sample."""
    return hashlib.sha256(b"half" + key).digest()[0] & 1


def located(root: Path, file: str) -> Path:
    """Return where a file lies: the project's own rows in the project, others in the folder."""
    return (PROJECT if file.startswith("eval/") else root) / file


class Bench:
    """A folder of annotated data.

    Args:
        root: the folder.
        limit: rows of a file that are used, the ones with the smallest hashes; None for all.
        expected: sha256 by file name; a file that differs is refused.

    Raises:
        DataAbsentError: the folder is not there.

    """

    def __init__(
        self, root: Path, limit: int | None = None, expected: Mapping[str, str] | None = None
    ) -> None:
        if not root.is_dir():
            raise DataAbsentError(
                f"no annotated data in {root}; give the folder with --data, "
                "docs/evaluation.md says what lies in it"
            )
        self.root, self.limit = root, limit
        self._expected = dict(expected or {})
        self.used: dict[str, DataFile] = {}

    def path(self, file: str) -> Path:
        """Return where a file lies.

        Raises:
            DataError: it is missing.

        """
        path = located(self.root, file)
        if not path.is_file():
            raise DataError(f"{path}: no such file; the data folder is incomplete, fetch it again")
        return path

    def rows(self, file: str, *, every: bool = False) -> list[Row]:
        """Return the rows of a JSON Lines file in their order, with ``every`` beyond the limit.

        Raises:
            DataError: the file is missing, cut short, no JSON Lines, or has another digest.

        """
        path = self.path(file)
        lines = [line for line in self.content(file).split(b"\n") if line.strip()]
        rows = []
        for number, line in enumerate(lines, 1):
            try:
                fields = json.loads(line)
            except ValueError as error:
                raise DataError(f"{path}:{number}: not JSON ({error})") from None
            if not isinstance(fields, dict):
                raise DataError(f"{path}:{number}: not a JSON object")
            rows.append(Row(hashlib.sha256(line).digest(), fields))
        if not every and self.limit is not None and len(rows) > self.limit:
            order = sorted(range(len(rows)), key=lambda number: (rows[number].key, number))
            rows = [rows[number] for number in sorted(order[: self.limit])]
        self.count(file, len(rows))
        return rows

    def content(self, file: str) -> bytes:
        """Return the bytes of a file, unpacked when its name ends in ``.gz``, and note its digest.

        Raises:
            DataError: the file is missing, cut short or has another digest.

        """
        path = self.path(file)
        packed = path.read_bytes()
        content = packed
        if path.suffix == ".gz":
            try:
                content = gzip.decompress(packed)
            except EOFError:
                raise DataError(f"{path}: cut short; fetch it again") from None
            except (OSError, zlib.error) as error:
                raise DataError(f"{path}: broken gzip ({error}); fetch it again") from None
        digest = hashlib.sha256(packed).hexdigest()
        wanted = self._expected.get(file, digest)
        if digest != wanted:
            raise DataError(
                f"{path}: not the file that the floors were frozen on (sha256 {digest[:12]}, "
                f"frozen {wanted[:12]}); fetch it again, or freeze anew on purpose"
            )
        self.used[file] = DataFile(file, digest, 0)
        return content

    def count(self, file: str, rows: int) -> None:
        """Note how many rows of a file were used."""
        self.used[file] = DataFile(file, self.used[file].sha256, rows)
