"""The last step before psycopg: one statement on one connection."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import psycopg
from psycopg.adapt import AdaptersMap

from ferra_sync._postgres.adapters import COPY_ADAPTERS
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.forks import at_fork
from ferra_sync._postgres.statement import Statement
from ferra_sync.errors import Conflict, QueryError, SchemaError

E = TypeVar("E", bound=Exception)

TEXT: Final = psycopg.pq.Format.TEXT
BINARY: Final = psycopg.pq.Format.BINARY
_names: Final = itertools.count(1)

CHUNK: Final = 2000
"""How many rows a server-side cursor brings at a time."""


_KNOWN_SLOTS: Final = frozenset(
    {
        "_conn",
        "format",
        "_adapters",
        "arraysize",
        "_closed",
        "_results",
        "pgresult",
        "_pos",
        "_iresult",
        "_rowcount",
        "_query",
        "_tx",
        "_last_query",
        "_row_factory",
        "_make_row",
        "_pgconn",
        "_execmany_returning",
        "_statusmessage",
        "__weakref__",
    }
)
"""What a cursor of psycopg 3.3 consists of."""


class _Cursor(psycopg.RawCursor[Any]):
    """psycopg's raw cursor with our adapters: the connection itself stays as psycopg makes it."""

    __slots__ = ("_reader",)

    def __init__(self, connection: psycopg.Connection[Any], statement: Statement) -> None:
        self._reader = statement.readers.on(connection)
        super().__init__(connection, row_factory=self._reader.row_factory)

    @property
    def adapters(self) -> AdaptersMap:
        return self._reader.adapters


class _LeanCursor(psycopg.RawCursor[Any]):
    """The same with the statement's own adapters, not a copy of the connection's: psycopg makes one in 4 µs."""

    __slots__ = ()

    def __init__(self, connection: psycopg.Connection[Any], statement: Statement) -> None:
        self._conn = connection
        self._pgconn = connection.pgconn
        self._adapters, self._row_factory = statement.readers.on(connection)
        self._last_query = None
        self._closed = False
        self.format = TEXT
        self.arraysize = 1
        self._reset()


class _Chunk(list[Any]):
    """Rows that a stream has fetched and not all yielded; a forked child has none of them."""

    __slots__ = ("__weakref__", "is_last")

    def __hash__(self) -> int:  # type: ignore[override]  # a list has none; what is told of forks needs one
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __init__(self, rows: list[Any]) -> None:
        super().__init__(rows)
        self.is_last = len(rows) < CHUNK

    def leave_to_parent(self) -> None:
        """Forget them; the stream's next step finds that its transaction is not this process's."""
        self.clear()


class _CopyCursor(psycopg.Cursor[Any]):
    __slots__ = ()

    @property
    def adapters(self) -> AdaptersMap:
        return COPY_ADAPTERS


def _cursor_class() -> type[_Cursor | _LeanCursor]:
    """Return the lean cursor where psycopg's is made of what we know, else psycopg's own way."""
    slots = frozenset(slot for cls in psycopg.RawCursor.__mro__ for slot in vars(cls).get("__slots__", ()))
    return _LeanCursor if slots == _KNOWN_SLOTS else _Cursor


_new_cursor: Final = _cursor_class()


def fetch(connection: psycopg.Connection[Any], statement: Statement, params: tuple[Any, ...]) -> list[Any]:
    """Send the statement and return all its rows, made.

    Raises:
        FerraDbError: the server or the connection says no.
        SchemaError: a column of the first answer is of another type than is declared.
    """
    try:
        cursor = _new_cursor(connection, statement)
        try:
            cursor.execute(statement.sql, statement.parameters(params), binary=statement.binary)
        except psycopg.errors.FeatureNotSupported as error:
            _forget_plans(connection, error)
            cursor.execute(statement.sql, statement.parameters(params), binary=statement.binary)
        try:
            return cursor.fetchall()
        except psycopg.DataError as error:
            raise _told(from_psycopg(error), connection, statement) from error
    except SchemaError as error:
        raise _told(error, connection, statement) from None
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    except UnicodeEncodeError:
        raise _not_unicode() from None


