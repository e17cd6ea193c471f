"""Edits that undo a slip: each puts right what it names, and the text is changed nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtaudit.document import Span
from mtaudit.text.rewrites import Slip, rewrites


def edited(marked: str) -> dict[str, Slip]:
    """Return the texts that the edits around ``[[ ]]`` lead to, with the slip of each."""
    start = marked.index("[[")
    end = marked.index("]]") - 2
    text = marked.replace("[[", "").replace("]]", "")
    found = rewrites(text, Span(0, len(text)), Span(start, end))
    return {text[: e.span.start] + e.replacement + text[e.span.end :]: e.slip for e in found}


@pytest.mark.parametrize(
    ("marked", "right", "slip"),
    [
        ("The heron has in [[recent]] period lost its nest.",
         "The heron has in the recent period lost its nest.", Slip.MISSING_ARTICLE),
        ("He bought [[umbrella]] in the market.", "He bought an umbrella in the market.",
         Slip.MISSING_ARTICLE),
        ("[[The Lisbon]] is a port.", "Lisbon is a port.", Slip.NEEDLESS_ARTICLE),
        ("She is [[a]] engineer.", "She is an engineer.", Slip.WRONG_ARTICLE),
        ("The troops arrived [[to]] the village.", "The troops arrived at the village.",
         Slip.WRONG_PREPOSITION),
        ("They waited [[the ferry]].", "They waited for the ferry.", Slip.MISSING_PREPOSITION),
        ("The ships has [[sail]] north.", "The ships has sailed north.", Slip.WORD_FORM),
        ("Two [[ship]] sank.", "Two ships sank.", Slip.WORD_FORM),
        ("The ministry said [[he]] would pay.", "The ministry said it would pay.", Slip.PRONOUN),
        ("The bridge [[opened]] by the mayor.", "The bridge was opened by the mayor.",
         Slip.MISSING_VERB),
        ("They met [[they met]] again.", "They met again.", Slip.REPETITION),
        ("[[Said the]] minister on Monday.", "The said minister on Monday.", Slip.ORDER),
        ("The [[guard of the coast]] came.", "The coast guard came.", Slip.ORDER),
        ("He praised [[militants Zahran]] again.", "He praised Zahran militants again.",
         Slip.ORDER),
    ],
)  # fmt: skip
def test_edit(marked: str, right: str, slip: Slip) -> None:
    assert edited(marked).get(right) is slip


def test_names_keep_their_capital_and_a_first_word_gives_its_up() -> None:
    found = edited("[[Tomorrow Zahran]] comes.")
    assert "Zahran tomorrow comes." in found
    assert "Tomorrow the Zahran comes." in found
    assert "The tomorrow Zahran comes." in found


def test_words_across_a_comma_are_not_moved() -> None:
    found = edited("He came, [[saw]], and left.")
    assert all("," in text and text.index(",") < text.index("left") for text in found)
    assert not [text for text, slip in found.items() if slip is Slip.ORDER]


def test_a_long_stretch_is_looked_at_in_part_and_nothing_outside_a_sentence() -> None:
    text = "One two. " + " ".join(["word"] * 40) + "."
    sentence = Span(9, len(text))
    found = rewrites(text, sentence, sentence)
    assert 0 < len(found) < 400
    assert all(sentence.contains(edit.span) for edit in found)
    assert rewrites(text, sentence, Span(0, 3)) == ()


@given(st.text(alphabet="the of in said Herons ship ships . , ’ — 3", max_size=60), st.data())
def test_edits_are_different_lie_in_the_sentence_and_change_it(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = rewrites(text, Span(0, len(text)), Span(start, end))
    assert len({(edit.span, edit.replacement) for edit in found}) == len(found)
    for edit in found:
        assert 0 <= edit.span.start < edit.span.end <= len(text)
        assert text[edit.span.start : edit.span.end] != edit.replacement
