"""What a schema holds, read from PostgreSQL's catalogs, and how that differs from declared tables.

The declared tables are created in a schema of their own, which is rolled back; both schemas are read by the same
queries, so that it is the server who spells every type, default and expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeAlias

import psycopg
from psycopg import sql

from ferra_sync import Table
from ferra_sync.migrations._ddl import create_tables

Connection: TypeAlias = psycopg.Connection[Any]
Description: TypeAlias = dict[str, str]

_HISTORY = "_ferra_migrations"
_RELATIONS = """
    SELECT 'relation ' || c.relname, 'kind ' || c.relkind::text
    FROM pg_class c
    WHERE c.relnamespace = %(schema)s::regnamespace AND c.relname <> %(history)s AND c.relkind NOT IN ('i', 'I', 't')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)
"""
_COLUMNS = """
    SELECT 'column ' || c.relname || '.' || a.attname,
        concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
            'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
            'IDENTITY ' || nullif(a.attidentity::text, ''), 'GENERATED ' || nullif(a.attgenerated::text, ''))
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = %(schema)s::regnamespace AND c.relname <> %(history)s AND c.relkind IN ('r', 'p')
      AND a.attnum > 0 AND NOT a.attisdropped
"""
_CONSTRAINTS = """
    SELECT 'constraint ' || n.conname || ' of ' || c.relname, pg_get_constraintdef(n.oid)
    FROM pg_constraint n
    JOIN pg_class c ON c.oid = n.conrelid
    WHERE n.connamespace = %(schema)s::regnamespace AND c.relname <> %(history)s AND n.contype <> 'n'
"""
_INDEXES = """
    SELECT 'index ' || c.relname, pg_get_indexdef(i.indexrelid, 0, true)
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_class r ON r.oid = i.indrelid
    WHERE c.relnamespace = %(schema)s::regnamespace AND r.relname <> %(history)s AND i.indisvalid
      AND NOT EXISTS (SELECT FROM pg_constraint n WHERE n.conindid = i.indexrelid AND n.contype IN ('p', 'u', 'x'))
"""
_ENUMS = """
    SELECT 'enum ' || t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
    FROM pg_type t
    JOIN pg_enum e ON e.enumtypid = t.oid
    WHERE t.typnamespace = %(schema)s::regnamespace
    GROUP BY t.typname
"""
_QUERIES = (_RELATIONS, _COLUMNS, _CONSTRAINTS, _INDEXES, _ENUMS)
_EXPECTED = "ferra_expected"
_CAST_TWICE = re.compile(r"\(('(?:[^']|'')*')::character varying\)::text")
"""How the server spells a literal of type varchar that is compared as text; `'…'::text` is the same."""


def described(connection: Connection, schema: str = "public") -> Description:
    """Return what `schema` holds, except for the migrations' history: what it is → how the server spells it."""
    found: Description = {}
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(schema)))
        for query in _QUERIES:
            rows = connection.execute(query, {"schema": schema, "history": _HISTORY}).fetchall()
            found.update((what, _CAST_TWICE.sub(r"\1::text", spelled)) for what, spelled in rows)
    return found


def declared(connection: Connection, tables: Iterable[type[Table]]) -> Description:
    """Return what a schema would hold in which `tables` were created, with all that belongs to them."""
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("CREATE SCHEMA {0}; SET LOCAL search_path = {0}").format(sql.Identifier(_EXPECTED)))
        create_tables(connection, *tables)
        return described(connection, _EXPECTED)


def differences(connection: Connection, tables: Iterable[type[Table]], schema: str = "public") -> list[str]:
    """Return one line for each thing in which the database and the declared tables are not the same."""
    expected, found = declared(connection, tables), described(connection, schema)
    missing = [f"{what} is missing: {expected[what]}" for what in sorted(expected.keys() - found.keys())]
    extra = [f"{what} is not declared: {found[what]}" for what in sorted(found.keys() - expected.keys())]
    other = [
        f"{what} is {found[what]}; declared is {expected[what]}"
        for what in sorted(expected.keys() & found.keys())
        if expected[what] != found[what]
    ]
    return missing + extra + other
