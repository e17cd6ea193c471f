"""The language of filters against a slow reading of it, one row at a time."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtaudit.corpus.batches import ArrowBatch, Batch, JsonBatch
from mtaudit.corpus.expression import parse
from mtaudit.errors import UsageError

Row = dict[str, Any]
ROWS: list[Row] = [
    {"g": 0.1, "q": 90, "v": "pass", "b": True, "tags": ["x"], "odd name": 1, "m": {"l": "en"}},
    {"g": None, "q": 10, "v": None, "b": None, "tags": [], "odd name": 2, "m": None},
    {"g": float("nan"), "q": 100, "v": "blöck", "b": False, "tags": None, "odd name": 3, "m": {}},
    {"g": 0.5, "q": None, "v": "review", "b": True, "tags": ["x", "y"], "odd name": None},
]


def json_batch(rows: list[Row]) -> Batch:
    return JsonBatch("rows", [b""] * len(rows), rows, range(1, len(rows) + 1))


def arrow_batch(rows: list[Row]) -> Batch:
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return ArrowBatch("rows", pa.RecordBatch.from_pydict(columns), 1)


BATCHES = [json_batch, arrow_batch]


def truth(text: str, batch: Batch) -> list[bool | None]:
    true, unknown = parse(text, "--keep").evaluate(batch)
    assert not (true & unknown).any()
    return [None if u else bool(t) for t, u in zip(true, unknown, strict=True)]


@pytest.mark.parametrize("make", BATCHES)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("g < 0.2", [True, None, None, False]),
        ("not g < 0.2", [False, None, None, True]),
        ("g < 0.2 or q > 95", [True, None, True, None]),
        ("g < 0.2 and q > 95", [False, False, None, False]),
        ("0.05 < g <= 0.1", [True, None, None, False]),
        ("g is None", [False, True, True, False]),
        ("g is not None", [True, False, False, True]),
        ("v in ('pass', 'review')", [True, None, False, True]),
        ("v not in ['pass', 'review']", [False, None, True, False]),
        ("q in {90, 10.0, -1}", [True, True, False, None]),
        ("'lö' in v", [False, None, True, False]),
        ("'lö' not in v", [True, None, False, True]),
        ("len(v) == 5", [False, None, True, False]),
        ("len(tags) > 0", [True, False, None, True]),
        ("b", [True, None, False, True]),
        ("b == False", [False, None, True, False]),
        ("q + 2 * q - 10 >= 260", [True, False, True, None]),
        ("-q / 2 < -40", [True, False, True, None]),
        ("q / 0 > 1", [None, None, None, None]),
        ("column('odd name') != 2", [True, False, True, None]),
        ("m.l == 'en'", [True, None, None, None]),
        ("True", [True, True, True, True]),
        ("  q ==\n 90", [True, False, False, None]),
        ("v > 'p'", [True, None, False, True]),
    ],
)
def test_meaning(make: Callable[[list[Row]], Batch], text: str, expected: list[Any]) -> None:
    assert truth(text, make(ROWS)) == expected


def test_whole_numbers_are_exact() -> None:
    batch = json_batch([{"n": 2**53}, {"n": 2**53 + 1}])
    assert truth(f"n == {2**53 + 1}", batch) == [False, True]
    assert truth("n > 0.5", batch) == [True, True]


def test_times() -> None:
    days = pa.array(["2025-01-31", "2025-02-01"]).cast(pa.timestamp("us"))
    batch = ArrowBatch("rows", pa.RecordBatch.from_arrays([days], names=["day"]), 1)
    assert truth("day >= '2025-02-01'", batch) == [False, True]
    assert truth("'2025-02-01' > day", batch) == [True, False]
    with pytest.raises(UsageError, match="write it as 2025-01-31"):
        truth("day > 'yesterday'", batch)


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        (pa.dictionary(pa.int8(), pa.string()), "pass", "c == 'pass'"),
        (pa.large_string(), "pass", "'as' in c"),
        (pa.string_view(), "pass", "c in ('pass',)"),
        (pa.float32(), 0.5, "c == 0.5"),
        (pa.decimal128(5, 2), 1, "c < 1.5"),
        (pa.uint8(), 7, "c - 8 < 0"),
        (pa.large_list(pa.int8()), [1, 2], "len(c) == 2"),
    ],
)
def test_arrow_types(type_: Any, value: Any, text: str) -> None:
    column = pa.array([value], type_.value_type if pa.types.is_dictionary(type_) else type_)
    column = column.dictionary_encode() if pa.types.is_dictionary(type_) else column
    batch = ArrowBatch("rows", pa.RecordBatch.from_arrays([column], names=["c"]), 1)
    assert truth(text, batch) == [True]


def test_columns_are_those_read() -> None:
    assert parse("a < b and column('c d') in ('e',) and len(f.g) > a", "--keep").columns == (
        "a", "b", "c d", "f",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression is empty"),
        ("   ", "the expression is empty"),
        ("g <", r"invalid syntax \(character 4, at the end\)"),
        ("g = 1", r"write '==' to compare \(character 3, at '= 1'\)"),
        ("g > 1 and (q < 2", r"was never closed \(character 11"),
        ("ü > 1 & 2", r"write 'and' for '&' and 'or' for '\|' \(character 5, at '1 & 2'\)"),
        ("  v == null", r"write None for null \(character 8"),
        ("g == None", "only be asked for with 'is None'"),
        ("g is 5", "'is' can only ask for None"),
        ("v in (g, 1)", "holds numbers and texts only"),
        ("__import__('os').system('true')", "filters have comparisons"),
        ("v.lower() == 'x'", "filters have comparisons"),
        ("[x for x in v]", "filters have comparisons"),
        ("(lambda: g)() > 1", "filters have comparisons"),
        ("v[0] == 'p'", "filters have comparisons"),
        ("f'{g}' == v", "filters have comparisons"),
        ("(g := 1) > 0", "filters have comparisons"),
        ("g ** 9 > 1", "filters have comparisons"),
        ("len(v, key=g) > 1", "filters have comparisons"),
        ("g > 1; q", "invalid syntax"),
        ("-" * 3000 + "g > 0", "nested too deeply"),
        ("(" * 3000, "too many nested parentheses"),
        ("g" * 4001, "longer than 4,000"),
        ("g > 0\0", "null"),
    ],
)
def test_not_an_expression(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        parse(text, "--keep")
    assert str(caught.value).startswith("--keep")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("make", BATCHES)
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("g", "gives a number, not true or false"),
        ("g + 1", "gives a number, not true or false"),
        ("v", "gives text, not true or false"),
        ("tags", "gives a list, not true or false"),
        ("v > 3", r"cannot compare v \(text\) with 3 \(a number\)"),
        ("b < True", "can only be compared with == and !="),
        ("tags == 'x'", r"cannot compare tags \(a list\)"),
        ("not g", "stands beside 'and', 'or' or 'not'"),
        ("v and q > 1", "stands beside 'and', 'or' or 'not'"),
        ("v + 1 > 2", r"cannot calculate with v \(text\)"),
        ("len(q) > 1", "has no length"),
        ("'1' in q", "needs a quoted text before a text column"),
        ("m.lang == 'en'", "m has no field 'lang'"),
        ("g.x > 1", "has no field 'x'"),
        ("q > 99999999999999999999", "beyond 64 bits"),
    ],
)
def test_types_that_do_not_go_together(
    make: Callable[[list[Row]], Batch], text: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        parse(text, "--keep").evaluate(make(ROWS))


# An oracle that reads the same tree a row at a time, with None for unknown.

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


def slow(node: ast.expr, row: Row) -> Any:
    match node:
        case ast.Name(id=name):
            return row[name]
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(operand=inner):
            made = slow(inner, row)
            return None if made is None else not made
        case ast.BoolOp(op=op, values=values):
            parts = [slow(value, row) for value in values]
            deciding = isinstance(op, ast.Or)
            if deciding in parts:
                return deciding
            return None if None in parts else not deciding
        case ast.Compare(left=left, ops=[ast.Is()]):
            return slow(left, row) is None
        case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.Tuple(elts=among)]):
            value = slow(left, row)
            return None if value is None else value in [slow(one, row) for one in among]
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            first, second = slow(left, row), slow(right, row)
            return None if None in (first, second) else _COMPARE[type(op)](first, second)
    raise AssertionError(ast.dump(node))


_NUMBERS = st.sampled_from(["a", "b", "1", "0.5", "2"])
_LEAVES = st.one_of(
    st.builds(
        "{} {} {}".format, _NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), _NUMBERS
    ),
    st.sampled_from(["a is None", "s is None", "s in ('x', 'y')", "a in (1, 0.5)", "s == 'x'"]),
)
_EXPRESSIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=8,
)
_ROW = st.fixed_dictionaries(
    {
        "a": st.sampled_from([None, 0.5, 1, 2]),
        "b": st.sampled_from([None, 0, 1]),
        "s": st.sampled_from([None, "x", "y", "z"]),
    }
)


@given(_EXPRESSIONS, st.lists(_ROW, min_size=1, max_size=8))
def test_agrees_with_a_slow_reading(text: str, rows: list[Row]) -> None:
    expected = [slow(ast.parse(text, mode="eval").body, row) for row in rows]
    for make in BATCHES:
        assert truth(text, make(rows)) == expected
