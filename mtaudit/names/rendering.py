"""How a name is put into its sentence: its form, the article, the possessive, its neighbours."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from mtaudit.document import Document, Segment, Span
from mtaudit.evidence import Mention
from mtaudit.names.countries import country_words
from mtaudit.names.entities import MEDIA, Entity
from mtaudit.text.words import STOP_WORDS, Word, bare, last_words, stem, words

_AFTER_NAMES = frozenset(
    "is are was were has have had will would can could may might said says say took take led and "
    "or in on at to from of for with by near who which that after before as but while when "
    "told went came began lost won held left met made got gave".split()
)
_DETERMINERS = frozenset(
    "the a an this that these those its his her their our your my each every no some any".split()
)
_QUOTES = {"“": "”", '"': '"', "‘": "’", "«": "»"}
_VOWELS = "aeiouAEIOU"


class Renderer:
    """Puts names into one document: in the form that it uses itself, else by the house style.

    Args:
        document: the document.
        mentions: the names in it that are known.
        style: the house style, ``house``, ``ap`` or ``bbc``.

    """

    def __init__(self, document: Document, mentions: Iterable[Mention], style: str) -> None:
        self._document = document
        used: dict[str, Counter[str]] = defaultdict(Counter)
        for mention in mentions:
            if not document[mention.span].islower():
                used[mention.entity][document[mention.span]] += 1
        self._used = {entity: counts.most_common(1)[0][0] for entity, counts in used.items()}
        self.style = style

    def form(self, entity: Entity) -> str:
        """Return the form of a name in this document."""
        return self._used.get(entity.id) or entity.rendering(self.style)

    def fitted(self, segment: Segment, span: Span, entity: Entity, form: str) -> tuple[Span, str]:
        """Return what is to be replaced when ``form`` is put in for ``span``, and by what.

        The article, a possessive ending, quotation marks, a noun that the name already holds and
        the capital at the beginning of a sentence are put right with it.
        """
        text = self._document.text
        place = self._unquoted(span, entity)
        before, after = _neighbours(text, segment, place)
        form = _attributive(form, entity, after)
        place = _without_echo(text, place, form, before, after)
        before, after = _neighbours(text, segment, place)
        if self._takes_article(segment, place, entity, form, before):
            form = f"the {form}"
        else:
            place = self._over_article(segment, place, entity, before, after)
        place, form = _indefinite(text, place, form, before)
        place, form = _possessive(text, place, form)
        if place.start == segment.span.start and form[0].islower():
            form = form[0].upper() + form[1:]
        return place, form

    def _unquoted(self, span: Span, entity: Entity) -> Span:
        """Widen the span over quotation marks that doubt the word, not ones that mark a title."""
        text = self._document.text
        opening = text[max(0, span.start - 1) : span.start]
        if entity.kind in MEDIA or _QUOTES.get(opening, "") != text[span.end : span.end + 1]:
            return span
        return Span(span.start - 1, span.end + 1) if opening else span

    def _takes_article(
        self, segment: Segment, place: Span, entity: Entity, form: str, before: Word | None
    ) -> bool:
        """Whether "the" must go before a name that has none in the sentence."""
        if not entity.article or form.casefold().startswith("the "):
            return False
        if before is None:
            return place.start == segment.span.start
        word = before.text.casefold()
        return word not in _DETERMINERS and (word in STOP_WORDS or word in _AFTER_NAMES)

    def _over_article(
        self,
        segment: Segment,
        place: Span,
        entity: Entity,
        before: Word | None,
        after: Word | None,
    ) -> Span:
        """Widen the place over an article that the right name does not carry."""
        text = self._document.text
        if entity.article or before is None or before.text not in ("the", "The"):
            return place
        if text[before.span.end : place.start] != " " or not _alone(text, place.end, after):
            return place
        return Span(before.span.start, place.end)


def _neighbours(text: str, segment: Segment, place: Span) -> tuple[Word | None, Word | None]:
    """Return the words right before and right behind a place, only spaces between."""
    before = last_words(text, segment.span.start, place.start, 1)
    after = next(words(text, place.end, segment.span.end), None)
    if before and text[before[0].span.end : place.start].strip(" "):
        before = []
    if after is not None and text[place.end : after.span.start].strip(" "):
        after = None
    return (before[0] if before else None), after


def _alone(text: str, end: int, after: Word | None) -> bool:
    """Whether the name ends its noun phrase, so that no noun after it needs the article."""
    # A noun that the name qualifies comes next: "the Daesh militants" keeps its article.
    return (
        after is None
        or text[end : end + 1] != " "
        or not after.text[0].islower()
        or _verb_like(after.text)
    )


def _verb_like(word: str) -> bool:
    folded = bare(word)
    return folded.endswith("ed") or folded in _AFTER_NAMES


def _attributive(form: str, entity: Entity, after: Word | None) -> str:
    """Return "Houthi" before "fighters" where the name is "Houthis"."""
    plural = form.endswith("s") and form[:-1] in entity.forms
    if plural and after is not None and after.text[0].islower() and not _verb_like(after.text):
        return form[:-1]
    return form


def _without_echo(
    text: str, place: Span, form: str, before: Word | None, after: Word | None
) -> Span:
    """Widen the place over a word beside it that the name holds itself."""
    parts = [stem(word.text) for word in words(form)]
    start, end = place.start, place.end
    if len(parts) < 2:
        return place
    if after is not None and stem(after.text) == parts[-1]:
        end = after.span.start + len(bare(after.text))
    if (
        before is not None
        and stem(before.text) == parts[0]
        and stem(before.text) not in country_words()
    ):
        start = before.span.start
    return Span(start, end)


def _indefinite(text: str, place: Span, form: str, before: Word | None) -> tuple[Span, str]:
    """Put "a" or "an" right before the new first letter."""
    if before is None or before.text.casefold() not in ("a", "an"):
        return place, form
    right = "an" if form[0] in _VOWELS else "a"
    if before.text.casefold() == right:
        return place, form
    article = right.capitalize() if before.text[0].isupper() else right
    return Span(before.span.start, place.end), f"{article} {form}"


def _possessive(text: str, place: Span, form: str) -> tuple[Span, str]:
    """Write "Forces'" and not "Forces's"."""
    ending = text[place.end : place.end + 2]
    if ending in ("'s", "’s") and form.endswith("s"):
        return Span(place.start, place.end + 2), form + ending[0]
    return place, form
