"""What the commands of ``mtaudit names`` share: the names in force, finding one, printing."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtaudit.cli.activity import Activity
from mtaudit.errors import UsageError, did_you_mean
from mtaudit.names.entities import KINDS, Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.layers import Names, names_files, read_all
from mtaudit.names.userfile import NAMES_FILE, UserNames

if TYPE_CHECKING:
    from rich.console import RenderableType

Project = Annotated[
    bool, typer.Option("--project", help="Change the project's table, mtaudit-names.tsv.")
]
User = Annotated[bool, typer.Option("--user", help="Change your own table, for all projects.")]
_TRAILING_SPACES = re.compile(r" +$", re.MULTILINE)
_LOOKED_THROUGH = 500
_LISTED = 5


def in_force() -> Names:
    """Return the names in force in the working folder."""
    files = names_files(Path.cwd())
    with Activity("opening the names") as activity:
        return read_all(files, activity.update)


def table_of(names: Names, *, project: bool, user: bool) -> UserNames:
    """Return the table that a command changes: the project's where there is one, else the user's.

    Raises:
        UsageError: both are asked for.

    """
    if project and user:
        raise UsageError("--project or --user, not both")
    if user or (names.files.project is None and not project):
        return names.user
    if names.files.project is None:
        return UserNames(Path.cwd() / NAMES_FILE, "project")
    return names.project


def checked_kind(kind: str) -> str:
    """Return ``kind`` if there is such a kind.

    Raises:
        UsageError: there is not.

    """
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS) or f"; the kinds are {', '.join(sorted(KINDS))}"
        raise UsageError(f"unknown kind {kind!r}{hint}")
    return kind


def find(knowledge: KnowledgeBase, told: str) -> Entity:
    """Return the entity of an id or a name.

    Raises:
        UsageError: there is none, or several.

    """
    known = knowledge.get(told)
    if known is not None:
        return known
    found = list(knowledge.named(told))
    if not found:
        folded = told.casefold()
        found = [
            entity
            for entity in knowledge.search(told, _LOOKED_THROUGH)
            if folded in (form.casefold() for form in entity.forms)
        ]
    if len(found) > 1:
        ids = ", ".join(entity.id for entity in found[:_LISTED])
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise UsageError(f"{told!r} names {len(found)} entities, give an id: {ids}{more}")
    if not found:
        words = [word for entity in knowledge for word in (entity.id, entity.name)]
        hint = did_you_mean(told, words)
        raise UsageError(
            f"there is no name {told!r}{hint}{' ' if hint else '; '}"
            "mtaudit names search TEXT looks for parts of names"
        )
    return found[0]


def write(renderable: RenderableType) -> None:
    """Print to standard output without trailing spaces."""
    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        console.print(renderable)
    typer.echo(_TRAILING_SPACES.sub("", captured.get()), nl=False)


def told(line: str) -> None:
    """Print a line of what was done to standard error."""
    typer.echo(f"mtaudit: {line}", err=True)
