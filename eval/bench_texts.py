"""Texts to time the language model with: the project's own example sentences, in pairs."""

from __future__ import annotations

from collections.abc import Iterator

from mtaudit.checks import CHECKS, formulas
from mtaudit.checks.check import Example


def sentences() -> list[str]:
    """Return every distinct example sentence of the checks and the formulas."""
    found = [text for check in CHECKS for text in check.sound]
    found += [example.text for check in CHECKS for example in check.flagged]
    found += [text for f in formulas.table() for text in (Example(f.example).text, f.sound)]
    return list(dict.fromkeys(found))


def texts(words: int) -> Iterator[str]:
    """Yield distinct texts of two sentences until they have ``words`` words."""
    pool = sentences()
    done = 0
    for distance in range(1, len(pool)):
        for number, first in enumerate(pool):
            if done >= words:
                return
            text = f"{first} {pool[(number + distance) % len(pool)]}"
            done += text.count(" ") + 1
            yield text
    raise ValueError(f"there are only {done:,} words to make texts of")
