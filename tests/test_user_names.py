"""Names files of users: what they state, how they lie over what ships, how they are written."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mtaudit.config import Config, load
from mtaudit.document import Span
from mtaudit.errors import ConfigError, NamesError
from mtaudit.names import layers
from mtaudit.names.entities import COLUMNS, Entity
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.userfile import (
    NAMES_FILE,
    drop,
    hide,
    merged,
    put,
    put_all,
    read_names,
    slug,
    unused,
)

FRONT = Entity(
    id="zahran-front", kind="armed-group", name="Zahran Front", ap="Zahran Front",
    bbc="the Front of Zahran", aliases=("ZF",), sources=(("ar", "جبهة زهران"),), readings=(),
    countries=("SY",), article=True, note="invented", origin="curated",
)  # fmt: skip


def entity(**fields: Any) -> Entity:
    name = fields["name"]
    empty: dict[str, Any] = {
        "id": slug(name), "kind": "party", "ap": name, "bbc": name, "aliases": (), "sources": (),
        "readings": (), "countries": (), "article": False, "note": "", "origin": "user",
    }  # fmt: skip
    return Entity(**{**empty, **fields})


def table(path: Path, *rows: str, header: str = "name\tkind") -> Path:
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / NAMES_FILE


def test_columns_in_any_order(path: Path) -> None:
    table(
        path,
        "SY IQ\tar=جبهة زهران|ru=Фронт Захран\tZahran Front\tZF|Front Z\tarmed-group\t"
        "face/front zahran|front of zahran\tthe\tzf-1\tinvented\tZahran Fr.\tZahran front",
        header="countries\tsource\tname\taliases\tkind\treadings\tarticle\tid\tnote\tap\tbbc",
    )
    names = read_names(path, "project")
    assert names.entities == (
        Entity(
            id="zf-1", kind="armed-group", name="Zahran Front", ap="Zahran Fr.",
            bbc="Zahran front", aliases=("ZF", "Front Z"),
            sources=(("ar", "جبهة زهران"), ("ru", "Фронт Захран")),
            readings=((("face", "front"), ("zahran",)), (("front",), ("of",), ("zahran",))),
            countries=("SY", "IQ"), article=True, note="invented", origin="project",
        ),
    )  # fmt: skip
    assert names.hidden == frozenset()


def test_ids_are_made_from_names(path: Path) -> None:
    table(
        path,
        "\tÇağrı Øster’s Łódź\tcity",
        "x-2\tAnything\tcity",
        "\tX!\tcity",
        "\tX\tparty",
        "\tزهران\tcity",
        header="id\tname\tkind",
    )
    assert [e.id for e in read_names(path).entities] == [
        "cagri-osters-lodz", "x-2", "x", "x-3", "zhran",
    ]  # fmt: skip
    assert slug("…") == "name"
    assert unused("a", {"a", "a-2"}.__contains__) == "a-3"


@pytest.mark.parametrize("start", ["\ufeff", "\n\n", "\ufeff\r\n"])
def test_what_editors_leave_is_no_error(path: Path, start: str) -> None:
    path.write_bytes((start + "kind\tname\r\n\r\nparty\tX Party\r\n\t\r\n\r\n").encode())
    (one,) = read_names(path).entities
    assert (one.name, one.kind, one.article, one.ap) == ("X Party", "party", False, "X Party")


def test_a_dash_hides(path: Path) -> None:
    table(path, "hezbollah\t-\t", "\t-\tX Party", header="id\tkind\tname")
    names = read_names(path)
    assert names.entities == ()
    assert names.hidden == {"hezbollah", "x-party"}


BAD = [
    (b"", "is empty; its first line must name the columns"),
    (b" \n\n", "is empty; its first line must name the columns"),
    (b"name\tkind\nX\xff\tcity\n", "is not UTF-8; save it as UTF-8"),
    ("name\tkind\nX\tcity\n".encode("utf-16"), "is not UTF-8; save it as UTF-8"),
    ("name\tkind\n".encode("utf-16-le"), "holds NUL characters"),
    (b"name\tkind\tcountry\n", "line 1: unknown column 'country'; did you mean 'countries'?"),
    (b"name\tkind\tq\n", "line 1: unknown column 'q'; the columns are id kind name"),
    (b"name\tkind\tname\n", "line 1: column 'name' stands there twice"),
    (b"name\n", "line 1: there is no column 'kind'"),
    (b"name kind\n", "line 1: unknown column 'name kind'"),
    (b"kind\tid\n", "line 1: there is no column 'name'"),
    (b"name\tkind\nX\n", "line 2: 1 fields where 2 belong"),
    (b"name\tkind\nX\tcity\t\n", "line 2: 3 fields where 2 belong"),
    (b"name\tkind\n\nX\tgrup\n", "line 3: unknown kind 'grup'"),
    (b"name\tkind\nX\tnewspapr\n", "line 2: unknown kind 'newspapr'; did you mean 'newspaper'?"),
    (b"name\tkind\n\tcity\n", "line 2: the name is empty"),
    (b"name\tkind\n\t-\n", "line 2: the name is empty"),
    (b"name\tkind\tid\nX\tcity\tx\nY\tcity\tx\n", "line 3: the id 'x' stands in line 2 already"),
    (b"name\tkind\tid\nX\t-\tx\nY\tcity\tx\n", "line 3: the id 'x' stands in line 2 already"),
    (b"name\tkind\tid\nX\tcity\tX 1\n", "line 2: id 'X 1' is not lower-case words"),
    (b"name\tkind\tsource\nX\tcity\tzahran\n", "line 2: source 'zahran' is not of the form ar="),
    (b"name\tkind\tcountries\nX\tcity\tSyria\n", "line 2: 'Syria' is not an ISO 3166"),
    (b"name\tkind\tarticle\nX\tcity\ta\n", "line 2: article is 'a', not 'the' or '-'"),
]


@pytest.mark.parametrize(("content", "message"), BAD)
def test_bad_files_are_told_in_one_line(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(NamesError) as told:
        read_names(path)
    assert str(told.value).startswith(str(path))
    assert message in str(told.value)
    assert "\n" not in str(told.value)
    # A broken file is not written to either.
    with pytest.raises(NamesError):
        put(path, entity(name="Y"))
    assert path.read_bytes() == content


def test_unreadable_files_are_told(path: Path) -> None:
    with pytest.raises(NamesError, match="there is no names file"):
        read_names(path)
    path.mkdir()
    with pytest.raises(NamesError, match="cannot read"):
        read_names(path)


def test_merging() -> None:
    row = entity(
        id="zahran-front", kind="armed-group", name="Front of Zahran", aliases=("FZ",),
        sources=(("ru", "Фронт"),), readings=((("face",), ("zahran",)),), countries=("IQ",),
    )  # fmt: skip
    assert merged(row, None) == row
    assert merged(row, FRONT) == Entity(
        id="zahran-front", kind="armed-group", name="Front of Zahran", ap="Front of Zahran",
        bbc="the Front of Zahran", aliases=("FZ", "Zahran Front", "ZF"),
        sources=(("ru", "Фронт"), ("ar", "جبهة زهران")), readings=((("face",), ("zahran",)),),
        countries=("IQ",), article=True, note="invented", origin="user",
    )  # fmt: skip
    told = merged(row, FRONT, {"name", "bbc", "article"})
    assert (told.bbc, told.article) == ("Front of Zahran", False)
    assert "the Front of Zahran" in told.aliases


def test_rows_are_written_and_read_back(path: Path) -> None:
    path = path.parent / "new" / path.name
    first = entity(name="X Party", aliases=("XP", "Party X"), countries=("SY", "IQ"),
                   readings=((("side", "party"), ("x",)),), article=True, note="n")  # fmt: skip
    put_all(path, [first, replace(FRONT, origin="user")])
    assert read_names(path).entities == (first, replace(FRONT, origin="user"))
    put(path, replace(first, note="other", article=False))
    assert [e.note for e in read_names(path).entities] == ["other", "invented"]
    assert drop(path, "x-party")
    assert not drop(path, "x-party")
    hide(path, FRONT)
    assert read_names(path).hidden == {"zahran-front"}
    assert path.read_text("utf-8") == (
        "\t".join(COLUMNS) + "\nzahran-front\t-\tZahran Front" + "\t" * 8 + "\n"
    )
    assert sorted(path.parent.iterdir()) == [path]


def test_other_rows_and_columns_stay_as_they_were(path: Path) -> None:
    before = "\ufeffkind\tname\tnote\r\n\r\ncity\t Cafe\u0301 \tnote  \r\nparty\tX Party\told\r\n"
    path.write_bytes(before.encode())
    put(path, entity(name="X Party", note="new"))
    put(path, entity(name="Y Party", aliases=("YP",)))
    assert path.read_bytes().decode() == (
        "\ufeffkind\tname\tnote\tid\taliases\r\n\r\ncity\t Cafe\u0301 \tnote  \t\t\r\n"
        "party\tX Party\tnew\tx-party\t\r\nparty\tY Party\t\ty-party\tYP\r\n"
    )
    assert [e.id for e in read_names(path).entities] == ["cafe", "x-party", "y-party"]


def test_what_is_spelled_out_stays(path: Path) -> None:
    table(path, "x\tparty\tX\tX\t-", header="id\tkind\tname\tap\tarticle")
    put(path, entity(id="x", name="X", note="new"))
    assert path.read_text("utf-8").splitlines()[1] == "x\tparty\tX\tX\t-\tnew"


def test_line_breaks_and_tabs_do_not_break_a_row(path: Path) -> None:
    put(path, entity(name="X Party", note="a\tb\nc\r d"))
    assert read_names(path).entities[0].note == "a b c d"


def test_a_failed_write_leaves_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, entity(name="X Party"))
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(NamesError, match=r"cannot write .*: No space left on device"):
        put(path, entity(name="Y Party"))
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == [path]


def test_links_and_modes_stay(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.tsv"
    put(real, entity(name="X Party"))
    real.chmod(0o640)
    path.symlink_to(real)
    put(path, entity(name="Y Party"))
    assert path.is_symlink()
    assert len(read_names(real).entities) == 2
    assert real.stat().st_mode & 0o777 == 0o640


# Layers.


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> KnowledgeBase:
    known = KnowledgeBase.of([FRONT, entity(name="X Party", origin="curated")], "abc")
    monkeypatch.setattr(layers, "shipped", lambda progress: known)
    monkeypatch.setenv("MTAUDIT_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    (tmp_path / "project" / "inner").mkdir(parents=True)
    return known


def test_nothing_of_ones_own_changes_nothing(base: KnowledgeBase, tmp_path: Path) -> None:
    assert layers.knowledge_base(tmp_path) is base


def test_the_project_lies_over_the_user_over_what_ships(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    user, project = tmp_path / "data" / NAMES_FILE, tmp_path / "project" / NAMES_FILE
    inner = tmp_path / "project" / "inner"
    table(user, "zahran-front\tarmed-group\tFront of Zahran\tby the user", "x-party\t-\t\t",
          header="id\tkind\tname\tnote")  # fmt: skip
    names = layers.knowledge_base(inner)
    assert "x-party" not in names
    assert names["zahran-front"].name == "Front of Zahran"
    seen = [names.digest]
    table(
        project, "zahran-front\tarmed-group\tZahran Movement\tFZM", header="id\tkind\tname\taliases"
    )
    names = layers.knowledge_base(inner)
    both = names["zahran-front"]
    assert (both.name, both.note, both.origin) == ("Zahran Movement", "by the user", "project")
    assert both.aliases == ("FZM", "Front of Zahran", "Zahran Front", "ZF")
    assert both.sources == FRONT.sources
    text = "The FZM and a Front of Zahran"
    assert [m.span.of(text) for m in names.mentions(text, Span(0, len(text)))] == [
        "FZM", "Front of Zahran",
    ]  # fmt: skip
    seen.append(names.digest)
    table(project, "y\tcity\tY", header="id\tkind\tname")
    names = layers.knowledge_base(inner)
    assert names["zahran-front"].name == "Front of Zahran"
    seen.append(names.digest)
    user.unlink()
    seen.append(layers.knowledge_base(inner).digest)
    assert len({*seen, base.digest}) == 5
    assert layers.knowledge_base(tmp_path) is base


def test_a_name_that_something_else_has_gets_an_id_of_its_own(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    table(tmp_path / NAMES_FILE, "X Party\twebsite", "Zahran Front\tarmed-group")
    names = layers.knowledge_base(tmp_path)
    assert names["x-party"].kind == "party"
    assert names["x-party-2"].kind == "website"
    assert names["zahran-front"].sources == FRONT.sources


def test_the_table_beside_the_configuration_counts(base: KnowledgeBase, tmp_path: Path) -> None:
    project, inner = tmp_path / "project", tmp_path / "project" / "inner"
    table(inner / NAMES_FILE, "Inner\tcity")
    assert layers.names_files(inner).project == inner / NAMES_FILE
    (project / "mtaudit.toml").write_text("")
    assert layers.names_files(inner).project == project / NAMES_FILE
    assert layers.knowledge_base(inner) is base
    (inner / "other.toml").write_text("")
    given = layers.names_files(tmp_path, config=inner / "other.toml")
    assert given.project == inner / NAMES_FILE
    # The user's own folder is no project.
    table(tmp_path / "data" / NAMES_FILE, "X\tcity")
    assert layers.names_files(tmp_path / "data").project is None


def test_the_names_key(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "mtaudit.toml").write_text('names = "big.sqlite"\n')
    config = load(tmp_path / "inner")
    assert config.names == str(tmp_path / "big.sqlite")
    assert config.digest() == Config().digest()
    assert layers.names_files(tmp_path / "inner").database == tmp_path / "big.sqlite"
    assert layers.names_files(tmp_path, database="x").database == Path("x")
    with pytest.raises(NamesError, match=r"there is no names file .*big\.sqlite"):
        layers.knowledge_base(tmp_path)
    (tmp_path / "mtaudit.toml").write_text("names = 1\n")
    with pytest.raises(ConfigError, match="names must be of type str"):
        layers.knowledge_base(tmp_path)
