"""Alternate names sorted into languages by their script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_URDU = re.compile("[ٹڈڑےں]")
_PERSIAN = re.compile("[پچژگیک]")
_UKRAINIAN = re.compile("[ґєії]", re.IGNORECASE)
_OTHER_CYRILLIC = re.compile("[Ӏәіқғңөұүһјљњћђџѓќѕӑӗҫӳ]", re.IGNORECASE)
_NO_NAME = re.compile(r"https?:|www\.|\d+\Z|[A-Z]{3}\Z")


def by_script(names: Iterable[str]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the Latin names, and (ISO 639 code, name) of those in scripts that are read.

    Codes, numbers and addresses are left out, and names in other scripts too.
    """
    latin: list[str] = []
    others: list[tuple[str, str]] = []
    for name in dict.fromkeys(filter(None, map(str.strip, names))):
        if _NO_NAME.match(name):
            continue
        language = language_of(name)
        if language == "en":
            latin.append(name)
        elif language:
            others.append((language, name))
    return tuple(latin), tuple(others)


def language_of(name: str) -> str:
    """Return "en" for a Latin name, the likeliest language of another script, or ""."""
    if name.isascii():
        return "en"
    letters = {letter for letter in name if letter.isalpha()}
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    if len(scripts) != 1:
        return ""
    script = scripts.pop()
    if script == "ARABIC":
        return "ur" if _URDU.search(name) else "fa" if _PERSIAN.search(name) else "ar"
    if script == "CYRILLIC":
        if _UKRAINIAN.search(name):
            return "uk"
        return "" if _OTHER_CYRILLIC.search(name) else "ru"
    return {"LATIN": "en", "HEBREW": "he", "CJK": "zh"}.get(script, "")
