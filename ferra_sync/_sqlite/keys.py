"""Keys that are given as lists: the row of each, in their order."""

from __future__ import annotations

from ferra_sync._compiler.bulk_shapes import KeysShape
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef
from ferra_sync._model.select_list import select_list
from ferra_sync._sqlite.compiler import SqliteSql
from ferra_sync._sqlite.given import refused
from ferra_sync._sqlite.lists import beside_each_other, list_giver
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
    lists = beside_each_other(1, len(shape.key))
    is_row = " AND ".join(f"{_column(ref)} = k{number}.value" for number, ref in enumerate(shape.key, 1))
    sql = f"SELECT {items} FROM {lists} LEFT JOIN {quoted(shape.table.name)} ON {is_row} ORDER BY k1.key"  # noqa: S608
    return SqliteSql(sql, tuple(map(list_giver, shape.key)), tuple(storage_of(ref.type).load for ref in refs))


def _column(ref: ColumnRef) -> str:
    return f"{quoted(ref.table.name)}.{quoted(ref.name)}"
