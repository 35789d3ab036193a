"""Values in DDL, which takes no parameters: the one place where a value becomes text of a statement."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from psycopg import sql

from ferra_sync._compiler.definition import definition
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._postgres.adapters import ADAPTERS
from ferra_sync._postgres.conversions import dump_of, dumped
from ferra_sync.migrations._renamed import renamed

AS_DECLARED: Final[Mapping[str, str]] = MappingProxyType({})
_NEGATIVE_ZERO: Final = "-0.0"
"""Bare it is numeric, which has no negative zero."""


def expression(expr: AnyExpr, schemas: Mapping[str, str] = AS_DECLARED) -> str:
    """Return an expression over one table's columns, its values as literals.

    `schemas` is how the schemas of types are called that DDL makes, where not as they are declared.

    Raises:
        QueryError: it cannot stand in an expression, or a value cannot be written.
    """
    return expression_of(expr.shape, expr.params, schemas)


def expression_of(shape: Hashable, values: Iterable[Any], schemas: Mapping[str, str] = AS_DECLARED) -> str:
    """Return `shape` with `values` in its places; see `expression`."""
    waiting = iter(values)
    return definition(
        shape, lambda sql_type: literal(next(waiting), sql_type), lambda sql_type: renamed(sql_type, schemas)
    )


def literal(value: object, sql_type: SqlType[Any]) -> str:
    """Return a value as people write it: a number, true and NULL bare, all else in quotes, for `sql_type` to read.

    Raises:
        QueryError: the value cannot be written, such as a set as JSON.
    """
    dump = dump_of(sql_type)
    given = value if dump is None or value is None else dumped(dump, value, sql_type)
    # With the adapters of parameters a whole number is in quotes; with none a list has a type of psycopg's choice.
    text = sql.Literal(given).as_string(None if isinstance(given, int) else ADAPTERS).strip()
    if text == _NEGATIVE_ZERO:
        return f"'{text}'"
    return f"({text})" if text.startswith("-") else text
