"""How a statement is sent: taking a connection, undoing what must not stay, saying what was not there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg

from ferra_sync._database.ways import may_rewrite
from ferra_sync._expression.typevars import R
from ferra_sync._expression.values import Handle
from ferra_sync._model.filled import attrs_class
from ferra_sync._postgres import wire
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync._query.query import Query, RowQuery
from ferra_sync._query.shown import Shown, too_deep
from ferra_sync._schema.table import TableMeta, table_meta
from ferra_sync.errors import Db, DbErrorKind, FerraDbError, NotFound, QueryError


class Runner(Handle, ABC):
    """Sends statements over connections that it takes and gives back; the verbs stand on it."""

    __slots__ = ()

    _acquire: Callable[[], psycopg.Connection[Any]]
    """Return a connection; `_release` gives it back."""
    _release: Callable[[Any], None]
    _settings: DatabaseConfig | None
    """What signs the tokens of pages; None: nothing does."""

    @property
    @abstractmethod
    def _keeps_locks(self) -> bool:
        """Whether the rows that a statement locks stay locked after it."""

    @abstractmethod
    def _atomic(self) -> AbstractContextManager[Runner]:
        """Return an executor whose statements all happen or none: a transaction, or inside one a savepoint."""

    @abstractmethod
    def _undone(self) -> AbstractContextManager[Runner]:
        """Return an executor whose statements are undone in the end: a transaction, or inside one a savepoint."""

    @abstractmethod
    def _occupied(self, occupant: str) -> AbstractContextManager[None]:
        """Refuse, meanwhile, all that would need the connection of a transaction; `occupant` is who has it."""

    @abstractmethod
    def _stream(self, statement: Statement, params: tuple[Any, ...]) -> Iterator[Any]: ...

    def _one(self, query: RowQuery[R], statement: Statement, params: tuple[Any, ...]) -> R:
        try:
            rows: list[R] = self._rows(statement, params, lambda: _absence(query, statement))
        except NotFound:
            self._check_written(query)
            raise
        if not rows:
            self._check_written(query)
            raise _absence(query, statement)
        return rows[0]

    def _check_written(self, query: Query) -> None:
        """Raise, of a query that wrote nothing, what became of the row whose version it names, if it names one."""
        versioned = query.versioned()
        if versioned is not None and query.target is not None:
            shape, params = versioned.stored
            stored = self._rows(statement_of(shape), params)
            raise unwritten(table_meta(query.target.owner), query.key, versioned.version, stored)

    def _rows(
        self, statement: Statement, params: tuple[Any, ...], absent: Callable[[], FerraDbError] | None = None
    ) -> list[Any]:
        """Return the rows; where there are none and the statement is guarded, raise `absent()` and undo it."""
        if statement.guarded:
            return self._undoable_rows(statement, params, absent)
        if statement.locks:
            self._check_lock()
        connection = self._acquire()
        try:
            return wire.send(connection, statement, params, wire.ROWS)
        finally:
            self._release(connection)

    def _check_lock(self) -> None:
        if not self._keeps_locks:
            raise QueryError(
                "rows are locked until a transaction ends, and each call here is one: say db.transaction()"
            )

    def _undoable_rows(
        self, statement: Statement, params: tuple[Any, ...], absent: Callable[[], FerraDbError] | None
    ) -> list[Any]:
        """Return the rows of a write; undo it where they cannot be read, or where there are none and must be."""
        with self._atomic() as tx:
            connection = tx._acquire()
            rows = wire.send(connection, statement, params, wire.ROWS)
            if not rows and absent is not None:
                raise absent()
            if not statement.doubtful and statement.writes is not None:
                statement.doubtful = may_rewrite(connection, statement.writes.table)
        statement.guarded = statement.doubtful
        return rows

    def _affected(self, statement: Statement, params: tuple[Any, ...]) -> int:
        connection = self._acquire()
        try:
            return wire.send(connection, statement, params, wire.AFFECTED)
        finally:
            self._release(connection)


def prepared(query: Shown, as_: type | None = None) -> tuple[Statement, tuple[Any, ...]]:
    """Return the statement of a query and the values, as they are sent; its rows are of the class `as_`, if given.

    Raises:
        QueryError: the query cannot mean anything.
        SchemaError: its rows are not what the fields of `as_` say.
    """
    try:
        shape, params = query.parts()
        return statement_of(shape) if as_ is None else statement_of(shape, attrs_class(as_)), params
    except RecursionError:
        raise too_deep() from None


def only_reading(statement: Statement, params: tuple[Any, ...]) -> tuple[Statement, tuple[Any, ...]]:
    """Return a statement that may be sent in parts, or again; QueryError where its WITH writes."""
    if statement.writes is not None:
        raise QueryError(f"{statement.writes.table} is written in WITH, which happens once and at once: say fetch_all")
    return statement, params


def kept_out(statement: Statement, table: str) -> Db:
    """Return the error of an INSERT whose row did not come back; from now on it is always undone."""
    outcome = "so that nothing was written" if statement.guarded else "and what it did instead was not undone"
    statement.doubt()
    return Db(f"{table}: a trigger or a rule kept the row from being inserted, {outcome}")


def unwritten(table: TableMeta, key: object, version: int, stored: list[int]) -> FerraDbError:
    """Return the error of a row that was not written, whose version should have been this; `stored` is what it is."""
    if not stored:
        return NotFound(table.name, table.shown_key(key))
    if stored[0] == version:
        return Db(f"{table.name}: a trigger or a rule kept the row from being updated")
    return stale(table, key)


def stale(table: TableMeta, key: object, row: int | None = None) -> Db:
    """Return the error of a row that has another version than was read; `row` is its place among many."""
    shown = NotFound(table.name, table.shown_key(key)).id
    named = table.name if shown is None else f"{table.name}/{shown}"
    place = "" if row is None else f" in rows[{row}]"
    message = f"{named} is stale{place}: it was updated since it was read"
    return Db(message, kind=DbErrorKind.STALE_ROW, table=table.name, row=row)


def _absence(query: RowQuery[Any], statement: Statement) -> FerraDbError:
    if statement.writes is not None and statement.writes.verb == "INSERT" and statement.writes.is_sure:
        return kept_out(statement, statement.writes.table.name)
    if query.target is None:
        return NotFound("row")
    table = table_meta(query.target.owner)
    return NotFound(table.name, table.shown_key(query.key))
