"""``mtaudit eval``: measure against annotated data, in a source checkout."""

from __future__ import annotations

import importlib
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from mtaudit import config as configuration
from mtaudit.cli.activity import Activity
from mtaudit.errors import InputError, ResourceError, UsageError


class Shape(StrEnum):
    """What is printed."""

    TEXT = "text"
    JSON = "json"


def evaluate(
    suite: Annotated[
        str,
        typer.Argument(
            help="spans, words, sentences, pairs, preference, false-alarms, seed, garbled-names "
            "or all.",
            show_default=False,
        ),
    ],
    data: Annotated[Path, typer.Option(help="Folder of annotated data.")] = Path("../shared/bench"),
    limit: Annotated[
        int | None, typer.Option(help="Rows of each file, drawn by hash. [default: all]")
    ] = None,
    model: Annotated[
        str, typer.Option(help="What is measured: surprisal or tagger.")
    ] = "surprisal",
    device: Annotated[
        str | None,
        typer.Option(help="Where the language model runs: auto, cpu or cuda. [default: auto]"),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Measure anew what the score cache knows.")
    ] = False,
    format: Annotated[Shape, typer.Option(help="What to print.")] = Shape.TEXT,
    out: Annotated[
        Path | None, typer.Option(help="File to write the JSON report to.", show_default=False)
    ] = None,
) -> None:
    """Measure against annotated data; docs/evaluation.md explains the suites.

    Exit codes: 0 measured, 2 wrong usage, 4 data, model or the source checkout is missing.
    """
    if limit is not None and limit < 1:
        raise UsageError(f"--limit is {limit}; give at least 1")
    harness = _harness()
    settings = configuration.load(Path.cwd(), None)
    given = {"device": device, "cache": False if no_cache else None}
    settings = configuration.with_values(
        settings, {key: value for key, value in given.items() if value is not None}, "command line"
    )
    with Activity("starting") as activity:
        results = harness.run(
            suite,
            data,
            settings,
            limit=limit,
            model=model,
            progress=activity.update,
            notice=activity.say,
        )
    report = harness.report(results)
    if out is not None:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(report, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{out}: cannot be written ({error.strerror})") from None
    typer.echo(report if format is Shape.JSON else harness.render(results), nl=False)


def _harness() -> ModuleType:
    """Return the evaluation, which is part of the source and not of the installed package.

    Raises:
        ResourceError: it is not there, or what it computes with is not.

    """
    try:
        return importlib.import_module("eval.harness")
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name in ("sklearn", "scipy"):
            raise ResourceError(
                "mtaudit eval needs scikit-learn and scipy: pip install --editable '.[eval]'"
            ) from None
        if name != "eval":
            raise
    raise ResourceError(
        "mtaudit eval needs a source checkout of mtaudit, installed with pip install --editable "
        "'.[eval]'"
    )
