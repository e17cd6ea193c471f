"""Large files line by line: plain, .gz, .bz2 or the one member of a .zip, in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from mtaudit.errors import NamesError

# Called with the bytes of the file that have been read, compressed, and its size.
Progress = Callable[[int, int], None]
_REPORT_EVERY = 10_000
_BUFFER = 1 << 20
# No record of a dump comes near this; what is longer has no lines and must not fill the memory.
_LONGEST_LINE = 1 << 26
# How a decompressor says that the data stops early, and that they are not what they should be.
TRUNCATED = (EOFError,)
DAMAGED = (OSError, zlib.error, zipfile.BadZipFile)


def read_lines(
    path: Path, skip_rows: int = 0, progress: Progress | None = None
) -> Iterator[tuple[int, bytes]]:
    """Yield (number, line) of a file from line ``skip_rows`` + 1 on; the first line is 1.

    Skipped lines are decompressed and no more.

    Raises:
        NamesError: the file is missing, empty, cut off, damaged, or a web page.

    """
    number = 0
    with open_binary(path) as file:
        size = path.stat().st_size
        try:
            with decompressed(file, path) as stream:
                for line in iter(partial(stream.readline, _LONGEST_LINE), b""):
                    number += 1
                    if number == 1:
                        refuse_web_page(line, path)
                    if len(line) == _LONGEST_LINE:
                        raise NamesError(f"{path.name}, line {number}: no end of line in 64 MiB")
                    if progress and number % _REPORT_EVERY == 0:
                        progress(file.tell(), size)
                    if number > skip_rows:
                        yield number, line
        except TRUNCATED:
            raise cut_off(path, number) from None
        except DAMAGED as error:
            raise damaged(path, number, error) from error
    if not number:
        raise NamesError(f"{path.name} is empty; download it again")
    if progress:
        progress(size, size)


def decode(line: bytes, path: Path, number: int) -> str:
    """Return a line as text, without its end.

    Raises:
        NamesError: it is not UTF-8.

    """
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise NamesError(
            f"{path.name}, line {number}: byte {error.start + 1} is not UTF-8; save it as UTF-8"
        ) from None


def fields_of(line: bytes, path: Path, number: int, count: int) -> list[str]:
    """Return the tab-separated fields of a line.

    Raises:
        NamesError: it is not UTF-8, or has not ``count`` fields.

    """
    fields = decode(line, path, number).split("\t")
    if len(fields) != count:
        raise NamesError(
            f"{path.name}, line {number}: {len(fields)} fields where {count} belong; "
            "is this the right file, and whole?"
        )
    return fields


@contextmanager
def open_binary(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file for reading.

    Raises:
        NamesError: it cannot be opened, or is a web page.

    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise NamesError(f"cannot read {path}: {error.strerror}") from error
    with file:
        refuse_web_page(file.peek(512), path)
        yield file


def refuse_web_page(head: bytes, path: Path) -> None:
    """Raise if the first bytes of a file are those of a web page.

    Raises:
        NamesError: a server answered with an error page instead of the file.

    """
    if head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html")):
        raise NamesError(
            f"{path.name}, line 1: a web page, not the file; check the address and download again"
        )


def cut_off(path: Path, rows: int) -> NamesError:
    """Return the error of a file that stops after ``rows`` whole rows."""
    return NamesError(f"{path.name} ends in the middle, after {rows:,} rows; download it again")


def damaged(path: Path, rows: int, error: Exception) -> NamesError:
    """Return the error of a file that cannot be decompressed after ``rows`` rows."""
    return NamesError(f"{path.name} is damaged after {rows:,} rows ({error}); download it again")


@contextmanager
def decompressed(file: io.BufferedReader, path: Path) -> Iterator[IO[bytes]]:
    """Open what a file holds, decompressed.

    Its first bytes say how: browsers decompress a download and keep its name.

    Raises:
        NamesError: a zip archive is cut off, or holds several files.

    """
    head = file.peek(4)
    if head.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=file) as packed, io.BufferedReader(packed, _BUFFER) as stream:
            yield stream
    elif head.startswith(b"BZh"):
        with bz2.BZ2File(file) as plain, io.BufferedReader(plain, _BUFFER) as stream:
            yield stream
    elif head.startswith(b"PK\x03\x04"):
        with open_zip(file, path) as archive, archive.open(_only_member(archive, path)) as member:
            yield member
    else:
        yield file


def open_zip(file: io.BufferedReader, path: Path) -> zipfile.ZipFile:
    """Open a zip archive.

    Raises:
        NamesError: its directory, which stands at the end, is missing.

    """
    try:
        return zipfile.ZipFile(file)
    except zipfile.BadZipFile:
        raise cut_off(path, 0) from None


def _only_member(archive: zipfile.ZipFile, path: Path) -> zipfile.ZipInfo:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not Path(member.filename).name.lower().startswith("readme")
    ]
    if len(members) != 1:
        raise NamesError(f"{path.name} holds {len(members)} files where one belongs; unpack it")
    return members[0]
