"""Figures on a terminal, in 80 columns."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.metrics import Measure

WIDTH = 80
_MOST_COLUMNS = 4


def render(
    suite: str, predictor: str, rows: int, seconds: float, metrics: Sequence[Measure]
) -> str:
    """Return the figures of one suite, ± half the width of their 95 % intervals.

    Figures whose names differ in the last part only stand side by side when there is room.
    """
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False)
    console.print()
    console.print(Text(f"{suite}  ·  {predictor}  ·  {rows:,} rows  ·  {seconds:.0f} s"))
    console.print(_table(metrics))
    found = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip()}\n" for line in str(found).splitlines())


def _table(metrics: Sequence[Measure]) -> Table:
    split = {metric.name: metric.name.rpartition(".") for metric in metrics}
    columns = list(dict.fromkeys(last for _, _, last in split.values()))
    shown = Table(box=None, pad_edge=False, header_style="", padding=(0, 2, 0, 0))
    if len(columns) > _MOST_COLUMNS or not all(first for first, _, _ in split.values()):
        for heading, side in (("", "left"), ("value", "right"), ("95 %", "left"), ("n", "right")):
            shown.add_column(heading, justify=side, no_wrap=True)  # type: ignore[arg-type]
        for one in metrics:
            shown.add_row(one.name, _number(one.value), _interval(one), f"{one.rows:,}")
        return shown
    shown.add_column("", no_wrap=True, overflow="ellipsis", max_width=40)
    for column in columns:
        shown.add_column(column, justify="right", no_wrap=True)
    cells = {split[one.name][::2]: one for one in metrics}
    for first in dict.fromkeys(first for first, _ in cells):
        own = [cells.get((first, column)) for column in columns]
        shown.add_row(first, *("" if one is None else _cell(one) for one in own))
    return shown


def _cell(one: Measure) -> str:
    half = (one.high - one.low) / 2
    return _number(one.value) + (f" ±{half:.3f}" if math.isfinite(half) else "")


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _interval(one: Measure) -> str:
    return f"{_number(one.low)} … {_number(one.high)}"
