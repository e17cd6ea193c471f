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
    document: Document,
    findings: Iterable[Finding],
    min_confidence: float,
    yielding: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """Return the findings worth reporting, in text order.

    Findings below ``min_confidence`` are dropped. Findings that overlap by half of the shorter one
    or more are one: the graver and surer stays, names the checks that agree with it in its
    evidence, and takes over their edits of its words if it has none. Of two that are as grave the
    one of a check in ``yielding`` gives way, which knows less of what is wrong. An edit inside a
    direct quotation is never safe, and its reason says where it stands.
    """
    quotations = [
        Span(*match.span())
        for match in _QUOTED.finditer(document.text)
        if len(match.group().split()) >= _FEWEST_WORDS
    ]
    sure = [finding for finding in findings if finding.confidence >= min_confidence]
    sure.sort(key=lambda f: (-f.severity.rank, f.check in yielding, -f.confidence, f.span, f.check))
    kept: list[list[Finding]] = []
    near: dict[int, list[list[Finding]]] = defaultdict(list)
    for finding in sure:
        blocks = range(finding.span.start // _BLOCK, finding.span.end // _BLOCK + 1)
        stronger = (same for block in blocks for same in near[block])
        place = next((s for s in stronger if _same_place(finding.span, s[0].span)), None)
        if place is not None:
            place.append(finding)
            continue
        kept.append([finding])
        for block in blocks:
            near[block].append(kept[-1])
    chosen = sorted(map(_merged, kept), key=lambda finding: (finding.span, finding.check))
    return tuple(
        replace(
            finding, suggestions=tuple(_careful(edit, quotations) for edit in finding.suggestions)
        )
        for finding in chosen
    )


def _merged(findings: list[Finding]) -> Finding:
    """Return the first finding with what the others of the same place add to it."""
    first, *others = findings
    agreeing = sorted({other.check for other in others} - {first.check})
    if not agreeing:
        return first
    theirs = (
        tuple(edit for edit in other.suggestions if edit.span.overlaps(first.span))
        for other in others
    )
    edits = first.suggestions or next(filter(None, theirs), ())
    evidence = {**first.evidence, "agrees": tuple(agreeing)}
    return replace(first, suggestions=edits, evidence=evidence)


def _same_place(a: Span, b: Span) -> bool:
    shared = min(a.end, b.end) - max(a.start, b.start)
    return shared > 0 and 2 * shared >= min(len(a), len(b))


def _careful(edit: Suggestion, quotations: list[Span]) -> Suggestion:
    at = bisect_right(quotations, edit.span.start, key=lambda quotation: quotation.start) - 1
    if at < 0 or not quotations[at].contains(edit.span):
        return edit
    reason = f"{edit.reason} (inside a quotation: compare it with what was said)"
    return replace(edit, reason=reason, safe=False)
