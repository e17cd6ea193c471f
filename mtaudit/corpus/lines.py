"""Files of lines, plain or compressed: JSON Lines, CSV, plain text, line-aligned pairs."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from mtaudit.corpus.rows import JsonRows, Rows, json_bytes
from mtaudit.errors import InputError

STDIN = "-"
# A longer line is no row but another kind of file.
LONGEST_LINE = 256_000_000
_MAGIC = {b"PAR1": "Parquet", b"ARRO": "Arrow", b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


@dataclass(frozen=True, slots=True)
class Cut:
    """How large a shard may be: it ends at ``rows`` rows or at ``size`` bytes of input."""

    rows: int = 1000
    size: int = 1_000_000


# One line of input as it came in: its JSON, where it stands, why it is no row.
Line = tuple[bytes, str, str | None]


def shards(lines: Iterable[Line], cut: Cut, name: str) -> Iterator[Rows]:
    """Yield the lines in shards; a file that breaks off ends in one row that says so."""
    held: list[Line] = []
    size, last = 0, "its start"
    following = iter(lines)
    while True:
        try:
            line = next(following, None)
        except (OSError, pa.ArrowException, EOFError) as error:
            line = (b"{}", name, broken(name, f"after {last}", error))
            following = iter(())
        if line is None:
            break
        held.append(line)
        size, last = size + len(line[0]), line[1]
        if len(held) >= cut.rows or size >= cut.size:
            yield JsonRows(*zip(*held, strict=True))
            held, size = [], 0
    if held:
        yield JsonRows(*zip(*held, strict=True))


def broken(name: str, where: str, error: Exception) -> str:
    """Return one line on a file that breaks off."""
    return f"{name}: {BROKEN_OFF} {where} ({one_line(error)}); get the file again"


BROKEN_OFF = "cannot be read any further"


def one_line(error: Exception) -> str:
    """Return what an error says on one line."""
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(told.split())[:160].rstrip(".")


def opened(path: str, stdin: BinaryIO | None = None) -> AbstractContextManager[BinaryIO]:
    """Return the bytes of a file, decompressed by its name, or standard input.

    Raises:
        OSError: it cannot be opened.

    """
    if path == STDIN:
        stream: Any = io.BufferedReader(cast(io.RawIOBase, stdin or sys.stdin.buffer))
        magic = stream.peek(4)[:4]
        for mark, kind in _MAGIC.items():
            if magic.startswith(mark):
                raise InputError(f"standard input: {kind} cannot be streamed; give its file name")
        return nullcontext(stream)
    if not Path(path).is_file():
        return Path(path).open("rb")
    return cast(BinaryIO, io.BufferedReader(pa.input_stream(path, compression="detect")))


def numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line without its end and its number from 1; None for one that is too long."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(1_000_000)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, line.rstrip(b"\r\n")


def json_lines(path: str, name: str) -> Iterator[Line]:
    """Yield the rows of JSON Lines; lines without anything are passed over."""
    with opened(path) as stream:
        for number, line in numbered(stream):
            place = f"{name}, line {number}"
            if line is None:
                yield b"{}", place, f"{place}: longer than {LONGEST_LINE:,} bytes"
            elif line.strip():
                yield line, place, None


def table(path: str, name: str, delimiter: str) -> Iterator[Line]:
    """Yield the rows of CSV or TSV, every cell as text; the first line names the columns.

    Raises:
        InputError: the columns have no name or share one.

    """
    csv.field_size_limit(LONGEST_LINE)
    with opened(path) as stream:
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
        rows = csv.reader(text, delimiter=delimiter)
        header = _next(rows) or []
        if "" in header or len(set(header)) < len(header) or not header:
            raise InputError(f"{name}: its first line must name every column, each name once")
        while (row := _next(rows)) is not None:
            place = f"{name}, line {rows.line_num}"
            if not row:
                continue
            wrong = None
            if len(row) != len(header):
                wrong = f"{place}: {len(row)} cells where the first line names {len(header)}"
            yield json_bytes(dict(zip(header, row, strict=False))), place, wrong


def _next(rows: Iterator[list[str]]) -> list[str] | None:
    try:
        return next(rows, None)
    except csv.Error as error:
        raise OSError(str(error)) from error


def text_lines(path: str, name: str, source: str | None = None) -> Iterator[Line]:
    """Yield a document for each line that holds text; with ``source``, its line of that file."""
    with ExitStack() as stack:
        lines = numbered(stack.enter_context(opened(path)))
        beside = None
        if source is not None:
            beside = numbered(stack.enter_context(opened(source)))
        for number, line in lines:
            place = f"{name}, line {number}"
            row: dict[str, Any] = {"id": f"{name}:{number}", "text": _decoded(line)}
            wrong = None if row["text"] is not None else f"{place}: not UTF-8, or too long"
            if beside is not None:
                row["source"] = _decoded(next(beside, (0, b""))[1])
            elif line is not None and not line.strip():
                continue
            yield json_bytes(row), place, wrong


def paragraphs(path: str, name: str) -> Iterator[Line]:
    """Yield a document for each run of lines between empty ones."""
    with opened(path) as stream:
        held: list[bytes] = []
        first = 0
        for number, line in numbered(stream):
            if line is not None and not line.strip():
                if held:
                    yield _document(b"\n".join(held), f"{name}:{first}", f"{name}, line {first}")
                held = []
                continue
            first = first if held else number
            held.append(line or b"")
        if held:
            yield _document(b"\n".join(held), f"{name}:{first}", f"{name}, line {first}")


def whole_files(paths: Iterable[str], named: Callable[[str], str]) -> Iterator[Line]:
    """Yield a document for each file."""
    for path in paths:
        name = named(path)
        try:
            with opened(path) as stream:
                data = stream.read(LONGEST_LINE)
        except (OSError, pa.ArrowException) as error:
            yield b"{}", name, broken(name, "at its start", error)
            continue
        yield _document(data, name, name)


def _document(data: bytes, id_: str, place: str) -> Line:
    text = _decoded(data)
    wrong = None if text is not None else f"{place}: not UTF-8"
    return json_bytes({"id": id_, "text": text}), place, wrong


def _decoded(line: bytes | None) -> str | None:
    if line is None:
        return None
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None
