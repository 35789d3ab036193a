"""Any other function, declared with its types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ferra_sync._expression import identifiers
from ferra_sync._expression.declaring import DeclareAggregate, DeclareFunction
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.nulls import Promised, Rule, always, never
from ferra_sync._expression.shapes import FunctionRef
from ferra_sync._expression.sqltypes import HasSqlType, SqlType, is_nullable, type_of
from ferra_sync.errors import QueryError, SchemaError
from ferra_sync.functions._aggregated import AnyAggregate, aggregated
from ferra_sync.functions._calls import Signature, argument, call


class _Declared(Signature):
    """A function with its types, as a user declares it; calling it builds the expression."""

    __slots__ = ()

    def __call__(self, *given: object) -> AnyExpr:
        return call(self.ref, self.returns, *self._given(given))

    def _given(self, given: tuple[object, ...]) -> list[AnyExpr]:
        if len(given) != len(self.arguments):
            raise QueryError(f"{self.ref} takes {len(self.arguments)} arguments, not {len(given)}")
        return [argument(self.ref, expected, each) for expected, each in zip(self.arguments, given, strict=True)]


class _DeclaredAggregate(_Declared):
    """An aggregate with its types."""

    __slots__ = ()

    def __call__(self, *given: object, distinct: bool = False, order_by: object = ()) -> AnyAggregate:
        return aggregated(self.ref, self.returns, *self._given(given), distinct=distinct, order_by=order_by)


def _overloaded(declare: Callable[..., Any]) -> DeclareFunction:
    """Give `function` its overloads, which stand in a file of their own; so the next its own to `aggregate`."""
    return declare


def _overloaded_aggregate(declare: Callable[..., Any]) -> DeclareAggregate:
    return declare


@_overloaded
def function(
    name: str, /, *arguments: HasSqlType[Any, Any], returns: HasSqlType[Any, Any], schema: str | None = None
) -> Any:  # noqa: ANN401 - told by the arguments
    """Declare a function of PostgreSQL by its exact name and its types; `t.nullable(…)` where NULL may be.

    Raises:
        SchemaError: the name is no identifier.
    """
    return _declared(name, schema, arguments, returns, aggregate=False)


@_overloaded_aggregate
def aggregate(
    name: str, /, *arguments: HasSqlType[Any, Any], returns: HasSqlType[Any, Any], schema: str | None = None
) -> Any:  # noqa: ANN401 - told by the arguments
    """Declare an aggregate: `function`, over many rows.

    Raises:
        SchemaError: the name is no identifier.
    """
    return _declared(name, schema, arguments, returns, aggregate=True)


def _declared(
    name: str, schema: str | None, arguments: tuple[object, ...], returns: object, *, aggregate: bool
) -> _Declared:
    if schema is not None:
        identifiers.checked(schema, "a function's schema")
    identifiers.checked(name, "a function's name")
    types = tuple([_declared_type(name, argument) for argument in arguments])
    returned = _declared_type(name, returns)
    rule = _promised(arguments, returns, aggregate=aggregate)
    declared = _DeclaredAggregate if aggregate else _Declared
    return declared(FunctionRef(name, schema, aggregate, rule, returned), types, returned)


def _declared_type(name: str, given: object) -> SqlType[Any]:
    sql_type = type_of(given)
    if sql_type is None:
        raise SchemaError(f"{name} is declared with types such as t.text(), not with {described(given)}")
    return sql_type


def _promised(arguments: tuple[object, ...], returns: object, *, aggregate: bool) -> Rule:
    """Return what a declaration says of NULL; an aggregate that never returns it does so over any rows."""
    if is_nullable(returns):
        return always
    return never if aggregate else Promised(tuple([is_nullable(argument) for argument in arguments]))
