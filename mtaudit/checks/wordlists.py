"""Word lists of the checks, one word a line, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@cache
def word_list(name: str) -> frozenset[str]:
    """Return the words of ``data/<name>.txt``; lines that start with ``#`` are comments."""
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(
        word for line in lines if not line.startswith("#") for word in line.split() if word
    )


@cache
def line_list(name: str) -> frozenset[str]:
    """Return the lines of ``data/<name>.txt``, comments left out; a line may hold several words."""
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
