"""One connection of a pool: it sees its own end, and can be cut off from whoever must not use it any more."""

from __future__ import annotations

import os
import select
from _thread import start_new_thread
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import perf_counter
from typing import Any, Final, NoReturn, Self
from weakref import WeakSet

import attrs
import psycopg
from psycopg.pq import ConnStatus, TransactionStatus
from psycopg.pq.abc import PGconn
from psycopg.rows import RowFactory, tuple_row

from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.forks import at_fork
from ferra_sync._postgres.loans import Loan
from ferra_sync._postgres.observer import CloseReason, Observer, ServerAddress
from ferra_sync._postgres.telling import Listeners, tell
from ferra_sync.errors import QueryError

_OF_PARENT: Final = (
    "this connection was opened before a fork and is the parent process's, with all that runs on it: "
    "in the child begin anew"
)
_GIVEN_BACK: Final = "this connection was given back: it is used inside `with db.connection() as conn:` only"


def _nothing() -> None:
    return None


@attrs.define(eq=False, repr=False)
class Source:
    """Where a pool's connections come from, and what its threads and its users know of connecting.

    Attributes:
        prepare_threshold: after how many uses psycopg prepares a statement; None: never.
        observers: who hears of connections.
        listeners: who hears of the statements on all of them, as of now.
        spare: a connection that was made before the pool.
        failure: what went wrong with the last attempt; None where it succeeded.
        replacement: returns what replaces a connection that nobody holds any more; None once the pool is gone.
    """

    prepare_threshold: int | None
    observers: tuple[Observer, ...] = ()
    listeners: Listeners = attrs.field(init=False)
    spare: list[PooledConnection] = attrs.field(factory=list)
    failure: str | None = None
    replacement: Callable[[], Callable[[PooledConnection], object] | None] = _nothing
    _made: WeakSet[PooledConnection] = attrs.field(factory=WeakSet)
    _lock: Lock = attrs.field(factory=Lock)

    def __attrs_post_init__(self) -> None:
        self.listeners = Listeners(self.observers)

    def add(self, connection: PooledConnection) -> None:
        """Know of a connection for as long as somebody has it."""
        with self._lock:
            self._made.add(connection)

    def lent(self) -> list[PooledConnection]:
        """Return the connections that somebody has from the pool."""
        with self._lock:
            return [connection for connection in self._made if connection.is_lent]

    def take(self) -> PooledConnection | None:
        """Return the spare connection, once: the pool's threads connect side by side."""
        with suppress(IndexError):
            return self.spare.pop()
        return None


