"""`old(…)` and `new(…)`: a row before and after a write, in what the write returns."""

from __future__ import annotations

from typing import Any, Never, overload

from ferra_sync._expression import shapes
from ferra_sync._expression.column import Column
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import In, New, Old, Plain
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.typevars import N, S, T, V
from ferra_sync._query.checks import named
from ferra_sync._query.query import item_of
from ferra_sync._query.source import column_named
from ferra_sync._schema.old_new import WhichRow, old_or_new
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError


@overload
def old(item: Column[S, V, N]) -> Expr[Old[S], V, N, Plain]: ...
@overload
def old(item: Selectable[In[S], T, Plain]) -> Expr[Old[In[S]], T, Never, Plain]: ...
def old(item: object) -> AnyExpr:
    """A column or a model as it was before the write, in `returning`; of an INSERT, `maybe(old(…))`.

    Raises:
        QueryError: it is neither a column nor a model of a table.
    """
    return _of("old", item)


@overload
def new(item: Column[S, V, N]) -> Expr[New[S], V, N, Plain]: ...
@overload
def new(item: Selectable[In[S], T, Plain]) -> Expr[New[In[S]], T, Never, Plain]: ...
def new(item: object) -> AnyExpr:
    """A column or a model as it is after the write, in `returning`; of a DELETE, `maybe(new(…))`.

    Raises:
        QueryError: it is neither a column nor a model of a table.
    """
    return _of("new", item)


def _of(which: WhichRow, item: Any) -> AnyExpr:  # noqa: ANN401 - checked here
    chosen = item_of(item)
    match chosen.shape:
        case ColumnRef(table=TableRef(alias=None, is_derived=False)) as ref:
            alias = old_or_new(table_meta(ref.table.owner), which)
            return Expr(column_named(alias, ref.name), (), ref.type)
        case (shapes.MODEL, type() as model, TableRef(alias=None, is_derived=False) as table):
            return Expr(shapes.model(model, old_or_new(table_meta(table.owner), which).ref), (), chosen.type)
        case _:
            raise QueryError(f"{which} takes a column or a model of the table that is written, not {named(item)}")
