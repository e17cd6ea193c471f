"""Chinese given names cut into their syllables."""

from __future__ import annotations

import re

_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
_FINAL = (
    "(?:iang|iong|uang|ang|eng|ong|ian|iao|ing|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui"
    "|un|uo|ve|a|e|i|o|u|v)"
)


def syllables(word: str, number: int) -> tuple[str, ...]:
    """Return ``word`` cut into ``number`` pinyin syllables, or ``()`` when it cannot be."""
    match = re.fullmatch(f"({_INITIAL}{_FINAL})" * number, word.casefold())
    return match.groups() if match else ()
