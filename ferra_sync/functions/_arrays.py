"""Functions of arrays: their places are counted from 1."""

from __future__ import annotations

from typing import Any, Final, Never, TypeAlias, overload

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.arrays import depth_of
from ferra_sync._expression.coercion import TEXTS
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.nulls import always, leading, never, strict
from ferra_sync._expression.operators import unordered
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.selectable import Typed
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import S2, G, N, S, Sa, T, V
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import Text, Whole, argument, call, expression, text

_CARDINALITY: Final = FunctionRef("cardinality", nulls=strict, returns=sql.INTEGER)
_LENGTH: Final = FunctionRef("array_length", nulls=always, returns=sql.INTEGER)
_APPEND: Final = FunctionRef("array_append", nulls=never)
_PREPEND: Final = FunctionRef("array_prepend", nulls=never)
_REMOVE: Final = FunctionRef("array_remove", nulls=leading)
_REPLACE: Final = FunctionRef("array_replace", nulls=leading)
_POSITION: Final = FunctionRef("array_position", nulls=always, returns=sql.INTEGER)
_POSITIONS: Final = FunctionRef("array_positions", nulls=leading, returns=sql.INTEGER.array)
_TO_STRING: Final = FunctionRef("array_to_string", nulls=leading, returns=sql.TEXT)
_FROM_STRING: Final = FunctionRef("string_to_array", nulls=leading)


AnyValue: TypeAlias = Typed[Any, Any, Any, Any, Any]


def _array(function: FunctionRef, value: AnyValue) -> AnyExpr:
    """Return what a function of arrays takes; QueryError where it is none."""
    array = expression(function.name, value)
    if array.type.kind is not FieldType.ARRAY:
        raise QueryError(f"{function} takes an array, not {array.type}")
    return array


def _with_element(function: FunctionRef, value: AnyValue, *elements: object) -> list[AnyExpr]:
    """Return an array and elements of it, as a function of these takes them.

    Raises:
        QueryError: it is no array, or one of arrays; an element is of another type.
    """
    array = _array(function, value)
    of = array.type
    if of.element is None or depth_of(of) > 1:
        raise QueryError(f"{function} takes an array of one dimension, not {of}")
    return [array, *[argument(function, of.element.parameter, each) for each in elements]]


def _sought(function: FunctionRef, value: AnyValue, *elements: object) -> list[AnyExpr]:
    """Return them, where elements can be compared."""
    array = _array(function, value)
    if not array.type.has_order:
        raise unordered(array, function.name)
    return _with_element(function, value, *elements)


def _check_null(function: FunctionRef, of: SqlType[Any], element: object) -> None:
    if element is None and not of.optional:
        raise QueryError(f"{function}: None is an element of arrays that are declared t.array(t.nullable(…)) alone")


# Lengths


def cardinality(value: Expr[S, list[Any], N, G]) -> Expr[S, int, N, G]:
    """The number of elements, in all dimensions together."""
    return call(_CARDINALITY, sql.INTEGER, _array(_CARDINALITY, value))


def array_length(value: Expr[S, list[Any], Any, G], dimension: Whole[Sa, Any, G] = 1) -> Expr[S | Sa, int, None, G]:
    """The length in a dimension, the first if none is named; None where there is no element, or no such dimension."""
    return call(_LENGTH, sql.INTEGER, _array(_LENGTH, value), argument(_LENGTH, sql.INTEGER, dimension))


# Changes


@overload  # Beside an expression, then beside a value
def array_append(
    value: Expr[S, list[V | None], Any, G], element: Expr[S2, V, Any, G]
) -> Expr[S | S2, list[V | None], Never, G]: ...
@overload
def array_append(
    value: Expr[S, list[V], Any, G], element: Expr[S2, V, Never, G]
) -> Expr[S | S2, list[V], Never, G]: ...
@overload
def array_append(value: Typed[S, list[V], T, Any, G], element: V) -> Expr[S, T, Never, G]: ...
def array_append(value: AnyValue, element: object) -> AnyExpr:
    """The array with one element more at its end; NULL is an empty array to it."""
    _check_null(_APPEND, _array(_APPEND, value).type, element)
    return call(_APPEND, value.type.parameter, *_with_element(_APPEND, value, element))


