"""Glossaries of others: CSV, TSV and TBX become rows of a names file, or nothing does."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from mtaudit.errors import InputError, MtauditError, UsageError
from mtaudit.names.entities import Entity
from mtaudit.names.importing import Import, import_terms
from mtaudit.names.knowledge import KnowledgeBase
from mtaudit.names.terms import tbx
from mtaudit.names.terms.languages import language_code, language_of_column
from mtaudit.names.userfile import UserNames, put_all, read_names

KNOWN = KnowledgeBase.of([
    Entity(
        id="zf", kind="armed-group", name="Zahran Front", ap="Zahran Front", bbc="Zahran Front",
        aliases=("Front of Zahran",), sources=(("ar", "جبهة زهران"),), readings=(),
        countries=("SY",), article=True, note="", origin="curated",
    )
])  # fmt: skip
V2 = """<?xml version="1.0"?>
<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><martifHeader/><text><body>
<termEntry id="c1"><note>a &amp; b</note>
 <langSet xml:lang="ar-SY"><tig><term>لواء زهران</term></tig></langSet>
 <langSet xml:lang="en-GB"><tig><term>Brigade of Zahran</term></tig>
  <ntig><termGrp><term>Zahran <hi>Brigade</hi></term>
   <termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></termGrp></ntig>
  <tig><term>ZB</term></tig></langSet>
</termEntry>
<termEntry><langSet xml:lang="eng"><tig><term>Zahran Front</term></tig></langSet>
 <langSet xml:lang="rus"><tig><term>Фронт Захран</term></tig></langSet></termEntry>
</body></text></martif>
"""
V3 = """<?xml version="1.0" encoding="UTF-8"?>
<tbx xmlns="urn:iso:std:iso:30042:ed-2" xmlns:min="http://www.tbxinfo.net/ns/min" style="dct">
<text><body>
<conceptEntry id="c1"><min:subjectField>x</min:subjectField>
 <langSec xml:lang="en"><termSec><term>Zahran Brigade</term></termSec>
  <termSec><term>ZB</term></termSec></langSec>
 <langSec xml:lang="ar"><termSec><term>لواء زهران</term></termSec></langSec>
</conceptEntry></body></text></tbx>
"""


def read(path: Path, content: str | bytes, **options: Any) -> Import:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    existing = options.pop("existing", UserNames(path.parent / "own.tsv", "user"))
    return import_terms(path, KNOWN, existing, **{"kind": "armed-group", **options})


CSV = (
    "English;Arabic;ru;Kind;Aliases;Countries;Notes;Editor\n"
    '"Zahran ""Brigade""";لواء زهران|اللواء;Бригада;;ZB; SY, IQ ;"two\nlines";me\n'
    ";;;;;;;\n"
    "Radio Zahran;;;broadcaster;;;;\n"
)


