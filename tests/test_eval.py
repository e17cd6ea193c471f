from __future__ import annotations

import gzip
import hashlib
import importlib
import json
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from scipy.stats import bootstrap, pearsonr, spearmanr
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    matthews_corrcoef,
    roc_auc_score,
)

from eval import gate, harness, metrics, splits
from eval.metrics import Measure
from eval.predictors import Prediction, Remembering, SurprisalPredictor, named
from eval.rows import Bench, DataAbsentError, DataError
from eval.splits import TrainedOn
from eval.suites import SUITES, false_alarms, pairs, places, preference, sentences, spans, words
from eval.suites.suite import Context, Suite
from mtaudit.cli import main
from mtaudit.cli.eval import _harness
from mtaudit.errors import ResourceError, UsageError
from mtaudit.evidence import TextScore
from mtaudit.finding import Signature


def score_of(text: str) -> TextScore:
    """A language model by rule: a word costs its length in nats, one with an X 20 more."""
    places_ = places.words(text)
    starts, ends = (array("i", column) for column in zip(*places_, strict=True))
    costs = [float(b - a) + 20.0 * ("X" in text[a:b]) for a, b in places_]
    logprobs, entropies = array("d", (-c for c in costs)), array("d", (3.0 for _ in costs))
    return TextScore(starts, ends, logprobs, entropies, starts, ends, array("d", costs))


class Rule:
    signature = ("model", "tokenizer", "bos", "float32")

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, texts: Sequence[str], progress: Any = None) -> list[TextScore]:
        self.asked += texts
        return [score_of(text) for text in texts]

    def rescore_all(self, requests: Sequence[Any], progress: Any = None) -> list[list[float]]:
        return [[0.0 for _ in request[2]] for request in requests]


def prediction(tokens: Sequence[tuple[int, int]], error: Sequence[float]) -> Prediction:
    starts, ends = (np.array(column) for column in zip(*tokens, strict=True))
    return Prediction(starts, ends, np.array(error), np.full(len(error), 5.0), 0.0)


def write(root: Path, file: str, rows: Sequence[Any]) -> Path:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(
        gzip.compress(text.encode(), mtime=0) if path.suffix == ".gz" else text.encode()
    )
    return path


def context(root: Path, **options: Any) -> Context:
    return Context(Bench(root, **options), named("surprisal"), Rule)  # type: ignore[arg-type]


def by_name(found: Sequence[Measure]) -> dict[str, Measure]:
    return {one.name: one for one in found}


def mqm(doc: str, text: str, *raters: Sequence[tuple[int, int, str]]) -> dict[str, Any]:
    marks = [[{"severity": s, "start": a, "end": b} for a, b, s in rater] for rater in raters]
    return {"system": "s", "doc": doc, "seg": "1", "target": text, "raters": marks}


# Metrics


def test_metrics_with_every_row_once_are_those_of_the_libraries() -> None:
    draw = np.random.default_rng(1)
    x, y = draw.integers(0, 9, 80) * 1.0, draw.normal(size=80)
    labels = draw.random(80) < 0.3
    rows = np.arange(80)
    weights = draw.integers(1, 6, 80) * 1.0
    flagged = x > 4
    table = np.column_stack(
        [labels & flagged, ~labels & flagged, labels & ~flagged, ~labels & ~flagged]
    ).astype(float)
    mcc, f1_bad = metrics.confusion(table)
    ap = metrics.average_precision
    for statistic, value in (
        (metrics.pearson(x, y), pearsonr(x, y)[0]),
        (metrics.spearman(x, y), spearmanr(x, y)[0]),
        (metrics.auroc(labels, x), roc_auc_score(labels, x)),
        (ap(labels, x, rows), average_precision_score(labels, x)),
        (ap(labels, x, rows, weights), average_precision_score(labels, x, sample_weight=weights)),
        (mcc, matthews_corrcoef(labels, flagged)),
        (f1_bad, f1_score(labels, flagged)),
        (metrics.share(labels * 1.0), labels.mean()),
    ):
        assert metrics.whole(statistic, 80) == pytest.approx(value, abs=1e-12)


