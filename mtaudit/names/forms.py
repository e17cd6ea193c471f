"""The written forms of names in a text: runs of capitalised words, and their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mtaudit.document import Document, Span
from mtaudit.names.countries import country_words
from mtaudit.text.frequency import zipf

_PART = r"[A-Z][\w’'\-]*"
# Articles may stand by themselves; those that are English words only before a hyphen.
_ARTICLE = r"(?:(?:al|el|ez|ad|ar|az|ash|ath|bin|ibn|bint|de|von)[ -]|(?:an|as|at|ed|es)-)"
_NAME = re.compile(rf"{_PART}(?:[ ]{_ARTICLE}?{_PART})*|(?<![\w-]){_ARTICLE}{_PART}")
_ORDINARY = 3.3  # Zipf frequency of a word whose capital may be that of the sentence


def written_forms(document: Document) -> dict[str, list[Span]]:
    """Return each written form with its places, both in the order of the text.

    The word that begins a sentence is no part of a name when it is an ordinary one, and neither
    are a leading country and a possessive ending.
    """
    found: dict[str, list[Span]] = {}
    for segment in document.segments:
        for span in _names(document, segment.span):
            found.setdefault(document[span], []).append(span)
    return found


def _names(document: Document, segment: Span) -> Iterator[Span]:
    for match in _NAME.finditer(document.text, segment.start, segment.end):
        start, end = match.span()
        text = match.group()
        if not re.search(r"\w", document.text[segment.start : start]):
            head, _, rest = text.partition(" ")
            if zipf(head.casefold()) >= _ORDINARY:  # "The", "Several"
                start, text = end - len(rest), rest
        while " " in text and text.split()[0].casefold() in country_words():
            text = text.partition(" ")[2]
            start = end - len(text)
        text = re.sub(r"[’']s?\Z", "", text)
        if text:
            yield Span(start, start + len(text))
