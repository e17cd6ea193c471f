"""Literal readings: what a word-by-word translation makes of a name in its own language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from mtaudit.names.entities import DATA, Entity, read_glosses
from mtaudit.names.pinyin import syllables
from mtaudit.names.romanise import distance, romanise, skeleton, sounds

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
_HEBREW_PREFIXES = ("וה", "בה", "לה", "מה", "שה", "ה", "ו", "ב", "ל", "מ")
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
# The word for "and" in a source name, by itself or written as one with the next word.
_AND = re.compile(
    r"(?:\A|\s)(?:و|и|і|й|та|ve|et|y|e|und|and)\s|\s(?:و(?=\w\w\w)|ו(?=\w\w))|[和与與及]",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W_]+")
_WORDS_WITH_APOSTROPHES = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LONGEST = 7
_LONGEST_SIGNS = 6
_SLAVIC_ADJECTIVE = re.compile("(?:[сц]ьк|ск)?(?:ий|ый|ая|ое|ої|ой|ого|ому|а|е)$")
_MOST_PHRASES = 5
_TELLING = 3
_MOST_SOUNDED = 2
_SOUNDS_LIKE = 0.35  # weighted edits per sound between a word's letters and its printed form
_VOTING = 3
_FEWEST_VOTES = 2
_MOST_SYNONYMS = 12


@cache
def _lexicon(language: str) -> Mapping[str, Slot]:
    path = DATA / "glosses" / f"{language}.tsv"
    if not path.is_file():
        return {}
    merged: dict[str, Slot] = {}
    for word, glosses in read_glosses(path).items():
        key = _folded(word, language)
        # Texts are read with hyphens as spaces.
        told = sorted(glosses, key=lambda gloss: "-" in gloss)
        plain = (gloss.replace("-", " ") for gloss in told)
        merged[key] = tuple(dict.fromkeys((*merged.get(key, ()), *plain)))
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
    if language == "he":
        return _hebrew(folded, lexicon)
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


def _hebrew(word: str, lexicon: Mapping[str, Slot]) -> Slot:
    """Look ``word`` up without the article and the prefixes that are written as one with it."""
    for prefix in _HEBREW_PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= 2 and rest in lexicon:
            return lexicon[rest]
    return _inflected(word, lexicon)


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


def _cuts(name: str, language: str) -> Iterator[list[str]]:
    """Yield the words of a name; of a Chinese one, also with longer words read sign by sign."""
    words = _split(name, language)
    yield words
    if language not in ("zh", "ja"):
        return
    lexicon = _lexicon(language)
    long = [n for n, w in enumerate(words) if len(w) > 1 and all(sign in lexicon for sign in w)]
    for number in long:
        yield [*words[:number], *words[number], *words[number + 1 :]]
    if len(long) > 1:
        yield [sign for n, word in enumerate(words) for sign in (word if n in long else (word,))]


def _split(name: str, language: str) -> list[str]:
    """Return the words of a name; Chinese is cut at the longest words of the lexicon."""
    if language not in ("zh", "ja"):
        pattern = _WORDS_WITH_APOSTROPHES if language == "uk" else _WORDS
        return pattern.findall(name.replace("\u200c", " ").replace("’", "'").replace("ʼ", "'"))
    lexicon = _lexicon(language)
    words, position = [], 0
    while position < len(name):
        for length in range(min(_LONGEST_SIGNS, len(name) - position), 0, -1):
            piece = name[position : position + length]
            if piece in lexicon or length == 1:
                words.append(piece)
                position += length
                break
    return [word for word in words if word.isalnum()]


def readings(
    entity: Entity, languages: Collection[str] | None = None, *, sounded: bool = False
) -> Iterator[tuple[Reading, str]]:
    """Yield the literal readings of an entity: those of its source names, then those given.

    With each comes the source name that it reads, "" for one given by hand. A source name gives one
    when every word of it is glossed; with ``sounded``, when most are, the others standing for how
    they sound (:func:`sound_key`). The words of its English forms are no reading, because they are
    what ought to stand there. ``languages`` names those of the source names that are read.
    """
    seen: set[Reading] = set()
    for reading, written in _all_readings(entity, languages, sounded):
        if 0 < len(reading) <= _LONGEST and all(reading) and reading not in seen:
            seen.add(reading)
            yield reading, written


def _all_readings(
    entity: Entity, languages: Collection[str] | None, sounded: bool
) -> Iterator[tuple[Reading, str]]:
    for language, name in entity.sources:
        if languages is not None and language not in languages:
            continue
        skipped = _SKIPPED.get(language, frozenset())
        for parts in _cuts(name, language):
            words = [word for word in parts if _folded(word, language) not in skipped]
            slots = [gloss(word, language) for word in words]
            if sounded and slots.count(()) <= _MOST_SOUNDED and len(slots) > slots.count(()):
                slots = [
                    (*slot, *_sounded(word, language, entity))
                    for slot, word in zip(slots, words, strict=True)
                ]
            for reading in _single_words(slots):
                yield reading, name
        if language == "zh" and entity.kind == "person":
            yield _by_character(entity.name, name), name
    for reading in entity.readings:
        yield tuple(slot for slot in reading if slot not in (("of",), ("the",))), ""


@lru_cache(maxsize=4_096)
def holds_and(name: str) -> bool:
    """Whether a source name joins two of its words with its "and"."""
    return _AND.search(name) is not None


def sound_key(word: str) -> str:
    """Return what stands in a slot for any word that sounds like ``word``.

    Its consonants tell it from others when there are three or more.
    """
    consonants = skeleton(word)
    return f"~{consonants if len(consonants) >= _TELLING else sounds(word)}".lower()


@lru_cache(maxsize=65_536)
def root_key(word: str) -> str:
    """Return what stands in a slot for words of one root: "learning" for "learn" (Snowball)."""
    return f"^{_stemmer().stemWord(word)}"


@cache
def _stemmer() -> Any:
    from snowballstemmer import stemmer

    return stemmer("english")


def _sounded(word: str, language: str, entity: Entity) -> Slot:
    """Return how a name that no lexicon knows sounds: in its own letters, and as it is printed."""
    plain = _SLAVIC_ADJECTIVE.sub("", word.casefold()) if language in ("ru", "uk") else word
    roman = romanise(plain, language).removeprefix("al")
    if not roman.isascii() or not skeleton(roman):
        return ()
    near = [
        part
        for form in entity.forms
        for part in form.replace("-", " ").split()
        if distance(roman, part) <= _SOUNDS_LIKE * len(sounds(part))
    ]
    return tuple(dict.fromkeys(map(sound_key, (*near, roman))))


def _single_words(slots: Sequence[Slot]) -> Iterator[Reading]:
    """Yield slots of single words; a gloss of several words takes as many slots."""
    yield tuple(
        part
        for slot in slots
        for part in ((_one_word(slot),) if _one_word(slot) or not slot else _spelled_out(slot[0]))
    )
    for number, slot in enumerate(slots):
        for phrase in [word for word in slot if " " in word][:_MOST_PHRASES]:
            rest = [_one_word(other) for other in slots]
            yield (*rest[:number], *_spelled_out(phrase), *rest[number + 1 :])


def _one_word(slot: Slot) -> Slot:
    return tuple(word for word in slot if " " not in word)


def _spelled_out(phrase: str) -> tuple[Slot, ...]:
    return tuple((word,) for word in phrase.split())


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
def _glossed_as() -> Mapping[str, Sequence[Slot]]:
    """Return, for each gloss, the glosses of every source word that has it, in any lexicon."""
    found: dict[str, list[Slot]] = {}
    for path in sorted((DATA / "glosses").glob("*.tsv")):
        for slot in read_glosses(path).values():
            for word in slot:
                found.setdefault(word, []).append(slot)
    return found


@cache
def _lexicon_texts() -> Sequence[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((DATA / "glosses").glob("*.tsv"))]


def _slots_with(word: str, text: str) -> Iterator[Slot]:
    """Yield the glosses of the rows of a lexicon that have ``word`` among them.

    The rows that hold it are searched for: to read nine lexicons takes as long as a short audit.
    """
    place = text.find(word)
    while place >= 0:
        start = text.rfind("\n", 0, place) + 1
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        _, _, rest = text[start:end].partition("\t")
        slot = tuple(part.strip() for part in rest.partition("\t")[0].split("|"))
        if start and word in slot:  # the first row names the columns
            yield slot
        place = text.find(word, end)


@lru_cache(maxsize=4_096)
def alternatives(word: str) -> Collection[str]:
    """Return the English words that may render the same source word as ``word`` does."""
    if not word:
        return frozenset()
    slots = (slot for text in _lexicon_texts() for slot in _slots_with(word, text))
    return frozenset(other for slot in slots for other in slot if other) - {word}


@lru_cache(maxsize=65_536)
def synonyms(slot: Slot) -> Slot:
    """Return further words that a machine may write for a slot, by all lexicons together.

    They stand beside the slot's own words for at least two source words of any language.
    """
    votes: Counter[str] = Counter()
    for word in slot[:_VOTING]:
        for beside in _glossed_as().get(word, ()):
            votes.update(other for other in beside if other != word)
    likely = [w for w, n in votes.most_common() if n >= _FEWEST_VOTES and w not in slot]
    return tuple(word for word in likely if " " not in word)[:_MOST_SYNONYMS]