def test_statistics_of_a_resample_are_those_of_the_rows_drawn() -> None:
    draw = np.random.default_rng(2)
    x, y, labels = (
        draw.integers(0, 6, 40) * 1.0,
        draw.integers(0, 6, 40) * 1.0,
        draw.random(40) < 0.4,
    )
    counts = draw.multinomial(40, np.full(40, 1 / 40), size=5).astype(float)
    oracles = {
        metrics.pearson(x, y): lambda i: pearsonr(x[i], y[i])[0],
        metrics.spearman(x, y): lambda i: spearmanr(x[i], y[i])[0],
        metrics.auroc(labels, x): lambda i: roc_auc_score(labels[i], x[i]),
        metrics.average_precision(labels, x, np.arange(40)): lambda i: average_precision_score(
            labels[i], x[i]
        ),
    }
    for statistic, oracle in oracles.items():
        for row, figure in zip(counts, statistic(counts), strict=True):
            drawn = np.repeat(np.arange(40), row.astype(int))
            assert figure == pytest.approx(oracle(drawn), abs=1e-12)


def test_the_interval_is_the_bootstrap_of_scipy_and_always_the_same() -> None:
    values = np.random.default_rng(3).random(200)
    low, high = metrics.interval(metrics.share(values), range(200))
    theirs = bootstrap(
        (values,), np.mean, n_resamples=5000, method="percentile", random_state=4
    ).confidence_interval
    assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.006)
    assert (low, high) == metrics.interval(metrics.share(values), range(200))


def test_rows_of_one_unit_are_drawn_together() -> None:
    values = np.repeat([0.0, 1.0], 500)
    alone = metrics.interval(metrics.share(values), range(1000))
    together = metrics.interval(metrics.share(values), ["a"] * 500 + ["b"] * 500)
    assert together == (0.0, 1.0)
    assert alone[1] - alone[0] < 0.1


@pytest.mark.parametrize("seed", range(5))
def test_thresholds_are_the_best_of_all(seed: int) -> None:
    draw = np.random.default_rng(seed)
    scores, labels = draw.integers(0, 7, 30) * 0.1, draw.random(30) < 0.4
    every = np.unique(scores)
    best = max(matthews_corrcoef(labels, scores >= t) for t in every)
    found = metrics.best_threshold(labels, scores)
    assert matthews_corrcoef(labels, scores >= found) == pytest.approx(best)
    weights = draw.integers(1, 9, 30) * 1.0
    best = max(f1_score(labels, scores >= t, sample_weight=weights) for t in every)
    found = metrics.best_f1_threshold(weights, labels, scores)
    assert f1_score(labels, scores >= found, sample_weight=weights) == pytest.approx(best)


# From tokens to characters and words


def test_character_f1_by_hand() -> None:
    # System 0-10 minor and 10-14 major, rater 6-16 major: 8 of 14 and of 10 characters.
    system = places.marked(
        [
            {"severity": "minor", "start": 0, "end": 10},
            {"severity": "major", "start": 10, "end": 14},
        ],
        20,
    )
    rater = places.marked([{"severity": "Major", "start": 6, "end": 16}], 20)
    found = by_name(spans.character_f1("c", [(system, rater)], ["doc"]))
    assert found["c.precision"].value == pytest.approx(8 / 14)
    assert found["c.recall"].value == pytest.approx(8 / 10)
    assert found["c.f1"].value == pytest.approx(2 * 8 / (14 + 10))
    # 4 characters share 1 point, 4 share 5; the system gives 10 + 20, the rater 50.
    assert found["c.f1-severity"].value == pytest.approx(2 * (4 + 20) / (30 + 50))
    turned = by_name(spans.character_f1("c", [(rater, system)], ["doc"]))
    assert turned["c.f1-severity"].value == found["c.f1-severity"].value


def test_raters_are_compared_in_every_pair(tmp_path: Path) -> None:
    marks = ([(0, 4, "major")], [(2, 6, "minor")], [])
    write(tmp_path, splits.MQM_2020, [mqm("d", "ten chars.", *marks)])
    found = by_name(spans.human_agreement(Bench(tmp_path).rows(splits.MQM_2020)))
    # Pairs share 2 + 0 + 0 characters of 8 + 4 + 4; in points 2 of 24 + 20 + 4.
    assert found["human-human.f1"].value == pytest.approx(2 * 2 / 16)
    assert found["human-human.f1-severity"].value == pytest.approx(2 * 2 / 48)
    assert found["human-human.f1"].better == "neither"


