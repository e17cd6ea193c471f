"""``mtaudit summary`` against plain counting over rows held in memory."""

from __future__ import annotations

import io
import json
import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.cells import cell_len

import mtaudit.reports
from mtaudit.cli.main import main
from mtaudit.corpus.summary import MEASURES, _histogram
from mtaudit.corpus.tally import Tally
from mtaudit.corpus_report import QUANTILES
from tests.scored import Row, broken, finding, lines, row, write

SCHEMA = json.loads((Path(mtaudit.reports.__file__).parent / "summary.schema.json").read_text())
WIDTHS = {"garbled": 0.001, "quality": 0.1, "fluency": 0.1, "surprisal": 0.01, "words": 0.0}
TABLE = [
    finding("garbled-name", "critical", "Macgork", "McGurk", "MacGurk"),
    finding("garbled-name", "critical", "Macgork", "Mac Gurk"),
    finding("garbled-name", "major", "the <b>call</b>", "Dawa & Co"),
    finding("repeated-word", "minor", "the the", "the"),
]
EVIL = '<script>alert(1)</script> & "quoted" \x1b[31m\u202e'


def made(count: int) -> list[Row]:
    rows = []
    for number in range(count):
        if number % 11 == 5:
            rows.append(broken(number, "too long" if number % 2 else "no text"))
        else:
            rows.append(row(number, [TABLE[number * k % 4] for k in range(number % 4)]))
    return rows


ROWS = made(3000)
AUDITED = [one for one in ROWS if one["error"] is None]