def test_csv(tmp_path: Path) -> None:
    found = read(tmp_path / "g.csv", CSV)
    brigade, radio = found.rows
    assert (brigade.id, brigade.name, brigade.kind) == (
        "zahran-brigade", 'Zahran "Brigade"', "armed-group",
    )  # fmt: skip
    assert brigade.sources == (("ar", "لواء زهران"), ("ar", "اللواء"), ("ru", "Бригада"))
    assert (brigade.aliases, brigade.countries) == (("ZB",), ("SY", "IQ"))
    assert (brigade.note, brigade.origin, brigade.article) == ("two lines", "user", False)
    assert (radio.id, radio.kind) == ("radio-zahran", "broadcaster")
    assert (found.terms, found.known, found.left_out) == (2, 0, ("Editor",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_with_a_mark(tmp_path: Path, encoding: str) -> None:
    text = "name\tar\nZahran Brigade\tلواء زهران\n"
    (row,) = read(tmp_path / "g.tsv", text.encode(encoding)).rows
    assert (row.name, row.sources) == ("Zahran Brigade", (("ar", "لواء زهران"),))


def test_tsv_with_and_without_quotes(tmp_path: Path) -> None:
    text = 'Term\tSource\n"The ""Z"" Brigade"\tلواء\n"Z" Brigade\tar=لواء ز|ru=З\n'
    first, second = read(tmp_path / "g.tsv", text, language="fa").rows
    assert (first.name, first.sources) == ('The "Z" Brigade', (("fa", "لواء"),))
    assert (second.name, second.sources) == ('"Z" Brigade', (("ar", "لواء ز"), ("ru", "З")))


def test_columns_can_be_told(tmp_path: Path) -> None:
    text = "No,Term,Begriff,Name,is\n1,Zahran Brigade,Бригада,ignored,x\n"
    columns = {"english": "TERM", "russian": "Begriff"}
    found = read(tmp_path / "g.csv", text, columns=columns)
    (row,) = found.rows
    assert (row.name, row.sources) == ("Zahran Brigade", (("ru", "Бригада"),))
    assert found.left_out == ("No", "Name", "is")


def test_ids_of_a_names_file_are_kept_and_others_are_not(tmp_path: Path) -> None:
    own = "id\tkind\tname\treadings\tarticle\nzb\tarmy\tZahran Brigade\tbanner Zahran\tthe\n"
    (row,) = read(tmp_path / "g.tsv", own).rows
    assert (row.id, row.kind, row.article) == ("zb", "army", True)
    assert row.readings == ((("banner",), ("Zahran",)),)
    (row,) = read(tmp_path / "g.tsv", "id\tterm\n17\tZahran Brigade\n").rows
    assert row.id == "zahran-brigade"


def test_what_is_known_is_added_to(tmp_path: Path) -> None:
    lines = (
        "front of zahran,Фронт,",
        "Zahran Brigade,Б,",
        "zahran brigade,В,",
        "Zahran Front,,city",
    )
    found = read(tmp_path / "g.csv", "\n".join(("name,ru,kind", *lines)))
    front, brigade, city = found.rows
    assert (front.id, front.name, front.sources) == ("zf", "front of zahran", (("ru", "Фронт"),))
    assert (brigade.name, brigade.aliases) == ("Zahran Brigade", ("zahran brigade",))
    assert brigade.sources == (("ru", "Б"), ("ru", "В"))
    assert (city.id, city.kind) == ("zahran-front", "city")
    assert (found.terms, found.known) == (4, 1)


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    own = tmp_path / "own.tsv"
    put_all(own, read(tmp_path / "g.csv", CSV).rows)
    before = own.read_bytes()
    names = read_names(own)
    over = KNOWN.over(names.entities, names.hidden, "")
    again = import_terms(tmp_path / "g.csv", over, names, kind="armed-group")
    put_all(own, again.rows)
    assert own.read_bytes() == before
    assert (again.terms, again.known) == (2, 2)


BRIGADE = ("zahran-brigade", "Zahran Brigade", (("ar", "لواء زهران"),))
FRONT = ("zf", "Zahran Front", (("ru", "Фронт Захран"),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tbx_2(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path / "g.tbx", V2.encode(encoding))
    assert [(row.id, row.name, row.sources) for row in found.rows] == [BRIGADE, FRONT]
    assert found.rows[0].aliases == ("Brigade of Zahran", "ZB")
    assert (found.rows[0].note, found.rows[0].kind) == ("a & b", "armed-group")
    assert (found.terms, found.known) == (2, 1)


def test_tbx_3(tmp_path: Path) -> None:
    (row,) = read(tmp_path / "g.xml", V3).rows
    assert (row.id, row.name, row.sources, row.aliases) == (*BRIGADE, ("ZB",))


def test_of_a_large_tbx_one_entry_at_a_time_is_held(tmp_path: Path) -> None:
    head, entry, tail = V3.partition("<conceptEntry")[0], V3[V3.index("<concept") :], ""
    entry, _, tail = entry.partition("</conceptEntry>")
    path = tmp_path / "g.tbx"
    path.write_text(head + (entry + "</conceptEntry>") * 20_000 + tail, encoding="utf-8")
    tracemalloc.start()
    count = sum(1 for _ in tbx.read(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 2_000_000


BAD = [
    ("g.csv", b"", "the file is empty"),
    ("g.csv", b"\n , \n", "the file is empty"),
    ("g.csv", b"name,kind\n", "there is no term in it"),
    ("g.csv", b"Begriff,Quelle\nX,Y\n", "which column holds the English names? give, for example, "
     "--columns english=Begriff; the columns are Begriff, Quelle"),
    ("g.csv", b"name,kind\nX,grup\n", "line 2: unknown kind 'grup'"),
    ("g.csv", b"name,kind\nX,city\nY\n", "line 3: 1 fields where 2 belong"),
    ("g.csv", b"name,kind\nX,city\nY,newspapr\n,city\n", "line 3: unknown kind 'newspapr'; did you "
     "mean 'newspaper'? (2 problems in all); nothing was imported"),
    ("g.csv", b"name,countries\nX,Syria\n", "line 2: 'Syria' is not an ISO 3166"),
    ("g.csv", b"name,source\nX,abc\n", "line 2: which language is 'abc'? give, for example, "
     "--language ar"),
    ("g.csv", b'name,ar\nX,"abc\n', "line 2: unexpected end of data"),
    ("g.csv", b"name,ar\nX\xff,a\n", "is not UTF-8; save it as UTF-8"),
    ("g.csv", b"PK\x03\x04....", "is a workbook or an archive; save it as CSV"),
    ("g.csv", b"na\x00me\n", "is a binary file"),
    ("g.xlsx", b"PK\x03\x04", "what kind of file is this? give --format csv, tsv, tbx"),
    ("g.tbx", b"", "line 1: this is not XML (no element found)"),
    ("g.tbx", b"<tbx>\n<text></tbx>", "line 2: this is not XML (mismatched tag)"),
    ("g.tbx", b"<html/>", "there is no termEntry or conceptEntry in it; is it TBX?"),
    ("g.tbx", b'<?xml version="1.0" encoding="klingon"?><a/>', "this is not XML"),
    ("g.tbx", V3.replace('"en"', '"fr"').encode(), "entry 1 (c1): there is no English term"),
    ("g.tbx", V3.replace('"ar"', '"xx"').encode(), "entry 1 (c1): unknown language 'xx'"),
    ("g.tbx", V3.replace('xml:lang="ar"', "").encode(), "entry 1 (c1): a language is missing"),
    ("g.tbx", V3.replace("Zahran Brigade", "").replace("ZB", "").encode(), "no English term"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), BAD)
def test_bad_files_are_told_in_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(InputError) as told:
        read(tmp_path / name, content)
    assert message in str(told.value)
    assert str(tmp_path / name) in str(told.value)
    assert "\n" not in str(told.value)


def test_a_kind_must_come_from_somewhere(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: the name has no kind; add a column 'kind' or"):
        read(tmp_path / "g.csv", "name,ar\nX,ب\n", kind=None)
    with pytest.raises(InputError, match=r"entry 1 \(c1\): the name has no kind"):
        read(tmp_path / "g.tbx", V3, kind=None)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"english": "Wort"}, "g.csv has no column 'Wort'; did you mean 'Worte'"),
        (
            {"englich": "Worte"},
            "--columns englich=Worte: what is 'englich'? did you mean 'english'",
        ),
    ],
)
def test_wrong_columns_are_told(tmp_path: Path, columns: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as told:
        read(tmp_path / "g.csv", "Worte,x\nX,y\n", columns=columns)
    assert message in str(told.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path: Path, encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        '<!DOCTYPE martif [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "&a;&a;">]>\n'
        "<martif><text><body>&b;</body></text></martif>"
    )
    with pytest.raises(InputError, match="XML entities are not read"):
        read(tmp_path / "g.tbx", text.encode(encoding))


@pytest.mark.parametrize("size", [1, 3, 8, 17])
def test_a_declaration_on_the_seam_of_two_reads_is_seen(tmp_path: Path, size: int) -> None:
    file = tbx._Guarded(io.BytesIO(b"<!DOCTYPE x [<!ENTITY a 'b'>]>"), tmp_path)
    with pytest.raises(InputError):
        list(iter(lambda: file.read(size), b""))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    for name in ("none.csv", "none.tbx"):
        with pytest.raises(MtauditError, match=r"cannot read .*: No such file"):
            import_terms(tmp_path / name, KNOWN, UserNames(tmp_path, "user"))


def test_languages() -> None:
    told = ["ar", "Arabic", "zh-Hans", "ara", "Farsi", "per", "en_US", "klingonese", "", "xx"]
    assert [language_code(one) for one in told] == [
        "ar", "ar", "zh", "ar", "fa", "fa", "en", None, None, None,
    ]  # fmt: skip
    assert [language_of_column(one) for one in ("No", "is", "RU", "Date")] == [
        None, None, "ru", None,
    ]  # fmt: skip
