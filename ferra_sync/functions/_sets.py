"""Functions that return rows, for FROM: of a NULL, and of nothing, no row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final, Never, TypeAlias, overload

from ferra_sync._expression import shapes
from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.arithmetic import Span
from ferra_sync._expression.arrays import innermost
from ferra_sync._expression.coercion import common
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.set_returning import SetColumn, SetReturning
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import S2, S3, T2, T3, S, Sa, Sb, Sc, T
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import Text, Whole, argument, expression, text
from ferra_sync.functions._literals import literal

AnySet: TypeAlias = SetReturning[Any, Any, Any]

_GENERATE_SERIES: Final = FunctionRef("generate_series")
_UNNEST: Final = FunctionRef("unnest")
_ELEMENTS: Final = FunctionRef("jsonb_array_elements")
_ELEMENTS_TEXT: Final = FunctionRef("jsonb_array_elements_text")
_EACH: Final = FunctionRef("jsonb_each")
_EACH_TEXT: Final = FunctionRef("jsonb_each_text")
_KEYS: Final = FunctionRef("jsonb_object_keys")
_MATCHES: Final = FunctionRef("regexp_matches")
_SPLIT: Final = FunctionRef("regexp_split_to_table")
_STRING_TO_TABLE: Final = FunctionRef("string_to_table")

_KEY: Final = SetColumn("key", sql.TEXT, nullable=False)
_VALUE: Final = SetColumn("value", sql.JSONB, nullable=False)
_TEXT_VALUE: Final = SetColumn("value", sql.TEXT, nullable=True)


def _set(function: FunctionRef, columns: tuple[SetColumn, ...], *arguments: AnyExpr) -> AnySet:
    params = tuple([value for argument in arguments for value in argument.params])
    return SetReturning(shapes.call(function, *[argument.shape for argument in arguments]), params, columns)


def _column(function: FunctionRef, sql_type: SqlType[Any], *, nullable: bool = False) -> tuple[SetColumn, ...]:
    return (SetColumn(function.name, sql_type, nullable),)


# Series


@overload  # Values alone
def generate_series(start: int, stop: int, step: int | None = None) -> SetReturning[Never, int, Never]: ...
@overload
def generate_series(
    start: Decimal, stop: Decimal | int, step: Decimal | int | None = None
) -> SetReturning[Never, Decimal, Never]: ...
@overload
def generate_series(
    start: dt.datetime, stop: dt.datetime, step: Span | Expr[Never, Span, Any, Plain]
) -> SetReturning[Never, dt.datetime, Never]: ...
@overload  # Expressions
def generate_series(
    start: Whole[Sa, Any, Plain], stop: Whole[Sb, Any, Plain], step: Whole[Sc, Any, Plain] | None = None
) -> SetReturning[Sa | Sb | Sc, int, Never]: ...
@overload
def generate_series(
    start: Decimal | Expr[Sa, Decimal, Any, Plain],
    stop: Decimal | int | Expr[Sb, Decimal | int, Any, Plain],
    step: Decimal | int | Expr[Sc, Decimal | int, Any, Plain] | None = None,
) -> SetReturning[Sa | Sb | Sc, Decimal, Never]: ...
@overload
def generate_series(
    start: dt.datetime | Expr[Sa, dt.datetime, Any, Plain],
    stop: dt.datetime | Expr[Sb, dt.datetime, Any, Plain],
    step: Span | Expr[Sc, Span, Any, Plain],
) -> SetReturning[Sa | Sb | Sc, dt.datetime, Never]: ...
def generate_series(start: object, stop: object, step: object = None) -> AnySet:
    """Return the numbers, or the moments, from `start` to at most `stop`, each `step` after the one before it.

    Of whole numbers alone they are `integer` where all are written out and have room there, else `bigint`. A step of
    days or months between moments with a time zone is one of the session's time zone.

    Raises:
        QueryError: they are of types that do not go together, or there is no step between moments.
    """
    given = [_bound(each) for each in (start, stop)]
    first, last = (each.type for each in given)
    if first.rank is not None and last.rank is not None:
        given += [] if step is None else [_bound(step)]
        return _numbers(given)
    if first.kind is not last.kind or first.kind not in {FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ}:
        raise QueryError(f"generate_series goes from number to number or from moment to moment, not {first} to {last}")
    by = None if step is None else _bound(step)
    if by is None or by.type.kind is not FieldType.INTERVAL:
        raise QueryError("generate_series from moment to moment takes a step, a timedelta or fn.interval(…)")
    moments = first.parameter
    return _set(_GENERATE_SERIES, _column(_GENERATE_SERIES, moments), *given, by)


def _bound(given: object) -> AnyExpr:
    """Return a value or an expression; a whole number as PostgreSQL takes one that is written out."""
    if isinstance(given, Expr):
        return given
    if type(given) is int and sql.INTEGER.holds is not None and sql.INTEGER.holds(given):
        return literal(given, sql.INTEGER)
    return literal(given)


def _numbers(given: list[AnyExpr]) -> AnySet:
    widest = sql.INTEGER
    for each in given:
        if each.type.rank is None:
            raise QueryError(f"generate_series from number to number takes a number as its step, not {each.type}")
        widest = common(widest, each.type)
    if widest.rank is None or widest.rank > (sql.NUMERIC.rank or 0):
        raise QueryError("generate_series takes no floats, of which none is exactly the next: say .cast(t.numeric())")
    alike = [argument(_GENERATE_SERIES, widest, each) for each in given]
    return _set(_GENERATE_SERIES, _column(_GENERATE_SERIES, widest), *alike)


# Arrays


@overload
def unnest(value: Expr[S, list[list[T]], Any, Plain], /) -> SetReturning[S, T, Never]: ...
@overload
def unnest(value: Expr[S, list[T], Any, Plain], /) -> SetReturning[S, T, Never]: ...
@overload
def unnest(
    value: Expr[S, list[T], Any, Plain], second: Expr[S2, list[T2], Any, Plain], /
) -> SetReturning[S | S2, tuple[T | None, T2 | None], Never]: ...
@overload
def unnest(
    value: Expr[S, list[T], Any, Plain],
    second: Expr[S2, list[T2], Any, Plain],
    third: Expr[S3, list[T3], Any, Plain],
    /,
) -> SetReturning[S | S2 | S3, tuple[T | None, T2 | None, T3 | None], Never]: ...
def unnest(*arrays: Expr[Any, list[Any], Any, Plain]) -> AnySet:
    """Return the elements of an array, or side by side those of several, the shorter ones filled up with NULL.

    Of arrays in an array it is the innermost elements. A list is an array by `fn.literal(values, t.array(t.text()))`.

    Raises:
        QueryError: one of them is no array, or there is none.
    """
    if not arrays:
        raise QueryError("unnest takes an array")
    elements = [_elements(array) for array in arrays]
    filled = len(arrays) > 1
    columns = [SetColumn("unnest", element, nullable=filled or optional) for element, optional in elements]
    return _set(_UNNEST, tuple(columns), *arrays)


def _elements(value: AnyExpr) -> tuple[SqlType[Any], bool]:
    """Return the type of an array's innermost elements, and whether they may be NULL."""
    array = expression("unnest", value).type
    if array.kind is not FieldType.ARRAY:
        raise QueryError(f"unnest takes arrays, not {array}")
    return innermost(array).parameter, array.optional


