"""The last step before psycopg: one statement on one connection."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter, methodcaller
from time import perf_counter
from typing import Any, Final, TypeAlias, TypeVar

import psycopg
from psycopg.rows import tuple_row

from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.cursor import BINARY, TEXT, CopyCursor, new_cursor
from ferra_sync._postgres.errors import from_psycopg, is_of_a_row
from ferra_sync._postgres.forks import at_fork
from ferra_sync._postgres.observer import QueryEvent, RareEvent
from ferra_sync._postgres.statement import Statement
from ferra_sync._postgres.telling import Command, Listeners, observed, tell_query
from ferra_sync.errors import Conflict, Db, DbErrorKind, QueryError, SchemaError

A = TypeVar("A")
E = TypeVar("E", bound=Exception)

CopyChunk: TypeAlias = str | Iterable[Sequence[Any]]
"""Rows on their way in: the text that COPY takes, or values that psycopg spells."""

ROWS: Final[Callable[[psycopg.Cursor[Any]], list[Any]]] = methodcaller("fetchall")
"""The answer of `send` that is all the rows, made."""
AFFECTED: Final[Callable[[psycopg.Cursor[Any]], int]] = attrgetter("rowcount")
"""The answer of `send` that is the number of rows that the statement affected."""

CHUNK: Final = 2000
"""How many rows a server-side cursor brings at a time."""

_COMMIT: Final = Command(b"COMMIT")
_ROLLBACK: Final = Command(b"ROLLBACK")
_names: Final = itertools.count(1)


class _Chunk(list[Any]):
    """Rows that a stream has fetched and not all yielded; a forked child has none of them."""

    __slots__ = ("__weakref__",)

    def __hash__(self) -> int:  # type: ignore[override]  # a list has none; what is told of forks needs one
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def leave_to_parent(self) -> None:
        """Forget them; the stream's next step finds that its transaction is not this process's."""
        self.clear()


def send(
    connection: psycopg.Connection[Any],
    statement: Statement,
    params: tuple[Any, ...],
    answer: Callable[[psycopg.Cursor[Any]], A],
) -> A:
    """Send the statement and return its `answer`: `ROWS` or `AFFECTED`.

    Raises:
        FerraDbError: the server or the connection says no.
        SchemaError: a column of the first answer is of another type than is declared.
    """
    listeners: Listeners | None = getattr(connection, "listeners", None)
    begun = perf_counter() if listeners else 0.0
    try:
        cursor = new_cursor(connection, statement)
        try:
            cursor.execute(statement.sql, statement.parameters(params), binary=statement.binary)
        except psycopg.errors.FeatureNotSupported as error:
            is_forgotten = _forget_plans(connection, error)
            prepare = None if is_forgotten else False
            cursor.execute(statement.sql, statement.parameters(params), prepare=prepare, binary=statement.binary)
        if listeners:
            heard: Any = connection  # What has listeners says where it leads.
            event = QueryEvent(statement, len(params), perf_counter() - begun, cursor._rowcount, heard.server)
            tell_query(connection, listeners, event)
        try:
            return answer(cursor)
        except psycopg.DataError as error:
            raise _told(from_psycopg(error), connection, statement) from error
    except SchemaError as error:
        raise _told(error, connection, statement) from None
    # Written out, for a context manager costs five calls a statement.
    except psycopg.Error as error:
        _tell_failed(connection, statement, params, begun, error)
        raise _too_old(error, connection, statement) or from_psycopg(error) from error
    except UnicodeEncodeError:
        raise _not_unicode() from None
    except BaseException as error:
        _tell_failed(connection, statement, params, begun, error)
        raise


def _tell_failed(
    connection: psycopg.Connection[Any],
    statement: Statement,
    params: tuple[Any, ...],
    begun: float,
    error: BaseException,
) -> None:
    """Tell that a statement has failed, or was interrupted; what was refused before it was sent is not told."""
    listeners: Listeners | None = getattr(connection, "listeners", None)
    if begun and listeners and (isinstance(error, psycopg.Error) or not isinstance(error, Exception)):
        seconds, server = perf_counter() - begun, getattr(connection, "server", None)
        tell_query(connection, listeners, RareEvent(statement, len(params), seconds, 0, server, error))


def _too_old(error: psycopg.Error, connection: psycopg.Connection[Any], statement: Statement) -> Db | None:
    """Return what to raise where the server is older than what the statement needs; its own words do not say so."""
    if statement.since is None or not isinstance(error, psycopg.errors.UndefinedTable):
        return None
    release = connection.info.server_version // 10_000
    if release >= statement.since:
        return None
    message = f"old(…) and new(…) need PostgreSQL {statement.since}; this server is {release}"
    return Db(message, kind=DbErrorKind.UNDEFINED, sqlstate=error.sqlstate)


@contextmanager
def _translated() -> Iterator[None]:
    """Raise what psycopg raises inside as ours."""
    try:
        yield
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    except UnicodeEncodeError:
        raise _not_unicode() from None


def send_each(
    connection: psycopg.Connection[Any], statement: Statement, rows: Iterable[Sequence[Any]]
) -> list[list[Any]]:
    """Send the statement once for each row of parameters, in a pipeline; return the rows of each, made.

    Raises:
        FerraDbError: the server or the connection says no; of a row that it refuses, it says which, counted from 0.
    """
    cursor = new_cursor(connection, statement)
    cursor.format = BINARY if statement.binary else TEXT
    try:
        with _translated():
            with observed(connection, statement, len(statement.parameter_types)) as heard:
                cursor.executemany(statement.sql, map(statement.parameters, rows), returning=True)
                heard.batch_size = max(len(cursor._results), 1)
                heard.rows = sum(result.command_tuples or 0 for result in cursor._results)
            return [result.fetchall() for result in cursor.results()]
    except (Conflict, Db) as error:
        is_told = is_of_a_row(error) and isinstance(error.__cause__, psycopg.Error) and error.__cause__.sqlstate
        # What psycopg cannot spell it finds before the answers to the rows in front of it are read.
        raise error.of_row(len(cursor._results) if is_told else None) from error.__cause__


def _forget_plans(connection: psycopg.Connection[Any], error: psycopg.Error) -> bool:
    """Forget what is prepared if `error` says that a table was altered since; raise it again if it says another thing.

    Return whether it was forgotten: on a connection that is not of our pool some of it may be its owner's.

    Inside a transaction nothing more can be sent: there psycopg forgets by itself when it is rolled back.
    """
    is_stale = (error.diag.message_primary or "").startswith("cached plan")
    if not is_stale or connection.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
        raise error
    if not isinstance(connection, PooledConnection):
        return False
    connection.execute(b"DEALLOCATE ALL")
    return True


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
    with _translated(), observed(connection, Command(command)):
        psycopg.RawCursor(connection, row_factory=tuple_row).execute(command)


def read(connection: psycopg.Connection[Any], query: bytes) -> list[tuple[Any, ...]]:
    """Return the rows of a query of our own, such as one of the catalog.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    with _translated():
        return psycopg.RawCursor(connection, row_factory=tuple_row).execute(query, prepare=False).fetchall()


