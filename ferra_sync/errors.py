"""What ferra_sync raises.

Three classes speak of the database: `NotFound`, `Conflict` and `Db`, all of them `FerraDbError`. The others speak of
the program that uses it. No message carries a parameter, a password or the server's DETAIL, which quotes users' data.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

__all__ = [
    "ConfigError",
    "Conflict",
    "Db",
    "DbErrorKind",
    "EmbeddedError",
    "FerraDbError",
    "InvalidToken",
    "JobError",
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
    STALE_ROW = "stale row"
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
    """The database said no. Exactly one of `NotFound`, `Conflict` and `Db`.

    Attributes:
        line: of a file that was imported the line, counted from 1, whose row was refused; else None.
    """

    line: int | None = None


class NotFound(FerraDbError):  # noqa: N818 - the contract's name
    """No row: `films/42 not found`.

    Attributes:
        resource: the table's name.
        id: the key that was looked for, as text, `3,7` for one of two columns; None where there was no key.
        row: of many rows, or keys, the place of the one that is not there, counted from 0; None where it was alone.
    """

    def __init__(self, resource: str, id: object = None, row: int | None = None) -> None:
        self.resource = resource
        self.row = row
        spelled = ",".join(map(_spelled, id)) if isinstance(id, tuple) else _spelled(id)
        self.id: str | None = None if id is None else spelled
        named = resource if id is None else f"{resource}/{self.id}"
        super().__init__(f"{named} not found{'' if row is None else f' by rows[{row}]'}")

    def __reduce__(self) -> tuple[type[NotFound], tuple[str, str | None, int | None]]:
        return type(self), (self.resource, self.id, self.row)


def _spelled(part: object) -> str:
    """Return a part of a key as text, of an enum its value."""
    return str(part.value if isinstance(part, enum.Enum) else part)


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
        """Return the same conflict of one of many rows, with the same cause; itself where none can be told: None."""
        if row is None:
            return self
        conflict = Conflict(self.constraint, self.columns, self.table, row)
        conflict.__cause__ = self.__cause__
        return conflict

    def __reduce__(self) -> tuple[type[Conflict], tuple[str, tuple[str, ...], str | None, int | None]]:
        return type(self), (self.constraint, self.columns, self.table, self.row)


class Db(FerraDbError):  # noqa: N818 - the contract's name
    """Any other database error; `__cause__` is the `psycopg.Error`, and None where the server itself said nothing.

    Attributes:
        kind: what went wrong.
        sqlstate: the five characters of SQLSTATE; None where the error never reached the server.
        constraint, table, column: what the server names, or None.
        row: of many rows the place, counted from 0, of the one that was refused or is stale. None where it cannot be
            told, as of a trigger's own error.
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
        row: int | None = None,
    ) -> None:
        self.row = row
        self.kind = kind
        self.sqlstate = sqlstate
        self.constraint = constraint
        self.table = table
        self.column = column
        super().__init__(message)

    def of_row(self, row: int | None) -> Db:
        """Return the same error of one of many rows, with the same cause; itself where none can be told: None."""
        if row is None:
            return self
        error = Db(
            f"{self} in rows[{row}]",
            kind=self.kind,
            sqlstate=self.sqlstate,
            constraint=self.constraint,
            table=self.table,
            column=self.column,
            row=row,
        )
        error.__cause__ = self.__cause__
        return error


class SchemaError(Exception):
    """A table or a model that contradicts itself, its table or the database.

    Raised when the class is made; and where a statement's first answer on a connection has a column of another type
    than the table declares, before any of its rows is made.
    """


class QueryError(Exception):
    """A query that cannot mean anything; raised before anything is sent."""


class ValidationError(Exception):
    """A model that its own attrs validators reject, before a write; data from outside that says what it may not.

    Attributes:
        model: the model class's name.
        errors: field → message, without the value; what is wrong with no field alone has the empty key.
        row: the place of the model among many rows, counted from 0; None where it was alone.
        line: the line of a file in which it begins, counted from 1; None where it is of no file.
    """

    def __init__(self, model: str, errors: Mapping[str, str], row: int | None = None, line: int | None = None) -> None:
        self.model = model
        self.errors: dict[str, str] = dict(errors)
        self.row = row
        self.line = line
        listed = "; ".join(f"{field}: {message}" if field else message for field, message in self.errors.items())
        place = f" in line {line}" if line is not None else "" if row is None else f" in rows[{row}]"
        super().__init__(f"{model} is not valid{place}: {listed}")

    def __reduce__(self) -> tuple[type[ValidationError], tuple[object, ...]]:
        return type(self), (self.model, self.errors, self.row, self.line)


class InvalidToken(ValidationError):  # noqa: N818 - the name that pages have for it
    """A page token that is none of this query, this order or this direction, has expired, or was not made here.

    The message says which argument had it, `after` or `before`, and never what it holds.
    """

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__("page token", {argument: problem})

    def __reduce__(self) -> tuple[type[InvalidToken], tuple[str, ...]]:
        ((argument, problem),) = self.errors.items()
        return type(self), (argument, problem)


class ConfigError(ValueError):
    """Settings that cannot be used: no URL, a URL that does not parse, a limit out of range."""


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL could not be found or started."""


class MigrationError(Exception):
    """The migrations on disk and the database's history do not agree, or a migration failed; nothing was applied."""


class JobError(Exception):
    """A job that stopped, or that its workers cannot go on with: `job "nightly" stopped: Conflict: …`.

    What was done stays done, and the job can be resumed.

    Attributes:
        job: its name.
        reason: the class of the error that stopped it, and its message where that surely holds no values, else the line
            that raised it.
    """

    def __init__(self, job: str, reason: str) -> None:
        self.job = job
        self.reason = reason
        super().__init__(f'job "{job}" stopped: {reason}')

    def __reduce__(self) -> tuple[type[JobError], tuple[str, str]]:
        return type(self), (self.job, self.reason)
