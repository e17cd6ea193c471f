"""The probability of being garbled: the signs, both models against scikit-learn, the thresholds."""

from __future__ import annotations

import json
import math
from array import array
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from eval.garbled import calibration_error, reliability
from eval.garbled_page import diagram, page
from mtaudit import garbled
from mtaudit.audit import Auditor
from mtaudit.config import Config
from mtaudit.document import Document, Segment, Span
from mtaudit.errors import ConfigError
from mtaudit.evidence import TextScore
from mtaudit.finding import Category, Finding, Severity
from mtaudit.garbled import (
    Garbling,
    Point,
    Read,
    Signs,
    document_features,
    garbling,
    sentence_features,
)
from mtaudit.names.store import shipped
from mtaudit.tagger.tagger import Tagger
from mtaudit.tagger.tagger import shipped as shipped_tagger

TEXT = "Herons left. Ships came."
FIRST, SECOND = Segment(Span(0, 12), 0), Segment(Span(13, 24), 0)
DATA = Path(garbled.__file__).parent / "data" / "garbled.json"


def finding(severity: Severity, span: Span, confidence: float) -> Finding:
    return Finding("x", Category.NAME, severity, span, "m", confidence)


def scored() -> TextScore:
    """Two tokens a sentence; the tagger's five columns beside them."""
    columns = (
        [0.1, 0.3, 0.5, 0.7], [0.0] * 4, [0.2, 0.4, 0.6, 0.8], [0.0] * 4, [1.0, 2.0, 3.0, 5.0],
    )  # fmt: skip
    return TextScore(
        array("i", [0, 7, 13, 19]), array("i", [6, 11, 18, 23]),
        array("d", [-1.0, -3.0, -2.0, -6.0]),
        array("d", [1.0] * 4), array("i", [0, 7, 13, 19]), array("i", [6, 12, 18, 24]),
        array("d", [1.0, 3.0, 2.0, 6.0]), tuple(array("d", column) for column in columns),
    )  # fmt: skip


def test_signs_are_of_one_sentence() -> None:
    document = Document("d", TEXT, segments=(FIRST, SECOND))
    found = [
        finding(Severity.MAJOR, Span(0, 6), 0.5),
        finding(Severity.MAJOR, Span(7, 11), 0.6),
        finding(Severity.CRITICAL, Span(13, 18), 0.9),
    ]
    told = garbled.signs(document, FIRST, scored(), found)
    assert told.words == 2
    assert (told.minor, told.critical) == (0.0, 0.0)
    assert told.major == pytest.approx(1 - 0.5 * 0.4)
    assert told.read == Read(2.0, 1.5, pytest.approx(0.2), pytest.approx(0.3), 0.3)
    alone = garbled.signs(document, SECOND, None, found)
    assert alone == Signs(2, 0.0, 0.0, pytest.approx(0.9), None)


def test_both_models_are_the_logistic_regressions_that_their_weights_say() -> None:
    draw = np.random.default_rng(3)
    every = [
        Signs(9, *draw.random(3), Read(draw.random() * 5, draw.normal(), *draw.random(3)))
        for _ in range(200)
    ]
    x = np.array([sentence_features(one, tagged=True) for one in every])
    y = x @ draw.normal(size=x.shape[1]) > 0
    lower = LogisticRegression().fit(x, y)
    upper = LogisticRegression().fit(draw.normal(size=(80, 5)), draw.random(80) > 0.5)
    own = Garbling(
        True,
        (*lower.coef_[0], lower.intercept_[0]),
        (*upper.coef_[0], upper.intercept_[0]),
        (),
    )
    wanted = lower.predict_proba(x)[:, 1]
    assert [own.of_sentence(one) for one in every] == pytest.approx(wanted.tolist())
    odds = lower.decision_function(x[:5])
    top = sorted(odds)[-3:]
    surest = max(0.0, max(one.critical for one in every[:5]) - 0.7)
    features = [max(odds), sum(top) / 3, odds.mean(), math.log(100), surest]
    assert document_features(every[:5], odds.tolist(), tagged=True) == pytest.approx(features)
    assert own.of_document(every[:5]) == pytest.approx(upper.predict_proba([features])[0, 1])
    assert own.of_document([]) == 0.0


def test_a_sentence_that_was_not_read_tells_nothing_but_its_findings() -> None:
    features = sentence_features(Signs(1, 0.1, 0.2, 0.3), tagged=True)
    assert len(features) == 8
    assert features[-3:] == [0.1, 0.2, 0.3]


def test_findings_weigh_as_independent_doubts() -> None:
    one, other = Signs(9, 0.5, 0.5, 0.0), Signs(9, 0.0, 0.0, 1.0)
    assert garbled.weight([]) == 0.0
    assert garbled.weight([one]) == pytest.approx(1 - (1 - 0.05 * 0.5) * (1 - 0.4 * 0.5))
    assert garbled.weight([one, other]) == pytest.approx(1 - 0.975 * 0.8 * 0.1)
    logit = math.log(0.22 / 0.78)
    assert sentence_features(one, tagged=False) == pytest.approx([logit])
    # What weighs next to nothing counts as nothing.
    assert sentence_features(Signs(9, 0.0, 0.0, 0.0), tagged=False) == pytest.approx(
        [math.log(0.02 / 0.98)]
    )


