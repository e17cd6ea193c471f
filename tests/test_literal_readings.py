"""Which literal readings are drawn, and what stands between their words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mtaudit.names.channels.literal as literal
from mtaudit.document import Document, Span
from mtaudit.names.context import context_of
from mtaudit.names.entities import Entity
from mtaudit.names.glossing import gloss, holds_and
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.resolver import CHANNELS
from mtaudit.text.sentences import split
from mtaudit.text.words import stem, words

DATA = Path(__file__).parent.parent / "eval" / "data"


def an_entity(name: str, source: str, kind: str, *aliases: str) -> Entity:
    return Entity(
        id=name.casefold().replace(" ", "-"), kind=kind, name=name, ap=name, bbc=name,
        aliases=aliases, sources=(("ar", source),), readings=(), countries=("IQ",),
        article=False, note="",
    )  # fmt: skip


KNOWLEDGE = KnowledgeBase.of(
    [
        an_entity("Alpha", "قوات الدعم السريع", "armed-group"),
        an_entity("Beta", "عصائب أهل الحق", "armed-group"),
        an_entity("Gamma", "مجلس الشورى", "government"),
        an_entity("Delta", "حزب الأصالة والمعاصرة", "party"),
        an_entity("Epsilon", "المجلس الأعلى للدولة العراقية الإسلامية", "government"),
        an_entity("Zeta", "الرقة", "city"),
    ]
)
VOCABULARY = (
    "forces support rapid quick League people right council Shura originality contemporary party "
    "supreme higher state Iraqi Islamic tenderness the of for and in was Baghdad soldiers 12 , ."
).split()


def tokens_of(text: str) -> list[literal._Token]:
    return [
        literal._Token(part, stem(part), Span(start, start + len(part)))
        for word in words(text)
        for part, start in literal._parts(word.text, word.span.start)
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=14))
def test_no_reading_that_matches_is_left_undrawn(chosen: list[str]) -> None:
    text = " ".join(chosen).replace(" ,", ",").replace(" .", ".")
    tokens = tokens_of(text)
    drawn = {p.number for p in literal._patterns(text, tokens, 0, KNOWLEDGE)}
    rows = KNOWLEDGE._layers[0].database.execute("SELECT id FROM readings").fetchall()
    for (number,) in rows:
        pattern = KNOWLEDGE.pattern(number)
        assert pattern is not None
        matches = [literal._match(text, tokens, first, pattern) for first in range(len(tokens))]
        # One word by itself must be marked as a name besides.
        if len(pattern.slots) > 1 and any(matches):
            assert number in drawn, (text, pattern)


@pytest.mark.parametrize(
    ("name", "joined"),
    [
        ("حزب الأصالة والمعاصرة", True),
        ("Слово і діло", True),
        ("Аргументы и факты", True),
        ("Adalet ve Kalkınma Partisi", True),
        ("上海和平", True),
        ("وزارة الدفاع", False),  # the letter begins the word
        ("Новые люди", False),
        ("Vatan Partisi", False),
    ],
)
def test_the_and_of_a_source_name(name: str, joined: bool) -> None:
    assert holds_and(name) is joined


def found(text: str, knowledge: KnowledgeBase) -> set[tuple[str, str, str]]:
    document = Document("a", text, segments=split(text))
    context = context_of(document, knowledge)
    return {
        (candidate.entity.id, candidate.via, candidate.span.of(text))
        for segment in document.segments
        for channel in CHANNELS
        for candidate in channel(document, segment, knowledge, context)
    }


def test_two_words_are_joined_by_the_and_of_their_own_language() -> None:
    text = "In Baghdad the party of Originality and Contemporary won."
    assert any(entity == "delta" for entity, _, _ in found(text, KNOWLEDGE))
    apart = "In Baghdad they spoke of the Shura and the Council."
    assert not any(entity == "gamma" for entity, _, _ in found(apart, KNOWLEDGE))


def test_capitals_make_a_reading_likelier() -> None:
    def logprob(text: str) -> float:
        document = Document("a", text, segments=split(text))
        context = context_of(document, KNOWLEDGE)
        return max(
            candidate.logprob
            for candidate in literal.literal_readings(
                document, document.segments[0], KNOWLEDGE, context
            )
            if candidate.entity.id == "alpha"
        )

    plain = logprob("In Baghdad the quick support forces withdrew.")
    named = logprob("In Baghdad the Quick Support Forces withdrew.")
    assert named == pytest.approx(plain + 1.5)
    # The beginning of a sentence gives its capital to any word.
    assert logprob("Quick support forces withdrew in Baghdad.") == pytest.approx(plain)


def test_a_gloss_with_a_hyphen_is_read_as_two_words() -> None:
    assert not any("-" in word for word in gloss("самопоміч", "uk"))
    assert "self help" in gloss("самопоміч", "uk")


def test_a_name_of_one_order_may_be_turned_round() -> None:
    text = "The club of the Wolves of the Night rode through Baghdad."
    for kind, told in (("armed-group", True), ("government", False)):
        knowledge = KnowledgeBase.of([an_entity("Night Wolves", "ذئاب", kind)])
        assert (("night-wolves", "order", "Wolves of the Night") in found(text, knowledge)) is told


def test_continental_spellings_are_romanisations() -> None:
    knowledge = KnowledgeBase.of([an_entity("Yuksekova", "", "city")])
    spelled = found("Soldiers came to Juksekowa at dawn.", knowledge)
    assert ("yuksekova", "romanisation", "Juksekowa") in spelled


def rows_of(name: str) -> list[dict[str, str | None]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_second_development_rows_repeat_nothing_of_the_first() -> None:
    first, second = rows_of("garbled-names.dev.jsonl"), rows_of("garbled-names.dev2.jsonl")
    for key in ("entity", "text"):
        own = [row[key] for row in second if row[key]]
        assert len(own) == len(set(own)), key
        assert not {row[key] for row in first} & set(own), key
    assert sum(row["garbled"] is not None for row in second) == 120
    assert sum(row["garbled"] is None for row in second) == 40
