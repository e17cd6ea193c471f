"""Every reported text is ``document[start:end]``, whatever the input."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from mtaudit.document import Markup
from mtaudit.errors import InputError
from mtaudit.reports.json import document_object
from tests.helpers import audit

# Pieces that checks react to, so that findings really occur.
PIECES = [
    "the the ", "militants “Daesh” ", "city. ” ", "Dayr Hafir ", "Deir Hafer ",
    "in recent period ",
    "forces of the rapid support ", "insurgent “insurgent” ", "She added that ", "the ministry ",
    "The rebel council accused the rebel council ", ", Landing in ", "Tel Rifaat ",
    "Tall Rifat ", "combing operations ", "“", "”", "\r\n\r\n", "\x00", "\u200f", "\ud83d", "&amp;",
    "<b>", "</b>", "<p>", "**", "[a](b)", "é", "\U0001f600", ". ", "\n\n", "\u00a0", "Monday ",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join)
MARKUP = st.sampled_from(["plain", "html", "markdown"])


@given(TEXT, MARKUP)
@settings(max_examples=250)
def test_reported_text_is_the_documents(text: str, markup: Markup) -> None:
    try:
        report = audit(text, markup=markup)
    except InputError:
        return
    made = json.loads(json.dumps(document_object(report)))
    for finding in made["findings"]:
        assert finding["text"] == text[finding["start"] : finding["end"]]
        assert finding["start"] < finding["end"]
        for related in finding["related"]:
            assert related["text"] == text[related["start"] : related["end"]]
        for edit in finding["suggestions"]:
            assert 0 <= edit["start"] <= edit["end"] <= len(text)
    previous = 0
    for segment in made["segments"]:
        assert previous <= segment["start"] <= segment["end"] <= len(text)
        previous = segment["start"]


def test_findings_really_occur_in_marked_up_text() -> None:
    text = "<p>They met the militants &#8220;Daesh&#8221; near <b>the the</b> bridge.</p>"
    findings = audit(text, markup="html").findings
    quoted = {finding.check: finding.span.of(text) for finding in findings}
    assert quoted == {
        "apposition": "militants &#8220;Daesh&#8221;",
        "repeated-word": "the the",
    }
    (word,) = (finding for finding in findings if finding.check == "repeated-word")
    assert word.suggestions[0].apply(text) == text.replace("the the", "the")
