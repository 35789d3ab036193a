"""How a database differs from the tables that are declared.

The declared tables are created beside the real ones, in schemas of their own and in a transaction that is rolled back,
and both are read by the same queries: it is the server that spells both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import attrs
from psycopg import RawCursor

from ferra_sync._database.jobs.tables import NAMES as JOB_TABLES
from ferra_sync._schema.table import Table
from ferra_sync.errors import MigrationError
from ferra_sync.migrations._catalog import (
    Connection,
    Description,
    Named,
    described,
    identifiers,
    search_path,
    set_search_path,
)
from ferra_sync.migrations._ddl import Ddl, declared, table_schemas
from ferra_sync.migrations._types import type_schemas

_BESIDE: Final = "_ferra_declared_{}"
_QUALIFIER: Final = re.compile(r"\b_ferra_declared_\d+(?=\.)")
"""What is spelled with its schema because a table of the same name in a schema before it hides it."""


@attrs.frozen
class Difference:
    """One thing that is not as it is declared; None where it is not declared, or not there."""

    what: Named
    declared: str | None
    found: str | None

    def __str__(self) -> str:
        if self.found is None:
            return f"{self.what} is missing: {self.declared}"
        if self.declared is None:
            return f"{self.what} is not declared: {self.found}"
        return f"{self.what} is {self.found}; declared is {self.declared}"


def differences(connection: Connection, tables: Iterable[type[Table]]) -> list[Difference]:
    """Return what is missing, then what is not declared, then what is otherwise.

    A table that names no schema belongs to the first of the search path. All that is in the schemas of these tables is
    looked at, but for the migrations' history, the progress of jobs and domains without a declared check; in a schema
    that only types name, these types alone. Nothing is changed, but the right to create a schema is needed.

    Raises:
        SchemaError: one of `tables` is none, or what they declare cannot be.
        MigrationError: the search path names no schema that exists.
        psycopg.Error: the server refuses what they declare.
    """
    listed = tuple(tables)
    with connection.transaction(force_rollback=True):
        path = search_path(connection)
        if not path:
            raise MigrationError("no schema of the search path exists")
        metas = declared(listed)
        of_tables = tuple(dict.fromkeys([path[0], *table_schemas(metas)]))
        schemas = tuple(dict.fromkeys([*of_tables, *type_schemas(metas)]))
        set_search_path(connection, (*schemas, *path))
        found = described(connection, schemas)
        expected = _expected(connection, listed, schemas, path)
    looked_at = {
        what: spelled
        for what, spelled in found.items()
        if what in expected
        or (what.schema in of_tables and what.kind != "domain" and (what.table or what.name) not in JOB_TABLES)
    }
    return compared(expected, looked_at)


def _expected(
    connection: Connection, tables: Sequence[type[Table]], schemas: Sequence[str], path: Sequence[str]
) -> Description:
    """Return what `schemas`, the first of them that of tables without one, would hold if the tables were created."""
    beside = {schema: _BESIDE.format(number) for number, schema in enumerate(schemas)}
    with RawCursor(connection) as cursor:
        cursor.execute(f"CREATE SCHEMA {beside[schemas[0]]}".encode())
        set_search_path(connection, (*beside.values(), *path))
        for statement in Ddl(beside).create(tables):
            cursor.execute(statement.encode())
    real = {name: schema for schema, name in beside.items()}
    spellings = dict(zip(beside.values(), identifiers(connection, schemas), strict=True))
    return {
        what._replace(schema=real[what.schema]): _QUALIFIER.sub(lambda found: spellings[found[0]], spelled)
        for what, spelled in described(connection, real).items()
    }


def compared(expected: Description, found: Description) -> list[Difference]:
    """Return what is missing, then what is not declared, then what is otherwise."""
    missing = [Difference(what, expected[what], None) for what in sorted(expected.keys() - found.keys(), key=str)]
    extra = [Difference(what, None, found[what]) for what in sorted(found.keys() - expected.keys(), key=str)]
    both = sorted(expected.keys() & found.keys(), key=str)
    other = [Difference(what, expected[what], found[what]) for what in both if expected[what] != found[what]]
    return missing + extra + other
