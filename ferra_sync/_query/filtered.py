"""What filters say to WHERE."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.filtering import Filtering
from ferra_sync._query.checks import named
from ferra_sync.errors import QueryError


def predicates_of(filters: Iterable[Filtering[Any]]) -> list[AnyExpr]:
    """Return the predicates of all filters, one filter after the other.

    Raises:
        QueryError: one of `filters` is none, or a value is of another type than its operator takes.
    """
    predicates: list[AnyExpr] = []
    for each in filters:
        if not isinstance(each, Filtering):
            raise QueryError(f"filter takes instances of filter classes, not {named(each)}: where(…) takes predicates")
        predicates += each.__ferra_predicates__()
    return predicates
