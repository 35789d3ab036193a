"""What a table does to a row on its way in, and how rows that are inserted together come back in their order for it.

RETURNING promises no order. Keys that arrive as they were sent tell the rows apart. Where a trigger may change them,
the rows' ordinal must ride along: MERGE returns it from PostgreSQL 17 on, an INSERT never does. Else each row is an
INSERT of its own.
"""

from __future__ import annotations

import enum
from typing import Any, Final, NamedTuple

import psycopg

from ferra_sync._compiler.compiled import Compiled
from ferra_sync._compiler.expressions import qualified_name
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.shapes import result
from ferra_sync._expression.sqltypes import BOOLEAN, TEXT
from ferra_sync._model.select_list import select_list
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import made_ready
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import Db

_RETURNS_ORDINALS: Final = 17_00_00
"""The server's version since which MERGE has RETURNING."""
_RETURNS_OLD: Final = 18_00_00
"""That since which RETURNING has the row that was there."""


class Way(enum.Enum):
    """How many rows are inserted: told apart by their keys, by an ordinal that MERGE returns, or each on its own."""

    KEYS = "keys"
    MERGE = "merge"
    SINGLY = "singly"


class _Facts(NamedTuple):
    """What is true of a table or of one of its partitions.

    It is a view or foreign, has a rule on INSERT, has any rule but a view's own, has a trigger that runs before each
    row that is inserted, has one before each row of any kind of write, has partitions.
    """

    is_odd: bool
    is_rewritten: bool
    has_rules: bool
    has_triggers: bool
    has_any_triggers: bool
    is_partitioned: bool


_FACTS: Final = made_ready(
    Compiled(
        """
SELECT
    coalesce(bool_or(c.relkind NOT IN ('r', 'p')), false),
    coalesce(bool_or(rules.inserting), false),
    count(rules.inserting) > 0,
    coalesce(bool_or(c.relhastriggers AND EXISTS (
        SELECT FROM pg_catalog.pg_trigger AS t
        WHERE t.tgrelid = c.oid AND t.tgtype & 7 = 7 AND t.tgenabled <> 'D'
    )), false),
    coalesce(bool_or(c.relhastriggers AND EXISTS (
        SELECT FROM pg_catalog.pg_trigger AS t
        WHERE t.tgrelid = c.oid AND t.tgtype & 3 = 3 AND t.tgenabled <> 'D'
    )), false),
    count(*) FILTER (WHERE c.relkind = 'p') > 0
FROM (
    SELECT pg_catalog.to_regclass($1::text)::oid AS oid
    UNION SELECT relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1::text))
) AS tree
JOIN pg_catalog.pg_class AS c ON c.oid = tree.oid
LEFT JOIN LATERAL (
    SELECT bool_or(r.ev_type = '3') AS inserting
    FROM pg_catalog.pg_rewrite AS r
    WHERE c.relhasrules AND r.ev_class = c.oid AND r.ev_type <> '1' AND r.ev_enabled <> 'D'
) AS rules ON true
""",
        (TEXT,),
        select_list(tuple((result(f"fact{number}"), BOOLEAN) for number in range(len(_Facts._fields)))),
    ),
    is_internal=True,
)
"""The bits 1, 2 and 4 of a trigger's type are ROW, BEFORE and INSERT."""


def way_into(connection: psycopg.Connection[Any], table: TableMeta, *, by_key: bool = True) -> Way:
    """Ask the catalog, in the transaction that is going to write, which way rows go into `table`.

    Without `by_key` it is one that needs no keys.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    facts = _facts(connection, table.ref)
    if facts.is_odd or facts.is_rewritten:
        return Way.SINGLY
    is_known = all(column.generated != "stored" for column in table.primary_key)
    if by_key and is_known and not facts.has_triggers:
        return Way.KEYS
    can_merge = connection.info.server_version >= _RETURNS_ORDINALS and not facts.has_rules
    return Way.MERGE if can_merge else Way.SINGLY


def upsert_way(connection: psycopg.Connection[Any], table: TableMeta) -> tuple[Way, bool]:
    """Ask the catalog which way rows are upserted into `table`, and whether RETURNING knows the row that was there.

    Raises:
        Db: it is a view or has partitions, and the server is older than 18 and cannot tell which rows are new; or the
            server or the connection says no.
    """
    facts = _facts(connection, table.ref)
    sees_old = connection.info.server_version >= _RETURNS_OLD
    if not sees_old and (facts.is_odd or facts.is_partitioned):
        kind = "has partitions" if facts.is_partitioned else "is no table"
        raise Db(f"{table.name} {kind}, whose rows do not say whether they are new before PostgreSQL 18")
    return Way.SINGLY if facts.is_odd or facts.has_triggers else Way.KEYS, sees_old


def may_rewrite(connection: psycopg.Connection[Any], table: TableRef) -> bool:
    """Ask the catalog whether a trigger or a rule may store another row than a statement says.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    facts = _facts(connection, table)
    return facts.is_odd or facts.has_rules or facts.has_any_triggers


def _facts(connection: psycopg.Connection[Any], table: TableRef) -> _Facts:
    return _Facts(*wire.send(connection, _FACTS, (qualified_name(table),), wire.ROWS)[0])