def fetch_each(
    connection: psycopg.Connection[Any], statement: Statement, rows: Iterable[Sequence[Any]]
) -> list[list[Any]]:
    """Send the statement once for each row of parameters, in a pipeline; return the rows of each, made.

    Raises:
        FerraDbError: the server or the connection says no; a Conflict says to which row, counted from 0.
    """
    cursor = _new_cursor(connection, statement)
    cursor.format = BINARY if statement.binary else TEXT
    try:
        cursor.executemany(statement.sql, map(statement.parameters, rows), returning=True)
        return [result.fetchall() for result in cursor.results()]
    except psycopg.Error as error:
        mapped = from_psycopg(error)
        raise (mapped.of_row(len(cursor._results)) if isinstance(mapped, Conflict) else mapped) from error
    except UnicodeEncodeError:
        raise _not_unicode() from None


def execute(connection: psycopg.Connection[Any], statement: Statement, params: tuple[Any, ...]) -> int:
    """Send the statement and return the number of rows that it affected.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    try:
        cursor = _new_cursor(connection, statement)
        try:
            cursor.execute(statement.sql, statement.parameters(params))
        except psycopg.errors.FeatureNotSupported as error:
            _forget_plans(connection, error)
            cursor.execute(statement.sql, statement.parameters(params))
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    except UnicodeEncodeError:
        raise _not_unicode() from None
    return cursor.rowcount


def _forget_plans(connection: psycopg.Connection[Any], error: psycopg.Error) -> None:
    """Forget what is prepared if `error` says that a table was altered since; raise it again if it says another thing.

    Inside a transaction nothing more can be sent: there psycopg forgets by itself when it is rolled back.
    """
    is_stale = (error.diag.message_primary or "").startswith("cached plan")
    if not is_stale or connection.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
        raise error
    connection.execute(b"DEALLOCATE ALL")


def _told(error: E, connection: psycopg.Connection[Any], statement: Statement) -> E:
    """Return the error of an answer that cannot be read; after a write that nothing undoes it says so."""
    if statement.writes is not None and not statement.guarded:
        statement.doubt()
        is_stored = connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
        error.args = (f"{error}; the write is {'stored' if is_stored else 'part of the transaction'}",)
    return error


def _not_unicode() -> QueryError:
    return QueryError("a text holds a lone surrogate, which is no character of Unicode")


def run(connection: psycopg.Connection[Any], command: bytes) -> None:
    """Send a command of our own, such as BEGIN.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    try:
        connection.execute(command)
    except psycopg.Error as error:
        raise from_psycopg(error) from error


def copy(connection: psycopg.Connection[Any], command: bytes, rows: Iterable[Sequence[Any]], table: str) -> int:
    """Send the rows of a COPY and return their number; an error on the way leaves none of them.

    Raises:
        FerraDbError: the server or the connection says no; a Conflict says to which row, counted from 0.
    """
    cursor = _CopyCursor(connection)
    try:
        with cursor.copy(command) as sink:
            for row in rows:
                sink.write_row(row)
    except psycopg.Error as error:
        mapped = from_psycopg(error)
        raise (mapped.of_row(_copied_row(error, table)) if isinstance(mapped, Conflict) else mapped) from error
    except UnicodeEncodeError:
        raise _not_unicode() from None
    return cursor.rowcount


def _copied_row(error: psycopg.Error, table: str) -> int | None:
    """Return the row that the server was at, from `COPY films, line 5`; None where it says that in another order."""
    line = re.search(rf"COPY {re.escape(table)}, [^\d,:]*(\d+)", error.diag.context or "")
    return None if line is None else int(line[1]) - 1


def stream(
    acquire: Callable[[], psycopg.Connection[Any]], statement: Statement, params: tuple[Any, ...]
) -> Iterator[Any]:
    """Yield the rows through a server-side cursor, `CHUNK` at a time.

    `acquire` returns the connection while its transaction is open, and raises when it is over. An iterator that is left
    early sends nothing more: the cursor ends with the transaction, and by then the connection may be somebody else's.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    name = b"ferra_%d" % next(_names)
    more = b"FETCH FORWARD %d FROM %b" % (CHUNK, name)
    try:
        cursor = _new_cursor(acquire(), statement)
        declare = b"DECLARE %b NO SCROLL CURSOR FOR %b" % (name, statement.sql)
        cursor.execute(declare, statement.parameters(params), prepare=False)
        while True:
            rows = _Chunk(cursor.execute(more, prepare=False, binary=statement.binary).fetchall())
            at_fork(rows)
            yield from rows
            acquire()
            if rows.is_last:
                cursor.execute(b"CLOSE " + name, prepare=False)
                return
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    except UnicodeEncodeError:
        raise _not_unicode() from None
