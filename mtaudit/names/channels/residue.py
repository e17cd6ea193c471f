"""The residue channel: the mark with which an agency ends its items, left in Latin letters.

log P(words | mark) = -1 - 4 times the weighted edits from the mark's letters to what is written.
A mark stands by itself behind the last sentence of a paragraph, or alone on a line, where English
has nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from mtaudit.document import Document, Segment, Span
from mtaudit.names.channels.letters import away, consonants, letters
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.leftovers import Leftover, end_marks
from mtaudit.names.romanise import romanise
from mtaudit.text.frequency import zipf
from mtaudit.text.words import bare

_CONSTANT, _PER_EDIT = -1.0, 4.0
_FARTHEST = 0.15  # weighted edits per letter
_KNOWN_ZIPF = 2.0  # what English prints more often is a word or somebody's name
# One to three words at the end, brackets round them, and the desk's code: "Anthy / 25 N".
_TAIL = re.compile(
    r"[(\[*#]?(?P<mark>[A-Za-z]{3,}(?: [A-Za-z]{3,}){0,2})"
    r"(?:\s?/\s?[A-Za-z0-9 .]{0,8})*[)\]*.!]{0,2}\s*\Z"
)
_CLOSED = re.compile(r"(?:\A|[.!?…\"”’»)\]]|\n)\s*\Z")
_LONGEST_ACRONYM = 4
_WINDOW = 60  # characters
_CLEAR = -2.0  # log P of a mark that may stand behind a sentence without a full stop


@dataclass(frozen=True, slots=True)
class Residue:
    """An end mark; ``replaces`` is what goes with it, the space before it too."""

    span: Span
    replaces: Span
    mark: Leftover
    logprob: float


def residues(document: Document, segment: Segment, knowledge: KnowledgeBase) -> Iterator[Residue]:
    """Yield the end mark of the paragraph that a sentence closes."""
    text = document.text
    if text[segment.span.end : segment.span.end + 4].lstrip(" \t\r")[:1] not in ("", "\n"):
        return
    # A mark that is its own sentence is judged with the end of what stands before it.
    first = max(0, segment.span.end - _WINDOW)
    for start in range(first, segment.span.end):
        if start and not (text[start - 1].isspace() or text[start - 1] in '.!?…"”’»)]'):
            continue
        match = _TAIL.match(text, start, segment.span.end)
        found = _unknown(match["mark"], knowledge) if match is not None else None
        if match is None or found is None:
            continue
        mark, logprob = found
        if not _CLOSED.search(text[max(0, start - 4) : start]) and (
            logprob < _CLEAR or not match["mark"].islower()
        ):
            continue
        space = len(text[:start]) - len(text[:start].rstrip())
        span = Span(match.start("mark"), match.end("mark"))
        yield Residue(span, Span(start - space, segment.span.end), mark, logprob)
        return


def _unknown(written: str, knowledge: KnowledgeBase) -> tuple[Leftover, float] | None:
    """Return the mark of words that English hardly prints, None where they are no mark."""
    if written.isupper() and len(written) <= _LONGEST_ACRONYM:
        return None
    found = _mark(written)
    known = found is None or all(
        zipf(word) >= _KNOWN_ZIPF or knowledge.knows_word(bare(word)) for word in written.split()
    )
    return None if known else found


@cache
def _romanised() -> Sequence[tuple[str, Leftover]]:
    # "th" may be one letter of the source or two.
    return [
        (heard, one)
        for one in end_marks()
        for heard in {
            letters(romanise(one.words)),
            "".join(letters(romanise(letter)) for letter in one.words),
        }
    ]


def _mark(written: str) -> tuple[Leftover, float] | None:
    """Return the likeliest mark that is spelled so, with log P; None where none is near."""
    heard = letters(written.casefold())
    best: tuple[Leftover, float] | None = None
    for meant, mark in _romanised():
        if consonants(heard) != consonants(meant):
            continue
        edits = away(heard, meant)
        logprob = _CONSTANT - _PER_EDIT * edits
        if edits <= _FARTHEST * len(meant) and (best is None or logprob > best[1]):
            best = mark, logprob
    return best
