"""``mtaudit filter``: every row in exactly one place, or an error and nothing at all."""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mtaudit.cli.main import main
from tests.scored import Row, broken, finding, lines, read, row, write

KEEP = "garbled < 0.5 and quality > 40"
FINDINGS = [finding("garbled-name", "critical", "Macgork", "McGurk")]
ROWS = [broken(n) if n % 7 == 3 else row(n, FINDINGS if n % 2 else []) for n in range(60)]
KEPT = [one for one in ROWS if not one["error"] and one["garbled"] < 0.5 and one["quality"] > 40]
REST = [one for one in ROWS if one not in KEPT]
assert KEPT
assert sum(not one["error"] for one in REST) > 5


def ids(rows: list[Row]) -> list[str]:
    return [one["id"] for one in rows]


@pytest.fixture(autouse=True)
def no_activity(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a command takes under load decides no test."""
    monkeypatch.setattr("mtaudit.cli.activity._PATIENCE", 3600)


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    """A folder of three parts of JSON Lines."""
    return parts(tmp_path / "scored", "jsonl")


def parts(folder: Path, kind: str) -> Path:
    folder.mkdir()
    for number in range(3):
        write(folder / f"part-{number:05}.{kind}", ROWS[number * 20 : number * 20 + 20])
    return folder


def fails(capfd: pytest.CaptureFixture[str], code: int, *arguments: str | Path) -> str:
    """Run a command that fails; return its one line."""
    assert main([str(one) for one in arguments]) == code
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("mtaudit: ")
    assert printed.err.count("\n") == 1, printed.err
    return printed.err


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize("out", ["kept.jsonl", "kept.jsonl.gz", "kept.jsonl.zst", "kept.parquet"])
def test_every_row_in_one_place(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str, out: str
) -> None:
    folder = parts(tmp_path / "scored", kind)
    kept, rest = tmp_path / out, tmp_path / "rest.jsonl"
    assert (
        main(["filter", str(folder), "--keep", KEEP, "--out", str(kept), "--rest", str(rest)]) == 0
    )
    assert read(kept) == KEPT
    assert read(rest) == REST
    printed = capfd.readouterr()
    assert printed.out == ""
    share = f"{100 * len(KEPT) / 60:.1f}%"
    errors = sum(one["error"] is not None for one in ROWS)
    assert printed.err == (
        f"mtaudit: kept {len(KEPT)} of 60 rows ({share}), {len(REST)} not; {errors} of these are "
        f"undecided (null: garbled in {errors}, quality in {errors})\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["scored", out, "rest.jsonl"])


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_folders_keep_their_parts(tmp_path: Path, kind: str) -> None:
    folder = parts(tmp_path / "scored", kind)
    arguments = ["--out", str(tmp_path / "kept"), "--rest", str(tmp_path / "rest")]
    assert main(["filter", str(folder), "--keep", KEEP, *arguments]) == 0
    assert read(tmp_path / "kept") == KEPT
    assert read(tmp_path / "rest") == REST
    names = [f"part-{number:05}.{kind}" for number in range(3)]
    assert sorted(path.name for path in (tmp_path / "rest").iterdir()) == names
    # What filter writes, filter reads.
    again = tmp_path / "again.jsonl"
    assert main(["filter", str(tmp_path / "kept"), "--drop", "words > 0", "--out", str(again)]) == 0
    assert read(again) == []


def test_lines_are_kept_byte_for_byte(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    raw = [
        b'{"garbled":0.10,  "t": "\\ud800 \\u00e9 \xc3\xa9", "day": "2025-01-31", "big": 1e400}',
        b'{"garbled": 1e-1, "t": "", "n": 123456789012345678901234567890, "garbled": 0.3}',
        b'  {"garbled": 0.9}',
    ]
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + raw[0] + b"\r\n\n" + raw[1] + b"\n   \n" + raw[2])
    assert main(["filter", str(path), "--keep", "garbled < 0.5"]) == 0
    assert capfdbinary.readouterr().out == raw[0] + b"\n" + raw[1] + b"\n"


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines(ROWS))))
    assert main(["filter", "-", "--keep", KEEP]) == 0
    assert capfdbinary.readouterr().out == lines(KEPT)


def test_many_batches(tmp_path: Path) -> None:
    rows = [{"id": n, "garbled": None if n % 5 == 0 else n / 20_000} for n in range(20_000)]
    path = write(tmp_path / "rows.jsonl", rows)
    kept, rest = tmp_path / "kept.parquet", tmp_path / "rest.parquet"
    arguments = ["--out", str(kept), "--rest", str(rest)]
    assert main(["filter", str(path), "--keep", "garbled > 0.25", *arguments]) == 0
    expected = [one["id"] for one in rows if one["garbled"] and one["garbled"] > 0.25]
    assert [one["id"] for one in read(kept)] == expected
    found = sorted(one["id"] for one in read(kept) + read(rest))
    assert found == list(range(20_000))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--drop", "a > 1"], [1]),
        (["--keep", "b > 0", "--drop", "a > 1"], [1]),
        (["--keep", "a is None or a > 1"], [2, 3, 4]),
        (["--drop", "a is None"], [1, 2, 4]),
        (["--keep", "a > 0", "--drop", "b == 9"], [1]),
    ],
)
def test_what_is_unknown_is_not_kept(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], arguments: list[str], expected: Any
) -> None:
    rows = [
        {"id": 1, "a": 1, "b": 1},
        {"id": 2, "a": 2, "b": 9},
        {"id": 3, "a": None, "b": 1},
        {"id": 4, "a": 2},
    ]
    assert main(["filter", str(write(tmp_path / "rows.jsonl", rows)), *arguments]) == 0
    out = capfdbinary.readouterr().out
    assert [json.loads(line)["id"] for line in out.splitlines()] == expected


def test_parts_of_different_schemas(tmp_path: Path) -> None:
    folder = tmp_path / "scored"
    folder.mkdir()
    write(folder / "part-0.parquet", [{"id": 1, "garbled": 1, "error": None}])
    write(folder / "part-1.parquet", [{"garbled": 0.2, "id": 2, "error": "broken"}])
    write(folder / "part-2.parquet", [{"id": 3, "more": "x"}])
    out, rest = tmp_path / "out.parquet", tmp_path / "rest.jsonl"
    arguments = ["--out", str(out), "--rest", str(rest)]
    assert main(["filter", str(folder), "--keep", "garbled > 0.1", *arguments]) == 0
    assert read(out) == [
        {"id": 1, "garbled": 1.0, "error": None, "more": None},
        {"id": 2, "garbled": 0.2, "error": "broken", "more": None},
    ]
    assert read(rest) == [{"id": 3, "garbled": None, "error": None, "more": "x"}]


def test_parts_that_do_not_fit(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "scored"
    folder.mkdir()
    write(folder / "part-0.parquet", [{"garbled": 1}])
    write(folder / "part-1.parquet", [{"garbled": "high"}])
    error = fails(capfd, 3, "filter", folder, "--keep", "garbled > 0")
    assert "part-1.parquet: its columns do not fit" in error


def test_values_without_json(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    table = pa.table(
        {
            "x": pa.array([float("nan"), float("inf"), 0.5]),
            "day": pa.array([0, 1, 2], pa.timestamp("s")),
            "raw": pa.array([b"\xff", b"", None]),
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    assert main(["filter", str(tmp_path / "rows.parquet"), "--keep", "True"]) == 0
    rows = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert [one["x"] for one in rows] == [None, None, 0.5]
    assert rows[2] == {"x": 0.5, "day": "1970-01-01T00:00:02", "raw": None}
    assert rows[0]["raw"] == "/w=="


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_no_rows(tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str) -> None:
    path = tmp_path / f"rows.{kind}"
    if kind == "jsonl":
        path.write_bytes(b"\n")
    else:
        pq.write_table(pa.table({"garbled": pa.array([], pa.float64())}), path)
    for name in ("out.jsonl", "out.parquet", "out"):
        out = tmp_path / name
        assert main(["filter", str(path), "--keep", "garbled > 0", "--out", str(out)]) == 0
        assert read(out) == []
        assert capfd.readouterr().err == "mtaudit: kept 0 of 0 rows, 0 not\n"


# Bad input: one line, an exit code, and no file.


def test_unknown_column(scored: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    error = fails(capfd, 2, "filter", scored, "--keep", "garbeld < 1", "--out", out)
    assert "--keep: " in error
    assert "has no column 'garbeld'; did you mean 'garbled'? columns: id, text, surprisal" in error
    assert not out.exists()
    error = fails(capfd, 2, "filter", scored, "--drop", "zzz < 1")
    assert "has no column 'zzz'; columns: id, text" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give --keep"),
        (["--keep", "garbled <"], "character 10, at the end"),
        (["--keep", "garbled"], "not true or false"),
        (["--keep", "verdict > 3"], "cannot compare verdict (text) with 3 (a number)"),
        (["--drop", "len(text)"], "--drop 'len(text)': gives a number"),
        (["--keep", "True", "--out", "x.csv"], "the ending says no format"),
        (["--keep", "True", "--out", "a.jsonl", "--rest", "./a.jsonl"], "name the same place"),
        (["--keep", "True", "--keeep", "x"], "No such option"),
    ],
)
def test_wrong_usage(
    scored: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert message in fails(capfd, 2, "filter", scored, *arguments)


def test_existing_output(scored: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file, folder = tmp_path / "out.jsonl", tmp_path / "out"
    file.write_text("mine\n")
    folder.mkdir()
    (folder / "part-0.jsonl").write_text("mine\n")
    for out in (file, folder):
        for option, other in (("--out", "--rest"), ("--rest", "--out")):
            error = fails(
                capfd, 2, "filter", scored, "--keep", KEEP, option, out, other, tmp_path / "new"
            )
            assert "already; --force replaces" in error
    assert file.read_text() == (folder / "part-0.jsonl").read_text() == "mine\n"
    assert not list(tmp_path.glob(".*"))
    assert not (tmp_path / "new").exists()
    for out in (file, folder):
        assert main(["filter", str(scored), "--keep", KEEP, "--out", str(out), "--force"]) == 0
        assert read(out) == KEPT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.jsonl", "scored"]


def test_a_folder_of_other_things_is_never_replaced(
    scored: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "letters.txt").write_text("dear")
    error = fails(capfd, 2, "filter", scored, "--keep", KEEP, "--out", folder, "--force")
    assert "holds other things than parts, such as 'letters.txt'" in error
    assert (folder / "letters.txt").read_text() == "dear"


def test_the_input_is_no_output(scored: Path, capfd: pytest.CaptureFixture[str]) -> None:
    part = scored / "part-00001.jsonl"
    for source, out in ((scored, scored), (scored, part), (part, part)):
        error = fails(capfd, 2, "filter", source, "--keep", KEEP, "--out", out, "--force")
        assert "is the input itself" in error
    assert read(scored) == ROWS


def test_malformed_line(scored: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    part = scored / "part-00002.jsonl"
    good = part.read_bytes().splitlines(keepends=True)
    for bad, message in (
        (b'{"garbled": 0.1, "id', 'line 5: not JSON: {"garbled": 0.1, "id; mend'),
        (b"[1, 2]", "line 5: not a JSON object: [1, 2]"),
        (b'{"id": "\xff"}', "line 5: not UTF-8"),
        (b"[" * 100_000, "line 5: not JSON: [[["),
    ):
        part.write_bytes(b"".join([*good[:4], bad + b"\n", *good[4:]]))
        for out in ("out.jsonl", "out.parquet", "out"):
            arguments = ["--keep", KEEP, "--out", tmp_path / out, "--rest", tmp_path / "rest"]
            error = fails(capfd, 3, "filter", scored, *arguments)
            assert f"part-00002.jsonl, {message}" in error
            assert [path.name for path in tmp_path.iterdir()] == ["scored"]


def test_values_of_several_types(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows: list[Row] = [{"a": 1, "b": 1}, {"a": "x", "b": 1}]
    path = write(tmp_path / "rows.jsonl", rows)
    error = fails(capfd, 3, "filter", path, "--keep", "a == 1")
    assert "rows.jsonl, lines 1-2: 'a' holds values of several types" in error
    error = fails(capfd, 3, "filter", path, "--keep", "b == 1", "--out", tmp_path / "o.parquet")
    assert "write .jsonl in place of" in error
    assert [one.name for one in tmp_path.iterdir()] == ["rows.jsonl"]
    assert main(["filter", str(path), "--keep", "b == 1"]) == 0
    capfd.readouterr()
    # A type that changes in a later batch: known only when it is read.
    late = [{"a": 1}] * 5000 + [{"a": "x"}] * 5000
    path = write(tmp_path / "late.jsonl", late)
    out = tmp_path / "out.jsonl"
    error = fails(capfd, 3, "filter", path, "--keep", "a == 1", "--out", out)
    assert "late.jsonl, lines 4097-8192: 'a' holds" in error
    assert not out.exists()


@pytest.mark.parametrize("cut", [0, 3, 2000, -20])
def test_truncated_parquet(capfd: pytest.CaptureFixture[str], tmp_path: Path, cut: int) -> None:
    folder = parts(tmp_path / "scored", "parquet")
    part = folder / "part-00001.parquet"
    part.write_bytes(part.read_bytes()[:cut])
    error = fails(capfd, 3, "filter", folder, "--keep", KEEP, "--out", tmp_path / "out.parquet")
    assert "part-00001.parquet: not a whole Parquet file" in error
    assert [path.name for path in tmp_path.iterdir()] == ["scored"]


def test_broken_parquet_page(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = parts(tmp_path / "scored", "parquet")
    part = folder / "part-00001.parquet"
    whole = bytearray(part.read_bytes())
    whole[4:400] = b"\xff" * 396
    part.write_bytes(whole)
    out = tmp_path / "out.parquet"
    error = fails(capfd, 3, "filter", folder, "--keep", KEEP, "--out", out)
    assert "part-00001.parquet: not a whole Parquet file" in error
    assert [path.name for path in tmp_path.iterdir()] == ["scored"]


def test_truncated_gzip(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    whole = gzip.compress(lines([row(n) for n in range(20_000)]))
    path.write_bytes(whole[: len(whole) // 2])
    error = fails(capfd, 3, "filter", path, "--keep", "True", "--out", tmp_path / "out.jsonl")
    assert "rows.jsonl.gz: cannot be read (Truncated compressed stream)" in error
    path.write_bytes(whole)
    assert main(["filter", str(path), "--keep", "True", "--out", str(tmp_path / "o.jsonl")]) == 0
    assert len(read(tmp_path / "o.jsonl")) == 20_000


def test_inputs_that_are_not_there(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("x")
    assert "no part-*.jsonl" in fails(capfd, 3, "filter", empty, "--keep", "True")
    missing = tmp_path / "missing"
    assert "no such file or folder" in fails(capfd, 3, "filter", missing, "--keep", "True")
    write(empty / "part-0.jsonl", ROWS[:1])
    write(empty / "part-0.parquet", ROWS[:1])
    assert "outputs of two runs" in fails(capfd, 3, "filter", empty, "--keep", "True")
    parquet = (empty / "part-0.parquet").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(parquet)))
    assert "give its file name" in fails(capfd, 3, "filter", "-", "--keep", "True")


def test_places_that_cannot_be_written(
    scored: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    places = [tmp_path / "missing" / "out.jsonl", scored / "part-00000.jsonl" / "out"]
    if os.geteuid():
        locked = tmp_path / "locked"
        locked.mkdir(mode=0o500)
        places += [locked / "out.jsonl", locked / "out.parquet", locked / "out"]
    if Path("/proc/self").exists():
        places += [Path("/proc/out.jsonl"), Path("/proc/out")]
    for place in places:
        for option, other in (("--out", "--rest"), ("--rest", "--out")):
            error = fails(
                capfd, 3, "filter", scored, "--keep", KEEP, option, place, other, tmp_path / "new"
            )
            assert f"{place}: cannot be written (" in error
    assert not list(tmp_path.glob(".*"))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("out", ["out.jsonl", "out.jsonl.gz", "out.parquet", "out"])
def test_full_disk(tmp_path: Path, out: str) -> None:
    """A limit on the size of files stands for a disk that fills up."""
    rows = [{"garbled": 0.1, "text": os.urandom(3000).hex()} for _ in range(400)]
    path = write(tmp_path / "rows.jsonl", rows)
    command = [sys.executable, "-m", "mtaudit", "filter", path, "--keep", "garbled < 1"]
    done = subprocess.run(
        [*command, "--out", tmp_path / out],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
        timeout=120,
    )
    assert done.returncode == 3
    error = done.stderr.splitlines()[-1]
    assert error.startswith("mtaudit: ")
    assert "cannot be written (" in error
    assert "File too large" in error
    assert "Traceback" not in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["rows.jsonl"]


@pytest.mark.parametrize("out", ["out.jsonl", "out.parquet", "out"])
def test_interrupt(scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str) -> None:
    def interrupt(*_: Any) -> None:
        # By now rows of the first part stand in both places.
        assert list(tmp_path.glob(".*"))
        raise KeyboardInterrupt

    monkeypatch.setattr("mtaudit.corpus.filtering._count", interrupt)
    arguments = ["--out", str(tmp_path / out), "--rest", str(tmp_path / "rest")]
    assert main(["filter", str(scored), "--keep", KEEP, *arguments]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["scored"]


def test_reader_that_leaves(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", [row(n) for n in range(5000)])
    done = subprocess.run(
        f'"{sys.executable}" -m mtaudit filter "{path}" --keep True | head -n 1',
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert json.loads(done.stdout)["id"] == "doc-0"
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr
