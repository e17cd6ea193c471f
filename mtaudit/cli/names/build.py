"""``mtaudit names build``: the shipped names file, or one with the dumps of gazetteers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from mtaudit.cli.activity import Activity
from mtaudit.cli.names.common import told, write
from mtaudit.errors import NamesError, UsageError
from mtaudit.names.build import Progress
from mtaudit.names.building import Stopwatch, build_file
from mtaudit.names.sources.dumps import dump_sources
from mtaudit.names.store import build_shipped, opened, shipped_path, shipped_sources


def build(
    output: Annotated[
        Path | None, typer.Option(help="The file to build. [default: the shipped one]")
    ] = None,
    geonames: Annotated[
        Path | None, typer.Option(help="A dump of GeoNames, such as allCountries.zip.")
    ] = None,
    wikidata: Annotated[
        Path | None, typer.Option(help="A JSON dump of Wikidata, .gz or .bz2 too.")
    ] = None,
    whosonfirst: Annotated[
        Path | None, typer.Option(help="Who's On First: a table, an archive or a folder.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build it anew, whatever is there.")
    ] = False,
) -> None:
    """Build the names file; a build with dumps that was broken off goes on where it stopped."""
    given = {"geonames": geonames, "wikidata": wikidata, "whosonfirst": whosonfirst}
    dumps = {key: path for key, path in given.items() if path is not None}
    if dumps and output is None:
        raise UsageError("give the file to build with these dumps: --output FILE")
    watch = Stopwatch()
    started = time.monotonic()
    path = output or shipped_path()
    with Activity("building the names file") as activity:
        progress = _calm(activity.update)
        sources = [
            watch.timed(source)
            for source in (*shipped_sources(), *dump_sources(dumps, activity.update))
        ]
        if output is None:
            done = rebuild or not path.is_file()
            try:
                build_shipped(path, progress, sources=sources, anew=rebuild)
            except OSError as error:
                raise NamesError(f"cannot write {path}: {error.strerror}") from error
        else:
            try:
                done = build_file(path, sources, progress, anew=rebuild)
            except KeyboardInterrupt:
                told("what was read is kept; the same command goes on from there")
                raise
    if not done:
        typer.echo(f"{path} is built already; --rebuild builds it anew")
        return
    _report(path, watch, time.monotonic() - started)
    if output is not None:
        typer.echo(f'to use it, put names = "{path.absolute()}" into mtaudit.toml')


def _calm(update: Progress) -> Progress:
    """Return a progress that a source of unknown size does not set back to nothing."""
    last = ""

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal last
        if total or stage != last:
            update(stage, done if total else 0, total)
        last = stage

    return progress


def _report(path: Path, watch: Stopwatch, seconds: float) -> None:
    from rich.table import Table

    held = {source.key: source for source in opened(path).sources()}
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    table.add_column("source", no_wrap=True)
    for heading in ("rows", "names", "seconds", "rows/s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for reading in watch.readings:
        if reading.key in held:
            table.add_row(
                held[reading.key].title,
                f"{reading.rows:,}",
                f"{held[reading.key].entities:,}",
                f"{reading.seconds:,.1f}",
                f"{reading.rate:,.0f}",
            )
    write(table)
    size = path.stat().st_size / 1e6
    names = sum(source.entities for source in held.values())
    typer.echo(f"\n{path}: {names:,} names, {size:,.1f} MB, {seconds:,.1f} s")
