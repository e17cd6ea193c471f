"""How often each check speaks up on human-written news, as measured by ``eval.check_precision``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PATH = Path(__file__).parents[1] / "data" / "check-rates.json"


@dataclass(frozen=True, slots=True)
class Rates:
    """Findings per 1,000 words by check, without a language model.

    ``words`` of human-written news were read; ``data`` is the sha256 of the file they come from.
    """

    words: int
    data: str
    findings: Mapping[str, float]


@cache
def rates() -> Rates:
    """Return the shipped measurement."""
    written = json.loads(PATH.read_text(encoding="utf-8"))
    return Rates(written["words"], written["data"], written["per_thousand_words"])


def rate_of(check: str) -> str | None:
    """Return the rate of a check in words, None where it was not measured."""
    measured = rates().findings.get(check)
    if measured is None:
        return None
    shown = f"{measured:.2f}" if measured >= 0.01 or not measured else f"{measured:.3f}"
    return f"{shown} findings per 1,000 words of human news"
