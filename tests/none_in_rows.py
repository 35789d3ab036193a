"""What nullability says of a query's rows."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from ferra_sync._compiler.grouping import in_some_sets
from ferra_sync._compiler.nullable_side import nullable_side
from ferra_sync._expression.grouping import placed_key
from ferra_sync._expression.nullability import may_be_null
from ferra_sync._query.set_operations import Compound
from ferra_sync._query.writes import Returning

_RULES = {"UNION": any, "INTERSECT": all, "EXCEPT": itemgetter(0)}


def items_that_may_be_none(query: Any) -> list[bool]:
    """Return whether each item that a SELECT, a set operation or RETURNING selects may be None."""
    if isinstance(query, Compound):
        rule = _RULES[query._operator.partition(" ")[0]]
        return list(map(rule, zip(*map(items_that_may_be_none, query._parts), strict=True)))
    if isinstance(query, Returning):
        params, missing = iter(query._values), frozenset()
    else:
        params = iter([value for values in query._said["item_params"] for value in values])
        keys = [placed_key(each, lambda shape, _: shape) for each in query._said.get("group_by", ())]
        missing = nullable_side(query.target, query._source.joins) | in_some_sets(keys)
    return [may_be_null(shape, params, missing=missing) for shape, _ in query.items]


def broken_promises(query: Any, rows: Sequence[Any]) -> list[int]:
    """Return the places of the items that are said never to be None, and are None in one of `rows`."""
    said = items_that_may_be_none(query)
    found = rows if len(said) > 1 else [(row,) for row in rows]
    return [place for place, may in enumerate(said) if not may and any(row[place] is None for row in found)]
