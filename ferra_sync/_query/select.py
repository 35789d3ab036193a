"""SELECT: `select(User)`, or `from_(Posts).inner_join(Users).select(Post, User)`."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Generic, Literal, Self, overload

from ferra_sync._compiler.shapes import LockShape
from ferra_sync._expression import shapes
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import In, Opt, Plain
from ferra_sync._expression.selectable import Selectable
from ferra_sync._expression.shapes import ColumnRef, has_window, leaves
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
        return self if "limit" in self._said or "key" in self._said else self.limit(1)

    def for_update(self, *, nowait: bool = False, skip_locked: bool = False) -> Self:
        """Lock the rows against writes and locks of others until the transaction ends.

        Where others have locked one, this waits; with `nowait` it is a `Db`, with `skip_locked` the row is left out.

        Raises:
            QueryError: both are asked for; or, when the query is compiled, it makes rows distinct, groups or aggregates
                them, or has an outer join.
        """
        return self._with(lock=LockShape("UPDATE", _wait(nowait=nowait, skip_locked=skip_locked)))

    def for_share(self, *, nowait: bool = False, skip_locked: bool = False) -> Self:
        """Lock the rows against writes of others, who may share the lock; else as `for_update`."""
        return self._with(lock=LockShape("SHARE", _wait(nowait=nowait, skip_locked=skip_locked)))

    def along_key(self) -> Select[Sel, App, R_co]:
        """Return the query sorted by the primary key.

        Raises:
            QueryError: there is no primary key; rows are sorted, limited, grouped, made distinct or repeated, or a
                function sees those beside them.
        """
        key, said = self.primary_key, self._said
        if said.get("order_by") or "limit" in said or "offset" in said:
            raise QueryError("batches sort and limit by themselves")
        if "group_by" in said or "distinct" in said or not self._source.is_one_row_each:
            raise QueryError("batches walk the rows of one table; this query groups or repeats them")
        if has_window(*(shape for shape, _ in self.items)):
            raise QueryError("batches read some rows at a time, and a function over a window would see no others")
        return self.order_by(*key)

    def with_key(self) -> Select[Sel, App, tuple[R_co, tuple[Any, ...]]]:
        """Return the query whose every row is a tuple of the row and its primary key."""
        key = tuple((column.ref, column.type) for column in self.primary_key)
        values = tuple(value for values in self._said.get("item_params", ()) for value in values)
        row = self.items[0] if len(self.items) == 1 else (shapes.several(self.items), ROW)
        items = (row, (shapes.several(key), ROW))
        return self._with(items=items, item_params=(values, ()))._as(Select)

    @property
    def model(self) -> ModelMeta | None:
        """The model that is selected, where it is one and nothing else."""
        match self.items:
            case (((shapes.MODEL, type() as model), _),):
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


def _wait(*, nowait: bool, skip_locked: bool) -> Literal["NOWAIT", "SKIP LOCKED"] | None:
    if nowait and skip_locked:
        raise QueryError("rows that are locked are an error or are left out: nowait or skip_locked, not both")
    if nowait:
        return "NOWAIT"
    return "SKIP LOCKED" if skip_locked else None


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
    chosen = item_of(item)
    query: Select[Any, Any, Any] = Select(Source((_only_table(chosen.shape),)))
    return query._selecting(chosen)


@overload
def maybe(item: Expr[S, V, Any, G]) -> Expr[Opt[S], V, None, G]: ...
@overload
def maybe(item: Selectable[S, T, G]) -> Expr[Opt[S], T, None, G]: ...
def maybe(item: Any) -> AnyExpr:
    """Select from the nullable side of an outer join: the model or the value, or None where there is no row."""
    chosen = item_of(item)
    return Expr(shapes.maybe(chosen.shape), chosen.params, chosen.type)


def selected(query: Clauses[Any, Any], items: tuple[object, ...]) -> Select[Any, Any, Any]:
    """Return the query whose rows are these items."""
    if not items:
        raise QueryError("select takes at least one item")
    return query._selecting(*[item_of(item) for item in items])._as(Select)


def _only_table(shape: Hashable) -> TableMeta:
    """Return the table that an item is of; QueryError where it is of none or of several."""
    match shape:
        case (shapes.MODEL, type() as model):
            return ModelMeta.of(model).table
    tables = {leaf.table for leaf in leaves(shape) if isinstance(leaf, ColumnRef)}
    if len(tables) != 1:
        raise QueryError("select reads one table: say from_(table).select(…)")
    return table_meta(tables.pop().owner)
