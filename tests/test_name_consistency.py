"""Renderings of one name: which are one, what is reported of them, and over a whole run."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from mtaudit.config import Config
from mtaudit.document import Document
from mtaudit.evidence import Evidence
from mtaudit.finding import Finding, Severity
from mtaudit.names import groups
from mtaudit.names.consistency import Relation, same_name
from mtaudit.names.forms import written_forms
from mtaudit.names.groups import run_forms
from mtaudit.names.store import shipped
from mtaudit.names.variants import numbers, parts, spelled_alike
from mtaudit.reports.terminal import render
from mtaudit.text.sentences import split
from tests.helpers import audit

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "eval" / "data" / "name-pairs.jsonl")
    .read_text("utf-8")
    .splitlines()
]
VARIANT, ALIAS, ACRONYM, SYNONYM = (
    Relation.VARIANT, Relation.ALIAS, Relation.ACRONYM, Relation.SYNONYM,
)  # fmt: skip


def document(text: str, name: str = "a") -> Document:
    return Document(name, text, segments=split(text))


def found(text: str, **config: Any) -> list[Finding]:
    report = audit(text, config=Config(language_model=False, **config))
    return [finding for finding in report.findings if finding.check == "name-consistency"]


def places(text: str, word: str) -> list[int]:
    return [start for start in range(len(text)) if text.startswith(word, start)]


def corrected(text: str, findings: list[Finding]) -> str:
    edits = [edit for finding in findings for edit in finding.suggestions]
    for edit in sorted(edits, key=lambda edit: -edit.span.start):
        text = edit.apply(text)
    return text


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("Deir Hafer", "Dair Hafir", VARIANT),
        ("Al-Quds", "Alquds", VARIANT),
        ("Abd al-Rahman", "Abdurrahman", VARIANT),
        ("Jisr ash-Shughur", "Jisr al-Shoughour", VARIANT),
        ("Hassan Nasralla", "Hasan Nasrallah", VARIANT),
        ("Diyarbakır", "Diyarbakir", VARIANT),
        ("Mazar-i-Sharif", "Mazar-e Sharif", VARIANT),
        ("Aleksandr Novak", "Alexander Novak", VARIANT),
        ("Novoozyornoye", "Novoozernoye", VARIANT),
        ("National Defence Forces", "National Defense Forces", VARIANT),
        ("Idlib Governorate", "Idleb governorate", VARIANT),
        ("Syrian Observatory for Human Rights", "SOHR", ACRONYM),
        ("O.S.C.E.", "Organization for Security and Co-operation in Europe", ACRONYM),
        ("Directorate of General Security", "General Security Directorate", SYNONYM),
        ("Supreme Military Council", "Higher Military Council", SYNONYM),
        ("al-Nusra", "al-nusra", Relation.IDENTICAL),
    ],
)
def test_one_name_without_the_knowledge_base(a: str, b: str, relation: Relation) -> None:
    assert same_name(a, b, None) is same_name(b, a, None) is relation


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("Deir ez-Zor", "Deir el-Zour", VARIANT),
        ("Daesh", "ISIS", ALIAS),
        ("PKK", "Kurdistan Workers' Party", ALIAS),
        ("Raqqa city", "ar-Raqqah", VARIANT),
    ],
)
def test_one_name_of_the_knowledge_base(a: str, b: str, relation: Relation) -> None:
    assert same_name(a, b, shipped()) is relation


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Deir ez-Zor", "Deir ez-Zor governorate"),
        ("Deir ez-Zor city", "Deir el-Zour province"),
        ("al-Nusra", "Ansar"),
        ("Jabhat al-Nusra", "Ansar al-Din"),
        ("Hassan Ali", "Hussein Ali"),
        ("Hamad Khalil", "Hamid Khalil"),
        ("Farid Khoury", "Farida Khoury"),
        ("Kafr al-Kabir", "Kafr al-Saghir"),
        ("Tell al-Fawqani", "Tell al-Tahtani"),
        ("Al-Sharqiyah", "Al-Gharbiyah"),
        ("Nizhny Tagil", "Verkhny Tagil"),
        ("Velyka Novosilka", "Mala Novosilka"),
        ("Shyrokyi", "Shyroke"),
        ("Luhansk", "Luhanske"),
        ("Li Peng", "Li Ping"),
        ("Ukraine", "Ukrainian"),
        ("Division 30", "Division 13"),
        ("World War II", "World War I"),
        ("First Brigade", "Second Brigade"),
        ("Scientific Committee", "EU Scientific Committee"),
        ("Federal Migration Service", "Federal Migration Services"),
        ("SDF", "Free Syrian Army"),
        ("Steve Follett", "Steve Fossett"),
        ("Нове", "Янтарне"),
        ("", "Raqqa"),
    ],
)
def test_two_names(a: str, b: str) -> None:
    for knowledge in (None, shipped()):
        assert same_name(a, b, knowledge) is None
        assert same_name(b, a, knowledge) is None


def test_written_pairs_keep_their_floors() -> None:
    assert len(PAIRS) >= 300
    told = [(same_name(p["a"], p["b"], shipped()) is not None, p["same"]) for p in PAIRS]
    right = sum(said and same for said, same in told)
    assert right >= 0.95 * sum(said for said, _ in told)
    assert right >= 0.95 * sum(same for _, same in told)


def test_pairs_are_judged_alike_in_either_order() -> None:
    for pair in PAIRS:
        a, b = pair["a"], pair["b"]
        assert same_name(a, b, shipped()) is same_name(b, a, shipped()), pair


def test_parts_are_folded() -> None:
    assert parts("‘Abd al-Raḥmān") == ("abd", "rahman")
    assert parts("Al") == ("al",)
    assert parts("") == ()
    assert numbers("Division 30") == ("30",)
    assert numbers("Rahman II") == ("II",)
    assert not spelled_alike("", "")


def test_keys_lose_no_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every form compared with every other gives the same clusters."""
    forms = dict.fromkeys(form for pair in PAIRS[:120] for form in (pair["a"], pair["b"]))
    made = {frozenset(group) for group, _ in groups.clusters(forms, shipped())}
    monkeypatch.setattr(groups, "_candidates", lambda forms, _: combinations(forms, 2))
    assert {frozenset(group) for group, _ in groups.clusters(forms, shipped())} == made
    assert len(made) < len(forms)


