"""The romanisation channel: a name spelled as no newsroom spells it, or leaked from the source.

log P(words | name) is the better of two: by weighted edit distance to a printed or letter-by-letter
spelling, -1 - 4 for each wrong consonant; and by the romanisation model, -1 and what it gives the
words less what it gives its own spelling of the source name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from heapq import nsmallest
from itertools import pairwise

from mtaudit.document import Document, Segment, Span
from mtaudit.names.channels.candidate import Candidate
from mtaudit.names.context import Context
from mtaudit.names.countries import country_words
from mtaudit.names.entities import Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.romanise import bare_article, distance, skeleton, sounds
from mtaudit.names.spelling_index import Entry
from mtaudit.names.transliteration import fold_spelling, transliterator
from mtaudit.text.frequency import zipf
from mtaudit.text.words import STOP_WORDS, Word, bare, words

_SHORTEST = 5
_FEWEST_SOUNDS = 4
# Spellings that English text knows are names of somebody else, however close they lie.
_KNOWN_ZIPF = 1.5
_FARTHEST = 0.15  # weighted edits per sound
_UNLIKELIEST = -0.95  # nats per letter that the model may lose against its own spelling
_CONSTANT = -1.0
_PER_EDIT = 4.0  # nats lost per weighted edit
_NEARLY_EXACT = -2.5
_GLUED = ("al", "ha")  # articles of Arabic and Hebrew
_ENDINGS = ("om", "oy", "oi", "ov", "a", "u", "e", "i", "y")  # of Slavic cases
# What English does not print but German, Polish and Turkish spellings of the same sounds do.
_CONTINENTAL = ((re.compile("tsch"), "ch"), (re.compile("sch"), "sh"), (re.compile("j"), "y"),
                (re.compile("w"), "v"), (re.compile(r"z(?=k|\Z)"), "ts"))  # fmt: skip
_BARE_H = re.compile(r"(?<![cdgkpstz])h")
_LONGEST_RUN = 3
_WORDS = STOP_WORDS | country_words()  # "A Syrian" is no Assyrian
_MOST_WEIGHED = 12
_FARTHEST_PLAIN = 0.6  # edits per sound, vowels at full cost


def romanisations(
    document: Document, segment: Segment, knowledge: KnowledgeBase, context: Context
) -> Iterator[Candidate]:
    """Yield capitalised words that English does not know and that sound like a known name.

    Neighbouring words are looked up as one name too: "Dayr Alzur".
    """
    tokens = list(words(document.text, segment.span.start, segment.span.end))
    regions = ("", *sorted(context.countries))
    for number, token in enumerate(tokens):
        doubtful = _doubtful(token, knowledge)
        if not doubtful and not _torn(document.text, tokens, number):
            continue
        runs = _runs(document.text, tokens, number) if doubtful else (tokens[number : number + 2],)
        for run in runs:
            written = "".join(bare(word.text) for word in run)
            span = Span(run[0].span.start, run[-1].span.start + len(bare(run[-1].text)))
            for entity, logprob, source in near(written, knowledge, regions, len(run)):
                if not doubtful and (logprob < _NEARLY_EXACT or " " in entity.name):
                    continue
                part = "" if len(run) > 1 else _surname(entity)
                yield Candidate(span, entity, logprob, "romanisation", source, part)


def _torn(text: str, tokens: Sequence[Word], number: int) -> bool:
    """Whether two capitalised words stand here that may be one: "Gas Prom"."""
    pair = tokens[number : number + 2]
    return (
        len(pair) == 2
        and all(word.capitalised and word.text.isalpha() for word in pair)
        and not any(word.text.casefold() in _WORDS for word in pair)
        and text[pair[0].span.end : pair[1].span.start] == " "
        and len(pair[0].text) + len(pair[1].text) > _SHORTEST
    )


def _surname(entity: Entity) -> str:
    """Return the part of a person's name that one word stands for."""
    return entity.name.split()[-1] if entity.kind == "person" else ""


