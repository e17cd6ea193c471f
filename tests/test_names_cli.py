"""``mtaudit names`` as a user types it, and what it does to ``mtaudit check``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from mtaudit.cli.main import main
from mtaudit.cli.names import build as build_command
from mtaudit.cli.names.common import checked_kind
from mtaudit.errors import UsageError
from mtaudit.names import building
from mtaudit.names.build import FORMAT, build
from mtaudit.names.entities import Entity
from mtaudit.names.sources.source import Rows, Source
from mtaudit.names.store import opened, shipped, shipped_path
from mtaudit.names.userfile import NAMES_FILE, read_names
from tests.test_cli import run
from tests.test_name_sources import GEONAMES, WIKIDATA_LINES, WOF, write

ARTICLE = (
    "Fighters of the Army of the Flower attacked a checkpoint near Homs in Syria.\n\n"
    "The forces of the rapid support fought in Khartoum, Sudan.\n"
)
Names = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and no names of one's own."""
    shipped()
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("MTAUDIT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "80")
    return work


@pytest.fixture
def user(folder: Path) -> Path:
    return folder.parent / "data" / NAMES_FILE


@pytest.fixture
def names(folder: Path, capsys: pytest.CaptureFixture[str]) -> Names:
    """Run ``mtaudit names`` and return code, output and what else was said."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["names", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def done(names: Names, *arguments: str) -> str:
    code, out, err = names(*arguments)
    assert (code, err) == (0, "")
    return out


def check(*options: str) -> dict[str, Any]:
    """Audit the article in the working folder and return what is suggested for each span."""
    Path("article.txt").write_text(ARTICLE, encoding="utf-8")
    ran = run("check", "--no-lm", "--format", "json", "article.txt", *options)
    assert ran.stderr == b""
    made = json.loads(ran.stdout)
    (document,) = made["documents"]
    found = {f["text"]: f["suggestions"][0]["replacement"] for f in document["findings"]}
    return {"names": made["signature"]["names"], **found}


# Looking.


def test_info(names: Names, user: Path) -> None:
    out = done(names)
    assert out == done(names, "info")
    lines = out.replace(str(user), "").replace(str(shipped_path()), "").splitlines()
    assert max(map(len, lines)) <= 80
    lines = out.splitlines()
    assert lines[0] == f"file     {shipped_path()}"
    assert lines[2] == f"digest   {shipped().digest}"
    assert any(line.startswith("reviewed names") and "Apache-2.0" in line for line in lines)
    assert "GeoNames," in out
    assert lines[-2:] == [f"user     none yet, for {user}", "project  no project here"]
    done(names, "add", "Zahran Party", "--kind", "party", "--user")
    done(names, "remove", "hezbollah", "--user")
    assert f"user     1 name, 1 hidden in {user}\n" in done(names)


def test_info_before_anything_is_built(
    names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTAUDIT_HOME", str(tmp_path / "home"))
    assert "(not built yet; mtaudit names build makes it)\n" in done(names)
    assert not (tmp_path / "home").exists()


def test_search(names: Names) -> None:
    assert done(names, "search", "rapid supp") == (
        "rapid-support-forces  armed-group  Rapid Support Forces  SD\n"
    )
    out = done(names, "search", "al", "--limit", "7")
    assert len([line for line in out.splitlines() if not line.startswith(" ")]) == 7
    assert max(map(len, out.splitlines())) <= 80
    (one,) = json.loads(done(names, "search", "الدعم السريع", "--limit", "1", "--json"))
    assert one == {
        "id": "rapid-support-forces", "kind": "armed-group",
        "name": "Rapid Support Forces", "countries": ["SD"],
    }  # fmt: skip
    assert names("search", "qqqqq") == (0, "", "mtaudit: no name has 'qqqqq' in it\n")
    assert done(names, "search", '"*', "--json") == "[]\n"
    assert names("search", "x", "--limit", "0")[0] == 2


SHOWN = """\
name       the Jaysh Zahran
id         jaysh-zahran
kind       armed-group
bbc        Army of Zahran
aliases    JZ; Zahran's Army
ar         جيش قققق
ru         Армия Захран
readings   army / troops · of / from · islam
countries  SY IQ
note       invented
source     the user's table
file       {file}
"""


def test_add_and_show(names: Names, user: Path) -> None:
    out = done(
        names, "add", "Jaysh  Zahran", "--kind", "armed-group", "--source", "ar=جيش قققق",
        "--source", "ru=Армия Захран", "--alias", "JZ", "--alias", "Zahran's Army", "--country",
        "SY", "--country", "IQ", "--bbc", "Army of Zahran", "--article", "--note", "invented",
        "--reading", "army/troops of/from islam",
    )  # fmt: skip
    assert out == f"jaysh-zahran is in {user}\n"
    out = done(names, "show", "JZ")
    assert out == SHOWN.format(file=user)
    assert out == done(names, "show", "jaysh-zahran") == done(names, "show", "army of zahran")
    made = json.loads(done(names, "show", "JZ", "--json"))
    assert made["sources"][0] == {"language": "ar", "name": "جيش قققق"}
    assert made["readings"] == [
        {"words": [["army", "troops"], ["of", "from"], ["islam"]], "source": ""}
    ]
    assert (made["origin"], made["source"], made["files"]) == ("user", None, [str(user)])


def test_show_what_ships(names: Names) -> None:
    out = done(names, "show", "Rapid Support Forces")
    assert "source     reviewed names, Apache-2.0, the authors of mtaudit\n" in out
    assert "readings   " in out
    assert out.endswith(f"file       {shipped_path()}\n")
    assert max(map(len, out.splitlines()[:-1])) <= 80
    made = json.loads(done(names, "show", "rapid-support-forces", "--json"))
    assert made["source"]["licence"] == "Apache-2.0"
    assert made["files"] == [str(shipped_path())]


@pytest.mark.parametrize("command", ["show", "remove"])
def test_unknown_names_are_told(names: Names, command: str) -> None:
    assert names(command, "hezbolah") == (
        2, "", "mtaudit: there is no name 'hezbolah'; did you mean 'hezbollah'? mtaudit names "
        "search TEXT looks for parts of names\n",
    )  # fmt: skip
    code, out, err = names(command, "qqqqq")
    assert (code, out) == (2, "")
    assert err.startswith("mtaudit: there is no name 'qqqqq'; mtaudit names search TEXT")


def test_a_name_of_several_is_told(names: Names) -> None:
    done(names, "add", "Zahran", "--kind", "city")
    done(names, "add", "Zahran", "--kind", "party")
    assert names("show", "zahran")[0] == 0  # this is an id
    assert names("show", "Zahran") == (
        2, "", "mtaudit: 'Zahran' names 2 entities, give an id: zahran, zahran-2\n",
    )  # fmt: skip


# Adding and removing.


def test_where_names_go(names: Names, folder: Path, user: Path) -> None:
    add = ("add", "Zahran Party", "--kind", "party")
    project = folder / NAMES_FILE
    done(names, *add)
    assert (user.exists(), project.exists()) == (True, False)
    done(names, *add, "--project")
    assert project.exists()
    before = user.read_bytes()
    done(names, "add", "Zahran City", "--kind", "city")
    assert [e.id for e in read_names(project).entities] == ["zahran-party", "zahran-city"]
    assert user.read_bytes() == before
    done(names, "add", "Zahran City", "--kind", "city", "--user", "--note", "mine")
    assert [e.id for e in read_names(user).entities] == ["zahran-party", "zahran-city"]
    assert "source     the project's table\n           the user's table\n" in done(
        names, "show", "zahran-city"
    )


def test_a_configuration_file_makes_a_project(names: Names, folder: Path) -> None:
    (folder / "mtaudit.toml").write_text("")
    assert done(names, "add", "Zahran", "--kind", "city") == (
        f"zahran is in {folder / NAMES_FILE}\n"
    )


def test_adding_to_what_is_known(names: Names, user: Path) -> None:
    known = shipped()["rapid-support-forces"]
    out = done(names, "add", "RSF", "--kind", known.kind, "--note", "as we print it")
    assert out == (
        f"rapid-support-forces is in {user}\n"
        f"it adds to Rapid Support Forces ({known.kind}), which was known by this id\n"
    )
    shown = json.loads(done(names, "show", "rapid-support-forces", "--json"))
    assert (shown["name"], shown["note"]) == ("RSF", "as we print it")
    assert "Rapid Support Forces" in shown["aliases"]
    assert shown["files"] == [str(user), str(shipped_path())]
    done(names, "add", "RSF", "--kind", known.kind, "--alias", "the Rapids")
    (row,) = read_names(user).entities
    assert (row.note, row.aliases) == ("as we print it", ("the Rapids",))


def test_removing(names: Names, user: Path) -> None:
    done(names, "add", "Zahran", "--kind", "city")
    assert done(names, "remove", "Zahran") == f"zahran is no longer in {user}\n"
    kind = shipped()["rapid-support-forces"].kind
    done(names, "add", "RSF", "--kind", kind)
    assert done(names, "remove", "RSF") == (
        f"rapid-support-forces is no longer in {user}\n"
        f"Rapid Support Forces ({kind}) stands as it ships; remove it again to hide it\n"
    )
    hidden = f"rapid-support-forces is hidden by {user}\n"
    assert done(names, "remove", "Rapid Support Forces") == hidden
    again = f"rapid-support-forces is hidden already, by {user}\n"
    assert done(names, "remove", "rapid-support-forces") == again
    assert "hidden already" in done(names, "remove", "Rapid Support Forces")
    assert names("show", "rapid-support-forces")[0] == 2
    assert done(names, "add", "RSF", "--kind", kind).endswith("it was hidden, and is shown again\n")
    assert "Rapid Support Forces" in done(names, "show", "RSF")


def test_a_row_without_an_id_is_removed_and_not_what_has_that_id(names: Names, user: Path) -> None:
    user.parent.mkdir()
    user.write_text("kind\tname\nwebsite\tHezbollah\n")
    assert "website" in done(names, "show", "hezbollah-2")
    out = done(names, "remove", "hezbollah-2")
    assert out == f"hezbollah-2 is no longer in {user}\n"
    assert user.read_text() == "kind\tname\n"
    assert done(names, "remove", "hezbollah") == f"hezbollah is hidden by {user}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["add", "X"], "Missing"),
        (["add", "X", "--kind", "grup"], "unknown kind 'grup'; the kinds are armed-group, army,"),
        (["add", "X", "--kind", "newspapr"], "unknown kind 'newspapr'; did you mean 'newspaper'?"),
        (["add", "X", "--kind", "city", "--country", "Syria"], "'Syria' is not an ISO 3166"),
        (["add", "X", "--kind", "city", "--source", "x"], "source 'x' is not of the form ar=…"),
        (["add", "X", "--kind", "city", "--id", "X 1"], "id 'X 1' is not lower-case words"),
        (["add", " ", "--kind", "city"], "the name is empty"),
        (["add", "X", "--kind", "city", "--project", "--user"], "--project or --user, not both"),
        (["import", "g.csv", "--language", "arabisk"], "did you mean 'arabic'?"),
        (["import", "g.csv", "--language", "q"], "unknown language 'q'; give a code such as ar"),
        (["import", "g.csv", "--columns", "english"], "is not of the form english=Term,source="),
        (["import", "g.csv", "--kind", "newspapr"], "did you mean 'newspaper'?"),
        (["import", "g.csv", "--format", "xls"], "'xls' is not one of"),
        (["build", "--geonames", "x.txt"], "give the file to build with these dumps: --output"),
        (["build", "--output", "."], "is a folder; give a file"),
        (["build", "--output", "none/x.sqlite"], "there is no folder"),
        (["bild"], "No such command"),
    ],
)
def test_wrong_usage(names: Names, user: Path, arguments: list[str], message: str) -> None:
    code, out, err = names(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert not user.exists()
    assert len(err.splitlines()) == 1


def test_kinds() -> None:
    assert checked_kind("city") == "city"
    with pytest.raises(UsageError):
        checked_kind("cities!")


# What it does to an audit.


def test_own_names_change_what_is_found(names: Names, folder: Path, user: Path) -> None:
    plain = check()
    assert plain.pop("names") == shipped().digest
    assert plain == {"rapid support": "Rapid Support Force"}
    done(names, "add", "Jaysh Zahran", "--kind", "armed-group", "--source", "ar=جيش زهران",
         "--country", "SY")  # fmt: skip
    added = check()
    assert added["Army of the Flower"] == "Jaysh Zahran"
    assert added["names"] != shipped().digest
    # A form that newsrooms print is no garble.
    done(names, "add", "Jaysh Zahran", "--kind", "armed-group", "--alias", "Army of the Flower")
    assert check().keys() == {"names", "rapid support"}
    done(names, "remove", "rapid-support-forces")
    assert check().keys() == {"names"}
    user.unlink()
    # A reading by hand does the same as one of the source name.
    done(names, "add", "Jaysh Zahran", "--kind", "armed-group", "--country", "SY", "--reading",
         "army of the flower", "--project")  # fmt: skip
    assert check()["Army of the Flower"] == "Jaysh Zahran"


def test_a_broken_table_stops_an_audit(folder: Path) -> None:
    (folder / NAMES_FILE).write_text("name\tkind\nX\tnewspapr\n")
    (folder / "article.txt").write_text(ARTICLE)
    ran = run("check", "--no-lm", "article.txt")
    assert (ran.returncode, ran.stdout) == (4, b"")
    assert ran.stderr.decode() == (
        f"mtaudit: {folder / NAMES_FILE}, line 2: unknown kind 'newspapr'; did you mean "
        "'newspaper'?\n"
    )


# Importing.


def test_import(names: Names, folder: Path, user: Path) -> None:
    Path("g.csv").write_text(
        "Term,Arabic,Editor\nZahran Party,حزب زهران,me\nHezbollah,حزب الله,me\n", encoding="utf-8"
    )
    code, out, err = names("import", "g.csv", "--kind", "armed-group")
    assert (code, err) == (0, "mtaudit: these columns were left out: Editor\n")
    assert out == f"terms read: 2; new names: 1; known before: 1\nthey are in {user}\n"
    assert [e.id for e in read_names(user).entities] == ["zahran-party", "hezbollah"]
    out = done(names, "import", "g.csv", "--kind", "armed-group", "--project", "--columns",
               "english=term,ar=arabic,note=editor")  # fmt: skip
    assert out == (
        f"terms read: 2; new names: 0; known before: 2\nthey are in {folder / NAMES_FILE}\n"
    )


def test_nothing_is_half_imported(names: Names, user: Path) -> None:
    done(names, "add", "Zahran", "--kind", "city")
    before = user.read_bytes()
    Path("g.tsv").write_text("name\tkind\nA\tcity\nB\tnewspapr\nC\t\n")
    assert names("import", "g.tsv") == (
        3, "", "mtaudit: g.tsv, line 3: unknown kind 'newspapr'; did you mean 'newspaper'? (2 "
        "problems in all); nothing was imported\n",
    )  # fmt: skip
    assert user.read_bytes() == before


# Building.


def entity(id_: str, **fields: Any) -> Entity:
    name = fields.pop("name", id_.title())
    return Entity(id_, "city", name, name, name, (), (), (), ("SY",), False, "", "small")


def small(rows: int, broken_after: int | None = None, key: str = "small") -> Source:
    """A source of a few thousand rows, which may break off."""

    def read(skip: int) -> Rows:
        def every() -> Iterator[tuple[int, Entity]]:
            for number in range(1, rows + 1):
                if broken_after is not None and number > broken_after:
                    raise KeyboardInterrupt
                yield number, entity(f"{key}-{number}", name=f"Place{number}")

        return islice(every(), skip, None)

    return Source(key, f"{key} places", "1", "CC0", "nobody", read, size=rows)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few names in place of those that ship."""
    monkeypatch.setattr(build_command, "shipped_sources", lambda: (small(5),))


@pytest.fixture
def dumps(folder: Path) -> list[str]:
    return [
        "--geonames", str(write(folder / "all.zip", GEONAMES)),
        "--wikidata", str(write(folder / "wd.json.bz2", WIKIDATA_LINES)),
        "--whosonfirst", str(write(folder / "wof.tsv", WOF)),
    ]  # fmt: skip


def test_build_with_dumps(names: Names, few: None, dumps: list[str], folder: Path) -> None:
    path = folder / "all.sqlite"
    out = done(names, "build", "--output", str(path), *dumps)
    lines = out.splitlines()
    assert lines[0].split() == ["source", "rows", "names", "seconds", "rows/s"]
    rows = {line[:14].strip(): line[14:].split()[:2] for line in lines[1:5]}
    assert rows == {
        "small places": ["5", "5"], "GeoNames dump": ["6", "4"], "Wikidata dump": ["6", "2"],
        "Who's On First": ["7", "3"],
    }  # fmt: skip
    assert max(map(len, lines[:5])) <= 80
    assert lines[-2].startswith(f"{path}: 14 names, ")
    assert lines[-1] == f'to use it, put names = "{path}" into mtaudit.toml'
    licences = [source.licence for source in opened(path).sources()]
    assert licences == ["CC0", "CC BY 4.0", "CC0 1.0", "CC0 1.0 and CC BY 4.0, mixed"]
    before = path.read_bytes()
    assert done(names, "build", "--output", str(path), *dumps) == (
        f"{path} is built already; --rebuild builds it anew\n"
    )
    assert path.read_bytes() == before
    code, out, err = names("build", "--output", str(path))
    assert (code, out) == (2, "")
    assert "all.sqlite was built from other sources or by another version (small 1, geo" in err
    assert done(names, "build", "--output", str(path), "--rebuild").startswith("source")
    assert len(opened(path).sources()) == 1
    assert sorted(p.name for p in folder.iterdir()) == [
        "all.sqlite", "all.zip", "wd.json.bz2", "wof.tsv",
    ]  # fmt: skip


def test_a_built_file_is_used(names: Names, few: None, dumps: list[str], folder: Path) -> None:
    done(names, "build", "--output", "all.sqlite", *dumps)
    (folder / "mtaudit.toml").write_text('names = "all.sqlite"\n')
    assert done(names).startswith(f"file     {folder / 'all.sqlite'}\n")
    out = done(names, "show", "Tall Zahrān", "--json")
    assert json.loads(out)["source"]["title"] == "GeoNames dump"
    inside = check()
    (folder / "mtaudit.toml").unlink()
    assert inside == check("--names", "all.sqlite")
    assert inside["names"] == opened(folder / "all.sqlite").digest != shipped().digest


def test_an_interrupted_build_goes_on(
    names: Names, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = (small(3, key="a"), small(9_000, broken_after=5_000))
    monkeypatch.setattr(build_command, "shipped_sources", lambda: sources)
    code, out, err = names("build", "--output", "x.sqlite")
    assert (code, out) == (130, "")
    assert "what was read is kept; the same command goes on from there" in err
    assert [p.name for p in folder.iterdir()] == ["x.sqlite.part"]
    asked: list[int] = []

    def read(skip: int) -> Rows:
        asked.append(skip)
        return small(9_000).read(skip)

    sources = (small(3, key="a"), replace(small(9_000), read=read))
    code, out, err = names("build", "--output", "x.sqlite")
    assert code == 0
    assert asked == [4_000]
    assert out.splitlines()[1].split()[:4] == ["small", "places", "5,000", "9,000"]
    assert [p.name for p in folder.iterdir()] == ["x.sqlite"]
    known = opened(folder / "x.sqlite")
    assert len(known) == 9_003
    assert [e.id for e in known.named("place8999")] == ["small-8999"]


def test_a_build_of_other_sources_does_not_go_on(
    names: Names, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = (small(9_000, broken_after=5_000),)
    monkeypatch.setattr(build_command, "shipped_sources", lambda: sources)
    names("build", "--output", "x.sqlite")
    sources = (replace(small(10), version="2"),)
    code, _, err = names("build", "--output", "x.sqlite")
    assert code == 2
    assert "x.sqlite.part was built from other sources" in err
    assert names("build", "--output", "x.sqlite", "--rebuild")[0] == 0
    assert len(opened(folder / "x.sqlite")) == 10


def test_entries_of_two_gazetteers_count_once(folder: Path) -> None:
    twice = [replace(small(5), broad=True), replace(small(8), key="other", broad=True)]
    assert building.build_file(folder / "x.sqlite", twice, lambda *_: None)
    found = {source.key: source.entities for source in opened(folder / "x.sqlite").sources()}
    assert found == {"small": 5, "other": 3}


@pytest.mark.parametrize("content", [b"x", b"my notes\n" * 99])
@pytest.mark.parametrize("options", [[], ["--rebuild"]])
def test_nothing_else_is_overwritten(
    names: Names, few: None, folder: Path, content: bytes, options: list[str]
) -> None:
    (folder / "notes.txt").write_bytes(content)
    code, _, err = names("build", "--output", "notes.txt", *options)
    assert (code, err) == (
        2, "mtaudit: notes.txt is there and no names file; give another --output\n",
    )  # fmt: skip
    assert (folder / "notes.txt").read_bytes() == content


def test_two_builds_at_once(names: Names, few: None, folder: Path) -> None:
    holder = sqlite3.connect(folder / "x.sqlite.part")
    holder.executescript("PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE t (x);")
    code, _, err = names("build", "--output", "x.sqlite")
    holder.close()
    assert (code, err) == (2, "mtaudit: another process is building x.sqlite.part\n")


def test_missing_and_wrong_dumps_are_told_at_once(names: Names, folder: Path) -> None:
    (folder / "page.txt").write_text("<!DOCTYPE html><html>404</html>")
    for name, message in (
        ("none.txt", "cannot read none.txt: No such file"),
        ("page.txt", "page.txt, line 1: a web page, not the file"),
    ):
        for option in ("--geonames", "--wikidata", "--whosonfirst"):
            code, out, err = names("build", "--output", "x.sqlite", option, name)
            assert (code, out) == (4, "")
            assert message in err
            assert len(err.splitlines()) == 1
    assert [p.name for p in folder.iterdir()] == ["page.txt"]


def test_the_shipped_file_is_built_once(
    names: Names, few: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTAUDIT_HOME", str(tmp_path / "home"))
    assert f"{shipped_path()}: 5 names, " in done(names, "build")
    built = shipped_path().stat().st_mtime_ns
    assert done(names, "build") == (
        f"{shipped_path()} is built already; --rebuild builds it anew\n"
    )
    assert shipped_path().stat().st_mtime_ns == built
    assert done(names, "build", "--rebuild").startswith("source")
    assert shipped_path().stat().st_mtime_ns != built


def broken(folder: Path, how: str) -> Path:
    path = folder / f"{how}.sqlite"
    if how == "text":
        path.write_text("no database at all\n" * 100)
    elif how == "folder":
        path.mkdir()
    elif how != "missing":
        with sqlite3.connect(path) as database:
            build([small(5)], database)
            if how == "older":
                database.execute(f"PRAGMA user_version = {FORMAT - 1}")
            elif how == "half":
                database.execute("PRAGMA user_version = 0")
            elif how == "stranger":
                database.executescript("DROP TABLE sources")
        database.close()
        if how == "cut":
            path.write_bytes(path.read_bytes()[:5_000])
    return path


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("missing", "there is no names file {path}; mtaudit names build makes one"),
        ("folder", "there is no names file {path}; mtaudit names build makes one"),
        ("text", "{path} is no names file; mtaudit names build makes one"),
        ("cut", "{path} is no names file; mtaudit names build makes one"),
        ("half", "{path} is half-built; run the same mtaudit names build again"),
        ("older", "{path} is a names file of another version"),
        ("stranger", "{path} is a names file of another version"),
    ],
)
def test_a_names_file_that_cannot_be_used(
    names: Names, folder: Path, how: str, message: str
) -> None:
    path = broken(folder, how)
    (folder / "article.txt").write_text(ARTICLE)
    ran = run("check", "--no-lm", "--names", path, "article.txt")
    assert (ran.returncode, ran.stdout) == (4, b"")
    assert message.format(path=path) in ran.stderr.decode()
    assert len(ran.stderr.decode().splitlines()) == 1
    (folder / "mtaudit.toml").write_text(f'names = "{path.name}"\n')
    for command in (["info"], ["search", "x"], ["show", "x"], ["add", "x", "--kind", "city"]):
        code, out, err = names(*command)
        assert (code, out) == (4, "")
        assert err == ran.stderr.decode()
