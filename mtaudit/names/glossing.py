"""Literal readings: what a word-by-word translation makes of a name in its own language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from mtaudit.names.entities import DATA, Entity, read_glosses
from mtaudit.names.pinyin import syllables

Slot = tuple[str, ...]  # alternative English words for one source word, likeliest first
Reading = tuple[Slot, ...]

_ARABIC_LETTERS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"), **dict.fromkeys("ىئی", "ي"), "ؤ": "و", "ک": "ك", "ھ": "ه",
        "\u200c": " ",
    }
)  # fmt: skip
_ARABIC_MARKS = re.compile("[\u064b-\u0652\u0670\u0640]")
_ARABIC_PREFIXES = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف")
_ARABIC_SUFFIXES = (
    "يين",
    "يون",
    "يات",
    "ية",
    "ات",
    "ون",
    "ين",
    "ان",
    "ها",
    "هم",
    "نا",
    "ة",
    "ه",
    "ي",
    "ا",
)
# Words that join the parts of a name and leave no trace in it, or only "of", "and", "the".
_SKIPPED: Mapping[str, frozenset[str]] = {
    "ar": frozenset("و في من على عن الى بن ابن ابو".split()[:6]),
    "fa": frozenset("و در از به".split()),
    "fr": frozenset("le la les l de du des d et en à au aux".split()),
    "es": frozenset("el la los las de del y en al".split()),
    "it": frozenset("il la lo i le gli di del della e".split()),
    "pt": frozenset("o a os as de do da e".split()),
    "de": frozenset("der die das des und für im in von".split()),
    "ru": frozenset("и в на по о".split()),
    "uk": frozenset("і й та в у на з".split()),
    "tr": frozenset("ve ile".split()),
    "he": frozenset("של את".split()),
    "zh": frozenset("的 和 与".split()),
}
_WORDS = re.compile(r"[^\W_]+")
_LONGEST = 6


@cache
def _lexicon(language: str) -> Mapping[str, Slot]:
    path = DATA / "glosses" / f"{language}.tsv"
    if not path.is_file():
        return {}
    merged: dict[str, Slot] = {}
    for word, glosses in read_glosses(path).items():
        key = _folded(word, language)
        merged[key] = tuple(dict.fromkeys((*merged.get(key, ()), *glosses)))
    return merged


def _folded(word: str, language: str) -> str:
    if language in ("ar", "fa", "ur", "ps"):
        return _ARABIC_MARKS.sub("", word).translate(_ARABIC_LETTERS)
    return word.casefold().replace("i̇", "i")


@lru_cache(maxsize=65_536)
def gloss(word: str, language: str) -> Slot:
    """Return the English words that a machine may write for one source word, or ``()``."""
    lexicon = _lexicon(language)
    folded = _folded(word, language)
    if folded in lexicon:
        return lexicon[folded]
    if language in ("ar", "fa", "ur", "ps"):
        return _arabic(folded, lexicon)
    return _inflected(folded, lexicon) if language not in ("zh", "ja") else ()


def _arabic(word: str, lexicon: Mapping[str, Slot]) -> Slot:
    """Look ``word`` up without article, clitics and regular endings."""
    stems = [word, *(word[len(p) :] for p in _ARABIC_PREFIXES if word.startswith(p))]
    stems = [stem for stem in stems if len(stem) >= 2]
    for stem in stems:
        if stem in lexicon:
            return lexicon[stem]
    for stem in stems:
        for suffix in _ARABIC_SUFFIXES:
            bare = stem.removesuffix(suffix)
            if bare != stem and len(bare) >= 2:
                for ending in ("", "ه", "ة", "ي"):
                    if bare + ending in lexicon:
                        return lexicon[bare + ending]
    return ()


def _inflected(word: str, lexicon: Mapping[str, Slot]) -> Slot:
    """Look up a word that shares its stem with a lexicon word: all but the last three letters."""
    for length in range(len(word) - 1, max(3, len(word) - 4), -1):
        stem = word[:length]
        for ending in (
            "",
            "а",
            "я",
            "о",
            "е",
            "ы",
            "и",
            "й",
            "ый",
            "ая",
            "ое",
            "ий",
            "i",
            "e",
            "s",
        ):
            if stem + ending in lexicon:
                return lexicon[stem + ending]
    return ()


def _split(name: str, language: str) -> list[str]:
    if language not in ("zh", "ja"):
        return _WORDS.findall(name.replace("\u200c", " "))
    lexicon = _lexicon(language)
    words, position = [], 0
    while position < len(name):
        for length in range(min(6, len(name) - position), 0, -1):
            piece = name[position : position + length]
            if piece in lexicon or length == 1:
                words.append(piece)
                position += length
                break
    return [word for word in words if word.isalnum()]


def readings(entity: Entity) -> Iterator[Reading]:
    """Yield the literal readings of an entity: those of its source names, then those given.

    A source name gives one when every word of it is glossed. The words of its English forms are
    no reading, because they are what ought to stand there.
    """
    seen: set[Reading] = set()
    for reading in _all_readings(entity):
        if 0 < len(reading) <= _LONGEST and all(reading) and reading not in seen:
            seen.add(reading)
            yield reading


def _all_readings(entity: Entity) -> Iterator[Reading]:
    for language, name in entity.sources:
        skipped = _SKIPPED.get(language, frozenset())
        words = [w for w in _split(name, language) if _folded(w, language) not in skipped]
        yield _single_words([gloss(word, language) for word in words])
        if language == "zh" and entity.kind == "person":
            yield _by_character(entity.name, name)
    for reading in entity.readings:
        yield tuple(slot for slot in reading if slot not in (("of",), ("the",)))


def _single_words(slots: Sequence[Slot]) -> Reading:
    """Return slots of single words; a slot that has none is spelled out by its first gloss."""
    single: list[Slot] = []
    for slot in slots:
        words = tuple(word for word in slot if " " not in word)
        if words or not slot:
            single.append(words)
        else:
            single.extend((word,) for word in slot[0].split())
    return tuple(single)


def _by_character(name: str, written: str) -> Reading:
    """Return slots for a Chinese person: each syllable as it is spelled, or its meaning."""
    family, _, given = name.partition(" ")
    characters = len(written) - len(syllables(family, 1) or (family, ""))
    parts = syllables(given.replace("-", "").replace(" ", ""), characters) if given else ()
    if not parts or characters < 1:
        return ()
    return (
        (family.casefold(),),
        *(
            (part, *gloss(sign, "zh"))
            for part, sign in zip(parts, written[-characters:], strict=True)
        ),
    )


@cache
def _alternatives() -> Mapping[str, frozenset[str]]:
    """Return, for each gloss, the glosses that stand beside it for one source word."""
    found: dict[str, set[str]] = {}
    for path in sorted((DATA / "glosses").glob("*.tsv")):
        for slot in read_glosses(path).values():
            for word in slot:
                found.setdefault(word, set()).update(slot)
    return {word: frozenset(others) for word, others in found.items()}


def alternatives(word: str) -> frozenset[str]:
    """Return the English words that may render the same source word as ``word`` does."""
    return _alternatives().get(word, frozenset())