def summary(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    assert main(["summary", *map(str, arguments), "--format", "json"]) == 0
    report: dict[str, Any] = json.loads(capfd.readouterr().out)
    Draft202012Validator(SCHEMA).validate(report)
    return report


def fails(capfd: pytest.CaptureFixture[str], code: int, *arguments: str | Path) -> str:
    assert main(["summary", *map(str, arguments)]) == code
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1, printed.err
    return printed.err


@pytest.fixture(autouse=True)
def no_activity(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a command takes under load decides no test."""
    monkeypatch.setattr("mtaudit.cli.activity._PATIENCE", 3600)


@pytest.fixture(params=["jsonl", "parquet"])
def scored(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / "scored"
    folder.mkdir()
    for number in range(3):
        part = ROWS[number * 1000 : number * 1000 + 1000]
        write(folder / f"part-{number}.{request.param}", part)
    return folder


def test_counts(scored: Path, capfd: pytest.CaptureFixture[str]) -> None:
    report = summary(capfd, scored)
    assert report["rows"] == 3000
    assert report["error_rows"] == 3000 - len(AUDITED)
    words = sum(one["words"] for one in AUDITED)
    assert report["words"] == words
    for field, column in (
        ("verdicts", "verdict"),
        ("errors", "error"),
        ("signatures", "signature"),
    ):
        expected = Counter(one[column] for one in ROWS if one[column] is not None)
        assert {one["value"]: one["rows"] for one in report[field]} == expected
    found = [one for each in AUDITED for one in each["findings"]]
    expected = Counter((one["check"], one["severity"]) for one in found)
    rates = {(one["check"], one["severity"]): one for one in report["findings"]}
    assert {key: one["count"] for key, one in rates.items()} == expected
    assert all(
        one["per_1000_words"] == pytest.approx(1000 * one["count"] / words)
        for one in rates.values()
    )
    assert {one["severity"]: one["count"] for one in report["severities"]} == Counter(
        one["severity"] for one in found
    )
    names = [one for one in found if one["check"] == "garbled-name"]
    assert {one["text"]: one["count"] for one in report["garbled_names"]} == Counter(
        one["text"] for one in names
    )
    for name in report["garbled_names"]:
        assert {one["replacement"]: one["count"] for one in name["suggestions"]} == Counter(
            one["suggestions"][0]["replacement"] for one in names if one["text"] == name["text"]
        )
    assert report["garbled_names_short_by"] == 0
    assert report["missing_columns"] == []


def test_distributions(scored: Path, capfd: pytest.CaptureFixture[str]) -> None:
    report = summary(capfd, scored)
    assert [one["measure"] for one in report["distributions"]] == list(MEASURES)
    for one in report["distributions"]:
        values = np.array([each[one["measure"]] for each in AUDITED], dtype=float)
        assert one["rows"] == len(values)
        assert one["mean"] == pytest.approx(values.mean())
        assert (one["minimum"], one["maximum"]) == (values.min(), values.max())
        exact = np.quantile(values, QUANTILES, method="inverted_cdf")
        width = np.maximum(WIDTHS[one["measure"]], (exact > 1000) * exact * 0.0101 + 1e-9)
        assert np.all(np.abs(np.array(list(one["quantiles"].values())) - exact) <= width)
        bars = one["histogram"]
        counts, _ = np.histogram(values, [bar["low"] for bar in bars] + [bars[-1]["high"]])
        assert [bar["rows"] for bar in bars] == counts.tolist()
        assert 1 <= len(bars) <= 24


def test_worst(scored: Path, capfd: pytest.CaptureFixture[str]) -> None:
    report = summary(capfd, scored, "--top", 25)
    expected = sorted(AUDITED, key=lambda one: (-one["garbled"], one["quality"]))[:25]
    assert [one["id"] for one in report["worst"]] == [one["id"] for one in expected]
    first, one = report["worst"][0], expected[0]
    number = ROWS.index(one)
    kind = "line" if (scored / "part-0.jsonl").exists() else "row"
    assert first["place"].startswith(f"part-{number // 1000}.")
    assert first["place"].endswith(f", {kind} {number % 1000 + 1}")
    assert first["beginning"] == one["text"]
    assert (first["verdict"], first["words"]) == (one["verdict"], one["words"])
    named = summary(capfd, scored, "--id-column", "verdict", "--text-column", "signature")
    assert named["worst"][0]["id"] == one["verdict"]
    assert named["worst"][0]["beginning"] == "a1b2c3d4"


def test_ties_and_nulls_in_the_worst(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"garbled": 0.5, "quality": None},
        {"garbled": None, "quality": 0},
        {"garbled": 0.5, "quality": 80},
        {"garbled": 0.5, "quality": 80},
        {"garbled": float("nan"), "quality": 1},
        {"garbled": 1, "quality": 100},
    ]
    report = summary(capfd, write(tmp_path / "rows.jsonl", rows))
    places = [one["id"] for one in report["worst"]]
    assert places == [f"rows.jsonl, line {n}" for n in (6, 3, 4, 1)]
    assert report["worst"][3]["quality"] is None


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(ROWS))))
    report = summary(capfd, "-")
    assert (report["source"], report["rows"]) == ("standard input", 3000)


def test_columns_that_were_not_chosen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [{"garbled": 0.25, "findings_major": 2, "findings_minor": 0}] * 4
    for kind in ("jsonl", "parquet"):
        path = write(tmp_path / f"rows.{kind}", rows)
        report = summary(capfd, path)
        assert report["findings"] is report["garbled_names"] is report["words"] is None
        assert [one["measure"] for one in report["distributions"]] == ["garbled"]
        assert {one["severity"]: one["count"] for one in report["severities"]} == {
            "critical": 0, "major": 8, "minor": 0,
        }  # fmt: skip
        assert all(one["per_1000_words"] is None for one in report["severities"])
        assert "words" in report["missing_columns"]
        for shape in ("text", "html"):
            assert main(["summary", str(path), "--format", shape]) == 0
            assert "not in the input" in capfd.readouterr().out


def test_several_signatures_are_warned_of(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [row(1), row(2, signature="ffff")]
    path = write(tmp_path / "rows.jsonl", rows)
    for shape in ("text", "html", "json"):
        assert main(["summary", str(path), "--format", shape]) == 0
        printed = capfd.readouterr()
        assert printed.err.startswith("mtaudit: 2 signatures: rows were measured in different ways")
        assert "ffff" in printed.out
        if shape != "json":
            assert "2 signatures: these rows were measured" in " ".join(printed.out.split())


class Page(HTMLParser):
    """Collects what a page is made of, and checks that its elements are nested."""

    VOID = frozenset({"meta", "link", "img", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_escapes_everything_and_needs_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    hostile = finding("garbled-name", "critical", EVIL, EVIL)
    strange = finding(EVIL, EVIL, "x")
    rows = [
        row(1, [hostile, strange], id=EVIL, text=EVIL, verdict=EVIL, signature=EVIL, error=EVIL),
        row(2),
    ]
    path = write(tmp_path / "a<b>&.jsonl", rows)
    assert main(["summary", str(path), "--format", "html"]) == 0
    text = capfd.readouterr().out
    page = Page(text)
    assert page.tags["script"] == page.tags["b"] == page.tags["link"] == page.tags["img"] == 0
    assert page.tags["svg"] == 1 + len(MEASURES)
    assert page.tags["rect"] >= len(MEASURES)
    # Legend, check, severity, name, suggestion, id, verdict, beginning, error, signature.
    assert page.text.count("<script>alert(1)</script>") == 10
    assert "\x1b" not in text
    assert "\u202e" not in text
    names = {name for name, _ in page.attributes}
    assert not names & {"src", "href", "onload", "onclick", "style"}
    assert not re.search(r"https?:|url\(|@import", text)
    assert "default-src 'none'" in text
    assert "prefers-color-scheme: dark" in text


def test_terminal_is_clean_at_80_columns(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    hostile = [finding("garbled-name", "critical", EVIL * 9, EVIL * 9)]
    rows = [row(1, hostile, id=EVIL * 5, text=EVIL * 50, verdict=EVIL), *ROWS[:200]]
    path = write(tmp_path / "rows.jsonl", rows)
    assert main(["summary", str(path)]) == 0
    printed = capfd.readouterr()
    assert printed.err == ""
    assert "\x1b" not in printed.out
    for line in printed.out.splitlines():
        assert cell_len(line) <= 80, line
        assert line == line.rstrip(" ")
    for part in ("PASS", "Distributions", "Most frequent findings", "Worst documents"):
        assert part in printed.out


@pytest.mark.parametrize("shape", ["text", "json", "html"])
def test_output_file(tmp_path: Path, capfd: pytest.CaptureFixture[str], shape: str) -> None:
    path, out = write(tmp_path / "rows.jsonl", ROWS[:9]), tmp_path / "out"
    assert main(["summary", str(path), "--format", shape]) == 0
    expected = capfd.readouterr().out
    arguments = ["summary", path, "--format", shape, "--out", out]
    assert main([str(one) for one in arguments]) == 0
    assert capfd.readouterr().out == ""
    assert out.read_text(encoding="utf-8") == expected
    assert "--force replaces it" in fails(capfd, 2, *arguments[1:])
    assert main([str(one) for one in (*arguments, "--force")]) == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out", "rows.jsonl"]


@pytest.mark.parametrize(
    ("content", "code", "arguments", "message"),
    [
        (b"", 3, [], "has no rows"),
        (b"\n\n", 3, [], "has no rows"),
        (
            b'{"name": "x", "town": 1}\n',
            3,
            [],
            "no column that mtaudit score writes; columns: name",
        ),
        (b'{"garbled": 0.1}\n{"garb', 3, [], 'line 2: not JSON: {"garb; mend'),
        (b'{"garbled": "high"}', 3, [], "'garbled' holds no numbers"),
        (b'{"garbled": 0.1, "verdict": 3}', 3, [], "'verdict' holds no text"),
        (b'{"garbled": 1, "ident": 1}', 2, ["--id-column", "idnet"], "did you mean 'ident'?"),
        (b'{"garbled": 1}', 2, ["--text-column", "x"], "no column 'x'; columns: garbled"),
        (b'{"garbled": 1}', 2, ["--top", "0"], "--top is 0; give 1 to 1000"),
        (b'{"garbled": 1}', 2, ["--out", "."], "is not a file"),
        (b'{"garbled": 1}', 3, ["--out", "/missing/x"], "/missing/x: cannot be written"),
    ],
)
def test_bad_input(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    content: bytes,
    code: int,
    arguments: list[str],
    message: str,
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    assert message in fails(capfd, code, path, *arguments)


def test_bad_parquet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"garbled": pa.array([], pa.float64())}), path)
    assert "has no rows" in fails(capfd, 3, path)
    write(path, ROWS)
    path.write_bytes(path.read_bytes()[:-9])
    assert "not a whole Parquet file" in fails(capfd, 3, path)
    assert "no such file" in fails(capfd, 3, tmp_path / "x")
    (tmp_path / "empty").mkdir()
    assert "no part-*.jsonl" in fails(capfd, 3, tmp_path / "empty")


def test_findings_of_another_shape_are_left_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    odd: list[Any] = [
        3,
        "many",
        [1, "x", {"check": 1}],
        [{"check": "a", "severity": "minor"}],
        None,
    ]
    rows = [{"garbled": 0.1, "findings": one} for one in odd]
    report = summary(capfd, write(tmp_path / "rows.jsonl", rows))
    assert [(one["check"], one["count"]) for one in report["findings"]] == [("a", 1)]
    for one in (3, "many", [1], [{"x": 1}]):
        path = write(tmp_path / "rows.parquet", [{"garbled": 0.1, "findings": one}])
        assert summary(capfd, path)["findings"] is None


_FLOATS = st.floats(0, 60, allow_nan=False)


@given(st.lists(_FLOATS, min_size=1, max_size=200), st.sampled_from(MEASURES))
def test_histograms_lose_nothing(values: list[float], name: str) -> None:
    if name == "words":
        values = [float(int(value * 100_000)) for value in values]
    histogram = _histogram(name)
    for start in range(0, len(values), 7):
        histogram.add(np.array(values[start : start + 7]))
    one = histogram.distribution(name, "", "")
    assert one is not None
    assert one.count == len(values) == sum(bar.count for bar in one.bars)
    assert all(a.high == b.low for a, b in zip(one.bars, one.bars[1:], strict=False))
    assert list(one.quantiles) == sorted(one.quantiles)
    assert one.minimum <= one.quantiles[0]
    assert one.quantiles[-1] <= one.maximum
    inside = 30 if name == "surprisal" else 1 if name == "garbled" else 100
    if name != "words" and max(values) <= inside:
        exact = np.quantile(values, QUANTILES, method="inverted_cdf")
        assert np.all(np.abs(np.array(one.quantiles) - exact) <= WIDTHS[name] + 1e-9)


@given(st.lists(st.integers(0, 30), max_size=400), st.integers(1, 8))
def test_tally_says_how_far_it_may_be_off(keys: list[int], capacity: int) -> None:
    tally: Tally[int] = Tally(capacity)
    for key in keys:
        tally.add(key)
    counted, exact = dict(tally.most()), Counter(keys)
    assert len(counted) <= 2 * capacity
    for key, count in exact.items():
        assert 0 <= count - counted.get(key, 0) <= tally.short_by
    if len(exact) <= 2 * capacity:
        assert counted == exact
        assert tally.short_by == 0
