"""Slips of grammar and word order, planted one a sentence in human-written news.

``found``: the share of slips that a finding of any check overlaps; ``mended``: the share whose
first edit gives back the words of the original; ``right``: the share of first edits that do.
Sentences are of the blocks that no training may read, 300 of them without a limit, each a
document of its own. The kinds of slips are those that the tagger was trained on: what it makes of
other kinds, this does not say. How often sound news is flagged is told by ``false-alarms``.
"""

from __future__ import annotations

import hashlib
import random

import numpy as np

from eval.metrics import Measure, measure, share
from eval.splits import HUMAN, HUMAN_REPORT, part_of_report
from eval.suites.suite import Context, Suite
from eval.tagger.planting import Planted, plant
from mtaudit.document import Document, Span
from mtaudit.finding import DocumentReport, Finding
from mtaudit.text.markup import view_of

SENTENCES = 300


def planted(texts: list[str], number: int) -> list[tuple[str, Planted]]:
    """Return sentences with the smallest hashes, each with a slip."""
    found = []
    for text in sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest()):
        slip = plant(text, random.Random(text), slips=True)
        if slip is not None and slip.text != text:
            found.append((text, slip))
        if len(found) == number:
            break
    return found


def run(context: Context) -> list[Measure]:
    """Audit the sentences and compare."""
    rows = context.bench.rows(HUMAN, every=True)
    texts = [row["text"] for part in part_of_report(rows) for row in part]
    chosen = planted(texts, context.bench.limit or SENTENCES)
    context.bench.count(HUMAN, len(chosen))
    documents = [Document(str(number), slip.text) for number, (_, slip) in enumerate(chosen)]
    reports = context.auditor.run(
        documents,
        view=lambda document: view_of(document.text, "plain"),
        complain=lambda error: None,
    )
    by_id = {report.document.id: report for report in reports}
    told = [
        (text, slip, by_id[document.id])
        for document, (text, slip) in zip(documents, chosen, strict=True)
        if document.id in by_id
    ]
    found = [_overlapping(report, slip) for _, slip, report in told]
    edits = [
        next((e.apply(slip.text) == text for f in ones for e in f.suggestions[:1]), None)
        for (text, slip, _), ones in zip(told, found, strict=True)
    ]
    offered = [edit for edit in edits if edit is not None]
    figures = [
        ("found", [bool(ones) for ones in found]),
        ("mended", [edit is True for edit in edits]),
        ("right", offered),
    ]
    return [
        measure(name, float(np.mean(hits)), share(np.array(hits, dtype=float)), range(len(hits)))
        for name, hits in figures
        if hits
    ]


def _overlapping(report: DocumentReport, slip: Planted) -> list[Finding]:
    ((start, end, _),) = slip.marks
    return [finding for finding in report.findings if finding.span.overlaps(Span(start, end))]


SUITE = Suite("slips", "slips planted in human-written news", (HUMAN_REPORT,), run, predicts=False)
