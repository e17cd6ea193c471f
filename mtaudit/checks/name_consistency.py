"""One name under several spellings, or several near-synonymous names for one body."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from mtaudit.calibration import Thresholds
from mtaudit.checks.check import Check, Example
from mtaudit.checks.wordlists import word_list
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence, Mention
from mtaudit.finding import Category, Finding, Severity, Suggestion
from mtaudit.names.countries import country_words
from mtaudit.names.glossing import alternatives
from mtaudit.names.romanise import bare_article, distance, sounds
from mtaudit.text.frequency import zipf
from mtaudit.text.words import bare, stem

_PART = r"[A-Z][\w’'\-]*"
_NAME = re.compile(rf"{_PART}(?:[ ](?:(?:al|el|ez|as|bin|ibn|de|von)[ -])?{_PART})*")
_NEAREST = 0.17  # weighted edits per sound between two spellings of one name
_FARTHEST_PART = 0.28
_FEWEST_SOUNDS = 5
_KNOWN_WORD = 3.3
_DERIVED = frozenset(
    "n s an ian i ish ese ic ist ists ism ns ans ians is e er ers ite ites y ia".split()
) | {""}


@dataclass(frozen=True, slots=True)
class _Name:
    """A capitalised run of words in the text."""

    text: str
    span: Span
    parts: tuple[str, ...]


def find(document: Document, evidence: Evidence, thresholds: Thresholds) -> Iterator[Finding]:
    """Yield each mention that differs from the dominant form of the same name."""
    names = list(_names(document, evidence))
    groups = _Groups(Counter(name.text for name in names))
    entities = _entities(document, evidence.mentions)
    forms = {name.text: name for name in names}
    for a, b in combinations(sorted(forms), 2):
        same_spelling = _variants(forms[a], forms[b], entities)
        if same_spelling or _synonyms(forms[a], forms[b], entities):
            groups.join(a, b, spelling=same_spelling)
    for members, spelling in groups.conflicts():
        resolved = _resolved(document, evidence, members, thresholds)
        group = [name for name in names if name.text in members]
        yield from _report(group, spelling, resolved)


class _Groups:
    """Sets of forms that name one thing (union-find over the forms)."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._parent = {form: form for form in counts}
        self._spelling: dict[frozenset[str], bool] = {}

    def root(self, form: str) -> str:
        while self._parent[form] != form:
            form = self._parent[form]
        return form

    def join(self, a: str, b: str, *, spelling: bool) -> None:
        self._parent[self.root(b)] = self.root(a)
        self._spelling[frozenset((a, b))] = spelling

    def conflicts(self) -> Iterator[tuple[set[str], bool]]:
        members: dict[str, set[str]] = defaultdict(set)
        for form in self._parent:
            members[self.root(form)].add(form)
        for group in members.values():
            if len(group) > 1:
                pairs = [kind for pair, kind in self._spelling.items() if pair <= group]
                yield group, all(pairs)


def _names(document: Document, evidence: Evidence) -> Iterator[_Name]:
    """Yield capitalised runs, without a leading country, and split at known names."""
    for segment in document.segments:
        for match in _NAME.finditer(document.text, segment.span.start, segment.span.end):
            start, end = match.span()
            text = match.group()
            if start == segment.span.start or (
                document.text[start - 1] in '“"‘'
                and not re.search(r"\w", document.text[segment.span.start : start])
            ):
                head, _, rest = text.partition(" ")
                if _ordinary(head):  # "The", "Several": a capital that begins the sentence
                    start, text = end - len(rest), rest
            while " " in text and text.split()[0].casefold() in country_words():
                head, _, text = text.partition(" ")
                start = end - len(text)
            text = re.sub(r"[’']s?\Z", "", text)
            if text and start < end:
                parts = tuple(bare_article(part) for part in text.split())
                yield _Name(text, Span(start, start + len(text)), parts)


def _ordinary(word: str) -> bool:
    return zipf(word.casefold()) >= _KNOWN_WORD


