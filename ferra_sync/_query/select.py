"""SELECT: `select(User)`, or `from_(Posts).inner_join(Users).select(Post, User)`."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Generic, overload

from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import In, Opt, Plain
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.shapes import ColumnRef, leaves
from ferra_sync._expression.typevars import App, G, R_co, S, Sel, T, V
from ferra_sync._model.model import ROW, ModelMeta
from ferra_sync._query.clauses import Clauses
from ferra_sync._query.query import RowQuery, item_of
from ferra_sync._query.source import Source
from ferra_sync._schema.declaration import Joinable
from ferra_sync._schema.table import TableMeta, table_meta
from ferra_sync.errors import QueryError


class Select(Clauses[Sel, App], RowQuery[R_co], Generic[Sel, App, R_co]):
    """A SELECT whose rows are `R_co`."""

    __slots__ = ()

    def first(self) -> Select[Sel, App, R_co]:
        """Return the query for its first row alone: with LIMIT 1 where nothing else keeps it to one."""
        return self if self._limit is not None or self._key is not None else self.limit(1)

    def along_key(self) -> Select[Sel, App, R_co]:
        """Return the query sorted by the primary key.

        Raises:
            QueryError: there is no primary key, or rows are sorted, limited, grouped, made distinct or repeated.
        """
        return _along_key(self)

    def with_key(self) -> Select[Sel, App, tuple[R_co, tuple[Any, ...]]]:
        """Return the query whose every row is a tuple of the row and its primary key."""
        return _with_key(self)

    @property
    def model(self) -> ModelMeta | None:
        """The model that is selected, where it is one and nothing else."""
        match self._items:
            case ((("model", type() as model), _),):
                return ModelMeta.of(model)
            case _:
                return None

    def inner_join(
        self, table: Joinable[In[S]], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> Select[Sel | In[S] | Opt[App | In[S]], App | In[S], R_co]:
        """Join the rows that match, to filter or sort by them."""
        return self._joined(Select, "inner", table, on)

    def left_join(
        self, table: Joinable[In[S]], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> Select[Sel | Opt[App | In[S]], App | In[S], R_co]:
        """Join the rows that match, and keep those on the left that match none."""
        return self._joined(Select, "left", table, on)


def select(item: Selectable[S, T, Plain]) -> Select[S | Opt[S], S, T]:
    """Select one model, column or expression from its own table.

    Raises:
        QueryError: the item names no table, or several; say `from_(table)` then.
    """
    query: Select[S | Opt[S], S, T] = _whole(item) if isinstance(item, type) else _selection_of(item)
    return query


@lru_cache(maxsize=1024)
def _whole(model: type) -> Select[Any, Any, Any]:
    """Return the SELECT of a model: queries do not change, so one serves all."""
    return _selection_of(model)


def _selection_of(item: object) -> Select[Any, Any, Any]:
    chosen, params = item_of(item)
    query: Select[Any, Any, Any] = Select(Source((_only_table(chosen[0]),)))
    query._items = (chosen,)
    query._item_params = (params,)
    return query


@overload
def maybe(item: Expr[S, V, Any, G]) -> Expr[Opt[S], V, None, G]: ...
@overload
def maybe(item: Selectable[S, T, G]) -> Expr[Opt[S], T, None, G]: ...
def maybe(item: Any) -> AnyExpr:
    """Select from the nullable side of an outer join: the model or the value, or None where there is no row."""
    (shape, sql_type), params = item_of(item)
    is_model = isinstance(shape, tuple) and shape[0] == "model"
    return Expr(("maybe", shape) if is_model else shape, params, sql_type)


def selected(query: Clauses[Any, Any], items: tuple[object, ...]) -> Select[Any, Any, Any]:
    """Return the query whose rows are these items."""
    if not items:
        raise QueryError("select takes at least one item")
    chosen = [item_of(item) for item in items]
    copy: Select[Any, Any, Any] = query._as(Select)
    copy._items = tuple(item for item, _ in chosen)
    copy._item_params = tuple(params for _, params in chosen)
    return copy


def _along_key(query: Select[Any, Any, Any]) -> Select[Any, Any, Any]:
    key = query.primary_key
    if query._order or query._limit is not None or query._offset is not None:
        raise QueryError("batches sort and limit by themselves")
    if query._groups or query._distinct is not None or not query._source.is_one_row_each:
        raise QueryError("batches walk the rows of one table; this query groups or repeats them")
    return query.order_by(*key)


def _with_key(query: Select[Any, Any, Any]) -> Select[Any, Any, Any]:
    copy = query._as(Select)
    row = query._items[0] if len(query._items) == 1 else (("tuple", query._items), ROW)
    key = tuple((column.ref, column.type) for column in query.primary_key)
    copy._items = (row, (("tuple", key), ROW))
    copy._item_params = (tuple(value for values in query._item_params for value in values), ())
    return copy


def _only_table(shape: Hashable) -> TableMeta:
    """Return the table that an item is of; QueryError where it is of none or of several."""
    if isinstance(shape, tuple) and shape[0] == "model":
        return ModelMeta.of(shape[1]).table
    tables = {leaf.table for leaf in leaves(shape) if isinstance(leaf, ColumnRef)}
    if len(tables) != 1:
        raise QueryError("select reads one table: say from_(table).select(…)")
    return table_meta(tables.pop().owner)
