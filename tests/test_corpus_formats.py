"""Every format that can be read gives the same rows, and what cannot be read has its outcome."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mtaudit.corpus.rows import JsonRows
from mtaudit.corpus.sources import find
from mtaudit.errors import InputError, UsageError
from tests.corpora import GARBLED, SOUND, manifest, rows_of, run, sentence, write_rows

ROWS: list[dict[str, Any]] = [
    {"id": "a", "text": GARBLED, "n": 1},
    {"id": "b", "text": SOUND, "n": 2},
    {"id": "c", "text": 'Quoted "words", commas\nand two lines of a letter to the editor.', "n": 3},
]


def written(folder: Path, kind: str) -> Path:
    path = folder / f"in.{kind}"
    table = pa.Table.from_pylist(ROWS)
    if kind == "parquet":
        pq.write_table(table, path)
    elif kind == "arrow":
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    elif kind in ("csv", "tsv"):
        with path.open("w", newline="") as file:
            writer_ = csv.DictWriter(file, list(ROWS[0]), delimiter="," if kind == "csv" else "\t")
            writer_.writeheader()
            writer_.writerows(ROWS)
    elif kind == "jsonl.gz":
        path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in ROWS).encode()))
    elif kind == "jsonl.zst":
        with pa.output_stream(str(path), compression="zstd") as out:
            out.write("".join(json.dumps(row) + "\n" for row in ROWS).encode())
    elif kind == "datasets":
        datasets = pytest.importorskip("datasets")
        datasets.Dataset.from_list(ROWS).save_to_disk(str(path))
    else:
        write_rows(path, ROWS)
    return path


@pytest.mark.parametrize("format_", ["jsonl", "parquet"])
@pytest.mark.parametrize(
    "kind",
    ["jsonl", "jsonl.gz", "jsonl.zst", "csv", "tsv", "parquet", "arrow", "datasets"],
)
def test_formats_give_the_same_rows(tmp_path: Path, kind: str, format_: str) -> None:
    out = tmp_path / "out"
    run([written(tmp_path, kind)], out, format=format_)
    found = rows_of(out)
    as_read = str if kind in ("csv", "tsv") else int
    assert [(row["id"], row["text"], row["n"]) for row in found] == [
        (row["id"], row["text"], as_read(row["n"])) for row in ROWS
    ]
    assert [row["verdict"] for row in found] == ["review", "pass", "pass"]
    assert list(found[0]) == [
        "id", "text", "n", "surprisal", "fluency", "garbled", "quality", "verdict", "words",
        "findings_minor", "findings_major", "findings_critical", "signature", "error",
    ]  # fmt: skip


def test_json_numbers_and_keys_stay_as_written(tmp_path: Path) -> None:
    line = '{"z": 1.50e2, "a": 12345678901234567890123, "u": "\\ud800é", "text": "SOUND" }'
    line = line.replace("SOUND", SOUND)
    (tmp_path / "in.jsonl").write_text("\ufeff" + line + "\r\n\n")
    run([tmp_path / "in.jsonl"], tmp_path / "out")
    (written_,) = (tmp_path / "out" / "part-00000.jsonl").read_text().splitlines()
    assert written_.startswith(line.rstrip(" }") + ', "surprisal": null')
    assert json.loads(written_)["u"] == "\ud800é"


def test_lone_surrogate_and_mixed_types_fit_parquet(tmp_path: Path) -> None:
    write_rows(tmp_path / "in.jsonl", [{"text": SOUND, "u": "\ud800", "m": 1, "e": {}}])
    rows = [json.dumps({"text": SOUND, "u": "x", "m": [2], "e": {}}), json.dumps({"text": SOUND})]
    with (tmp_path / "in.jsonl").open("a") as file:
        file.write("\n".join(rows))
    run([tmp_path / "in.jsonl"], tmp_path / "out", format="parquet")
    found = rows_of(tmp_path / "out")
    assert [row["m"] for row in found] == ["1", "[2]", None]
    assert found[0]["u"] == "?"


def test_text_units(tmp_path: Path) -> None:
    first, second = sentence(1), sentence(2)
    path = tmp_path / "in.txt"
    path.write_text(f"{first}\n{second}\n\n\n{first}\n")
    texts = {}
    for unit in ("line", "paragraph", "file"):
        run([path], tmp_path / unit, reading={"unit": unit})
        texts[unit] = [(row["id"], row["text"]) for row in rows_of(tmp_path / unit)]
    assert texts["line"] == [(f"{path}:1", first), (f"{path}:2", second), (f"{path}:5", first)]
    assert texts["paragraph"] == [(f"{path}:1", f"{first}\n{second}"), (f"{path}:5", first)]
    assert texts["file"] == [(str(path), path.read_text())]


def test_folder_of_texts_is_a_document_each(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden.txt", "notes.pdf"):
        (tmp_path / "in" / name).write_text(sentence(len(name)))
    run([tmp_path / "in"], tmp_path / "out", reading={"unit": "file"})
    assert [row["id"] for row in rows_of(tmp_path / "out")] == ["a.txt", "b.txt", "sub/c.txt"]


def test_line_aligned_pairs(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(f"{sentence(1)}\n\n{sentence(2)}\n")
    (tmp_path / "s.txt").write_text("أولا\nثانيا\nثالثا\n")
    run([tmp_path / "t.txt"], tmp_path / "o", reading={"source": str(tmp_path / "s.txt")})
    found = rows_of(tmp_path / "o")
    assert [(row["source"], row["error"]) for row in found] == [
        ("أولا", None), ("ثانيا", "no text in it to audit"), ("ثالثا", None)
    ]  # fmt: skip
    (tmp_path / "s.txt").write_text("أولا\n")
    with pytest.raises(UsageError, match=r"3 lines and .* 1; --source needs a line for each"):
        find([str(tmp_path / "t.txt")], source=str(tmp_path / "s.txt"))


def test_glob_of_mixed_schemas_is_a_union(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.jsonl", [{"text": sentence(1), "x": 1}])
    pq.write_table(pa.Table.from_pylist([{"text": sentence(2), "y": "two", "x": 2.5}]),
                   tmp_path / "b.parquet")  # fmt: skip
    run([tmp_path / "*"], tmp_path / "out", format="parquet")
    found = rows_of(tmp_path / "out")
    assert [(row["x"], row["y"]) for row in found] == [(1.0, None), (2.5, "two")]
    schemas = [pq.read_schema(part) for part in sorted((tmp_path / "out").glob("part-*"))]
    assert schemas[0].equals(schemas[1])


BAD = [
    (b"{bad", "line 2: not JSON: {bad"),
    (b"[1]", "line 2: not a JSON object"),
    (b'{"text": "\xff"}', "line 2: not UTF-8"),
    (b'{"text": null}', "no text in column 'text'"),
    (b'{"id": 1}', "no text in column 'text'"),
    (b'{"text": 3}', "column 'text' holds a number"),
    (b'{"text": ["a"]}', "column 'text' holds a list"),
    (b'{"text": " "}', "no text in it to audit"),
    (
        '{"text": "Le gouvernement a annoncé une nouvelle loi sur les impôts."}'.encode(),
        "in French",
    ),
]


@pytest.mark.parametrize(("line", "error"), BAD, ids=[error for _, error in BAD])
def test_bad_row_is_an_error_row_in_its_place(tmp_path: Path, line: bytes, error: str) -> None:
    good = [json.dumps({"text": sentence(n)}).encode() for n in (1, 2)]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join([good[0], line, good[1]]))
    outcome = run([tmp_path / "in.jsonl"], tmp_path / "out")
    found = rows_of(tmp_path / "out")
    assert [row["verdict"] for row in found] == ["pass", None, "pass"]
    assert error in found[1]["error"]
    assert outcome.counts.errors == manifest(tmp_path / "out")["totals"]["errors"] == 1
    with pytest.raises(InputError, match="stopped, as --strict asks"):
        run([tmp_path / "in.jsonl"], tmp_path / "strict", strict=True)


def test_huge_cell_is_an_error_row_that_is_kept(tmp_path: Path) -> None:
    huge = "wheat " * 8_400_000
    write_rows(tmp_path / "in.jsonl", [{"text": huge}, {"text": SOUND}])
    run([tmp_path / "in.jsonl"], tmp_path / "out")
    found = rows_of(tmp_path / "out")
    assert "50,400,000 characters are more than the limit of 1,000,000" in found[0]["error"]
    assert found[0]["text"] == huge
    assert found[1]["verdict"] == "pass"


def test_csv_row_of_another_width_is_an_error_row(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"id,text\n1,{sentence(1)},more\n2,{sentence(2)}\n")
    run([tmp_path / "in.csv"], tmp_path / "out")
    found = rows_of(tmp_path / "out")
    assert found[0]["error"].endswith("line 2: 3 cells where the first line names 2")
    assert [row["id"] for row in found] == ["1", "2"]


@pytest.mark.parametrize("kind", ["jsonl.gz", "jsonl.zst"])
def test_truncated_file_keeps_its_rows_and_says_where(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"in.{kind}"
    rows = [{"text": sentence(n), "noise": str(hash((n, "x")))} for n in range(3000)]
    with pa.output_stream(str(path), compression="detect") as out:
        out.write("".join(json.dumps(row) + "\n" for row in rows).encode())
    path.write_bytes(path.read_bytes()[:-100])
    outcome = run([path], tmp_path / "out", rows=1000, max_characters=3)
    found = rows_of(tmp_path / "out")
    assert outcome.counts.broken_files == 1
    kept = [row for row in found if "noise" in row]
    assert [row["noise"] for row in kept] == [row["noise"] for row in rows[: len(kept)]]
    assert len(found) == len(kept) + 1 > 1000
    assert f"cannot be read any further after {path}, line {len(kept)} " in found[-1]["error"]


def test_parquet_without_its_footer_stops_before_any_work(tmp_path: Path) -> None:
    path = written(tmp_path, "parquet")
    path.write_bytes(path.read_bytes()[:-9] + b"PAR1")
    with pytest.raises(InputError, match=r"in\.parquet: not a whole parquet file .*get the file"):
        run([path], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_missing_column_lists_those_there_are(tmp_path: Path) -> None:
    write_rows(tmp_path / "in.jsonl", [{"id": 1, "texts": "x"}])
    with pytest.raises(UsageError, match=r"no column 'text'; did you mean 'texts'.*: id, texts"):
        run([tmp_path / "in.jsonl"], tmp_path / "out")


def test_column_of_ours_in_the_input_needs_a_prefix(tmp_path: Path) -> None:
    write_rows(tmp_path / "in.jsonl", [{"text": SOUND, "quality": "mine"}])
    with pytest.raises(UsageError, match=r"'quality' already; .* --prefix mtaudit_"):
        run([tmp_path / "in.jsonl"], tmp_path / "out")
    run([tmp_path / "in.jsonl"], tmp_path / "out", prefix="mtaudit_")
    (row,) = rows_of(tmp_path / "out")
    assert (row["quality"], row["mtaudit_quality"]) == ("mine", 100.0)


def test_unknown_inputs_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        find([str(tmp_path / "no.jsonl")])
    (tmp_path / "in.dat").write_text("x")
    with pytest.raises(UsageError, match="Give --input-format, one of jsonl"):
        find([str(tmp_path / "in.dat")])
    with pytest.raises(InputError, match="no file in this folder that can be read"):
        find([str(tmp_path)])


def test_digest_tells_rows_apart() -> None:
    def digest(*lines: bytes) -> str:
        return JsonRows(lines, ["p"] * len(lines), [None] * len(lines)).digest()

    assert digest(b'{"a":1}', b'{"b":2}') != digest(b'{"a":1}{"b":2}')
    assert digest(b'{"a":1}') == digest(b'{"a":1}')


def test_data_set_that_datasets_streams(tmp_path: Path) -> None:
    """A folder stands in for the hub: the same library reads both."""
    (tmp_path / "set").mkdir()
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "set" / "train.parquet")
    name = f"hub:{tmp_path / 'set'}"
    run([name], tmp_path / "out", reading={"split": "train"})
    assert [row["id"] for row in rows_of(tmp_path / "out")] == ["a", "b", "c"]
    with pytest.raises(UsageError, match="give --split"):
        find([name])
    with pytest.raises(InputError, match="cannot be read"):
        run([name], tmp_path / "no", reading={"split": "nothing"})


def test_split_of_a_saved_data_set(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_list(ROWS)
    datasets.DatasetDict({"dev": rows, "test": rows}).save_to_disk(str(tmp_path / "set"))
    with pytest.raises(UsageError, match="give --split, one of dev, test"):
        find([str(tmp_path / "set")])
    run([tmp_path / "set"], tmp_path / "out", reading={"split": "dev"})
    assert [row["id"] for row in rows_of(tmp_path / "out")] == ["a", "b", "c"]
    (tmp_path / "set" / "dev" / "state.json").write_text("{}")
    with pytest.raises(InputError, match="save it again with save_to_disk"):
        find([str(tmp_path / "set")], split="dev")
