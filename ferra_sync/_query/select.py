"""SELECT: `select(User)`, or `from_(Posts).inner_join(Users).select(Post, User)`.

A LEFT JOIN adds to `Sel` only `Opt` of its table, so that a bare column or model of the nullable side does not
type-check; `maybe(…)` and `.nullable()` do.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Generic, Literal, Self, TypeVar, overload

from ferra_sync._compiler.shapes import LockShape
from ferra_sync._expression import shapes
from ferra_sync._expression.expression import AnyExpr, Expr, Selectable
from ferra_sync._expression.markers import Aggregate, Opt, Plain
from ferra_sync._expression.shapes import ColumnRef, leaves
from ferra_sync._model.model import ROW, ModelMeta
from ferra_sync._query.checks import check_expressions, check_predicates
from ferra_sync._query.clauses import Clauses
from ferra_sync._query.query import RowQuery, item_of
from ferra_sync._query.source import Source
from ferra_sync._schema.table import Joinable, Table, TableMeta, table_meta
from ferra_sync.errors import QueryError

S = TypeVar("S")
V = TypeVar("V")
Sel = TypeVar("Sel")
App = TypeVar("App")
R_co = TypeVar("R_co", covariant=True)
TableT = TypeVar("TableT", bound=Table)
G = TypeVar("G", Plain, Aggregate)  # constrained, so that the two cannot mix
G2 = TypeVar("G2")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
H = TypeVar("H")
I = TypeVar("I")  # noqa: E741 - the ninth letter


class From(Clauses[Sel, App]):
    """FROM and its joins, before anything is selected."""

    __slots__ = ()

    def inner_join(
        self, table: Joinable[TableT], *, on: Expr[App | TableT, bool | None, Plain] | None = None
    ) -> From[Sel | TableT | Opt[App | TableT], App | TableT]:
        """Join the rows that match; ON comes from the foreign key where `on` is not given.

        Raises:
            QueryError: the table is there already, or no foreign key or more than one leads to it.
        """
        return self._joined(From, "inner", table, on)

    def left_join(
        self, table: Joinable[TableT], *, on: Expr[App | TableT, bool | None, Plain] | None = None
    ) -> From[Sel | Opt[App | TableT], App | TableT]:
        """Join the rows that match, and keep those on the left that match none."""
        return self._joined(From, "left", table, on)

    def right_join(
        self, table: Joinable[TableT], *, on: Expr[App | TableT, bool | None, Plain] | None = None
    ) -> From[TableT | Opt[App | TableT], App | TableT]:
        """Join the rows that match, and keep those of `table` that match none: all before it becomes nullable."""
        return self._joined(From, "right", table, on)

    def full_join(
        self, table: Joinable[TableT], *, on: Expr[App | TableT, bool | None, Plain] | None = None
    ) -> From[Opt[App | TableT], App | TableT]:
        """Join the rows that match, and keep those of both sides that match none."""
        return self._joined(From, "full", table, on)

    def cross_join(self, table: Joinable[TableT]) -> From[Sel | TableT | Opt[App | TableT], App | TableT]:
        """Join every row with every row."""
        return self._joined(From, "cross", table, None)

    def group_by(self, *keys: Expr[App | Opt[App], Any, Plain]) -> Grouped[Sel, App]:
        """Make one row of all that share these values; then plain columns of the keys and aggregates may mix."""
        if not keys:
            raise QueryError("group_by takes at least one expression")
        check_expressions("group_by", keys)
        return self._with(group_by=keys)._as(Grouped)

    @overload
    def select(self, a: Selectable[Sel, A, G], /) -> Select[Sel, App, A]: ...
    @overload
    def select(self, a: Selectable[Sel, A, G], b: Selectable[Sel, B, G], /) -> Select[Sel, App, tuple[A, B]]: ...
    @overload
    def select(
        self, a: Selectable[Sel, A, G], b: Selectable[Sel, B, G], c: Selectable[Sel, C, G], /
    ) -> Select[Sel, App, tuple[A, B, C]]: ...
    @overload
    def select(
        self, a: Selectable[Sel, A, G], b: Selectable[Sel, B, G], c: Selectable[Sel, C, G], d: Selectable[Sel, D, G], /
    ) -> Select[Sel, App, tuple[A, B, C, D]]: ...
    @overload
    def select(
        self,
        a: Selectable[Sel, A, G],
        b: Selectable[Sel, B, G],
        c: Selectable[Sel, C, G],
        d: Selectable[Sel, D, G],
        e: Selectable[Sel, E, G],
        /,
    ) -> Select[Sel, App, tuple[A, B, C, D, E]]: ...
    @overload
    def select(
        self,
        a: Selectable[Sel, A, G],
        b: Selectable[Sel, B, G],
        c: Selectable[Sel, C, G],
        d: Selectable[Sel, D, G],
        e: Selectable[Sel, E, G],
        f: Selectable[Sel, F, G],
        /,
    ) -> Select[Sel, App, tuple[A, B, C, D, E, F]]: ...
    @overload
    def select(
        self,
        a: Selectable[Sel, A, G],
        b: Selectable[Sel, B, G],
        c: Selectable[Sel, C, G],
        d: Selectable[Sel, D, G],
        e: Selectable[Sel, E, G],
        f: Selectable[Sel, F, G],
        h: Selectable[Sel, H, G],
        /,
    ) -> Select[Sel, App, tuple[A, B, C, D, E, F, H]]: ...
    @overload
    def select(
        self,
        a: Selectable[Sel, A, G],
        b: Selectable[Sel, B, G],
        c: Selectable[Sel, C, G],
        d: Selectable[Sel, D, G],
        e: Selectable[Sel, E, G],
        f: Selectable[Sel, F, G],
        h: Selectable[Sel, H, G],
        i: Selectable[Sel, I, G],
        /,
    ) -> Select[Sel, App, tuple[A, B, C, D, E, F, H, I]]: ...
    def select(self, *items: Any) -> Select[Any, Any, Any]:
        """Choose what a row is: one item, or a tuple of several; a model class, a column or an expression each."""
        return self._selecting(*_chosen(items))._as(Select)


class Grouped(Clauses[Sel, App]):
    """A GROUP BY."""

    __slots__ = ()

    def having(self, *predicates: Expr[App | Opt[App], bool | None, Any]) -> Grouped[Sel, App]:
        """Keep the groups for which all predicates hold."""
        check_predicates("having", predicates)
        return self._with(having=self._said.get("having", ()) + predicates)

    @overload
    def select(self, a: Selectable[Sel, A, Any], /) -> Select[Sel, App, A]: ...
    @overload
    def select(self, a: Selectable[Sel, A, Any], b: Selectable[Sel, B, Any], /) -> Select[Sel, App, tuple[A, B]]: ...
    @overload
    def select(
        self, a: Selectable[Sel, A, Any], b: Selectable[Sel, B, Any], c: Selectable[Sel, C, Any], /
    ) -> Select[Sel, App, tuple[A, B, C]]: ...
    @overload
    def select(
        self,
        a: Selectable[Sel, A, Any],
        b: Selectable[Sel, B, Any],
        c: Selectable[Sel, C, Any],
        d: Selectable[Sel, D, Any],
        /,
    ) -> Select[Sel, App, tuple[A, B, C, D]]: ...
    @overload
    def select(
        self,
        a: Selectable[Sel, A, Any],
        b: Selectable[Sel, B, Any],
        c: Selectable[Sel, C, Any],
        d: Selectable[Sel, D, Any],
        e: Selectable[Sel, E, Any],
        /,
    ) -> Select[Sel, App, tuple[A, B, C, D, E]]: ...
    @overload
    def select(
        self,
        a: Selectable[Sel, A, Any],
        b: Selectable[Sel, B, Any],
        c: Selectable[Sel, C, Any],
        d: Selectable[Sel, D, Any],
        e: Selectable[Sel, E, Any],
        f: Selectable[Sel, F, Any],
        /,
    ) -> Select[Sel, App, tuple[A, B, C, D, E, F]]: ...
    @overload
    def select(
        self,
        a: Selectable[Sel, A, Any],
        b: Selectable[Sel, B, Any],
        c: Selectable[Sel, C, Any],
        d: Selectable[Sel, D, Any],
        e: Selectable[Sel, E, Any],
        f: Selectable[Sel, F, Any],
        h: Selectable[Sel, H, Any],
        /,
    ) -> Select[Sel, App, tuple[A, B, C, D, E, F, H]]: ...
    @overload
    def select(
        self,
        a: Selectable[Sel, A, Any],
        b: Selectable[Sel, B, Any],
        c: Selectable[Sel, C, Any],
        d: Selectable[Sel, D, Any],
        e: Selectable[Sel, E, Any],
        f: Selectable[Sel, F, Any],
        h: Selectable[Sel, H, Any],
        i: Selectable[Sel, I, Any],
        /,
    ) -> Select[Sel, App, tuple[A, B, C, D, E, F, H, I]]: ...
    def select(self, *items: Any) -> Select[Any, Any, Any]:
        """Choose what a row is, of the group's keys and of aggregates.

        Raises:
            QueryError: when the query is compiled, and a column is neither in group_by nor inside an aggregate.
        """
        return self._selecting(*_chosen(items))._as(Select)


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
            QueryError: there is no primary key, or rows are sorted, limited, grouped, made distinct or repeated.
        """
        key, said = self.primary_key, self._said
        if said.get("order_by") or "limit" in said or "offset" in said:
            raise QueryError("batches sort and limit by themselves")
        if "group_by" in said or "distinct" in said or not self._source.is_one_row_each:
            raise QueryError("batches walk the rows of one table; this query groups or repeats them")
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
        self, table: Joinable[TableT], *, on: Expr[App | TableT, bool | None, Plain] | None = None
    ) -> Select[Sel | TableT | Opt[App | TableT], App | TableT, R_co]:
        """Join the rows that match, to filter or sort by them."""
        return self._joined(Select, "inner", table, on)

    def left_join(
        self, table: Joinable[TableT], *, on: Expr[App | TableT, bool | None, Plain] | None = None
    ) -> Select[Sel | Opt[App | TableT], App | TableT, R_co]:
        """Join the rows that match, and keep those on the left that match none."""
        return self._joined(Select, "left", table, on)


