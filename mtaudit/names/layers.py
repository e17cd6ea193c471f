"""The names in force: those that ship, over them the user's, over those the project's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from mtaudit import config as configuration
from mtaudit.names.build import Progress
from mtaudit.names.entities import Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.store import opened, shipped, shipped_path, silent
from mtaudit.names.userfile import NAMES_FILE, UserNames, merged, read_names, unused
from mtaudit.paths import user_data


@dataclass(frozen=True, slots=True)
class NamesFiles:
    """Where the names in force come from.

    ``database`` is a names file that replaces the shipped one, ``project`` the project's table,
    None where there is no project. The tables need not be there.
    """

    database: Path | None
    user: Path
    project: Path | None


@dataclass(frozen=True)
class Names:
    """The names in force, and what they are made of."""

    files: NamesFiles
    base: KnowledgeBase
    user: UserNames
    project: UserNames

    @cached_property
    def knowledge(self) -> KnowledgeBase:
        """All names, the project's in front."""
        return over(over(self.base, self.user), self.project)

    @property
    def database(self) -> Path:
        """The names file beneath the tables."""
        return self.files.database or shipped_path()


def names_files(
    start: Path, *, config: Path | None = None, database: str | None = None
) -> NamesFiles:
    """Return where the names in force in folder ``start`` come from.

    The project's table lies beside the configuration file in force; without one, in the nearest
    folder upwards that has a table.

    Args:
        start: the folder that the search begins in.
        config: a configuration file, in place of the nearest one.
        database: a names file, in place of that of the configuration.

    Raises:
        ConfigError: the configuration file cannot be used.

    """
    found = configuration.find(start, config)
    if database is None:
        database = configuration.load(start, config).names
    user = user_data() / NAMES_FILE
    if found is not None:
        project: Path | None = found.parent / NAMES_FILE
    else:
        tables = (folder / NAMES_FILE for folder in (start, *start.parents))
        project = next((table for table in tables if table.exists()), None)
    if project is not None and project.resolve() == user.resolve():
        project = None  # the user's own folder is no project
    return NamesFiles(Path(database) if database else None, user, project)


def read_tables(files: NamesFiles) -> tuple[UserNames, UserNames]:
    """Return what the user's and the project's tables state, nothing where there is none.

    Raises:
        NamesError: one cannot be used; the message says which and where.

    """
    return _table(files.user, "user"), _table(files.project, "project")


def read_all(files: NamesFiles, progress: Progress = silent) -> Names:
    """Return the names in force.

    Raises:
        NamesError: a file cannot be used; the message says which and where.

    """
    # The tables first: they are quickly read, and a mistake in them is likelier.
    user, project = read_tables(files)
    base = shipped(progress) if files.database is None else opened(files.database)
    return Names(files, base, user, project)


def knowledge_base(
    start: Path,
    progress: Progress = silent,
    *,
    config: Path | None = None,
    database: str | None = None,
) -> KnowledgeBase:
    """Return the names in force in folder ``start``; see :func:`names_files`.

    Raises:
        ConfigError: the configuration file cannot be used.
        NamesError: a names file cannot be used.

    """
    return read_all(names_files(start, config=config, database=database), progress).knowledge


def over(knowledge: KnowledgeBase, names: UserNames) -> KnowledgeBase:
    """Return a knowledge base with what a table states in front."""
    if not names.digest:
        return knowledge
    told = f"{knowledge.digest} {names.origin} {names.digest}"
    digest = hashlib.sha256(told.encode()).hexdigest()[:12]
    return knowledge.over(in_front(knowledge, names), names.hidden, digest)


def in_front(knowledge: KnowledgeBase, names: UserNames) -> list[Entity]:
    """Return the entities of a table with what ``knowledge`` adds to them."""
    found: list[Entity] = []
    taken = {entity.id for entity in names.entities}
    for entity in names.entities:
        stated = names.states(entity.id)
        known = knowledge.get(entity.id)
        if known is not None and "id" not in stated and known.kind != entity.kind:
            # Nobody asked for this id: it was made from a name that something else has too.
            own = unused(entity.id, lambda id_: id_ in taken or id_ in knowledge)
            taken.add(own)
            entity, known = replace(entity, id=own), None
        found.append(merged(entity, known, stated))
    return found


def _table(path: Path | None, origin: str) -> UserNames:
    if path is None or not path.exists():
        return UserNames(path or Path(NAMES_FILE), origin)
    return read_names(path, origin)
