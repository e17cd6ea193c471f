"""Views of HTML and Markdown: the prose alone, each character tied to its place in the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from mtaudit.document import Markup
from mtaudit.text.view import View, ViewBuilder, plain_view

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_HIDDEN = frozenset({"script", "style", "template", "head", "noscript", "svg", "nav", "code",
                     "pre", "textarea", "select", "button", "form", "iframe", "math"})  # fmt: skip
_INLINE = frozenset({"a", "abbr", "b", "bdi", "bdo", "cite", "del", "dfn", "em", "font", "i",
                     "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strong",
                     "sub", "sup", "time", "u", "var", "wbr"})  # fmt: skip


_LINE_END = re.compile(r"\r\n?|\n")


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


class _Prose(HTMLParser):
    """Copies the text of an HTML file into a view, a paragraph break for each block."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self._source = source
        # The parser counts lines by the line feed alone.
        self._lines = [0, *(match.end() for match in re.finditer("\n", source))]
        self._hidden: list[str] = []
        self._builder = ViewBuilder()

    def view(self) -> View:
        self.feed(self._source)
        self.close()
        return self._builder.build()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden.append(tag)
        self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            start = self._here()
            # A line break inside an HTML paragraph is white space, not a new paragraph.
            for index, line in enumerate(data.split("\n")):
                if index:
                    self._builder.put(" ", start - 1, start)
                self._builder.copy(self._source, start, start + len(line))
                start += len(line) + 1

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def _reference(self, written: str) -> None:
        if self._hidden:
            return
        start = self._here()
        end = start + len(written)
        if self._source[end : end + 1] == ";":
            end += 1
        shown = plain_view(unescape(self._source[start:end])).text
        if shown:
            self._builder.put(shown, start, end)

    def _break(self, tag: str) -> None:
        if tag not in _INLINE and not self._hidden:
            here = self._here()
            self._builder.put("\n\n", here, here)


def html_view(text: str) -> View:
    """Return the prose of an HTML file; scripts, styles, code and navigation are left out."""
    return _Prose(text).view()


# Escapes and references stay tokens of their own, so that each can be found in the source.
@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable("text_join")


def markdown_view(text: str) -> View:
    """Return the prose of a Markdown file; code, link targets and front matter are left out."""
    lines = [*_line_starts(text), len(text)]
    front = re.match(r"---[ \t]*\r?\n.*?\n(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", text, re.DOTALL)
    skip = front.end() if front else 0
    builder = ViewBuilder()
    for token in _markdown().parse(text):
        if token.type != "inline" or token.map is None:
            continue
        start, end = lines[token.map[0]], lines[min(token.map[1], len(lines) - 1)]
        if start < skip:
            continue
        builder.put("\n\n", start, start)
        _inline(builder, text, token.children or [], start, end)
    return builder.build()


def _inline(builder: ViewBuilder, text: str, children: list[Token], start: int, end: int) -> None:
    """Copy the text tokens of one inline run, found one after the other in the source."""
    cursor = start
    for child in children:
        if child.type == "text":
            found = text.find(child.content, cursor, end)
            if found >= 0:
                builder.copy(text, found, found + len(child.content))
                cursor = found + len(child.content)
            elif child.content:
                # An escape or a reference: its source is what lies before the next token.
                builder.put(plain_view(child.content).text, cursor, min(cursor + 1, end))
        elif child.type in ("softbreak", "hardbreak"):
            line_end = _LINE_END.search(text, cursor, end)
            if line_end:
                builder.put(" ", line_end.start(), line_end.end())
                cursor = line_end.end()
        elif child.type == "text_special":
            found = text.find(child.markup, cursor, end)
            if found >= 0:
                shown = plain_view(child.content).text
                builder.put(shown, found, found + len(child.markup))
                cursor = found + len(child.markup)
        elif child.type == "link_close" or child.type == "image":
            cursor = _after_target(text, cursor, end)
        elif child.type in ("code_inline", "html_inline"):
            found = text.find(child.content, cursor, end)
            cursor = found + len(child.content) if found >= 0 else cursor


def _after_target(text: str, cursor: int, end: int) -> int:
    """Return the place behind ``](target)`` so that no word is found inside an address."""
    match = re.compile(r"[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])?").match(text, cursor, end)
    return match.end() if match else cursor


_VIEWS: dict[Markup, Callable[[str], View]] = {
    "plain": plain_view,
    "html": html_view,
    "markdown": markdown_view,
}


def view_of(text: str, markup: Markup) -> View:
    """Return the readable view of ``text``, read as ``markup``."""
    return _VIEWS[markup](text)
