"""Compare an audit of an article with its marked spans.

Usage: python eval/seed.py ARTICLE GOLD.jsonl

Each line of GOLD holds ``start``, ``end``, ``text``, ``category``, ``severity`` and ``accept``, the
renderings that are right. A gold span is found when a finding overlaps it; its suggestion is
accepted when the first suggestion of such a finding is one of ``accept`` (case and a leading "the"
aside), or makes the text read as if one of them stood there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtaudit.audit import Auditor
from mtaudit.config import Config
from mtaudit.document import Document, Span
from mtaudit.finding import DocumentReport, Finding
from mtaudit.names.store import shipped
from mtaudit.scorer import scorer_of
from mtaudit.text.markup import view_of


@dataclass(frozen=True, slots=True)
class Judged:
    """A gold span, the findings over it, and those of them whose first suggestion is right."""

    gold: dict[str, Any]
    over: tuple[Finding, ...]
    right: tuple[Finding, ...]


def audit(text: str, auditor: Auditor) -> DocumentReport:
    """Return the report of one text."""
    document = Document("article", text)
    (report,) = auditor.run(
        [document],
        view=lambda d: view_of(d.text, d.markup),
        complain=lambda error: sys.exit(str(error)),
    )
    return report


def plain(name: str) -> str:
    """Return a rendering without case and leading article."""
    return name.strip('“”"').casefold().removeprefix("the ")


def accepted(finding: Finding, gold: dict[str, Any], text: str) -> bool:
    """Whether the first suggestion of a finding gives one of the gold renderings."""
    if not finding.suggestions:
        return False
    first = finding.suggestions[0]
    if plain(first.replacement) in map(plain, gold["accept"]):
        return True
    window = first.span.cover(Span(gold["start"], gold["end"]))
    after = text[window.start : first.span.start] + first.replacement
    after += text[first.span.end : window.end]
    return plain(after) in map(plain, gold["accept"])


def judged(report: DocumentReport, gold: Sequence[dict[str, Any]], text: str) -> list[Judged]:
    """Return what came of each gold span."""
    found = []
    for row in gold:
        span = Span(row["start"], row["end"])
        over = tuple(finding for finding in report.findings if finding.span.overlaps(span))
        found.append(Judged(row, over, tuple(f for f in over if accepted(f, row, text))))
    return found


def main(article: Path, gold_path: Path) -> int:
    """Print the comparison and return the exit code."""
    text = article.read_text(encoding="utf-8")
    gold = [json.loads(line) for line in gold_path.read_text(encoding="utf-8").splitlines()]
    report = audit(text, Auditor(Config(), shipped(), scorer_of(Config(cache=False))))
    hits = criticals = names = 0
    for one in judged(report, gold, text):
        row, over, right = one.gold, one.over, one.right
        best = next(iter((*right, *over)), None)
        hits += bool(over)
        criticals += bool(over) and row["severity"] == "critical"
        names += bool(right) and row["severity"] == "critical" and row["category"] == "entity"
        suggestion = "" if best is None or not best.suggestions else best.suggestions[0].replacement
        mark = "found " if over else "MISSED"
        verdict = "accepted" if right else ("-" if not row["accept"] else "not accepted")
        print(f"{mark} {row['severity']:8} {row['category']:18} {row['text'][:38]:38} "
              f"{best.check if best else '':18} {suggestion[:30]:30} {verdict}")  # fmt: skip
    outside = [
        finding
        for finding in report.findings
        if not any(finding.span.overlaps(Span(row["start"], row["end"])) for row in gold)
    ]
    print("\nOutside the gold:")
    for finding in outside:
        print(f"  {finding.check:18} {finding.severity:8} {finding.span.of(text)[:60]!r}")
    critical = [row for row in gold if row["severity"] == "critical"]
    entities = [row for row in critical if row["category"] == "entity"]
    print(
        f"\ncritical {criticals} of {len(critical)} · all {hits} of {len(gold)} · "
        f"critical names right {names} of {len(entities)} · outside {len(outside)}"
    )
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
