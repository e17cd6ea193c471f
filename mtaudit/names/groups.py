"""The forms that one name takes in a document or in a whole run."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from mtaudit.document import Document
from mtaudit.evidence import NameForm, NameGroup
from mtaudit.names.consistency import Relation, apart, content_words, entities_of, same_name
from mtaudit.names.countries import country_words
from mtaudit.names.forms import written_forms
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.variants import distance, parts, skeleton
from mtaudit.text.frequency import zipf
from mtaudit.text.words import stem

_ARTICLE = re.compile(r"\A(?:the |a(?:[dlnrstz]|dh|sh|th)[- ]|el[- ])")
_FEWEST_LETTERS = 5
_KNOWN_WORD = 3.3
_FARTHEST_WORD = 0.3  # between two single words that the knowledge base does not join
_SYNONYM_WORDS = 3
# A skeleton of fewer consonants is compared with its like alone.
_FEWEST_CONSONANTS = 4


@dataclass(frozen=True, slots=True)
class RunForm:
    """The form in which a run prints a name, and the number of its documents that do."""

    text: str
    documents: int


def name_groups(
    document: Document, knowledge: KnowledgeBase, style: str, run: Mapping[str, RunForm]
) -> tuple[NameGroup, ...]:
    """Return the names that take several forms in a document, or another than in the run."""
    places = written_forms(document)
    made = []
    for group, spelling in clusters(places, knowledge):
        forms = tuple(NameForm(text, tuple(places[text])) for text in places if text in group)
        preferred = house_form(group, knowledge, style) if spelling else None
        others = 0
        if preferred is None:
            common = next((run[form] for form in group if form in run), None)
            if common is not None:
                preferred, others = common.text, common.documents - (common.text in group)
        if len(forms) > 1 or preferred not in (None, forms[0].text):
            made.append(NameGroup(forms, spelling, preferred, others))
    return tuple(made)


def run_forms(
    documents: Iterable[Document], knowledge: KnowledgeBase, style: str
) -> dict[str, RunForm]:
    """Return the settled form of each form that is one of several of a name in a run.

    Settled is the form of the house style where some document prints it, else that of the most
    documents; the more frequent and then the earlier one wins a tie.
    """
    within: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for document in documents:
        places = written_forms(document)
        within.update(places.keys())
        times.update({form: len(spans) for form, spans in places.items()})
    order = {form: number for number, form in enumerate(within)}
    settled = {}
    for group, _ in clusters(within, knowledge):
        if len(group) > 1:
            house = house_form(group, knowledge, style)
            best = house or max(group, key=lambda f: (within[f], times[f], -order[f]))
            alike = [form for form in group if _one_spelling(form, best, knowledge)]
            if len(alike) > 1:
                settled.update(dict.fromkeys(alike, RunForm(best, within[best])))
    return settled


def _one_spelling(form: str, best: str, knowledge: KnowledgeBase) -> bool:
    """Whether two forms of a run are one name: what one text says of another holds less.

    Single words must be of one known entity or differ in marks alone, and bodies are left out.
    """
    if form == best:
        return True
    relation = same_name(form, best, knowledge)
    if relation is not Relation.VARIANT or not _departs(form, best, relation, knowledge):
        return False
    words = parts(form), parts(best)
    return (
        words[0] == words[1]
        or min(map(len, words)) > 1
        or bool(entities_of(form, knowledge) & entities_of(best, knowledge))
    )


def house_form(forms: Iterable[str], knowledge: KnowledgeBase, style: str) -> str | None:
    """Return the one of some forms that a style prints, when they name one known entity."""
    known = {entity for form in forms for entity in entities_of(form, knowledge)}
    if len(known) != 1:
        return None
    wanted = _without_article(knowledge[known.pop()].rendering(style))
    return next((form for form in forms if _without_article(form) == wanted), None)


def clusters(
    forms: Iterable[str], knowledge: KnowledgeBase | None
) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the sets of forms that spell or word one name differently, single forms too.

    The flag says that the forms differ in spelling alone. Aliases and acronyms are forms that
    readers expect, and join none.
    """
    every = tuple(dict.fromkeys(forms))
    group_of: dict[str, list[str]] = {form: [form] for form in every}
    worded: set[str] = set()
    for a, b in _candidates(every, knowledge):
        first, second = group_of[a], group_of[b]
        relation = None if first is second else same_name(a, b, knowledge)
        if not _departs(a, b, relation, knowledge):
            continue
        if any(apart(x, y, knowledge) for x in first for y in second):
            continue
        first.extend(second)
        group_of.update(dict.fromkeys(second, first))
        if relation is Relation.SYNONYM:
            worded.update((a, b))
    seen: set[int] = set()
    for group in group_of.values():
        if id(group) not in seen:
            seen.add(id(group))
            yield tuple(group), worded.isdisjoint(group)


def _departs(a: str, b: str, relation: Relation | None, knowledge: KnowledgeBase | None) -> bool:
    """Whether one form beside the other looks like another name to a reader.

    An article, a plural or a possessive that comes and goes does not; a single word that English
    knows may be another name.
    """
    if relation is Relation.SYNONYM:
        return True
    if relation is not Relation.VARIANT:
        return False
    if _without_article(a) == _without_article(b) or (
        parts(a) != parts(b) and list(map(stem, parts(a))) == list(map(stem, parts(b)))
    ):
        return False
    if entities_of(a, knowledge) & entities_of(b, knowledge):
        return True
    if not (_may_vary(a) and _may_vary(b)):
        return False
    return max(len(parts(a)), len(parts(b))) > 1 or distance(*parts(a), *parts(b)) <= _FARTHEST_WORD


def _without_article(form: str) -> str:
    return _ARTICLE.sub("", form.casefold().replace("’", "'"))


def _may_vary(form: str) -> bool:
    words = parts(form)
    word = words[0]
    return len(words) > 1 or (
        len(word) >= _FEWEST_LETTERS
        and not form.isupper()
        and word not in country_words()
        and zipf(word) < _KNOWN_WORD
    )


def _candidates(forms: Iterable[str], knowledge: KnowledgeBase | None) -> Iterator[tuple[str, str]]:
    """Yield, once each, the pairs of forms that share a key."""
    buckets: dict[object, list[str]] = defaultdict(list)
    for form in forms:
        for key in dict.fromkeys(_keys(form, knowledge)):
            buckets[key].append(form)
    seen: set[tuple[str, str]] = set()
    for bucket in buckets.values():
        for pair in combinations(bucket, 2):
            if pair not in seen:
                seen.add(pair)
                yield pair


def _keys(form: str, knowledge: KnowledgeBase | None) -> Iterator[object]:
    """Yield what two renderings of one name have in common, one of the keys at least.

    Spellings share their consonants up to one on either side; names of a body their first two
    words, all words but one, or all words in another order.
    """
    consonants = skeleton(form)
    yield consonants
    if len(consonants) >= _FEWEST_CONSONANTS:
        yield from (consonants[:i] + consonants[i + 1 :] for i in range(len(consonants)))
    yield from (("entity", entity) for entity in entities_of(form, knowledge))
    words = tuple(map(stem, content_words(form)))
    if len(words) > 1:
        yield ("words", *sorted(words))
    if len(words) >= _SYNONYM_WORDS:
        yield ("head", *words[:2])
        yield from (("but", i, *words[:i], *words[i + 1 :]) for i in range(len(words)))
