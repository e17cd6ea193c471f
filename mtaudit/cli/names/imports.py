"""``mtaudit names import``: glossaries of others."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mtaudit.cli.names.common import Project, User, checked_kind, in_force, table_of, told
from mtaudit.errors import UsageError, did_you_mean


class Format(StrEnum):
    """What is read."""

    CSV = "csv"
    TSV = "tsv"
    TBX = "tbx"


def import_(
    file: Annotated[Path, typer.Argument(help="A glossary: CSV, TSV or TBX.")],
    format: Annotated[
        Format | None, typer.Option(help="What it is. [default: by its suffix]")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="The kind of the names that state none.")] = None,
    language: Annotated[
        str | None, typer.Option(help="The language of the column source, for example ar.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="What is where, for example english=Term,ar=Begriff.")
    ] = None,
    project: Project = False,
    user: User = False,
) -> None:
    """Add the names of a glossary; either all of them or none."""
    from mtaudit.names.importing import import_terms
    from mtaudit.names.userfile import put_all

    if kind is not None:
        checked_kind(kind)
    code = None if language is None else _code(language)
    chosen = _columns(columns or "")
    names = in_force()
    table = table_of(names, project=project, user=user)
    found = import_terms(
        file,
        names.knowledge,
        table,
        format_=None if format is None else format.value,
        kind=kind,
        language=code,
        columns=chosen,
    )
    put_all(table.path, found.rows)
    if found.left_out:
        told(f"these columns were left out: {', '.join(found.left_out)}")
    new = len(found.rows) - found.known
    typer.echo(f"terms read: {found.terms:,}; new names: {new:,}; known before: {found.known:,}")
    typer.echo(f"they are in {table.path}")


def _code(language: str) -> str:
    from mtaudit.names.terms.languages import language_code, language_names

    code = language_code(language)
    if code is None:
        hint = did_you_mean(language.casefold(), language_names())
        raise UsageError(f"unknown language {language!r}{hint or '; give a code such as ar'}")
    return code


def _columns(told: str) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for part in filter(None, told.split(",")):
        key, equals, heading = (piece.strip() for piece in part.partition("="))
        if not (key and equals and heading):
            raise UsageError(f"--columns {part!r} is not of the form english=Term,source=Begriff")
        chosen[key] = heading
    return chosen