def _entities(document: Document, mentions: Sequence[Mention]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        found[document[mention.span]].add(mention.entity)
    return {form: frozenset(ids) for form, ids in found.items()}


def _variants(a: _Name, b: _Name, entities: Mapping[str, frozenset[str]]) -> bool:
    """Whether two forms are spellings of one name that sound alike and are not the same."""
    if len(a.parts) != len(b.parts) or a.text.casefold() == b.text.casefold():
        return False
    ids = entities.get(a.text, frozenset()), entities.get(b.text, frozenset())
    if ids[0] and ids[1]:
        shared = bool(ids[0] & ids[1])
        return shared and _alike(a, b, 2.5 * _NEAREST)
    if not all(map(_may_vary, a.parts + b.parts)) and len(a.parts) == 1:
        return False
    return _alike(a, b, _NEAREST)


def _alike(a: _Name, b: _Name, nearest: float) -> bool:
    """Whether every differing part sounds nearly the same in both."""
    for x, y in zip(a.parts, b.parts, strict=True):
        if x.casefold() == y.casefold():
            continue
        if _derived(x, y) or _both_known(x, y):
            return False
        if _unglued(x) == _unglued(y):
            continue
        if distance(x, y) > _FARTHEST_PART * max(len(sounds(x)), len(sounds(y))):
            return False
        whole = "".join(a.parts), "".join(b.parts)
        size = max(len(sounds(whole[0])), len(sounds(whole[1])))
        if size < _FEWEST_SOUNDS or distance(*whole) > nearest * size:
            return False
    return True


def _unglued(part: str) -> str:
    """Return a part of a name without an Arabic article that is written as one word with it."""
    folded = part.casefold()
    return folded[2:] if folded.startswith("al") and len(folded) > 3 else folded


def _may_vary(part: str) -> bool:
    word = bare(part)
    return (
        len(word) >= _FEWEST_SOUNDS
        and part[:1].isupper()
        and not part.isupper()
        and word not in country_words()
        and zipf(word) < _KNOWN_WORD
    )


def _both_known(x: str, y: str) -> bool:
    given = word_list("given-names")
    if x.capitalize() in given and y.capitalize() in given:
        return True
    return zipf(bare(x)) >= _KNOWN_WORD and zipf(bare(y)) >= _KNOWN_WORD


def _derived(x: str, y: str) -> bool:
    short, long = sorted((bare(x), bare(y)), key=len)
    if stem(short) == stem(long):
        return True
    for cut in (0, 1):
        root = short[: len(short) - cut]
        if long.startswith(root) and long[len(root) :] in _DERIVED:
            return True
    return False


def _synonyms(a: _Name, b: _Name, entities: Mapping[str, frozenset[str]]) -> bool:
    """Whether two names of a body differ in words of one meaning only.

    Words are of one meaning when some source word may be rendered by either. The names share their
    first two words and go on so, or are alike in all words but one. Bodies that the knowledge base
    tells apart are two.
    """
    ids = entities.get(a.text, frozenset()), entities.get(b.text, frozenset())
    if ids[0] and ids[1] and not ids[0] & ids[1]:
        return False
    if min(len(a.parts), len(b.parts)) < 3:
        return False
    pairs = list(zip(a.parts, b.parts, strict=False))
    differing = [i for i, (x, y) in enumerate(pairs) if x.casefold() != y.casefold()]
    if not differing:
        return False
    first = differing[0]
    if first < 2 and (len(a.parts) != len(b.parts) or len(differing) > 1):
        return False
    return bare(b.parts[first]) in alternatives(bare(a.parts[first]))


def _resolved(
    document: Document, evidence: Evidence, members: set[str], thresholds: Thresholds
) -> str | None:
    """Return the right name of a group when one of its forms was found to be garbled."""
    for suspect in evidence.suspects:
        best = suspect.hypotheses[0]
        weights = thresholds.names if suspect.excess is not None else thresholds.names_alone
        if document[suspect.span] in members and suspect.score(best, weights) > 0:
            return best.rendering
    return None


def _report(names: list[_Name], spelling: bool, resolved: str | None) -> Iterator[Finding]:
    counts = Counter(name.text for name in names)

    # The form that comes first wins a tie; for a body, forms that begin alike vote together.
    def votes(form: str) -> int:
        if spelling:
            return counts[form]
        return sum(n for other, n in counts.items() if other.startswith(form) or form == other)

    order = list(dict.fromkeys(name.text for name in names))
    dominant = max(order, key=lambda form: (votes(form), -order.index(form)))
    anchor = next(name for name in names if name.text == dominant)
    for name in names:
        if name.text == dominant:
            continue
        if resolved is None:
            edit = Suggestion(name.span, dominant, "the form used elsewhere in the text", 0.7)
        else:
            edit = Suggestion(name.span, resolved, "the name that its other forms garble", 0.7)
        yield Finding(
            check=CHECK.name,
            category=Category.TERM_CONSISTENCY,
            severity=Severity.MINOR if spelling else Severity.MAJOR,
            span=name.span,
            message=(
                f"“{name.text}” is elsewhere “{dominant}”"
                + ("" if spelling else "; readers will take them for two bodies")
            ),
            confidence=0.8 if spelling else 0.7,
            suggestions=(edit,),
            related=(anchor.span,),
        )


CHECK = Check(
    name="name-consistency",
    category=Category.TERM_CONSISTENCY,
    severity=Severity.MINOR,
    summary="one name under several spellings or near-synonymous names",
    why=(
        "A translation system renders a name afresh in every sentence. The reader meets one town "
        "under three spellings, or one agency as an information, an intelligence and a media "
        "office, and takes them for different ones."
    ),
    find=find,
    flagged=(
        Example(
            "The army entered Deir Hafer on Monday. Families had left Deir Hafer before. "
            "The road to [[Dair Hafir]] is mined.",
            "The army entered Deir Hafer on Monday. Families had left Deir Hafer before. "
            "The road to Deir Hafer is mined.",
        ),
        Example(
            "The Joint Security Information Office spoke on Monday. The Joint Security "
            "Information Office gave no figures. The [[Joint Security Intelligence Office]] "
            "later withdrew the statement.",
        ),
    ),
    sound=(
        "North Korea and South Korea met. Hassan Ali and Hussein Ali came too.",
        "The Central Bank of Syria said so. The Central Bank gave no date.",
        "Syrian and Russian officials met in Syria. Russia agreed.",
    ),
    needs_names=True,
)
