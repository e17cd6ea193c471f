"""What there is to read: files, folders, globs, a saved data set, standard input."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from mtaudit.corpus import arrow_files, hub, lines
from mtaudit.corpus.lines import STDIN, Cut
from mtaudit.corpus.rows import Rows
from mtaudit.errors import InputError, UsageError

KINDS = ("jsonl", "csv", "tsv", "parquet", "arrow", "text")
UNITS = ("line", "paragraph", "file")
_SUFFIXES = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".parquet": "parquet", ".arrow": "arrow", ".feather": "arrow", ".txt": "text",
}  # fmt: skip
_COMPRESSED = (".gz", ".zst")
HUB = "hub:"
_HEAD = Cut(rows=1000, size=4_000_000)


@dataclass(frozen=True, slots=True)
class Source:
    """One input that is read from its beginning to its end.

    ``paths`` is one file, or many of which each is a document; ``source`` the file whose lines
    stand beside those of the one path; ``split`` the part of a data set of the hub.
    """

    name: str
    kind: str
    paths: tuple[str, ...]
    unit: str = "line"
    source: str | None = None
    split: str | None = None

    def shards(self, cut: Cut) -> Iterator[Rows]:
        """Yield the rows in shards; the same content is always cut in the same places."""
        path = self.paths[0]
        if self.kind == "hub":
            return hub.shards(path, self.split, self.name, cut)
        if self.kind in ("parquet", "arrow"):
            return arrow_files.shards(Path(path), self.name, cut)
        return lines.shards(self._lines(path), cut, self.name)

    def _lines(self, path: str) -> Iterator[lines.Line]:
        if self.kind == "jsonl":
            return lines.json_lines(path, self.name)
        if self.kind in ("csv", "tsv"):
            return lines.table(path, self.name, "," if self.kind == "csv" else "\t")
        if self.unit == "paragraph":
            return lines.paragraphs(path, self.name)
        if self.unit == "file":
            return lines.whole_files(self.paths, self._named)
        return lines.text_lines(path, self.name, self.source)

    def _named(self, path: str) -> str:
        return self.name if len(self.paths) == 1 else os.path.relpath(path, self.name)

    def head(self) -> pa.Schema | None:
        """Return the columns of the first rows, None for standard input and an empty file.

        Raises:
            InputError: nothing of it can be read.

        """
        if self.paths[0] == STDIN:
            return None
        if self.kind == "hub":
            return hub.schema_of(self.paths[0], self.split)
        if self.kind in ("parquet", "arrow"):
            return arrow_files.schema_of(Path(self.paths[0]))
        if self.kind == "text":
            names = ["id", "text", *(["source"] if self.source else [])]
            first = self.paths[0]
            try:
                lines.opened(first).__enter__().close()
            except OSError as error:
                raise InputError(
                    f"{first}: cannot be read ({lines.one_line(error)}); leave it out"
                ) from None
            return pa.schema([(name, pa.string()) for name in names])
        rows = next(self.shards(_HEAD), None)
        if rows is None:
            return None
        if not rows.names and lines.BROKEN_OFF in (rows.errors[0] or ""):
            raise InputError(rows.errors[0] or "")
        return rows.schema

    def stat(self) -> list[tuple[int, int, int]] | None:
        """Return size and times of the files, by which a change shows; None for a pipe."""
        if self.paths[0] == STDIN or self.kind == "hub":
            return None
        found = []
        for path in (*self.paths, *([self.source] if self.source else [])):
            try:
                told = os.stat(path)
            except OSError:
                return None
            found.append((told.st_size, told.st_mtime_ns, told.st_ctime_ns))
        return found

    @property
    def size(self) -> int:
        """The bytes there are to read, 0 where that is not known."""
        return sum(one[0] for one in self.stat() or ())


def find(
    given: Sequence[str],
    *,
    kind: str | None = None,
    unit: str = "line",
    source: str | None = None,
    split: str | None = None,
) -> list[Source]:
    """Return the inputs that ``given`` names, in order; folders and globs sorted by name.

    Raises:
        InputError: there is no such file, or nothing to read in a folder.
        UsageError: the kind of a file is not known, or the options do not fit together.

    """
    found: list[Source] = []
    for one in given:
        found += _found(one, kind, unit, split)
    if source is None:
        return found
    if len(found) != 1 or found[0].kind != "text" or unit != "line":
        raise UsageError("--source goes with one plain text file whose lines are documents")
    return [_paired(found[0], source)]


def _found(given: str, kind: str | None, unit: str, split: str | None) -> list[Source]:
    if given == STDIN:
        return [Source("standard input", kind or "jsonl", (STDIN,), unit)]
    if given.startswith(HUB):
        if split is None:
            raise UsageError(f"{given}: give --split, for example --split train")
        return [Source(given, "hub", (given.removeprefix(HUB),), split=split)]
    path = Path(given)
    if path.is_dir():
        if (path / "dataset_dict.json").is_file():
            return _saved(_split(path, split))
        if (path / "state.json").is_file():
            return _saved(path)
        files = sorted(
            str(file)
            for file in path.rglob("*")
            if file.is_file()
            and not any(part.startswith(".") for part in file.relative_to(path).parts)
            and (kind is not None or kind_of(file) is not None)
        )
        if not files:
            raise InputError(
                f"{path}: no file in this folder that can be read; known endings are "
                f"{', '.join(_SUFFIXES)}, also with .gz and .zst"
            )
        kinds = {kind or kind_of(Path(file)) for file in files}
        if unit == "file" and kinds == {"text"}:
            return [Source(given, "text", tuple(files), unit)]
        return [_file(file, kind, unit) for file in files]
    if path.exists():
        return [_file(given, kind, unit)]
    matches = sorted(glob.glob(given, recursive=True)) if glob.has_magic(given) else []
    if not matches:
        raise InputError(f"{given}: there is no such file or folder")
    return [source for match in matches for source in _found(match, kind, unit, split)]


def _file(path: str, kind: str | None, unit: str) -> Source:
    chosen = kind or kind_of(Path(path))
    if chosen is None:
        raise UsageError(
            f"{path}: what kind of file is this? Give --input-format, one of {', '.join(KINDS)}"
        )
    return Source(path, chosen, (path,), unit)


def kind_of(path: Path) -> str | None:
    """Return the kind of a file by its name, None where it does not tell."""
    name = path.name.casefold()
    for compressed in _COMPRESSED:
        bare = name.removesuffix(compressed)
        if bare != name:
            found = _SUFFIXES.get(Path(bare).suffix)
            return None if found in ("parquet", "arrow") else found
    return _SUFFIXES.get(path.suffix.casefold())


def _split(path: Path, split: str | None) -> Path:
    there = json.loads((path / "dataset_dict.json").read_text(encoding="utf-8"))["splits"]
    if split is None or split not in there:
        raise UsageError(f"{path}: give --split, one of {', '.join(there)}")
    return path / split


def _saved(path: Path) -> list[Source]:
    """Return the Arrow files of a data set that ``datasets`` has saved, in its order."""
    try:
        state = json.loads((path / "state.json").read_text(encoding="utf-8"))
        files = [str(path / one["filename"]) for one in state["_data_files"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{path}: not a whole data set; save it again with save_to_disk") from None
    return [Source(file, "arrow", (file,)) for file in files]


def _paired(target: Source, source: str) -> Source:
    counts = []
    for path in (target.paths[0], source):
        try:
            with lines.opened(path) as stream:
                counts.append(sum(1 for _ in lines.numbered(stream)))
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{path}: cannot be read ({lines.one_line(error)})") from None
    if counts[0] != counts[1]:
        raise UsageError(
            f"{target.name} has {counts[0]:,} lines and {source} {counts[1]:,}; --source needs a "
            "line for each"
        )
    return Source(target.name, "text", target.paths, "line", source)
