"""Predicates to filters: the documents for which one is true, and those for which it is false; the others are NULL.

MongoDB's `$ne` and `$not` take what is missing or null, SQL's do not: each form says both of its sides by itself, and
`NOT` changes them over.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final

from ferra_sync._expression import shapes
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.operations import Op
from ferra_sync._expression.operators import is_predicate
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.values import Value
from ferra_sync._model.misfit import MisfitError
from ferra_sync._mongodb.layout import Layout, Place
from ferra_sync._mongodb.values import codec_of
from ferra_sync._query.checks import named
from ferra_sync.errors import QueryError, SchemaError

Filter = dict[str, Any]

NEVER: Final[Filter] = {"$nor": [{}]}
ALWAYS: Final[Filter] = {}

_COMPARED: Final = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_NUMBERS: Final = frozenset({FieldType.SMALLINT, FieldType.INTEGER, FieldType.BIGINT, FieldType.NUMERIC})
_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.VARCHAR})
_TAKEN: Final = "comparisons of a column with a value, is_in, between, startswith, is_null and their & | ~"
_LAST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


def filter_of(layout: Layout, predicates: Iterable[AnyExpr]) -> Filter:
    """Return the filter of the documents for which all predicates are true.

    Raises:
        QueryError: one is no predicate over this table, or says what MongoDB does not compute as PostgreSQL does.
    """
    filters = [_one(layout, predicate) for predicate in predicates]
    return filters[0] if len(filters) == 1 else {"$and": filters} if filters else {}


def not_false(layout: Layout, predicate: AnyExpr) -> Filter:
    """Return the filter of the documents for which a predicate is not false, as CHECK has it; QueryError as above."""
    return {"$nor": [_Lowering(layout, predicate.params).sides(predicate.shape)[1]]}


def _one(layout: Layout, predicate: object) -> Filter:
    if not isinstance(predicate, Expr) or not is_predicate(predicate):
        raise QueryError(f"a predicate is needed, such as a comparison, not {named(predicate)}")
    return _Lowering(layout, predicate.params).sides(predicate.shape)[0]


class _Lowering(Value):
    """One predicate's shape, walked in the order in which its params have their places."""

    def __init__(self, layout: Layout, params: tuple[Any, ...]) -> None:
        self._layout = layout
        self._params: Iterator[Any] = iter(params)

    def sides(self, shape: Hashable) -> tuple[Filter, Filter]:
        """Return what holds where the predicate is true, and where it is false."""
        match shape:
            case (shapes.AND, *parts):
                return _joined(("$and", "$or"), [self.sides(part) for part in parts])
            case (shapes.OR, *parts):
                return _joined(("$or", "$and"), [self.sides(part) for part in parts])
            case (Op.NOT, inner):
                return _turned(self.sides(inner))
            case ColumnRef():
                path = self._place(shape).path
                return {path: True}, {path: False}
            case (Op.IS_NULL | Op.IS_NOT_NULL as op, ColumnRef() as ref):
                path = self._place(ref).path
                sides: tuple[Filter, Filter] = {path: None}, {path: {"$ne": None}}
                return sides if op == Op.IS_NULL else _turned(sides)
            case (str() as op, ColumnRef() as ref, *others) if others and all(isinstance(o, SqlType) for o in others):
                return self._compared(op, self._place(ref), others)
            case _:
                raise _refused(shape)

    def _compared(self, op: str, place: Place, types: list[Any]) -> tuple[Filter, Filter]:
        path = place.path
        sides: tuple[Filter, Filter]
        match op, types:
            case ((Op.IN_LIST | Op.NOT_IN_LIST), [SqlType(element=SqlType() as element)]):
                sides = _in(path, [self._encoded(op, place, element, value) for value in next(self._params)])
                return sides if op == Op.IN_LIST else _turned(sides)
            case Op.LIKE, [_]:
                return self._prefixed(place, next(self._params))
            case Op.BETWEEN, [low, high]:
                least, most = (self._value(op, place, each) for each in (low, high))
                true = {path: {"$gte": least, "$lte": most}}
                return true, {"$or": [{path: {"$lt": least}}, {path: {"$gt": most}}]}
            case ((Op.DISTINCT | Op.NOT_DISTINCT), [sql_type]):
                value = self._value(op, place, sql_type)
                sides = {path: {"$ne": value}}, {path: {"$eq": value}}
                return sides if op == Op.DISTINCT else _turned(sides)
            case ((Op.EQUAL | Op.UNEQUAL), [sql_type]):
                value = self._value(op, place, sql_type)
                sides = {path: {"$eq": value}}, {path: {"$nin": [value, None]}}
                return sides if op == Op.EQUAL else _turned(sides)
            case _, [sql_type] if op in _COMPARED:
                value = self._value(op, place, sql_type)
                return {path: {_COMPARED[op]: value}}, {path: {_COMPARED[_OPPOSITE[op]]: value}}
            case _:
                raise _refused((op,))

    def _prefixed(self, place: Place, pattern: str) -> tuple[Filter, Filter]:
        """Return the texts that begin with what stands before the `%`: they are sorted beside each other."""
        prefix = _prefix(pattern)
        if prefix is None or place.ref.type.kind not in _TEXTS:
            raise QueryError(f"{place.ref} like …: MongoDB finds how a text begins: say startswith(…)")
        path, after = place.path, _after(prefix)
        last: Filter = {} if after is None else {"$lt": after}
        outside = [{path: {"$lt": prefix}}, *([] if after is None else [{path: {"$gte": after}}])]
        return {path: {"$gte": prefix, **last}}, {"$or": outside}

    def _value(self, op: str, place: Place, sql_type: SqlType[Any]) -> Any:  # noqa: ANN401 - BSON's own types
        return self._encoded(op, place, sql_type, next(self._params))

    def _encoded(self, op: str, place: Place, sql_type: SqlType[Any], value: object) -> Any:  # noqa: ANN401
        own = place.ref.type.kind
        if sql_type.kind is not own and not any({own, sql_type.kind} <= kinds for kinds in (_NUMBERS, _TEXTS)):
            raise QueryError(f"{place.ref} is {place.ref.type}; MongoDB does not compare it with {sql_type}")
        codec = place.codec
        if not (codec.has_equality and (codec.has_order or op in _EQUALITY)):
            raise QueryError(f"{place.ref} is {place.ref.type}, for which MongoDB has no {op} that is PostgreSQL's")
        if value is None:
            return None
        try:
            return codec_of(sql_type).encode(value)
        except (MisfitError, SchemaError) as error:
            problem = QueryError(f"what {place.ref} is compared with {error}")
        raise problem

    def _place(self, ref: ColumnRef) -> Place:
        place = self._layout.places.get(ref)
        if place is None:
            raise QueryError(f"{ref}: table {ref.table} is not {self._layout.table.name}, which is looked at alone")
        return place


