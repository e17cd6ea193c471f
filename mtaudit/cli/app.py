"""The commands of ``mtaudit``, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from mtaudit import __version__
from mtaudit.cli import cache, check, checks, filter, models, names, sample, score, summary
from mtaudit.cli import eval as evaluation

app = typer.Typer(
    name="mtaudit",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Audits machine-translated English news before it is published.",
)
app.command("check")(check.check)
app.command("checks")(checks.checks)
app.command("filter")(filter.filter_rows)
app.command("sample")(sample.sample)
app.command("score")(score.score)
app.command("summary")(summary.summary)
app.command("eval")(evaluation.evaluate)
app.add_typer(models.app, name="models")
app.add_typer(cache.app, name="cache")
app.add_typer(names.app, name="names")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mtaudit {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Audits machine-translated English news before it is published."""


def execute(arguments: list[str]) -> object:
    """Run the command line and return what the command returned."""
    return typer.main.get_command(app).main(
        args=arguments, prog_name="mtaudit", standalone_mode=False
    )
