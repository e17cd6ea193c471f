"""From findings to a quality score, a probability and a verdict."""

from __future__ import annotations

from collections.abc import Sequence

from mtaudit.finding import Finding, Severity, Verdict

# MQM weights: Freitag et al. 2021, "Experts, Errors, and Context"; critical as in MQM 2.0.
PENALTY = {Severity.MINOR: 1.0, Severity.MAJOR: 5.0, Severity.CRITICAL: 25.0}
# How far a true finding of each severity would move an editor to call the text garbled.
_WEIGHT = {Severity.MINOR: 0.05, Severity.MAJOR: 0.4, Severity.CRITICAL: 0.9}
REVIEW_BELOW = 90.0


def quality(findings: Sequence[Finding], words: int) -> float:
    """Return the MQM score: 100 less the penalty per 100 words, at least 0."""
    penalty = sum(PENALTY[finding.severity] for finding in findings)
    return round(max(0.0, 100.0 - 100.0 * penalty / max(1, words)), 1)


def garbled(findings: Sequence[Finding]) -> float:
    """Return the probability that at least one finding is true and makes the text garbled.

    Findings are taken as independent (noisy-or over confidence times the weight of the severity).
    """
    sound = 1.0
    for finding in findings:
        sound *= 1.0 - finding.confidence * _WEIGHT[finding.severity]
    return round(1.0 - sound, 3)


def verdict(findings: Sequence[Finding], score: float) -> Verdict:
    """Return ``block`` for a critical finding, ``review`` for a major one or a low score."""
    ranks = {finding.severity for finding in findings}
    if Severity.CRITICAL in ranks:
        return "block"
    if Severity.MAJOR in ranks or score < REVIEW_BELOW:
        return "review"
    return "pass"
