"""Words left in the source language, and names cut off before their noun."""

from __future__ import annotations

import pytest

from mtaudit.config import Config
from mtaudit.finding import Category, Finding
from mtaudit.names.channels.leak import cut
from mtaudit.names.channels.letters import away, letters
from mtaudit.names.channels.phrasing import phrase
from mtaudit.names.leftovers import LANGUAGES, end_marks, set_phrases
from tests.helpers import audit

CHANNELS = ("leak", "residue", "truncation")
# text with the span in [[ ]], and the text after the suggestion
FOUND = [
    (
        "The bank in Amman raised its rate. [[Alkhabiralaqtisadi]] Omar Haddad said that loans "
        "would shrink.",
        "The bank in Amman raised its rate. The economic expert Omar Haddad said that loans would "
        "shrink.",
        "leak",
    ),
    (
        "In Tunis the [[Almhllalsyasy]] Hedi Nouri spoke of a stalemate.",
        "In Tunis the political analyst Hedi Nouri spoke of a stalemate.",
        "leak",
    ),
    (
        "The bridge is shut, said [[Almutahaditbasm]] the Libyan coast guard.",
        "The bridge is shut, said the spokesman for the Libyan coast guard.",
        "leak",
    ),
    (
        "The port of Aden reopened on Friday. [[Intaha]]",
        "The port of Aden reopened on Friday.",
        "residue",
    ),
    (
        "The port of Aden reopened on Friday.\n\n[[Anthy]] / 14 M\n\nWheat rose in Cairo.",
        "The port of Aden reopened on Friday.\n\nWheat rose in Cairo.",
        "residue",
    ),
    (
        "The minister left Isfahan in the evening. [[Anthay payam]]",
        "The minister left Isfahan in the evening.",
        "residue",
    ),
    (
        "Islamic State lost a village near Raqqa in Syria. Gunmen of the [[Islamic]] fled across "
        "the river.",
        "Islamic State lost a village near Raqqa in Syria. Gunmen of Islamic State fled across "
        "the river.",
        "truncation",
    ),
    (
        "The Syrian Democratic Forces opened a road in Syria. A patrol of the "
        "[[Syrian Democratic]] entered the market.",
        "The Syrian Democratic Forces opened a road in Syria. A patrol of the Syrian Democratic "
        "Forces entered the market.",
        "truncation",
    ),
]  # fmt: skip
SOUND = (
    "Abdulrahman Alghamdi and Mustafa Almutawakil met in Riyadh, Saudi Arabia.",
    "The trawler Lentopalloliitto called at Alexandria in Egypt on the way to Ostholstein.",
    "The singer Anita flew to Cairo. She was met by Anthea.",
    "The letter in Beirut was signed by hand. Antonia",
    "The Popular Mobilization said that it had reached the border of Iraq.",
    "Islamic State is named in the report on Iraq. The Islamic armed groups of the past, the "
    "Islamic and the Arab world and the Islamic art of Iraq are not.",
    "The Syrian Democratic Forces were named, the Democratic Party was not, in Syria.",
    "Islamic State left the town in Iraq. They kept not the Western calendar but the Islamic.",
)  # fmt: skip


def found(text: str) -> list[Finding]:
    report = audit(text, config=Config(language_model=False))
    return [f for f in report.findings if f.evidence.get("via") in CHANNELS]


@pytest.mark.parametrize(("marked", "fixed", "via"), FOUND, ids=lambda x: str(x)[:24])
def test_what_is_left_is_found_and_mended(marked: str, fixed: str, via: str) -> None:
    text = marked.replace("[[", "").replace("]]", "")
    (finding,) = found(text)
    assert finding.evidence["via"] == via
    assert finding.span.start == marked.index("[[")
    assert finding.span.of(text) == marked[marked.index("[[") + 2 : marked.index("]]")]
    assert finding.suggestions[0].apply(text) == fixed


@pytest.mark.parametrize("text", SOUND, ids=lambda text: text[:24])
def test_sound_sentences_stay_silent(text: str) -> None:
    assert not found(text)


def test_the_reason_names_the_words() -> None:
    (finding,) = found("Rates fell in Amman. Alkhabiralaqtisadi Omar Haddad said so.")
    assert "الخبير الاقتصادي" in finding.message
    assert "“the economic expert”" in finding.message
    assert finding.category == Category.UNTRANSLATED


def test_clitics_and_articles_are_read_apart() -> None:
    read = cut("walkhabiralaqtisadi")
    assert read is not None
    assert phrase(read[0]) == "and the economic expert"
    assert [part.written for part in read[0]] == ["والخبير", "الاقتصادي"]


def test_short_vowels_are_cheap_and_consonants_dear() -> None:
    assert away(letters("khabir"), letters("khbyr")) < 0.2
    assert away(letters("khatir"), letters("khbyr")) >= 1.0


def test_the_table_of_leftovers_is_whole() -> None:
    rows = [*end_marks(), *set_phrases("ar")]
    assert len(rows) == len({(row.language, row.words) for row in rows}) >= 40
    assert all(row.language in LANGUAGES and row.words and row.english for row in rows)
