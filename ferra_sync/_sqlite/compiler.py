"""SQLite's dialect: from a statement's shape to its SQL. What is not named here is refused, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

import attrs

from ferra_sync._compiler.selected import selected_by
from ferra_sync._compiler.shapes import (
    CompoundShape,
    CountShape,
    DeleteShape,
    InsertShape,
    RowsShape,
    SelectShape,
    StatementShape,
    UpdateShape,
    WriteShape,
)
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.shapes import Items
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._sqlite.given import refused
from ferra_sync._sqlite.queries import Queries
from ferra_sync._sqlite.storage import Convert, Storage
from ferra_sync._sqlite.writes import Writing


@attrs.frozen(eq=False)
class SqliteSql:
    """A statement of SQLite's.

    Attributes:
        sql: the text, with `?n` for each parameter.
        gives: what makes of each value, ?1 first, what SQLite is given.
        constants: the values of the parameters after those: of defaults that SQLite is not told of.
        loads: what makes of each column what psycopg would have; None: it is that.
        writes: the table that it writes; None: it reads.
    """

    sql: str
    gives: tuple[Convert, ...]
    loads: tuple[Convert | None, ...]
    constants: tuple[Any, ...] = ()
    writes: TableRef | None = None


@lru_cache(maxsize=4096, typed=True)
def sqlite_sql(shape: StatementShape) -> SqliteSql:
    """Return what a statement is in SQLite.

    Raises:
        QueryError: SQLite has no such thing, or answers otherwise than PostgreSQL.
    """
    match shape:
        case SelectShape() | CompoundShape():
            return _read(shape)
        case CountShape(select=rows, estimate=False):
            counted = _read(rows)
            return SqliteSql(f"SELECT count(*) FROM ({counted.sql})", counted.gives, (None,))  # noqa: S608 - a query of ours
        case InsertShape() | UpdateShape() | DeleteShape():
            return _written(shape)
        case _:
            raise refused(type(shape).__name__.removesuffix("Shape").lower())


def _read(shape: RowsShape) -> SqliteSql:
    lowering = Queries()
    rows = lowering.rows(shape)
    sql = rows.text()
    return SqliteSql(sql, tuple(lowering.gives), _loads(rows.storages, selected_by(shape).columns))


def _written(shape: WriteShape) -> SqliteSql:
    lowering = Writing()
    match shape:
        case InsertShape():
            sql = lowering.insert(shape)
        case UpdateShape():
            sql = lowering.update(shape)
        case _:
            sql = lowering.delete(shape)
    loads = _loads(lowering.returned, selected_by(shape).columns)
    return SqliteSql(sql, tuple(lowering.gives), loads, tuple(lowering.constants), shape.table)


def _loads(storages: Iterable[Storage], columns: Items) -> tuple[Convert | None, ...]:
    return tuple(_load(storage, sql_type) for storage, (_, sql_type) in zip(storages, columns, strict=True))


def _load(storage: Storage, sql_type: SqlType[Any]) -> Convert | None:
    """Return what makes of a kept value what psycopg would have: a numeric's whole number is a Decimal too."""
    is_numeric = sql_type.rank is not None and sql_type.classes == (Decimal,)
    return Decimal if storage.load is None and is_numeric else storage.load
