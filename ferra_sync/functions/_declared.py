"""Any other function or operator, declared with its types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ferra_sync._expression import identifiers
from ferra_sync._expression.declaring import DeclareAggregate, DeclareFunction
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.nulls import Promised, Rule, always, never
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import Accepting, HasSqlType, SqlType, is_nullable, type_of
from ferra_sync._expression.typevars import N, R
from ferra_sync.errors import QueryError, SchemaError
from ferra_sync.functions._aggregated import AnyAggregate, aggregated
from ferra_sync.functions._calls import Signature, argument, call

if TYPE_CHECKING:
    from ferra_sync._expression.declared_functions import Function2

A1 = TypeVar("A1")
A2 = TypeVar("A2")


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
    return _declared(FunctionRef(name, schema), arguments, returns)


@_overloaded_aggregate
def aggregate(
    name: str, /, *arguments: HasSqlType[Any, Any], returns: HasSqlType[Any, Any], schema: str | None = None
) -> Any:  # noqa: ANN401 - told by the arguments
    """Declare an aggregate: `function`, over many rows.

    Raises:
        SchemaError: the name is no identifier.
    """
    return _declared(FunctionRef(name, schema, aggregate=True), arguments, returns)


def operator(
    symbol: str,
    left: Accepting[A1],
    right: Accepting[A2],
    /,
    *,
    returns: HasSqlType[R, N],
    schema: str | None = None,
) -> Function2[A1, A2, R, N]:
    """Declare an operator by its symbol and its types, `<->` between two points; it is called as a function is.

    Raises:
        SchemaError: no operator of PostgreSQL has such a symbol.
    """
    identifiers.check_symbol(symbol)
    made: Any = _declared(FunctionRef(symbol, schema, operator=True), (left, right), returns)
    return made  # type: ignore[no-any-return]  # the arguments tell its types


def _declared(ref: FunctionRef, arguments: tuple[object, ...], returns: object) -> _Declared:
    what = "an operator" if ref.operator else "a function"
    if ref.schema is not None:
        identifiers.checked(ref.schema, f"{what}'s schema")
    identifiers.checked(ref.name, f"{what}'s name")
    types = tuple([_declared_type(ref.name, argument) for argument in arguments])
    returned = _declared_type(ref.name, returns)
    rule = _promised(arguments, returns, aggregate=ref.aggregate)
    declared = _DeclaredAggregate if ref.aggregate else _Declared
    return declared(attrs.evolve(ref, nulls=rule, returns=returned), types, returned)


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
