"""What functions share: the call, what they take, and the types that PostgreSQL has them for."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from ferra_sync._expression import shapes
from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.coercion import TEXTS, is_passable
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.nulls import Rule, strict
from ferra_sync._expression.operators import Node
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import G, N, S
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError

# What an argument may be: a value, which travels as a parameter, or an expression.
Text: TypeAlias = str | Expr[S, str, N, G]
Whole: TypeAlias = int | Expr[S, int, N, G]

INHERITED: Final[dict[FieldType, SqlType[Any]]] = {FieldType.VARCHAR: sql.TEXT, FieldType.CIDR: sql.INET}
"""Types without `=`, min and max of their own: those of these serve them."""

FLOATS: Final = frozenset({FieldType.REAL, FieldType.DOUBLE_PRECISION})


def expression(name: str, value: object) -> AnyExpr:
    """Return what a function takes; QueryError where it is no expression."""
    if not isinstance(value, Expr):
        raise QueryError(f"{name} takes a column or an expression, not {type(value).__name__}: say literal(…)")
    return value


def text(name: str, value: AnyExpr) -> AnyExpr:
    """Return what a function of text takes; QueryError where it is none."""
    if expression(name, value).type.kind not in TEXTS:
        raise QueryError(f"{name} takes text, not {value.type}")
    return value


def number(name: str, value: AnyExpr) -> AnyExpr:
    """Return what a function of numbers takes; QueryError where it is none."""
    if expression(name, value).type.rank is None:
        raise QueryError(f"{name} takes numbers, not {value.type}")
    return value


def argument(ref: FunctionRef, expected: SqlType[Any], given: object) -> AnyExpr:
    """Return an argument of a function, a value or an expression, as it is declared.

    Raises:
        QueryError: it is of another type, or a number that the type has not.
    """
    if not isinstance(given, Expr):
        if expected.holds is not None and isinstance(given, (int, float)) and not expected.holds(given):
            raise QueryError(f"an argument of {ref} is {expected}, which has no number this big")
        return parameter(given, expected, f"an argument of {ref}")
    if not is_passable(expected, given.type):
        raise QueryError(f"an argument of {ref} is {expected}, not {given.type}")
    kinds = {expected.kind, given.type.kind}
    if len(kinds) == 1 or (expected.kind in TEXTS and FieldType.CITEXT not in kinds):
        return given
    # Else the server would choose the function of the given type, whose result is another.
    return Expr(shapes.cast(given.shape, expected.parameter), given.params, expected.parameter)


def call(name: FunctionRef, returns: SqlType[Any], *arguments: Node) -> AnyExpr:
    """Return a function of its arguments."""
    params = tuple(value for argument in arguments for value in argument.params)
    return Expr(shapes.call(name, *(argument.shape for argument in arguments)), params, returns)


class Signature(Value):
    """A function with the types of its arguments; calling it builds the expression."""

    __slots__ = ("arguments", "ref", "returns")

    def __init__(self, ref: FunctionRef, arguments: tuple[SqlType[Any], ...], returns: SqlType[Any]) -> None:
        self.ref = ref
        self.arguments = arguments
        self.returns = returns

    def __call__(self, *given: object) -> AnyExpr:
        """Return the call; the last arguments may be left out."""
        arguments = zip(self.arguments, given, strict=False)
        return call(self.ref, self.returns, *[argument(self.ref, expected, each) for expected, each in arguments])


def signature(name: str, *arguments: SqlType[Any], returns: SqlType[Any], nulls: Rule = strict) -> Signature:
    """Return a function of these types."""
    return Signature(FunctionRef(name, nulls=nulls, returns=returns), arguments, returns)
