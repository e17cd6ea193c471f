"""A Wikidata JSON dump: persons, organisations and places with an English and a foreign name.

The dump is one array with an entity a line; a file of such lines without the brackets will do too.
What an item is follows from its classes, ``data/wikidata-classes.tsv``: of several, the one that
stands first there.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mtaudit.errors import NamesError
from mtaudit.names.entities import Entity
from mtaudit.names.sources.cities import without_accents
from mtaudit.names.sources.scripts import language_of
from mtaudit.names.sources.source import Rows
from mtaudit.names.sources.stream import Progress, decode, read_lines
from mtaudit.names.sources.tables import read_table

# Language codes of Wikidata to ISO 639-1.
_LANGUAGES = {
    "ar": "ar", "fa": "fa", "he": "he", "ru": "ru", "uk": "uk", "tr": "tr", "ur": "ur", "ps": "ps",
    "zh": "zh", "zh-hans": "zh", "zh-hant": "zh", "ku": "ku", "ckb": "ku",
}  # fmt: skip
_LATIN = frozenset({"tr", "ku"})
# Labels that are the same in all Latin languages stand under "mul" alone.
_ENGLISH = ("en", "mul")
_INSTANCE_OF = "P31"
# Country, citizenship, country of origin.
_COUNTRY = ("P17", "P27", "P495")
_LANGUAGE = re.compile(f'"language":\\s*"(?:{"|".join(_LANGUAGES)})"'.encode())
_BRACKETS = (b"", b"[", b"]")


def read(path: Path, skip_rows: int = 0, progress: Progress | None = None) -> Rows:
    """Yield (number of lines consumed so far, entity), leaving out the first ``skip_rows`` lines.

    The file may be plain, .gz, .bz2 or .zip.

    Raises:
        NamesError: the file cannot be read to its end, or a line is malformed.

    """
    classes = "|".join(item.removeprefix("Q") for item in read_table("wikidata-classes.tsv"))
    class_ = re.compile(f'"Q(?:{classes})"'.encode())
    for number, line in read_lines(path, skip_rows, progress):
        record = line.strip().rstrip(b",")
        if record in _BRACKETS:
            continue
        if not (record.startswith(b"{") and record.endswith(b"}")):
            raise NamesError(f"{path.name}, line {number}: not a whole JSON object")
        # Most lines are of other kinds, and parsing is what costs the time.
        if _LANGUAGE.search(record) and class_.search(record):
            try:
                entity = _entity(_parsed(record, path, number))
            except (KeyError, TypeError, AttributeError) as error:
                raise NamesError(f"{path.name}, line {number}: not a Wikidata item") from error
            if entity:
                yield number, entity


def _parsed(record: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        item: dict[str, Any] = json.loads(decode(record, path, number))
    except (json.JSONDecodeError, RecursionError) as error:
        raise NamesError(f"{path.name}, line {number}: not JSON: {error}") from None
    return item


def _entity(item: dict[str, Any]) -> Entity | None:
    number = item.get("id", "")
    kind = _kind(item)
    labels = [name for code in _ENGLISH for name in _labels(item, code)]
    if kind is None or not number.startswith("Q") or not labels:
        return None
    others = [name for code in _ENGLISH for name in _aliases(item, code)]
    name, *aliases = dict.fromkeys((*labels, *others))
    sources = dict.fromkeys(_sources(item, name))
    if language_of(name) != "en" or not sources:
        return None
    plain = without_accents(name)
    description = _values(item, "descriptions").get("en", {}).get("value", "")
    return Entity(
        id=f"wikidata-{number.lower()}",
        kind=kind,
        name=name,
        ap=plain,
        bbc=plain,
        aliases=tuple(alias for alias in aliases if alias != plain and language_of(alias) == "en"),
        sources=tuple(sources),
        readings=(),
        countries=tuple(dict.fromkeys(_countries(item))),
        article=False,
        note=f"Wikidata {number}" + (f", {description}" if description else ""),
        origin="wikidata",
    )


def _kind(item: dict[str, Any]) -> str | None:
    held = set(_claims(item, _INSTANCE_OF))
    kinds = read_table("wikidata-classes.tsv")
    return next((kind for class_, kind in kinds.items() if class_ in held), None)


def _sources(item: dict[str, Any], name: str) -> Iterator[tuple[str, str]]:
    for code, language in _LANGUAGES.items():
        for source in (*_labels(item, code), *_aliases(item, code)):
            # A Latin label under "ar" is a copy of the English one.
            if source != name and (language in _LATIN or language_of(source) != "en"):
                yield language, source


def _countries(item: dict[str, Any]) -> Iterator[str]:
    codes = read_table("wikidata-countries.tsv")
    for claim in _COUNTRY:
        yield from (codes[country] for country in _claims(item, claim) if country in codes)


def _labels(item: dict[str, Any], code: str) -> list[str]:
    """Return the label in a language, in a list of one or none."""
    label = _values(item, "labels").get(code)
    return [_tidy(label["value"])] if label else []


def _aliases(item: dict[str, Any], code: str) -> list[str]:
    return [_tidy(alias["value"]) for alias in _values(item, "aliases").get(code, ())]


def _tidy(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _claims(item: dict[str, Any], claim: str) -> list[str]:
    """Return the items that an item is linked to, preferred statements first."""
    statements = [
        statement
        for statement in _values(item, "claims").get(claim, ())
        if statement["rank"] != "deprecated"
    ]
    statements.sort(key=lambda statement: statement["rank"] != "preferred")
    # A statement of an unknown value has no datavalue.
    values = (statement["mainsnak"].get("datavalue") for statement in statements)
    return [value["value"]["id"] for value in values if value]


def _values(item: dict[str, Any], part: str) -> dict[str, Any]:
    """Return a part of an item, which is an empty list where it holds nothing."""
    return item.get(part) or {}
