"""From a name in its own script to the English spellings that may be its."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mtaudit.names.multigram import Transliterator
from mtaudit.names.romanise import skeleton, sounds
from mtaudit.names.spelling_index import Entry, SpellingIndex

# How many expected spellings are looked up, and how many candidates the model weighs.
_EXPECTED = 3
_WEIGHED = 80


def candidates(spellings: Iterable[str], index: SpellingIndex) -> Iterator[Entry]:
    """Yield the entries that sound nearly like any of some spellings, each once."""
    seen: set[Entry] = set()
    for consonants in dict.fromkeys(map(skeleton, spellings)):
        for entry in index.near(consonants):
            if entry not in seen:
                seen.add(entry)
                yield entry


def ranked(name: str, index: SpellingIndex, model: Transliterator) -> list[tuple[str, float]]:
    """Return the spellings of an index that may be ``name``'s, likeliest first, with log P."""
    from rapidfuzz.distance import Levenshtein

    expected = [spelling for spelling, _ in model.spellings(name, _EXPECTED)]
    heard = [sounds(spelling) for spelling in expected]
    near = sorted(
        {spelling for spelling, _ in candidates(expected, index)},
        key=lambda spelling: min(Levenshtein.distance(sounds(spelling), one) for one in heard),
    )[:_WEIGHED]
    weighed = zip(near, model.logprobs(name, near).tolist(), strict=True) if near else ()
    return sorted(weighed, key=lambda item: -item[1])
