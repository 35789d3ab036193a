"""The one place where an error of psycopg becomes one of ours, by its SQLSTATE.

Never the server's DETAIL, which quotes users' data, nor a value that its message quotes.
"""

from __future__ import annotations

import re
from typing import Final

import psycopg

from ferra_sync.errors import Conflict, Db, DbErrorKind, FerraDbError

_KINDS: Final = {
    "23503": DbErrorKind.FOREIGN_KEY_VIOLATION,
    "23502": DbErrorKind.NOT_NULL_VIOLATION,
    "23514": DbErrorKind.CHECK_VIOLATION,
    "23P01": DbErrorKind.EXCLUSION_VIOLATION,
    "23001": DbErrorKind.RESTRICT_VIOLATION,
    "40001": DbErrorKind.SERIALIZATION_FAILURE,
    "40P01": DbErrorKind.DEADLOCK,
    "25006": DbErrorKind.READ_ONLY_TRANSACTION,
    "25P02": DbErrorKind.FAILED_TRANSACTION,
    "25P03": DbErrorKind.TIMEOUT,
    "25P04": DbErrorKind.TIMEOUT,
    "57014": DbErrorKind.TIMEOUT,
    "55P03": DbErrorKind.TIMEOUT,
    "57P01": DbErrorKind.CLOSED_CONNECTION,
    "57P02": DbErrorKind.CLOSED_CONNECTION,
    "57P03": DbErrorKind.CLOSED_CONNECTION,
    "57P04": DbErrorKind.CLOSED_CONNECTION,
    "57P05": DbErrorKind.CLOSED_CONNECTION,
    "42501": DbErrorKind.PERMISSION_DENIED,
}
_KINDS_BY_CLASS: Final = {
    "08": DbErrorKind.CLOSED_CONNECTION,
    "22": DbErrorKind.INVALID_DATA,
    "28": DbErrorKind.AUTHENTICATION,
    "3D": DbErrorKind.UNDEFINED,
    "3F": DbErrorKind.UNDEFINED,
}
_UNDEFINED: Final = frozenset({"42P01", "42703", "42883", "42704", "42P02"})
_REFUSALS: Final = (
    (
        re.compile(
            r'authentication failed|no password supplied|pg_hba\.conf|role ".*" (?:does not exist|is not permitted)'
        ),
        DbErrorKind.AUTHENTICATION,
    ),
    (re.compile(r'FATAL: +(?:database ".*" does not exist|unrecognized conf)'), DbErrorKind.UNDEFINED),
    (re.compile(r"FATAL: +permission denied"), DbErrorKind.PERMISSION_DENIED),
)
"""The server's words when it refuses a connection: libpq keeps the SQLSTATE of these to itself."""
_CANCELLED: Final = "canceling statement due to user request"
"""57014 is both the statement timeout and a cancellation by hand; only the words differ."""
_VALUES: Final = re.compile(r"""["'«»„“「].*["'«»“”」]|(?:\b0x[0-9a-f]{2} ?)+""", re.DOTALL)
"""From the first quote to the last, or bytes: a data error quotes the value that it could not take."""
_QUOTED_NAME: Final = re.compile(r'"(?:[^"]|"")+"')
_OF_A_ROW: Final = ("22", "23", "44", "P0001")
"""How the SQLSTATE of what the server says of a row begins: data, constraints, a view's check, a trigger's word."""


def is_of_a_row(error: Conflict | Db) -> bool:
    """Whether `error` is about a row that was sent, so that others beside it may be stored."""
    if isinstance(error, Conflict):
        return True
    if error.sqlstate is None:
        return error.kind is DbErrorKind.INVALID_DATA
    return error.sqlstate.startswith(_OF_A_ROW)


def from_psycopg(error: psycopg.Error) -> FerraDbError:
    """Return what `error` is called here, its `__cause__` already set."""
    if isinstance(error, psycopg.errors.UniqueViolation):
        mapped: FerraDbError = _conflict(error)
    else:
        mapped = _db(error)
    mapped.__cause__ = error
    return mapped


def _conflict(error: psycopg.Error) -> Conflict:
    diag = error.diag
    return Conflict(diag.constraint_name or "", key_columns(diag.message_detail or ""), diag.table_name)


def key_columns(detail: str) -> tuple[str, ...]:
    """Return a, b of `Key (a, b)=(1, 2) already exists.`, in whatever language; nothing of what follows them."""
    # The server has no field for the columns; a name or an expression may itself hold brackets, commas and quotes.
    columns = [""]
    depth = 0
    quote = ""
    for char in detail.partition("(")[2]:
        if quote or char in "\"'":
            quote = "" if char == quote else quote or char
        elif char == "," and depth == 0:
            columns.append("")
            continue
        elif char in "()":
            depth += 1 if char == "(" else -1
        if depth < 0:
            return tuple(map(_unquoted, columns))
        columns[-1] += char
    return ()


def _unquoted(column: str) -> str:
    name = column.strip()
    return name[1:-1].replace('""', '"') if _QUOTED_NAME.fullmatch(name) else name


def _db(error: psycopg.Error) -> Db:
    diag = error.diag
    return Db(
        _message(error),
        kind=_kind(error),
        sqlstate=error.sqlstate,
        constraint=diag.constraint_name,
        table=diag.table_name,
        column=diag.column_name,
    )


def _message(error: psycopg.Error) -> str:
    """Return the server's primary message; without a server's answer, the driver's own first line."""
    message = error.diag.message_primary or str(error).split("\n", maxsplit=1)[0]
    return _VALUES.sub(_hidden, message) if _quotes_values(error) else message


def _quotes_values(error: psycopg.Error) -> bool:
    """Whether the message is about a value: one of a syntax error is where that has no place in a statement's text."""
    if isinstance(error, psycopg.errors.SyntaxError):
        return error.diag.statement_position is None and error.diag.internal_position is None
    return isinstance(error, psycopg.DataError)


def _hidden(value: re.Match[str]) -> str:
    return "…" if value[0].startswith("0x") else f"{value[0][0]}…{value[0][-1]}"


def _kind(error: psycopg.Error) -> DbErrorKind:
    state = error.sqlstate
    if state is None:
        return _kind_without_state(error)
    if state in _UNDEFINED:
        return DbErrorKind.UNDEFINED
    if error.diag.message_primary == _CANCELLED:
        return DbErrorKind.OTHER
    if _quotes_values(error):
        return DbErrorKind.INVALID_DATA
    return _KINDS.get(state) or _KINDS_BY_CLASS.get(state[:2], DbErrorKind.OTHER)


def _kind_without_state(error: psycopg.Error) -> DbErrorKind:
    if isinstance(error, psycopg.errors.ConnectionTimeout):
        return DbErrorKind.TIMEOUT
    if isinstance(error, psycopg.OperationalError):
        text = str(error).split("\n", maxsplit=1)[0]
        return next((kind for words, kind in _REFUSALS if words.search(text)), DbErrorKind.CLOSED_CONNECTION)
    if isinstance(error, psycopg.DataError):
        return DbErrorKind.INVALID_DATA
    return DbErrorKind.OTHER
