"""Which written forms are renderings of one name, and the groups that they make in a text."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from mtaudit.document import Span
from mtaudit.names.glossing import alternatives
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.romanise import bare_article
from mtaudit.names.variants import numbers, parts, spelled_alike
from mtaudit.text.words import stem

_SETTLEMENT = frozenset("city town village".split())
_AREA = frozenset(
    "governorate province region district county countryside oblast raion rayon krai prefecture "
    "municipality subdistrict".split()
)
_FUNCTION = frozenset("of for and the in on to at".split())
_ACRONYM = re.compile(r"[A-Z](?:\.?[A-Z]){1,6}\.?\Z")
_FEWEST_WORDS = 3
_JOINED = re.compile(r" (?:of|for) ")


class Relation(StrEnum):
    """How two written forms of one name are related."""

    IDENTICAL = "identical"
    VARIANT = "variant"
    ALIAS = "alias"
    ACRONYM = "acronym"
    SYNONYM = "synonym"


def same_name(a: str, b: str, knowledge: KnowledgeBase | None) -> Relation | None:
    """Return how two forms render one name, None when they may be two names.

    The knowledge base decides where it knows both: entities that share neither form are two.
    """
    a, b = " ".join(a.split()), " ".join(b.split())
    if a.casefold() == b.casefold():
        return Relation.IDENTICAL
    known_a, known_b = entities_of(a, knowledge), entities_of(b, knowledge)
    if known_a and known_b:
        if not known_a & known_b:
            return None
        alike = spelled_alike(_bare_kind(a), _bare_kind(b), loose=True)
        return Relation.VARIANT if alike else Relation.ALIAS
    if _area(a) != _area(b):
        return None
    if spelled_alike(_bare_kind(a), _bare_kind(b)):
        return Relation.VARIANT
    if knowledge is not None and (known_a or known_b):
        known, other = (known_a, b) if known_a else (known_b, a)
        for entity in known:
            if any(_may_be(other, form) for form in knowledge[entity].forms):
                return Relation.VARIANT
    if is_acronym_of(a, b) or is_acronym_of(b, a):
        return Relation.ACRONYM
    return Relation.SYNONYM if synonymous(a, b) else None


def apart(a: str, b: str, knowledge: KnowledgeBase | None) -> bool:
    """Whether two forms are known to name two things."""
    known_a, known_b = entities_of(a, knowledge), entities_of(b, knowledge)
    if known_a and known_b:
        return not known_a & known_b
    return numbers(a) != numbers(b) or _area(a) != _area(b)


@lru_cache(maxsize=65_536)
def entities_of(form: str, knowledge: KnowledgeBase | None) -> frozenset[str]:
    """Return the ids of the entities that newsrooms print as ``form``.

    Where none is, the article and a "city" behind the name are left out.
    """
    if knowledge is None:
        return frozenset()
    for spelling in dict.fromkeys((form, bare_article(form))):
        if found := _printed(spelling, knowledge):
            return found
    town = _bare_kind(form)
    if town == form:
        return frozenset()
    return frozenset(
        entity for entity in _printed(town, knowledge) if knowledge[entity].kind == "city"
    )


def _printed(form: str, knowledge: KnowledgeBase) -> frozenset[str]:
    mentions = knowledge.mentions(form, Span(0, len(form)))
    return frozenset(m.entity for m in mentions if len(m.span) == len(form))


def _may_be(written: str, form: str) -> bool:
    return _area(written) == _area(form) and spelled_alike(written, form)


def _area(form: str) -> bool:
    """Whether a form names a governorate, a district or the like, and no town."""
    return not _AREA.isdisjoint(parts(form))


def _bare_kind(form: str) -> str:
    """Return a form without "city" behind it."""
    head, _, tail = form.rpartition(" ")
    return head if head and tail.casefold() in _SETTLEMENT else form


@lru_cache(maxsize=65_536)
def _initials(name: str) -> frozenset[str]:
    words = [word for word in re.split(r"[\s/]+", name) if word]
    full = [word for word in words if word.casefold() not in _FUNCTION]
    split = [piece for word in full for piece in word.split("-") if piece]
    every = [piece for word in words for piece in word.split("-") if piece]
    return frozenset("".join(word[0].upper() for word in some) for some in (full, split, every))


def is_acronym_of(short: str, long: str) -> bool:
    """Whether ``short`` is made of the initials of ``long``."""
    if not _ACRONYM.match(short):
        return False
    return " " in long and short.replace(".", "") in _initials(long)


def synonymous(a: str, b: str) -> bool:
    """Whether two names of a body differ in order, or in words of one meaning only.

    Words are of one meaning when some source word may be rendered by either. The names share their
    first two words and go on so, or are alike in all words but one.
    """
    x, y = content_words(a), content_words(b)
    stems = [stem(word) for word in x], [stem(word) for word in y]
    if sorted(stems[0]) == sorted(stems[1]):
        ordered = any(_JOINED.search(name) for name in (a, b))  # "Directorate of …"
        return ordered and stems[0] != stems[1] and numbers(a) == numbers(b)
    if min(len(x), len(y)) < _FEWEST_WORDS or numbers(a) != numbers(b):
        return False
    differing = [i for i, (v, w) in enumerate(zip(x, y, strict=False)) if stem(v) != stem(w)]
    if not differing:
        return False
    first = differing[0]
    if first < 2 and (len(x) != len(y) or len(differing) > 1):
        return False
    return _one_meaning(x[first], y[first])


def content_words(name: str) -> tuple[str, ...]:
    """Return the folded words of a name that carry it."""
    return tuple(part for part in parts(name) if part not in _FUNCTION)


def _one_meaning(x: str, y: str) -> bool:
    return y in alternatives(x) or stem(y) in alternatives(stem(x))
