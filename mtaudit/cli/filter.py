"""``mtaudit filter``: keep or split scored rows by an expression over their columns."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mtaudit.cli.activity import Activity
from mtaudit.errors import UsageError

if TYPE_CHECKING:
    from mtaudit.corpus.destination import Destination
    from mtaudit.corpus.scored import Scored


def filter_rows(
    input: Annotated[
        str,
        typer.Argument(
            help="Output of mtaudit score: a folder, a .jsonl or .parquet file; - is JSON Lines on "
            "standard input.",
            show_default=False,
        ),
    ],
    keep: Annotated[
        str | None,
        typer.Option(help="Keep rows where this is true: 'garbled < 0.2 and quality > 80'."),
    ] = None,
    drop: Annotated[
        str | None, typer.Option(help="Of these, keep rows where this is false.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where kept rows go: .jsonl (also .gz, .zst), .parquet or a folder. "
            "[default: JSON Lines on standard output]"
        ),
    ] = None,
    rest: Annotated[Path | None, typer.Option(help="Where all other rows go.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace outputs that exist.")] = False,
) -> None:
    """Keep or split scored rows by an expression; docs/filtering.md explains the language.

    Exit codes: 0 done, 2 wrong usage, 3 input that cannot be read or output that cannot be written.
    """
    from mtaudit.corpus.expression import parse
    from mtaudit.corpus.filtering import decide, split
    from mtaudit.corpus.scored import Scored

    kept_if = None if keep is None else parse(keep, "--keep")
    dropped_if = None if drop is None else parse(drop, "--drop")
    if kept_if is None and dropped_if is None:
        raise UsageError("nothing to filter by; give --keep 'garbled < 0.2', --drop, or both")
    with Activity("filtering") as activity:
        source = Scored(input, sys.stdin.buffer)
        for expression in (kept_if, dropped_if):
            if expression is not None:
                source.require(expression.columns, expression.option)
        if source.sample is not None:
            decide(source.sample, kept_if, dropped_if)
        kept, others = _destinations(source, out, rest, force=force)
        counts = split(
            source,
            kept_if,
            dropped_if,
            kept,
            others,
            progress=lambda rows: activity.update(f"filtering, {rows:,} rows"),
        )
        activity.say(str(counts))


def _destinations(
    source: Scored, out: Path | None, rest: Path | None, *, force: bool
) -> tuple[Destination, Destination | None]:
    """Open both places, or neither."""
    from mtaudit.corpus.destination import Stream
    from mtaudit.corpus.destinations import destination

    given = [path.resolve() for path in (out, rest) if path is not None]
    if len(set(given)) < len(given):
        raise UsageError("--out and --rest name the same place; give two")
    inputs = {path.resolve() for path in (source.path, *source.parts) if path is not None}
    for path in given:
        if path in inputs:
            raise UsageError(f"{path}: is the input itself; give another name")
    kept = (
        Stream(sys.stdout.buffer)
        if out is None
        else destination(out, source.schema, "--out", force=force)
    )
    try:
        others = None if rest is None else destination(rest, source.schema, "--rest", force=force)
    except BaseException:
        kept.discard()
        raise
    return kept, others
