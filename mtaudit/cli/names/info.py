"""``mtaudit names info``: where the names come from, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from mtaudit.cli.names.common import in_force, write
from mtaudit.names.knowledge import SourceInfo
from mtaudit.names.layers import names_files, read_tables
from mtaudit.names.store import shipped_path
from mtaudit.names.userfile import UserNames


def info() -> None:
    """Show the names file, its sources with their licences, and the tables of one's own."""
    files = names_files(Path.cwd())
    user, project = read_tables(files)
    if files.database is None and not shipped_path().is_file():
        _line("file", f"{shipped_path()} (not built yet; mtaudit names build makes it)")
    else:
        names = in_force()
        held = names.base.sources()
        _line("file", names.database)
        _line("size", f"{_size(names.database) / 1e6:,.1f} MB")
        _line("digest", names.knowledge.digest)
        _line("names", f"{sum(source.entities for source in held):,}")
        typer.echo()
        _sources(held)
    typer.echo()
    _line("user", _told(user))
    _line("project", _told(project) if files.project else "no project here")


def _size(path: Path) -> int:
    """Return the bytes of a file, 0 where the names are held in memory."""
    return path.stat().st_size if path.is_file() else 0


def _line(label: str, value: object) -> None:
    typer.echo(f"{label:9}{value}")


def _told(names: UserNames) -> str:
    if not names.digest:
        return f"none yet, for {names.path}"
    count = len(names.entities)
    hidden = f", {len(names.hidden)} hidden" if names.hidden else ""
    return f"{count} name{'' if count == 1 else 's'}{hidden} in {names.path}"


def _sources(sources: Sequence[SourceInfo]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    table.add_column("source", no_wrap=True)
    table.add_column("entities", justify="right", no_wrap=True)
    table.add_column("licence")
    table.add_column("attribution")
    for source in sources:
        table.add_row(source.title, f"{source.entities:,}", source.licence, source.attribution)
    write(table)
