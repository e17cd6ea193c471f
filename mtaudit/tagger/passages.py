"""From the error probability of each word to passages, and to edits that may put them right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mtaudit.calibration import Thresholds
from mtaudit.document import Document, Span
from mtaudit.evidence import Passage, Rewriting, TextScore
from mtaudit.text.rewrites import ARTICLES, rewrites
from mtaudit.text.words import Word, words

# Words behind a passage that an edit is weighed over; what comes later hardly changes.
_BEHIND = 8


def passages(document: Document, score: TextScore, thresholds: Thresholds) -> tuple[Passage, ...]:
    """Return the stretches of words within one sentence that are probably part of an error.

    A stretch has words above ``thresholds.passage_edge`` only, one of them above
    ``thresholds.passage``; or, apart from those, words that are part of a slip by ``slip_edge`` and
    ``slip``. It takes in an article right before it. One whose likeliest word is a name or a figure
    is left out: names are judged by what is known of them.
    """
    if not score.readings:
        return ()
    found: list[Passage] = []
    for segment in document.segments:
        every = list(words(document.text, segment.span.start, segment.span.end))
        spans = [word.span for word in every]
        ways = (
            ([chance(score, s) for s in spans], thresholds.passage, thresholds.passage_edge),
            ([score.slip(s) or 0.0 for s in spans], thresholds.slip, thresholds.slip_edge),
        )
        own: list[Passage] = []
        for chances, peak, edge in ways:
            for span in _likely(document.text, every, chances, peak, edge):
                if not any(span.overlaps(passage.span) for passage in own):
                    own.append(_passage(document, score, span))
        found.extend(sorted(own, key=lambda passage: passage.span))
    return tuple(found)


def _likely(
    text: str, every: Sequence[Word], chances: Sequence[float], peak: float, edge: float
) -> Iterator[Span]:
    for first, last in _stretches(chances, edge):
        top = max(range(first, last), key=chances.__getitem__)
        if chances[top] < peak or _named(every, top):
            continue
        if first > 0 and every[first - 1].text.casefold() in ARTICLES:
            first -= 1
        yield _closed(text, Span(every[first].span.start, every[last - 1].span.end))


def _closed(text: str, span: Span) -> Span:
    """Return the span with the quotation mark behind it, where it holds the opening one."""
    inside, behind = span.of(text), text[span.end : span.end + 1]
    opens = inside.count("“") > inside.count("”") and behind == "”"
    return Span(span.start, span.end + (opens or (inside.count('"') % 2 == 1 and behind == '"')))


def _passage(document: Document, score: TextScore, span: Span) -> Passage:
    likeliest = max(chance(score, w.span) for w in words(document.text, span.start, span.end))
    return Passage(span, likeliest, score.slip(span) or 0.0, score.severe(span) or 0.0)


def chance(score: TextScore, span: Span) -> float:
    """Return the geometric mean of the chances that a word is marked and that it is changed.

    Either alone is high in sound text too: annotators mark what they would not change, and
    post-editors change what nobody would mark.
    """
    return math.sqrt((score.error(span) or 0.0) * (score.edited(span) or 0.0))


def _stretches(chances: Sequence[float], edge: float) -> Iterator[tuple[int, int]]:
    """Yield the ranges [first, last) of neighbours at or above ``edge``."""
    first = None
    for place, chance in enumerate([*chances, -1.0]):
        if chance >= edge:
            first = place if first is None else first
        elif first is not None:
            yield first, place
            first = None


def _named(every: Sequence[Word], place: int) -> bool:
    word = every[place]
    figure = any(character.isdigit() for character in word.text)
    return figure or (place > 0 and word.capitalised)


def with_rewritings(document: Document, passage: Passage) -> Passage:
    """Return the passage with the edits that may put it right, not yet weighed."""
    segment = document.segment_at(passage.span.start)
    if segment is None:
        return passage
    edits = rewrites(document.text, segment.span, passage.span)
    told = tuple(Rewriting(one.span, one.replacement, one.slip.value) for one in edits)
    return replace(passage, rewritings=told)


def questions(document: Document, passage: Passage) -> Iterator[tuple[str, Span, tuple[str, ...]]]:
    """Yield what the language model is asked: a text, a place in it, and what to put there."""
    segment = document.segment_at(passage.span.start)
    if segment is None:
        return
    start = segment.span.start
    behind = list(words(document.text, passage.span.end, segment.span.end))[:_BEHIND]
    end = behind[-1].span.end if len(behind) == _BEHIND else segment.span.end
    for edit in passage.rewritings:
        text = document.text[start : max(end, edit.span.end)]
        yield text, edit.span.shift(-start), (edit.replacement,)


def weighed(passage: Passage, gains: Sequence[float], thresholds: Thresholds) -> Passage:
    """Return the passage with the gain of each edit, in nats, the greatest first.

    A text with a word less is likelier whatever the word: that much is taken off.
    """
    told = (
        replace(edit, gain=gain - thresholds.left_out.get(edit.slip, 0.0))
        for edit, gain in zip(passage.rewritings, gains, strict=True)
    )
    return replace(passage, rewritings=tuple(sorted(told, key=lambda edit: -(edit.gain or 0.0))))
