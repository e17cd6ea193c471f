"""Whether two spellings may be romanisations of one name, and what keeps similar names apart."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from mtaudit.names.entities import DATA
from mtaudit.names.pinyin import syllables
from mtaudit.text.frequency import zipf
from mtaudit.text.words import stem

_ARTICLES = frozenset(
    "al el il ul ad ed ud adh an en ar er ur as es us ash esh at et ath az ez the".split()
)
# One particle in several spellings.
_PARTICLES = {
    "ibn": "bin", "ben": "bin", "abou": "abu", "aboo": "abu", "abi": "abu", "um": "umm",
    "tel": "tal", "tell": "tal", "tall": "tal", "wa": "and", "va": "and", "mt": "mount",
}  # fmt: skip
_EZAFE = frozenset("e i ye yi".split())
_PLAIN = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
_MARKS = re.compile(r"[’'‘`ʿʾʼ´′‹›]")
_PIECE = re.compile(r"[^\s\-–—/_.,]+")
_ROMAN = re.compile(r"(?:X{0,3})(?:IX|IV|V?I{0,3})\Z")
# Letters to sounds, in this order; a sound is one character.
_SOUNDS = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"s+h?c+h|sht?ch", "S"), (r"dzh|dj", "j"), (r"tch|tsch", "C"),
        (r"t[sz](?:[iy](?=a))?", "W"), (r"(?<=.)x", "ks"), (r"\Ax", "S"),
        (r"sh", "S"), (r"ch", "C"), (r"kh", "X"), (r"gh", "G"), (r"zh", "Z"), (r"th", "T"),
        (r"dh", "D"), (r"ph", "f"), (r"c?k|qu(?=[ei])", "k"),
        (r"c(?=[eiy])", "s"), (r"c", "k"),
        (r"a[wu](?=[^aeiouy]|\Z)", "o"), (r"ee", "i"), (r"o[ou]", "u"), (r"[ae][iy]", "e"),
        (r"y", "i"), (r"w", "u"), (r"[^a-zA-Z]", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
# Finals and initials that Chinese names have and others hardly.
_CHINESE = re.compile(r"zh|x|q[iu]|ng\Z|uo|iao|ian|ui\Z")
_LONGEST_GIVEN = 3
_MASCULINE = re.compile(r"(?:iy|yi|yy|ij)\Z")  # of Slavic adjectives

_VOWELS = frozenset("aeiou")
# Weighted edits between two sounds: what romanisations of one letter confuse is cheap.
_GAP = {**dict.fromkeys("aou", 0.25), "e": 0.2, "i": 0.2, "h": 0.12}
_SWAPS = {
    frozenset(pair): cost
    for cost, pairs in (
        (0.1, "ou ei kq Dd Tt"),
        (0.15, "ae"),
        (0.2, "Dz Gg jZ Xh"),
        (0.25, "ao qg"),
        (0.3, "vf vu Xk jg qG Ts Ws Wz"),
        (0.35, "oe eu sz sS SC hg hC XC"),
        (0.45, "pb vb kg Zz jC ji td Xq kG nm"),
        (0.5, "ai au iu io"),
    )
    for pair in pairs.split()
}
# The most that two spellings of one word may differ, by the number of its sounds; set so that on
# the even rows of eval/data/name-pairs.jsonl and of the places that eval/name_consistency.py draws
# no more than one pair in twenty is wrongly taken for one name.
_MOST = (0.0, 0.0, 0.0, 0.12, 0.27, 0.38, 0.45, 0.55, 0.6)
_MOST_LONG = 0.7
_LEAST = 0.12  # of a whole short name
_MOST_LOOSE = 0.95  # no consonant that is lost or another
_WHOLE = 0.1  # weighted edits per sound of the whole name

_GLUED = 5  # letters of a word whose first two may be an article
_KNOWN_WORD = 3.3
_DERIVED = frozenset(
    "n s an ian i ish ese ic ist ists ism ns ans ians is er ers ite ites y ia ski sky skaya".split()
)


@lru_cache(maxsize=65_536)
def parts(name: str) -> tuple[str, ...]:
    """Return the words of a name folded: no marks, articles, case or difference of particles."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN)))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    pieces = _PIECE.findall(letters)
    kept = [piece for piece in pieces[:-1] if piece not in _ARTICLES] + pieces[-1:]
    joined: list[str] = []
    for place, piece in enumerate(kept):
        if joined and piece in _EZAFE and place < len(kept) - 1:
            joined[-1] += piece[-1]
        else:
            joined.extend(_servant(piece))
    return tuple(_PARTICLES.get(word, word) for word in joined)


