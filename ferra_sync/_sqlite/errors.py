"""The one place where an error of sqlite3 becomes one of ours. No message of SQLite's own quotes a value."""

from __future__ import annotations

import sqlite3
from typing import Final

from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._schema.table import TableMeta, table_meta
from ferra_sync._sqlite.names import TYPE_CHECK, key_name
from ferra_sync.errors import Conflict, Db, DbErrorKind, FerraDbError

_UNIQUE: Final = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID"})
_KINDS: Final = {
    "SQLITE_CONSTRAINT_FOREIGNKEY": DbErrorKind.FOREIGN_KEY_VIOLATION,
    "SQLITE_CONSTRAINT_NOTNULL": DbErrorKind.NOT_NULL_VIOLATION,
    "SQLITE_CONSTRAINT_CHECK": DbErrorKind.CHECK_VIOLATION,
    "SQLITE_CONSTRAINT_DATATYPE": DbErrorKind.INVALID_DATA,
    "SQLITE_CONSTRAINT_TRIGGER": DbErrorKind.OTHER,
    "SQLITE_TOOBIG": DbErrorKind.INVALID_DATA,
    "SQLITE_MISMATCH": DbErrorKind.INVALID_DATA,
    "SQLITE_INTERRUPT": DbErrorKind.TIMEOUT,
    "SQLITE_CANTOPEN": DbErrorKind.CLOSED_CONNECTION,
    "SQLITE_NOTADB": DbErrorKind.CLOSED_CONNECTION,
    "SQLITE_PERM": DbErrorKind.PERMISSION_DENIED,
}
_BY_FIRST_WORD: Final = {
    "BUSY": DbErrorKind.TIMEOUT,
    "LOCKED": DbErrorKind.TIMEOUT,
    "READONLY": DbErrorKind.READ_ONLY_TRANSACTION,
    "IOERR": DbErrorKind.CLOSED_CONNECTION,
    "CORRUPT": DbErrorKind.CLOSED_CONNECTION,
    "AUTH": DbErrorKind.PERMISSION_DENIED,
}
_UNCOMPUTED: Final = ("user-defined function raised", "user-defined aggregate", "integer overflow")
"""How the message begins where a function, or SQLite's own sum, has raised."""

_UNFIT: Final = "a function was given a value that it does not take", DbErrorKind.INVALID_DATA
_FAILURES: Final[dict[type[Exception], tuple[str, DbErrorKind]]] = {
    ZeroDivisionError: ("division by zero", DbErrorKind.INVALID_DATA),
    OverflowError: ("a computed value is out of range", DbErrorKind.INVALID_DATA),
    LookupError: ("a query that stands for one value has several rows", DbErrorKind.OTHER),
}

UNTOLD: Final = (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeEncodeError)
"""What a statement may raise."""

_UNDEFINED: Final = ("no such table", "no such column", "no such function")


def told(error: Exception, table: TableRef | None, failure: type[Exception] | None) -> FerraDbError:
    """Return what an error of a statement is called here.

    Args:
        error: one of `UNTOLD`.
        table: the one that was written.
        failure: what a function raised that SQLite was taught.
    """
    if not isinstance(error, (sqlite3.Error, sqlite3.Warning)):
        return Db("a value cannot be kept in SQLite", kind=DbErrorKind.INVALID_DATA)
    if failure is not None or str(error).startswith(_UNCOMPUTED):
        message, kind = _FAILURES.get(failure or OverflowError, _UNFIT)
        return Db(message, kind=kind, table=None if table is None else table.name)
    return from_sqlite(error, table)


def from_sqlite(error: sqlite3.Error | sqlite3.Warning, table: TableRef | None) -> FerraDbError:
    """Return what `error` is called here; `table` is the one that was written."""
    code: str = getattr(error, "sqlite_errorname", None) or ""
    message = str(error)
    subject = message.partition(": ")[2]
    meta = None if table is None else table_meta(table.owner)
    if code in _UNIQUE:
        return _conflict(subject, meta)
    name = None if meta is None else meta.name
    kind = _KINDS.get(code) or _BY_FIRST_WORD.get(code.removeprefix("SQLITE_").partition("_")[0], DbErrorKind.OTHER)
    if kind is DbErrorKind.CHECK_VIOLATION:
        if subject.startswith(TYPE_CHECK):
            column = subject.removeprefix(TYPE_CHECK)
            return Db(f"a value does not fit {column}", kind=DbErrorKind.INVALID_DATA, table=name)
        return Db(message, kind=kind, constraint=subject or None, table=name)
    if kind is DbErrorKind.NOT_NULL_VIOLATION:
        return Db(message, kind=kind, table=name, column=subject.rpartition(".")[2] or None)
    if message.startswith(_UNDEFINED):
        kind = DbErrorKind.UNDEFINED
    if message.startswith("Could not decode"):  # It goes on with the text.
        return Db("a stored text is not valid UTF-8", kind=DbErrorKind.INVALID_DATA, table=name)
    return Db(message, kind=kind, table=name)


def _conflict(subject: str, meta: TableMeta | None) -> Conflict:
    """Return the error of `t.a, t.b`, or of `index 'name'`, by the key that the table declares of these columns."""
    if subject.startswith("index '"):
        return Conflict(subject[7:-1], (), None if meta is None else meta.name)
    table = subject.partition(".")[0] if meta is None else meta.name
    columns = tuple(each.removeprefix(f"{table}.") for each in subject.split(", "))
    for name, refs in [] if meta is None else _keys(meta):
        if tuple(ref.name for ref in refs) == columns:
            return Conflict(name, columns, table)
    return Conflict(key_name(table, columns), columns, table)


def _keys(meta: TableMeta) -> list[tuple[str, tuple[ColumnRef, ...]]]:
    keys = [(f"{meta.name}_pkey", tuple(column.ref for column in meta.primary_key))]
    for unique in meta.uniques:
        refs = tuple(column.ref for column in unique.columns)
        keys.append((unique.name or key_name(meta.name, [ref.name for ref in refs]), refs))
    for index in meta.indexes:
        refs = tuple(key for key in index.keys if isinstance(key, ColumnRef))
        if index.unique and len(refs) == len(index.keys):
            keys.append((index.name or key_name(meta.name, [ref.name for ref in refs], "idx"), refs))
    return keys
