"""A readable view of a text and the map that leads each of its characters back."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass

from mtaudit.document import Span

# Everything the readable view drops or replaces; a text without any of it is its own view.
_SPECIAL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00a0\u00ad\u061c\u1680\u2000-\u200f\u2028-\u202f"
    "\u205f-\u2069\u3000\ufeff\ud800-\udfff]"
)
_SPACES = frozenset("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
                    "\u200a\u202f\u205f\u3000")  # fmt: skip
_BREAKS = frozenset("\r\x0b\x0c\x85\u2028\u2029")


def _shown(character: str) -> str:
    """Return what the view shows for one special character: a space, a break, or nothing."""
    if character in _SPACES:
        return " "
    if character in _BREAKS:
        return "\n"
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return ""


@dataclass(frozen=True, slots=True)
class View:
    """``text`` as a reader sees it; ``starts[i]``/``ends[i]`` bound character i in the original.

    Both maps are None when the view is the original itself.
    """

    text: str
    starts: array[int] | None = None
    ends: array[int] | None = None

    def original(self, span: Span) -> Span:
        """Return the span of the original text that the view's ``span`` shows."""
        if self.starts is None or self.ends is None:
            return span
        if not self.starts:
            return Span(0, 0)
        if span.start >= len(self.starts):
            return Span(self.ends[-1], self.ends[-1])
        start = self.starts[span.start]
        if len(span) == 0:
            return Span(start, start)
        return Span(start, max(start, self.ends[span.end - 1]))


class ViewBuilder:
    """Collects pieces of an original text, in order, into a :class:`View`."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts: array[int] = array("q")
        self._ends: array[int] = array("q")

    def copy(self, original: str, start: int, end: int) -> None:
        """Show ``original[start:end]``, less the characters that no reader sees."""
        position = start
        for match in _SPECIAL.finditer(original, start, end):
            self._take(original, position, match.start())
            position = match.end()
            shown = _shown(match.group())
            if match.group() == "\r" and original[position : position + 1] == "\n":
                shown = ""
            if shown:
                self.put(shown, match.start(), position)
        self._take(original, position, end)

    def put(self, shown: str, start: int, end: int) -> None:
        """Show ``shown`` in the place of the original's ``[start, end)``."""
        self._parts.append(shown)
        self._starts.extend([start] * len(shown))
        self._ends.extend([end] * len(shown))

    def build(self) -> View:
        """Return the view of everything collected."""
        return View("".join(self._parts), self._starts, self._ends)

    def _take(self, original: str, start: int, end: int) -> None:
        if start < end:
            self._parts.append(original[start:end])
            self._starts.extend(range(start, end))
            self._ends.extend(range(start + 1, end + 1))


def plain_view(text: str) -> View:
    """Return the view of plain text: line ends unified, invisible characters left out."""
    if not _SPECIAL.search(text):
        return View(text)
    builder = ViewBuilder()
    builder.copy(text, 0, len(text))
    return builder.build()
