"""The names that users give: ``mtaudit-names.tsv``, one of the user and one of the project."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mtaudit.errors import NamesError, did_you_mean
from mtaudit.names.entities import COLUMNS, Entity, entity_of
from mtaudit.names.romanise import romanise
from mtaudit.names.sources.cities import without_accents
from mtaudit.names.usertable import Row, Table, write

NAMES_FILE = "mtaudit-names.tsv"
HIDING = "-"
_REQUIRED = ("name", "kind")
_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ħ": "h", "ə": "e", "Ə": "E",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class UserNames:
    """What one names file of a user states.

    ``entities`` are its rows, ``hidden`` the ids of the entities that it takes away. ``stated``
    tells for each id the columns that its row fills; ``digest`` is the SHA-256 of the file.
    """

    path: Path
    origin: str
    entities: tuple[Entity, ...] = ()
    hidden: frozenset[str] = frozenset()
    stated: Mapping[str, frozenset[str]] = field(default_factory=dict)
    digest: str = ""

    def row(self, known: Entity) -> Entity | None:
        """Return the row that speaks of an entity, None where none does.

        An id that was made from a name says nothing: something else may have it.
        """
        for one in self.entities:
            if "id" in self.states(one.id):
                same = one.id == known.id
            else:
                same = (one.name, one.kind) == (known.name, known.kind)
            if same:
                return one
        return None

    def states(self, entity: str) -> frozenset[str]:
        """Return the columns that the row of an entity fills."""
        return self.stated.get(entity, frozenset())


def read_names(path: Path, origin: str = "user") -> UserNames:
    """Return what a names file states.

    Raises:
        NamesError: the file cannot be read or a row breaks a rule; the message names the line.

    """
    content = _content(path)
    entities: list[Entity] = []
    hidden: set[str] = set()
    stated: dict[str, frozenset[str]] = {}
    for id_, row in _identified(_table(content, path), path):
        if row.fields["kind"] == HIDING:
            hidden.add(id_)
            continue
        whole = {**dict.fromkeys(COLUMNS, ""), **row.fields, "id": id_}
        whole["article"] = whole["article"] or "-"
        entities.append(entity_of(whole, f"{path}, line {row.line}", origin))
        stated[id_] = frozenset(column for column, told in row.fields.items() if told)
    digest = hashlib.sha256(content).hexdigest()
    return UserNames(path, origin, tuple(entities), frozenset(hidden), stated, digest)


def merged(user: Entity, shipped: Entity | None, stated: Collection[str] | None = None) -> Entity:
    """Return what is known when a user's row speaks of an entity that is known already.

    What the row fills counts, what it leaves empty is inherited, and forms and readings add up.

    Args:
        user: the entity that the row states.
        shipped: the known one, of the same id.
        stated: the columns that the row fills; without them, what differs from the defaults.

    """
    if shipped is None:
        return user
    told = _differing(user) if stated is None else stated
    ap, bbc = (
        getattr(user, style) if style in told or getattr(shipped, style) == shipped.name
        else getattr(shipped, style)
        for style in ("ap", "bbc")
    )  # fmt: skip
    forms = dict.fromkeys((*user.aliases, *shipped.forms))
    return replace(
        user,
        ap=ap,
        bbc=bbc,
        aliases=tuple(form for form in forms if form not in (user.name, ap, bbc)),
        sources=tuple(dict.fromkeys((*user.sources, *shipped.sources))),
        readings=tuple(dict.fromkeys((*user.readings, *shipped.readings))),
        countries=user.countries or shipped.countries,
        article=user.article if "article" in told else shipped.article,
        note=user.note or shipped.note,
        population=user.population or shipped.population,
    )


def _differing(user: Entity) -> frozenset[str]:
    styles = {style for style in ("ap", "bbc") if getattr(user, style) != user.name}
    return frozenset(styles | ({"article"} if user.article else set()))


def slug(name: str) -> str:
    """Return an id made from a name: its ASCII letters and digits, words joined by hyphens."""
    plain = without_accents(name.translate(_LETTERS))
    latin = plain if re.search("[a-zA-Z0-9]", plain) else romanise(name)
    return "-".join(re.findall("[a-z0-9]+", latin.replace("'", "").lower())) or "name"


def unused(id_: str, taken: Callable[[str], bool]) -> str:
    """Return ``id_``, with the first number behind it that makes it a new one if it is taken."""
    number, free = 1, id_
    while taken(free):
        number += 1
        free = f"{id_}-{number}"
    return free


def put(path: Path, entity: Entity) -> None:
    """Write the row of an entity into a names file, in place of the row of the same id.

    Raises:
        NamesError: the file that is there is broken, or it cannot be written.

    """
    put_all(path, [entity])


def put_all(path: Path, entities: Iterable[Entity]) -> None:
    """Write the rows of entities into a names file, all or none.

    Raises:
        NamesError: the file that is there is broken, or it cannot be written.

    """
    _put(path, [_fields(entity) for entity in entities])


def hide(path: Path, entity: Entity) -> None:
    """Write a row that takes an entity away.

    Raises:
        NamesError: the file that is there is broken, or it cannot be written.

    """
    _put(path, [{"id": entity.id, "kind": HIDING, "name": entity.name}])


def drop(path: Path, id_: str) -> bool:
    """Take the row of an id out of a names file and return whether there was one.

    Raises:
        NamesError: the file is broken or cannot be written.

    """
    table = _table(_content(path), path)
    row = dict(_identified(table, path)).get(id_)
    if row is None:
        return False
    write(path, table.without(row.line))
    return True


def _put(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    table = Table.empty(COLUMNS)
    held: dict[str, Row] = {}
    if path.exists():
        read_names(path)  # a file that is broken is not written to
        table = _table(_content(path), path)
        held = dict(_identified(table, path))
    for fields in rows:
        old = held.get(fields["id"])
        table = table.with_row(fields, old)
    write(path, table)


def _fields(entity: Entity) -> dict[str, str]:
    """Return what stands in the row of an entity, without what goes without saying."""
    return {
        "id": entity.id,
        "kind": entity.kind,
        "name": entity.name,
        "ap": entity.ap if entity.ap != entity.name else "",
        "bbc": entity.bbc if entity.bbc != entity.name else "",
        "aliases": "|".join(entity.aliases),
        "source": "|".join(f"{language}={name}" for language, name in entity.sources),
        "readings": "|".join(
            " ".join("/".join(slot) for slot in reading) for reading in entity.readings
        ),
        "countries": " ".join(entity.countries),
        "article": "the" if entity.article else "",
        "note": entity.note,
    }


def _identified(table: Table, path: Path) -> Iterator[tuple[str, Row]]:
    """Yield the rows with their ids; one without an id gets one that no other row has."""
    rows = list(table.rows(str(path)))
    lines: dict[str, int] = {}
    for row in rows:
        id_ = row.fields.get("id", "")
        if id_ in lines:
            raise NamesError(
                f"{path}, line {row.line}: the id {id_!r} stands in line {lines[id_]} already"
            )
        if id_:
            lines[id_] = row.line
        elif not row.fields["name"]:
            raise NamesError(f"{path}, line {row.line}: the name is empty")
    taken = set(lines)
    for row in rows:
        id_ = row.fields.get("id", "") or unused(slug(row.fields["name"]), taken.__contains__)
        taken.add(id_)
        yield id_, row


def _table(content: bytes, path: Path) -> Table:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise NamesError(f"{path} is not UTF-8; save it as UTF-8") from None
    if "\0" in text:
        raise NamesError(f"{path} holds NUL characters; save it as tab-separated text in UTF-8")
    table = Table.of(text)
    if not table.columns:
        raise NamesError(f"{path} is empty; its first line must name the columns: name, kind, …")
    for column in table.columns:
        if column not in COLUMNS:
            hint = did_you_mean(column, COLUMNS)
            raise NamesError(
                f"{path}, line {table.header}: unknown column {column!r}{hint}"
                + ("" if hint else f"; the columns are {' '.join(COLUMNS)}")
            )
        if table.columns.count(column) > 1:
            raise NamesError(f"{path}, line {table.header}: column {column!r} stands there twice")
    for column in _REQUIRED:
        if column not in table.columns:
            raise NamesError(
                f"{path}, line {table.header}: there is no column {column!r}; "
                "columns are separated by tabs"
            )
    return table


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NamesError(f"there is no names file {path}") from None
    except OSError as error:
        raise NamesError(f"cannot read {path}: {error.strerror}") from error
