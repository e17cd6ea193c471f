"""``mtaudit names add`` and ``remove``: one's own names."""

from __future__ import annotations

from typing import Annotated

import typer

from mtaudit.cli.names.common import Project, User, checked_kind, find, in_force, table_of
from mtaudit.errors import NamesError, UsageError
from mtaudit.names.entities import Entity, entity_of
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.layers import Names
from mtaudit.names.userfile import UserNames, drop, hide, merged, put, slug, unused

_Words = list[str] | None


def add(
    name: Annotated[str, typer.Argument(help="The English name, without an article.")],
    kind: Annotated[str, typer.Option(help="What it names, for example armed-group or city.")],
    source: Annotated[
        _Words, typer.Option(help="The name in its own language, ar=…; may be given again.")
    ] = None,
    alias: Annotated[_Words, typer.Option(help="Another English form; may be given again.")] = None,
    reading: Annotated[
        _Words, typer.Option(help="A literal reading, alternatives with /; may be given again.")
    ] = None,
    country: Annotated[
        _Words, typer.Option(help="ISO 3166 code; may be given again, the first is its base.")
    ] = None,
    ap: Annotated[str, typer.Option(help="The form of AP style.", show_default=False)] = "",
    bbc: Annotated[str, typer.Option(help="The form of BBC style.", show_default=False)] = "",
    article: Annotated[bool, typer.Option("--article", help='Running text says "the".')] = False,
    note: Annotated[str, typer.Option(help="What it is.", show_default=False)] = "",
    id_: Annotated[
        str, typer.Option("--id", help="Its id. [default: made from the name]", show_default=False)
    ] = "",
    project: Project = False,
    user: User = False,
) -> None:
    """Add a name, or add to what is known of one."""
    checked_kind(kind)
    names = in_force()
    table = table_of(names, project=project, user=user)
    twin = _twin(names, name, kind)
    own = id_ or (twin.id if twin else unused(slug(name), lambda id_: _is_taken(names, id_)))
    fields = {
        "id": own,
        "kind": kind,
        "name": " ".join(name.split()),
        "ap": ap.strip(),
        "bbc": bbc.strip(),
        "aliases": "|".join(alias or ()),
        "source": "|".join(source or ()),
        "readings": "|".join(reading or ()),
        "countries": " ".join(country or ()),
        "article": "the" if article else "-",
        "note": note,
    }
    try:
        entity = entity_of(fields, "command line", table.origin)
    except NamesError as error:
        raise UsageError(str(error)) from error
    known = names.knowledge.get(own)
    row = table.row(known) if known else None
    if row is not None:
        entity = merged(entity, row)
        if row.id != own:  # its id was made from its name, and something else has that one
            drop(table.path, row.id)
    put(table.path, entity)
    typer.echo(f"{own} is in {table.path}")
    if known is not None:
        typer.echo(f"it adds to {known.name} ({known.kind}), which was known by this id")
    elif own in names.user.hidden | names.project.hidden:
        typer.echo("it was hidden, and is shown again")


def _twin(names: Names, name: str, kind: str) -> Entity | None:
    """Return what is known by that name and of that kind, hidden or not."""
    for knowledge in (names.knowledge, names.base):
        for entity in knowledge.named(name):
            if entity.kind == kind:
                return entity
    return None


def _is_taken(names: Names, id_: str) -> bool:
    hidden = names.user.hidden | names.project.hidden
    return id_ in names.knowledge or id_ in names.base or id_ in hidden


def remove(
    name: Annotated[str, typer.Argument(help="An id or a name.")],
    project: Project = False,
    user: User = False,
) -> None:
    """Take a name of one's own away, or hide one that ships with mtaudit."""
    names = in_force()
    table = table_of(names, project=project, user=user)
    tables = [table] if project or user else [names.project, names.user]
    hiding = _hiding(names, name)
    if hiding is not None:
        typer.echo(f"{name} is hidden already, by {hiding.path}")
        return
    entity = find(names.knowledge, name)
    for own in tables:
        row = own.row(entity)
        if row is not None:
            drop(own.path, row.id)
            typer.echo(f"{entity.id} is no longer in {own.path}")
            _tell_what_stands(names.base, entity)
            return
    hide(table.path, entity)
    typer.echo(f"{entity.id} is hidden by {table.path}")


def _hiding(names: Names, told: str) -> UserNames | None:
    """Return the table that hides what ``told`` names, None where it can be seen."""
    if told in names.knowledge or any(names.knowledge.named(told)):
        return None
    ids = {told, *(entity.id for entity in names.base.named(told))}
    return next((own for own in (names.project, names.user) if ids & own.hidden), None)


def _tell_what_stands(base: KnowledgeBase, entity: Entity) -> None:
    below = base.get(entity.id)
    if below is not None:
        typer.echo(f"{below.name} ({below.kind}) stands as it ships; remove it again to hide it")
