"""The verbs on queries that a database and a transaction of SQLite share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, NoReturn

from ferra_sync._database.executor import Verbs
from ferra_sync._database.pages import Count, Page, check_count, counted, counting, page_number, page_of
from ferra_sync._database.runner import only_reading, prepared
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync._query.set_operations import Combinable
from ferra_sync._sqlite.connections import Connection
from ferra_sync._sqlite.running import executed, fetched, rows_of, undoing
from ferra_sync._sqlite.statement import SqliteStatement, sqlite_statement
from ferra_sync.errors import FerraDbError, QueryError

_FETCHED: Final = 500


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

    def _undone(self) -> NoReturn:
        raise QueryError("SQLite serves no EXPLAIN and no look at values that only PostgreSQL can read")

    def _occupied(self, occupant: str) -> NoReturn:
        raise QueryError(f"{occupant} is none of SQLite's")

    def _rows(
        self, statement: Statement, params: tuple[Any, ...], absent: Callable[[], FerraDbError] | None = None
    ) -> list[Any]:
        ready = sqlite_statement(statement)
        values = ready.parameters(params)
        if ready.writes is not None:
            return self._written(ready, values, absent)
        with self._taken(writing=False) as connection:
            kept = rows_of(connection, ready.sql, values)
        if not kept and absent is not None:
            raise absent()
        return [ready.row(each) for each in kept]

    def _written(
        self, ready: SqliteStatement, values: list[Any], absent: Callable[[], FerraDbError] | None
    ) -> list[Any]:
        """Return the rows of a write; undo it where they cannot be read, or where there are none and must be."""
        with self._taken(writing=True) as connection, undoing(connection):
            rows = [ready.row(each) for each in rows_of(connection, ready.sql, values, ready.writes)]
            if not rows and absent is not None:
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

    def copy_out(self, *_args: object, **_options: object) -> NoReturn:
        """Refuse: SQLite has no COPY."""
        raise QueryError("SQLite has no COPY: say stream(…)")

    def claim(self, *_args: object, **_options: object) -> NoReturn:
        """Refuse: SQLite locks no rows."""
        raise QueryError("SQLite locks no rows, so none can be claimed")

    def notify(self, *_args: object, **_options: object) -> NoReturn:
        """Refuse: SQLite has no NOTIFY."""
        raise QueryError("SQLite has no NOTIFY")
