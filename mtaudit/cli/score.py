"""``mtaudit score``: audit a corpus, each row exactly once."""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mtaudit import config as configuration
from mtaudit.cli import options
from mtaudit.cli.activity import Activity
from mtaudit.config import Config
from mtaudit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from mtaudit.corpus.measure import Setup
    from mtaudit.corpus.runner import Outcome, Plan
    from mtaudit.corpus.score import Target


class EngineName(StrEnum):
    """Where texts are measured."""

    LOCAL = "local"
    RAY = "ray"


class Shape(StrEnum):
    """How the parts are written."""

    JSONL = "jsonl"
    PARQUET = "parquet"


class Tier(StrEnum):
    """How much is measured."""

    NAMES = "names"
    FULL = "full"


class Findings(StrEnum):
    """What is kept of the findings."""

    NONE = "none"
    COUNT = "count"
    FULL = "full"


class Kind(StrEnum):
    """How an input is read."""

    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    ARROW = "arrow"
    TEXT = "text"


class Unit(StrEnum):
    """What of a plain text file is a document."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    FILE = "file"


class Markup(StrEnum):
    """What the texts are written in."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    HTML = "html"


# Stands for the processes of this machine where the address of a cluster could be.
_HERE = "processes"
_HELP = "Files, folders, globs, data sets that datasets has saved, hub:NAME; - is standard input."


