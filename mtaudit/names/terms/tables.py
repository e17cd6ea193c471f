"""Glossaries as tables: CSV and TSV with a header line."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mtaudit.errors import InputError, UsageError, did_you_mean
from mtaudit.names.entities import COLUMNS
from mtaudit.names.terms.languages import language_of_column
from mtaudit.names.terms.term import Problem, Term

# What may stand above a column, besides the names of the columns of a names file.
HEADINGS = {
    **dict.fromkeys(("english", "en", "name", "term", "target", "english name", "english term",
                     "target term"), "name"),
    **dict.fromkeys(("source", "source term", "source name", "original"), "source"),
    **dict.fromkeys(("kind", "type"), "kind"),
    **dict.fromkeys(("alias", "aliases", "synonyms", "variants"), "aliases"),
    **dict.fromkeys(("country", "countries"), "countries"),
    **dict.fromkeys(("note", "notes", "comment"), "note"),
}  # fmt: skip
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SOURCES = re.compile(r"[a-z]{2,3}=\S")
_LIST = re.compile(r"\s*[|;؛]\s*")
_COUNTRIES = re.compile(r"[\s,;|]+")
# Where all of these stand, the ids are those of a names file.
_OWN = {"id", "kind", "name"}
_LONGEST_CELL = 1 << 20
_ARCHIVE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read(
    path: Path,
    *,
    tabs: bool,
    language: str | None,
    columns: Mapping[str, str],
    leave_out: Callable[[str], None],
) -> Iterator[Term | Problem]:
    """Yield the terms of a table.

    Args:
        path: the file; UTF-8, or with a byte order mark that says otherwise.
        tabs: whether it is TSV, else CSV with commas or semicolons.
        language: ISO 639 code of what stands in the column ``source``.
        columns: what stands in which column: a key of ``HEADINGS``, a column of a names file or a
            language, to a heading of the file. The headings of the file count for the others.
        leave_out: is called with each heading that nothing is read from.

    Raises:
        InputError: the file cannot be read, or none of its columns holds English names.
        UsageError: ``columns`` speaks of a column that there is not.

    """
    rows = _rows(path, tabs)
    _, header = next(rows, (0, []))
    if not header:
        raise InputError(f"{path}: the file is empty; nothing was imported")
    targets = _targets(header, columns, path)
    for heading, target in zip(header, targets, strict=True):
        if target is None and heading:
            leave_out(heading)
    for number, row in rows:
        where = f"line {number}"
        if len(row) != len(header):
            yield Problem(where, f"{len(row)} fields where {len(header)} belong")
        else:
            yield _term(where, list(zip(targets, row, strict=True)), language)


def _term(where: str, cells: list[tuple[str | None, str]], language: str | None) -> Term | Problem:
    fields = dict.fromkeys(COLUMNS, "")
    sources: list[str] = []
    for target, cell in cells:
        if target is None or not cell:
            continue
        if target.startswith("source="):
            sources += _of(target.removeprefix("source="), cell)
        elif target == "source" and _SOURCES.match(cell):
            sources += _LIST.split(cell)
        elif target == "source" and language:
            sources += _of(language, cell)
        elif target == "source":
            return Problem(where, f"which language is {cell!r}? give, for example, --language ar")
        elif target == "aliases":
            fields["aliases"] = "|".join(filter(None, (fields["aliases"], *_LIST.split(cell))))
        elif target == "countries":
            fields["countries"] = " ".join(filter(None, _COUNTRIES.split(cell)))
        elif target == "name" and fields["name"]:
            fields["aliases"] = "|".join(filter(None, (fields["aliases"], cell)))
        else:
            fields[target] = cell
    return Term(where, fields | {"source": "|".join(sources)})


def _of(language: str, cell: str) -> list[str]:
    return [f"{language}={name}" for name in _LIST.split(cell) if name]


def _targets(header: list[str], columns: Mapping[str, str], path: Path) -> list[str | None]:
    """Return for each heading the column of a names file, ``source=ar`` for a language's."""
    told: dict[int, str] = {}
    for key, heading in columns.items():
        target = _target(key)
        if target is None:
            hint = did_you_mean(key, (*HEADINGS, *COLUMNS))
            raise UsageError(f"--columns {key}={heading}: what is {key!r}?{hint.removeprefix(';')}")
        folded = [one.casefold() for one in header]
        if heading.casefold() not in folded:
            raise UsageError(
                f"{path.name} has no column {heading!r}{did_you_mean(heading, header)}; "
                f"its columns are {', '.join(header)}"
            )
        told[folded.index(heading.casefold())] = target
    targets = [
        told.get(index) or (None if (target := _target(heading)) in told.values() else target)
        for index, heading in enumerate(header)
    ]
    if not set(targets) >= _OWN:
        # The numbers of another glossary say nothing here.
        targets = [None if target == "id" else target for target in targets]
    if "name" not in targets:
        raise InputError(
            f"{path}: which column holds the English names? give, for example, --columns "
            f"english={header[0] or 'Term'}; the columns are {', '.join(header)}"
        )
    return targets


def _target(heading: str) -> str | None:
    folded = heading.strip().casefold()
    if folded in COLUMNS:
        return folded
    language = language_of_column(folded)
    return HEADINGS.get(folded) or (f"source={language}" if language else None)


def _rows(path: Path, tabs: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the line that a row ends in and its fields; blank rows are left out."""
    text = unicodedata.normalize("NFC", _text(path))
    head = next(filter(str.strip, text.splitlines()), "")
    delimiter = "\t" if tabs else max(",;\t", key=head.count)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        # Tab-separated text has no quotes of its own, but spreadsheets put some in.
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
        strict=True,
    )
    try:
        for row in reader:
            fields = [" ".join((_unquoted(cell) if tabs else cell).split()) for cell in row]
            if any(fields):
                yield reader.line_num, fields
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: {error}; nothing was imported") from None


def _unquoted(cell: str) -> str:
    inner = cell.strip()
    quoted = len(inner) > 1 and inner.startswith('"') and inner.endswith('"')
    return inner[1:-1].replace('""', '"') if quoted else cell


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    if data.startswith(_ARCHIVE):
        raise InputError(f"{path} is a workbook or an archive; save it as CSV in UTF-8")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"{path} is not {encoding.upper()}; save it as UTF-8") from None
    if "\0" in text:
        raise InputError(f"{path} is a binary file; give CSV, TSV or TBX")
    return text