def test_marks_of_neighbours_are_one_mark() -> None:
    error, severity = places.characters(prediction([(1, 3), (4, 6), (6, 7)], [0.9, 0.7, 0.1]), 8)
    assert error.tolist() == [-1, 0.9, 0.9, 0.7, 0.7, 0.7, 0.1, -1]
    assert severity.tolist() == [0, 5, 5, 5, 5, 5, 5, 0]


def test_a_word_has_the_highest_error_of_the_tokens_over_it() -> None:
    told = prediction([(0, 3), (3, 5), (6, 9)], [0.2, 0.6, 0.4])
    assert places.word_errors(told, [(0, 5), (3, 7), (9, 12), (6, 9)]).tolist() == [
        0.6,
        0.6,
        0,
        0.4,
    ]


def test_tokens_are_found_where_they_stand() -> None:
    assert places.aligned(["On", ",", "<EOS>"], "On , on") == [(0, 2), (3, 4), None]
    assert places.aligned(["a", "b"], "a xb b") == [(0, 1), None]


def test_a_prediction_out_of_order_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        prediction([(0, 3), (2, 4)], [0.1, 0.1])
    with pytest.raises(ValueError, match="lengths"):
        Prediction(np.array([0]), np.array([1]), np.array([]), np.array([1.0]), 0.0)


def test_the_surprisal_predictor_cuts_punctuation_off() -> None:
    text = "It rainedX, today"
    (told,) = SurprisalPredictor(Rule()).predict([text])
    pieces = [text[a:b] for a, b in zip(told.starts, told.ends, strict=True)]
    assert pieces == ["It", "rainedX", ",", "today"]
    assert told.error.argmax() == 1
    assert told.sentence == pytest.approx(score_of(text).mean_surprisal())


def test_a_text_is_predicted_once() -> None:
    rule = Rule()
    predictor = Remembering(SurprisalPredictor(rule))
    first = predictor.predict(["a b", "c d", "a b"])
    assert predictor.predict(["c d"]) == [first[1]]
    assert rule.asked == ["a b", "c d"]


# Suites on small data, against figures worked out by hand


def test_spans(tmp_path: Path) -> None:
    text = "good wordX here"
    rows = [mqm(f"doc{n}", text, [(5, 10, "major")]) for n in range(12)]
    rows.append(mqm("doc0", "all is well", [(0, 3, "neutral")]))
    write(tmp_path, splits.MQM_2021, rows)
    write(tmp_path, splits.MQM_2020, [mqm("d", text, [(0, 4, "minor")], [(0, 4, "minor")], [])])
    found = by_name(spans.run(context(tmp_path)))
    assert found["characters.f1"].value == found["characters.f1-severity"].value == 1.0
    assert found["words.ap"].value == 1.0
    assert found["words.bad-share"].value == pytest.approx(12 / 39)
    # Of three pairs of raters one agrees: 4 shared of 8 + 4 + 4 marked characters.
    assert found["human-human.f1"].value == pytest.approx(2 * 4 / 16)


def qe(number: int, bad: Sequence[int], da: float = 50.0) -> dict[str, Any]:
    tokens = [f"w{number}", "okX", "last", "."]
    return {
        "pair": "xx-en", "target": f"w{number} okX last.", "words": tokens, "bad": list(bad),
        "da": da, "z": da / 10,
    }  # fmt: skip


def test_words_choose_the_threshold_on_the_other_half(tmp_path: Path) -> None:
    rows = [qe(n, (0, 1, 0, 0)) for n in range(40)]
    for file in splits.QE_DEV.values():
        write(tmp_path, file, rows)
    km = [{**row, "words": [*row["words"], "<EOS>"], "bad": [*row["bad"], 1]} for row in rows]
    write(tmp_path, splits.QE_KM, km)
    found = by_name(words.run(context(tmp_path)))
    reported = sum(row.half == 1 for row in Bench(tmp_path).rows(splits.QE_DEV["ro"]))
    assert 0 < reported < 40
    assert found["ro-en.mcc"].rows == reported
    assert found["ro-en.ap"].rows == 40
    assert found["ro-en.mcc"].value == found["ro-en.f1-bad"].value == 1.0
    # <EOS> is left out, or the bad one at the end would be missed.
    assert found["km-en.mcc"].value == 1.0
    assert found["km-en.mcc"].rows == 40


