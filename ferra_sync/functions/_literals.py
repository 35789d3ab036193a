"""Values where an expression is asked for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final, Never, overload
from uuid import UUID

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.sqltypes import HasExactType, HasSqlType, SqlType, type_of
from ferra_sync._expression.typevars import T, V
from ferra_sync.errors import QueryError

_LITERALS: Final[dict[type, SqlType[Any]]] = {
    bool: sql.BOOLEAN,
    int: sql.BIGINT,
    float: sql.DOUBLE_PRECISION,
    Decimal: sql.NUMERIC,
    str: sql.TEXT,
    bytes: sql.BYTEA,
    UUID: sql.UUID_,
    dt.date: sql.DATE,
    dt.time: sql.TIME,
    dt.timedelta: sql.INTERVAL,
    Interval: sql.CALENDAR_INTERVAL,
}


@overload
def literal(value: V) -> Expr[Never, V, Never, Never]: ...
@overload
def literal(value: V, of: HasExactType[V, T, Never]) -> Expr[Never, T, Never, Never]: ...
@overload
def literal(value: V | None, of: HasExactType[V, T, None]) -> Expr[Never, T, None, Never]: ...
@overload
def literal(value: int, of: HasExactType[Decimal, T, Never]) -> Expr[Never, T, Never, Never]: ...
def literal(value: object, of: HasSqlType[Any, Any] | None = None) -> AnyExpr:
    """A value where an expression is asked for; it travels as a parameter, like every value.

    Raises:
        QueryError: its SQL type cannot be told from its class; name the type with `of`.
    """
    sql_type = literal_type(value) if of is None else type_of(of)
    if sql_type is None:
        raise QueryError(f"literal takes a type such as t.text(), not {described(of)}")
    return parameter(value, sql_type, "the literal")


def literal_type(value: object) -> SqlType[Any]:
    """Return the SQL type of a value's class; QueryError where it cannot be told."""
    if isinstance(value, dt.datetime):
        return sql.TIMESTAMP if value.utcoffset() is None else sql.TIMESTAMPTZ
    if type(value) is int and abs(value) > sql.MAX_BIGINT:
        return sql.WHOLE
    known = _LITERALS.get(type(value))
    if known is None:
        raise QueryError(
            f"literal cannot tell the SQL type of a {type(value).__name__}: name it, literal(value, t.…())"
        )
    return known
