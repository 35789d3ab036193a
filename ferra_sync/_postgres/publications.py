"""Publications: which tables' changes a slot sends. Where one is missing the server sends nothing, without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from ferra_sync._postgres.advisory import key_of
from ferra_sync._postgres.captured_tables import CapturedTable
from ferra_sync._postgres.wire import _translated
from ferra_sync.errors import ConfigError

_LOCK: Final = "SELECT pg_catalog.pg_advisory_xact_lock(%s)"
_PUBLICATION: Final = """
SELECT oid::bigint, pubinsert AND pubupdate AND pubdelete AND pubtruncate AND pubviaroot AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_publication_rel AS r WHERE r.prpubid = p.oid
    AND (to_jsonb(r) ->> 'prqual' IS NOT NULL OR to_jsonb(r) ->> 'prattrs' IS NOT NULL))
FROM pg_catalog.pg_publication AS p WHERE pubname = %s"""
_PUBLISHED: Final = "SELECT schemaname, tablename FROM pg_catalog.pg_publication_tables WHERE pubname = %s"
_CREATE: Final = "CREATE PUBLICATION {} FOR TABLE {} WITH (publish_via_partition_root = true)"
_ADD: Final = "ALTER PUBLICATION {} ADD TABLE {}"


def publication_of(
    connection: psycopg.Connection[Any], publication: str, tables: Sequence[CapturedTable]
) -> int | None:
    """Return the number of a publication that has all of these tables; None where there is none, or it lacks some.

    Raises:
        ConfigError: the one that is there leaves out operations, rows or columns.
        Db: the server says no.
    """
    with _translated(), psycopg.Cursor(connection, row_factory=tuple_row) as cursor:
        found = cursor.execute(_PUBLICATION.encode(), (publication,)).fetchone()
        if found is None:
            return None
        oid, is_whole = found
        if not is_whole:
            raise ConfigError(
                f"publication {publication} leaves out operations, rows or columns, or names partitions: make one that"
                " publishes whole tables, with publish_via_partition_root = true"
            )
        published = set(cursor.execute(_PUBLISHED.encode(), (publication,)).fetchall())
    is_complete = _names(tables) <= published
    return int(oid) if is_complete else None


def publish(connection: psycopg.Connection[Any], publication: str, tables: Sequence[CapturedTable]) -> None:
    """Make a publication of these tables, or add what is missing to the one that is there.

    Raises:
        Db: the server says no.
    """
    with _translated(), connection.transaction(), psycopg.Cursor(connection, row_factory=tuple_row) as cursor:
        cursor.execute(_LOCK.encode(), (key_of(f"ferra_cdc publication:{publication}"),))  # Two may begin at once.
        is_there = cursor.execute(_PUBLICATION.encode(), (publication,)).fetchone() is not None
        missing = _names(tables) - set(cursor.execute(_PUBLISHED.encode(), (publication,)).fetchall())
        if missing or not is_there:
            named = sql.SQL(", ").join(sql.Identifier(schema, table) for schema, table in sorted(missing))
            command = sql.SQL(_ADD) if is_there else sql.SQL(_CREATE)
            cursor.execute(command.format(sql.Identifier(publication), named))


def drop_publication(connection: psycopg.Connection[Any], publication: str) -> None:
    """Drop a publication, if it is there."""
    with _translated():
        connection.execute(sql.SQL("DROP PUBLICATION IF EXISTS {}").format(sql.Identifier(publication)))


def _names(tables: Sequence[CapturedTable]) -> set[tuple[str, str]]:
    return {(table.schema, table.table) for table in tables}
