"""The command line through a real process: output, exit codes, bad input."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from jsonschema import Draft202012Validator

import mtaudit.reports

GARBLED = (
    "Troops met the militants “Daesh” near the the bridge.\n\n"
    "Attacks have increased in recent period around the city."
)
SOUND = "The governor opened the bridge on Monday, a spokesman said.\n"
SCHEMAS = {
    name: json.loads((Path(mtaudit.reports.__file__).parent / name).read_text("utf-8"))
    for name in ("report.schema.json", "line.schema.json", "summary.schema.json")
}


def run(
    *arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None, **env: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mtaudit", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", **env},
        timeout=300,
    )


def check(*arguments: str | Path, **rest: Any) -> subprocess.CompletedProcess[bytes]:
    return run("check", "--no-lm", *arguments, **rest)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_bytes(GARBLED.encode())
    return path


def report(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(done.stdout)
    Draft202012Validator(SCHEMAS["report.schema.json"]).validate(made)
    return made


def quoted(made: dict[str, Any], text: str) -> list[str]:
    (document,) = made["documents"]
    for finding in document["findings"]:
        assert finding["text"] == text[finding["start"] : finding["end"]]
    return [finding["text"] for finding in document["findings"]]


FOUND = ["militants “Daesh”", "the the", "in recent period"]


def test_json_is_the_contract(article: Path) -> None:
    done = check(article, "--format", "json")
    assert done.returncode == 1
    made = report(done)
    assert made["schema"] == "mtaudit.report/1"
    assert made["signature"]["model"] == "none"
    (document,) = made["documents"]
    assert document["origin"] == str(article)
    assert document["coverage"] == {"characters": len(GARBLED), "scored": 0}
    assert document["fluency"] is None
    assert quoted(made, GARBLED) == FOUND


def test_jsonl_is_the_contract(tmp_path: Path, article: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    lines = [{"id": "a", "text": GARBLED}, {"id": 7, "text": SOUND}]
    rows.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    done = check(rows, article, "--format", "jsonl")
    made = [json.loads(line) for line in done.stdout.decode().splitlines()]
    for line in made:
        Draft202012Validator(SCHEMAS["line.schema.json"]).validate(line)
    assert [line["id"] for line in made] == ["a", "7", "article.txt"]
    assert [line["verdict"] for line in made] == ["review", "pass", "review"]


def test_schemas_are_those_of_the_types() -> None:
    from tests.write_schema import FILES, schema

    for name, type_ in FILES.items():
        assert json.loads(schema(type_)) == SCHEMAS[name], "run `make docs`"


@pytest.mark.parametrize(
    ("gate", "code"), [("never", 0), ("minor", 1), ("major", 1), ("critical", 0)]
)
def test_gate(article: Path, gate: str, code: int) -> None:
    assert check(article, "--fail-on", gate).returncode == code


def test_sound_text_passes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(SOUND)
    done = check(path)
    assert done.returncode == 0
    assert "PASS" in done.stdout.decode()
    assert done.stderr == b""


def test_standard_input(article: Path) -> None:
    done = check("-", "--format", "json", stdin=GARBLED.encode())
    assert quoted(report(done), GARBLED) == FOUND
    assert report(done)["documents"][0]["origin"] == "standard input"


def test_min_confidence_and_disable(article: Path) -> None:
    done = check(article, "--format", "json", "--min-confidence", "0.85")
    assert quoted(report(done), GARBLED) == FOUND[:2]
    done = check(article, "--format", "json", "--disable", "apposition", "--disable", "formula")
    assert quoted(report(done), GARBLED) == ["the the"]


def test_configuration_file_counts(article: Path) -> None:
    (article.parent / "mtaudit.toml").write_text('language_model = false\nfail_on = "never"\n')
    done = run("check", "article.txt", cwd=article.parent)
    assert done.returncode == 0
    assert "names and rules only" in done.stdout.decode()


def test_no_lm_never_imports_torch(article: Path) -> None:
    code = (
        "import sys; from mtaudit.cli.main import main; "
        f"main(['check', '--no-lm', {str(article)!r}]); "
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


SPECIAL = {
    "crlf": GARBLED.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + GARBLED,
    "nul": GARBLED.replace("bridge", "bri\0dge"),
    "control characters": GARBLED.replace("near", "\x07near\x1b"),
    "right-to-left marks": GARBLED.replace("Daesh", "\u200fDa\u200fesh\u202e"),
    "no-break spaces": GARBLED.replace(" the the ", "\u00a0the\u00a0the "),
    "astral characters": "\U0001f600 " + GARBLED,
    "one long line": GARBLED.replace("\n\n", " "),
}


@pytest.mark.parametrize("text", SPECIAL.values(), ids=SPECIAL.keys())
def test_offsets_hold_in_strange_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    found = quoted(report(check(path, "--format", "json")), text)
    assert len(found) == 3
    plain = [" ".join(f.replace("\u200f", "").replace("\u202e", "").split()) for f in found]
    assert plain == FOUND


def test_lone_surrogates(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    text = "\ud83d " + GARBLED + " \udfff"
    path.write_text(json.dumps({"text": text}))
    for form in ("json", "text"):
        done = check(path, "--format", form)
        assert done.returncode == 1, done.stderr
    # The halves of a character that stand alone are findings of their own.
    found = quoted(report(check(path, "--format", "json")), text)
    assert found == ["\ud83d", *FOUND, "\udfff"]


@pytest.mark.parametrize(("name", "start"), [("a.md", "# Flood\n\n"), ("a.html", "<h1>Flood</h1>")])
def test_markup(tmp_path: Path, name: str, start: str) -> None:
    text = start + GARBLED.replace("\n\n", "\n\n<p>" if name == "a.html" else "\n\n")
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert quoted(report(check(path, "--format", "json")), text) == FOUND


def bad(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "the file is empty"),
        ("blank.txt", b" \n\t\n", "the file is empty"),
        ("invisible.txt", "\u200f\ufeff\u200b".encode(), "no text in it"),
        ("image.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary file"),
        ("program", b"\x00\xff\xfe\x01" * 400, "binary file"),
        ("latin.txt", "Le café".encode("latin-1"), "cannot be read as UTF-8 (tried; byte 6"),
        ("fr.txt", "Le ministre a déclaré que la ville était calme.".encode(), "is in French"),
        ("ar.txt", "أعلنت وزارة الدفاع أن القوات سيطرت على المدينة".encode(), "is in Arabic"),
        ("a.jsonl", b"{\n", "line 1: this is not JSON"),
        ("a.jsonl", b'{"body": "x"}\n', "keys here: body"),
        ("a.jsonl", b'["x"]\n', "a line must be an object"),
        ("a.jsonl", b'{"text": ""}\n', "the text is empty"),
        ("a.html", b"<script>x</script>", "no text in it"),
    ],
)
def test_bad_input(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = bad(tmp_path, name, content)
    done = check(path)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 3
    assert len(lines) == 1
    assert lines[0].startswith(f"mtaudit: {path}")
    assert message in lines[0]
    assert done.stdout == b""


def test_missing_path_and_folder(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "none", "no such file"), (tmp_path, "this is a folder")):
        done = check(path)
        assert (done.returncode, done.stdout) == (3, b"")
        assert message in done.stderr.decode()


def test_one_bad_input_does_not_lose_the_others(tmp_path: Path, article: Path) -> None:
    done = check(tmp_path / "none", article, bad(tmp_path, "e.txt", b""), "--format", "json")
    assert done.returncode == 3
    assert len(report(done)["documents"]) == 1
    assert len(done.stderr.decode().splitlines()) == 2


def test_encoding_can_be_named(tmp_path: Path) -> None:
    text = SOUND.replace("bridge", "café")
    path = bad(tmp_path, "a.txt", text.encode("windows-1252"))
    assert check(path, "--encoding", "windows-1252").returncode == 0
    assert check(path, "--encoding", "klingon").returncode == 2
    for encoding in ("utf-16", "utf-32"):
        assert check(bad(tmp_path, "b.txt", text.encode(encoding))).returncode == 0


def test_a_line_of_five_megabytes(tmp_path: Path) -> None:
    path = bad(tmp_path, "long.txt", b"The governor opened the bridge on Monday. " * 125_000)
    done = check(path)
    assert done.returncode == 3
    assert "5,250,000 characters are more than the limit of 1,000,000" in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check"], "Missing parameter"),
        (["check", "--bogus", "x"], "No such option: --bogus"),
        (["check", "--format", "xml", "x"], "'xml' is not one of"),
        (["check", "--style", "apa", "x"], "did you mean 'ap'"),
        (["check", "--min-confidence", "3", "x"], "give a number from 0 to 1"),
        (["check", "--no-lm", "--words", "x"], "--words needs the language model"),
        (["check", "--no-lm", "--disable", "formulas", "-"], "did you mean 'formula'"),
        (["check", "--config", "none.toml", "x"], "there is no configuration file"),
        (["check", "--device", "gpu", "x"], "give one of auto, cpu, cuda"),
        (["cache", "empty"], "No such command"),
        (["checks", "formulas"], "did you mean 'formula'"),
        (["nothing"], "No such command"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str) -> None:
    done = run(*arguments, stdin=SOUND.encode())
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("smolm2-135m", "did you mean 'smollm2-135m'"),
        ("smollm2-135m", "mtaudit models pull"),
        ("./none.gguf", "there is no model file"),
    ],
)
def test_missing_model(article: Path, tmp_path: Path, model: str, message: str) -> None:
    done = run("check", article, "--model", model, MTAUDIT_HOME=str(tmp_path / "home"))
    assert done.returncode == 4
    assert message in done.stderr.decode()
    assert done.stdout == b""


def test_models_commands(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    assert "not pulled" in run("models", "list", MTAUDIT_HOME=home).stdout.decode()
    for command in ("info", "remove"):
        done = run("models", command, "smollm2-135m", MTAUDIT_HOME=home)
        assert done.returncode == 4
        assert len(done.stderr.decode().splitlines()) == 1


def test_unwritable_cache(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    done = run("models", "pull", MTAUDIT_HOME=str(tmp_path / "home"))
    assert done.returncode == 2
    assert "set MTAUDIT_HOME" in done.stderr.decode()


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_interrupt_leaves_nothing_half_written(form: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mtaudit", "check", "--no-lm", "--format", form, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that started the tests in the background makes its children deaf to interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    time.sleep(2.0)  # it waits for standard input by then
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == b""
    assert err.decode().splitlines()[-1].startswith("mtaudit: interrupted")


def test_a_reader_that_leaves(article: Path) -> None:
    command = f"{sys.executable} -m mtaudit check --no-lm {article} | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True)
    assert b"Traceback" not in done.stderr


def test_internal_errors_are_one_line(article: Path) -> None:
    code = (
        "import sys, mtaudit.audit\n"
        "def broken(*_, **__): raise RuntimeError('two\\nlines')\n"
        "mtaudit.audit.Auditor.run = broken\n"
        "from mtaudit.cli.main import main\n"
        f"sys.exit(main(['check', '--no-lm', {str(article)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 5
    assert done.stderr.splitlines() == [
        "mtaudit: internal error (RuntimeError: two lines); run again with MTAUDIT_DEBUG=1 and "
        "report what it prints"
    ]


def test_sample_can_be_piped_into_check() -> None:
    article = run("sample").stdout
    assert len(article.decode().split("\n\n")) >= 10
    done = check("-", "--format", "json", stdin=article)
    checks = {finding["check"] for finding in report(done)["documents"][0]["findings"]}
    assert len(checks) >= 6


def test_version() -> None:
    assert run("--version").stdout.decode().strip() == f"mtaudit {mtaudit.__version__}"


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("form", "name"), [("text", "report.txt"), ("json", "report.json")])
def test_golden_output(form: str, name: str) -> None:
    """What a reader sees, byte for byte; MTAUDIT_GOLDEN=write makes it anew."""
    done = check("article.txt", "--format", form, cwd=GOLDEN)
    made = done.stdout.decode()
    if form == "json":
        parsed = json.loads(made)
        parsed["signature"] = dict.fromkeys(parsed["signature"], "*")
        made = json.dumps(parsed, indent=1, ensure_ascii=False) + "\n"
    else:
        made = re.sub(r"(names|config) [0-9a-f]{12}", r"\1 *", made)
    path = GOLDEN / name
    if os.environ.get("MTAUDIT_GOLDEN") == "write":
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")
    assert max(map(len, made.splitlines())) <= 80 or form == "json"


def test_full_check_with_the_language_model(model_folder: Path, article: Path) -> None:
    options = ("--format", "json", "--words", "--fail-on", "never", "--no-cache")
    done = run("check", article, *options)
    assert done.returncode == 0, done.stderr
    made = report(done)
    (document,) = made["documents"]
    assert made["signature"]["bos"] == "<|endoftext|>=0"
    assert document["coverage"]["scored"] == document["coverage"]["characters"] == len(GARBLED)
    assert document["fluency"]["surprisal"] > 0
    words = [word for segment in document["segments"] for word in segment["words"]]
    assert [GARBLED[word["start"] : word["end"]] for word in words] == GARBLED.split()
    assert all(word["surprisal"] > 0 for word in words)
    assert set(FOUND) <= set(quoted(made, GARBLED))


def test_scores_are_kept_for_the_next_run(
    model_folder: Path, article: Path, tmp_path: Path
) -> None:
    home = str(tmp_path / "home")
    check = ("check", article, "--model", model_folder, "--format", "json", "--fail-on", "never")
    assert "no scores are kept yet" in run("cache", "info", MTAUDIT_HOME=home).stdout.decode()
    first = run(*check, MTAUDIT_HOME=home)
    assert first.returncode == 0, first.stderr
    shown = run("cache", MTAUDIT_HOME=home).stdout.decode()
    assert int(re.search(r"entries +(\d+)", shown).group(1)) >= 2  # type: ignore[union-attr]
    # Torch that cannot be imported: all that is asked is known.
    (tmp_path / "torch.py").write_text("raise ImportError")
    second = run(*check, MTAUDIT_HOME=home, PYTHONPATH=str(tmp_path))
    assert second.returncode == 0, second.stderr
    assert second.stdout == first.stdout
    (tmp_path / "home" / "scores-1.sqlite").write_bytes(b"damage" * 1000)
    third = run(*check, MTAUDIT_HOME=home)
    assert third.stdout == first.stdout
    assert b"mtaudit: the score cache was damaged" in third.stderr
    assert "MB freed" in run("cache", "clear", MTAUDIT_HOME=home).stdout.decode()
    assert list((tmp_path / "home").glob("scores*")) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_no_gpu(model_folder: Path, article: Path) -> None:
    done = run("check", article, "--device", "cuda")
    assert (done.returncode, done.stdout) == (4, b"")
    assert "torch sees no CUDA GPU here; use --device cpu" in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1
