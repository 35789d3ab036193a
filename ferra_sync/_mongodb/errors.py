"""The one place where an error of pymongo becomes one of ours: by its code, for its text quotes values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from bson.errors import BSONError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
)

from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import Conflict, Db, DbErrorKind, FerraDbError

FAILURES: Final = (PyMongoError, BSONError, OverflowError, UnicodeError)
"""What a call of pymongo raises."""

DUPLICATE_KEY: Final = 11000
_NO_TRANSACTIONS: Final = 20

_KINDS: Final = {
    11: DbErrorKind.AUTHENTICATION,
    13: DbErrorKind.PERMISSION_DENIED,
    18: DbErrorKind.AUTHENTICATION,
    24: DbErrorKind.TIMEOUT,
    26: DbErrorKind.UNDEFINED,
    50: DbErrorKind.TIMEOUT,
    112: DbErrorKind.SERIALIZATION_FAILURE,
    121: DbErrorKind.CHECK_VIOLATION,
    225: DbErrorKind.FAILED_TRANSACTION,
    244: DbErrorKind.FAILED_TRANSACTION,
    251: DbErrorKind.FAILED_TRANSACTION,
    256: DbErrorKind.FAILED_TRANSACTION,
    8000: DbErrorKind.AUTHENTICATION,
}
_BY_CLASS: Final = (
    (WaitQueueTimeoutError, DbErrorKind.TIMEOUT, "no connection became free in time"),
    (NetworkTimeout, DbErrorKind.TIMEOUT, "the server did not answer in time"),
    (ExecutionTimeout, DbErrorKind.TIMEOUT, "the server did not finish in time"),
    (AutoReconnect, DbErrorKind.CLOSED_CONNECTION, "the server cannot be reached"),
    (ConnectionFailure, DbErrorKind.CLOSED_CONNECTION, "the server cannot be reached"),
    (DocumentTooLarge, DbErrorKind.INVALID_DATA, "a document is larger than the server takes"),
    (BSONError, DbErrorKind.INVALID_DATA, "a value cannot be written as BSON"),
    (OverflowError, DbErrorKind.INVALID_DATA, "a value cannot be written as BSON"),
    (UnicodeError, DbErrorKind.INVALID_DATA, "a text is not valid Unicode"),
    (InvalidOperation, DbErrorKind.CLOSED_CONNECTION, "the database or the transaction is closed"),
)
_INDEX: Final = re.compile(r"index: (\S+)(?: collation: .*?)? dup key:")


def from_pymongo(error: Exception, table: TableMeta | None = None) -> FerraDbError:
    """Return what `error` is called here; `table` is the one that was asked."""
    if isinstance(error, BulkWriteError):
        ((first, *_),) = (error.details.get("writeErrors") or [{}],)
        return _of_server(first.get("code"), first, table, first.get("index"))
    if isinstance(error, OperationFailure) and not isinstance(error, ExecutionTimeout):
        return _of_server(error.code, error.details or {}, table)
    for cls, kind, message in _BY_CLASS:
        if isinstance(error, cls):
            return Db(message, kind=kind, table=_name(table))
    return Db(f"MongoDB: {type(error).__name__}", table=_name(table))


def _of_server(
    code: int | None, details: Mapping[str, Any], table: TableMeta | None, row: int | None = None
) -> FerraDbError:
    if code == DUPLICATE_KEY:
        return _conflict(details, table, row)
    if code == _NO_TRANSACTIONS:
        return Db("this server has no transactions: they need a replica set", table=_name(table))
    kind = _KINDS.get(code or 0, DbErrorKind.OTHER)
    said = f"{kind.value}, " if kind is not DbErrorKind.OTHER else ""
    of = "" if table is None else f"{table.name}: "
    return Db(f"{of}{said}MongoDB's error {code}", kind=kind, table=_name(table), row=row)


def _conflict(details: Mapping[str, Any], table: TableMeta | None, row: int | None) -> Conflict:
    found = _INDEX.search(str(details.get("errmsg", "")))
    name = found[1] if found else ""
    if name == "_id_" and table is not None:
        return Conflict(f"{table.name}_pkey", tuple(column.name for column in table.primary_key), table.name, row)
    paths: Mapping[str, Any] = details.get("keyPattern") or {}
    keys = [column.name for column in table.primary_key] if table is not None else []
    columns = tuple(keys[0] if path == "_id" and keys else path.removeprefix("_id.") for path in paths)
    return Conflict(name, columns, _name(table), row)


def _name(table: TableMeta | None) -> str | None:
    return None if table is None else table.name
