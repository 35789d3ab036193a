"""Rows that are made where they are read: a derived table with its query, as FROM, the joins and WITH take it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Generic, Never

from ferra_sync._compiler.derived import IS_CYCLE, SEARCH_ORDER
from ferra_sync._compiler.shapes import CteShape, DerivedShape
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.operators import Node
from ferra_sync._expression.order import Order
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.shapes import ASC
from ferra_sync._expression.sqltypes import BOOLEAN, FieldType, SqlType
from ferra_sync._expression.typevars import S_co, T_co
from ferra_sync._expression.values import Value
from ferra_sync._query.checks import named
from ferra_sync._schema.table import TableMeta, table_meta
from ferra_sync.errors import QueryError

_RECORDS: Final[SqlType[Any]] = SqlType(
    kind=FieldType.ARRAY, ddl="record[]", cast="record[]", classes=(list,), binary=False
)


class FromItem(Value, Generic[T_co, S_co]):
    """Rows that are made where they are read.

    T: the derived table that they are. S: the tables before it in FROM that they are made from; Never where they stand
    on their own.
    """

    __slots__ = ("__ferra_table__", "params")

    __ferra_table__: TableMeta
    params: tuple[Any, ...]

    def __init__(self, table: TableMeta, params: tuple[Any, ...]) -> None:
        self.__ferra_table__ = table
        self.params = params

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.__ferra_table__.ref}>"

    def __ferra_in__(self) -> T_co:
        raise TypeError("only the type checker asks which table this is")

    def __ferra_needs__(self) -> S_co:
        raise TypeError("only the type checker asks what the rows are made from")


class DerivedRows(FromItem[T_co, S_co]):
    """The rows of a query in FROM, of a function there, or of the caller."""

    __slots__ = ("shape",)

    shape: DerivedShape

    def __init__(self, shape: DerivedShape, params: tuple[Any, ...]) -> None:
        super().__init__(table_meta(shape.table.owner), params)
        self.shape = shape


class Cte(FromItem[T_co, Never]):
    """The rows of a query in WITH."""

    __slots__ = ("shape",)

    shape: CteShape

    def __init__(self, shape: CteShape, params: tuple[Any, ...]) -> None:
        super().__init__(table_meta(shape.table.owner), params)
        self.shape = shape


class RecursiveCte(Cte[T_co]):
    """The rows of a query in WITH RECURSIVE."""

    __slots__ = ()

    @property
    def search_order(self) -> Order[T_co, Plain]:
        """The order in which `search` meets the rows, for `order_by`.

        Raises:
            QueryError: it was made without `search`.
        """
        if self.shape.search is None:
            raise QueryError(f"{self.shape.table} has no search: say recursive(…, search=depth_first(…))")
        return Order(Node(_added(self.shape.table).search_order, (), _RECORDS), ASC, None)

    @property
    def is_cycle(self) -> Expr[T_co, bool, Never, Plain]:
        """Whether a row was met before on the way to it: the last one of its path.

        Raises:
            QueryError: it was made without `cycle`.
        """
        if not self.shape.cycle:
            raise QueryError(f"{self.shape.table} looks for no cycle: say recursive(…, cycle=(…,))")
        return Expr(_added(self.shape.table).is_cycle, (), BOOLEAN)


class _Added:
    """The columns that SEARCH and CYCLE add to a table."""

    def __init__(self, table: TableRef) -> None:
        self.search_order = ColumnRef(table, SEARCH_ORDER, _RECORDS, nullable=False)
        self.is_cycle = ColumnRef(table, IS_CYCLE, BOOLEAN, nullable=False)


@lru_cache(maxsize=1024)
def _added(table: TableRef) -> _Added:
    """Return these columns, the same for each query: two that are equal have one shape."""
    return _Added(table)


def with_more(known: tuple[CteShape, ...], added: tuple[Cte[Any], ...]) -> tuple[tuple[CteShape, ...], tuple[Any, ...]]:
    """Return the queries of a WITH with those that are added to it, and the values of these.

    Raises:
        QueryError: one is none, or one of its name is there already.
    """
    names = {cte.table.name for cte in known}
    for cte in added:
        if not isinstance(cte, Cte):
            raise QueryError(f"with_ takes what .cte(…) or .recursive(…) returns, not {named(cte)}")
        if cte.shape.table.name in names:
            raise QueryError(f"{cte.shape.table} is in WITH already: name the class where its rows are read again")
        names.add(cte.shape.table.name)
    return (*known, *[cte.shape for cte in added]), tuple([value for cte in added for value in cte.params])
