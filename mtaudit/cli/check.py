"""``mtaudit check``: audit articles and print the report."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from mtaudit import config as configuration
from mtaudit.audit import Auditor, LanguageScorer
from mtaudit.cli import options
from mtaudit.cli.activity import Activity
from mtaudit.config import Config
from mtaudit.document import Document
from mtaudit.errors import ExitCode, InputError, UsageError
from mtaudit.finding import DocumentReport, Severity, Signature
from mtaudit.names.layers import knowledge_base
from mtaudit.readers import files
from mtaudit.text.markup import view_of
from mtaudit.text.view import View

_TRAILING_SPACES = re.compile(r" +$", re.MULTILINE)


class Format(StrEnum):
    """What is printed."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


class FailOn(StrEnum):
    """The lowest severity that makes the exit code 1."""

    NEVER = "never"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


def check(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Text, Markdown, HTML or .jsonl files; - is standard input.", show_default=False
        ),
    ],
    format: Annotated[Format, typer.Option(help="What to print.")] = Format.TEXT,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(help="Exit with 1 on findings of this severity or above. [default: major]"),
    ] = None,
    min_confidence: options.MinConfidence = None,
    max_false_alarm: options.MaxFalseAlarm = None,
    rewrites: Annotated[
        bool, typer.Option("--rewrites/--no-rewrites", help="Look for edits of suspect wording.")
    ] = True,
    model: options.Model = None,
    device: options.Device = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Measure anew what the score cache knows.")
    ] = False,
    no_lm: Annotated[
        bool, typer.Option("--no-lm", help="Names and rules only, without the language model.")
    ] = False,
    words: Annotated[bool, typer.Option("--words", help="Add the surprisal of each word.")] = False,
    style: options.Style = None,
    names: options.Names = None,
    corpus_names: Annotated[
        bool,
        typer.Option(
            "--corpus-names",
            help="Compare names over all documents, which are read and held before the first is "
            "measured.",
        ),
    ] = False,
    disable: options.Disable = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the input. [default: UTF-8]")
    ] = None,
    max_characters: options.MaxCharacters = None,
    config: options.ConfigFile = None,
) -> int:
    """Audit articles and print the report.

    Exit codes: 0 nothing at or above the gate, 1 findings, 2 wrong usage, 3 input that cannot be
    read, 4 a model or a names file is missing or broken, 130 interrupted.
    """
    settings = configuration.load(Path.cwd(), config)
    given: dict[str, Any] = {
        "model": model,
        "language_model": False if no_lm else None,
        "device": device,
        "cache": False if no_cache else None,
        "fail_on": None if fail_on is None else fail_on.value,
        "min_confidence": min_confidence,
        "max_false_alarm": max_false_alarm,
        "rewrites": None if rewrites else False,
        "style": style,
        "names": None if names is None else str(names),
        "corpus_names": corpus_names or None,
        "disable": disable or None,
        "max_characters": max_characters,
    }
    settings = configuration.with_values(
        settings, {key: value for key, value in given.items() if value is not None}, "command line"
    )
    if words and not settings.language_model:
        raise UsageError("--words needs the language model; leave out --no-lm")
    complaints: list[InputError] = []
    with Activity("starting") as activity:
        documents = _first(
            files.read(paths, sys.stdin.buffer, encoding=encoding, complain=complaints.append)
        )
        if documents is None:
            return _complain(complaints)
        known = knowledge_base(Path.cwd(), activity.update, config=config, database=settings.names)
        auditor = Auditor(settings, known, _scorer(settings, activity))
        reports = auditor.run(
            documents, view=_view, complain=complaints.append, progress=activity.update
        )
        worst = _print(reports, auditor.signature, format, activity, words=words)
    if complaints:
        return _complain(complaints)
    gate = None if settings.fail_on == "never" else Severity(settings.fail_on).rank
    return ExitCode.FINDINGS if gate is not None and worst >= gate else ExitCode.CLEAN


def _first(documents: Iterator[Document]) -> Iterator[Document] | None:
    """Return the documents if there is at least one, so that no model is loaded for nothing."""
    first = next(documents, None)
    if first is None:
        return None

    def every() -> Iterator[Document]:
        yield first
        yield from documents

    return every()


def _view(document: Document) -> View:
    return view_of(document.text, document.markup)


def _scorer(settings: Config, activity: Activity) -> LanguageScorer | None:
    if not settings.language_model:
        return None
    from mtaudit.lm import registry

    if registry.is_path(settings.model) and settings.model not in registry.KNOWN:
        registry.pull(settings.model, progress=activity.update)
    registry.require(settings.model)
    activity.update("loading the language model")
    from mtaudit.scorer import scorer_of

    return scorer_of(settings, activity.say)


def _print(
    reports: Iterator[DocumentReport],
    signature: Signature,
    format_: Format,
    activity: Activity,
    *,
    words: bool,
) -> int:
    """Print the reports and return the highest severity rank among their findings, -1 for none."""
    worst = -1

    def watched() -> Iterator[DocumentReport]:
        nonlocal worst
        for report in reports:
            worst = max([worst, *(finding.severity.rank for finding in report.findings)])
            yield report

    if format_ is Format.TEXT:
        from rich.console import Console

        from mtaudit.reports.terminal import render, render_signature

        console = Console(file=sys.stdout, highlight=False)
        printed = False
        for report in watched():
            printed = True
            with console.capture() as captured:
                render(report, console, words=words)
            _write(captured.get(), activity)
        if printed:
            with console.capture() as captured:
                render_signature(signature, console)
            _write(captured.get(), activity)
        return worst
    from mtaudit.reports.json import json_lines, json_report

    if format_ is Format.JSONL:
        for line in json_lines(signature, watched(), words=words):
            _write(line, activity)
    else:
        # Kept back until it is whole: an interrupted run prints no half object.
        _write("".join(json_report(signature, watched(), words=words)), activity)
    return worst


def _write(text: str, activity: Activity) -> None:
    if sys.stdout.isatty():
        activity.pause()
    trimmed = _TRAILING_SPACES.sub("", text)
    sys.stdout.buffer.write(trimmed.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _complain(complaints: list[InputError]) -> int:
    for complaint in complaints:
        line = " ".join(str(complaint).encode("utf-8", "replace").decode("utf-8").split())
        print(f"mtaudit: {line}", file=sys.stderr)
    return ExitCode.INPUT