def test_words_count_what_is_wrong(tmp_path: Path) -> None:
    rows = [qe(n, (1, 0, 0, 0) if n % 2 else (0, 1, 0, 0)) for n in range(60)]
    bench = Bench(write(tmp_path, splits.QE_KM, rows).parents[1])
    read = bench.rows(splits.QE_KM)
    told = SurprisalPredictor(Rule()).predict([row["target"] for row in read])
    found = by_name(words.at_threshold("x", words.tagged(read, told), 0.9))
    gold = np.array([row["bad"] for row in rows]).ravel()
    flagged = np.tile([0, 1, 0, 0], 60)
    assert found["x.mcc"].value == pytest.approx(matthews_corrcoef(gold, flagged))
    assert found["x.f1-bad"].value == pytest.approx(0.5)
    assert found["x.f1-bad"].low < 0.5 < found["x.f1-bad"].high


def test_sentences_never_use_the_sum_of_points(tmp_path: Path) -> None:
    rows = [qe(n, (0, 0, 0, 0), da=20.0 + 3 * n) for n in range(9)]
    for number, row in enumerate(rows):
        row["target"] = "word" + "X" * (number < 4) + "y" * (9 - number)
    for file in (*splits.QE_DEV.values(), splits.QE_KM):
        write(tmp_path, file, rows)
    # The long text has most points and the fewest a word; short words score better.
    marks = [(0, 1, "major")] * 2
    texts = [("aa " * 60, marks), ("bbbb " * 4, marks[:1]), ("cccccc " * 2, marks[:1])]
    write(tmp_path, splits.MQM_2021, [mqm(f"d{i}", t.strip(), m) for i, (t, m) in enumerate(texts)])
    found = by_name(sentences.run(context(tmp_path)))
    assert found["ro-en.spearman"].value == pytest.approx(1.0)
    assert found["ro-en.garbled-auroc"].value == pytest.approx(1.0)
    assert "km-en.garbled-auroc" not in found
    assert found["mqm-per-word.spearman"].value == pytest.approx(1.0)
    per_word = [-10 / 60, -5 / 4, -5 / 2]
    assert found["mqm-per-word.pearson"].value == pytest.approx(pearsonr(per_word, [-2, -4, -6])[0])


def test_pairs_leave_out_identical_texts(tmp_path: Path) -> None:
    base = {"lang": "ru", "severity": "minor"}
    demetr = [
        {**base, "perturbation": "p", "id": 1, "good": "a b", "bad": "a bX"},
        {**base, "perturbation": "p", "id": 2, "good": "aaa b", "bad": "a"},
        {**base, "perturbation": "baseline", "id": 3, "good": "same", "bad": "same"},
    ]
    write(tmp_path, splits.DEMETR, demetr)
    blimp = [{"phenomenon": "q", "paradigm": "r", "good": "aaaa", "bad": "a a a a a"}]
    write(tmp_path, splits.BLIMP, blimp)
    where = context(tmp_path)
    found = by_name(pairs.run(where))
    assert found["demetr.p.mean"].value == 0.5
    assert found["demetr.p.total"].value == 0.5
    assert not any("baseline" in name for name in found)
    # A fifth word makes the sum higher and the mean lower.
    assert found["blimp.q.total"].value == 1.0
    assert found["blimp.q.mean"].value == 0.0
    assert where.bench.used[splits.DEMETR].rows == 2


def test_preference_puts_arabic_argos_first(tmp_path: Path) -> None:
    for language, file in splits.SYSTEMS.items():
        outputs = {"google": "good", "argos": "badX"} if language == "ar" else {"nllb": "goodX"}
        rows = [
            {"pair": language, "id": str(n), "reference": "good", "outputs": outputs}
            for n in (1, 2)
        ]
        rows.append({"pair": language, "id": "3", "reference": "longer", "outputs": {"argos": "a"}})
        write(tmp_path, file, rows)
    found = preference.run(context(tmp_path))
    assert found[0].name == "ar-en.argos"
    assert found[0].value == pytest.approx(2 / 3)
    assert "ar-en.google" not in by_name(found)


