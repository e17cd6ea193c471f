"""The language of filters: comparisons over the columns of a row, evaluated by pyarrow.

The grammar is a part of Python's: comparisons, ``and``, ``or``, ``not``, ``in``, ``is None``,
``+ - * /``, numbers, texts and ``len()``. Text is parsed with :mod:`ast` and never executed. Null
means unknown, as in SQL: a comparison with null is neither true nor false, and ``and`` and ``or``
follow Kleene's logic.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mtaudit.corpus.batches import Batch, Mask
from mtaudit.corpus.operations import (
    Kind,
    MismatchError,
    Value,
    calculate,
    compare,
    constant,
    contained,
    is_null,
    length,
    logical,
    negate,
    of_column,
    of_field,
)
from mtaudit.errors import UsageError

_LONGEST = 4000
_ASSIGNED = re.compile(r"(?<![=<>!])=(?!=)")
_PYTHON_FOR = {"true": "True", "false": "False", "null": "None", "NULL": "None", "none": "None"}


@dataclass(frozen=True)
class Expression:
    """A parsed filter. ``option`` names it in messages, ``columns`` are those that it reads."""

    text: str
    option: str
    tree: ast.expr
    columns: tuple[str, ...]

    def evaluate(self, batch: Batch) -> tuple[Mask, Mask]:
        """Return for each row whether the expression is true, and whether that is unknown.

        Raises:
            UsageError: the types do not go together, or the result is not true or false.

        """
        try:
            made = _value(self.tree, batch)
            if made.kind not in (Kind.TRUTH, Kind.NULL):
                raise MismatchError(
                    f"gives {made.kind.value}, not true or false; compare it with something"
                )
        except MismatchError as error:
            raise UsageError(f"{self.option} {shown(self.text)}: {error}") from None
        if isinstance(made.data, pa.Scalar):
            known, true = made.data.is_valid, bool(made.data.as_py())
            return np.full(len(batch), known and true), np.full(len(batch), not known)
        unknown = np.asarray(pc.is_null(made.data).to_numpy(zero_copy_only=False), dtype=bool)
        if made.kind is Kind.NULL:
            return np.zeros(len(batch), dtype=bool), unknown
        truth = pc.fill_null(made.data, False).to_numpy(zero_copy_only=False)
        return np.asarray(truth, dtype=bool), unknown


def parse(text: str, option: str) -> Expression:
    """Return the expression that ``text`` spells.

    Raises:
        UsageError: it is not one; the message says at which character.

    """
    if not text.strip():
        raise UsageError(f"{option}: the expression is empty; write one such as 'garbled < 0.2'")
    if len(text) > _LONGEST:
        raise UsageError(f"{option}: the expression is longer than {_LONGEST:,} characters")
    # One line, so that places are counted from its beginning; a text literal cannot span lines.
    flat = text.replace("\r", " ").replace("\n", " ")
    indent = len(flat) - len(flat.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(flat.strip(), mode="eval").body
        columns = _columns(tree)
    except SyntaxError as error:
        hint = "; write '==' to compare" if _ASSIGNED.search(flat) else ""
        # Python gives no place for what ends too early.
        place = indent + (error.offset or len(flat.strip()) + 1)
        raise _wrong(text, option, error.msg + hint, place) from None
    except _ForeignError as error:
        before = flat.lstrip().encode("utf-8")[: error.node.col_offset]
        place = indent + len(before.decode("utf-8", "ignore")) + 1
        raise _wrong(text, option, str(error), place) from None
    except (RecursionError, MemoryError):
        raise UsageError(f"{option}: the expression is nested too deeply") from None
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
    return Expression(text, option, tree, tuple(dict.fromkeys(columns)))


def _wrong(text: str, option: str, reason: str, place: int) -> UsageError:
    rest = text[place - 1 : place + 19].strip()
    near = f", at {rest!r}" if rest else ", at the end"
    return UsageError(f"{option} {shown(text)}: {reason} (character {place}{near})")


def shown(text: str) -> str:
    """Return an expression for a message: quoted, on one line, cut off where it is long."""
    return repr(text if len(text) <= 80 else text[:79] + "…")


class _ForeignError(Exception):
    """Something of Python's that filters do not have."""

    def __init__(self, node: ast.expr, reason: str) -> None:
        super().__init__(reason)
        self.node = node


