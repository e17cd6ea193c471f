"""What a reader of glossaries finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A term by the columns of a names file; ``where`` is its place, such as "line 3"."""

    where: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why what stands in a place is no term."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
