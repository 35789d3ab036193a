"""Which tables stand on the nullable side of an outer join."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from ferra_sync._compiler.shapes import JoinShape
from ferra_sync._expression.references import TableRef


def nullable_side(table: TableRef | None, joins: Iterable[JoinShape]) -> frozenset[Hashable]:
    """Return the tables of which a row of `table` and its joins may lack theirs.

    A later join or WHERE may leave out the rows that lack one; what they say is not looked at.
    """
    known, missing = set[TableRef]() if table is None else {table}, set[Hashable]()
    for join in joins:
        if join.how in {"right", "full"}:
            missing |= known
        if join.how in {"left", "full"}:
            missing.add(join.table)
        known.add(join.table)
    return frozenset(missing)
