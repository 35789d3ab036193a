"""SELECT: `select(User)`, or `from_(Posts).inner_join(Users).select(Post, User)`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Generic, Never, Self, TypeAlias, overload

from ferra_sync._expression import shapes
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import In, Opt, Plain
from ferra_sync._expression.order import Order
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.selectable import Aliasing, Reading, Selectable
from ferra_sync._expression.shapes import columns_of, has_aggregate, has_window
from ferra_sync._expression.typevars import App, G, R_co, S, Sel, T, V
from ferra_sync._model.model import ROW, ModelMeta
from ferra_sync._query.checks import named, table_of
from ferra_sync._query.clauses import Clauses, Q
from ferra_sync._query.query import item_of
from ferra_sync._query.selection import Selection
from ferra_sync._query.set_operations import Combinable
from ferra_sync._query.source import Source
from ferra_sync._schema.declaration import Joinable
from ferra_sync._schema.table import TableMeta, table_meta
from ferra_sync.errors import QueryError

Sorting: TypeAlias = "Order[App | Opt[App], Any] | Expr[App | Opt[App], Any, Any, Any]"
"""What `order_by` takes."""


class Select(Selection[Sel, App, R_co, Never, Never], Combinable[App, R_co], Generic[Sel, App, R_co]):
    """A SELECT whose rows are `R_co`."""

    __slots__ = ()

    def first(self) -> Select[Sel, App, R_co]:
        """Return the query for its first row alone: with LIMIT 1 where nothing else keeps it to one."""
        return self if "limit" in self._said or "key" in self._said else self.limit(1)

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

    def per_parent(
        self,
        *,
        limit: int,
        order_by: Sorting[App] | Sequence[Sorting[App]],
        by: Expr[App | Opt[App], Any, Any, Plain] | None = None,
    ) -> Self:
        """Keep the first `limit` rows of each parent, in this order, which the primary key completes; sort by it.

        The parents are those of `belonging_to`, or all rows that the foreign key references: the one that there is, or
        the one of the column `by`. The server looks for the rows of each parent by LATERAL.

        Raises:
            QueryError: there is no such foreign key, or no primary key; rows are limited, grouped, made distinct or
                joined by an outer join.
        """
        from ferra_sync._query.per_parent import first_of_each  # noqa: PLC0415 - for those who ask

        orders = order_by if isinstance(order_by, Sequence) else (order_by,)
        return first_of_each(self, limit, orders, by)

    @property
    def model(self) -> ModelMeta | None:
        """The model of the first table that is selected, where it is one and nothing else."""
        match self.items:
            case (((shapes.MODEL, type() as model, table), _),) if table is self.target:
                return ModelMeta.of(model)
            case _:
                return None

    def inner_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> Select[Sel | In[S], App | In[S], R_co]:
        """Join the rows that match, to filter or sort by them."""
        return self._joined(Select, "inner", table, on)

    def left_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> Select[Sel, App | In[S], R_co]:
        """Join the rows that match, and keep those on the left that match none."""
        return self._joined(Select, "left", table, on)


@lru_cache(maxsize=1024)
def whole(model: type) -> Select[Any, Any, Any]:
    """Return the SELECT of a model: queries do not change, so one serves all."""
    return selection_of((model,))


def selection_of(items: tuple[object, ...]) -> Select[Any, Any, Any]:
    """Return the SELECT of an item from its own table, or of items that need none.

    Raises:
        QueryError: an item of a table is not alone, is of several tables, or aggregates over none.
    """
    chosen = [item_of(item) for item in items]
    query: Select[Any, Any, Any] = Select(Source(_tables_of(chosen)))
    return query._selecting(*chosen)


@overload
def maybe(item: Expr[S, V, Any, G]) -> Expr[Opt[S], V, None, G]: ...
@overload
def maybe(item: Selectable[S, T, G]) -> Expr[Opt[S], T, None, G]: ...
def maybe(item: Any) -> AnyExpr:
    """Select from the nullable side of an outer join: the model or the value, or None where there is no row."""
    chosen = item_of(item)
    return Expr(shapes.maybe(chosen.shape), chosen.params, chosen.type)


def of(table: Aliasing[S, V], model: Reading[V, T]) -> Expr[S, T, Never, Plain]:
    """Select a model from an alias of its table: `of(Managers, User)`, and on the nullable side `maybe(of(…))`.

    Raises:
        QueryError: `table` is neither the model's table nor an alias of it.
    """
    meta = table_of("of", table)
    chosen = item_of(model)
    match chosen.shape:
        case (shapes.MODEL, type() as cls, TableRef() as own) if issubclass(meta.ref.owner, own.owner):
            return Expr(shapes.model(cls, meta.ref), (), chosen.type)
        case (shapes.MODEL, type() as cls, TableRef() as own):
            owner = own.owner.__name__
            raise QueryError(
                f"{cls.__name__} is a model of {own}, not of {meta.ref}: "
                f"of takes an alias of its table, class …({owner}, alias=…)"
            )
        case _:
            raise QueryError(f"of takes a model, not {named(model)}")


def selected(cls: type[Q], query: Clauses[Any, Any], items: tuple[object, ...]) -> Q:
    """Return the query, a `cls` from now on, whose rows are these items."""
    if not items:
        raise QueryError("select takes at least one item")
    return query._selecting(*[item_of(item) for item in items])._as(cls)


def _tables_of(items: list[AnyExpr]) -> tuple[TableMeta, ...]:
    """Return the one table that an item is of, or none; QueryError where items need another FROM."""
    match items:
        case [Expr(shape=(shapes.MODEL, _, TableRef() as table))]:
            return (table_meta(table.owner),)
    item_shapes = [item.shape for item in items]
    tables = {column.table for column in columns_of(*item_shapes)}
    is_alone = len(tables) == 1 and len(items) == 1
    needs_none = not tables and not _has_model(items) and not has_aggregate(*item_shapes)
    if not is_alone and not needs_none:
        raise QueryError("select reads one table: say from_(table).select(…)")
    return tuple(table_meta(table.owner) for table in tables)


def _has_model(items: list[AnyExpr]) -> bool:
    return any(isinstance(item.shape, tuple) and item.shape[0] in {shapes.MODEL, shapes.MAYBE} for item in items)
