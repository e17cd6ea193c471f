"""Paragraphs and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from mtaudit.document import Segment, Span

# pysbd's regular expressions are superlinear; no sentence of news comes near this length.
_LONGEST = 4_000
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_ENDS_SENTENCE = re.compile(r"[.!?…:;][\"'”’»)\]]*\s*\Z")
# Lines between these lengths that break inside a sentence were wrapped by an editor program.
_WRAP_COLUMNS = range(40, 101)


def split(text: str) -> tuple[Segment, ...]:
    """Return the sentences of ``text``, in order, without overlap.

    Every character that is not white space lies in exactly one of them. A blank line always ends
    a paragraph; a single line break does unless the line was wrapped.
    """
    segments: list[Segment] = []
    for number, paragraph in enumerate(_paragraphs(text)):
        for piece in _pieces(text, paragraph):
            segments.extend(Segment(span, number) for span in _sentences(text, piece))
    return tuple(segments)


def _paragraphs(text: str) -> Iterator[Span]:
    position = 0
    for match in _BLANK_LINES.finditer(text):
        yield from _lines(text, position, match.start())
        position = match.end()
    yield from _lines(text, position, len(text))


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the paragraphs of one block, wrapped lines joined."""
    begun = position = start
    while position < end:
        newline = text.find("\n", position, end)
        if newline < 0:
            break
        if not _wrapped(text[position:newline], text[newline + 1 : end]):
            yield from _trimmed(text, begun, newline)
            begun = newline + 1
        position = newline + 1
    yield from _trimmed(text, begun, end)


def _wrapped(line: str, rest: str) -> bool:
    following = rest.lstrip()[:1]
    if not line.strip() or (_ENDS_SENTENCE.search(line) and len(line) not in _WRAP_COLUMNS):
        return False
    return following.islower() or len(line) in _WRAP_COLUMNS


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)


def _pieces(text: str, span: Span) -> Iterator[Span]:
    """Cut an overlong paragraph at white space."""
    start = span.start
    while span.end - start > _LONGEST:
        cut = text.rfind(" ", start + 1, start + _LONGEST)
        cut = cut if cut > start else start + _LONGEST
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, span.end)


@cache
def _segmenter() -> Any:
    import pysbd

    return pysbd.Segmenter(language="en", clean=False, char_span=True)


_CLOSERS = "\"'”’»)]"


def _sentences(text: str, span: Span) -> Iterator[Span]:
    """Yield the sentences of one paragraph by pysbd, checked to cover it."""
    paragraph = span.of(text).replace("\n", " ").replace("\t", " ")
    bounds = [0]
    position = 0
    for found in _segmenter().segment(paragraph):
        # pysbd may report a sentence at its first occurrence; ours must go forward.
        at = paragraph.find(found.sent.strip(), position)
        if at < 0 or not found.sent.strip():
            continue
        bounds.append(at)
        position = at + len(found.sent.strip())
    starts = [at for at in bounds if not _tail(paragraph, at)]
    for start, end in zip(starts, [*starts[1:], len(paragraph)], strict=True):
        yield from _trimmed(text, span.start + start, span.start + end)


def _tail(paragraph: str, at: int) -> bool:
    """Whether only closing quotes stand here: they belong to the sentence before."""
    return at > 0 and not paragraph[at:].strip(_CLOSERS + " ")