def _servant(word: str) -> tuple[str, ...]:
    """Return "Abdulrahman" and "Abdel" as the words "abd" and "rahman", others as they are."""
    match = re.match(r"(abd)(?:[aeou]l|[aeou](?=rr)|(?=[^aeou]))(\w{2,})?\Z", word)
    return tuple(filter(None, match.groups())) if match else (word,)


@cache
def _contrasts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    with (DATA / "contrasts.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple((row["meaning"], re.compile(rf"(?:{row['words']})\Z")) for row in rows)


@lru_cache(maxsize=65_536)
def _meaning(part: str) -> str:
    """Return what a word that tells two names of one kind apart means: "north", "old"; else ""."""
    return next((meaning for meaning, words in _contrasts() if words.match(part)), "")


@lru_cache(maxsize=65_536)
def numbers(name: str) -> tuple[str, ...]:
    """Return the numbers of a name, Roman ones too."""
    roman = [piece for piece in _PIECE.findall(name)[1:] if piece and _ROMAN.match(piece)]
    return tuple(sorted([*re.findall(r"\d+", name), *roman]))


@lru_cache(maxsize=65_536)
def contrast(name: str) -> tuple[str, ...]:
    """Return what the contrasting words of a name mean: "north", "old", "little"."""
    return tuple(sorted(filter(None, map(_meaning, parts(name)))))


def spelled_alike(a: str, b: str, *, loose: bool = False) -> bool:
    """Whether two forms may be spellings of one name in its own script.

    ``loose`` allows twice the distance, for forms that are known to name one thing.
    """
    first, second = parts(a), parts(b)
    if numbers(a) != numbers(b):
        return False
    if first == second:
        return bool(first)
    if not all(map(_sounds, (*first, *second))):
        return False
    slack = 2.0 if loose else 1.0
    if _romanised_chinese(first) and _romanised_chinese(second):
        return "".join(first) == "".join(second)
    if len(first) == len(second):
        total, size = 0.0, 0
        for place, (x, y) in enumerate(zip(first, second, strict=True), 1):
            if stem(x) == stem(y) and place < len(first):
                continue  # "Guard Corps", "Guards Corps"
            cost = _word(x, y, len(first) == 1, slack)
            if cost is None:
                return False
            total += cost
            size += max(len(_sounds(x)), len(_sounds(y)))
        return total <= slack * max(_WHOLE * size, _LEAST)
    return contrast(a) == contrast(b) and _glued(first, second, slack)


def _glued(first: Sequence[str], second: Sequence[str], slack: float) -> bool:
    """Whether two names are alike when words that one of them writes together are."""
    short, long = sorted((first, second), key=len)
    if set(short) < set(long):
        return False  # a word more: "Scientific Committee" of something
    x, y = "".join(first), "".join(second)
    size = max(len(_sounds(x)), len(_sounds(y)))
    most = min(slack * min(_most(size), _WHOLE * size), _MOST_LOOSE)
    return distance(x, y) <= most and not _ends_apart(x, y)


def _word(x: str, y: str, alone: bool, slack: float) -> float | None:
    """Return how far two words lie apart, None when they are two words."""
    if x == y:
        return 0.0
    if _british(x) == _british(y):
        return 0.0
    if _meaning(x) and _meaning(y) and _meaning(x) != _meaning(y):
        return None
    if _sounds(x) != _sounds(y) and (stem(x) == stem(y) or _derived(x, y) or _ends_apart(x, y)):
        return None
    pairs = [(x, y)]
    for one, other in ((x, y), (y, x)):
        if one.startswith("al") and len(one) > _GLUED and not other.startswith("al"):
            pairs.append((one[2:], other))
    costs = [_apart(*pair, alone, slack) for pair in pairs]
    return min((cost for cost in costs if cost is not None), default=None)


def _apart(x: str, y: str, alone: bool, slack: float) -> float | None:
    size = max(len(_sounds(x)), len(_sounds(y)))
    away = distance(x, y)
    if away > min(slack * _most(size), _MOST_LOOSE):
        return None
    if zipf(x) >= _KNOWN_WORD and zipf(y) >= _KNOWN_WORD and (alone or away > 0.3):
        return None
    return away


def _most(size: int) -> float:
    return _MOST[size] if size < len(_MOST) else _MOST_LONG


def _british(word: str) -> str:
    word = re.sub(r"is(?=ation|ed\Z|ing\Z|e\Z)", "iz", word)
    return re.sub(r"our\Z", "or", re.sub(r"tre\Z", "ter", re.sub(r"ence\Z", "ense", word)))


def _derived(x: str, y: str) -> bool:
    """Whether one word is made from the other: "Iraqi", "Ukrainian", "Petrovsky"."""
    short, long = sorted((x, y), key=len)
    if long.startswith(short) and long[len(short) :] in _DERIVED:
        return True
    root = short[:-1]
    return (
        short[-1] in _VOWELS
        and long.startswith(root)
        and len(long[len(root) :]) > 1
        and (long[len(root) :] in _DERIVED)
    )


def _ends_apart(x: str, y: str) -> bool:
    """Whether the endings make two names of one stem: Farid and Farida, Arabi and Arabiya."""
    (stem_x, end_x), (stem_y, end_y) = _ending(x), _ending(y)
    if end_x == end_y:
        return False
    ends = {end_x, end_y}
    if "" in ends:
        full = end_x or end_y
        return full != "e" or (stem_x if end_x else stem_y).endswith("sk")
    feminine = {end for end in ends if re.fullmatch(r"[aeiu]*[ei][ae]", end)}
    if len(feminine) == 1:
        return not stem_x.endswith("k")
    if bool(_MASCULINE.search(x)) != bool(_MASCULINE.search(y)) and {end_x[-1], end_y[-1]} != {"i"}:
        return True  # "Shyrokiy" and "Shyroke"
    return {end_x[-1], end_y[-1]} in ({"a", "i"}, {"a", "o"})


def _ending(word: str) -> tuple[str, str]:
    """Return the sounds of a word before its final vowels, and those."""
    said = _sounds(word).removesuffix("h")
    size = len(said.rstrip("aeiou"))
    return said[:size], said[size:]


def _romanised_chinese(name: Sequence[str]) -> bool:
    """Whether every word is made of Chinese syllables, and one could be of no other language."""
    return any(map(_CHINESE.search, name)) and all(
        any(syllables(part, number) for number in range(1, _LONGEST_GIVEN + 1)) for part in name
    )


@lru_cache(maxsize=65_536)
def _sounds(word: str) -> str:
    for pattern, put in _SOUNDS:
        word = pattern.sub(put, word)
    return word


_COARSE = str.maketrans(
    {"q": "k", "X": "k", "g": "k", "G": "k", "Z": "j", "C": "j", "z": "s", "S": "s", "W": "s",
     "d": "t", "D": "t", "T": "t", "p": "b", "v": "b", "f": "b", "m": "n",
     **dict.fromkeys("aeiouh")}
)  # fmt: skip


def skeleton(name: str) -> str:
    """Return the consonants of a name without its articles, in coarse classes."""
    return re.sub(r"(.)\1+", r"\1", _sounds("".join(parts(name))).translate(_COARSE))


@lru_cache(maxsize=65_536)
def distance(x: str, y: str) -> float:
    """Return the weighted edit distance of two folded words' sounds.

    1.0 is a consonant that no romanisation takes for the other; vowels and "h" cost 0.1 to 0.5.
    """
    a, b = _sounds(x), _sounds(y)
    row = [0.0]
    for letter in b:
        row.append(row[-1] + _GAP.get(letter, 1.0))
    for one in a:
        previous, row = row, [row[0] + _GAP.get(one, 1.0)]
        for j, other in enumerate(b):
            row.append(
                min(
                    previous[j] + _swap(one, other),
                    previous[j + 1] + _GAP.get(one, 1.0),
                    row[j] + _GAP.get(other, 1.0),
                )
            )
    return row[-1]


def _swap(x: str, y: str) -> float:
    if x == y:
        return 0.0
    return _SWAPS.get(frozenset((x, y)), 1.0)
