"""The function of grouping sets."""

from __future__ import annotations

from typing import Any, Never, TypeAlias, overload

from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.grouping import MAX_GROUPING, grouping_of
from ferra_sync._expression.markers import Aggregate, Opt, Plain
from ferra_sync._expression.typevars import S
from ferra_sync._expression.window import P1, P2, P3, P4
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import expression

# Each keeps its tables: of several in a sequence mypy knows only what they have in common.
_Key: TypeAlias = "Expr[S, Any, Any, Plain]"


@overload
def grouping(key: _Key[P1], /) -> Expr[Opt[P1], int, Never, Aggregate]: ...
@overload
def grouping(key: _Key[P1], key2: _Key[P2], /) -> Expr[Opt[P1 | P2], int, Never, Aggregate]: ...
@overload
def grouping(
    key: _Key[P1], key2: _Key[P2], key3: _Key[P3], /, *keys: _Key[P4]
) -> Expr[Opt[P1 | P2 | P3 | P4], int, Never, Aggregate]: ...
def grouping(*keys: Any) -> AnyExpr:
    """Which of these keys of `group_by` the row's set lacks: a bit each, the last key's the lowest, 0 where it has all.

    Raises:
        QueryError: there is no key, there are more than 31, or one is no expression; or, when the query is compiled, it
            is no key of group_by.
    """
    if not 0 < len(keys) <= MAX_GROUPING:
        raise QueryError(f"grouping takes 1 to {MAX_GROUPING} keys of group_by")
    return grouping_of([expression("grouping", key) for key in keys])
