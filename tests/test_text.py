from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtaudit.document import Span
from mtaudit.text import frequency
from mtaudit.text.frequency import zipf
from mtaudit.text.language import detect, is_english
from mtaudit.text.markup import html_view, markdown_view
from mtaudit.text.sentences import split
from mtaudit.text.view import plain_view
from mtaudit.text.words import bare, stem, words

# Everything Python can hold in a string, lone surrogates and control characters included.
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)
NEWS = st.text(
    alphabet=" \n\r\t.,!?“”\"'’-ABCabcdé\x00\u200f\u00a0\ud800<>&;#*_[]()`", max_size=300
)


def shown(text: str) -> list[str]:
    return [text[a:b] for a, b in ((s.span.start, s.span.end) for s in split(text))]


@given(st.one_of(ANY, NEWS))
def test_plain_view_leads_back(text: str) -> None:
    view = plain_view(text)
    assert not set(view.text) & set("\x00\r\u200f\u202e\u00a0\ufeff")
    for position, character in enumerate(view.text):
        original = view.original(Span(position, position + 1))
        written = text[original.start : original.end]
        assert character in written or character in " \n\ufffd"
    whole = view.original(Span(0, len(view.text)))
    assert 0 <= whole.start <= whole.end <= len(text)


@given(NEWS)
@settings(max_examples=200)
def test_markup_views_lead_back(text: str) -> None:
    for make in (html_view, markdown_view):
        view = make(text)
        previous = 0
        for position in range(len(view.text)):
            original = view.original(Span(position, position + 1))
            assert previous <= original.start <= original.end <= len(text)
            previous = original.start


def test_plain_view_of_what_nobody_sees() -> None:
    text = "Da\u200besh\r\nfled\u00a0on\x00 Monday\ud800."
    view = plain_view(text)
    assert view.text == "Daesh\nfled on Monday\ufffd."
    assert view.original(Span(0, 5)).of(text) == "Da\u200besh"
    assert (
        view.original(Span(5, 6)).of(text) == "\r\n" or view.original(Span(5, 6)).of(text) == "\n"
    )
    assert view.original(Span(6, 10)).of(text) == "fled"


def test_html_shows_prose_alone() -> None:
    text = (
        "<html><head><title>T</title><style>p{}</style></head><body><h1>Flood in Aden</h1>"
        "<p>The &ldquo;heron&rdquo; fled &amp; <b>hid</b>.<br>Nobody\nsaw it.</p>"
        "<script>var x = 'The army';</script></body></html>"
    )
    view = html_view(text)
    assert " ".join(view.text.split()) == "Flood in Aden The “heron” fled & hid. Nobody saw it."
    start = view.text.index("“heron”")
    assert view.original(Span(start, start + 7)).of(text) == "&ldquo;heron&rdquo;"
    start = view.text.index("hid")
    assert view.original(Span(start, start + 3)).of(text) == "hid"


def test_markdown_shows_prose_alone() -> None:
    text = (
        "---\ntitle: The army\n---\n# Flood in *Aden*\n\n"
        "The [heron](http://x.org/army) **fled** &amp; `code` hid\\*.\n\n"
        "```\nthe the\n```\n\n- One item\n- Another\n"
    )
    view = markdown_view(text)
    assert " ".join(view.text.split()) == "Flood in Aden The heron fled & hid*. One item Another"
    for word in ("Aden", "heron", "fled", "hid", "Another"):
        start = view.text.index(word)
        assert view.original(Span(start, start + len(word))).of(text) == word


@given(st.one_of(ANY, NEWS))
def test_sentences_cover_every_visible_character_once(text: str) -> None:
    covered = [0] * len(text)
    previous = 0
    for segment in split(text):
        assert previous <= segment.span.start < segment.span.end
        previous = segment.span.end
        for position in range(segment.span.start, segment.span.end):
            covered[position] += 1
    for character, times in zip(text, covered, strict=True):
        assert times == 1 or character.isspace()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Gen. Smith spoke at 5 p.m. on Monday. He left.",
            ["Gen. Smith spoke at 5 p.m. on Monday.", "He left."],
        ),
        (
            "“We will stay.” The U.S. envoy agreed.",
            ["“We will stay.”", "The U.S. envoy agreed."],
        ),
        ("The city. ”\n\nHe left.", ["The city. ”", "He left."]),
        ("One line\nAnother line", ["One line", "Another line"]),
        (
            "The ministry said on Monday that the bridge\nwas closed.",
            ["The ministry said on Monday that the bridge\nwas closed."],
        ),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


def test_words() -> None:
    text = "Syria’s US-led army’s 3rd ‘unit’"
    assert [word.text for word in words(text)] == ["Syria’s", "US-led", "army’s", "3rd", "unit"]
    assert [bare(word.text) for word in words(text)][:3] == ["syria", "us-led", "army"]
    assert [stem(word) for word in ("forces", "countries", "buses", "press", "Syria's")] == [
        "force", "country", "buse", "press", "syria",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Le ministre a déclaré que la ville était calme depuis lundi.", "fr"),
        ("أعلنت وزارة الدفاع أن القوات سيطرت على المدينة بالكامل", "ar"),
        ("Министерство обороны сообщило, что город взят под контроль.", "ru"),
    ],
)
def test_other_languages_are_told(text: str, code: str) -> None:
    language = detect(text)
    assert language.code == code
    assert not is_english(language)


def test_garbled_english_is_still_english() -> None:
    text = "The fighters “Ansar” in recent period delivered themselves to the hands of the justice."
    assert is_english(detect(text))
    assert is_english(detect("Ok."))


WORDS = st.one_of(
    st.sampled_from(
        "the The dodder US-backed al-Hodeidah don’t o'clock 1999 café naïve zzqqx x -".split()
    ),
    st.from_regex(r"[A-Za-z]{1,9}(-[A-Za-z]{1,6}){0,2}", fullmatch=True),
    st.text(max_size=8),
)


@settings(max_examples=400)
@given(WORDS)
def test_word_frequencies_are_those_of_wordfreq(word: str) -> None:
    from wordfreq import zipf_frequency

    assert zipf(word) == zipf_frequency(word, "en", wordlist="best")


def test_word_frequencies_without_a_folder_to_keep_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MTAUDIT_HOME", str(tmp_path / "file"))
    frequency._table.cache_clear()
    zipf.cache_clear()
    assert zipf("the") > 7
    assert 3 < zipf("governor") < 6
    frequency._table.cache_clear()
    zipf.cache_clear()


def test_a_damaged_word_list_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MTAUDIT_HOME", str(tmp_path))
    for damage in (b"", b"no database at all" * 400):
        frequency._table.cache_clear()
        zipf.cache_clear()
        assert zipf("the") > 7
        (table,) = tmp_path.glob("words-*.sqlite")
        table.write_bytes(damage)
        frequency._table.cache_clear()
        zipf.cache_clear()
        assert zipf("the") > 7
        table.unlink()
    frequency._table.cache_clear()
    zipf.cache_clear()