def score(
    inputs: Annotated[list[str], typer.Argument(help=_HELP, show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the parts; without one, JSON Lines go to standard output."),
    ] = None,
    format: Annotated[Shape, typer.Option(help="How the parts are written.")] = Shape.JSONL,
    text_column: Annotated[str, typer.Option(help="Column that is audited.")] = "text",
    id_column: Annotated[
        str | None, typer.Option(help="Column that names a row. [default: id where there is one]")
    ] = None,
    source_column: Annotated[
        str | None, typer.Option(help="Column of the source text: must be there, and is kept.")
    ] = None,
    reference_column: Annotated[
        str | None, typer.Option(help="Column of a reference: must be there, and is kept.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="File whose lines are the sources of a text file's lines.")
    ] = None,
    input_format: Annotated[
        Kind | None, typer.Option(help="How to read inputs whose names do not tell.")
    ] = None,
    text_unit: Annotated[
        Unit, typer.Option(help="What of a plain text file is a document.")
    ] = Unit.LINE,
    markup: Annotated[Markup, typer.Option(help="What the texts are written in.")] = Markup.PLAIN,
    split: Annotated[str | None, typer.Option(help="Split of a data set.")] = None,
    findings: Annotated[
        Findings, typer.Option(help="What is kept of the findings.")
    ] = Findings.COUNT,
    columns: Annotated[
        str | None, typer.Option(help="mtaudit's columns to write, with commas between them.")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Put before the names of mtaudit's columns.")] = "",
    tier: Annotated[
        Tier, typer.Option(help="names: names and rules alone; full: the language model too.")
    ] = Tier.FULL,
    workers: Annotated[
        str, typer.Option(help="Processes that audit; 0 is this one, auto what the machine holds.")
    ] = "auto",
    engine: Annotated[
        EngineName, typer.Option(help="local: processes of this machine; ray: a Ray cluster.")
    ] = EngineName.LOCAL,
    address: Annotated[
        str | None,
        typer.Option(help="Ray cluster to use. [default: one that is started here]"),
    ] = None,
    shard: Annotated[
        str, typer.Option(help="i/n: the i-th of n jobs that share the folder.")
    ] = "1/1",
    shard_rows: Annotated[int, typer.Option(help="Most rows of a shard, 1 to 100000.")] = 1000,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first row that cannot be audited.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume/--no-resume", help="Keep the shards that are done.")
    ] = True,
    model: options.Model = None,
    device: options.Device = None,
    style: options.Style = None,
    names: options.Names = None,
    min_confidence: options.MinConfidence = None,
    max_false_alarm: options.MaxFalseAlarm = None,
    disable: options.Disable = None,
    max_characters: options.MaxCharacters = None,
    config: options.ConfigFile = None,
) -> int:
    """Audit a corpus and append mtaudit's columns to its rows, each exactly once.

    Exit codes: 0 done, 2 wrong usage, 3 input that cannot be read or output that cannot be
    written, 4 a model or a names file is missing or broken, 130 interrupted.
    """
    from mtaudit.corpus.columns import chosen
    from mtaudit.corpus.lines import Cut
    from mtaudit.corpus.measure import Setup, for_corpora
    from mtaudit.corpus.runner import Plan
    from mtaudit.corpus.score import Target
    from mtaudit.corpus.sources import find

    settings = _settings(
        config,
        {
            "model": model,
            "language_model": tier is Tier.FULL,
            "device": device,
            "min_confidence": min_confidence,
            "max_false_alarm": max_false_alarm,
            "style": style,
            "names": None if names is None else str(names),
            "disable": disable or None,
            "max_characters": max_characters,
        },
    )
    if not 1 <= shard_rows <= 100_000:
        raise UsageError(f"--shard-rows is {shard_rows}; give 1 to 100000")
    turn = _turn(shard, out)
    if out is None and format is Shape.PARQUET:
        raise UsageError("--format parquet needs --out; standard output takes JSON Lines")
    if address is not None and engine is not EngineName.RAY:
        raise UsageError("--address goes with --engine ray")
    own = chosen(findings.value, _listed(columns))
    sources = find(
        inputs,
        kind=None if input_format is None else input_format.value,
        unit=text_unit.value,
        source=source,
        split=split,
    )
    beside = {source_column: "--source-column", reference_column: "--reference-column"}
    needed = {text_column: "--text-column", **({id_column: "--id-column"} if id_column else {})}
    needed |= {name: option for name, option in beside.items() if name is not None}
    plan = Plan(
        text=text_column,
        id=id_column or "id",
        format=format.value,
        own=own,
        prefix=prefix,
        cut=Cut(rows=shard_rows),
        max_characters=settings.max_characters,
        markup=markup.value,
        strict=strict,
    )
    setup = Setup(
        for_corpora(settings),
        str(Path.cwd()),
        None if config is None else str(config),
        markup.value,
        own,
    )
    with Activity("starting") as activity:
        outcome = _score(
            sources, plan, setup, needed, activity, Target(out, sys.stdout.buffer, turn, resume),
            workers, address if engine is EngineName.RAY else _HERE,
        )  # fmt: skip
        return _conclude(outcome, activity, out)


def _settings(file: Path | None, given: dict[str, Any]) -> Config:
    settings = configuration.load(Path.cwd(), file)
    stated = {key: value for key, value in given.items() if value is not None}
    return configuration.with_values(settings, stated, "command line")


def _turn(shard: str, out: Path | None) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", shard)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f"--shard is {shard!r}; give i/n with i from 1 to n, for example 3/16")
    turn = int(match[1]) - 1, int(match[2])
    if turn[1] > 1 and out is None:
        raise UsageError("--shard needs --out, the folder that all jobs share")
    return turn


def _listed(columns: str | None) -> list[str] | None:
    if columns is None:
        return None
    return [name.strip() for name in columns.split(",") if name.strip()]


def _score(
    sources: Any,
    plan: Plan,
    setup: Setup,
    needed: dict[str, str],
    activity: Activity,
    target: Target,
    workers: str,
    address: str | None,
) -> Outcome:
    from dataclasses import replace

    from mtaudit.corpus import model, resources
    from mtaudit.corpus.engine import Engine, Inline
    from mtaudit.corpus.progress import Meter
    from mtaudit.corpus.score import score
    from mtaudit.corpus.workers import Workers

    def engine() -> Engine:
        config, made = setup.config, setup
        on_gpu, weights = False, 0
        if config.language_model:
            model.fetch(config, activity.update)
            on_gpu, weights = model.on_gpu(config), model.weights(config)
            made = replace(setup, scorers=model.scorer_of)
        if address is not _HERE:
            from mtaudit.corpus.ray_engine import RayActors

            count = 0 if workers == "auto" else resources.processes(workers, config).count
            gpu = config.language_model and config.device == "cuda"
            return RayActors(made, count, activity.say, address, gpu=gpu)
        found = resources.processes(workers, config, on_gpu=on_gpu, weights=weights)
        if not found.count:
            return Inline(made, activity.say)
        return Workers(replace(made, threads=found.threads), found.count, activity.say)

    return score(
        sources,
        plan,
        target,
        engine,
        options=needed,
        progress=Meter(sources, activity.update, 0.5 if sys.stderr.isatty() else 10.0),
        notice=activity.say,
    )


def _conclude(outcome: Outcome, activity: Activity, out: Path | None) -> int:
    """Say what was done and return the exit code."""
    from mtaudit.corpus.runner import MOST_IDS

    counts = outcome.counts
    if counts.repeated_ids:
        activity.say(
            f"{counts.repeated_ids:,} rows repeat an id (looked for among {MOST_IDS:,}); all are "
            "kept"
        )
    if counts.errors:
        activity.say(f"{counts.errors:,} rows could not be audited; column error says why")
    verdicts = ", ".join(
        f"{counts.verdicts[name]:,} {name}" for name in ("pass", "review", "block")
    )
    activity.say(f"{counts.rows:,} rows in {outcome.shards:,} shards: {verdicts}")
    if outcome.stopped:
        how = "the same command goes on from here" if out else "give --out to be able to go on"
        activity.say(f"stopped after {outcome.shards:,} shards; {how}")
        return ExitCode.INTERRUPTED
    if counts.broken_files:
        activity.say(f"{counts.broken_files:,} files could not be read to their end")
        return ExitCode.INPUT
    return ExitCode.CLEAN
