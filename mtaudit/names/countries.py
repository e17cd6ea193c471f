"""Which countries a text is about: names, capitals and adjectives of states."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache

from mtaudit.document import Span
from mtaudit.names.entities import DATA


@cache
def country_forms() -> Mapping[str, str]:
    """Return every name and adjective of a country with its ISO 3166 alpha-2 code."""
    with (DATA / "countries.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {
        form: row["code"]
        for row in rows
        for column in ("adjectives", "names")
        for form in row[column].split("|")
    }


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(country_forms(), key=len, reverse=True)
    # Plural adjectives name a people: "Syrians".
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?=s?(?!\w))")


def countries_in(text: str) -> Iterator[tuple[Span, str]]:
    """Yield the spans of ``text`` that name a country, with its ISO 3166 alpha-2 code."""
    for match in _pattern().finditer(text):
        yield Span(*match.span()), country_forms()[match.group()]


@cache
def country_words() -> frozenset[str]:
    """Return every name and adjective of a country, case folded."""
    return frozenset(form.casefold() for form in country_forms())
