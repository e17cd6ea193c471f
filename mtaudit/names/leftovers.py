"""Phrases of the news that are left in the source language: set phrases, and how items end."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mtaudit.names.entities import DATA

LANGUAGES = {"ar": "Arabic", "fa": "Persian", "ru": "Russian", "uk": "Ukrainian"}


@dataclass(frozen=True, slots=True)
class Leftover:
    """A phrase of the news in its own language, and what it says in English.

    ``ends`` says that agencies put it under an item, where English has nothing.
    """

    language: str
    words: str
    english: str
    ends: bool

    @property
    def kind(self) -> str:
        """What it is, in plain words."""
        return f"{'an end mark' if self.ends else 'a phrase'} in {LANGUAGES[self.language]}"


@cache
def _leftovers() -> Sequence[Leftover]:
    with (DATA / "leftovers.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Leftover(row["language"], row["words"], row["english"], row["place"] == "end")
        for row in rows
    ]


def set_phrases(language: str) -> Sequence[Leftover]:
    """Return the set phrases of a language that stand in a sentence."""
    return [one for one in _leftovers() if one.language == language and not one.ends]


def end_marks() -> Sequence[Leftover]:
    """Return what agencies of any language put under their items."""
    return [one for one in _leftovers() if one.ends]