_EQUALITY: Final = frozenset({Op.EQUAL, Op.UNEQUAL, Op.IN_LIST, Op.NOT_IN_LIST, Op.DISTINCT, Op.NOT_DISTINCT})


def _turned(sides: tuple[Filter, Filter]) -> tuple[Filter, Filter]:
    true, false = sides
    return false, true


def _joined(operators: tuple[str, str], sides: list[tuple[Filter, Filter]]) -> tuple[Filter, Filter]:
    return {operators[0]: [true for true, _ in sides]}, {operators[1]: [false for _, false in sides]}


def _in(path: str, values: list[Any]) -> tuple[Filter, Filter]:
    """Return both sides of `= ANY`, which is false for NULL too where there are no values."""
    return ({path: {"$in": values}}, {path: {"$nin": [*values, None]}}) if values else (NEVER, ALWAYS)


def _refused(shape: Hashable) -> QueryError:
    form = shape[0] if isinstance(shape, tuple) and shape and isinstance(shape[0], str) else "this"
    return QueryError(f"{form!r} is not computed in MongoDB as in PostgreSQL: it takes {_TAKEN}")


def _prefix(pattern: str) -> str | None:
    r"""Return the text before the one `%` at the end of a pattern whose other `%`, `_` and `\` are escaped, or None."""
    if not pattern.endswith("%"):
        return None
    text, escaping = "", False
    for letter in pattern[:-1]:
        if not escaping and letter in "%_":
            return None
        escaping = not escaping and letter == "\\"
        text += "" if escaping else letter
    return None if escaping else text


def _after(prefix: str) -> str | None:
    """Return the first text behind all that begin with `prefix`; None where there is none."""
    for end in range(len(prefix), 0, -1):
        code = ord(prefix[end - 1]) + 1
        if code <= _LAST:
            return prefix[: end - 1] + chr(_SURROGATES.stop if code in _SURROGATES else code)
    return None
