"""The summary of a corpus as one page that needs nothing else: no script, no outside file.

The page is built as a tree of elements, so that everything from the rows is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import resources
from xml.etree.ElementTree import Element, SubElement, tostring

from mtaudit.corpus_report import CorpusReport, WorstDocument
from mtaudit.reports.printable import printable
from mtaudit.reports.summary_plots import plot, verdict_bar

Cell = str | tuple[str, str] | Element
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def summary_html(report: CorpusReport) -> str:
    """Return the summary as an HTML page."""
    html = Element("html", lang="en")
    head = SubElement(html, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    SubElement(head, "title").text = f"mtaudit: {printable(report.source)}"
    style = resources.files("mtaudit") / "reports" / "summary.css"
    SubElement(head, "style").text = style.read_text(encoding="utf-8")
    main = SubElement(SubElement(html, "body"), "main")
    main.extend(_sections(report))
    text = tostring(html, encoding="unicode", method="html")
    return "<!doctype html>\n" + text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _sections(report: CorpusReport) -> list[Element]:
    header = Element("header")
    SubElement(header, "h1").text = printable(report.source)
    words = "" if report.words is None else f" · {report.words:,} words"
    SubElement(header, "p").text = f"{report.rows:,} rows{words}"
    made = [header]
    if len(report.signatures) > 1:
        warning = Element("p", {"class": "warning"})
        warning.text = (
            f"{len(report.signatures)} signatures: these rows were measured in different ways, and "
            "their figures should not be compared."
        )
        made.append(warning)
    made.append(_section("Verdicts", verdict_bar(report)))
    if report.distributions:
        plots = Element("div", {"class": "plots"})
        plots.extend(plot(one) for one in report.distributions)
        note = Element("p", {"class": "note"})
        note.text = "Quantiles are read from the counts of fine intervals, whose width is given."
        made.append(_section("Distributions", plots, note))
    made += _finding_sections(report)
    if report.worst:
        made.append(_section("Worst documents", _worst(report.worst)))
    if report.errors:
        rows: list[Sequence[Cell]] = [(error, f"{count:,}") for error, count in report.errors]
        made.append(_section("Rows that could not be audited", _table(("Error", "#Rows"), rows)))
    made.append(_footer(report))
    return made


def _finding_sections(report: CorpusReport) -> list[Element]:
    made = []
    if report.severities is not None:
        rows: list[Sequence[Cell]] = [
            ((severity, severity), f"{count:,}", _rate(report.per_thousand(count)))
            for severity, count in report.severities
        ]
        made.append(_section("Findings", _table(("Severity", "#Count", "#Per 1,000 words"), rows)))
    if report.findings:
        rows = [
            (one.check, (one.severity, one.severity), f"{one.count:,}", _rate(one.per_1000_words))
            for one in report.findings
        ]
        heads = ("Check", "Severity", "#Count", "#Per 1,000 words")
        made.append(_section("Most frequent findings", _table(heads, rows)))
    if report.names:
        rows = [
            (
                name.text,
                ", ".join(f"{new or 'leave out'} ({n:,})" for new, n in name.suggestions),
                f"{name.count:,}",
            )
            for name in report.names
        ]
        section = _section(
            "Most frequent garbled names", _table(("As written", "Suggested", "#Count"), rows)
        )
        if report.names_short_by:
            SubElement(section, "p", {"class": "note"}).text = (
                "Too many names to hold: a count may be too low by up to "
                f"{report.names_short_by:,}."
            )
        made.append(section)
    return made


def _worst(documents: Iterable[WorstDocument]) -> Element:
    rows: list[Sequence[Cell]] = []
    for one in documents:
        name = Element("div")
        SubElement(name, "strong").text = printable(one.id)
        if one.place != one.id:
            SubElement(name, "span", {"class": "place"}).text = printable(one.place)
        if one.beginning:
            SubElement(name, "p", dir="auto").text = printable(one.beginning)
        quality = "" if one.quality is None else f"{one.quality:.1f}"
        verdict = one.verdict or ""
        rows.append((name, (verdict, verdict), f"{one.garbled:.3f}", quality))
    return _table(("Document", "Verdict", "#Garbled", "#Quality"), rows)


def _section(title: str, *inside: Element) -> Element:
    section = Element("section")
    SubElement(section, "h2").text = title
    section.extend(inside)
    return section


_MARKS = frozenset({"pass", "review", "block", "minor", "major", "critical"})


def _table(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Element:
    """Return a table; a head that begins with ``#`` is of figures, a pair is text and its mark."""
    wrapper = Element("div", {"class": "table"})
    table = SubElement(wrapper, "table")
    line = SubElement(SubElement(table, "thead"), "tr")
    for head in heads:
        SubElement(line, "th", _kind(head), scope="col").text = head.removeprefix("#")
    body = SubElement(table, "tbody")
    for row in rows:
        line = SubElement(body, "tr")
        for head, cell in zip(heads, row, strict=True):
            place = SubElement(line, "td", _kind(head))
            if isinstance(cell, Element):
                place.append(cell)
            elif isinstance(cell, tuple):
                text, mark = cell
                kind = {"class": f"mark {mark}" if mark in _MARKS else "mark"}
                SubElement(place, "span", kind).text = printable(text)
            else:
                place.set("dir", "auto")
                place.text = printable(cell)
    return wrapper


def _kind(head: str) -> dict[str, str]:
    return {"class": "figure"} if head.startswith("#") else {}


def _rate(rate: float | None) -> str:
    return "" if rate is None else f"{rate:,.3f}"


def _footer(report: CorpusReport) -> Element:
    footer = Element("footer")
    marks = ", ".join(f"{value} ({rows:,} rows)" for value, rows in report.signatures)
    SubElement(footer, "p").text = printable(f"Signature {marks}" if marks else "No signature")
    if report.missing:
        SubElement(footer, "p").text = f"Columns not in the input: {', '.join(report.missing)}"
    return footer
