"""One connection that somebody else owns, in the place of a pool: neither it nor what its owner began is ended."""

from __future__ import annotations

from _thread import allocate_lock, get_ident
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus

from ferra_sync._database.transaction import OF_PARENT, GiveBack, Savepoint, Transaction, keep
from ferra_sync._expression.described import described
from ferra_sync._postgres import wire
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.connection import server_of
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.forks import at_fork
from ferra_sync._postgres.observer import Observer, ServerAddress, checked
from ferra_sync._postgres.statement import Statement
from ferra_sync._postgres.telling import Listeners, TransactionClock, hearing
from ferra_sync.errors import Db, DbErrorKind, QueryError

_BEGIN: Final = b"BEGIN"
_HEARD: Final = ("listeners", "server")
"""What a connection of ours has, and another while it is used."""
_OPEN: Final = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


class Borrowed:
    """The connection of a `Database.over`, which one thread at a time uses, any number of times within each other.

    Attributes:
        is_inherited: whether this process got it by a fork.
        listeners: who hears of statements.

    Raises:
        QueryError: it is no connection of psycopg's.
    """

    __slots__ = (
        "__weakref__",
        "_connection",
        "_is_over",
        "_lock",
        "_observers",
        "_occupant",
        "_others",
        "_server",
        "_thread",
        "_transactions",
        "_uses",
        "is_inherited",
        "listeners",
    )

    def __init__(self, connection: psycopg.Connection[Any], observers: tuple[Observer, ...] = ()) -> None:
        if not isinstance(connection, psycopg.Connection):
            raise QueryError(
                f"Database.over takes an open psycopg.Connection, not {described(connection)}"
                " (in Django: connection.ensure_connection(), then connection.connection)"
            )
        self._connection = connection
        self._lock = allocate_lock()
        self._uses, self._thread = 0, 0
        self._occupant: str | None = None
        self.is_inherited = self._is_over = False
        self._observers = checked(observers)
        self.listeners = Listeners(observers)
        self._transactions = hearing(observers, "on_transaction")
        self._server: ServerAddress | None = None
        self._others: dict[str, Any] = {}
        at_fork(self)

    def leave_to_parent(self) -> None:
        """In a forked child: be of no more use; the connection is the parent's."""
        self.is_inherited = True
        self._lock = allocate_lock()

    @property
    def config(self) -> DatabaseConfig:
        """The connection's own address, without its password, and whether it prepares statements.

        Raises:
            Db: it is closed.
        """
        try:
            address = self._connection.info.dsn
        except psycopg.Error as error:
            raise from_psycopg(error) from error
        prepares = self._connection.prepare_threshold is not None
        return DatabaseConfig(address, prepared_statements=prepares, observers=self._observers)

    @property
    def calls(self) -> Borrowed:
        """What lends it to single statements."""
        return self

    @property
    def in_transaction(self) -> bool:
        """Whether a call belongs to a transaction that is open, or that psycopg opens where autocommit is off."""
        connection = self._connection
        return not connection.autocommit or connection.info.transaction_status is not TransactionStatus.IDLE

    def acquire(self) -> psycopg.Connection[Any]:
        """Return the connection to one thread.

        Raises:
            Db: its owner has closed it, or it is lost (CLOSED_CONNECTION).
            QueryError: another thread, or what is under way, is using it.
        """
        self._check()
        connection = self._connection
        if connection.closed:
            raise Db(
                "the connection that Database.over was given is closed: it is its owner's to keep open",
                kind=DbErrorKind.CLOSED_CONNECTION,
            )
        if connection.pgconn.pipeline_status != PipelineStatus.OFF:
            raise QueryError("the connection is in a pipeline of its owner's: leave it first")
        if connection.pgconn.transaction_status == TransactionStatus.ACTIVE and not self._uses:
            raise QueryError("the connection is busy with a COPY or a query of its owner's: end it first")
        with self._lock:
            if self._uses and self._thread != get_ident():
                raise QueryError(
                    "another thread is using the connection that Database.over was given:"
                    " a connection for each thread, or Database.connect(…), which has several"
                )
            if not self._uses:
                self._be_heard()
            self._thread = get_ident()
            self._uses += 1
        return connection

    def _be_heard(self) -> None:
        """Let our observers hear of the connection, in the place of those of another `Database.over`."""
        self._server = self._server or server_of(self._connection)
        known = vars(self._connection)
        self._others = {name: known[name] for name in _HEARD if name in known}
        known.update(listeners=self.listeners, server=self._server)

    def _be_unheard(self) -> None:
        known = vars(self._connection)
        for name in _HEARD:
            known.pop(name, None)
        known.update(self._others)

    def _check(self) -> None:
        if self._is_over:
            raise Db("the database is closed", kind=DbErrorKind.CLOSED_CONNECTION)
        if self.is_inherited:
            raise QueryError("the connection was opened before a fork and is the parent process's: make another")
        if self._occupant is not None:
            raise QueryError(f"the connection is busy with {self._occupant}: use another, or read first what it needs")

    def release(self, _connection: psycopg.Connection[Any]) -> None:
        """Say that a use is over."""
        with self._lock:
            self._uses -= 1
            if not self._uses:
                self._be_unheard()

    def close(self) -> None:
        """Take no more calls; the connection stays open."""
        self._is_over = True

    def begin(self, command: bytes) -> Transaction:
        """Begin a transaction by this command, or inside the owner's a savepoint.

        Raises:
            QueryError: inside the owner's transaction, which has its properties already, the command sets any.
        """
        connection = self.acquire()
        try:
            if not self.in_transaction:
                wire.run(connection, command)
                begun = _Begun(self, connection, self._settle)
                if self._transactions:
                    begun.clock = TransactionClock(self._transactions)
                return begun
            _check_plain(command)
            if connection.info.transaction_status is TransactionStatus.IDLE:
                wire.run(connection, b"SELECT 1")  # psycopg begins before it.
            return _Nested(_Owners(self, connection, keep), self.release)
        except BaseException:
            self.release(connection)
            raise

    def stream(self, statement: Statement, params: tuple[Any, ...]) -> Iterator[Any]:
        """Yield the rows of a cursor, in the owner's transaction or in one that lasts as long as the cursor."""
        if self.in_transaction:
            yield from wire.stream(self._borrow, statement, params)
            return
        with self.begin(_BEGIN) as tx:
            with self.occupied("a stream"):  # A stream that is left early would undo what was sent meanwhile.
                yield from wire.stream(tx._acquire, statement, params)
            tx.commit()

    def _borrow(self) -> psycopg.Connection[Any]:
        connection = self.acquire()
        self.release(connection)
        return connection

    @contextmanager
    def lend(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend the connection as it is; what is done with it stays."""
        connection = self.acquire()
        try:
            yield connection
        finally:
            self.release(connection)

    hold = lend

    @contextmanager
    def occupied(self, occupant: str) -> Iterator[None]:
        """Refuse every other use meanwhile."""
        self._check()
        self._occupant = occupant
        try:
            yield
        finally:
            self._occupant = None

    def _settle(self, connection: psycopg.Connection[Any]) -> None:
        """Leave no transaction of ours open."""
        try:
            if not connection.closed and connection.info.transaction_status in _OPEN:
                with suppress(psycopg.Error):
                    wire.rollback(connection)
        finally:
            self.release(connection)


def _check_plain(command: bytes) -> None:
    if command != _BEGIN:
        raise QueryError(
            "the connection is in its owner's transaction, whose isolation, read_only and deferrable its owner sets:"
            " inside it say transaction() without them"
        )


class _OnBorrowed(Transaction):
    """A transaction on a connection that is somebody else's."""

    __slots__ = ("_source",)

    def __init__(self, source: Borrowed, connection: psycopg.Connection[Any], give_back: GiveBack) -> None:
        self._source = source
        super().__init__(connection, give_back, give_back)

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        return self._is_open and not self._source.is_inherited

    def _refusal(self) -> str:
        return OF_PARENT if self._source.is_inherited else self._over_or_busy()


class _Begun(_OnBorrowed):
    """A transaction that we began: its end is ours, the connection's is not."""

    __slots__ = ()

    def _abandon(self) -> None:
        self._is_open = False
        self._end("rolled back")  # What takes the connection back does it.


class _Owners(_OnBorrowed):
    """The owner's transaction, around savepoints of ours: nothing here ends it."""

    __slots__ = ()

    def __del__(self) -> None:
        """Leave it to its owner."""

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        connection = self._connection
        return super().is_open and not connection.closed and connection.info.transaction_status in _OPEN


class _Nested(Savepoint):
    """The outermost savepoint of ours in the owner's transaction: with it ends our use of the connection."""

    __slots__ = ()

    def __init__(self, outer: _Owners, give_back: GiveBack) -> None:
        super().__init__(outer)
        self._give_back = give_back

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, traceback)
        finally:
            self._end_use()

    def __del__(self) -> None:
        """Warn, for its use of the connection had no end."""
        Transaction.__del__(self)

    def commit(self) -> None:
        """Release the savepoint, as `Savepoint` does."""
        self._ending()
        try:
            super().commit()
        finally:
            self._end_use()

    def _abandon(self) -> None:
        try:
            super()._abandon()
        finally:
            self._end_use()

    def _end_use(self) -> None:
        self._is_open = False
        give_back, self._give_back = self._give_back, keep
        give_back(self._connection)