# Documents


def _document(function: FunctionRef, value: AnyExpr) -> AnyExpr:
    given = expression(function.name, value)
    if given.type.kind is not FieldType.JSONB:
        raise QueryError(f"{function} takes jsonb, not {given.type}: say .cast(t.jsonb())")
    return given


def jsonb_array_elements(value: Expr[S, Any, Any, Plain]) -> SetReturning[S, Any, Never]:
    """Return the elements of a document that is a list; of another it is an error of the server's."""
    return _set(_ELEMENTS, (_VALUE,), _document(_ELEMENTS, value))


def jsonb_array_elements_text(value: Expr[S, Any, Any, Plain]) -> SetReturning[S, str, None]:
    """Return the elements of a document that is a list, as text; NULL for the document `null`."""
    return _set(_ELEMENTS_TEXT, (_TEXT_VALUE,), _document(_ELEMENTS_TEXT, value))


def jsonb_each(value: Expr[S, Any, Any, Plain]) -> SetReturning[S, tuple[str, Any], Never]:
    """Return the keys and values of a document that has such; of another it is an error of the server's."""
    return _set(_EACH, (_KEY, _VALUE), _document(_EACH, value))


def jsonb_each_text(value: Expr[S, Any, Any, Plain]) -> SetReturning[S, tuple[str, str | None], Never]:
    """Return the keys and values of a document that has such, these as text; NULL for the document `null`."""
    return _set(_EACH_TEXT, (_KEY, _TEXT_VALUE), _document(_EACH_TEXT, value))


def jsonb_object_keys(value: Expr[S, Any, Any, Plain]) -> SetReturning[S, str, Never]:
    """Return the keys of a document that has such; of another it is an error of the server's."""
    return _set(_KEYS, _column(_KEYS, sql.TEXT), _document(_KEYS, value))


# Text


def regexp_matches(
    value: Expr[S, str, Any, Plain], pattern: Text[Sa, Any, Plain], flags: str | None = None
) -> SetReturning[S | Sa, list[str | None], Never]:
    """Return what the brackets of a regular expression matched, or all of it: the first time, with `"g"` each."""
    return _of_text(_MATCHES, sql.TEXT.array_with_nulls, value, pattern, flags)


def regexp_split_to_table(
    value: Expr[S, str, Any, Plain], pattern: Text[Sa, Any, Plain], flags: str | None = None
) -> SetReturning[S | Sa, str, Never]:
    """Return the parts of a text that is cut wherever it matches a regular expression."""
    return _of_text(_SPLIT, sql.TEXT, value, pattern, flags)


def string_to_table(
    value: Expr[S, str, Any, Plain], delimiter: Text[Sa, Any, Plain]
) -> SetReturning[S | Sa, str, Never]:
    """Return the parts of a text that is cut at each `delimiter`; of an empty text there is none."""
    return _of_text(_STRING_TO_TABLE, sql.TEXT, value, delimiter)


def _of_text(function: FunctionRef, returns: SqlType[Any], value: AnyExpr, *others: object) -> AnySet:
    given = [argument(function, sql.TEXT, each) for each in others if each is not None]
    return _set(function, _column(function, returns), text(function.name, value), *given)
