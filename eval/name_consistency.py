"""Measure which written forms are taken for renderings of one name.

Usage: python -m eval.name_consistency PLACES.tsv.gz PAIRS.jsonl

PLACES are rows of Who's On First with ``eng``, ``eng_variants`` and names in other scripts. A
variant counts as a rendering of ``eng`` when both are in Latin letters, it is no code, both have
as many words up to articles, begin with the same sound or one that romanisations confuse, and
share at least half of the letters of the longer in order; many variants are other names of the
place, and the recall over all of them is printed too. Two names are two when they belong to one
country, differ by a consonant in every script that both rows know (vowels are what romanisations
leave open), and neither is a variant of the other: each sampled place that at least three scripts
write is paired with the name nearest to it in sound among the others of that fame. At most 4,000
pairs of each kind are drawn with a fixed seed, and decided without the knowledge base. Villages
are named alike far more often: the share of such pairs taken for one name among all places is
printed too. The thresholds were set with places of this file in view.

PAIRS holds ``a``, ``b`` and ``same`` a line. Rows are counted from 0; thresholds were set on the
even rows, and the odd ones are for measuring.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import LCSseq, Levenshtein

from mtaudit.names.consistency import same_name
from mtaudit.names.romanise import alike, sounds
from mtaudit.names.store import shipped
from mtaudit.names.variants import distance, parts

SAMPLE, SHORTLIST, SEED = 4_000, 100, 7
FAME = 3
SCRIPTS = ("ara", "fas", "rus", "ukr")
ALL_SCRIPTS = (*SCRIPTS, "heb", "zho")
# What different keyboards and spellings make of one Arabic letter.
FOLDED = str.maketrans({
    **dict.fromkeys("أإآٱ", "ا"), **dict.fromkeys("ىئی", "ي"), "ة": "ه", "ک": "ك", "ؤ": "و",
    "ء": None, "\u200c": None, " ": None, "-": None,
})  # fmt: skip
VOWELS = frozenset("اويهаеёиоуыэюяійїєьъ")

Row = dict[str, str]
Pair = tuple[str, str]


def read(path: Path) -> list[Row]:
    """Return the rows that have an English name."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                if letters(row["eng"])]  # fmt: skip


def variants(rows: Iterable[Row]) -> Iterator[Pair]:
    """Yield each name and each of its variants that is written differently."""
    for row in rows:
        for variant in filter(None, row["eng_variants"].split("|")):
            if variant.casefold() != row["eng"].casefold():
                yield row["eng"], variant


def letters(name: str) -> str:
    """Return the letters of a name without marks and articles."""
    plain = unicodedata.normalize("NFKD", "".join(parts(name)))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


def is_rendering(name: str, variant: str) -> bool:
    """Whether a variant is the same name by the rule above."""
    first, second = parts(name), parts(variant)
    if variant.isupper() or len(first) != len(second) or not letters(name) or not letters(variant):
        return False
    x, y = sounds(first[0]), sounds(second[0])
    if not x or not y or not alike(x[0], y[0]):
        return False
    a, b = letters(name), letters(variant)
    return 2 * int(LCSseq.similarity(a, b)) >= max(len(a), len(b))


def near_names(rows: Sequence[Row], number: int, chance: random.Random) -> Iterator[Pair]:
    """Yield names of places and the nearest names of other places that are written differently."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["country"]].append(row)
    said = {
        country: [sounds("".join(parts(row["eng"]))) for row in group]
        for country, group in groups.items()
    }
    seen: set[frozenset[str]] = set()
    for row in chance.sample(rows, len(rows)):
        if len(seen) == number:
            return
        name, group = "".join(parts(row["eng"])), groups[row["country"]]
        near = process.extract(
            sounds(name), said[row["country"]], scorer=Levenshtein.distance, limit=SHORTLIST
        )
        told = [group[place] for _, _, place in near if _two(row, group[place])]
        if told:
            nearest = min(told, key=lambda o: distance(name, "".join(parts(o["eng"]))))
            pair = row["eng"], nearest["eng"]
            if frozenset(pair) not in seen:
                seen.add(frozenset(pair))
                yield pair


def _two(a: Row, b: Row) -> bool:
    """Whether two rows are surely two names: told apart in a script that both are written in."""
    shared = [script for script in SCRIPTS if a[script] and b[script]]
    names = [
        {row["eng"].casefold(), *row["eng_variants"].casefold().split("|")} - {""} for row in (a, b)
    ]
    return (
        bool(shared)
        and all(_folded(a[script]) != _folded(b[script]) for script in shared)
        and not names[0] & names[1]
    )


def _folded(name: str) -> str:
    folded = name.casefold().translate(FOLDED).removeprefix("ال")
    return "".join(letter for letter in folded if letter.isalpha() and letter not in VOWELS)


def table(
    title: str, pairs: Sequence[tuple[str, str, bool]], decide: Callable[[str, str], bool]
) -> None:
    """Print precision and recall over some pairs."""
    told = [(decide(a, b), same) for a, b, same in pairs]
    right = sum(said and same for said, same in told)
    said = sum(said for said, _ in told)
    every = sum(same for _, same in told)
    print(
        f"{title:44} {len(pairs):6,} pairs  precision {right / max(1, said):.3f}"
        f"  recall {right / max(1, every):.3f}"
    )


def main(places: Path, pairs: Path) -> int:
    """Print precision and recall on both kinds of pairs."""

    def unaided(a: str, b: str) -> bool:
        return same_name(a, b, None) is not None

    rows = read(places)
    chance = random.Random(SEED)
    every = list(variants(rows))
    kept = [pair for pair in every if is_rendering(*pair)]
    names = [row["eng"] for row in rows]
    stray = sum(is_rendering(*chance.sample(names, 2)) for _ in range(SAMPLE)) / SAMPLE
    print(f"{len(every):,} variants, {len(kept):,} of them renderings by the rule; of two names "
          f"drawn blindly {stray:.1%} pass it")  # fmt: skip
    drawn = chance.sample(kept, min(SAMPLE, len(kept)))
    famous = [row for row in rows if sum(bool(row[script]) for script in ALL_SCRIPTS) >= FAME]
    two = list(near_names(famous, SAMPLE, chance))
    told = [*((a, b, True) for a, b in drawn), *((a, b, False) for a, b in two)]
    table("places", told, unaided)
    villages = list(near_names(rows, SAMPLE // 4, chance))
    wrong = sum(unaided(a, b) for a, b in villages) / len(villages)
    print(f"nearest names among all places, taken for one: {wrong:.3f} of {len(villages):,}")
    found = sum(unaided(a, b) for a, b in every) / len(every)
    print(f"recall over all variants, other names of the place too: {found:.3f}")
    lines = [json.loads(line) for line in pairs.read_text(encoding="utf-8").splitlines()]
    written = [(line["a"], line["b"], bool(line["same"])) for line in lines]
    knowledge = shipped()
    for name, half in (("even rows", written[::2]), ("odd rows", written[1::2])):
        table(f"{name}, without the knowledge base", half, unaided)
        table(f"{name}, with it", half, lambda a, b: same_name(a, b, knowledge) is not None)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