def commit(connection: psycopg.Connection[Any]) -> None:
    """End a transaction; the errors are psycopg's."""
    with observed(connection, _COMMIT):
        connection.commit()


def rollback(connection: psycopg.Connection[Any]) -> None:
    """Undo a transaction; the errors are psycopg's."""
    with observed(connection, _ROLLBACK):
        connection.rollback()


def copy(connection: psycopg.Connection[Any], command: bytes, chunks: Iterable[CopyChunk], table: str) -> int:
    """Send the rows of a COPY and return their number; an error on the way leaves none of them.

    Raises:
        FerraDbError: the server or the connection says no; of a row that it refuses, it says which, counted from 0.
    """
    cursor = CopyCursor(connection)
    sent = Command(command, table, is_internal=False)
    try:
        with _translated(), observed(connection, sent) as heard:
            _copy_chunks(cursor, command, chunks)
            heard.rows = max(cursor.rowcount, 0)
    except (Conflict, Db) as error:
        raise error.of_row(_copied_row(error.__cause__, table)) from error.__cause__
    return cursor.rowcount


def _copy_chunks(cursor: CopyCursor, command: bytes, chunks: Iterable[CopyChunk]) -> None:
    with cursor.copy(command) as sink:
        for chunk in chunks:
            if isinstance(chunk, str):
                sink.write(chunk)
                continue
            for row in chunk:
                sink.write_row(row)
            sink.write(sink.formatter.end())  # psycopg keeps rows back, and text would overtake them.


def _copied_row(error: BaseException | None, table: str) -> int | None:
    """Return the row that the server was at, from `COPY films, line 5`; None where it says that in another order."""
    line = (
        re.search(rf"COPY {re.escape(table)}, [^\d,:]*(\d+)", error.diag.context or "")
        if isinstance(error, psycopg.Error)
        else None
    )
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
    with _translated():
        for cursor in fetched(acquire, statement, params, binary=statement.binary):
            rows = _Chunk(cursor.fetchall())
            at_fork(rows)
            yield from rows


def fetched(
    acquire: Callable[[], psycopg.Connection[Any]], statement: Statement, params: tuple[Any, ...], *, binary: bool
) -> Iterator[psycopg.Cursor[Any]]:
    """Yield a cursor with each `CHUNK` of the rows that a server-side cursor brings, as `stream` reads them.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    name = b"ferra_%d" % next(_names)
    more = b"FETCH FORWARD %d FROM %b" % (CHUNK, name)
    connection, values = acquire(), statement.parameters(params)
    with _translated(), observed(connection, statement, len(params)) as heard:
        cursor = new_cursor(connection, statement)
        declare = b"DECLARE %b NO SCROLL CURSOR FOR %b" % (name, statement.sql)
        cursor.execute(declare, values, prepare=False)
        is_last = False
        while not is_last:
            cursor.execute(more, prepare=False, binary=binary)
            heard.rows += cursor.rowcount
            is_last = cursor.rowcount < CHUNK
            heard.pause()
            yield cursor
            heard.go_on()
            acquire()
        cursor.execute(b"CLOSE " + name, prepare=False)
