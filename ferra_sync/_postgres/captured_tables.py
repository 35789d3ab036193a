"""Tables whose changes are followed: what the catalog says of them, and their rows as texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import attrs
import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from ferra_sync._expression.identifiers import quoted
from ferra_sync._postgres.wire import _translated
from ferra_sync.errors import ConfigError

TextRow: TypeAlias = Sequence[bytes | None]
"""A row's values as the server spells them."""

_CHUNK: Final = 2000
_TABLE: Final = """
SELECT c.oid, n.nspname, c.relname, c.relreplident, c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = pg_catalog.to_regclass(%s)"""
_COLUMNS: Final = """
SELECT a.attname, a.atttypid, a.attnum = ANY (i.indkey), a.attgenerated <> ''
FROM pg_catalog.pg_attribute AS a
LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
_KEY: Final = """
SELECT a.attname FROM pg_catalog.pg_index AS i
CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE i.indrelid = %s AND i.indisprimary ORDER BY place"""


@attrs.frozen
class CapturedTable:
    """A table as the catalog has it.

    Attributes:
        schema, table: its name.
        columns: name and type of each column that is replicated; a generated one is not.
        key: the primary key's columns, in its order.
        is_full: whether an UPDATE and a DELETE tell the whole old row.
    """

    schema: str
    table: str
    columns: tuple[tuple[str, int], ...]
    key: tuple[str, ...]
    is_full: bool

    @property
    def name(self) -> str:
        """Its name, without the schema where that is `public`."""
        return self.table if self.schema == "public" else f"{self.schema}.{self.table}"


def captured_table(connection: psycopg.Connection[Any], name: str) -> CapturedTable:
    """Return what the catalog says of a table.

    Args:
        connection: where it is.
        name: as SQL spells it, quoted where it must be: `posts`, `app.posts`.

    Raises:
        ConfigError: there is none, it has no primary key, or its changes do not tell the key.
        Db: the server says no.
    """
    found = _rows(connection, _TABLE, (name,))
    if not found:
        raise ConfigError(f"there is no table {name} to follow")
    ((oid, schema, table, identity, is_lasting),) = found
    if not is_lasting:
        raise ConfigError(f"{name} is no table whose changes are logged: it is a view, temporary or unlogged")
    key = tuple(column for (column,) in _rows(connection, _KEY, (oid,)))
    if not key:
        raise ConfigError(f"table {name} has no primary key, by which its rows could be known elsewhere")
    if identity not in {b"d", b"f", "d", "f"}:
        raise ConfigError(f"the changes of {name} do not tell its key: ALTER TABLE {name} REPLICA IDENTITY DEFAULT")
    columns = _rows(connection, _COLUMNS, (oid,))
    replicated = tuple((column, type_oid) for column, type_oid, _, is_generated in columns if not is_generated)
    if not set(key) <= {column for column, _ in replicated}:
        raise ConfigError(f"the primary key of {name} is generated, and its changes do not tell it")
    return CapturedTable(schema, table, replicated, key, identity in {b"f", "f"})


def text_rows(connection: psycopg.Connection[Any], table: CapturedTable) -> Iterator[list[TextRow]]:
    """Yield a table's rows, some at a time, within the transaction that is open.

    Raises:
        Db: the server says no.
    """
    names = ", ".join(quoted(column) for column, _ in table.columns)
    source = f"{quoted(table.schema)}.{quoted(table.table)}"
    with _translated(), psycopg.Cursor(connection, row_factory=tuple_row) as cursor:
        cursor.execute(f"DECLARE ferra_copy NO SCROLL CURSOR FOR SELECT {names} FROM {source}".encode())  # noqa: S608 - quoted names, and nothing else
        while True:
            cursor.execute(b"FETCH FORWARD %d FROM ferra_copy" % _CHUNK)
            if not (rows := _texts(cursor)):
                break
            yield rows
        cursor.execute(b"CLOSE ferra_copy")


def text_row(connection: psycopg.Connection[Any], table: CapturedTable, key: TextRow) -> TextRow | None:
    """Return the row of a key as it is now; None where there is none."""
    query = sql.SQL("SELECT {} FROM {} WHERE {}").format(
        sql.SQL(", ").join(sql.Identifier(column) for column, _ in table.columns),
        sql.Identifier(table.schema, table.table),
        sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in table.key),
    )
    with _translated(), psycopg.ClientCursor(connection, row_factory=tuple_row) as cursor:
        cursor.execute(query, [None if value is None else value.decode() for value in key])
        rows = _texts(cursor)
    return rows[0] if rows else None


def _texts(cursor: psycopg.Cursor[Any]) -> list[TextRow]:
    result = cursor.pgresult
    if result is None:
        return []
    columns, value = range(result.nfields), result.get_value
    return [[value(row, column) for column in columns] for row in range(result.ntuples)]


def _rows(connection: psycopg.Connection[Any], query: str, params: tuple[object, ...]) -> list[tuple[Any, ...]]:
    with _translated(), psycopg.Cursor(connection, row_factory=tuple_row) as cursor:
        return cursor.execute(query.encode(), params).fetchall()
