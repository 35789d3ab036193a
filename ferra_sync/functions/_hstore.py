"""Functions of hstore, of the extension of that name."""

from __future__ import annotations

from typing import Any, Final

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.documents import Pairs
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.hstore import HSTORE
from ferra_sync._expression.typevars import G, N, S
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import Signature, expression, signature

_AKEYS: Final = signature("akeys", HSTORE, returns=sql.TEXT.array)
_AVALS: Final = signature("avals", HSTORE, returns=sql.TEXT.array_with_nulls)
_TO_JSONB: Final = signature("hstore_to_jsonb", HSTORE, returns=sql.JSONB)


def _of_pairs(function: Signature, value: AnyExpr) -> AnyExpr:
    if expression(function.ref.name, value).type is not HSTORE:
        raise QueryError(f"{function.ref} takes hstore, not {value.type}")
    return function(value)


def akeys(value: Expr[S, Pairs, N, G]) -> Expr[S, list[str], N, G]:
    """The keys, in no order that means anything."""
    return _of_pairs(_AKEYS, value)


def avals(value: Expr[S, Pairs, N, G]) -> Expr[S, list[str | None], N, G]:
    """The values, in the order of the keys of `akeys`."""
    return _of_pairs(_AVALS, value)


def hstore_to_jsonb(value: Expr[S, Pairs, N, G]) -> Expr[S, Any, N, G]:
    """The keys and values as a document."""
    return _of_pairs(_TO_JSONB, value)