def near(
    written: str, knowledge: KnowledgeBase, regions: Collection[str] = ("",), parts: int = 1
) -> Iterator[tuple[Entity, float, str]]:
    """Yield the entities whose name may be spelled ``written``, log P and the source name.

    ``parts`` is the number of words that ``written`` was joined from.
    """
    best: dict[str, tuple[float, str]] = {}
    for variant in _variants(written):
        consonants = skeleton(variant)
        if not consonants or len(sounds(variant)) < _FEWEST_SOUNDS:
            continue
        # A wrong consonant costs 1.0 and is let pass in long names alone.
        slack = 1 if len(consonants) >= 4 else 0
        for target, whose in _nearest(
            variant, knowledge.spellings.near(consonants, 1 + slack, regions)
        ):
            if parts == 1 and _another_person(written, target, knowledge[whose]):
                continue
            away = distance(variant, target)
            told = _CONSTANT - _PER_EDIT * away
            close = away <= _FARTHEST * len(sounds(target))
            logprob, source = _by_model(written, knowledge[whose]) if parts == 1 else (-99.0, "")
            if close and told >= logprob:
                logprob, source = told, source
            if (close or source) and logprob > best.get(whose, (-99.0, ""))[0]:
                best[whose] = logprob, source
    for whose, (logprob, source) in best.items():
        yield knowledge[whose], logprob, source


def _another_person(written: str, target: str, entity: Entity) -> bool:
    """Whether one word is no spelling of a person's name.

    It is not where it would be first and last name run together, and where it is the feminine form
    of a Slavic surname.
    """
    if entity.kind != "person":
        return False
    surname = fold_spelling(_surname(entity))
    feminine = {f"{surname}a", f"{surname.rstrip('iy')}aya", f"{surname.rstrip('iy')}aia"}
    return len(target) > len(surname) + 2 or fold_spelling(written) in feminine


def _nearest(variant: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries with the fewest unweighted edits of their sounds, which C++ counts."""
    from rapidfuzz.distance import Levenshtein

    heard = sounds(variant)
    most = round(_FARTHEST_PLAIN * len(heard)) + 1
    counted = [
        (Levenshtein.distance(heard, sounds(target), score_cutoff=most), target, whose)
        for target, whose in entries
    ]
    near = nsmallest(_MOST_WEIGHED, (entry for entry in counted if entry[0] <= most))
    return [(target, whose) for _, target, whose in near]


def _by_model(written: str, entity: Entity) -> tuple[float, str]:
    """Return the best log P of the model over the entity's one-word source names, and that name."""
    best = (-99.0, "")
    letters = len(fold_spelling(written))
    for language, name in entity.sources:
        last = name.split()[-1] if entity.kind == "person" else name
        model = transliterator(language)
        if model is None or " " in last or not letters:
            continue
        own = float(model.chances(last).max(axis=1).sum())
        told = min(0.0, float(model.logprobs(last, [written])[0]) - own)
        if told >= _UNLIKELIEST * letters and _CONSTANT + told > best[0]:
            best = (_CONSTANT + told, last)
    return best


def _runs(text: str, tokens: Sequence[Word], number: int) -> Iterator[tuple[Word, ...]]:
    """Yield the word by itself and the runs of capitalised words that hold it."""
    yield (tokens[number],)
    for size in range(2, _LONGEST_RUN + 1):
        for first in range(max(0, number - size + 1), number + 1):
            run = tuple(tokens[first : first + size])
            joined = all(text[a.span.end : b.span.start] in (" ", "-") for a, b in pairwise(run))
            if len(run) == size and joined and run[0].capitalised and run[-1].capitalised:
                yield run


@lru_cache(maxsize=4_096)
def _variants(written: str) -> tuple[str, ...]:
    """Return the spelling, and what is left of it without a glued article or a case ending."""
    plain = bare_article(written)
    folded = plain.casefold()
    found = [plain]
    found += [plain[len(a) :] for a in _GLUED if folded.startswith(a) and len(folded) >= len(a) + 3]
    found += [plain[: -len(e)] for e in _ENDINGS if folded.endswith(e) and len(folded) >= 6]
    if _BARE_H.search(folded):  # "h" is left out of skeletons, "kh" is not
        found += [_BARE_H.sub("kh", name.casefold()) for name in found]
    continental = folded
    for pattern, english in _CONTINENTAL:
        continental = pattern.sub(english, continental)
    return tuple(dict.fromkeys((*found, continental)))


def _doubtful(token: Word, knowledge: KnowledgeBase) -> bool:
    word = bare(token.text)
    return (
        token.capitalised
        and len(word) >= _SHORTEST
        and not token.text.isupper()
        and word.isascii()
        and "'" not in word[1:-1]
        and not knowledge.knows_word(word)
        and not knowledge.knows_word(bare_article(word))
        and zipf(word) < _KNOWN_ZIPF
    )