# The probability of these is the weight of the findings itself.
POINTS = (Point(0.001, 0.9, 0.95), Point(0.01, 0.6, 0.7), Point(0.1, 0.3, 0.4))
TABLE = Garbling(False, (1.0, 0.0), (1.0, 0.0), POINTS)


@pytest.mark.parametrize(
    ("rate", "found"), [(0.001, 0), (0.005, 0), (0.01, 1), (0.09, 1), (0.9, 2)]
)
def test_between_two_shares_the_smaller_counts(rate: float, found: int) -> None:
    assert TABLE.point(rate) == POINTS[found]


@pytest.mark.parametrize(
    ("weight", "rate", "verdict"),
    [
        (0.59, 0.01, "pass"),
        (0.61, 0.01, "review"),
        (0.91, 0.01, "block"),
        (0.61, 0.1, "block"),
        (0.31, 0.1, "review"),
        (0.91, 0.001, "block"),
        (0.89, 0.001, "pass"),
    ],
)
def test_verdict_by_the_probability(weight: float, rate: float, verdict: str) -> None:
    # Many sentences with major findings add up to the weight.
    each = 1 - (1 - weight) ** (1 / 9)
    sentences = [Signs(9, 0.0, each / 0.4, 0.0)] * 9
    assert garbled.weight(sentences) == pytest.approx(weight)
    assert TABLE.verdict(sentences, 95.0, rate) == verdict


def test_either_sign_lifts_a_verdict_and_what_is_grave_is_never_passed() -> None:
    deaf = Garbling(False, (0.0, -9.0), (0.0, -9.0), POINTS)
    assert deaf.verdict([Signs(9, 0.0, 1.0, 0.0)] * 2, 95.0, 0.01) == "pass"
    assert deaf.verdict([Signs(9, 0.0, 1.0, 0.0)] * 3, 95.0, 0.01) == "review"
    assert deaf.verdict([Signs(9, 0.0, 0.0, 0.5)], 95.0, 0.01) == "review"
    assert deaf.verdict([Signs(9, 0.0, 1.0, 0.9)] * 3, 95.0, 0.01) == "block"
    assert deaf.verdict([Signs(9, 1.0, 0.0, 0.0)], 95.0, 0.01) == "pass"
    assert deaf.verdict([Signs(9, 1.0, 0.0, 0.0)], 90.0, 0.01) == "pass"
    assert deaf.verdict([Signs(9, 1.0, 0.0, 0.0)], 89.9, 0.01) == "review"


def test_a_share_that_was_not_measured_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ConfigError, match=r"max_false_alarm is 0.0001; human-written news was"):
        Auditor(Config(max_false_alarm=0.0001), shipped())


def test_the_tagger_is_weighed_only_where_it_is_the_one_that_was_measured() -> None:
    assert garbling(Tagger(shipped_tagger()).digest).tagged
    assert not garbling("another").tagged
    assert not garbling("").tagged


@pytest.mark.parametrize("way", ["tagger", "findings"])
def test_what_ships_is_calibrated(way: str) -> None:
    table = json.loads(DATA.read_text(encoding="utf-8"))[way]
    assert table["calibration_error"] < 0.05
    assert table["documents"]["held"] > 500
    rates = [row[0] for row in table["operating"]]
    assert rates == sorted(rates)
    for column in (1, 2):
        thresholds = [row[column] for row in table["operating"]]
        assert thresholds == sorted(thresholds, reverse=True)
    # On human-written news that no threshold was chosen on, at most twice the share lies above.
    assert all(row[3] <= 2 * row[0] + 0.005 for row in table["operating"])
    if way == "tagger":
        assert table["auroc"] > 0.8


def test_calibration_error_is_the_weighted_gap_of_the_bins() -> None:
    p = np.repeat([0.2, 0.8], 50)
    right = np.concatenate([np.tile([1, 0, 0, 0, 0], 10), np.tile([1, 1, 1, 1, 0], 10)])
    # Equal probabilities stay together, however their labels lie.
    for label in (right, np.concatenate([np.sort(right[:50]), np.sort(right[50:])])):
        assert reliability(p, label.astype(bool)) == [[0.2, 0.2, 50], [0.8, 0.8, 50]]
        assert calibration_error(p, label.astype(bool)) == pytest.approx(0.0)
    assert calibration_error(p, ~right.astype(bool)) == pytest.approx(0.6)
    spread = np.linspace(0, 1, 100)
    assert [size for _, _, size in reliability(spread, spread > 0.5)] == [10] * 10
    assert calibration_error(spread, spread >= 2) == pytest.approx(0.5)


def test_the_documentation_page_and_its_pictures_are_current() -> None:
    tables = json.loads(DATA.read_text(encoding="utf-8"))
    docs = Path(__file__).parents[1] / "docs"
    assert (docs / "garbled.md").read_text(encoding="utf-8") == page(tables)
    for way in ("tagger", "findings"):
        written = (docs / f"garbled-{way}.svg").read_text(encoding="utf-8")
        assert written == diagram(tables[way]["reliability"])
