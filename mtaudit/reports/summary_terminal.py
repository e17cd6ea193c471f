"""The summary of a corpus that a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from mtaudit.corpus_report import CorpusReport, Distribution, WorstDocument
from mtaudit.reports.printable import printable

_VERDICTS = {"pass": "green", "review": "yellow", "block": "red"}
_SEVERITIES = {"minor": "cyan", "major": "yellow", "critical": "red"}
_BLOCKS = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉"
_BAR = 36
_STRIP = 24
_DIGITS = {"garbled": 2, "quality": 1, "fluency": 1, "surprisal": 2, "words": 0}


def render_summary(report: CorpusReport, console: Console) -> None:
    """Print the summary of a corpus."""
    for part in _parts(report):
        console.print(part)
        console.print()


def _parts(report: CorpusReport) -> Iterator[RenderableType]:
    words = "" if report.words is None else f" · {report.words:,} words"
    line = Table.grid(expand=True)
    line.add_column(overflow="fold")
    line.add_column(justify="right", no_wrap=True)
    line.add_row(
        Text(printable(report.source), style="bold"),
        Text(f"{report.rows:,} rows{words}", style="dim"),
    )
    head = Table.grid(expand=True)
    head.add_row(line)
    head.add_row(Rule(style="dim"))
    yield head
    yield _verdicts(report)
    if report.distributions:
        yield _distributions(report)
    if report.severities is not None:
        yield _severities(report)
    if report.findings:
        yield _findings(report)
    if report.names:
        yield _names(report)
    if report.worst:
        yield _worst(report)
    if report.errors:
        yield _errors(report)
    yield _foot(report)


def _table(title: str, *columns: tuple[str, bool]) -> Table:
    """Return a table without lines; a column is its heading and whether it holds figures."""
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=None,
        expand=True,
        padding=(0, 0, 0, 2),
        header_style="dim",
    )
    for heading, figures in columns:
        table.add_column(
            heading,
            justify="right" if figures else "left",
            no_wrap=figures,
            overflow="fold",
            ratio=None if figures else 1,
        )
    return table


def _verdicts(report: CorpusReport) -> RenderableType:
    known = dict(report.verdicts)
    rows = [(name, known.pop(name, 0), colour) for name, colour in _VERDICTS.items()]
    rows += [(printable(name), count, "magenta") for name, count in known.items()]
    rows.append(("error", report.error_rows, "magenta"))
    left = report.rows - sum(count for _, count, _ in rows)
    if left > 0:
        rows.append(("none", left, "dim"))
    table = Table.grid(padding=(0, 2))
    for name, count, colour in rows:
        if not count and name not in _VERDICTS:
            continue
        share = count / report.rows
        table.add_row(
            Text(f" {name.upper():<6} ", style=f"bold reverse {colour}"),
            Text(f"{count:>9,}"),
            Text(f"{100 * share:5.1f}%", style="dim"),
            Text(_bar(share), style=colour),
        )
    return table


def _bar(share: float) -> str:
    eighths = round(share * _BAR * 8)
    if share > 0:
        eighths = max(eighths, 1)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _distributions(report: CorpusReport) -> RenderableType:
    table = _table("Distributions")
    for heading in ("", "", "5%", "median", "95%", "mean"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for one in report.distributions:
        digits = _DIGITS[one.name]
        table.add_row(
            Text.assemble(one.name, (f"\n{one.unit}", "dim")),
            _strip(one),
            *(f"{one.quantile(share):,.{digits}f}" for share in (0.05, 0.5, 0.95)),
            f"{one.mean:,.{digits}f}",
        )
    return table


def _strip(one: Distribution) -> Text:
    """Return one block a bar, and below them where the first begins and the last ends."""
    most = max(bar.count for bar in one.bars)
    wide = max(1, _STRIP // len(one.bars))
    strip = "".join(
        wide * (" " if not bar.count else _BLOCKS[min(7, int(bar.count / most * 8))])
        for bar in one.bars
    )
    low, high = f"{one.bars[0].low:,g}", f"{one.bars[-1].high:,.10g}"
    gap = " " * max(1, len(strip) - len(low) - len(high))
    return Text.assemble((strip, "cyan"), (f"\n{low}{gap}{high}", "dim"))


def _severities(report: CorpusReport) -> RenderableType:
    table = Table.grid(padding=(0, 3))
    table.add_column(no_wrap=True)
    pairs = report.severities or ()
    table.add_row(
        Text("Findings", style="bold"),
        *(Text(f"{count:,} {name}", style=_SEVERITIES.get(name, "")) for name, count in pairs),
    )
    rates = [report.per_thousand(count) for _, count in pairs]
    table.add_row(
        Text("per 1,000 words", style="dim"),
        *(Text("" if rate is None else _rate(rate), style="dim") for rate in rates),
    )
    return table


def _rate(rate: float) -> str:
    return f"{rate:,.2f}" if rate >= 0.01 or not rate else "<0.01"


def _findings(report: CorpusReport) -> RenderableType:
    table = _table(
        "Most frequent findings",
        ("check", False),
        ("severity", False),
        ("count", True),
        ("per 1,000 words", True),
    )
    for one in report.findings or ():
        table.add_row(
            Text(printable(one.check)),
            Text(printable(one.severity), style=_SEVERITIES.get(one.severity, "")),
            f"{one.count:,}",
            "" if one.per_1000_words is None else _rate(one.per_1000_words),
        )
    return table


def _names(report: CorpusReport) -> RenderableType:
    table = _table(
        "Most frequent garbled names", ("as written", False), ("suggested", False), ("count", True)
    )
    for name in report.names or ():
        suggested = Text()
        for number, (replacement, count) in enumerate(name.suggestions):
            suggested.append(", " if number else "")
            suggested.append(printable(replacement) or "leave out", style="green")
            if len(name.suggestions) > 1:
                suggested.append(f" {count:,}", style="dim")
        table.add_row(Text(printable(name.text)), suggested, f"{name.count:,}")
    if report.names_short_by:
        table.caption = Text(
            f"Too many names to hold: a count may be too low by up to {report.names_short_by:,}.",
            style="dim",
        )
        table.caption_justify = "left"
    return table


def _worst(report: CorpusReport) -> RenderableType:
    grid = Table.grid(expand=True)
    grid.add_row(Text("Worst documents", style="bold"))
    for one in report.worst:
        grid.add_row(Padding(_document(one), (0, 0, 0, 2)))
    return grid


def _document(one: WorstDocument) -> RenderableType:
    line = Table.grid(expand=True, padding=(0, 0, 0, 2))
    line.add_column(overflow="fold", ratio=1)
    line.add_column(justify="right", no_wrap=True)
    figures = Text(f"garbled {one.garbled:.2f}")
    if one.quality is not None:
        figures.append(f" · quality {one.quality:.0f}")
    name = Text(printable(one.id))
    if one.verdict is not None:
        colour = _VERDICTS.get(one.verdict, "")
        figures.append(f"  {printable(one.verdict).upper():<6}", style=f"bold {colour}")
    line.add_row(name, figures)
    if not one.beginning:
        return line
    return Group(line, Text(printable(one.beginning), style="dim"))


def _errors(report: CorpusReport) -> RenderableType:
    table = _table("Rows that could not be audited", ("error", False), ("rows", True))
    for error, count in report.errors:
        table.add_row(Text(printable(error)), f"{count:,}")
    return table


def _foot(report: CorpusReport) -> RenderableType:
    foot = Text(style="dim")
    if len(report.signatures) > 1:
        foot.append(
            f"{len(report.signatures)} signatures: these rows were measured in different ways, and "
            "their figures should not be compared.\n",
            style="not dim yellow",
        )
    marks = [f"{printable(value)} ({rows:,} rows)" for value, rows in report.signatures]
    foot.append("signature " + ", ".join(marks) if marks else "no signature")
    if report.missing:
        foot.append(f"\ncolumns not in the input: {', '.join(report.missing)}")
    if report.distributions:
        foot.append("\nquantiles are read from histograms; --format json gives their resolution")
    return foot
