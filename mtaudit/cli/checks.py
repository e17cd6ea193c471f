"""``mtaudit checks``: what is checked, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from mtaudit.checks import CHECKS
from mtaudit.checks.rates import rate_of
from mtaudit.errors import UsageError, did_you_mean
from mtaudit.reports.checks_page import explain, page


def checks(
    name: Annotated[str | None, typer.Argument(help="Explain this check.")] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the documentation page of all checks.")
    ] = False,
) -> None:
    """List the checks, or explain one."""
    if markdown:
        typer.echo(page(CHECKS), nl=False)
    elif name is None:
        width = max(len(check.name) for check in CHECKS)
        for check in CHECKS:
            rate = rate_of(check.name)
            shown = "" if rate is None else f" ({rate})"
            typer.echo(f"{check.name:{width}}  {check.summary}{shown}")
    else:
        found = [check for check in CHECKS if check.name == name]
        if not found:
            known = [check.name for check in CHECKS]
            raise UsageError(
                f"there is no check {name!r}{did_you_mean(name, known)}; see `mtaudit checks`"
            )
        typer.echo(explain(found[0]), nl=False)