def test_false_alarms_read_only_what_no_training_may(tmp_path: Path) -> None:
    rows = [{"set": "w", "line": n, "text": f"s{n}"} for n in range(2500)]
    write(tmp_path, splits.HUMAN, rows)
    read = Bench(tmp_path).rows(splits.HUMAN, every=True)
    chosen = false_alarms.passages(read, 10_000)
    numbers = [int(text[1:]) for block in chosen for text in block]
    assert numbers
    assert all(1000 <= number < 2000 for number in numbers)
    few = false_alarms.passages(read, 5)
    assert len(few) == 5
    assert all(block in chosen for block in few)


# Data


def test_the_sample_is_fixed_by_row(tmp_path: Path) -> None:
    rows = [{"n": number} for number in range(50)]
    write(tmp_path, "x.jsonl.gz", rows)
    few = {row["n"] for row in Bench(tmp_path, 10).rows("x.jsonl.gz")}
    more = {row["n"] for row in Bench(tmp_path, 20).rows("x.jsonl.gz")}
    write(tmp_path, "x.jsonl.gz", rows[::-1])
    turned = [row["n"] for row in Bench(tmp_path, 10).rows("x.jsonl.gz")]
    assert len(few) == 10
    assert few < more
    assert turned == sorted(few, reverse=True)


def test_data_files_are_told_apart_by_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(DataAbsentError, match="nowhere"):
        Bench(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"x\.jsonl\.gz: no such file"):
        Bench(tmp_path).rows("x.jsonl.gz")
    path = write(tmp_path, "x.jsonl.gz", [{"n": number} for number in range(500)])
    sound = path.read_bytes()
    digest = hashlib.sha256(sound).hexdigest()
    assert len(Bench(tmp_path, expected={"x.jsonl.gz": digest}).rows("x.jsonl.gz")) == 500
    for broken, message in (
        (sound[:-20], "cut short"),
        (b"no gzip", "broken gzip"),
        (sound[:40] + b"\0\0\0\0" + sound[44:], "broken gzip|cut short"),
        (gzip.compress(b'{"n": 1}\n{"n": '), r"x\.jsonl\.gz:2: not JSON"),
        (gzip.compress(b"[1]\n"), "not a JSON object"),
    ):
        path.write_bytes(broken)
        with pytest.raises(DataError, match=message):
            Bench(tmp_path).rows("x.jsonl.gz")
    path.write_bytes(gzip.compress(b'{"n": 1}\n'))
    with pytest.raises(DataError, match=r"x\.jsonl\.gz: not the file that the floors"):
        Bench(tmp_path, expected={"x.jsonl.gz": digest}).rows("x.jsonl.gz")


def test_every_file_of_a_suite_has_a_use() -> None:
    for suite in SUITES:
        for file in suite.scored:
            assert splits.Use.REPORT in splits.USES[file], file
        for file in suite.beside:
            assert file in splits.USES
    trained = {file for file, use in splits.USES.items() if splits.Use.TRAIN in use}
    assert not trained & {file for suite in SUITES for file in suite.scored}


def test_no_figure_on_what_a_model_was_trained_on(tmp_path: Path) -> None:
    path = write(tmp_path, splits.DEMETR, [{"good": "a", "bad": "b"}])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    other = TrainedOn(splits.MQM_2020, "0" * 64)
    splits.guard([splits.DEMETR], tmp_path, [other])
    for trained in (TrainedOn(splits.DEMETR, "0" * 64), TrainedOn("renamed.jsonl.gz", digest)):
        with pytest.raises(UsageError, match="trained on"):
            splits.guard([splits.DEMETR], tmp_path, [other, trained])
    with pytest.raises(UsageError, match="not for reporting"):
        splits.guard([splits.MQM_2020], tmp_path, [])


