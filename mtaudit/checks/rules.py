"""Checks that are a list of patterns, each with its message and its edit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from mtaudit.document import Document, Span
from mtaudit.finding import Category, Finding, Severity, Suggestion


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that sound news does not print.

    ``hints`` are substrings, in lower case, one of which a text must hold for the pattern to
    match: most patterns are never compiled. ``edit`` gives what should stand there, or None.
    """

    hints: tuple[str, ...]
    pattern: str
    message: str
    edit: Callable[[re.Match[str]], str | None] = lambda match: None
    confidence: float = 0.85
    severity: Severity | None = None
    safe: bool = False


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(
    rules: tuple[Rule, ...], document: Document
) -> Iterator[tuple[Rule, re.Match[str], Span]]:
    """Yield each match of each rule that overlaps no earlier one; a group ``at`` is its span."""
    text = document.text
    folded = text.casefold()
    taken: list[Span] = []
    for rule in rules:
        if not any(hint in folded for hint in rule.hints):
            continue
        for match in _compiled(rule.pattern).finditer(text):
            at = "at" if "at" in match.re.groupindex else 0
            span = Span(*match.span(at))
            if len(span) and not any(span.overlaps(other) for other in taken):
                taken.append(span)
                yield rule, match, span


def findings(
    rules: tuple[Rule, ...], document: Document, check: str, category: Category, usual: Severity
) -> Iterator[Finding]:
    """Yield a finding for each match, with the rule's edit where it has one."""
    for rule, match, span in matches(rules, document):
        plain = rule.edit(match)
        edits: tuple[Suggestion, ...] = ()
        if plain is not None:
            edits = (Suggestion(span, plain, rule.message, rule.confidence, rule.safe),)
        yield Finding(
            check=check,
            category=category,
            severity=rule.severity or usual,
            span=span,
            message=f"“{document[span]}”: {rule.message}",
            confidence=rule.confidence,
            suggestions=edits,
        )
