"""Tab-separated text that is changed row by row; what is not changed stays as it was written."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from mtaudit.errors import NamesError

_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one line by their columns, stripped; lines count from 1."""

    line: int
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The lines of a table with their ends.

    ``header`` is the number of the line that names the columns, 0 where there is none.
    """

    lines: tuple[str, ...]
    header: int
    columns: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the table in a text; blank lines do not count."""
        # Not str.splitlines: names may hold what it takes for the end of a line.
        lines = tuple(f"{line}\n" for line in text.removesuffix("\n").split("\n"))
        header = next((n for n, line in enumerate(lines, 1) if line.strip(_MARK + " \t\r\n")), 0)
        columns = _split(lines[header - 1].removeprefix(_MARK)) if header else ()
        return cls(lines, header, columns)

    @classmethod
    def empty(cls, columns: tuple[str, ...]) -> Self:
        """Return a table without rows."""
        return cls(("\t".join(columns) + "\n",), 1, columns)

    def rows(self, name: str) -> Iterator[Row]:
        """Yield the rows.

        Raises:
            NamesError: one has not as many fields as there are columns; ``name`` is the file's.

        """
        for number, line in enumerate(self.lines, 1):
            if number <= self.header or not line.strip():
                continue
            fields = _split(line)
            if len(fields) != len(self.columns):
                raise NamesError(
                    f"{name}, line {number}: {len(fields)} fields where {len(self.columns)} belong"
                )
            yield Row(number, dict(zip(self.columns, fields, strict=True)))

    def with_row(self, fields: Mapping[str, str], old: Row | None = None) -> Self:
        """Return the table with a row in place of ``old``, else at the end.

        A default that the old row spelled out stays spelled out.
        """
        wide = self._with_columns(tuple(column for column, field in fields.items() if field))
        known = old.fields if old else {}
        cells = [
            fields.get(column, "") or _spelled_out(known.get(column, ""), fields)
            for column in wide.columns
        ]
        line = "\t".join(" ".join(cell.split()) for cell in cells) + wide._end
        if old is None:
            return replace(wide, lines=(*wide.lines, line))
        lines = (*wide.lines[: old.line - 1], line, *wide.lines[old.line :])
        return replace(wide, lines=lines)

    def without(self, line: int) -> Self:
        """Return the table without one of its lines."""
        return replace(self, lines=(*self.lines[: line - 1], *self.lines[line:]))

    @property
    def _end(self) -> str:
        return "\r\n" if self.lines[0].endswith("\r\n") else "\n"

    def _with_columns(self, needed: tuple[str, ...]) -> Self:
        new = tuple(column for column in needed if column not in self.columns)
        if not new:
            return self
        lines = list(self.lines)
        for index, line in enumerate(self.lines):
            if index + 1 >= self.header and line.strip():
                cells = new if index + 1 == self.header else ("",) * len(new)
                kept = line.rstrip("\r\n")
                lines[index] = "\t".join((kept, *cells)) + line[len(kept) :]
        return replace(self, lines=tuple(lines), columns=(*self.columns, *new))


def _split(line: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFC", line.rstrip("\r\n"))
    return tuple(field.strip() for field in plain.split("\t"))


def _spelled_out(field: str, fields: Mapping[str, str]) -> str:
    return field if field and field in ("-", fields["name"]) else ""


def write(path: Path, table: Table) -> None:
    """Write a table aside and put it in the place of what is there.

    Raises:
        NamesError: it cannot be written; what was there still stands.

    """
    target = path.resolve()  # a link goes on pointing at the file
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes("".join(table.lines).encode())
        if target.exists():
            shutil.copymode(target, aside)
        os.replace(aside, target)
    except OSError as error:
        raise NamesError(f"cannot write {path}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            aside.unlink()
