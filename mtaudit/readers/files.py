"""From paths and standard input to documents, by the kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from mtaudit.document import Document, Markup
from mtaudit.errors import InputError
from mtaudit.readers import jsonl
from mtaudit.readers.decode import decode, read_bytes

MARKUPS: dict[str, Markup] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
STDIN = "-"
Complaint = Callable[[InputError], None]


def read(
    paths: Sequence[str],
    stdin: BinaryIO,
    *,
    encoding: str | None = None,
    complain: Complaint,
) -> Iterator[Document]:
    """Yield the documents of all inputs in order; ``-`` is standard input, read as plain text.

    What cannot be read is handed to ``complain``, and reading goes on with the next input.
    """
    for path in paths:
        try:
            data = stdin.read() if path == STDIN else read_bytes(Path(path))
            yield from documents(data, path, encoding=encoding, complain=complain)
        except InputError as error:
            complain(error)


def documents(
    data: bytes, path: str, *, encoding: str | None, complain: Complaint
) -> Iterator[Document]:
    """Yield the documents of one file's bytes.

    Raises:
        InputError: the file as a whole cannot be read.

    """
    origin = "standard input" if path == STDIN else path
    suffix = Path(path).suffix.casefold()
    if suffix in (".jsonl", ".ndjson"):
        yield from jsonl.documents(decode(data, origin, encoding), origin, complain)
        return
    text = decode(data, origin, encoding)
    name = "-" if path == STDIN else Path(path).name
    yield Document(name, text, origin, MARKUPS.get(suffix, "plain"))