class PooledConnection(psycopg.Connection[Any]):
    """A connection that can tell at once, without asking the server, whether it is still there.

    Attributes:
        is_lent: whether somebody has it from its pool: if it is collected so, its pool must hear of it.
        is_inherited: whether this process got it by a fork.
        loan: who has it from its pool for longer than a statement, if it is lent so.
        taken_at: when it was lent, by the performance counter, where observers hear of that; 0: it is not, or nobody
            hears.
        verified: whose results it has brought already, with the types that were promised.
        element_types: what the elements of arrays are read as, by what was promised of them and what they are.
        listeners: who hears of its statements.
        server: where it is connected to.
        close_reason: why it is closed, where its pool cannot see it.
        is_told_of: whether observers know that it is closed.
    """

    is_lent: bool = False
    is_inherited: bool = False
    loan: Loan | None = None
    taken_at: float = 0.0
    verified: set[object]
    element_types: dict[object, int]
    listeners: Listeners | None = None
    server: ServerAddress | None = None
    close_reason: CloseReason | None = None
    is_told_of: bool = False
    pgconn: PGconn
    lock: Lock
    _source: Source | None = None
    _reason: str = ""

    def __init__(self, pgconn: PGconn, row_factory: RowFactory[Any] = tuple_row) -> None:
        super().__init__(pgconn, row_factory)
        self.verified = set()
        self.element_types = {}
        self._has_input = _input_test(pgconn.socket)
        at_fork(self)

    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> Self:  # noqa: ANN401 - psycopg's own options
        """Connect as psycopg does; with a `source` its spare connection serves first, and it hears of failures."""
        # psycopg_pool opens connections by connect(…, **kwargs) alone: what they must know of it comes as one of these.
        source: Source | None = options.pop("source", None)
        if source is None:
            return super().connect(conninfo, **options)
        spare = source.take()
        if isinstance(spare, cls):
            return spare
        begun = perf_counter()
        try:
            connection = super().connect(
                conninfo, autocommit=True, prepare_threshold=source.prepare_threshold, **options
            )
        except psycopg.Error as error:
            source.failure = str(from_psycopg(error))
            raise
        source.failure = None
        connection._source = source
        connection.listeners, connection.server = source.listeners, server_of(connection)
        source.add(connection)
        tell(source.observers, "on_connect", perf_counter() - begun)
        return connection

    def __del__(self, *_: object) -> None:
        """Hear of a borrower that vanished: an interrupt may come before anybody holds the connection."""
        replace = self._source.replacement() if self._source is not None else None
        if replace is None or not hasattr(self, "_pool"):
            super().__del__()
        elif self.is_lent or not (self._pool or self.closed):  # In the second case it was just being lent.
            # In a thread of its own: the collector may have come while this one holds the pool's lock.
            with suppress(RuntimeError):  # At the interpreter's end there are no new threads.
                start_new_thread(replace, (self,))

    def is_idle(self) -> bool:
        """Whether nothing came from the server unasked: an end, or its last words."""
        return not self._has_input(0)

    def successor(self) -> PooledConnection:
        """Return a connection as psycopg makes it on the same session; this one is of no more use to who still has it.

        Raises:
            psycopg.OperationalError: it is closed.
        """
        pgconn, source = self.pgconn, self._source
        fresh = PooledConnection(pgconn)
        pgconn.untrace()
        pgconn.nonblocking = 1
        fresh.listeners, fresh.server = self.listeners, self.server
        fresh._autocommit = True
        fresh.prepare_threshold = source.prepare_threshold if source is not None else None
        fresh._created_at, fresh._expire_at = self._created_at, self._expire_at
        fresh._pool = None
        fresh.loan, fresh.taken_at = self.loan, self.taken_at
        if source is not None:
            source.add(fresh)
        self._cut_off(_GIVEN_BACK, heir=fresh)
        return fresh

    def leave_to_parent(self) -> None:
        """In a forked child: let go of the socket without a word on it, and be of no more use."""
        if isinstance(self, _CutOff):
            return
        with suppress(psycopg.Error, OSError):
            _blind(self.pgconn.socket)
        self.is_inherited = True
        self._cut_off(_OF_PARENT)

    def _cut_off(self, reason: str, *, heir: PooledConnection | None = None) -> None:
        nothing, lock = _no_session(reason), Lock()
        cut_off: Any = _CutOff  # Checkers want a class of the same kind; this one only refuses.
        # From here on no call, so that no interrupt finds two that are lent, or none.
        if heir is not None:
            heir._pool, heir._source, heir.is_lent = self._pool, self._source, self.is_lent
        self.is_lent, self._pool, self._reason = False, None, reason
        self.pgconn = nothing  # Closed to who looks, an error to who asks.
        self.lock = lock  # A thread that is no more in a child may have held the old one.
        self.__class__ = cut_off


class _CutOff(PooledConnection):
    """A connection object that has lost its session: whatever is done with it is an error by name, but closing."""

    def __del__(self, *_: object) -> None:
        """Say nothing: the session is another's."""

    def _check_connection_ok(self) -> NoReturn:
        raise QueryError(self._reason)


class _NoSession:
    """In the place of a connection's PGconn."""

    status: ConnStatus = ConnStatus.BAD
    transaction_status: TransactionStatus = TransactionStatus.UNKNOWN

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __getattr__(self, name: str) -> NoReturn:
        raise QueryError(self._reason)


def server_of(connection: psycopg.Connection[Any]) -> ServerAddress:
    """Return where a connection leads."""
    info = connection.info
    return ServerAddress(info.host, info.port, info.dbname)


def _no_session(reason: str) -> Any:  # noqa: ANN401 - what it stands for has eighty names
    return _NoSession(reason)


def _blind(socket: int) -> None:
    """Let go of `socket`, but keep its number from the next connection: a PGconn of the parent's still points there."""
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        os.dup2(nothing, socket, inheritable=False)
    finally:
        os.close(nothing)


def _input_test(socket: int) -> Callable[[float], Any]:
    """Return a function of a timeout that is true where `socket` has input, an error or an end."""
    if hasattr(select, "poll"):
        poller = select.poll()
        poller.register(socket, select.POLLIN | select.POLLPRI)
        return poller.poll
    return lambda timeout: select.select([socket], [], [socket], timeout)[0]
