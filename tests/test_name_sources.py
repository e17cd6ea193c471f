"""The readers of gazetteers: what they keep, how they go on, and what they say of broken files."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from mtaudit.errors import NamesError
from mtaudit.names.entities import KINDS, Entity
from mtaudit.names.sources import geonames_dump, whosonfirst, wikidata
from mtaudit.names.sources.source import Rows
from mtaudit.names.sources.tables import read_table

Reader = Callable[..., Rows]


def geonames_row(**changes: str) -> str:
    fields = {
        "id": "9000001", "name": "Tall Zahrān", "ascii": "Tall Zahran", "alternates": "",
        "lat": "35.1", "lon": "40.2", "class": "P", "code": "PPL", "country": "SY", "cc2": "",
        "admin1": "03", "admin2": "", "admin3": "", "admin4": "", "population": "0",
        "elevation": "", "dem": "210", "timezone": "Asia/Damascus", "modified": "2024-01-02",
    }  # fmt: skip
    return "\t".join((fields | changes).values())


GEONAMES = [
    geonames_row(
        population="12500",
        alternates="Tel Zahran,TZH,تل زهران,تل ظهران چای,Тель-Захран,Тель-Загран і,תל זהראן,"
        "泰勒扎赫兰,Τελ,12,https://example.org/Tall_Zahran,tall zahran",
    ),
    geonames_row(id="9000002", name="Zahran Hill", **{"class": "T"}, code="HLL"),
    geonames_row(id="9000003", name="Zahran Province", **{"class": "A"}, code="ADM1"),
    geonames_row(id="9000004", name="Zahran Subdistrict", **{"class": "A"}, code="ADM3"),
    geonames_row(id="9000005", name="Zahran Dam", **{"class": "S"}, code="DAM"),
    geonames_row(id="9000006", name="Little Zahran", population="40"),
]


def wikidata_item(number: str, class_: str, **parts: Any) -> dict[str, Any]:
    def statements(items: list[tuple[str, str]]) -> list[dict[str, Any]]:
        return [
            {"mainsnak": {"snaktype": "value", "datavalue": {"value": {"id": item}}}, "rank": rank}
            for item, rank in items
        ]

    claims = {"P31": [(class_, "normal")], **parts.get("claims", {})}
    return {
        "type": "item", "id": number,
        "labels": {code: {"language": code, "value": name}
                   for code, name in parts.get("labels", {}).items()},
        "descriptions": {"en": {"language": "en", "value": parts["described"]}}
                        if "described" in parts else [],
        "aliases": {code: [{"language": code, "value": name} for name in names]
                    for code, names in parts.get("aliases", {}).items()} or [],
        "claims": {claim: statements(items) for claim, items in claims.items()},
    }  # fmt: skip


WIKIDATA = [
    wikidata_item(
        "Q900000001", "Q5", described="politician",
        labels={"en": "Mürsel Tanrıkul", "tr": "Mürsel Tanrıkul", "ar": "مرسال تانريكول",
                "ru": "Мюрсель Танрыкул", "he": "Mursel Tanrikul", "de": "Mürsel Tanrıkul"},
        aliases={"en": ["M. Tanrıkul", "Mursel Tanrikul"], "ar": ["مرسل تانريكول"]},
        claims={"P27": [("Q43", "normal"), ("Q858", "preferred"), ("Q183", "deprecated"),
                        ("Q900000099", "normal")]},
    ),
    wikidata_item("Q900000002", "Q16521", labels={"en": "Zahran beetle", "ar": "خنفساء زهران"}),
    wikidata_item("Q900000003", "Q7278", labels={"en": "No Foreign Name Party"}),
    wikidata_item("Q900000004", "Q7278", labels={"ar": "حزب بلا اسم"}),
    wikidata_item(
        "Q900000005", "Q43229", labels={"mul": "Zahran Front", "zh-hans": "扎赫兰阵线"},
        aliases={"en": ["ZF"]},
        claims={"P31": [("Q43229", "normal"), ("Q17149090", "normal")], "P17": [("Q858", "normal")],
                "P495": [("Q858", "normal")]},
    ),
]  # fmt: skip
WIKIDATA_LINES = [
    "[",
    *(json.dumps(item, separators=(",", ":")) + "," for item in WIKIDATA),
    '{"type":"item","id":"Q900000006","labels":[],"descriptions":[],"aliases":[],"claims":[]}',
    "]",
]


def wof_row(**changes: str) -> str:
    fields = dict.fromkeys(whosonfirst.COLUMNS, "") | {
        "country": "sy", "wof_id": "900000001", "placetype": "locality", "eng": "Tall Zahran",
        "lat": "35.1", "lon": "40.2", "is_current": "-1",
    }  # fmt: skip
    return "\t".join((fields | changes).values())


WOF = [
    "\t".join(whosonfirst.COLUMNS),
    wof_row(
        eng_variants="Tel Zahran|TZH|OSTZ", ara="تل زهران", ara_variants="تل ظهران|تل الزهران",
        rus="Тель-Захран", fas="Tall-e Zahrān", heb="תל זהראן", population="12500",
    ),
    wof_row(wof_id="900000002", eng="Old Zahran", is_current="0"),
    wof_row(wof_id="900000003", eng="Zahran", placetype="region", is_current="1"),
    wof_row(wof_id="900000004", eng="Syria", placetype="country"),
    wof_row(wof_id="900000005", eng="تل آخر"),
    wof_row(wof_id="900000006", eng="Zahran Air Base", placetype="campus", country="xx"),
]  # fmt: skip
FEATURES: list[dict[str, Any]] = [
    {"wof:id": 900000001, "wof:placetype": "locality", "wof:country": "SY", "wof:name": "Zahran",
     "name:eng_x_preferred": ["Tall Zahran"], "name:eng_x_variant": ["Tel Zahran"],
     "name:ara_x_preferred": ["تل زهران"], "name:tur_x_preferred": ["Zehran"],
     "wof:population": 12500, "mz:is_current": 1},
    {"wof:id": 900000002, "wof:placetype": "locality", "wof:name": "Old", "mz:is_current": 0},
    {"wof:id": 900000003, "wof:placetype": "locality", "wof:name": "Older", "mz:is_current": -1,
     "edtf:deprecated": "2019-05-01"},
    {"wof:id": 900000004, "wof:placetype": "county", "wof:country": "SY", "wof:name": "Zahran",
     "edtf:deprecated": "uuuu", "wof:superseded_by": []},
    {"wof:id": 900000005, "wof:placetype": "county", "wof:name": "X", "wof:superseded_by": [9]},
]  # fmt: skip

CASES: list[tuple[Reader, list[str], list[int]]] = [
    (geonames_dump.read, GEONAMES, [1, 3, 5, 6]),
    (wikidata.read, WIKIDATA_LINES, [2, 6]),
    (whosonfirst.read, WOF, [2, 4, 7]),
]
READERS = pytest.mark.parametrize(("read", "lines", "kept"), CASES, ids=["gn", "wd", "wof"])


def write(path: Path, lines: list[str]) -> Path:
    """Write lines as the suffix of the path says: plain, .gz, .bz2 or .zip."""
    data = ("\n".join(lines) + "\n").encode()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("readme.txt", "about the file")
            archive.writestr(path.stem, data)
    else:
        pack = {".gz": gzip.compress, ".bz2": bz2.compress}.get(path.suffix, bytes)
        path.write_bytes(pack(data))
    return path


def write_features(path: Path) -> Path:
    """Write the features into a folder, a .zip, or a .tar of any compression."""
    names = [f"data/90/{feature['wof:id']}.geojson" for feature in FEATURES]
    contents = [
        json.dumps({"type": "Feature", "properties": feature}).encode() for feature in FEATURES
    ]
    names.append("data/90/900000001-alt-other.geojson")
    contents.append(b"{}")
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in zip(names, contents, strict=True):
                archive.writestr(name, content)
    elif ".tar" in path.name:
        mode = "w:bz2" if path.suffix == ".bz2" else "w:gz" if path.suffix == ".gz" else "w"
        with tarfile.open(path, mode) as tar:
            for name, content in zip(names, contents, strict=True):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    else:
        for name, content in zip(names, contents, strict=True):
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    return path


def entity(**fields: Any) -> Entity:
    plain = fields.pop("plain", fields["name"])
    empty = {"aliases": (), "sources": (), "readings": (), "countries": (), "article": False}
    return Entity(**{"ap": plain, "bbc": plain, **empty, **fields})


def test_geonames_entities(tmp_path: Path) -> None:
    rows = list(geonames_dump.read(write(tmp_path / "allCountries.txt", GEONAMES)))
    assert rows[0] == (
        1,
        entity(
            id="geonames-9000001", kind="city", name="Tall Zahrān", plain="Tall Zahran",
            aliases=("Tel Zahran",),
            sources=(("ar", "تل زهران"), ("fa", "تل ظهران چای"), ("ru", "Тель-Захран"),
                     ("uk", "Тель-Загран і"), ("he", "תל זהראן"), ("zh", "泰勒扎赫兰")),
            countries=("SY",), note="GeoNames 9000001, population 12,500", origin="geonames",
        ),
    )  # fmt: skip
    assert [(number, e.name, e.kind, e.note) for number, e in rows[1:]] == [
        (3, "Zahran Province", "province", "GeoNames 9000003"),
        (5, "Zahran Dam", "landmark", "GeoNames 9000005"),
        (6, "Little Zahran", "city", "GeoNames 9000006, population 40"),
    ]


def test_geonames_leaves_out_small_places(tmp_path: Path) -> None:
    path = write(tmp_path / "allCountries.txt", GEONAMES)
    numbers = [number for number, _ in geonames_dump.read(path, min_population=500)]
    assert numbers == [1, 3, 5]


def test_wikidata_entities(tmp_path: Path) -> None:
    path = write(tmp_path / "latest-all.json", WIKIDATA_LINES)
    assert list(wikidata.read(path)) == [
        (2, entity(
            id="wikidata-q900000001", kind="person", name="Mürsel Tanrıkul",
            plain="Mursel Tanrikul", aliases=("M. Tanrıkul",),
            sources=(("ar", "مرسال تانريكول"), ("ar", "مرسل تانريكول"),
                     ("ru", "Мюрсель Танрыкул")),
            countries=("SY", "TR"), note="Wikidata Q900000001, politician", origin="wikidata",
        )),
        (6, entity(
            id="wikidata-q900000005", kind="armed-group", name="Zahran Front", aliases=("ZF",),
            sources=(("zh", "扎赫兰阵线"),), countries=("SY",), note="Wikidata Q900000005",
            origin="wikidata",
        )),
    ]  # fmt: skip


def test_wikidata_skips_unknown_values_and_other_spacing(tmp_path: Path) -> None:
    item = wikidata_item("Q900000007", "Q515", labels={"en": "Zahran", "fa": "زهران"})
    item["claims"]["P17"] = [{"mainsnak": {"snaktype": "somevalue"}, "rank": "normal"}]
    path = write(tmp_path / "items.json", [json.dumps(item)])
    assert [e.countries for _, e in wikidata.read(path)] == [()]


def test_whosonfirst_entities(tmp_path: Path) -> None:
    rows = list(whosonfirst.read(write(tmp_path / "places.tsv", WOF)))
    assert rows[0] == (
        2,
        entity(
            id="wof-900000001", kind="city", name="Tall Zahran",
            aliases=("Tel Zahran", "Tall-e Zahrān"),
            sources=(("ar", "تل زهران"), ("ar", "تل ظهران"), ("ar", "تل الزهران"),
                     ("ru", "Тель-Захран"), ("he", "תל זהראן")),
            countries=("SY",), note="Who's On First 900000001, population 12,500",
            origin="whosonfirst",
        ),
    )  # fmt: skip
    assert [(number, e.name, e.kind, e.countries) for number, e in rows[1:]] == [
        (4, "Zahran", "province", ("SY",)),
        (7, "Zahran Air Base", "landmark", ()),
    ]


@pytest.mark.parametrize("name", ["wof", "wof.zip", "wof.tar", "wof.tar.gz", "wof.tar.bz2"])
def test_whosonfirst_features(tmp_path: Path, name: str) -> None:
    path = write_features(tmp_path / name)
    rows = list(whosonfirst.read(path))
    assert rows == [
        (1, entity(
            id="wof-900000001", kind="city", name="Tall Zahran", aliases=("Tel Zahran",),
            sources=(("ar", "تل زهران"), ("tr", "Zehran")), countries=("SY",),
            note="Who's On First 900000001, population 12,500", origin="whosonfirst",
        )),
        (4, entity(
            id="wof-900000004", kind="province", name="Zahran", countries=("SY",),
            note="Who's On First 900000004", origin="whosonfirst",
        )),
    ]  # fmt: skip
    assert list(whosonfirst.read(path, 1)) == rows[1:]


@READERS
@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".zip"])
def test_every_form_reads_the_same(
    tmp_path: Path, read: Reader, lines: list[str], kept: list[int], suffix: str
) -> None:
    plain = list(read(write(tmp_path / "dump.txt", lines)))
    assert [number for number, _ in plain] == kept
    assert list(read(write(tmp_path / f"packed.txt{suffix}", lines))) == plain


@READERS
def test_a_packed_file_may_keep_another_name(
    tmp_path: Path, read: Reader, lines: list[str], kept: list[int]
) -> None:
    path = write(tmp_path / "dump.gz", lines).rename(tmp_path / "dump.txt")
    assert [number for number, _ in read(path)] == kept


@READERS
def test_a_run_goes_on_where_it_stopped(
    tmp_path: Path, read: Reader, lines: list[str], kept: list[int]
) -> None:
    path = write(tmp_path / "dump.gz", lines)
    whole = list(read(path))
    for taken in range(len(whole)):
        first = list(islice(read(path), taken))
        consumed = first[-1][0] if first else 0
        assert first + list(read(path, consumed)) == whole


@READERS
def test_skipped_rows_are_not_looked_at(
    tmp_path: Path, read: Reader, lines: list[str], kept: list[int]
) -> None:
    path = write(tmp_path / "dump.txt", ["not a row", *lines[1:]])
    assert [number for number, _ in read(path, 1)] == [number for number in kept if number > 1]


@READERS
@pytest.mark.parametrize("suffix", [".gz", ".bz2"])
def test_a_truncated_file(
    tmp_path: Path, read: Reader, lines: list[str], kept: list[int], suffix: str
) -> None:
    path = write(tmp_path / f"dump{suffix}", lines)
    path.write_bytes(path.read_bytes()[:-6])
    with pytest.raises(NamesError, match=rf"^dump\{suffix} ends in the middle, after \d+ rows; "):
        list(read(path))


@READERS
def test_a_truncated_zip(tmp_path: Path, read: Reader, lines: list[str], kept: list[int]) -> None:
    path = write(tmp_path / "dump.txt.zip", lines)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(NamesError, match=r"^dump.txt.zip ends in the middle, after 0 rows; "):
        list(read(path))


@READERS
def test_a_damaged_file(tmp_path: Path, read: Reader, lines: list[str], kept: list[int]) -> None:
    path = write(tmp_path / "dump.gz", lines)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(NamesError, match=r"^dump.gz"):
        list(read(path))


@READERS
def test_bad_utf8(tmp_path: Path, read: Reader, lines: list[str], kept: list[int]) -> None:
    path = write(tmp_path / "dump.txt", lines)
    rows = path.read_bytes().splitlines(keepends=True)
    rows[kept[0] - 1] = rows[kept[0] - 1].replace(b"Tel", b"T\xe9l").replace(b"M. ", b"\xe9. ")
    path.write_bytes(b"".join(rows))
    with pytest.raises(NamesError, match=rf"^dump.txt, line {kept[0]}: byte \d+ is not UTF-8; "):
        list(read(path))


@pytest.mark.parametrize(("read", "lines"), [(geonames_dump.read, GEONAMES),
                                             (whosonfirst.read, WOF)])  # fmt: skip
def test_wrong_columns(tmp_path: Path, read: Reader, lines: list[str]) -> None:
    path = write(tmp_path / "dump.txt", [*lines[:2], "one\ttwo", *lines[2:]])
    with pytest.raises(NamesError, match=r"^dump.txt, line 3: 2 fields where 1[69] belong; "):
        list(read(path))


@pytest.mark.parametrize(
    ("read", "line", "message"),
    [
        (geonames_dump.read, geonames_row(id="x9"), "id 'x9' is not a whole number"),
        (geonames_dump.read, geonames_row(population="many"), "population 'many' is not"),
        (whosonfirst.read, wof_row(), "the columns must be country wof_id"),
        (wikidata.read, '{"type":"item","id":"Q9', "not a whole JSON object"),
        (wikidata.read, '{"language":"ar" "id":"Q5"}', "not JSON: Expecting"),
        (wikidata.read, '{"claims":{"P31":[{"id":"Q5"}]},"language":"ar"}', "not a Wikidata item"),
    ],
)
def test_a_malformed_row(tmp_path: Path, read: Reader, line: str, message: str) -> None:
    with pytest.raises(NamesError, match=rf"^dump.txt, line 1: {message}"):
        list(read(write(tmp_path / "dump.txt", [line])))


@READERS
@pytest.mark.parametrize("packed", [True, False])
def test_a_web_page(
    tmp_path: Path, read: Reader, lines: list[str], kept: list[int], packed: bool
) -> None:
    page = b"\n<!DOCTYPE html>\n<html><body>404</body></html>\n"
    path = tmp_path / "dump.gz"
    path.write_bytes(gzip.compress(page.lstrip()) if packed else page)
    with pytest.raises(NamesError, match=r"^dump.gz, line 1: a web page, not the file; "):
        list(read(path))


@READERS
def test_missing_and_empty(tmp_path: Path, read: Reader, lines: list[str], kept: list[int]) -> None:
    with pytest.raises(NamesError, match=r"cannot read .*dump.txt: No such file"):
        list(read(tmp_path / "dump.txt"))
    (tmp_path / "dump.txt").touch()
    with pytest.raises(NamesError, match=r"dump.txt is empty"):
        list(read(tmp_path / "dump.txt"))


def test_broken_features(tmp_path: Path) -> None:
    path = write_features(tmp_path / "wof.tar.bz2")
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(NamesError, match=r"^wof.tar.bz2 ends in the middle, after \d+ rows; "):
        list(whosonfirst.read(path))
    folder = write_features(tmp_path / "wof")
    (folder / "data" / "1.geojson").write_text("{", encoding="utf-8")
    with pytest.raises(NamesError, match=r"^wof, 1.geojson: not a GeoJSON feature; "):
        list(whosonfirst.read(folder))
    (tmp_path / "empty").mkdir()
    with pytest.raises(NamesError, match=r"^empty holds no .geojson file; "):
        list(whosonfirst.read(tmp_path / "empty"))


def test_a_zip_of_several_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.txt", GEONAMES[0])
        archive.writestr("b.txt", GEONAMES[1])
    with pytest.raises(NamesError, match=r"^two.zip holds 2 files where one belongs"):
        list(geonames_dump.read(tmp_path / "two.zip"))


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".zip"])
def test_progress_and_bounded_memory(tmp_path: Path, suffix: str) -> None:
    rows = 15_000
    hill = geonames_row(**{"class": "T"}, code="HLL", alternates="Zahran," * 60)
    path = write(tmp_path / f"dump.txt{suffix}", [hill] * (rows - 1) + [GEONAMES[0]])
    seen: list[tuple[int, int]] = []
    tracemalloc.start()
    numbers = [n for n, _ in geonames_dump.read(path, progress=lambda *at: seen.append(at))]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert numbers == [rows]
    assert peak < 5_000_000 < rows * len(hill)
    size = path.stat().st_size
    assert len(seen) == rows // 10_000 + 1
    assert seen == sorted(seen)
    assert seen[-1] == (size, size)
    assert 0 < seen[0][0] <= size


@pytest.mark.parametrize("name", ["geonames-features.tsv", "wikidata-classes.tsv"])
def test_tables_give_kinds(name: str) -> None:
    assert set(read_table(name).values()) <= KINDS


def test_countries_are_codes() -> None:
    countries = read_table("wikidata-countries.tsv")
    assert all(item.startswith("Q") and len(code) == 2 for item, code in countries.items())
