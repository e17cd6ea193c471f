"""From findings to a quality score."""

from __future__ import annotations

from collections.abc import Sequence

from mtaudit.finding import Finding, Severity

# MQM weights: Freitag et al. 2021, "Experts, Errors, and Context"; critical as in MQM 2.0.
PENALTY = {Severity.MINOR: 1.0, Severity.MAJOR: 5.0, Severity.CRITICAL: 25.0}


def quality(findings: Sequence[Finding], words: int) -> float:
    """Return the MQM score: 100 less the penalty per 100 words, at least 0."""
    penalty = sum(PENALTY[finding.severity] for finding in findings)
    return round(max(0.0, 100.0 - 100.0 * penalty / max(1, words)), 1)
