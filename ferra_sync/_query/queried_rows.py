"""What an INSERT writes that takes no rows of ours: those of a query, or one of defaults."""

from __future__ import annotations

from typing import Any, NamedTuple

from ferra_sync._compiler.selected import nullable_columns, selected_by
from ferra_sync._compiler.shapes import CteShape, InsertShape, RowsShape
from ferra_sync._expression.coercion import is_assignable
from ferra_sync._expression.column import Column
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import leaves, subquery
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._query.checks import advice, named
from ferra_sync._query.select import Select
from ferra_sync._query.set_operations import Compound
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError


class QueriedRows(NamedTuple):
    """The rows of a query, for these columns; without columns and a query, one row of defaults.

    The query's own WITH is the INSERT's, in which alone a write may stand.
    """

    given: tuple[ColumnRef, ...]
    query: RowsShape | None = None
    params: tuple[Any, ...] = ()
    ctes: tuple[CteShape, ...] = ()
    cte_params: tuple[Any, ...] = ()

    def parts(self, table: TableMeta) -> tuple[InsertShape, tuple[Any, ...]]:
        """Return the shape and the values of their INSERT."""
        return InsertShape(table=table.ref, columns=self.given, query=self.query), self.params


def no_columns(table: TableMeta) -> QueriedRows:
    """Return one row of defaults; QueryError where a column has none and is not nullable."""
    _check_required(table, ())
    return QueriedRows(())


def queried_rows(table: TableMeta, query: Any, columns: tuple[Any, ...], *, numbered: bool) -> QueriedRows:  # noqa: ANN401 - checked here
    """Return the rows of a query for `columns`; for all that can be written, in their order, where there are none.

    Raises:
        QueryError: it is no query; a column is not the table's, is there twice or is the server's own to write; one
            that is required is missing; or the query's columns are not theirs by number, type or nullability.
    """
    if not isinstance(query, (Select, Compound)):
        raise QueryError(f"from_query takes a SELECT or a set operation, not {named(query)}{advice(query)}")
    into = _columns(table, columns, numbered=numbered)
    shape, params = query.parts()
    _check_fit(into, shape, has_null=any(value is None for value in params))
    first = sum(isinstance(leaf, SqlType) for leaf in leaves(*(subquery(cte.rows) for cte in shape.ctes)))
    given = tuple(column.ref for column in into)
    return QueriedRows(given, shape._replace(ctes=()), params[first:], shape.ctes, params[:first])


def _columns(table: TableMeta, columns: tuple[Any, ...], *, numbered: bool) -> tuple[Column[Any, Any, Any], ...]:
    servers_own = {"stored"} if numbered else {"stored", "identity always"}
    if not columns:
        return tuple(column for column in table.attributes.values() if column.generated not in servers_own)
    for column in columns:
        if not isinstance(column, Column):
            raise QueryError(f"from_query takes columns of {table.name}, not {named(column)}")
        if column.ref.table is not table.ref:
            raise QueryError(f"{column.ref} is not a column of {table.name}")
        if column.generated in servers_own:
            cure = "" if column.generated == "stored" else ': say overriding("system") before from_query'
            raise QueryError(f"{column.ref} is the server's own to write{cure}")
        if sum(each is column for each in columns) > 1:
            raise QueryError(f"{column.ref} is there twice")
    _check_required(table, columns)
    return columns


def _check_required(table: TableMeta, columns: tuple[Column[Any, Any, Any], ...]) -> None:
    """Raise QueryError where a column is left out that has no default and is not nullable."""
    lacking = [
        column.name
        for column in table.attributes.values()
        if not column.has_default and not column.nullable_in_table and all(column is not each for each in columns)
    ]
    if lacking:
        raise QueryError(f"{', '.join(lacking)} must be given: {table.name} has no default there")


def _check_fit(columns: tuple[Column[Any, Any, Any], ...], shape: RowsShape, *, has_null: bool) -> None:
    selected = selected_by(shape).columns
    if len(selected) != len(columns):
        names = ", ".join(column.name for column in columns)
        raise QueryError(f"from_query inserts {len(columns)} columns ({names}); the query has {len(selected)}")
    nullable = nullable_columns(shape, has_null=has_null)
    for number, (column, (made, sql_type), may_be_null) in enumerate(
        zip(columns, selected, nullable, strict=True), start=1
    ):
        label = repr(made) if isinstance(made, ColumnRef) else f"column {number} of the query"
        if not is_assignable(column.type, sql_type):
            raise QueryError(f"{column.ref} is {column.type}; {label} is {sql_type}: say .cast(…)")
        if may_be_null and not column.nullable_in_table:
            raise QueryError(f"{column.ref} is not nullable, and {label} may be NULL: say fn.coalesce(…)")
