"""Bytes to text, or one clear line on why not."""

from __future__ import annotations

import codecs
from pathlib import Path

from mtaudit.errors import InputError, UsageError

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# How PDF, ZIP and Office, PNG, JPEG, GIF, ELF, gzip, RTF, old Office, GGUF, bzip2, xz, zstd begin.
_BINARY = (
    b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"\x1f\x8b",
    b"{\\rtf", b"\xd0\xcf\x11\xe0", b"GGUF", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd",
)  # fmt: skip


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        InputError: it is missing, a folder, or cannot be opened.

    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise InputError(
            f"{path}: this is a folder; give its files, for example {path}/*.txt"
        ) from error
    except PermissionError as error:
        raise InputError(f"{path}: you may not read this file") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error


def decode(data: bytes, origin: str, encoding: str | None) -> str:
    """Return ``data`` as text: in ``encoding``, else by its byte order mark, else UTF-8.

    The byte order mark of UTF-8 stays, so that offsets count from the file's first character.

    Raises:
        InputError: the data are empty, binary, or not in that encoding.
        UsageError: there is no such encoding.

    """
    if not data.strip():
        raise InputError(f"{origin}: the file is empty; there is nothing to audit")
    if data.startswith(_BINARY):
        raise InputError(f"{origin}: this is a binary file; give plain text, Markdown or HTML")
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    chosen = encoding or marked or "utf-8"
    try:
        return data.decode(chosen)
    except LookupError as error:
        raise UsageError(f"there is no encoding {chosen!r}; try utf-8 or windows-1252") from error
    except UnicodeDecodeError as error:
        if data.count(0) > len(data) // 20:
            raise InputError(
                f"{origin}: this is a binary file; give plain text, Markdown or HTML"
            ) from error
        hint = "" if encoding else "; name the encoding, for example --encoding windows-1252"
        raise InputError(
            f"{origin}: cannot be read as {chosen.upper()} (tried; byte {error.start} does not "
            f"fit){hint}"
        ) from error
    except UnicodeError as error:
        raise InputError(f"{origin}: cannot be read as {chosen.upper()} ({error})") from error
