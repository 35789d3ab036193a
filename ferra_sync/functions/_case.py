"""CASE: the value of the first predicate that is true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from itertools import chain
from typing import Any, Never, TypeVar, overload
from uuid import UUID

from ferra_sync._expression import shapes
from ferra_sync._expression.arithmetic import FracT
from ferra_sync._expression.coercion import common
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.markers import In, Opt, Other
from ferra_sync._expression.operators import Node, is_predicate, operand
from ferra_sync._expression.selectable import Choosable, Typed
from ferra_sync._expression.typevars import S2, S3, G, N, S, Sa, Sb, Sc, T, W
from ferra_sync.errors import QueryError
from ferra_sync.functions._literals import literal

SaidT = TypeVar(
    "SaidT", bool, int, float, Decimal, str, bytes, UUID, dt.datetime, dt.date, dt.time, dt.timedelta, Interval
)
"""A value whose SQL type its class tells."""

ScopeT = TypeVar("ScopeT", bound=In[Any] | Opt[Any])
"""The tables of several predicates, where they are the same."""


@overload  # Values of columns
def case(  # pyright: ignore[reportOverlappingOverload] - a datetime is a date
    first: tuple[Expr[S, bool, Any, G], Typed[S2, dt.date, Any, N, G]],
    /,
    *more: tuple[Expr[Sa, bool, Any, G], Expr[Sb, dt.date, N, G]],
    otherwise: Expr[Sc, dt.datetime, N, G],
) -> Expr[S | S2 | Sa | Sb | Sc, dt.datetime, N, G]: ...
@overload
def case(
    first: tuple[Expr[S, bool, Any, G], Typed[S2, dt.timedelta, Any, N, G]],
    /,
    *more: tuple[Expr[Sa, bool, Any, G], Expr[Sb, dt.timedelta | Interval, N, G]],
    otherwise: Expr[Sc, Interval, N, G],
) -> Expr[S | S2 | Sa | Sb | Sc, Interval, N, G]: ...
@overload
def case(
    first: tuple[Expr[S, bool, Any, G], Choosable[S2, W, T, N, G]],
    /,
    *more: tuple[Expr[Sa, bool, Any, G], Expr[Sb, W, N, G]],
    otherwise: Expr[Sc, W, N, G],
) -> Expr[S | S2 | Sa | Sb | Sc, T, N, G]: ...
@overload
def case(
    first: tuple[Expr[S, bool, Any, G], Choosable[S2, W, T, N, G]],
    /,
    *more: tuple[Expr[Sa, bool, Any, G], Expr[Sb, W, N, G]],
    otherwise: W,
) -> Expr[S | S2 | Sa | Sb, T, N, G]: ...
@overload
def case(
    first: tuple[Expr[S, bool, Any, G], Typed[S2, int, Any, N, G]],
    /,
    *more: tuple[Expr[S, bool, Any, G], Expr[S2, int, N, G]],
    otherwise: Expr[S3, FracT, N, G],
) -> Expr[S | S2 | S3, FracT, N, G]: ...
@overload
def case(
    first: tuple[Expr[S, bool, Any, G], Choosable[S2, W, T, Any, G]],
    /,
    *more: tuple[Expr[Sa, bool, Any, G], Expr[Sb, W, Any, G]],
) -> Expr[S | S2 | Sa | Sb, T, None, G]: ...
@overload  # Values beside a column
def case(
    first: tuple[Expr[S, bool, Any, G], W],
    /,
    *more: tuple[Expr[S3, bool, Any, G], W],
    otherwise: Choosable[S2, W, T, N, G],
) -> Expr[S | S2 | S3, T, N, G]: ...
@overload  # mypy comes here where other tables are asked for: it would take an expression for a value below
def case(
    first: tuple[Expr[Any, bool, Any, G], Choosable[Any, W, T, N, G]], /, *, otherwise: Expr[Any, W, N, G]
) -> Expr[Other[Any], T, N, G]: ...
@overload
def case(
    first: tuple[Expr[Any, bool, Any, G], Choosable[Any, W, T, N, G]], /, *, otherwise: W
) -> Expr[Other[Any], T, N, G]: ...
@overload
def case(first: tuple[Expr[Any, bool, Any, G], Choosable[Any, W, T, Any, G]], /) -> Expr[Other[Any], T, None, G]: ...
@overload
def case(
    first: tuple[Expr[Any, bool, Any, G], W], /, *, otherwise: Choosable[Any, W, T, N, G]
) -> Expr[Other[Any], T, N, G]: ...
@overload  # Values alone
def case(  # type: ignore[overload-overlap]  # what two tables have in common is no table
    first: tuple[Expr[ScopeT, bool, Any, G], SaidT],
    /,
    *more: tuple[Expr[ScopeT, bool, Any, G], SaidT],
    otherwise: SaidT,
) -> Expr[ScopeT, SaidT, Never, G]: ...
@overload
def case(
    first: tuple[Expr[S, bool, Any, G], SaidT], /, *more: tuple[Expr[Sa, bool, Any, G], SaidT], otherwise: SaidT
) -> Expr[S | Sa, SaidT, Never, G]: ...
@overload
def case(  # type: ignore[overload-overlap]  # what two tables have in common is no table
    first: tuple[Expr[ScopeT, bool, Any, G], SaidT], /, *more: tuple[Expr[ScopeT, bool, Any, G], SaidT]
) -> Expr[ScopeT, SaidT, None, G]: ...
@overload
def case(
    first: tuple[Expr[S, bool, Any, G], SaidT], /, *more: tuple[Expr[Sa, bool, Any, G], SaidT]
) -> Expr[S | Sa, SaidT, None, G]: ...
def case(*branches: object, otherwise: object = None) -> AnyExpr:
    """`CASE WHEN predicate THEN value … ELSE otherwise END`; without `otherwise` NULL where no predicate is true.

    Values and `otherwise` are values or expressions of one type; of several types of number it is the widest.

    Args:
        branches: pairs of a predicate and a value. The first predicate that is true chooses; NULL is not true.
        otherwise: the value where none is true.

    Raises:
        QueryError: there is no branch, one is no such pair, or two values are of types that do not go together.
    """
    pairs = [_branch(each) for each in branches]
    if not pairs:
        raise QueryError("case takes at least one branch: case((predicate, value), otherwise=…)")
    last = () if otherwise is None else (otherwise,)
    nodes = _alike([*(value for _, value in pairs), *last])
    whens, rest = list(zip([predicate for predicate, _ in pairs], nodes, strict=False)), nodes[len(pairs) :]
    shape = shapes.case([(when.shape, then.shape) for when, then in whens], *[node.shape for node in rest])
    parts = [*chain.from_iterable(whens), *rest]
    params = tuple(value for part in parts for value in part.params)
    return Expr(shape, params, reduce(common, [node.type for node in nodes]))


def _branch(given: object) -> tuple[AnyExpr, object]:
    match given:
        case (Expr() as predicate, value) if isinstance(given, tuple) and is_predicate(predicate):
            return predicate, value
        case _:
            raise QueryError("a branch of case is a pair of a predicate and a value: case((Users.id == 1, 'first'), …)")


def _alike(values: Sequence[object]) -> list[Node]:
    """Return each value as an expression beside the others: they say its type, or else the widest of the values."""
    known = [value for value in values if isinstance(value, Expr)]
    if not known:
        known = [literal(value) for value in values if value is not None]
    if not known:
        raise QueryError("a case of None alone is NULL: say otherwise=…, or literal(None, t.…())")
    like = max(known, key=lambda each: each.type.rank or 0)
    return [operand(like, value) for value in values]
