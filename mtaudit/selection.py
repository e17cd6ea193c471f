"""Which of the measured findings are reported: threshold, overlaps, order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from mtaudit.document import Document, Span
from mtaudit.finding import Finding, Suggestion

_QUOTED = re.compile(r"“[^“”]{0,2000}”|\"[^\"\n]{0,2000}\"")
# A quotation this short names a thing in marks of irony; longer ones are somebody's words.
_FEWEST_WORDS = 4
# Spans are compared with those of the same stretches of text only.
_BLOCK = 512


def select(
    document: Document, findings: Iterable[Finding], min_confidence: float
) -> tuple[Finding, ...]:
    """Return the findings worth reporting, in text order.

    Findings below ``min_confidence`` are dropped; of findings that overlap by half of the shorter
    one or more, the graver and surer stays. An edit inside a direct quotation is never safe, and
    its reason says where it stands.
    """
    quotations = [
        Span(*match.span())
        for match in _QUOTED.finditer(document.text)
        if len(match.group().split()) >= _FEWEST_WORDS
    ]
    sure = [finding for finding in findings if finding.confidence >= min_confidence]
    sure.sort(key=lambda f: (-f.severity.rank, -f.confidence, f.span, f.check))
    kept: list[Finding] = []
    near: dict[int, list[Span]] = defaultdict(list)
    for finding in sure:
        blocks = range(finding.span.start // _BLOCK, finding.span.end // _BLOCK + 1)
        if not any(_same_place(finding.span, span) for block in blocks for span in near[block]):
            kept.append(finding)
            for block in blocks:
                near[block].append(finding.span)
    kept.sort(key=lambda finding: (finding.span, finding.check))
    return tuple(
        replace(
            finding, suggestions=tuple(_careful(edit, quotations) for edit in finding.suggestions)
        )
        for finding in kept
    )


def _same_place(a: Span, b: Span) -> bool:
    shared = min(a.end, b.end) - max(a.start, b.start)
    return shared > 0 and 2 * shared >= min(len(a), len(b))


def _careful(edit: Suggestion, quotations: list[Span]) -> Suggestion:
    at = bisect_right(quotations, edit.span.start, key=lambda quotation: quotation.start) - 1
    if at < 0 or not quotations[at].contains(edit.span):
        return edit
    reason = f"{edit.reason} (inside a quotation: compare it with what was said)"
    return replace(edit, reason=reason, safe=False)