def test_forms_and_their_places() -> None:
    text = "Several Syrian Army units left. The Dair Hafir road and ad-Dana’s gate are shut."
    forms = written_forms(document(text))
    assert list(forms) == ["Army", "Dair Hafir", "ad-Dana"]
    assert all(span.of(text) == form for form, spans in forms.items() for span in spans)


TEXT = (
    "The army entered Deir Hafer on Monday. The road to Dair Hafir is mined. Families had left "
    "Deir Hafer before, and Dair Hafir’s mayor with them. Deir Hafer fell."
)


def test_one_finding_with_all_places() -> None:
    (finding,) = found(TEXT)
    first, second = places(TEXT, "Dair Hafir")
    assert finding.span.of(TEXT) == "Dair Hafir"
    assert finding.span.start == first
    assert [span.start for span in finding.related] == [second, TEXT.index("Deir Hafer")]
    assert finding.message == "“Dair Hafir” is elsewhere “Deir Hafer”"
    assert finding.severity is Severity.MINOR
    assert [edit.span.start for edit in finding.suggestions] == [first, second]
    assert corrected(TEXT, [finding]) == TEXT.replace("Dair Hafir", "Deir Hafer")


def test_each_form_is_reported_by_itself() -> None:
    text = TEXT + " Nobody was in Dayr Hafer."
    findings = found(text)
    assert [finding.span.of(text) for finding in findings] == ["Dair Hafir", "Dayr Hafer"]
    assert {finding.related[-1].start for finding in findings} == {text.index("Deir Hafer")}


@pytest.mark.parametrize(
    ("style", "right"), [("ap", "Deir el-Zour"), ("bbc", "Deir al-Zour"), ("house", "Deir ez-Zor")]
)
def test_the_form_of_the_house_style(style: str, right: str) -> None:
    """The style's rendering where the text prints it, else the most frequent form."""
    text = (
        "They left Deir ez-Zor on Monday and came back to Deir ez-Zor on Friday. The mayor of "
        "Deir el-Zour thanked them. A hospital in Deir al-Zour was shut."
    )
    findings = found(text, style=style)
    forms = {"Deir ez-Zor", "Deir el-Zour", "Deir al-Zour"}
    assert {finding.span.of(text) for finding in findings} == forms - {right}
    fixed = text
    for form in forms:
        fixed = fixed.replace(form, right)
    assert corrected(text, findings) == fixed


