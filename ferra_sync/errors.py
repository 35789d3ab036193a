"""What ferra_sync raises, and the one place where a PostgreSQL error becomes one of ours.

Three classes speak of the database: `NotFound`, `Conflict` and `Db`, all of them `FerraDbError`. The others speak of
the program that uses it. No message carries a parameter, a password or the server's DETAIL, which quotes users' data.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final

import psycopg

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ConfigError",
    "Conflict",
    "Db",
    "DbErrorKind",
    "EmbeddedError",
    "FerraDbError",
    "MigrationError",
    "NotFound",
    "QueryError",
    "SchemaError",
    "ValidationError",
]


class DbErrorKind(enum.Enum):
    """What went wrong, in Diesel's words, for code that must decide without reading SQLSTATEs."""

    FOREIGN_KEY_VIOLATION = "foreign key violation"
    NOT_NULL_VIOLATION = "not null violation"
    CHECK_VIOLATION = "check violation"
    EXCLUSION_VIOLATION = "exclusion violation"
    RESTRICT_VIOLATION = "restrict violation"
    SERIALIZATION_FAILURE = "serialization failure"
    DEADLOCK = "deadlock"
    READ_ONLY_TRANSACTION = "read-only transaction"
    FAILED_TRANSACTION = "failed transaction"
    CLOSED_CONNECTION = "closed connection"
    TIMEOUT = "timeout"
    AUTHENTICATION = "authentication"
    UNDEFINED = "undefined"
    INVALID_DATA = "invalid data"
    PERMISSION_DENIED = "permission denied"
    OTHER = "other"


class FerraDbError(Exception):
    """The database said no. Exactly one of `NotFound`, `Conflict` and `Db`."""


class NotFound(FerraDbError):  # noqa: N818 - the contract's name
    """No row: `films/42 not found`.

    Attributes:
        resource: the table's name.
        id: the key that was looked for, as text, `3,7` for one of two columns; None where there was no key.
    """

    def __init__(self, resource: str, id: object = None) -> None:
        self.resource = resource
        spelled = ",".join(map(str, id)) if isinstance(id, tuple) else str(id)
        self.id: str | None = None if id is None else spelled
        super().__init__(f"{resource} not found" if id is None else f"{resource}/{self.id} not found")

    def __reduce__(self) -> tuple[type[NotFound], tuple[str, str | None]]:
        return type(self), (self.resource, self.id)


class Conflict(FerraDbError):  # noqa: N818 - the contract's name
    """SQLSTATE 23505: `unique constraint "films_title_key" violated on column "title"`.

    Attributes:
        constraint: the constraint's name.
        columns: the columns (or expressions) it covers; empty where the server does not tell.
        table: the table's name, where the server tells.
        row: of many rows the place, counted from 0, of the one that was refused; of two with one key, the second. None
            where it cannot be told.
    """

    def __init__(
        self, constraint: str, columns: tuple[str, ...] = (), table: str | None = None, row: int | None = None
    ) -> None:
        self.constraint = constraint
        self.columns = columns
        self.table = table
        self.row = row
        names = ", ".join(f'"{column}"' for column in columns)
        target = f" on column{'s' if len(columns) > 1 else ''} {names}" if columns else ""
        super().__init__(
            f'unique constraint "{constraint}" violated{target}{"" if row is None else f" by rows[{row}]"}'
        )

    def of_row(self, row: int | None) -> Conflict:
        """Return the same conflict of one of many rows, with the same cause; None: it cannot be told which."""
        conflict = Conflict(self.constraint, self.columns, self.table, row)
        conflict.__cause__ = self.__cause__
        return conflict

    def __reduce__(self) -> tuple[type[Conflict], tuple[str, tuple[str, ...], str | None, int | None]]:
        return type(self), (self.constraint, self.columns, self.table, self.row)


class Db(FerraDbError):  # noqa: N818 - the contract's name
    """Any other database error; `__cause__` is the `psycopg.Error`.

    Attributes:
        kind: what went wrong.
        sqlstate: the five characters of SQLSTATE; None where the error never reached the server.
        constraint, table, column: what the server names, or None.
    """

    def __init__(  # noqa: PLR0913 - what the server may name
        self,
        message: str,
        *,
        kind: DbErrorKind = DbErrorKind.OTHER,
        sqlstate: str | None = None,
        constraint: str | None = None,
        table: str | None = None,
        column: str | None = None,
    ) -> None:
        self.kind = kind
        self.sqlstate = sqlstate
        self.constraint = constraint
        self.table = table
        self.column = column
        super().__init__(message)


class SchemaError(Exception):
    """A table or a model that contradicts itself, its table or the database.

    Raised when the class is made; and where a statement's first answer on a connection has a column of another type
    than the table declares, before any of its rows is made.
    """


class QueryError(Exception):
    """A query that cannot mean anything; raised before anything is sent."""


class ValidationError(Exception):
    """A model that its own attrs validators reject, before a write; data that `validated` refuses.

    Attributes:
        model: the model class's name.
        errors: field → message, without the value; what is wrong with no field alone has the empty key.
        row: the place of the model among many rows, counted from 0; None where it was alone.
    """

    def __init__(self, model: str, errors: Mapping[str, str], row: int | None = None) -> None:
        self.model = model
        self.errors: dict[str, str] = dict(errors)
        self.row = row
        listed = "; ".join(f"{field}: {message}" if field else message for field, message in self.errors.items())
        super().__init__(f"{model} is not valid{'' if row is None else f' in rows[{row}]'}: {listed}")

    def __reduce__(self) -> tuple[type[ValidationError], tuple[str, dict[str, str], int | None]]:
        return type(self), (self.model, self.errors, self.row)


class ConfigError(ValueError):
    """Settings that cannot be used: no URL, a URL that does not parse, a limit out of range."""


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL could not be found or started."""


class MigrationError(Exception):
    """The migrations on disk and the database's history do not agree, or a migration failed; nothing was applied."""


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
    return Conflict(diag.constraint_name or "", _key_columns(diag.message_detail or ""), diag.table_name)


def _key_columns(detail: str) -> tuple[str, ...]:
    """Return a, b of `Key (a, b)=(1, 2) already exists.`, in whatever language; nothing of what follows them."""
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
    return _VALUES.sub(_hidden, message) if isinstance(error, psycopg.DataError) else message


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
