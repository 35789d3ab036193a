"""The verbs on queries that a database and a transaction of SQLite share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final, NoReturn, overload

from ferra_sync._database.executor import Verbs
from ferra_sync._database.pages import Count, Page, check_count, counted, counting, page_number, page_of
from ferra_sync._database.runner import only_reading, prepared
from ferra_sync._database.slices import Slice
from ferra_sync._expression.typevars import R, T
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync._query.query import Query
from ferra_sync._query.select import Select
from ferra_sync._query.set_operations import Combinable
from ferra_sync._sqlite.connections import Connection
from ferra_sync._sqlite.given import Misspelt
from ferra_sync._sqlite.running import executed, fetched, rows_of, undoing
from ferra_sync._sqlite.statement import SqliteStatement, sqlite_statement
from ferra_sync.errors import FerraDbError, InvalidToken, QueryError

_FETCHED: Final = 500


class _Undone(Exception):  # noqa: N818 - it says what becomes of the statements
    """Raised where statements end that are to leave nothing behind."""


class SqliteVerbs(Verbs):
    """What reads and writes by queries on SQLite; what it does not serve raises QueryError, and nothing is sent."""

    __slots__ = ()

    @abstractmethod
    def _taken(self, *, writing: bool) -> AbstractContextManager[Connection]:
        """Lend a connection for one statement."""

    @abstractmethod
    def _atomic(self) -> AbstractContextManager[SqliteVerbs]:
        """Return an executor whose statements all happen or none: a transaction, or inside one a savepoint."""

    @property
    def _keeps_locks(self) -> bool:
        return False

    @contextmanager
    def _undone(self) -> Iterator[SqliteVerbs]:
        with suppress(_Undone), self._atomic() as inner:
            yield inner
            raise _Undone

    def _explain(self, query: Query, *, analyze: bool, buffers: bool) -> NoReturn:  # noqa: ARG002 - none of them
        raise QueryError("SQLite serves no EXPLAIN that could be read as PostgreSQL's")

    def _occupied(self, occupant: str) -> NoReturn:
        raise QueryError(f"{occupant} is none of SQLite's")

    def _rows(
        self, statement: Statement, params: tuple[Any, ...], absent: Callable[[], FerraDbError] | None = None
    ) -> list[Any]:
        ready = sqlite_statement(statement)
        values = ready.parameters(params)
        if ready.writes is not None:
            return self._written(statement, ready, values, absent)
        with self._taken(writing=False) as connection:
            kept = rows_of(connection, ready.sql, values)
        if not kept and absent is not None:
            raise absent()
        return [ready.row(each) for each in kept]

    def _written(
        self,
        statement: Statement,
        ready: SqliteStatement,
        values: list[Any],
        absent: Callable[[], FerraDbError] | None,
    ) -> list[Any]:
        """Return the rows of a write; undo it where they cannot be read, or where there are none and must be."""
        with self._taken(writing=True) as connection, undoing(connection):
            rows = [ready.row(each) for each in rows_of(connection, ready.sql, values, ready.writes)]
            if not rows and absent is not None:
                statement.doubt()  # It is undone here, whatever PostgreSQL did with it: the error says so.
                raise absent()
        return rows

    def _affected(self, statement: Statement, params: tuple[Any, ...]) -> int:
        ready = sqlite_statement(statement)
        values = ready.parameters(params)
        with self._taken(writing=ready.writes is not None) as connection:
            cursor = executed(connection, ready.sql, values, ready.writes)
            returned = len(fetched(cursor))
            return max(cursor.rowcount, returned)

    def _stream(self, statement: Statement, params: tuple[Any, ...]) -> Iterator[Any]:
        ready = sqlite_statement(statement)
        return self._streamed(ready, ready.parameters(params))

    def _streamed(self, ready: SqliteStatement, values: list[Any]) -> Iterator[Any]:
        with self._taken(writing=False) as connection:
            cursor = executed(connection, ready.sql, values)
            try:
                while kept := fetched(cursor, _FETCHED):
                    yield from map(ready.row, kept)
            finally:
                cursor.close()

    @overload
    def fetch_page(
        self, query: Combinable[Any, R], page: int = 1, per_page: int = 20, count: Count = "exact", *, as_: None = None
    ) -> Page[R]: ...
    @overload
    def fetch_page(
        self, query: Combinable[Any, Any], page: int = 1, per_page: int = 20, count: Count = "exact", *, as_: type[T]
    ) -> Page[T]: ...
    def fetch_page(
        self,
        query: Combinable[Any, Any],
        page: int = 1,
        per_page: int = 20,
        count: Count = "exact",
        *,
        as_: type | None = None,
    ) -> Page[Any]:
        """Return one page and the number of rows on all pages; see `Database.fetch_page`. There are no estimates."""
        number = page_number(page, per_page)
        check_count(count)
        if count == "estimate":
            raise QueryError('SQLite has no estimate: say count="exact" or capped(…)')
        items = self._rows(*only_reading(*prepared(page_of(query, number, per_page), as_)))
        found = None
        if len(items) == per_page or (not items and number > 1):
            shape, params = counting(query, count)
            found = self._rows(statement_of(shape), params)[0]
        return counted(items, (number, per_page), count, found)

    def fetch_keyset(
        self, query: Select[Any, Any, R], limit: int = 20, *, after: str | None = None, before: str | None = None
    ) -> Slice[R]:
        """Return the rows after a token, or before one, or the first ones; see `Database.fetch_keyset`.

        Raises:
            InvalidToken, QueryError: as there.
        """
        try:
            return super().fetch_keyset(query, limit, after=after, before=before)
        except Misspelt:
            argument = "before" if after is None else "after"
        raise InvalidToken(argument, "does not hold values of these types")  # Outside, for the other shows a value.

    def copy_out(self, *_args: object, **_options: object) -> NoReturn:
        """Refuse: SQLite has no COPY."""
        raise QueryError("SQLite has no COPY: say stream(…)")

    def claim(self, *_args: object, **_options: object) -> NoReturn:
        """Refuse: SQLite locks no rows."""
        raise QueryError("SQLite locks no rows, so none can be claimed")

    def notify(self, *_args: object, **_options: object) -> NoReturn:
        """Refuse: SQLite has no NOTIFY."""
        raise QueryError("SQLite has no NOTIFY")
