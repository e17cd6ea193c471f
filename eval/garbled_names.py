"""Measure the rendering of garbled names, one sentence a line.

Usage: python eval/garbled_names.py ROWS.jsonl

A row holds ``id``, ``text``, ``start`` and ``end`` of the garbled name (null in a sound sentence)
and ``accept``. Right at top 1: a ``garbled-name`` finding overlaps the span and its first
suggestion is in ``accept`` (case and a leading "the" aside). A sound sentence with such a finding
is a false alarm.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mtaudit.audit import Auditor
from mtaudit.config import Config
from mtaudit.document import Document, Span
from mtaudit.lm.model import load
from mtaudit.lm.scorer import Scorer
from mtaudit.names.knowledge import curated
from mtaudit.text.markup import view_of


def main(path: Path) -> int:
    """Print each row's outcome and the totals."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    auditor = Auditor(Config(), curated(), Scorer(load()))
    reports = auditor.run(
        [Document(row["id"], row["text"]) for row in rows],
        view=lambda d: view_of(d.text, d.markup),
        complain=lambda error: sys.exit(str(error)),
    )
    right = alarms = 0
    garbled = [row for row in rows if row["start"] is not None]
    for row, report in zip(rows, reports, strict=True):
        named = [finding for finding in report.findings if finding.check == "garbled-name"]
        if row["start"] is None:
            alarms += bool(named)
            outcome = "FALSE ALARM" if named else "quiet"
        else:
            span = Span(row["start"], row["end"])
            named = [finding for finding in named if finding.span.overlaps(span)]
            first = [f.suggestions[0].replacement for f in named if f.suggestions]
            accept = {name.casefold().removeprefix("the ") for name in row["accept"]}
            hit = any(name.casefold().removeprefix("the ") in accept for name in first)
            right += hit
            outcome = "right" if hit else ("WRONG" if named else "MISSED")
        shown = "; ".join(
            f"{finding.span.of(row['text'])} → {finding.suggestions[0].replacement} "
            f"({finding.confidence:.2f})"
            for finding in named
        )
        print(f"{row['id']:6} {outcome:11} {shown}")
    print(f"\nright at top 1: {right} of {len(garbled)} · "
          f"false alarms: {alarms} of {len(rows) - len(garbled)}")  # fmt: skip
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
