"""The verbs on queries that `Database` and `Transaction` share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, overload

from ferra_sync._database.json_rows import object_maker
from ferra_sync._database.pages import Count, Page, check_count, counted, counting, page_number, page_of
from ferra_sync._database.runner import Runner, only_reading, prepared
from ferra_sync._expression.documents import Document
from ferra_sync._expression.markers import In
from ferra_sync._expression.typevars import R, S, T
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import statement_of
from ferra_sync._query.checks import advice, named
from ferra_sync._query.query import Query, RowQuery
from ferra_sync._query.select import Select
from ferra_sync._query.selection import CorrelatedSelect
from ferra_sync._query.set_operations import Combinable, Compound
from ferra_sync._query.truncate import Truncate
from ferra_sync._query.writes import Returning, Write
from ferra_sync.errors import QueryError

if TYPE_CHECKING:
    from ferra_sync._database.many.copy_out import Destination, FileFormat
    from ferra_sync._database.progress import Progress
    from ferra_sync._database.slices import Slice
    from ferra_sync._database.uncounted_page import UncountedPage
    from ferra_sync._query.claim import Lease
    from ferra_sync._query.plan import Plan


class Verbs(Runner):
    """What reads and writes by queries: every verb raises `FerraDbError` where the database says no; nothing is lazy.

    Raises (every verb):
        QueryError: the query cannot mean anything; nothing was sent.
        Conflict, Db: the database said no.
    """

    __slots__ = ()

    @abstractmethod
    def _atomic(self) -> AbstractContextManager[Verbs]:
        """Return an executor whose statements all happen or none: a transaction, or inside one a savepoint."""

    @overload
    def fetch_all(self, query: RowQuery[R], *, as_: None = None) -> list[R]: ...
    @overload
    def fetch_all(self, query: RowQuery[Any], *, as_: type[T]) -> list[T]: ...
    def fetch_all(self, query: RowQuery[Any], *, as_: type | None = None) -> list[Any]:
        """Return all rows.

        With `as_`, an attrs class, each is one of these: its fields take the items of the row by position, and its
        converters and validators do not run.

        Raises:
            SchemaError: `as_` is no attrs class, or its fields are not the items by number, type or nullability;
                nothing was sent.
        """
        rows = self._rows(*prepared(_readable(query), as_))
        if not rows:
            self._check_written(query)
        return rows

    @overload
    def fetch_one(self, query: RowQuery[R], *, as_: None = None) -> R: ...
    @overload
    def fetch_one(self, query: RowQuery[Any], *, as_: type[T]) -> T: ...
    def fetch_one(self, query: RowQuery[Any], *, as_: type | None = None) -> Any:
        """Return the first row; `as_` is that of `fetch_all`.

        Raises:
            NotFound: there is none.
        """
        return self._one(query, *prepared(_readable(query).first(), as_))

    @overload
    def fetch_optional(self, query: RowQuery[R], *, as_: None = None) -> R | None: ...
    @overload
    def fetch_optional(self, query: RowQuery[Any], *, as_: type[T]) -> T | None: ...
    def fetch_optional(self, query: RowQuery[Any], *, as_: type | None = None) -> Any:
        """Return the first row, or None where there is none; `as_` is that of `fetch_all`."""
        rows = self._rows(*prepared(_readable(query).first(), as_))
        if rows:
            return rows[0]
        self._check_written(query)
        return None

    def fetch_value(self, query: RowQuery[R]) -> R:
        """Return the one value of the first row.

        Raises:
            QueryError: a row of the query is more than one value.
            NotFound: there is no row.
        """
        statement, params = prepared(_readable(query).first())
        if statement.columns != 1:
            raise QueryError(f"fetch_value takes a query of one column; this one has {statement.columns}")
        return self._one(query, statement, params)

    def fetch_json(self, query: RowQuery[Any]) -> list[dict[str, Any]]:
        """Return all rows as JSON objects, of JSON's own types; secret fields are left out.

        A model alone is its fields, as `to_dict` has them. Of several items each has a key: a model its class's name in
        snake_case (None where an outer join found no row), a column its attribute's name, a function its own, whatever
        else `column2` by its place. Items that would be called the same have their table in front, `users_id`; a
        function has its columns behind, `max_likes`.

        Raises:
            QueryError: a secret column is selected by itself or in an expression, or two items have one name all the
                same; nothing was sent.
        """
        made = object_maker(_readable(query))
        return [made(row) for row in self.fetch_all(query)]

    def execute(self, query: Write | Returning[Any] | Truncate) -> int:
        """Run a write and return the number of rows that it affected; nothing is sent where nothing is to change."""
        write = query.write if isinstance(query, Returning) else query
        if isinstance(write, Truncate):
            return max(self._affected(*prepared(write)), 0)  # The server does not say how many.
        if not isinstance(write, Write):
            raise QueryError(f"execute takes an INSERT, UPDATE, DELETE or TRUNCATE, not {named(query)}{advice(query)}")
        statement, params = prepared(query)
        if write.is_empty:
            return 0
        affected = self._affected(statement, params)
        if not affected:
            self._check_written(write)
        return affected

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
        """Return one page and the number of rows on all pages.

        The count runs after the page, on the same connection. Where other sessions write between the two, `total` may
        be off by their rows; a SERIALIZABLE or REPEATABLE READ transaction makes it exact.

        Args:
            query: what to page through, without limit and offset. Primary keys complete its order, all its
                columns that of a set operation.
            page: from 1; 0 and less mean 1. Past the end there are no items.
            per_page: at least 1.
            count: `"exact"`; `"estimate"` for what the planner believes, at once, however large the table; or
                `capped(10_000)` for a count that ends there. `total_is_exact` says whether `total` is all the same.
            as_: that of `fetch_all`.

        Raises:
            ValueError: `per_page` is less than 1.
        """
        number = page_number(page, per_page)
        check_count(count)
        statement, params = only_reading(*prepared(page_of(_reading(query), number, per_page), as_))
        if statement.locks:
            self._check_lock()
        connection = self._acquire()
        try:
            items = wire.send(connection, statement, params, wire.ROWS)
            is_last = len(items) < per_page and (items or number == 1)
            found = None
            if not is_last:
                shape, params = counting(query, count)
                found = wire.send(connection, statement_of(shape), params, wire.ROWS)[0]
        finally:
            self._release(connection)
        return counted(items, (number, per_page), count, found)

    @overload
    def fetch_slice(
        self, query: Combinable[Any, R], page: int = 1, per_page: int = 20, *, as_: None = None
    ) -> UncountedPage[R]: ...
    @overload
    def fetch_slice(
        self, query: Combinable[Any, Any], page: int = 1, per_page: int = 20, *, as_: type[T]
    ) -> UncountedPage[T]: ...
    def fetch_slice(
        self, query: Combinable[Any, Any], page: int = 1, per_page: int = 20, *, as_: type | None = None
    ) -> UncountedPage[Any]:
        """Return one page and whether another follows, in one statement: nothing is counted. Else as `fetch_page`.

        Raises:
            ValueError: `per_page` is less than 1.
        """
        from ferra_sync._database.uncounted_page import UncountedPage  # noqa: PLC0415 - for those who do not count

        number = page_number(page, per_page)
        asked = page_of(_reading(query), number, per_page, more=1)
        return UncountedPage.of(self._rows(*only_reading(*prepared(asked, as_))), number, per_page)

    @overload
    def stream(self, query: Combinable[Any, R], *, as_: None = None) -> Iterator[R]: ...
    @overload
    def stream(self, query: Combinable[Any, Any], *, as_: type[T]) -> Iterator[T]: ...
    def stream(self, query: Combinable[Any, Any], *, as_: type | None = None) -> Iterator[Any]:
        """Yield the rows through a server-side cursor, in memory that does not grow with their number.

        A `Database` takes a connection and a transaction until the last row, or until the iterator is closed. `as_` is
        that of `fetch_all`.
        """
        return self._stream(*only_reading(*prepared(_reading(query), as_)))

    @overload
    def copy_out(self, query: Combinable[Any, R]) -> Iterator[R]: ...
    @overload
    def copy_out(
        self,
        query: Combinable[Any, Any],
        to: Destination,
        *,
        format: FileFormat = "csv",
        progress: Progress | None = None,
    ) -> int: ...
    def copy_out(
        self,
        query: Combinable[Any, Any],
        to: Destination | None = None,
        *,
        format: FileFormat = "csv",
        progress: Progress | None = None,
    ) -> Any:
        """Write the rows to a file and return their number; without a file yield them, as `stream` does.

        A CSV is the connection's text, UTF-8 as a rule: a line of column names, as `query.columns` has them, with the
        table in front where two were the same; NULL is nothing between commas, an empty text a pair of quotes. The
        binary format is PostgreSQL's own, which COPY takes again where the columns have the same types. In memory
        there are never more than some thousand rows.

        Args:
            query: what to write.
            to: a path, whose file is there when it is whole, or a file that is open for bytes.
            format: `"csv"` or `"binary"`.
            progress: hears now and then how many rows are written.

        Raises:
            QueryError: a secret column is selected, two columns of a CSV have one name, or `to` is no file of bytes.
            OSError: the file cannot be written.
        """
        statement, params = only_reading(*prepared(_reading(query)))
        if to is None:
            if progress is not None:
                raise QueryError("progress is of a file: rows that are yielded are counted by who takes them")
            return self._stream(statement, params)
        from ferra_sync._database.many.copy_out import copy_to_file  # noqa: PLC0415 - for those who write files

        return copy_to_file(self, query, statement, params, to, format=format, progress=progress)

    @overload
    def claim(self, query: Select[Any, Any, R], rows: int) -> list[R]: ...
    @overload
    def claim(self, query: Select[Any, In[S], R], rows: int, *, lease: Lease[S]) -> list[R]: ...
    def claim(self, query: Select[Any, Any, R], rows: int, *, lease: Lease[Any] | None = None) -> list[R]:
        """Return the first rows of a query that nobody else has claimed, in its order or else that of the primary key.

        They are the caller's alone: without a lease, of a transaction until it ends; with one until the lease is over,
        and they come back as they are then, the end of the lease in them. Rows that others have are passed over.

        Args:
            query: a SELECT without limit and offset; with a lease of one table.
            rows: how many at most, from 1 up.
            lease: the columns that say so; one statement leases the rows, and `lease.held(row)` says whether one still
                has a row.

        Raises:
            QueryError: there is no lease and no transaction; or the query limits, groups or repeats rows.
        """
        from ferra_sync._database.jobs.claims import claimed  # noqa: PLC0415 - of queues alone

        return claimed(self, query, rows, lease)

    def notify(self, channel: str, payload: str | Document = "") -> None:
        """Send a text, or JSON of an instance of an attrs class, to all who listen; a transaction does when it commits.

        Raises:
            QueryError: the channel is no identifier, or the payload is neither or not what its class says.
            Db: the payload is longer than 7,999 bytes.
        """
        from ferra_sync._database.jobs.notifications import notify  # noqa: PLC0415 - of notifications alone

        notify(self, channel, payload)

    def fetch_keyset(
        self, query: Select[Any, Any, R], limit: int = 20, *, after: str | None = None, before: str | None = None
    ) -> Slice[R]:
        """Return the rows after a token, or before one, or the first ones: the last page costs what the first one does.

        Args:
            query: what to page through, without limit and offset, in any order. Primary keys complete it, in the
                direction of its last key; an index of the columns that it sorts by answers from the token's row on.
            limit: how many rows, at least 1.
            after: `next` of another slice of this query, whatever the values in it.
            before: `previous` of another.

        Raises:
            InvalidToken: the token is of another query, another order or the other direction, was changed or has
                expired.
            QueryError: both are given; the rows have nothing that tells them apart, or are sorted by a secret column.
        """
        from ferra_sync._database.slices import slice_of  # noqa: PLC0415 - with what makes and reads tokens

        return slice_of(self, _selecting(query), limit, after, before)

    def batches(self, query: Select[Any, Any, R], size: int = 1000) -> Iterator[list[R]]:
        """Yield the rows in lists of `size`, along the query's own order: the last list costs what the first one does.

        Primary keys complete the order, as in `fetch_keyset`. Each batch is a statement of its own: rows that are
        written behind the walk are not seen, those ahead are.

        Raises:
            QueryError: the rows have nothing that tells them apart, or the query limits them.
        """
        from ferra_sync._database.batches import batches_of  # noqa: PLC0415 - for those who walk

        return batches_of(self, _selecting(query), size)

    def _explain(self, query: Query, *, analyze: bool, buffers: bool) -> Plan:
        from ferra_sync._database.explain import explaining  # noqa: PLC0415 - for those who look
        from ferra_sync._query.plan import Plan  # noqa: PLC0415

        statement, params = prepared(query)
        with self._undone() as executor:
            asking = explaining(statement, analyze=analyze, buffers=buffers)
            ((document,),) = wire.send(executor._acquire(), asking, params, wire.ROWS)
        return Plan.of(document)


def _readable(query: RowQuery[R]) -> RowQuery[R]:
    """Return `query` if it has rows: a write without RETURNING must not be sent only to find that it has none."""
    if not isinstance(query, RowQuery):
        raise QueryError(f"{named(query)} returns no rows{_advice(query)}")
    return query


def _reading(query: Combinable[Any, R]) -> Combinable[Any, R]:
    """Return `query` if it is a SELECT or a set operation."""
    if not isinstance(query, (Select, Compound)):
        raise QueryError(
            f"only a SELECT can be streamed, paged or walked in batches, not {named(query)}{_advice(query)}"
        )
    return query


def _selecting(query: Select[Any, Any, R]) -> Select[Any, Any, R]:
    """Return `query` if it is a SELECT."""
    reading = _reading(query)
    if isinstance(reading, Select):
        return reading
    raise QueryError("a set operation has no keys to walk along: say from_(Derived.of(…)).distinct()")


def _advice(query: object) -> str:
    """Return what to write instead of a query that brings no rows."""
    if isinstance(query, CorrelatedSelect):
        return " by itself: it is correlated, and stands inside another query, by exists(…), .scalar() or is_in(…)"
    return advice(query)
