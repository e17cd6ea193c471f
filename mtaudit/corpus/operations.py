"""What filters compute with: typed values over pyarrow, in which null means unknown."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mtaudit.errors import did_you_mean


class Kind(Enum):
    """What a value is, as messages call it."""

    NUMBER = "a number"
    TEXT = "text"
    TRUTH = "true or false"
    TIME = "a time"
    LIST = "a list"
    STRUCT = "a group of fields"
    NULL = "nothing"
    OTHER = "a value that cannot be compared"


class MismatchError(Exception):
    """Values that do not go together; ``str()`` says which."""


@dataclass(frozen=True)
class Value:
    """A ``pyarrow`` array or scalar, its kind, and how messages name it."""

    data: Any
    kind: Kind
    name: str
    literal: bool = False

    def __str__(self) -> str:
        return f"{self.name} ({self.kind.value})"


_COMPARISONS: dict[type[ast.cmpop], Callable[..., Any]] = {
    ast.Lt: pc.less,
    ast.LtE: pc.less_equal,
    ast.Gt: pc.greater,
    ast.GtE: pc.greater_equal,
    ast.Eq: pc.equal,
    ast.NotEq: pc.not_equal,
}
_ORDERED = {Kind.NUMBER, Kind.TEXT, Kind.TIME}
_ARITHMETIC: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: pc.add,
    ast.Sub: pc.subtract,
    ast.Mult: pc.multiply,
    ast.Div: pc.divide,
}


def kind_of(type_: Any) -> Kind:
    """Return the kind of an Arrow type."""
    is_ = pa.types
    for kind, tests in (
        (Kind.NULL, (is_.is_null,)),
        (Kind.TRUTH, (is_.is_boolean,)),
        (Kind.NUMBER, (is_.is_integer, is_.is_floating, is_.is_decimal)),
        (Kind.TEXT, (is_.is_string,)),
        (Kind.TIME, (is_.is_timestamp, is_.is_date)),
        (Kind.LIST, (is_.is_list, is_.is_large_list, is_.is_fixed_size_list)),
        (Kind.STRUCT, (is_.is_struct,)),
    ):
        if any(test(type_) for test in tests):
            return kind
    return Kind.OTHER


def of_column(name: str, data: Any) -> Value:
    """Return a column as a value."""
    if pa.types.is_decimal(data.type):
        data = data.cast(pa.float64())
    return Value(data, kind_of(data.type), name)


def of_field(value: Value, field: str) -> Value:
    """Return a field of a group, as in ``meta.language``."""
    name = f"{value.name}.{field}"
    if value.kind is Kind.NULL:
        return Value(value.data, Kind.NULL, name)
    if value.kind is not Kind.STRUCT:
        raise MismatchError(f"{value} has no field {field!r}")
    fields = [value.data.type.field(i).name for i in range(value.data.type.num_fields)]
    if field not in fields:
        raise MismatchError(f"{value.name} has no field {field!r}{did_you_mean(field, fields)}")
    # flatten() tells apart a missing group, whose fields are null.
    return of_column(name, value.data.flatten()[fields.index(field)])


def constant(value: bool | int | float | str) -> Value:
    """Return a literal as a value.

    Raises:
        MismatchError: a whole number beyond 64 bits, or text without a UTF-8 form.

    """
    try:
        data = pa.scalar(value)
    except (OverflowError, UnicodeEncodeError, pa.ArrowException):
        raise MismatchError(
            f"{str(value)[:40]!a} cannot be compared; it is beyond 64 bits"
        ) from None
    return Value(data, kind_of(data.type), repr(value), literal=True)


def compare(op: type[ast.cmpop], left: Value, right: Value) -> Value:
    """Return a comparison, or whether one text stands in another."""
    name = "the comparison"
    if op in (ast.In, ast.NotIn):
        found = _substring(left, right)
        return negate(found) if op is ast.NotIn else found
    if Kind.NULL in (left.kind, right.kind):
        return _unknown(left, right, name)
    left, right = _as_times(left, right)
    if left.kind is not right.kind or left.kind in (Kind.LIST, Kind.STRUCT, Kind.OTHER):
        raise MismatchError(f"cannot compare {left} with {right}")
    if left.kind not in _ORDERED and op not in (ast.Eq, ast.NotEq):
        raise MismatchError(f"{left} can only be compared with == and !=")
    return Value(_run(_COMPARISONS[op], left, right), Kind.TRUTH, name)


def contained(value: Value, among: Sequence[Value]) -> Value:
    """Return whether a value is one of some literals."""
    if value.kind is Kind.NULL:
        return Value(value.data, Kind.NULL, "the comparison")
    if value.kind is Kind.TEXT and not value.literal and all(o.kind is Kind.TEXT for o in among):
        words = pa.array([one.data.as_py() for one in among], pa.string())
        found = pc.is_in(value.data, value_set=words)
        # is_in() takes null for a value that is not in the list.
        found = pc.if_else(pc.is_valid(value.data), found, pa.scalar(None, pa.bool_()))
        return Value(found, Kind.TRUTH, "the comparison")
    made = Value(pa.scalar(False), Kind.TRUTH, "the comparison")
    for one in among:
        made = logical(pc.or_kleene, made, compare(ast.Eq, value, one))
    return made


def is_null(value: Value, *, wanted: bool) -> Value:
    """Return whether a value is null (or is not, where null is not ``wanted``)."""
    test = pc.is_null if wanted else pc.is_valid
    return Value(test(value.data), Kind.TRUTH, "the comparison")


def logical(kleene: Callable[..., Any], left: Value, right: Value) -> Value:
    """Return ``left`` and (or) ``right`` under Kleene's logic."""
    for value in (left, right):
        if value.kind not in (Kind.TRUTH, Kind.NULL):
            raise MismatchError(
                f"{value} stands beside 'and', 'or' or 'not'; compare it with something"
            )
    data = [value.data.cast(pa.bool_()) for value in (left, right)]
    return Value(kleene(*data), Kind.TRUTH, "the condition")


