"""The report an editor reads in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from mtaudit.document import Document
from mtaudit.finding import (
    DocumentReport,
    Finding,
    SegmentReport,
    Severity,
    Signature,
    Suggestion,
)
from mtaudit.reports.printable import printable

_COLOURS = {Severity.MINOR: "cyan", Severity.MAJOR: "yellow", Severity.CRITICAL: "red"}
_VERDICTS = {
    "pass": ("green", "PASS", "nothing here stands in the way of publication"),
    "review": ("yellow", "REVIEW", "an editor should look at this before it is published"),
    "block": ("red", "BLOCK", "do not publish this as it stands"),
}
_MODES: dict[tuple[str, ...], str] = {("target",): "English text alone"}
_STRIP = "▁▂▃▄▅▆▇█"
# How much of a sentence is shown on either side of what is marked.
_CONTEXT = 90


def render(report: DocumentReport, console: Console, *, words: bool = False) -> None:
    """Print the report of one document."""
    console.print(_header(report))
    console.print()
    for finding in report.findings:
        console.print(_finding(finding, report))
        console.print()
    if not report.findings:
        console.print(Text("  Nothing to report.", style="dim"))
        console.print()
    strip = _fluency(report, console.width)
    if strip is not None:
        console.print(strip)
        console.print()
    if words:
        console.print(_words(report))
        console.print()
    console.print(_verdict(report))
    console.print()


def render_signature(signature: Signature, console: Console) -> None:
    """Print what the figures of a report depend on."""
    model = "no language model"
    if signature.model != "none":
        model = f"model {signature.model} · BOS {signature.bos} · {signature.dtype}"
        if signature.tagger != "none":
            model += f" · tagger {signature.tagger}"
    console.print(
        Text(
            f"mtaudit {signature.version} · names {signature.names} · config {signature.config}\n"
            f"{model}",
            style="dim",
        )
    )


def _header(report: DocumentReport) -> RenderableType:
    line = Table.grid(expand=True)
    line.add_column(overflow="fold")
    line.add_column(justify="right", no_wrap=True)
    line.add_row(
        Text(printable(report.document.origin or report.document.id), style="bold"),
        Text(f"{report.words:,} words · {_MODES[report.modes]}", style="dim"),
    )
    return Group(line, Rule(style="dim"))


def _finding(finding: Finding, report: DocumentReport) -> RenderableType:
    document = report.document
    colour = _COLOURS[finding.severity]
    title = Table.grid(expand=True)
    title.add_column()
    title.add_column(justify="right", no_wrap=True)
    label = Text.assemble(
        (f"{finding.severity.value}", f"bold {colour}"),
        ("  " + finding.check.replace("-", " "), "bold"),
        ("  " + finding.category.value, "dim"),
    )
    number = document.text.count("\n", 0, finding.span.start) + 1
    title.add_row(label, Text(f"line {number}", style="dim"))
    parts: list[RenderableType] = [
        title,
        Padding(_marked(finding, report, colour), (0, 0, 0, 2)),
        Padding(Text(printable(finding.message), style="italic"), (0, 0, 0, 2)),
    ]
    if finding.suggestions:
        parts.append(Padding(_change(document, finding.suggestions), (0, 0, 0, 2)))
    return Group(*parts)


def _marked(finding: Finding, report: DocumentReport, colour: str) -> Text:
    """Return the sentence with the span marked, shortened on both sides."""
    text, span = report.document.text, finding.span
    home = next(
        (segment.span for segment in report.segments if segment.span.overlaps(span)), span
    ).cover(span)
    start = _cut(text, home.start, span.start, forward=True)
    end = _cut(text, home.end, span.end, forward=False)
    return Text.assemble(
        "… " if start > home.start else "",
        printable(text[start : span.start]),
        ("⟦" + printable(span.of(text)) + "⟧", f"bold {colour}"),
        printable(text[span.end : end]),
        " …" if end < home.end else "",
    )


def _cut(text: str, far: int, near: int, *, forward: bool) -> int:
    """Return where the shown context begins or ends, at a space."""
    if abs(near - far) <= _CONTEXT:
        return far
    if forward:
        found = text.find(" ", near - _CONTEXT, near)
        return found + 1 if found >= 0 else near - _CONTEXT
    found = text.rfind(" ", near, near + _CONTEXT)
    return found if found >= 0 else near + _CONTEXT


def _change(document: Document, suggestions: Sequence[Suggestion]) -> Text:
    """Return the first suggestion as a change, others for its place and the other places behind."""
    first, *rest = suggestions
    others = [edit for edit in rest if edit.span == first.span]
    places = len({edit.span for edit in rest} - {first.span})
    change = Text()
    old = document[first.span]
    if old.strip():
        change.append(printable(old), style="strike dim")
        change.append("  →  ", style="dim")
    if first.replacement:
        change.append(printable(first.replacement), style="bold green")
    else:
        change.append(_EDITS.get(bool(old.strip()), ""), style="green")
    if others:
        change.append("   or " + ", ".join(printable(o.replacement) for o in others), style="dim")
    if places:
        change.append(f"   also in {places} other place{'s' * (places > 1)}", style="dim")
    if "inside a quotation" in first.reason:
        change.append("  (in a quotation: compare the source)", style="dim")
    return change


_EDITS = {True: "leave out", False: "remove the space"}


def _fluency(report: DocumentReport, width: int) -> RenderableType | None:
    """Return one block a sentence, higher and greener the more fluent."""
    if report.fluency is None or report.fluency.percentile is None:
        return None
    strip = Text()
    for segment in report.segments:
        level = 0.0 if segment.fluency is None else segment.fluency
        index = min(len(_STRIP) - 1, int(level / 100 * len(_STRIP)))
        strip.append(_STRIP[index], style=_shade(segment))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text("Fluency by sentence", style="dim"), strip)
    return grid


def _shade(segment: SegmentReport) -> str:
    if segment.garbled >= 0.5:
        return "red"
    return "yellow" if (segment.fluency or 0.0) < 15 else "green"


def _words(report: DocumentReport) -> RenderableType:
    """Return each word with its surprisal, the higher the louder."""
    table = Text()
    for segment in report.segments:
        for word in segment.words:
            style = "red" if word.surprisal >= 14 else "yellow" if word.surprisal >= 9 else ""
            table.append(printable(report.document[word.span]), style=style)
            table.append(f" {word.surprisal:.1f}  ", style="dim")
        table.append("\n")
    return Group(Text("Surprisal of each word, in nats", style="dim"), table)


def _verdict(report: DocumentReport) -> RenderableType:
    colour, name, meaning = _VERDICTS[report.verdict]
    counts = Counter(finding.severity for finding in report.findings)
    tally = " · ".join(
        f"{counts[severity]} {severity.value}"
        for severity in reversed(Severity)
        if counts[severity]
    )
    figures = [f"quality {report.quality:.0f}", f"garbled {report.garbled:.2f}"]
    if report.fluency is not None and report.fluency.percentile is not None:
        figures.append(f"more fluent than {report.fluency.percentile:.0f}% of human news")
    elif report.coverage.scored == 0:
        figures.append("names and rules only")
    return Group(
        Text.assemble((f" {name} ", f"bold reverse {colour}"), f"  {meaning}"),
        Text("  ".join(filter(None, [tally, *figures])).replace("  ", " · "), style="dim"),
    )
