"""How a database of SQLite differs from the tables that are declared, which are created beside it, in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import pairwise
from typing import Final

from ferra_sync._schema.table import Table
from ferra_sync._sqlite.connections import Connection
from ferra_sync._sqlite.database import SqliteDatabase
from ferra_sync._sqlite.names import key_name
from ferra_sync._sqlite.running import rows_of
from ferra_sync.migrations._catalog import Description, Named
from ferra_sync.migrations._ddl import declared
from ferra_sync.migrations._drift import Difference, compared
from ferra_sync.migrations._history import TABLE as HISTORY
from ferra_sync.migrations._sqlite_lexer import tokens

_MAIN: Final = "main"
_QUOTES: Final = re.compile(r"""["`\[](.*)["`\]]""", re.DOTALL)
_RELATIONS: Final = """
    SELECT l.name, l.type || CASE l.strict WHEN 1 THEN ' STRICT' ELSE '' END, coalesce(m.sql, '')
    FROM pragma_table_list AS l JOIN sqlite_master AS m ON m.name = l.name AND m.type IN ('table', 'view')
    WHERE l.schema = 'main' AND l.name <> ?1 AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
"""
_COLUMNS: Final = 'SELECT name, type, "notnull" OR (pk AND ?2), dflt_value, pk, hidden FROM pragma_table_xinfo(?1)'
_INDEXES: Final = """
    SELECT l.name, l.origin, m.sql,
        (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
    FROM pragma_index_list(?1) AS l LEFT JOIN sqlite_master AS m ON m.name = l.name AND m.type = 'index'
    WHERE l.origin <> 'pk'
"""
_FOREIGN_KEYS: Final = """
    SELECT "table", group_concat("from", ', '), group_concat("to", ', '), on_delete, on_update
    FROM (SELECT * FROM pragma_foreign_key_list(?1) ORDER BY id, seq) GROUP BY id
"""


def sqlite_differences(db: SqliteDatabase, tables: Iterable[type[Table]]) -> list[Difference]:
    """Return what is missing, then what is not declared, then what is otherwise; nothing is changed.

    All tables but the migrations' history are looked at: columns, keys, checks and indexes, and whether they are
    STRICT. Checks and indexes are compared by their words, whatever their blanks, quotes and capitals; brackets
    count, but for the outermost.

    Raises:
        SchemaError: one of `tables` is none.
        QueryError: SQLite has no such table.
        Db: the database cannot be read.
    """
    listed = [meta.ref.owner for meta in declared(tables)]
    with closing(SqliteDatabase.connect()) as beside:
        beside.create_tables(*listed)
        expected = _described(beside)
    return compared(expected, _described(db))


def _described(db: SqliteDatabase) -> Description:
    with db._taken(writing=False) as connection:
        return {
            what: spelled
            for name, kind, sql in rows_of(connection, _RELATIONS, (HISTORY,))
            for what, spelled in _of_table(connection, name, kind, sql)
        }


def _of_table(connection: Connection, table: str, kind: str, sql: str) -> Iterator[tuple[Named, str]]:
    yield Named("relation", _MAIN, table), kind
    key: dict[int, str] = {}
    for name, sql_type, is_needed, default, place, hidden in rows_of(connection, _COLUMNS, (table, "STRICT" in kind)):
        parts = [sql_type, "NOT NULL" if is_needed else "", f"DEFAULT {default}" if default else ""]
        yield Named("column", _MAIN, name, table), " ".join(filter(None, [*parts, "GENERATED" if hidden else ""]))
        key |= {place: name} if place else {}
    words = list(_words(sql))
    if key:
        numbered = " AUTOINCREMENT" if "autoincrement" in words else ""
        yield (
            _constraint(table, f"{table}_pkey"),
            f"PRIMARY KEY ({', '.join(key[place] for place in sorted(key))}){numbered}",
        )
    for parent, columns, targets, on_delete, on_update in rows_of(connection, _FOREIGN_KEYS, (table,)):
        name = key_name(table, columns.split(", "), "fkey")
        spelled = f"FOREIGN KEY ({columns}) REFERENCES {parent} ({targets}) ON DELETE {on_delete} ON UPDATE {on_update}"
        yield _constraint(table, name), spelled
    for name, origin, definition, columns in rows_of(connection, _INDEXES, (table,)):
        if origin == "u":
            yield _constraint(table, key_name(table, columns.split(", "))), f"UNIQUE ({columns})"
        else:
            yield Named("index", _MAIN, name, table), " ".join(_words(definition))
    yield from ((_constraint(table, name), f"CHECK {spelled}") for name, spelled in _checks(words))


def _constraint(table: str, name: str) -> Named:
    return Named("constraint", _MAIN, name, table)


def _words(sql: str) -> Iterator[str]:
    """Yield the tokens of a definition: in lower case and without quotes, but texts as they are."""
    for match in tokens(sql):
        name = _QUOTES.fullmatch(match[0])
        yield match[0] if match[0].startswith("'") else (name[1] if name else match[0]).lower()


def _checks(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the name of each CHECK and what it says; one without a name is called what it says."""
    for at, pair in enumerate(pairwise(words)):
        if pair == ("check", "("):
            said = words[at + 1 : at + 1 + _length(words[at + 1 :])]
            while len(said) > 1 and said[0] == "(" and _length(said) == len(said):
                said = said[1:-1]
            spelled = f"({' '.join(said)})"
            yield (words[at - 1] if words[at - 2] == "constraint" else spelled), spelled


def _length(words: list[str]) -> int:
    """Return how many words there are from a bracket to the one that closes it."""
    depth = 0
    for length, word in enumerate(words, 1):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if not depth:
            return length
    return len(words)
