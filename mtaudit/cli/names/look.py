"""``mtaudit names search`` and ``show``: what is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from mtaudit.cli.names.common import find, in_force, told, write
from mtaudit.errors import UsageError
from mtaudit.names import glossing
from mtaudit.names.entities import Entity
from mtaudit.names.glossing import Reading
from mtaudit.names.knowledge import SourceInfo
from mtaudit.names.layers import Names
from mtaudit.names.userfile import UserNames

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_JOINED = " · "


def search(
    text: Annotated[str, typer.Argument(help="The beginnings of words, in any script.")],
    limit: Annotated[int, typer.Option(help="The most names to print.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Look for names, the likeliest first."""
    if limit < 1:
        raise UsageError("--limit must be at least 1")
    found = in_force().knowledge.search(text, limit)
    if as_json:
        typer.echo(json.dumps([_listed(one) for one in found], indent=1, ensure_ascii=False))
    elif found:
        _print(found)
    else:
        told(f"no name has {text!r} in it")


def _listed(entity: Entity) -> dict[str, Any]:
    return {
        "id": entity.id,
        "kind": entity.kind,
        "name": entity.name,
        "countries": list(entity.countries),
    }


def _print(found: list[Entity]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column()
    for entity in found:
        table.add_row(entity.id, entity.kind, entity.name, " ".join(entity.countries))
    write(table)


def show(
    name: Annotated[str, typer.Argument(help="An id or a name.")], as_json: AsJson = False
) -> None:
    """Show all that is known of a name."""
    names = in_force()
    entity = find(names.knowledge, name)
    if as_json:
        typer.echo(json.dumps(_whole(entity, names), indent=1, ensure_ascii=False))
        return
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, min_width=9)
    table.add_column(overflow="fold")
    for label, value in _rows(entity, names):
        table.add_row(label, value)
    write(table)
    # Not wrapped, so that it can be copied.
    for number, file in enumerate(_files(entity, names)):
        typer.echo(f"{'' if number else 'file':11}{file}")


def _rows(entity: Entity, names: Names) -> Iterator[tuple[str, str]]:
    yield "name", ("the " if entity.article else "") + entity.name
    yield "id", entity.id
    yield "kind", entity.kind
    for style in ("ap", "bbc"):
        if entity.rendering(style) != entity.name:
            yield style, entity.rendering(style)
    yield from _labelled("aliases", ["; ".join(entity.aliases)] if entity.aliases else [])
    for language in dict.fromkeys(language for language, _ in entity.sources):
        written = [name for code, name in entity.sources if code == language]
        yield from _labelled(language, written)
    yield from _labelled("readings", [_reading(slots, w) for slots, w in glossing.readings(entity)])
    yield from _labelled("countries", [" ".join(entity.countries)] if entity.countries else [])
    yield from _labelled("note", [entity.note] if entity.note else [])
    yield from _labelled("source", list(_sources(entity, names)))


def _labelled(label: str, values: list[str]) -> Iterator[tuple[str, str]]:
    for number, value in enumerate(values):
        yield "" if number else label, value


def _reading(reading: Reading, written: str) -> str:
    read = _JOINED.join(" / ".join(slot) for slot in reading)
    return f"{read}  ({written})" if written else read


def _own(entity: Entity, names: Names) -> list[UserNames]:
    """Return the tables that have a row of an entity, the one in front first."""
    return [own for own in (names.project, names.user) if own.row(entity)]


def _origin(entity: Entity, names: Names) -> SourceInfo | None:
    """Return the source in the names file that an entity comes from."""
    known = names.base.get(entity.id)
    if known is None:
        return None
    return next((info for info in names.base.sources() if info.key == known.origin), None)


def _sources(entity: Entity, names: Names) -> Iterator[str]:
    yield from (f"the {own.origin}'s table" for own in _own(entity, names))
    origin = _origin(entity, names)
    if origin:
        yield f"{origin.title}, {origin.licence}, {origin.attribution}"


def _files(entity: Entity, names: Names) -> list[str]:
    files = [str(own.path) for own in _own(entity, names)]
    return [*files, str(names.database)] if entity.id in names.base else files


def _whole(entity: Entity, names: Names) -> dict[str, Any]:
    origin = _origin(entity, names)
    return {
        "id": entity.id,
        "kind": entity.kind,
        "name": entity.name,
        "ap": entity.ap,
        "bbc": entity.bbc,
        "aliases": list(entity.aliases),
        "sources": [{"language": code, "name": name} for code, name in entity.sources],
        "readings": [
            {"words": [list(slot) for slot in slots], "source": written}
            for slots, written in glossing.readings(entity)
        ],
        "countries": list(entity.countries),
        "article": entity.article,
        "note": entity.note,
        "origin": entity.origin,
        "source": None
        if origin is None
        else {
            "key": origin.key,
            "title": origin.title,
            "version": origin.version,
            "licence": origin.licence,
            "attribution": origin.attribution,
        },
        "files": _files(entity, names),
    }
