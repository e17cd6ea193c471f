"""The plots of the summary page, as SVG."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from mtaudit.corpus_report import CorpusReport, Distribution
from mtaudit.reports.printable import printable

# The units of the drawing; the page scales it.
_WIDTH, _HEIGHT, _BASE, _TOP = 320, 130, 108, 8
_DIGITS = {"garbled": 3, "quality": 1, "fluency": 1, "surprisal": 2, "words": 0}


def plot(one: Distribution) -> Element:
    """Return a figure: the histogram of one measure, its median, and its figures in words."""
    figure = Element("figure")
    caption = SubElement(figure, "figcaption")
    SubElement(caption, "strong").text = one.name
    SubElement(caption, "span").text = one.unit
    digits = _DIGITS.get(one.name, 2)
    low, middle, high = (f"{one.quantile(share):,.{digits}f}" for share in (0.05, 0.5, 0.95))
    svg = SubElement(
        figure,
        "svg",
        {
            "viewBox": f"0 0 {_WIDTH} {_HEIGHT}",
            "role": "img",
            "aria-label": f"{one.name}: median {middle}, 5% {low}, 95% {high}",
        },
    )
    _bars(svg, one)
    _median(svg, one, middle)
    SubElement(svg, "line", x1="0", x2=str(_WIDTH), y1=str(_BASE), y2=str(_BASE))
    _label(svg, 0, "start", f"{one.bars[0].low:,g}")
    _label(svg, _WIDTH, "end", f"{one.bars[-1].high:,.10g}")
    text = SubElement(figure, "p")
    text.text = (
        f"5% {low} · median {middle} · 95% {high} · mean {one.mean:,.{max(digits, 1)}f} · "
        f"{one.count:,} rows · resolution {one.resolution}"
    )
    return figure


def _bars(svg: Element, one: Distribution) -> None:
    most = max(bar.count for bar in one.bars)
    step = _WIDTH / len(one.bars)
    for number, bar in enumerate(one.bars):
        if not bar.count:
            continue
        height = max(1.0, (_BASE - _TOP) * bar.count / most)
        drawn = SubElement(
            svg,
            "rect",
            x=f"{number * step + 1:.1f}",
            y=f"{_BASE - height:.1f}",
            width=f"{step - 2:.1f}",
            height=f"{height:.1f}",
        )
        share = 100 * bar.count / one.count
        SubElement(
            drawn, "title"
        ).text = f"{bar.low:,g} to {bar.high:,.10g}: {bar.count:,} rows ({share:.1f}%)"


def _median(svg: Element, one: Distribution, label: str) -> None:
    """Draw the median where it lies among the bars, which need not be of one width."""
    value = one.quantile(0.5)
    number = next((i for i, bar in enumerate(one.bars) if value < bar.high), len(one.bars) - 1)
    bar = one.bars[number]
    inside = min(1.0, max(0.0, (value - bar.low) / (bar.high - bar.low)))
    x = (number + inside) * _WIDTH / len(one.bars)
    line = SubElement(
        svg, "line", {"class": "median", "x1": f"{x:.1f}", "x2": f"{x:.1f}"}, y1="0", y2=str(_BASE)
    )
    SubElement(line, "title").text = f"median {label}"


def _label(svg: Element, x: int, anchor: str, text: str) -> None:
    place = {"x": str(x), "y": str(_HEIGHT - 6), "text-anchor": anchor}
    SubElement(svg, "text", place).text = text


def verdict_bar(report: CorpusReport) -> Element:
    """Return the verdicts as one bar of shares and a legend with counts."""
    known = dict(report.verdicts)
    parts = [(name, known.pop(name, 0), name) for name in ("pass", "review", "block")]
    parts += [(name, count, "other") for name, count in known.items()]
    parts.append(("error", report.error_rows, "other"))
    left = report.rows - sum(count for _, count, _ in parts)
    parts.append(("none", max(left, 0), "none"))
    drawn = Element("div", {"class": "verdicts"})
    size = {"viewBox": "0 0 1000 40", "preserveAspectRatio": "none"}
    svg = SubElement(drawn, "svg", {**size, "aria-hidden": "true"})
    legend = SubElement(drawn, "ul")
    at = 0.0
    for name, count, kind in parts:
        if not count and kind in ("other", "none"):
            continue
        width = 1000 * count / report.rows
        box = {"class": kind, "x": f"{at:.2f}", "width": f"{width:.2f}", "height": "40"}
        SubElement(svg, "rect", box)
        at += width
        item = SubElement(legend, "li")
        SubElement(item, "span", {"class": f"mark {kind}"}).text = printable(name)
        figures = SubElement(item, "span")
        figures.text = f"{count:,} ({100 * count / report.rows:.1f}%)"
    return drawn