@overload
def array_prepend(
    element: Expr[S, V, Any, G], value: Expr[S2, list[V | None], Any, G]
) -> Expr[S | S2, list[V | None], Never, G]: ...
@overload
def array_prepend(
    element: Expr[S, V, Never, G], value: Expr[S2, list[V], Any, G]
) -> Expr[S | S2, list[V], Never, G]: ...
@overload
def array_prepend(element: V | None, value: Typed[S, list[V | None], T, Any, G]) -> Expr[S, T, Never, G]: ...
@overload
def array_prepend(element: V, value: Typed[S, list[V], T, Any, G]) -> Expr[S, T, Never, G]: ...
def array_prepend(element: object, value: AnyValue) -> AnyExpr:
    """The array with one element more at its beginning; NULL is an empty array to it."""
    _check_null(_PREPEND, _array(_PREPEND, value).type, element)
    array, first = _with_element(_PREPEND, value, element)
    return call(_PREPEND, value.type.parameter, first, array)


@overload
def array_remove(value: Expr[S, list[V], N, G], element: Expr[S2, V, Any, G]) -> Expr[S | S2, list[V], N, G]: ...
@overload
def array_remove(value: Typed[S, list[V], T, N, G], element: V) -> Expr[S, T, N, G]: ...
def array_remove(value: AnyValue, element: object) -> AnyExpr:
    """The array without the elements that equal this one; without those that are NULL, where it is."""
    return call(_REMOVE, value.type.parameter, *_sought(_REMOVE, value, element))


def array_replace(value: Typed[S, list[V], T, N, G], element: V, by: V) -> Expr[S, T, N, G]:
    """The array with `by` in the place of each element that equals this one, or is NULL too."""
    _check_null(_REPLACE, _array(_REPLACE, value).type, by)
    return call(_REPLACE, value.type.parameter, *_sought(_REPLACE, value, element, by))


# Places


@overload
def array_position(
    value: Expr[S, list[V], Any, G], element: Expr[S2, V, Any, G], start: int = 1
) -> Expr[S | S2, int, None, G]: ...
@overload
def array_position(value: Typed[S, list[V], Any, Any, G], element: V, start: int = 1) -> Expr[S, int, None, G]: ...
def array_position(value: AnyValue, element: object, start: int = 1) -> AnyExpr:
    """The place, from `start` on, of the first element that equals this one, or is NULL too; None where none is."""
    sought = _sought(_POSITION, value, element)
    return call(_POSITION, sql.INTEGER, *sought, argument(_POSITION, sql.INTEGER, start))


@overload
def array_positions(value: Expr[S, list[V], N, G], element: Expr[S2, V, Any, G]) -> Expr[S | S2, list[int], N, G]: ...
@overload
def array_positions(value: Typed[S, list[V], Any, N, G], element: V) -> Expr[S, list[int], N, G]: ...
def array_positions(value: AnyValue, element: object) -> AnyExpr:
    """The places of all elements that equal this one, or are NULL too."""
    return call(_POSITIONS, sql.INTEGER.array, *_sought(_POSITIONS, value, element))


# Texts


def array_to_string(
    value: Expr[S, list[str], N, G] | Expr[S, list[str | None], N, G], delimiter: str, null: str | None = None
) -> Expr[S, str, N, G]:
    """The texts of an array with `delimiter` between them, and `null` for those that are NULL, else none of these."""
    element = _array(_TO_STRING, value).type.element
    if element is None or element.kind not in TEXTS:
        raise QueryError(f"array_to_string takes an array of text, not {value.type}: say .cast(t.array(t.text()))")
    given = [argument(_TO_STRING, sql.TEXT, each) for each in (delimiter, null) if each is not None]
    return call(_TO_STRING, sql.TEXT, value, *given)


@overload
def string_to_array(value: Expr[S, str, N, G], delimiter: Text[Sa, Any, G]) -> Expr[S | Sa, list[str], N, G]: ...
@overload
def string_to_array(
    value: Expr[S, str, N, G], delimiter: Text[Sa, Any, G], null: str
) -> Expr[S | Sa, list[str | None], N, G]: ...
def string_to_array(value: AnyExpr, delimiter: object, null: str | None = None) -> AnyExpr:
    """The parts of a text that is cut at each `delimiter`; a part that is `null` is NULL, an empty text has none."""
    others = (delimiter,) if null is None else (delimiter, null)
    given = [argument(_FROM_STRING, sql.TEXT, each) for each in others]
    returns = sql.TEXT.array if null is None else sql.TEXT.array_with_nulls
    return call(_FROM_STRING, returns, text("string_to_array", value), *given)
