"""Terminology in TBX, ISO 30042: version 2 (``martif``) and version 3 (``tbx``).

An entry is a ``termEntry`` with ``langSet``, ``tig`` or ``ntig`` and ``term``, or a
``conceptEntry`` with ``langSec``, ``termSec`` and ``term``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, ParseError

from mtaudit.errors import InputError
from mtaudit.names.terms.languages import language_code
from mtaudit.names.terms.term import Problem, Term

_ENTRIES = ("termEntry", "conceptEntry")
_LANGUAGES = ("langSet", "langSec")
_TERMS = ("tig", "ntig", "termSec")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ENTITY = b"<!ENTITY"


def read(path: Path) -> Iterator[Term | Problem]:
    """Yield the terms of a TBX file, an entry at a time.

    The English term that is marked as preferred, else the first, is the name; the other English
    ones are aliases.

    Raises:
        InputError: the file cannot be read, is no TBX, or declares XML entities.

    """
    try:
        with path.open("rb") as file:
            yield from _read(_Guarded(file, path), path)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except ParseError as error:
        line, _ = error.position
        what = str(error).partition(":")[0]
        raise InputError(f"{path}, line {line}: this is not XML ({what})") from None
    except (LookupError, ValueError) as error:
        raise InputError(f"{path}: this is not XML ({error})") from None


class _Guarded:
    """A file that is not read on once it declares an entity: such a file can be a trap."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._last = b""

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        # Without its zero bytes, UTF-16 reads like ASCII here.
        seen = self._last + data.replace(b"\0", b"")
        if _ENTITY in seen:
            raise InputError(f"{self._path}: XML entities are not read; take <!ENTITY …> out")
        self._last = seen[-len(_ENTITY) :]
        return data


def _read(file: _Guarded, path: Path) -> Iterator[Term | Problem]:
    number = 0
    parents: list[Element] = []
    for event, element in ElementTree.iterparse(file, ("start", "end")):
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if _tag(element) in _ENTRIES:
            number += 1
            name = element.get("id")
            yield _term(element, f"entry {number}" + (f" ({name})" if name else ""))
            # What has been read is given up, so that a file of any size fits into memory.
            if parents:
                parents[-1].clear()
    if not number:
        raise InputError(f"{path}: there is no termEntry or conceptEntry in it; is it TBX?")


def _term(entry: Element, where: str) -> Term | Problem:
    english: list[str] = []
    sources: list[str] = []
    for part in entry.iter():
        if _tag(part) not in _LANGUAGES:
            continue
        tag = part.get(_LANG) or part.get("lang") or ""
        code = language_code(tag)
        if code is None:
            return Problem(where, f"unknown language {tag!r}" if tag else "a language is missing")
        terms = _terms(part)
        if code == "en":
            english += terms
        else:
            sources += [f"{code}={term}" for term in terms]
    if not english:
        return Problem(where, "there is no English term")
    note = next((_text(part) for part in entry if _tag(part) == "note"), "")
    fields = {
        "name": english[0],
        "aliases": "|".join(english[1:]),
        "source": "|".join(sources),
        "note": note,
    }
    return Term(where, fields)


def _terms(language: Element) -> list[str]:
    """Return the terms of a language, the preferred first."""
    found: list[tuple[bool, str]] = []
    for section in language.iter():
        if _tag(section) in _TERMS:
            preferred = any("preferredTerm" in (part.text or "") for part in section.iter())
            found += [
                (preferred, text)
                for part in section.iter()
                if _tag(part) == "term" and (text := _text(part))
            ]
    found.sort(key=lambda one: not one[0])
    return list(dict.fromkeys(text for _, text in found))


def _text(element: Element) -> str:
    # A vertical bar would part the term in two.
    text = " ".join("".join(element.itertext()).split()).replace("|", "/")
    return unicodedata.normalize("NFC", text)


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