def negate(value: Value) -> Value:
    """Return ``not value``; unknown stays unknown."""
    if value.kind not in (Kind.TRUTH, Kind.NULL):
        raise MismatchError(
            f"{value} stands beside 'and', 'or' or 'not'; compare it with something"
        )
    return Value(pc.invert(value.data.cast(pa.bool_())), Kind.TRUTH, "the condition")


def calculate(op: type[ast.operator], left: Value, right: Value) -> Value:
    """Return a sum, difference, product or quotient, in 64-bit floating point.

    A quotient by zero is null.
    """
    for value in (left, right):
        if value.kind not in (Kind.NUMBER, Kind.NULL):
            raise MismatchError(f"cannot calculate with {value}")
    first, second = (_float(value.data) for value in (left, right))
    made = _ARITHMETIC[op](first, second)
    made = pc.if_else(pc.is_finite(made), made, pa.scalar(None, pa.float64()))
    return Value(made, Kind.NUMBER, "the result", left.literal and right.literal)


def length(value: Value) -> Value:
    """Return the code points of a text or the items of a list."""
    name = f"len({value.name})"
    if value.kind is Kind.NULL:
        return Value(value.data, Kind.NULL, name)
    if value.kind is Kind.TEXT:
        return Value(pc.utf8_length(value.data), Kind.NUMBER, name)
    if value.kind is Kind.LIST:
        return Value(pc.list_value_length(value.data), Kind.NUMBER, name)
    raise MismatchError(f"{value} has no length")


def _substring(needle: Value, hay: Value) -> Value:
    if hay.kind is Kind.NULL:
        return Value(hay.data, Kind.NULL, "the comparison")
    if needle.kind is not Kind.TEXT or not needle.literal or hay.kind is not Kind.TEXT:
        raise MismatchError(
            f"'in' asks for {needle} in {hay}; it needs a quoted text before a text column, or a "
            "list such as ('pass', 'review') behind"
        )
    found = pc.match_substring(hay.data, needle.data.as_py())
    return Value(found, Kind.TRUTH, "the comparison")


def _as_times(left: Value, right: Value) -> tuple[Value, Value]:
    """Read a literal text as a time where it stands against one."""
    if left.kind is Kind.TIME and right.kind is Kind.TEXT and right.literal:
        try:
            data = right.data.cast(left.data.type)
        except (pa.ArrowException, ValueError):
            raise MismatchError(
                f"{right.name} is not a time as {left.name} has it ({left.data.type}); write it as "
                "2025-01-31 or 2025-01-31T12:00:00"
            ) from None
        return left, Value(data, Kind.TIME, right.name, literal=True)
    if right.kind is Kind.TIME and left.kind is Kind.TEXT and left.literal:
        right, left = _as_times(right, left)
    return left, right


def _unknown(left: Value, right: Value, name: str) -> Value:
    longer = right if isinstance(left.data, pa.Scalar) else left
    size = None if isinstance(longer.data, pa.Scalar) else len(longer.data)
    data = pa.scalar(None, pa.bool_()) if size is None else pa.nulls(size, pa.bool_())
    return Value(data, Kind.TRUTH, name)


def _float(data: Any) -> Any:
    # Not checked: whole numbers beyond 2**53 are rounded.
    if isinstance(data, pa.Scalar):
        return pa.scalar(None if data.as_py() is None else float(data.as_py()), pa.float64())
    return data.cast(pa.float64(), safe=False)


def _run(function: Callable[..., Any], left: Value, right: Value) -> Any:
    first, second = left.data, right.data
    if pa.types.is_floating(first.type) != pa.types.is_floating(second.type):
        first, second = _float(first), _float(second)
    try:
        return function(first, second)
    except (pa.ArrowException, OverflowError) as error:
        reason = " ".join(str(error).split())[:120]
        raise MismatchError(f"cannot compare {left} with {right} ({reason})") from None
