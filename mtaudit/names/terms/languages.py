"""Languages by the ways that glossaries name them."""

from __future__ import annotations

import re
from functools import cache

_CODE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]+)*\Z")
# "No" above a column is a number, "is" and "to" are words.
_NO_CODES = frozenset(("no", "is", "to", "as", "or", "id"))


@cache
def _languages() -> dict[str, str]:
    """Return ISO 639 codes by language names in English, case folded, and by themselves."""
    from babel import Locale
    from babel.core import get_global

    names = {
        name.casefold(): code
        for code, name in Locale.parse("en").languages.items()
        if len(code) in (2, 3)
    }
    aliases = {
        code: known
        for code, known in get_global("language_aliases").items()
        if len(code) == 3 and len(known) == 2
    }
    more = {"farsi": "fa", "mandarin": "zh", "kurmanji": "ku"}
    return names | {code: code for code in names.values()} | aliases | more


def language_code(told: str) -> str | None:
    """Return the ISO 639 code of a language told by code, tag or English name; None if unknown."""
    folded = told.strip().casefold()
    known = _languages()
    if folded in known:
        return known[folded]
    tag = _CODE.match(folded)
    return known.get(tag[1]) if tag else None


def language_of_column(header: str) -> str | None:
    """Return the language that a column is headed with; short words that are codes do not count."""
    return None if header.strip().casefold() in _NO_CODES else language_code(header)


def language_names() -> list[str]:
    """Return the English names of languages, for suggestions."""
    return sorted(name for name in _languages() if len(name) > len("ckb"))