def _wait(*, nowait: bool, skip_locked: bool) -> Literal["NOWAIT", "SKIP LOCKED"] | None:
    if nowait and skip_locked:
        raise QueryError("rows that are locked are an error or are left out: nowait or skip_locked, not both")
    if nowait:
        return "NOWAIT"
    return "SKIP LOCKED" if skip_locked else None


def from_(table: type[TableT]) -> From[TableT | Opt[TableT], TableT]:
    """Begin a SELECT from a table; joins follow, and `.select(…)`."""
    return From(Source.of(table))


def select(item: Selectable[S, V, Plain]) -> Select[S | Opt[S], S, V]:
    """Select one model, column or expression from its own table.

    Raises:
        QueryError: the item names no table, or several; say `from_(table)` then.
    """
    query: Select[S | Opt[S], S, V] = _whole(item) if isinstance(item, type) else _selection_of(item)
    return query


@lru_cache(maxsize=1024)
def _whole(model: type) -> Select[Any, Any, Any]:
    """Return the SELECT of a model: queries do not change, so one serves all."""
    return _selection_of(model)


def _selection_of(item: object) -> Select[Any, Any, Any]:
    chosen = item_of(item)
    query: Select[Any, Any, Any] = Select(Source((_only_table(chosen.shape),)))
    return query._selecting(chosen)


def maybe(item: Selectable[S, V, G2]) -> Expr[Opt[S], V | None, G2]:
    """Select from the nullable side of an outer join: the model or the value, or None where there is no row."""
    chosen = item_of(item)
    return Expr(shapes.maybe(chosen.shape), chosen.params, chosen.type)


def _chosen(items: tuple[object, ...]) -> tuple[AnyExpr, ...]:
    if not items:
        raise QueryError("select takes at least one item")
    return tuple([item_of(item) for item in items])


def _only_table(shape: Hashable) -> TableMeta:
    """Return the table that an item is of; QueryError where it is of none or of several."""
    match shape:
        case (shapes.MODEL, type() as model):
            return ModelMeta.of(model).table
    tables = {leaf.table for leaf in leaves(shape) if isinstance(leaf, ColumnRef)}
    if len(tables) != 1:
        raise QueryError("select reads one table: say from_(table).select(…)")
    return table_meta(tables.pop().owner)