def test_parts_of_one_file_are_told_apart(tmp_path: Path) -> None:
    path = write(tmp_path, splits.HUMAN, [{"set": "w", "text": "a"}])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    splits.guard([splits.HUMAN_REPORT], tmp_path, [TrainedOn(splits.HUMAN_PLANT, digest)])
    for file in (splits.HUMAN, splits.HUMAN_REPORT):
        with pytest.raises(UsageError, match="trained on"):
            splits.guard([splits.HUMAN_REPORT], tmp_path, [TrainedOn(file, digest)])


def test_a_model_says_what_it_was_trained_on(tmp_path: Path) -> None:
    path = tmp_path / "tagger.safetensors"
    listed = [{"file": splits.MQM_2020, "sha256": "ab" * 32}]
    save_file({"w": np.zeros(1)}, str(path), {"trained_on": json.dumps(listed)})
    assert splits.trained_on(path) == (TrainedOn(splits.MQM_2020, "ab" * 32),)
    for metadata in ({}, {"trained_on": "newstest"}, {"trained_on": '["newstest"]'}):
        save_file({"w": np.zeros(1)}, str(path), metadata)
        with pytest.raises(ResourceError, match="trained_on"):
            splits.trained_on(path)
    path.write_bytes(b"nothing")
    with pytest.raises(ResourceError, match="not a safetensors file"):
        splits.trained_on(path)


# Harness and gate


def small(value: float = 0.5, low: float = 0.4, high: float = 0.6, **more: Any) -> dict[str, Any]:
    metric = {"name": "m", "value": value, "low": low, "high": high, "rows": 3, "better": "higher"}
    return {
        "suite": "s", "predictor": {"name": "surprisal", "digest": ""}, "signature": {},
        "limit": 3, "rows": 3, "data": [{"file": "f", "sha256": "d", "rows": 3}],
        "metrics": [{**metric, **more}],
    }  # fmt: skip


def test_the_gate_falls_below_floor_less_noise(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    gate.freeze(path, [small()], lower=False)
    baseline = gate.read(path)
    assert baseline.data == {"f": "d"}
    assert baseline.floors["s", "m"] == gate.Floor(0.5, 0.5, 0.1, "higher")
    assert not gate.fallen(baseline, [small(0.41)])
    assert gate.fallen(baseline, [small(0.39)]) == ["s m: 0.3900, floor 0.5000, noise 0.1000"]
    assert "not measured" in gate.fallen(baseline, [])[0]
    assert "not measured" in gate.fallen(baseline, [small(None)])[0]  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="--lower"):
        gate.freeze(path, [small(0.39)], lower=False)
    gate.freeze(path, [small(0.39)], lower=True)
    assert gate.read(path).floors["s", "m"].floor == 0.39


