"""``mtaudit summary``: a corpus report over scored rows."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtaudit.cli.activity import Activity
from mtaudit.errors import UsageError

if TYPE_CHECKING:
    from mtaudit.corpus_report import CorpusReport


_TRAILING_SPACES = re.compile(r" +$", re.MULTILINE)


class Shape(StrEnum):
    """What is printed."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def summary(
    input: Annotated[
        str,
        typer.Argument(
            help="Output of mtaudit score: a folder, a .jsonl or .parquet file; - is JSON Lines on "
            "standard input.",
            show_default=False,
        ),
    ],
    format: Annotated[Shape, typer.Option(help="What to print.")] = Shape.TEXT,
    out: Annotated[
        Path | None, typer.Option(help="File to write to. [default: standard output]")
    ] = None,
    top: Annotated[int, typer.Option(help="How long each list may be, 1 to 1000.")] = 10,
    id_column: Annotated[
        str | None, typer.Option(help="What names a document. [default: id, else file and line]")
    ] = None,
    text_column: Annotated[
        str | None, typer.Option(help="Whose beginning is shown. [default: text]")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Print a corpus report over the output of mtaudit score.

    Exit codes: 0 done, 2 wrong usage, 3 input that cannot be read or output that cannot be written.
    """
    from mtaudit.corpus.scored import Scored
    from mtaudit.corpus.summary import summarise

    if not 1 <= top <= 1000:
        raise UsageError(f"--top is {top}; give 1 to 1000")
    if out is not None and out.exists() and not (force and out.is_file()):
        raise UsageError(
            f"--out {out}: exists already; --force replaces it"
            if out.is_file()
            else f"--out {out}: is not a file; give another name"
        )
    with Activity("summarising") as activity:
        source = Scored(input, sys.stdin.buffer)
        for option, column in (("--id-column", id_column), ("--text-column", text_column)):
            if column is not None:
                source.require([column], option)
        report = summarise(
            source,
            top=top,
            id_column=id_column,
            text_column=text_column,
            progress=lambda rows: activity.update(f"summarising, {rows:,} rows"),
        )
        if len(report.signatures) > 1:
            activity.say(
                f"{len(report.signatures)} signatures: rows were measured in different ways; "
                "score all of them again in one way before figures are compared"
            )
    text = _text(report, format, to_file=out is not None)
    if out is None:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    else:
        from mtaudit.corpus.aside import write_file

        write_file(out, text)


def _text(report: CorpusReport, shape: Shape, *, to_file: bool) -> bytes:
    if shape is Shape.JSON:
        from mtaudit.reports.summary_json import summary_json

        made = summary_json(report)
    elif shape is Shape.HTML:
        from mtaudit.reports.summary_html import summary_html

        made = summary_html(report)
    else:
        from rich.console import Console

        from mtaudit.reports.summary_terminal import render_summary

        console = Console(file=sys.stdout, highlight=False, no_color=to_file or None)
        with console.capture() as captured:
            render_summary(report, console)
        made = _TRAILING_SPACES.sub("", captured.get())
    return made.encode("utf-8", "replace")