_ALLOWED = (
    "filters have comparisons, and, or, not, in, is None, + - * /, numbers, texts, len() and "
    "column()"
)


def _columns(node: ast.expr) -> list[str]:
    """Return the columns that an expression reads, refusing whatever filters do not have."""
    match node:
        case ast.Name(id=name) if name in _PYTHON_FOR:
            raise _ForeignError(node, f"write {_PYTHON_FOR[name]} for {name}")
        case ast.Name(id=name):
            return [name]
        case ast.Constant(value=None):
            raise _ForeignError(node, "None can only be asked for with 'is None' or 'is not None'")
        case ast.Constant(value=bool() | int() | float() | str()):
            return []
        case ast.Attribute(value=inner):
            return _columns(inner)
        case ast.BoolOp(values=values):
            return [name for value in values for name in _columns(value)]
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.UAdd(), operand=inner):
            return _columns(inner)
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), left=left, right=right):
            return _columns(left) + _columns(right)
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
            raise _ForeignError(node, "write 'and' for '&' and 'or' for '|'")
        case ast.Compare(left=left, ops=ops, comparators=others):
            found = _columns(left)
            for op, other in zip(ops, others, strict=True):
                found += _compared(op, other)
            return found
        case ast.Call(func=ast.Name(id="len"), args=[inner], keywords=[]):
            return _columns(inner)
        case ast.Call(func=ast.Name(id="column"), args=[ast.Constant(value=str(name))]):
            return [name]
        case _:
            raise _ForeignError(node, _ALLOWED)


def _compared(op: ast.cmpop, other: ast.expr) -> list[str]:
    if isinstance(op, ast.Is | ast.IsNot):
        if isinstance(other, ast.Constant) and other.value is None:
            return []
        raise _ForeignError(other, "'is' can only ask for None; write '==' to compare")
    if isinstance(op, ast.In | ast.NotIn) and isinstance(other, ast.Tuple | ast.List | ast.Set):
        for one in other.elts:
            _columns(one)
            if not isinstance(one, ast.Constant) and not isinstance(one, ast.UnaryOp):
                raise _ForeignError(one, "a list after 'in' holds numbers and texts only")
        return []
    return _columns(other)


def _value(node: ast.expr, batch: Batch) -> Value:
    """Evaluate what :func:`_columns` has let through."""
    match node:
        case (
            ast.Name(id=name)
            | ast.Call(func=ast.Name(id="column"), args=[ast.Constant(value=str(name))])
        ):
            return of_column(name, batch.column(name))
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return constant(value)
        case ast.Attribute(value=inner, attr=name):
            return of_field(_value(inner, batch), name)
        case ast.BoolOp(op=op, values=values):
            first, *others = (_value(value, batch) for value in values)
            kleene = pc.and_kleene if isinstance(op, ast.And) else pc.or_kleene
            for other in others:
                first = logical(kleene, first, other)
            return first
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return negate(_value(inner, batch))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return calculate(ast.Sub, constant(0), _value(inner, batch))
        case ast.UnaryOp(operand=inner):
            return calculate(ast.Add, constant(0), _value(inner, batch))
        case ast.BinOp(op=op, left=left, right=right):
            return calculate(type(op), _value(left, batch), _value(right, batch))
        case ast.Call(args=[inner]):
            return length(_value(inner, batch))
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _chain(left, ops, others, batch)
    raise AssertionError(ast.dump(node))


def _chain(left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr], batch: Batch) -> Value:
    here, made = _value(left, batch), None
    for op, other in zip(ops, others, strict=True):
        if isinstance(op, ast.Is | ast.IsNot):
            link = is_null(here, wanted=isinstance(op, ast.Is))
        elif isinstance(other, ast.Tuple | ast.List | ast.Set):
            link = contained(here, [_value(one, batch) for one in other.elts])
            link = negate(link) if isinstance(op, ast.NotIn) else link
        else:
            there = _value(other, batch)
            link = compare(type(op), here, there)
            here = there
        made = link if made is None else logical(pc.and_kleene, made, link)
    assert made is not None
    return made
