"""From probabilities of words to passages, and what is asked and told of their edits."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping

import pytest

from mtaudit.calibration import DEFAULT
from mtaudit.checks.suspect_wording import find, likely_edits, proved_slip
from mtaudit.document import Document, Span
from mtaudit.evidence import Evidence, Passage, Rewriting, TextScore
from mtaudit.finding import Category, Severity
from mtaudit.tagger.passages import chance, passages, questions, weighed, with_rewritings
from mtaudit.text.sentences import split
from mtaudit.text.words import words

TEXT = "The old ferry has sail from the port of Lisbon on 12 May. Nobody saw it."
DOCUMENT = Document("d", TEXT, segments=split(TEXT))


def scored(
    chances: Mapping[str, float], slips: Mapping[str, float] | None = None, text: str = TEXT
) -> TextScore:
    """Return a score with a token a word; words that are not named have hardly a chance."""
    every = list(words(text))
    columns = {
        "error": [chances.get(word.text, 0.01) for word in every],
        "severe": [chances.get(word.text, 0.01) / 2 for word in every],
        "edited": [chances.get(word.text, 0.01) for word in every],
        "slip": [(slips or {}).get(word.text, 0.01) for word in every],
        "rating": [0.0] * len(every),
    }
    starts = array("i", [word.span.start for word in every])
    ends = array("i", [word.span.end for word in every])
    flat = array("d", [-1.0] * len(every))
    readings = tuple(array("d", column) for column in columns.values())
    return TextScore(starts, ends, flat, flat, starts, ends, flat, readings)


def found(chances: Mapping[str, float], slips: Mapping[str, float] | None = None) -> list[str]:
    return [DOCUMENT[p.span] for p in passages(DOCUMENT, scored(chances, slips), DEFAULT)]


def test_a_passage_is_every_neighbour_above_the_edge_of_one_above_the_threshold() -> None:
    assert found({"has": 0.6, "sail": 0.9, "from": 0.55}) == ["has sail from"]
    assert found({"has": 0.6, "sail": 0.6}) == []
    assert found({"sail": 0.9, "port": 0.9}) == ["sail", "the port"]
    assert found({"May": 0.9}) == []


def test_an_article_goes_with_its_noun_and_a_sentence_ends_a_passage() -> None:
    assert found({"ferry": 0.9, "old": 0.6}) == ["The old ferry"]
    assert found({"on": 0.9, "Nobody": 0.9}) == ["on", "Nobody"]


def test_names_and_figures_are_not_judged_but_may_stand_in_a_passage() -> None:
    assert found({"Lisbon": 0.95}) == []
    assert found({"12": 0.95}) == []
    assert found({"of": 0.9, "Lisbon": 0.8}) == ["of Lisbon"]


def test_a_passage_takes_in_the_closing_quotation_mark() -> None:
    for text, span in (
        ("He saw the “heron” and left.", "the “heron”"),
        ('He saw the "heron" and left.', 'the "heron"'),
        ("He saw the heron” and left.", "the heron"),
    ):
        document = Document("d", text, segments=split(text))
        (told,) = passages(document, scored({"heron": 0.9}, text=text), DEFAULT)
        assert document[told.span] == span


def test_a_slip_is_a_passage_of_its_own_where_none_is() -> None:
    assert found({}, {"sail": 0.8}) == ["sail"]
    assert found({"sail": 0.9}, {"sail": 0.8}) == ["sail"]
    assert found({"port": 0.9}, {"has": 0.3, "sail": 0.8}) == ["has sail", "the port"]
    (passage,) = passages(DOCUMENT, scored({"sail": 0.3}, {"sail": 0.8}), DEFAULT)
    assert (passage.chance, passage.slip) == (pytest.approx(0.3), 0.8)
    assert passage.severe == pytest.approx(0.15)


def test_the_chance_is_the_geometric_mean_of_two_and_no_tagger_finds_nothing() -> None:
    score = scored({"sail": 0.9})
    score.readings[2][4] = 0.4
    word = list(words(TEXT))[4]
    assert word.text == "sail"
    assert chance(score, word.span) == pytest.approx((0.9 * 0.4) ** 0.5)
    bare = TextScore(*([array("i")] * 2), *([array("d")] * 2), *([array("i")] * 2), array("d"))
    assert passages(DOCUMENT, bare, DEFAULT) == ()


def test_edits_are_asked_in_their_sentence_up_to_some_words_behind() -> None:
    sail = Span(18, 22)
    assert DOCUMENT[sail] == "sail"
    passage = with_rewritings(DOCUMENT, Passage(sail, 0.9, 0.1, 0.1))
    asked = list(questions(DOCUMENT, passage))
    assert len(asked) == len(passage.rewritings) > 5
    for (text, span, (put,)), edit in zip(asked, passage.rewritings, strict=True):
        assert text == "The old ferry has sail from the port of Lisbon on 12 May"
        assert text[span.start : span.end] == DOCUMENT[edit.span]
        assert put == edit.replacement
    assert any(put == ("sailed",) for _, _, put in asked)


def test_edits_are_ranked_by_gain_less_what_a_word_left_out_is_worth() -> None:
    edits = tuple(
        Rewriting(Span(18, 22), put, slip)
        for put, slip in (("sailed", "word form"), ("sails", "word form"), ("x", "needless word"))
    )
    told = weighed(Passage(Span(18, 22), 0.9, 0.1, 0.1, edits), [6.0, -1.0, 13.0], DEFAULT)
    assert [edit.replacement for edit in told.rewritings] == ["sailed", "x", "sails"]
    assert [edit.gain for edit in told.rewritings] == [6.0, 5.0, -1.0]


def passage(
    chance: float, slip: float, *gains: float, put: tuple[str, ...] = ("sailed", "sails")
) -> Passage:
    edits = [
        Rewriting(Span(18, 22), text, "word form", gain)
        for text, gain in zip(put, gains, strict=False)
    ]
    return Passage(Span(14, 22), chance, slip, 0.2, tuple(edits))


def test_an_edit_is_sure_by_its_gain_and_its_margin() -> None:
    least, margin = DEFAULT.rewrite_gain, DEFAULT.rewrite_margin
    for gains, offered in (
        ((least, 0.0), 1),
        ((least - 0.1, 0.0), 0),
        ((least + 9, least + 9 - margin - 0.1), 1),
        ((least + 9, least + 9 - margin + 0.1), 2),
        ((least, least - 0.1), 1),
    ):
        assert len(likely_edits(passage(0.9, 0.1, *gains), DEFAULT)) == offered
    assert likely_edits(passage(0.9, 0.1), DEFAULT) == ()


def test_a_slip_is_proved_by_the_tagger_and_the_gain_together() -> None:
    of_slip, of_gain, constant = DEFAULT.slip_weights
    needed = (DEFAULT.slip_odds - constant - of_slip * math.log(4)) / of_gain
    assert proved_slip(passage(0.2, 0.8, needed - 0.01), DEFAULT) == 0.0
    chance = proved_slip(passage(0.2, 0.8, needed + 0.01, needed), DEFAULT)
    assert chance == pytest.approx(1 / (1 + math.exp(-DEFAULT.slip_odds)), abs=1e-3)
    assert proved_slip(passage(0.2, 0.99, needed - 5), DEFAULT) > 0
    alone = DEFAULT.slip_alone
    assert proved_slip(passage(0.2, alone - 0.01), DEFAULT) == 0.0
    assert proved_slip(passage(0.2, alone + 0.01), DEFAULT) == alone + 0.01


def test_a_finding_tells_the_edit_and_applies_it() -> None:
    evidence = Evidence(passages=(passage(0.9, 0.1, 9.0, 1.0),))
    (told,) = find(DOCUMENT, evidence, DEFAULT)
    assert (told.severity, told.category) == (Severity.MAJOR, Category.GRAMMAR)
    assert DOCUMENT[told.span] == "has sail"
    assert told.message == "“sail” has a word in the wrong form; the sentence leads to “sailed”"
    assert told.suggestions[0].apply(TEXT).startswith("The old ferry has sailed from")
    assert told.confidence == 0.9
    assert told.suggestions[0].confidence == pytest.approx(0.9 * DEFAULT.rewrite_right)


def test_without_a_sure_edit_a_marked_passage_is_told_and_a_slip_is_not() -> None:
    unsure = (passage(0.7, 0.1, 1.0), passage(0.2, 0.8, 6.0, 1.0))
    (told,) = find(DOCUMENT, Evidence(passages=unsure), DEFAULT)
    assert (told.confidence, told.severity, told.suggestions) == (0.7, Severity.MINOR, ())
    assert told.category is Category.MISTRANSLATION
    proved = Evidence(passages=(passage(0.2, 0.8, 13.0, 1.0), passage(0.2, 0.8, 13.0, 12.0)))
    slip, two_ways = find(DOCUMENT, proved, DEFAULT)
    assert (slip.severity, slip.suggestions[0].replacement) == (Severity.MINOR, "sailed")
    assert [edit.replacement for edit in two_ways.suggestions] == ["sailed", "sails"]
    assert two_ways.message == (
        "“has sail” does not fit together; “sailed” for “sail” or “sails” for “sail” would"
    )
    assert two_ways.suggestions[0].confidence == pytest.approx(
        two_ways.confidence * DEFAULT.rewrite_right / 2, abs=1e-3
    )
    assert [f.confidence for f in find(DOCUMENT, Evidence(passages=(passage(0.2, 0.99),)), DEFAULT)]
