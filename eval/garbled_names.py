"""Measure the rendering of garbled names, one sentence a row.

Usage: python -m eval.garbled_names ROWS.jsonl [--all]

A row holds ``id``, ``lang``, ``text``, ``accept``, and the garbled name as ``start`` and ``end`` or
as the words ``garbled`` (both null in a sound sentence). Right at top n: a ``garbled-name`` finding
overlaps the span and one of its first n suggestions, applied, writes a name of ``accept`` there
(case and a leading "the" aside). A sound sentence with such a finding is a false alarm. ``entity``
names who was meant: what was typed in by hand of how that name is read is left out of the knowledge
base, so that the rows measure what the gloss lexicons and the romanisation model give. The rows
that went wrong are printed, with ``--all`` every row.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mtaudit.audit import Auditor, LanguageScorer
from mtaudit.config import Config
from mtaudit.document import Document, Span
from mtaudit.finding import DocumentReport, Finding
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.store import shipped
from mtaudit.scorer import scorer_of
from mtaudit.text.markup import view_of

TOP = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one row: the rank of the right name (0 for none), and what was found."""

    row: dict[str, Any]
    garbled: bool
    rank: int
    found: Sequence[Finding]

    @property
    def label(self) -> str:
        """One word for it."""
        if not self.garbled:
            return "FALSE ALARM" if self.found else "quiet"
        if self.rank == 1:
            return "right"
        return f"at top {self.rank}" if self.rank else ("WRONG" if self.found else "MISSED")


def unaided(entities: Iterable[str]) -> KnowledgeBase:
    """Return the shipped names without the hand-typed readings of some entities."""
    knowledge = shipped()
    bare = [replace(knowledge[entity], readings=()) for entity in sorted(set(entities))]
    return knowledge.over(bare, (), knowledge.digest) if bare else knowledge


def outcome(row: dict[str, Any], report: DocumentReport) -> Outcome:
    """Return what came of one row."""
    found = [finding for finding in report.findings if finding.check == "garbled-name"]
    span = span_of(row)
    if span is None:
        return Outcome(row, False, 0, found)
    found = [finding for finding in found if finding.span.overlaps(span)]
    accept = {_plain(name) for name in row["accept"]}
    for finding in found[:1]:
        for rank, edit in enumerate(finding.suggestions[:TOP], 1):
            if _plain(edit.replacement) in accept:
                return Outcome(row, True, rank, found)
    return Outcome(row, True, 0, found)


def span_of(row: dict[str, Any]) -> Span | None:
    """Return where the garbled name stands, None in a sound sentence."""
    if row.get("garbled"):
        start = row["text"].index(row["garbled"])
        return Span(start, start + len(row["garbled"]))
    return None if row.get("start") is None else Span(row["start"], row["end"])


def _plain(name: str) -> str:
    folded = name.casefold().replace("’", "'")
    for article in ("the ", "a ", "an "):
        folded = folded.removeprefix(article)
    return folded.removesuffix("'")


def measure(path: Path, scorer: LanguageScorer) -> list[Outcome]:
    """Return the outcome of every row of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return outcomes_of(rows, scorer)


def outcomes_of(rows: Sequence[dict[str, Any]], scorer: LanguageScorer) -> list[Outcome]:
    """Return the outcome of every row."""
    knowledge = unaided(row["entity"] for row in rows if row.get("entity"))
    auditor = Auditor(Config(), knowledge, scorer)
    reports = auditor.run(
        [Document(row["id"], row["text"]) for row in rows],
        view=lambda d: view_of(d.text, d.markup),
        complain=lambda error: sys.exit(str(error)),
    )
    return [outcome(row, report) for row, report in zip(rows, reports, strict=True)]


def totals(outcomes: Sequence[Outcome]) -> str:
    """Return the totals by language and together."""
    lines = ["lang   garbled  top 1  top 3   sound  alarms"]
    by_language = Counter(outcome.row["lang"] or "-" for outcome in outcomes)
    for language in (*sorted(by_language), "all"):
        own = [o for o in outcomes if language in ("all", o.row["lang"] or "-")]
        garbled = [o for o in own if o.garbled]
        sound = [o for o in own if not o.garbled]
        first = sum(o.rank == 1 for o in garbled)
        top = sum(o.rank > 0 for o in garbled)
        share = len(garbled) or 1
        lines.append(
            f"{language:5}  {len(garbled):7}  {first / share:5.2f}  {top / share:5.2f}  "
            f"{len(sound):6}  {sum(bool(o.found) for o in sound):6}"
        )
    return "\n".join(lines)


def main(path: Path, every: bool) -> int:
    """Print the rows that went wrong and the totals."""
    outcomes = measure(path, scorer_of(Config(cache=False)))
    for one in outcomes:
        if every or one.label not in ("right", "quiet"):
            shown = "; ".join(
                f"{f.span.of(one.row['text'])} → "
                f"{' | '.join(edit.replacement for edit in f.suggestions)} ({f.confidence:.2f})"
                for f in one.found
            )
            meant = (
                f"[{span_of(one.row).of(one.row['text'])} = {one.row['accept'][0]}]"
                if one.garbled
                else ""
            )
            print(f"{one.row['id']:8} {one.label:11} {meant} {shown}")
    print(totals(outcomes))
    return 0


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--all"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    sys.exit(main(Path(arguments[0]), "--all" in sys.argv))
