"""Glossaries of others, CSV, TSV and TBX, turned into rows of a names file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mtaudit.errors import InputError, NamesError
from mtaudit.names.entities import COLUMNS, Entity, entity_of
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.terms import tables, tbx
from mtaudit.names.terms.term import Problem, Term
from mtaudit.names.userfile import UserNames, merged, slug, unused

FORMATS = ("csv", "tsv", "tbx")
_SUFFIXES = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".tbx": "tbx", ".xml": "tbx",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Import:
    """What an import comes to: rows for a names file, and how many of its terms they hold.

    ``known`` counts the rows whose entity was known before, ``left_out`` names the columns of a
    table that mean nothing here.
    """

    rows: tuple[Entity, ...]
    terms: int
    known: int
    left_out: tuple[str, ...]


def import_terms(
    path: Path,
    knowledge: KnowledgeBase,
    existing: UserNames,
    *,
    format_: str | None = None,
    kind: str | None = None,
    language: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Import:
    """Return the rows that the terms of a file make.

    A term that names an entity which is known, by its id or by an English form and the kind,
    becomes a row of that entity.

    Args:
        path: the file.
        knowledge: the names in force.
        existing: the table that the rows are for.
        format_: ``csv``, ``tsv`` or ``tbx``; by default what the suffix says.
        kind: the kind of the terms that state none.
        language: ISO 639 code of the column ``source``.
        columns: what stands in which column, by the names that :mod:`mtaudit.names.terms.tables`
            knows.

    Raises:
        InputError: the file cannot be read, or a term breaks a rule.

    """
    format_ = format_ or _format(path)
    left_out: list[str] = []
    found: Iterable[Term | Problem]
    if format_ == "tbx":
        found = tbx.read(path)
    else:
        found = tables.read(
            path, tabs=format_ == "tsv", language=language, columns=columns or {},
            leave_out=left_out.append,
        )  # fmt: skip
    entities = _checked(path, found, kind)
    rows = _rows(entities, knowledge, existing)
    known = sum(1 for row in rows if row.id in knowledge)
    return Import(tuple(rows), len(entities), known, tuple(left_out))


def _format(path: Path) -> str:
    format_ = _SUFFIXES.get(path.suffix.lower())
    if format_ is None:
        raise InputError(f"{path}: what kind of file is this? give --format {', '.join(FORMATS)}")
    return format_


def _checked(path: Path, found: Iterable[Term | Problem], kind: str | None) -> list[Entity]:
    """Return the entities that terms state, without ids where none is given.

    Raises:
        InputError: one of them breaks a rule; the message tells the first, and how many there are.

    """
    entities: list[Entity] = []
    problems: list[str] = []
    for one in found:
        if isinstance(one, Problem):
            problems.append(str(one))
            continue
        try:
            entities.append(_entity(one, kind))
        except NamesError as error:
            problems.append(str(error))
    if problems:
        more = f" ({len(problems)} problems in all)" if len(problems) > 1 else ""
        raise InputError(f"{path}, {problems[0]}{more}; nothing was imported")
    if not entities:
        raise InputError(f"{path}: there is no term in it; nothing was imported")
    return entities


def _entity(term: Term, kind: str | None) -> Entity:
    fields = {**dict.fromkeys(COLUMNS, ""), **term.fields}
    fields["kind"] = fields["kind"] or kind or ""
    if not fields["kind"]:
        raise NamesError(
            f"{term.where}: the name has no kind; add a column 'kind' or give, for example, "
            "--kind organisation"
        )
    fields["article"] = fields["article"] or "-"
    entity = entity_of(fields | {"id": fields["id"] or "x"}, term.where)
    return replace(entity, id=fields["id"])


def _rows(
    entities: Iterable[Entity], knowledge: KnowledgeBase, existing: UserNames
) -> list[Entity]:
    """Return the rows with ids, one an entity."""
    rows: dict[str, Entity] = {}
    held = {entity.id: entity for entity in existing.entities}
    made: dict[tuple[str, str], str] = {}
    for entity in entities:
        twin = _twin(entity, knowledge, made)
        id_ = (
            entity.id
            or twin
            or unused(
                slug(entity.name),
                lambda id_: id_ in rows or id_ in knowledge or id_ in existing.hidden,
            )
        )
        row = replace(entity, id=id_, origin=existing.origin)
        if id_ in rows:
            # The first English term of a file is the one that it prefers.
            row = merged(rows[id_], row)
        elif id_ in held:
            row = merged(row, held[id_])
        rows[id_] = row
        for form in row.forms:
            made.setdefault((form.casefold(), row.kind), id_)
    return list(rows.values())


def _twin(
    entity: Entity, knowledge: KnowledgeBase, made: Mapping[tuple[str, str], str]
) -> str | None:
    """Return the id of what is known in the same English form and of the same kind."""
    here = made.get((entity.name.casefold(), entity.kind))
    if here is not None:
        return here
    return next((e.id for e in knowledge.named(entity.name) if e.kind == entity.kind), None)
