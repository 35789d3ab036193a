"""Domains: what the declaration of one says of the type that it is over, and what its check may be."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from ferra_sync._expression import shapes
from ferra_sync._expression.described import described
from ferra_sync._expression.domains import domain
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.operators import is_predicate
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._schema.declaration import ColumnDef
from ferra_sync.errors import SchemaError


def declared(name: str, of: object, schema: str | None, check: Callable[[AnyExpr], AnyExpr] | None) -> SqlType[Any]:
    """Return the domain.

    Raises:
        SchemaError: it is over no type, or over a column with options of its own; its check is no predicate over a
            value alone.
    """
    if not isinstance(of, ColumnDef):
        raise SchemaError(f"domain takes a type such as t.text(), not {described(of)}")
    if of.is_nullable:
        raise SchemaError(f"domain {name} is over a type that is nullable: say nullable(domain(…))")
    if of.options or of.generated is not None:
        raise SchemaError(f"domain {name} is over a type alone: options stand behind it, domain(…, unique=True)")
    return domain(name, of.sql_type, schema, None if check is None else _check(name, of.sql_type, check))


def _check(name: str, base: SqlType[Any], check: Callable[[AnyExpr], AnyExpr]) -> tuple[Hashable, tuple[Any, ...]]:
    if not callable(check):
        raise SchemaError(f"the check of domain {name} is a function, lambda value: value > 0, not {described(check)}")
    predicate = check(Expr(shapes.VALUE, (), base.parameter))
    if not is_predicate(predicate):
        raise SchemaError(f"the check of domain {name} returns a predicate, value > 0, not {described(predicate)}")
    shape = predicate.shape
    if any(shapes.columns_of(shape)) or shapes.has_aggregate(shape) or any(shapes.subqueries(shape)):
        raise SchemaError(f"the check of domain {name} is over its value alone")
    return shape, predicate.params
