"""How far Latin letters lie from a source word's own letters, one by one.

Unlike :func:`mtaudit.names.romanise.distance`, which compares spellings of a name, this knows that
the source leaves short vowels out and writes the long ones.
"""

from __future__ import annotations

import re

from mtaudit.names.romanise import alike

_DIGRAPHS = (("sh", "S"), ("ch", "C"), ("kh", "x"), ("gh", "G"), ("th", "t"), ("dh", "d"),
             ("ph", "f"), ("gue", "ge"), ("gui", "gi"), ("ee", "Y"), ("oo", "W"),
             ("ou", "W"))  # fmt: skip
_SINGLE = str.maketrans({"c": "k", "q": "k", "p": "b", "v": "f", "j": "Z", "y": "Y", "w": "W"})
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = "aeiou"
_ALL_VOWELS = f"{_VOWELS}YW"
_ADDED = {"a": 0.1, "e": 0.2, "i": 0.45, "o": 0.3, "u": 0.3, "h": 0.25, "Y": 0.5, "W": 0.5}


def letters(roman: str) -> str:
    """Return a spelling letter by letter: digraphs as one, doubled letters single.

    "y", "w" and doubled vowels are the long vowels that Arabic writes ("Y", "W").
    """
    for written, code in _DIGRAPHS:
        roman = roman.replace(written, code)
    return _DOUBLED.sub(r"\1", roman.translate(_SINGLE))


def consonants(heard: str) -> str:
    """Return the consonants of :func:`letters`; "h" is none, because it comes and goes."""
    return "".join(letter for letter in heard if letter not in _ALL_VOWELS and letter != "h")


def away(written: str, meant: str) -> float:
    """Return the weighted edits from a word's own letters to what is written for them.

    Arabic leaves short vowels out, so one more costs 0.1 to 0.45 ("i" often is a long one); a
    long one too many or too few 0.5, one that is written short 0.05 to 0.25, "a" and "h" left out
    0.3, a confused consonant 0.35.
    """
    row = [0.0]
    for letter in meant:
        row.append(row[-1] + _dropped(letter))
    for x in written:
        previous, row = row, [row[0] + _added(x)]
        for j, y in enumerate(meant):
            row.append(
                min(previous[j] + _swap(x, y), previous[j + 1] + _added(x), row[j] + _dropped(y))
            )
    return row[-1]


def _added(letter: str) -> float:
    return _ADDED.get(letter, 1.0)


def _dropped(letter: str) -> float:
    return 0.5 if letter in "YW" else 0.3 if letter in _VOWELS or letter == "h" else 1.0


def _swap(x: str, y: str) -> float:
    if x == y:
        return 0.0
    if x in _ALL_VOWELS and y in _ALL_VOWELS:
        return 0.05 if x + y in ("iY", "uW", "oW") else 0.25
    return 0.35 if alike(x, y) else 1.0
