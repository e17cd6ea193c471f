"""``mtaudit names``: the names that are known, and one's own."""

from __future__ import annotations

import typer

from mtaudit.cli.names import build, change, imports, info, look

app = typer.Typer(
    rich_markup_mode=None, help="Show, search, build and change the names that are known."
)
app.command("info")(info.info)
app.command("search")(look.search)
app.command("show")(look.show)
app.command("add")(change.add)
app.command("remove")(change.remove)
app.command("import")(imports.import_)
app.command("build")(build.build)


@app.callback(invoke_without_command=True)
def names(context: typer.Context) -> None:
    """Show, search, build and change the names that are known."""
    if context.invoked_subcommand is None:
        info.info()
