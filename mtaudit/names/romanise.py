"""How far a spelling lies from a name, when the spelling is a romanisation of it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import accumulate

_ARABIC = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ب": "b", "ت": "t", "ث": "th", "ج": "j", "ح": "h",
    "خ": "kh", "د": "d", "ذ": "dh", "ر": "r", "ز": "z", "س": "s", "ش": "sh", "ص": "s", "ض": "d",
    "ط": "t", "ظ": "z", "ع": "a", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "ل": "l", "م": "m",
    "ن": "n", "ه": "h", "و": "w", "ي": "y", "ى": "a", "ة": "h", "ء": "", "ئ": "y", "ؤ": "w",
    "پ": "p", "چ": "ch", "ژ": "zh", "گ": "g", "ک": "k", "ی": "y", "ڤ": "v",
}  # fmt: skip
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "e", "ё": "e",
    "ж": "zh", "з": "z", "и": "i", "і": "i", "ї": "i", "й": "y", "к": "k", "л": "l", "м": "m",
    "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e",
    "ю": "yu", "я": "ya",
}  # fmt: skip
_HEBREW = {
    "א": "a", "ב": "b", "ג": "g", "ד": "d", "ה": "h", "ו": "o", "ז": "z", "ח": "h", "ט": "t",
    "י": "i", "כ": "k", "ך": "k", "ל": "l", "מ": "m", "ם": "m", "נ": "n", "ן": "n", "ס": "s",
    "ע": "a", "פ": "p", "ף": "f", "צ": "ts", "ץ": "ts", "ק": "k", "ר": "r", "ש": "sh", "ת": "t",
    "׳": "", "״": "", '"': "",
}  # fmt: skip
_TURKISH = {"ç": "ch", "c": "j", "ş": "sh", "ı": "i", "ğ": "g", "ö": "o", "ü": "u", "â": "a",
            "î": "i", "û": "u"}  # fmt: skip
_LETTERS = _ARABIC | _CYRILLIC | _HEBREW
_DIGRAPHS = (
    ("dzh", "Z"), ("dj", "Z"), ("tch", "C"), ("sch", "S"), ("sh", "S"), ("ch", "C"),
    ("kh", "x"), ("gh", "G"), ("th", "t"),
    ("dh", "d"), ("ph", "f"), ("zh", "Z"), ("ck", "k"), ("qu", "k"), ("ee", "i"), ("oo", "u"),
    ("ou", "u"), ("ai", "e"), ("ei", "e"), ("ay", "e"),
)  # fmt: skip
_SINGLE = str.maketrans({"c": "k", "q": "k", "p": "b", "v": "f", "j": "Z", "y": "i", "w": "u"})
_VOWELS = frozenset("aeiou")
_NEAR = {frozenset(pair) for pair in
         ("kx", "kG", "gG", "gk", "gZ", "sS", "zs", "zZ", "SC", "ZC", "td", "zd", "fb", "hx",
          "Sx", "kC")}  # fmt: skip
_ARTICLE = re.compile(r"(?:al|el|ul|as|ash|an|ar|at|az|ad|as)[-'’ ]", re.IGNORECASE)


def romanise(name: str, language: str = "") -> str:
    """Return the letter-by-letter Latin spelling of an Arabic, Persian, Cyrillic or Hebrew name.

    A Turkish one (``language`` "tr") is spelled as it sounds in English.
    """
    letters = _TURKISH if language == "tr" else _LETTERS
    folded = name.casefold().replace("i̇", "i")
    return "".join(letters.get(letter, letter) for letter in folded)


@lru_cache(maxsize=65_536)
def sounds(spelling: str) -> str:
    """Return ``spelling`` as a string of sound classes, doubled letters single, accents gone.

    Classes join what romanisations of one source letter confuse: p with b, v with f, q and c with
    k, j with zh.
    """
    letters = spelling.casefold()
    if not (letters.isascii() and letters.isalpha()):
        plain = unicodedata.normalize("NFKD", letters)
        letters = "".join(letter for letter in plain if letter.isascii() and letter.isalpha())
    for written, code in _DIGRAPHS:
        letters = letters.replace(written, code)
    letters = letters.translate(_SINGLE)
    return re.sub(r"(.)\1+", r"\1", letters)


def skeleton(spelling: str) -> str:
    """Return the consonants of :func:`sounds`, "h" left out: it comes and goes."""
    return "".join(s for s in sounds(spelling) if s not in _VOWELS and s != "h")


def bare_article(spelling: str) -> str:
    """Return ``spelling`` without an Arabic article set off by a hyphen or a space."""
    return _ARTICLE.sub("", spelling, count=1)


def distance(written: str, meant: str) -> float:
    """Return the weighted edit distance of two spellings' sounds; 1.0 is one wrong consonant.

    Vowels and "h" cost 0.25 to add or drop and 0.2 to exchange; consonants that romanisations
    confuse cost 0.35.
    """
    a, b = sounds(written), sounds(meant)
    gaps = [_gap(letter) for letter in b]
    row = [0.0, *accumulate(gaps)]
    for x in a:
        gap = _gap(x)
        left = row[0] + gap
        below = [left]
        for y, own, aslant, above in zip(b, gaps, row, row[1:], strict=False):
            left = min(aslant + _swap(x, y), above + gap, left + own)
            below.append(left)
        row = below
    return row[-1]


def alike(x: str, y: str) -> bool:
    """Whether two sound classes are the same, or romanisations confuse them."""
    return x == y or frozenset((x, y)) in _NEAR


def _gap(letter: str) -> float:
    return 0.25 if letter in _VOWELS or letter == "h" else 1.0


@cache
def _swap(x: str, y: str) -> float:
    if x == y:
        return 0.0
    if x in _VOWELS and y in _VOWELS:
        return 0.2
    return 0.35 if frozenset((x, y)) in _NEAR else 1.0
