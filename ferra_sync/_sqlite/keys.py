"""Keys that are given as lists: the row of each, in their order."""

from __future__ import annotations

from ferra_sync._compiler.bulk_shapes import KeysShape
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef
from ferra_sync._model.select_list import select_list
from ferra_sync._sqlite.compiler import SqliteSql
from ferra_sync._sqlite.given import refused
from ferra_sync._sqlite.lists import ORDINAL, column, rows
from ferra_sync._sqlite.storage import storage_of


def keys_sql(shape: KeysShape) -> SqliteSql:
    """Return what answers what is wanted of keys.

    Raises:
        QueryError: it is not the rows, or JSON cannot carry the keys.
    """
    if shape.wanted != "rows":
        raise refused(f"{shape.wanted} of keys")
    refs = [ref for ref, _ in select_list(shape.items).columns if isinstance(ref, ColumnRef)]
    items = ", ".join(map(_column, refs))
    storages = [storage_of(ref.type) for ref in shape.key]
    names = [f"k{number}" for number in range(len(storages))]
    is_row = " AND ".join(f"{_column(ref)} = given.{name}" for ref, name in zip(shape.key, names, strict=True))
    lists = f"({rows(1, storages, names)}) AS given"
    sql = f"SELECT {items} FROM {lists} LEFT JOIN {quoted(shape.table.name)} ON {is_row}"  # noqa: S608 - quoted names
    sql += f" ORDER BY given.{quoted(ORDINAL)}"
    gives = tuple(column(storage.given, storage) for storage in storages)
    return SqliteSql(sql, gives, tuple(storage_of(ref.type).load for ref in refs))


def _column(ref: ColumnRef) -> str:
    return f"{quoted(ref.table.name)}.{quoted(ref.name)}"
