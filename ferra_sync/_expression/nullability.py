"""Whether an expression may be NULL, read from its shape when somebody asks: building one costs nothing for it.

True says that PostgreSQL may give NULL, false that it never does. Of one operator over columns both are exact. What
several together make impossible is not seen, such as NULL from `a IS NOT NULL AND a = 1`, or from the sum of a column
that is never NULL beside GROUP BY, of whose groups none is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from typing import Any, Final

import attrs

from ferra_sync._expression import shapes
from ferra_sync._expression.arrays import MAX_DEPTH
from ferra_sync._expression.nulls import Rule, always, coalescing, never, strict
from ferra_sync._expression.references import ColumnRef, FunctionRef
from ferra_sync._expression.shapes import leaves
from ferra_sync._expression.sqltypes import FieldType, SqlType


def _stamped(operands: Sequence[bool]) -> bool:
    """`CASE WHEN stored IS NOT DISTINCT FROM given THEN stamp ELSE given END`."""
    _stored, given, stamp = operands
    return given or stamp


RULES: Final[dict[str, Rule]] = {
    "=": strict,  # Of arrays and documents too: NULL inside them is a value like any other.
    "<>": strict,
    "<": strict,
    "<=": strict,
    ">": strict,
    ">=": strict,
    "is distinct from": never,
    "is not distinct from": never,
    "= any": strict,  # Of an empty list false, even for NULL; the shape does not say how many values there are.
    "<> all": strict,  # Of an empty list true.
    "between": strict,  # False where one bound says so, even when the other is NULL.
    "is null": never,
    "is not null": never,
    "not": strict,
    "and": strict,  # Beside false, NULL is false.
    "or": strict,  # Beside true, true.
    "neg": strict,
    "+": strict,
    "-": strict,
    "*": strict,
    "/": strict,  # By zero it is an error.
    "%": strict,
    "&": strict,
    "|": strict,
    "#": strict,
    "bit not": strict,
    "||": strict,
    "array ||": coalescing,  # NULL is an empty array to it.
    "->": always,
    "->>": always,
    "#-": strict,
    "@>": strict,
    "<@": strict,
    "&&": strict,
    "?": strict,
    "?|": strict,
    "?&": strict,
    **{"[]" * depth: always for depth in range(1, MAX_DEPTH + 1)},
    "[n:n]": strict,
    "[n:]": strict,
    "[:n]": strict,
    "-|-": strict,
    "<<": strict,
    ">>": strict,
    "&<": strict,
    "&>": strict,
    "@@": strict,
    "!!": strict,
    "<->": strict,
    "like": strict,
    "ilike": strict,
    "~": strict,
    "~*": strict,
    "once": strict,
    "row": strict,
    "in rows": strict,
    "in": always,  # Also where one of the rows is NULL.
    "not in": always,
    "exists": never,
    "array": never,  # Of no rows it is empty.
    "stamp": _stamped,
    "stamp json": _stamped,
}
"""Each operator's."""


def may_be_null(
    shape: Hashable, params: Iterator[Any] | None = None, *, missing: Collection[Hashable] = frozenset()
) -> bool:
    """Return whether an expression, or a model in a select list, may be NULL.

    Args:
        shape: the expression's.
        params: the values; as many are taken as the shape has places. None: they are not known, and may be NULL.
        missing: the tables of which a row may be missing, those on the nullable side of an outer join, and the
            expressions that may be NULL beside what they say themselves: keys that a grouping set lacks.
    """
    return _Nullability(params, missing).of(shape)


@attrs.frozen
class _Nullability:
    params: Iterator[Any] | None
    missing: Collection[Hashable]

    def of(self, shape: Hashable) -> bool:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of node
        match shape:
            case _ if shape in self.missing:
                return self._passed_over(shape)
            case ColumnRef():
                return shape.nullable or shape.table in self.missing
            case SqlType():
                return self.params is None or next(self.params) is None
            case (str() as op, *operands) if op in RULES:
                return RULES[op](self._each(operands))
            case (shapes.CALL | shapes.CALL_DISTINCT, FunctionRef() as function, *arguments):
                return function.nulls(self._each(arguments))
            case (shapes.CASE, *parts):
                return len(parts) % 2 == 0 or any(shapes.case_values(self._each(parts)))
            case (shapes.CAST, operand, SqlType() as to):
                return self.of(operand) or (_reads_json_null(to) and _is_json(operand))
            case (shapes.COLLATE, operand, _):
                return self.of(operand)
            case (shapes.EXCLUDED, ColumnRef() as column):
                return column.nullable
            case (shapes.SUBQUERY, *_):
                return self._passed_over(shape)
            case (shapes.MULTISET, rows):
                self.of(rows)  # It takes its params.
                return False
            case (shapes.ANY | shapes.ALL | shapes.ANY_OF | shapes.ALL_OF, values):
                return self.of(values) or True  # One of them may be.
            case (shapes.ORDERED | shapes.WITHIN_GROUP | shapes.FILTER | shapes.OVER, call, *others):
                return self._each([call, *others])[0]
            case (shapes.COUNT_ROWS | shapes.IS_ROW | shapes.MODEL | shapes.TUPLE, *_):
                return False
            case _:  # Among them ("maybe", …), ("default",), and those that stand for another shape.
                self._each(shapes.children(shape))
                return True

    def _passed_over(self, shape: Hashable) -> bool:
        """Take the params of what may be NULL, whatever stands in it, such as a subquery without a row."""
        if self.params is not None:
            for leaf in leaves(shape):
                if isinstance(leaf, SqlType):
                    next(self.params)
        return True

    def _each(self, operands: Sequence[Hashable]) -> list[bool]:
        return [self.of(each) for each in operands]  # All of them, for each takes its own params.


def _reads_json_null(to: SqlType[Any]) -> bool:
    """Whether the document `null`, cast to this type, is NULL, as it is from PostgreSQL 18 on."""
    return to.rank is not None or to.kind is FieldType.BOOLEAN


def _is_json(shape: Hashable) -> bool:
    match shape:
        case SqlType():
            return shape.kind is FieldType.JSONB
        case ColumnRef(type=of) | (shapes.CAST, _, SqlType() as of):
            return _is_json(of)
        case (shapes.CALL, FunctionRef() as function, *arguments):
            return any(map(_is_json, arguments)) if function.returns is None else _is_json(function.returns)
        case (shapes.CASE, *parts):
            return any(map(_is_json, shapes.case_values(parts)))
        case _:
            return False