def test_more_false_alarms_are_a_fall_and_none_is_not(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    gate.freeze(path, [small(better="lower")], lower=False)
    assert gate.fallen(gate.read(path), [small(0.61, better="lower")])
    assert not gate.fallen(gate.read(path), [small(0.0, better="lower")])
    assert not gate.fallen(gate.read(path), [])


def test_a_figure_of_no_direction_has_no_floor(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    gate.freeze(path, [small(better="neither")], lower=False)
    assert not gate.read(path).floors


def test_floors_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    with pytest.raises(ResourceError, match="freeze"):
        gate.read(path)
    for text in ("{", "[]", '{"schema": "other"}', '{"schema": "mtaudit.eval-baseline/1"}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ResourceError, match="freeze anew"):
            gate.read(path)


def test_a_result_carries_what_it_depends_on(tmp_path: Path) -> None:
    path = write(tmp_path, "x.jsonl", [{"n": n} for n in range(9)])
    file = path.name

    def count(where: Context) -> list[Measure]:
        rows = where.bench.rows(file)
        nothing = float("nan")
        return [Measure("n", float(len(rows)), 1.0, nothing, len(rows))]

    suite = Suite("count", "", (), count, (file,))
    signature = Signature("0", "c", "m", "t", "b", "f", "e", "n")
    where = context(tmp_path)
    where.auditor = type("Auditor", (), {"signature": signature})()  # type: ignore[assignment]
    results = harness.evaluate([suite], where, {"count": 4})
    (told,) = json.loads(harness.report(results))["results"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert told["data"] == [{"file": file, "sha256": digest, "rows": 4}]
    assert told["signature"]["model"] == "m"
    assert told["predictor"] == {"name": "surprisal", "digest": ""}
    assert (told["limit"], told["rows"]) == (4, 4)
    assert told["metrics"][0]["value"] == 4.0
    assert told["metrics"][0]["high"] is None
    assert max(map(len, harness.render(results).splitlines()[:-1])) <= 80


def test_a_missing_file_is_told_before_the_model_is_loaded(tmp_path: Path) -> None:
    def load() -> Any:
        raise AssertionError("loaded")

    where = Context(Bench(tmp_path), named("surprisal"), load)
    with pytest.raises(DataError, match=r"demetr\.jsonl\.gz: no such file"):
        harness.evaluate(harness.suites("pairs"), where, {})


def test_a_trained_predictor_is_refused_on_its_own_data(tmp_path: Path) -> None:
    for file in (splits.DEMETR, splits.BLIMP):
        write(tmp_path, file, [{"good": "a", "bad": "b"}])
    told = SurprisalPredictor(Rule())
    told.trained_on = (TrainedOn(splits.BLIMP, "0" * 64),)
    where = Context(Bench(tmp_path), lambda scorer: told, Rule)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"trained on pairs/blimp"):
        harness.evaluate(harness.suites("pairs"), where, {})


# Command line


def test_cli_errors_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    absent = str(tmp_path / "absent")
    for arguments, code, message in (
        (["spans", "--data", absent], 4, f"no annotated data in {absent}"),
        (["span", "--data", absent], 2, "did you mean 'spans'?"),
        (["spans", "--data", absent, "--model", "supprisal"], 2, "did you mean 'surprisal'?"),
        (["spans", "--data", str(tmp_path)], 4, "newstest2021.zh-en.jsonl.gz: no such file"),
        (["spans", "--limit", "0"], 2, "--limit"),
    ):
        assert main.main(["eval", *arguments]) == code
        told = capsys.readouterr()
        assert message in told.err
        assert told.err.count("\n") == 1
        assert not told.out


def test_a_wheel_says_that_it_holds_no_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, message in (
        ("eval", "source checkout"),
        ("eval.harness", "source checkout"),
        ("sklearn", "scikit-learn"),
    ):

        def missing(module: str, name: str = name) -> Any:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

        with monkeypatch.context() as patch:
            patch.setattr(importlib, "import_module", missing)
            with pytest.raises(ResourceError, match=message) as caught:
                _harness()
        assert caught.value.exit_code == 4


def test_the_gate_skips_without_data_and_fails_on_half_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = tmp_path / "baseline.json"
    gate.freeze(baseline, [small()], lower=False)
    monkeypatch.setattr(gate, "BASELINE", baseline)
    assert harness.main(["gate", "--data", str(tmp_path / "absent")]) == 0
    assert "skipped" in capsys.readouterr().out
    assert harness.main(["gate", "--data", str(tmp_path)]) == 4
    assert "no such file" in capsys.readouterr().err


def test_the_gate_exits_with_1_on_a_fall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = tmp_path / "baseline.json"
    gate.freeze(baseline, [small()], lower=False)
    monkeypatch.setattr(gate, "BASELINE", baseline)
    signature = Signature("0", "c", "m", "t", "b", "f", "e", "n")

    def sampled(value: float) -> list[harness.Result]:
        metric = Measure("m", value, 0.0, 1.0, 3)
        return [harness.Result("s", ("surprisal", ""), signature, 3, (), 0.1, (metric,))]

    for value, code in ((0.5, 0), (0.2, 1)):
        monkeypatch.setattr(harness, "_sampled", lambda *_, value=value: sampled(value))
        assert harness.main(["gate"]) == code
        assert ("FALLEN  s m" in capsys.readouterr().out) == bool(code)


@pytest.mark.lm
def test_the_default_model_runs_a_suite(
    shared: Path, model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results" / "pairs.json"
    arguments = ["eval", "pairs", "--limit", "3", "--no-cache", "--data", str(shared / "bench")]
    assert main.main([*arguments, "--out", str(out)]) == 0
    assert "demetr.all" in capsys.readouterr().out
    (result,) = json.loads(out.read_text(encoding="utf-8"))["results"]
    assert result["rows"] == 6
