"""``mtaudit cache``: what is kept of earlier audits."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from mtaudit import config as configuration

app = typer.Typer(rich_markup_mode=None, help="Show or clear the score cache.")


@app.callback(invoke_without_command=True)
def cache(context: typer.Context) -> None:
    """Show or clear the score cache."""
    if context.invoked_subcommand is None:
        info()


@app.command()
def info() -> None:
    """Show where the scores of earlier audits are kept, how many, and how much room they take."""
    from mtaudit.lm.cache import ScoreCache, cache_path

    path = cache_path()
    limit = configuration.load(Path.cwd()).cache_megabytes * 1_000_000
    if not path.is_file():
        typer.echo(f"no scores are kept yet; they will be in {path}")
        return
    held = ScoreCache(path, limit, _say).info()
    for label, value in (
        ("file", held.path),
        ("entries", f"{held.entries:,}"),
        ("size", f"{held.size / 1e6:,.2f} MB of {held.limit / 1e6:,.0f} MB"),
    ):
        typer.echo(f"{label:9}{value}")


@app.command()
def clear() -> None:
    """Delete the scores of earlier audits."""
    from mtaudit.lm.cache import cache_path
    from mtaudit.lm.cache import clear as delete

    typer.echo(f"{delete(cache_path()) / 1e6:,.1f} MB freed")


def _say(line: str) -> None:
    print(f"mtaudit: {line}", file=sys.stderr)
