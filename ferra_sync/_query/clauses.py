"""The clauses that every SELECT has, whether its select list is known already or not."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Final, Generic, Self, TypedDict, TypeVar, Unpack

from ferra_sync._compiler.shapes import LockShape, SelectShape
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.filtering import Filtering
from ferra_sync._expression.grouping import GroupingSets, keys_of, placed_key, telling
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.order import Order
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.shapes import Items, children, has_aggregate, has_window, rebuilt
from ferra_sync._expression.sqltypes import BIGINT, MAX_BIGINT
from ferra_sync._expression.typevars import App, Sel
from ferra_sync._model.model import FerraModel
from ferra_sync._model.select_list import select_list
from ferra_sync._query.checks import check_expressions, check_keys, check_predicates
from ferra_sync._query.filtered import predicates_of
from ferra_sync._query.from_item import Cte
from ferra_sync._query.keys import Belonging, belonging, key_is
from ferra_sync._query.sharing import Sharing
from ferra_sync._query.shown import Shown
from ferra_sync._query.source import How, Source
from ferra_sync._schema.constraints import Columns
from ferra_sync._schema.declaration import Joinable, TableClass
from ferra_sync.errors import QueryError

Q = TypeVar("Q", bound="Clauses[Any, Any]")

AnyOrder = Order[Any, Any]

_SHAPE: Final = attrgetter("shape")


class Said(TypedDict, total=False):
    """What a SELECT says, by clause; a clause that it does not have is not there."""

    items: Items
    item_params: tuple[tuple[Any, ...], ...]
    """The values of each item."""
    windows: bool
    """Whether there are windows among the items, and values."""
    where: tuple[AnyExpr, ...]
    group_by: tuple[AnyExpr | GroupingSets[Any], ...]
    having: tuple[AnyExpr, ...]
    order_by: tuple[AnyOrder, ...]
    limit: int
    offset: int
    distinct: tuple[AnyExpr, ...]
    locks: tuple[LockShape, ...]
    key: object
    """What `find` was given."""
    belonging: Belonging
    """What `belonging_to` was given last."""


_OF_GROUPS: Final = frozenset({"group_by", "having", "distinct", "windows"})
"""The clauses that may repeat expressions of others."""


class Clauses(Shown, Generic[Sel, App]):
    """The clauses of a SELECT; every method returns a new one.

    Sel: what may be selected as it is. App: what where, on and order_by may name.
    """

    __slots__ = ("_said", "_source")

    _source: Source
    _said: Said

    def __init__(self, source: Source) -> None:
        self._source = source
        self._said = {}

    def _with(self, **said: Unpack[Said]) -> Self:
        """Return a copy that says this instead, or too."""
        copy = object.__new__(type(self))
        copy._source = self._source
        copy._said = self._said | said
        return copy

    def _as(self, cls: type[Q]) -> Q:
        """Return a copy that is a `cls`, another class of clauses."""
        copy: Any = object.__new__(cls)
        copy._source = self._source
        copy._said = self._said
        made: Q = copy
        return made

    def _selecting(self, *items: AnyExpr) -> Self:
        pairs = tuple([(item.shape, item.type) for item in items])
        params = tuple([item.params for item in items])
        if any(params) and has_window(*(shape for shape, _ in pairs)):
            return self._with(items=pairs, item_params=params, windows=True)
        return self._with(items=pairs, item_params=params)

    def selecting_nothing(self) -> Self:
        """Return the query without a select list, for EXISTS; as it is where it has one."""
        return self if "items" in self._said else self._selecting()

    def _correlated(self, cls: type[Q], table: TableClass[Any]) -> Q:
        copy = self._as(cls)
        copy._source = self._source.correlated(table)
        return copy

    def _joined(self, cls: type[Q], how: How, table: Joinable[Any, Any], on: AnyExpr | None) -> Q:
        check_predicates("on", () if on is None else (on,))
        copy = self._as(cls)
        copy._source = self._source.joined(how, table, on)
        return copy

    def _grouped(self, cls: type[Q], keys: tuple[AnyExpr | GroupingSets[Any], ...]) -> Q:
        check_keys(keys)
        return self._with(group_by=keys)._as(cls)

    @property
    def target(self) -> TableRef | None:
        """The first table; None where there is none."""
        return self._source.tables[0].ref if self._source.tables else None

    @property
    def key(self) -> object:
        """The key that `find` was given, or None."""
        return self._said.get("key")

    def with_(self, *queries: Cte[Any]) -> Self:
        """Put queries into WITH, beside those that FROM and the joins have brought: what follows may read them.

        Inside the statement a class such as `Counts` names what `Counts.cte(…)` makes.

        Raises:
            QueryError: one of that name is there already.
        """
        copy = self._with()
        copy._source = self._source.with_queries(queries)
        return copy

    def where(self, *predicates: Expr[App | Opt[App], bool, None, Plain]) -> Self:
        """Keep the rows for which all predicates hold; a further `where` adds to them."""
        check_predicates("where", predicates)
        return self._with(where=self._said.get("where", ()) + predicates)

    def filter(self, *filters: Filtering[App]) -> Self:
        """Keep the rows that all filters keep: what is UNSET in them adds nothing.

        Raises:
            QueryError: a value is of another type than its operator takes.
        """
        return self.where(*predicates_of(filters))

    def find(self, key: object) -> Self:
        """Keep the row with this primary key; a tuple where the key has several columns.

        Raises:
            QueryError: the table has no primary key, or the key has the wrong type or number of values.
        """
        return self.where(*key_is(self._source.root, key))._with(key=key)

    def belonging_to(
        self,
        parents: FerraModel[Any] | Sequence[FerraModel[Any]],
        *,
        by: Expr[App | Opt[App], Any, Any, Plain] | None = None,
    ) -> Self:
        """Keep the rows that reference one of `parents`; `by` names the column where several foreign keys could.

        The first table does, or where it has no such foreign key a joined one: that of a link.

        Raises:
            QueryError: no foreign key leads to the parents' table, or several do.
        """
        _ = self._source.root
        found = belonging(self._source.tables, parents, by)
        return self._with(where=(*self._said.get("where", ()), found.predicate), belonging=found)

    def order_by(self, *orders: Order[App | Opt[App], Any] | Expr[App | Opt[App], Any, Any, Any]) -> Self:
        """Sort by these, ascending where an order does not say `.desc()`; a further `order_by` adds to them."""
        added = tuple([each if isinstance(each, Order) else ascending(each) for each in orders])
        return self._with(order_by=self._said.get("order_by", ()) + added)

    def limit(self, rows: int) -> Self:
        """Return at most `rows` rows."""
        if not is_whole_number(rows, 0, MAX_BIGINT):
            raise no_count("limit")
        return self._with(limit=rows)

    def offset(self, rows: int) -> Self:
        """Leave out the first `rows` rows."""
        if not is_whole_number(rows, 0, MAX_BIGINT):
            raise no_count("offset")
        return self._with(offset=rows)

    def distinct(self, *on: Expr[App | Opt[App], Any, Any, Plain]) -> Self:
        """Leave out rows that are equal; with expressions, `DISTINCT ON`: the first row for each of their values."""
        check_expressions("distinct", on)
        return self._with(distinct=on)

    # What pages and batches ask for

    @property
    def primary_key(self) -> Columns:
        """The first table's primary key; QueryError where it has none."""
        return self._source.root.required_key

    def in_stable_order(self) -> Self:
        """Return the query with an order that leaves no two rows equal.

        Raises:
            QueryError: it has a limit or an offset, or a table without a primary key and no order_by.
        """
        said = self._said
        if "limit" in said or "offset" in said:
            raise QueryError("a page sets limit and offset itself")
        if any(lock.wait == "SKIP LOCKED" for lock in said.get("locks", ())):
            raise QueryError("a page's total counts rows that others have locked: say limit(…) instead of a page")
        if "group_by" in said:
            return self.order_by(*telling(said["group_by"]))
        if "distinct" in said:
            return self.order_by(*self.results())
        if "having" in said or has_aggregate(*(shape for shape, _ in self.items)):
            return self  # Without GROUP BY they make one row.
        keys = [table.primary_key for table in self._source.tables]
        orders = said.get("order_by", ())
        if not all(keys) and not orders:
            keyless = next((table for table in self._source.tables if not table.primary_key), self._source.root)
            raise QueryError(f"the rows of {keyless.name} have no order: say order_by(…)")
        ordered = {operand for order in orders for operand in children(order.shape)}
        return self.order_by(*(column for key in keys for column in key if column.ref not in ordered))

    def results(self) -> Iterator[AnyExpr]:
        """Yield the columns of a row, models by their fields."""
        for item, params in zip(self.items, self._said.get("item_params", ()), strict=True):
            if params:
                yield Expr(item[0], params, item[1])
            else:
                yield from (Expr(shape, (), sql_type) for shape, sql_type in select_list((item,)).columns)

    def for_count(self) -> Self:
        """Return the query without ORDER BY and without a lock: neither changes how many rows there are."""
        return self._with(order_by=(), locks=())

    # What the clauses become

    @property
    def items(self) -> Items:
        """What is selected."""
        return self._said.get("items", ())

    def parts(self) -> tuple[SelectShape, tuple[Any, ...]]:
        """Return the shape, and the values in the order of its fields.

        Raises:
            QueryError: nothing is selected.
        """
        said, source = self._said, self._source
        if "items" not in said:
            raise QueryError(f"nothing is selected from {self._source.root.ref}: say .select(…)")
        where, having, order_by = said.get("where", ()), said.get("having", ()), said.get("order_by", ())
        on, limit, offset = said.get("distinct"), said.get("limit"), said.get("offset")
        repeats = not _OF_GROUPS.isdisjoint(said) and self._repeats_values()
        shape = SelectShape(
            table=source.tables[0].ref if source.tables else None,
            ctes=source.ctes,
            derived=source.derived,
            parts=source.parts,
            distinct=None if on is None else tuple(map(_SHAPE, on)),
            items=said["items"],
            joins=source.joins,
            where=tuple(map(_SHAPE, where)),
            group_by=() if repeats else tuple(map(_SHAPE, said.get("group_by", ()))),
            having=tuple(map(_SHAPE, having)),
            order_by=tuple(map(_SHAPE, order_by)),
            limit=None if limit is None else BIGINT,
            offset=None if offset is None else BIGINT,
            locks=said.get("locks", ()),
            outer=source.outer,
        )
        params = source.cte_params + source.derived_params + source.part_params
        if repeats:
            shape, values = self._shared(shape)
            params += values
        else:
            for values in said.get("item_params", ()):
                params += values
            params += source.params
            for predicate in where + having:
                params += predicate.params
            for order in order_by:
                params += order.params
        if limit is not None:
            params += (limit,)
        if offset is not None:
            params += (offset,)
        return shape, params

    def _repeats_values(self) -> bool:
        """Whether expressions with values may stand in several clauses, or windows with values in several places."""
        said = self._said
        for key in said.get("group_by", ()):
            if isinstance(key, GroupingSets) or key.params:
                return True
        on = said.get("distinct")
        if on is not None and any([each.params for each in on] if on else said.get("item_params", ())):
            return True
        return "windows" in said

    def _shared(self, shape: SelectShape) -> tuple[SelectShape, tuple[Any, ...]]:
        """Return the shape and the values of a query whose clauses repeat one another's expressions."""
        said = self._said
        on = said.get("distinct")
        repeated = (*keys_of(said.get("group_by", ())), *(self.results() if on == () else on or ()))
        sharing = Sharing(repeated, windows="windows" in said)
        params: list[Any] = []

        def placed(expression: Hashable, values: tuple[Any, ...]) -> Hashable:
            rewritten, own = sharing.rewritten(expression, values)
            params.extend(own)
            return rewritten

        def clause(expressions: Iterable[AnyExpr]) -> tuple[Hashable, ...]:
            return tuple([placed(each.shape, each.params) for each in expressions])

        # In the order of the shape's fields, which is that of the parameters.
        distinct = None if on is None else clause(on)
        pairs = zip(self.items, said.get("item_params", ()), strict=True)
        items = tuple([(placed(item, values), sql_type) for (item, sql_type), values in pairs])
        params.extend(self._source.params)
        rewritten = shape._replace(
            distinct=distinct,
            items=items,
            where=clause(said.get("where", ())),
            group_by=tuple([placed_key(each, placed) for each in said.get("group_by", ())]),
            having=clause(said.get("having", ())),
            order_by=tuple(
                [rebuilt(each.shape, partial(placed, values=each.params)) for each in said.get("order_by", ())]
            ),
        )
        return rewritten._replace(shared=sharing.shapes), (*sharing.params, *params)


def ascending(expr: Any) -> AnyOrder:  # noqa: ANN401 - checked here
    """Return the order of an expression alone; QueryError where it is none, or has none."""
    check_expressions("order_by", (expr,))
    order: AnyOrder = expr.asc()
    return order


def no_count(what: str) -> QueryError:
    """Return what to raise where a clause was given no number of rows."""
    return QueryError(f"{what} takes a whole number from 0 to {MAX_BIGINT}")