@pytest.mark.parametrize(
    "text",
    [
        "Fighters of Daesh left. ISIS had held the town. Daesh said nothing.",
        "Deir ez-Zor is quiet. The governor of Deir ez-Zor province came.",
        "He met al-Qaeda members. Qaeda fighters fled.",
        "The Hunting Party is a film. Few saw Hunting Party.",
        "It was a good year for Landesbank. Other Landesbanks lost money.",
        "Frankfurt International Motor Show opened, Frankfurt’s International Motor Show.",
        "“It’s Only Life” was sung. “It's Only Life” is old.",
        "A Kent Police spokesman came. He spoke for Kent Police.",
        "Members of al-Nusra and of Ansar met in Tal Tamr and Tal Afar.",
    ],
)
def test_sound_text(text: str) -> None:
    assert found(text) == []


def test_the_terminal_counts_the_other_places() -> None:
    report = audit(TEXT, config=Config(language_model=False))
    console = Console(width=100, file=StringIO())
    with console.capture() as captured:
        render(report, console)
    shown = captured.get()
    assert "Dair Hafir  →  Deir Hafer   also in 1 other place" in shown
    assert " or Deir Hafer" not in shown


def test_the_run_settles_on_the_form_of_most_documents() -> None:
    texts = ["He left Deir Hafer.", "Deir Hafer fell.", "Dair Hafir, Dair Hafir and Dair Hafir."]
    settled = run_forms(map(document, texts), shipped(), "house")
    assert {form: common.text for form, common in settled.items()} == {
        "Deir Hafer": "Deir Hafer",
        "Dair Hafir": "Deir Hafer",
    }
    assert settled["Dair Hafir"].documents == 2


def test_other_words_of_a_body_are_told_within_one_document_alone() -> None:
    texts = ["The Joint Security Information Office spoke.", "The Joint Security Media Office did."]
    assert run_forms(map(document, texts), shipped(), "house") == {}


def test_evidence_knows_no_names_by_default() -> None:
    assert Evidence().names == ()


NEWS = {
    "a.txt": "The army entered Deir Hafer on Monday, officials said.\n",
    "b.txt": "Families came back to Deir Hafer, the governor said on Friday.\n",
    "c.txt": "The road to Dair Hafir is mined. A bus to Dair Hafir turned round on Monday.\n",
    "d.txt": "",
}


def checked(folder: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    for name, text in NEWS.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mtaudit", "check", "--no-lm", "--format", "jsonl", *options]
    return subprocess.run([*command, *NEWS], capture_output=True, cwd=folder, timeout=300)


def reported(done: subprocess.CompletedProcess[bytes]) -> dict[str, list[dict[str, Any]]]:
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return {line["id"]: line["findings"] for line in lines}


def test_names_over_a_corpus(tmp_path: Path) -> None:
    done = checked(tmp_path, "--corpus-names", "--fail-on", "minor")
    made = reported(done)
    assert list(made) == ["a.txt", "b.txt", "c.txt"]
    assert made["a.txt"] == made["b.txt"] == []
    (finding,) = made["c.txt"]
    starts = places(NEWS["c.txt"], "Dair Hafir")
    assert finding["message"] == "“Dair Hafir” is “Deir Hafer” in 2 other documents"
    assert finding["text"] == "Dair Hafir"
    assert finding["start"] == starts[0]
    assert [edit["start"] for edit in finding["suggestions"]] == starts
    assert {edit["replacement"] for edit in finding["suggestions"]} == {"Deir Hafer"}
    assert [place["start"] for place in finding["related"]] == starts[1:]
    # One that cannot be read is named once, though the run is read twice.
    assert done.returncode == 3
    assert len(done.stderr.decode().splitlines()) == 1


def test_names_of_other_documents_count_only_when_asked(tmp_path: Path) -> None:
    assert all(findings == [] for findings in reported(checked(tmp_path)).values())
    (tmp_path / "mtaudit.toml").write_text("corpus-names = true\n", encoding="utf-8")
    assert [len(findings) for findings in reported(checked(tmp_path)).values()] == [0, 0, 1]
