"""Aggregates that keep every value: as an array, as a text, as a document.

NULL is kept by arrays and documents, so over the nullable side of a join they need what it needs: `.nullable()`.
"""

from __future__ import annotations

from typing import Any, Final, Never, overload

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.aggregate import Aggregated
from ferra_sync._expression.coercion import TEXTS
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.selectable import Listed
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._expression.typevars import S2, S, T
from ferra_sync._expression.window import O1, O2, O3, O4, Orders
from ferra_sync.errors import QueryError
from ferra_sync.functions._aggregated import AnyAggregate, aggregated
from ferra_sync.functions._calls import expression, text

_ARRAY_AGG: Final = FunctionRef("array_agg", aggregate=True)
_STRING_AGG: Final = FunctionRef("string_agg", aggregate=True)
_JSONB_AGG: Final = FunctionRef("jsonb_agg", aggregate=True)
_JSONB_OBJECT_AGG: Final = FunctionRef("jsonb_object_agg", aggregate=True)


@overload
def array_agg(value: Listed[S, T, Plain], *, distinct: bool = False) -> Aggregated[S, T, None]: ...
@overload
def array_agg(
    value: Listed[S, T, Plain], *, distinct: bool = False, order_by: Orders[O1, Plain, O2, O3, O4]
) -> Aggregated[S | O1 | O2 | O3 | O4, T, None]: ...
def array_agg(value: Listed[Any, Any, Plain], *, distinct: bool = False, order_by: object = ()) -> AnyAggregate:
    """All values, or the distinct ones, in a list; None where there are none.

    Raises:
        QueryError: they are arrays, which need not be equally long.
    """
    expr = expression("array_agg", value)
    if expr.type.kind is FieldType.ARRAY:
        raise QueryError("array_agg takes no arrays, which need not be equally long: say jsonb_agg(…)")
    element = expr.type.parameter if expr.type.base is None else expr.type  # Of a domain it is an array of that.
    return aggregated(_ARRAY_AGG, element.array, expr, distinct=distinct, order_by=order_by)


@overload
def string_agg(
    value: Expr[S, str, Any, Plain], delimiter: str, *, distinct: bool = False
) -> Aggregated[Opt[S], str, None]: ...
@overload
def string_agg(
    value: Expr[S, str, Any, Plain], delimiter: str, *, distinct: bool = False, order_by: Orders[O1, Plain, O2, O3, O4]
) -> Aggregated[Opt[S] | O1 | O2 | O3 | O4, str, None]: ...
def string_agg(value: AnyExpr, delimiter: str, *, distinct: bool = False, order_by: object = ()) -> AnyAggregate:
    """The texts that are not NULL, or the distinct ones, with `delimiter` between them; None where there are none."""
    joined = text("string_agg", value)
    between = parameter(delimiter, sql.TEXT, "string_agg's delimiter")
    return aggregated(_STRING_AGG, sql.TEXT, joined, between, distinct=distinct, order_by=order_by)


@overload
def jsonb_agg(value: Expr[S, Any, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], Any, None]: ...
@overload
def jsonb_agg(
    value: Expr[S, Any, Any, Plain], *, distinct: bool = False, order_by: Orders[O1, Plain, O2, O3, O4]
) -> Aggregated[Opt[S] | O1 | O2 | O3 | O4, Any, None]: ...
def jsonb_agg(value: AnyExpr, *, distinct: bool = False, order_by: object = ()) -> AnyAggregate:
    """All values, or the distinct ones, as a document that is a list; None where there are none."""
    return aggregated(_JSONB_AGG, sql.JSONB, expression("jsonb_agg", value), distinct=distinct, order_by=order_by)


@overload
def jsonb_object_agg(
    key: Expr[S, str, Never, Plain], value: Expr[S2, Any, Any, Plain]
) -> Aggregated[S | Opt[S2], Any, None]: ...
@overload
def jsonb_object_agg(
    key: Expr[S, str, Never, Plain], value: Expr[S2, Any, Any, Plain], *, order_by: Orders[O1, Plain, O2, O3, O4]
) -> Aggregated[S | Opt[S2] | O1 | O2 | O3 | O4, Any, None]: ...
def jsonb_object_agg(key: AnyExpr, value: AnyExpr, *, order_by: object = ()) -> AnyAggregate:
    """A document of keys and values, of equal keys the last; None where there are none."""
    if expression("jsonb_object_agg", key).type.kind not in TEXTS:
        raise QueryError(f"jsonb_object_agg takes text as keys, not {key.type}: say .cast(t.text())")
    return aggregated(_JSONB_OBJECT_AGG, sql.JSONB, key, expression("jsonb_object_agg", value), order_by=order_by)
