"""What a table does to a row on its way in, and how rows that are inserted together come back in their order for it.

RETURNING promises no order. Keys that arrive as they were sent tell the rows apart. Where a trigger may change them,
the rows' ordinal must ride along: MERGE returns it from PostgreSQL 17 on, an INSERT never does. Else each row is an
INSERT of its own.
"""

from __future__ import annotations

import enum
from typing import Any, Final

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

_RETURNS_ORDINALS: Final = 17_00_00
"""The server's version since which MERGE has RETURNING."""


class Way(enum.Enum):
    """How many rows are inserted: told apart by their keys, by an ordinal that MERGE returns, or each on its own."""

    KEYS = "keys"
    MERGE = "merge"
    SINGLY = "singly"


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
    )), false)
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
        select_list(tuple((result(f"fact{number}"), BOOLEAN) for number in range(5))),
    )
)
"""Of a table and its partitions: whether one is a view or foreign, has a rule on INSERT, has any rule but a view's own,
has a trigger that runs before each row that is inserted (the bits 1, 2 and 4 of its type: ROW, BEFORE, INSERT), or
before each row of any kind of write."""


def way_into(connection: psycopg.Connection[Any], table: TableMeta, *, by_key: bool = True) -> Way:
    """Ask the catalog, in the transaction that is going to write, which way rows go into `table`.

    Without `by_key` it is one that needs no keys.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    is_odd, is_rewritten, has_rules, has_triggers, _ = _facts(connection, table.ref)
    if is_odd or is_rewritten:
        return Way.SINGLY
    is_known = all(column.generated != "stored" for column in table.primary_key)
    if by_key and is_known and not has_triggers:
        return Way.KEYS
    can_merge = connection.info.server_version >= _RETURNS_ORDINALS and not has_rules
    return Way.MERGE if can_merge else Way.SINGLY


def may_rewrite(connection: psycopg.Connection[Any], table: TableRef) -> bool:
    """Ask the catalog whether a trigger or a rule may store another row than a statement says.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    is_odd, _, has_rules, _, has_triggers = _facts(connection, table)
    return is_odd or has_rules or has_triggers


def _facts(connection: psycopg.Connection[Any], table: TableRef) -> tuple[bool, bool, bool, bool, bool]:
    facts: tuple[bool, bool, bool, bool, bool] = wire.send(connection, _FACTS, (qualified_name(table),), wire.ROWS)[0]
    return facts
