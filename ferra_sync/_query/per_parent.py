"""The first rows of each parent: a predicate over the primary key, whose query asks for each parent by LATERAL."""

from __future__ import annotations

import types
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from ferra_sync._compiler.shapes import DerivedShape
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.row import Row
from ferra_sync._expression.shapes import has_aggregate, has_window
from ferra_sync._query.clauses import Clauses
from ferra_sync._query.derived import Derived
from ferra_sync._query.from_item import DerivedRows
from ferra_sync._query.keys import NOTHING, key_by
from ferra_sync._query.selection import CorrelatedSelect
from ferra_sync._query.source import Source
from ferra_sync._schema.constraints import Columns, ForeignKey
from ferra_sync._schema.declaration import ColumnDef
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError

Q = TypeVar("Q", bound=Clauses[Any, Any])


def first_of_each(query: Q, limit: int, orders: Sequence[Any], by: object) -> Q:
    """Return `query` with the first `limit` rows of each parent alone, sorted by `orders` and the primary keys.

    Raises:
        QueryError: no foreign key says who the parents are, or the rows cannot be told apart or are made of several.
    """
    _check(query)
    if not orders:
        raise QueryError("per_parent takes at least one order")
    rows_key = tuple(column for table in query._source.tables for column in table.required_key)
    orders = (*orders, *rows_key)
    sorted_query = query.order_by(*orders)
    given = query._said.get("belonging") if by is None else None
    if given is not None and given.key is None:
        return sorted_query.where(NOTHING)
    where = query._said.get("where", ())
    if given is None or given.key is None:
        key = key_by(query._source.tables, by)
        parents = _all_parents(key)
    else:
        key = given.key
        parents = _parents(key.targets).values(list(zip(*given.values, strict=True)))
        where = tuple([each for each in where if each is not given.predicate])
    own = _of_one_parent(query, key, where)
    firsts = own.order_by(*orders).limit(limit)._selecting(*rows_key)
    return sorted_query.where(_among(rows_key, parents, firsts))


def _check(query: Clauses[Any, Any]) -> None:
    said = query._said
    if "limit" in said or "offset" in said:
        raise QueryError("per_parent limits the rows of each parent: say limit(…) and offset(…) after it")
    shapes = [shape for shape, _ in query.items]
    if "group_by" in said or "having" in said or "distinct" in said or has_aggregate(*shapes) or has_window(*shapes):
        raise QueryError(
            "per_parent takes plain rows; this query groups them, makes them distinct or reads others beside"
        )
    if any(join.how not in {"inner", "cross"} for join in query._source.joins):
        raise QueryError(
            "per_parent tells rows apart by their primary keys, which an outer join may lack: say inner_join"
        )


def _of_one_parent(query: Clauses[Any, Any], key: ForeignKey[Any], where: Sequence[AnyExpr]) -> Any:  # noqa: ANN401
    """Return the query inside one of parents, whose rows belong to the row of these."""
    parents = _parents(key.targets)
    own = query._correlated(CorrelatedSelect, parents)
    referenced = parents.__ferra_table__.attributes.values()
    belongs = [column == target for column, target in zip(key.columns, referenced, strict=True)]
    return own._with(where=(*where, *belongs), order_by=(), locks=())


def _among(rows_key: Columns, parents: DerivedRows[Any, Any], firsts: Any) -> AnyExpr:  # noqa: ANN401 - a query
    """Return that a row is one of the first ones of the parents."""
    found = _firsts(rows_key)
    source = Source.of(parents).joined("inner", found.lateral(firsts), None)
    keys: Any = CorrelatedSelect(source)._selecting(*found.__ferra_table__.attributes.values())
    among: AnyExpr = rows_key[0].is_in(keys) if len(rows_key) == 1 else Row(rows_key).is_in(keys)
    return among


def _all_parents(key: ForeignKey[Any]) -> DerivedRows[Any, Any]:
    """Return all rows that a foreign key references."""
    table = table_meta(key.targets[0].ref.table.owner)
    rows: Any = CorrelatedSelect(Source((table,)))._selecting(*key.targets)
    shape, params = rows.parts()
    return DerivedRows(DerivedShape(_parents(key.targets).__ferra_table__.ref, shape), params)


def _parents(columns: Columns) -> type[Derived]:
    return _derived("ferra_parents", tuple(column.ref for column in columns))


def _firsts(columns: Columns) -> type[Derived]:
    return _derived("ferra_firsts", tuple(column.ref for column in columns))


@lru_cache(maxsize=1024)
def _derived(name: str, refs: tuple[ColumnRef, ...]) -> type[Derived]:
    """Return a class of rows that have the types of these columns; the same for each: equal queries have one shape."""
    body: dict[str, Any] = {
        f"key{number}": ColumnDef(ref.type.parameter, {}, is_nullable=True) for number, ref in enumerate(refs, 1)
    }
    return types.new_class("Keys", (Derived,), {"name": name}, lambda attributes: attributes.update(body))
