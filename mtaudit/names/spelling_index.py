"""An index of spellings by their consonants, for names that sound nearly alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from mtaudit.names.romanise import alike, skeleton

Entry = tuple[str, str]  # a spelling, and whose it is
_FIRST = "bdfghklmnrstxzCGSZiu"


class SpellingIndex:
    """Finds the spellings whose consonants are one edit or none away from a spelling's.

    Spellings lie in buckets by region ("" for everywhere, else a country code), first consonant
    and number of consonants; a bucket is read at its
    first use and then searched by rapidfuzz, so that half a million names are searched in a few
    milliseconds.

    Args:
        load: returns the (skeleton, spelling, whose) rows of a bucket.

    """

    def __init__(self, load: Callable[[str], Iterable[tuple[str, str, str]]]) -> None:
        self._load = load
        self._buckets: dict[str, Mapping[str, list[Entry]]] = {}

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> SpellingIndex:
        """Return an index in memory."""
        rows: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for spelling, whose in entries:
            consonants = skeleton(spelling)
            rows[bucket_of(consonants)].append((consonants, spelling, whose))
        return cls(lambda bucket: rows.get(bucket, ()))

    def near(
        self, consonants: str, slack: int = 1, regions: Iterable[str] = ("",)
    ) -> Iterator[Entry]:
        """Yield the entries of some regions whose skeleton is at most ``slack`` edits away.

        The first consonant must be the same or one that romanisations confuse with it.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import Levenshtein

        for bucket in _around(consonants, slack, regions):
            held = self._bucket(bucket)
            if slack == 0:
                yield from held.get(consonants, ())
                continue
            found = process.extract(
                consonants, held.keys(), scorer=Levenshtein.distance, score_cutoff=slack, limit=None
            )
            for key, _, _ in found:
                yield from held[key]

    def _bucket(self, bucket: str) -> Mapping[str, list[Entry]]:
        if bucket not in self._buckets:
            held: dict[str, list[Entry]] = defaultdict(list)
            for key, spelling, whose in self._load(bucket):
                held[key].append((spelling, whose))
            self._buckets[bucket] = dict(held)
        return self._buckets[bucket]


def bucket_of(consonants: str, region: str = "") -> str:
    """Return the bucket of a skeleton: its region, its first consonant and its length."""
    return f"{region}{consonants[:1]}{len(consonants)}"


def _around(consonants: str, slack: int, regions: Iterable[str]) -> Iterator[str]:
    firsts = _confused(consonants[0]) if consonants and slack else consonants[:1]
    for region in regions:
        for length in range(max(1, len(consonants) - slack), len(consonants) + slack + 1):
            for first in firsts:
                yield f"{region}{first}{length}"


@cache
def _confused(first: str) -> str:
    return "".join(dict.fromkeys([first, *(other for other in _FIRST if alike(first, other))]))
