"""``mtaudit sample``: print the article that ships with the package."""

from __future__ import annotations

from importlib import resources

import typer


def sample() -> None:
    """Print a garbled sample article: mtaudit sample | mtaudit check -."""
    path = resources.files("mtaudit") / "data" / "sample.txt"
    typer.echo(path.read_text(encoding="utf-8"), nl=False)
