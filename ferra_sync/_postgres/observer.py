"""What an observer is told: of each statement when it has been answered, of connections, transactions and retries.

No event has a value: neither a parameter, nor what the server quotes of one.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Final, Literal, NamedTuple, Protocol, TypeAlias

from ferra_sync._expression.described import described
from ferra_sync.errors import ConfigError, FerraDbError

CloseReason: TypeAlias = Literal["lifetime", "idle", "lost", "closed", "abandoned", "reset"]
"""Why a pool's connection was closed: it was old enough; it was unused; it was dead, or its state unknown; its database
was closed; who had borrowed it was interrupted and is gone; or what a borrower had set could not be reset."""
TransactionOutcome: TypeAlias = Literal["committed", "rolled back", "failed", "abandoned"]
"""How a transaction ended. `failed`: its COMMIT raised, or SQL of a borrower's has ended it; `abandoned`: nobody had it
any more."""

_OURS: Final = frozenset({"ferra_sync", "psycopg", "psycopg_pool", "contextlib", "cattrs", "attr"})
"""The packages whose frames are on the way of a call, and not where it is made."""
_IN_PARTS: Final = (
    "ferra_sync._database.batches",
    "ferra_sync._database.jobs.",
    "ferra_sync._database.many.",
    "ferra_sync._repository.import_csv",
)
"""The modules that send the same statement for one part of the rows after the other."""
_TELLING: Final = "ferra_sync._postgres.telling"
"""The module whose frame stands between what sends and who hears of it."""


class Caller(NamedTuple):
    """The line that made a call: of its innermost frame outside of ferra_sync."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}"


class ServerAddress(NamedTuple):
    """Where a database is; a host that begins with `/` is a directory of Unix sockets."""

    host: str
    port: int
    database: str


class Sent(Protocol):
    """What was sent, as observers may know it."""

    @property
    def sql(self) -> bytes:
        """The text, without values."""
        ...

    @property
    def operation(self) -> str:
        """What it does, in SQL's word."""
        ...

    @property
    def table_name(self) -> str | None:
        """The table that it reads first, or writes."""
        ...

    @property
    def is_internal(self) -> bool:
        """Whether we sent it for ourselves."""
        ...


class QueryEvent:
    """A statement that was answered, or that failed. It does not change.

    A stream is one event, at its end; so is a COPY, and so are rows that are sent as one statement each in a pipeline.
    """

    __slots__ = ("_parameter_count", "_rows", "_seconds", "_sent", "_server")

    # What few have is the class's: an event is made for each statement, and is cheap.
    sqlstate: str | None = None
    """The server's code of its error; None where there was none, or where the server did not answer."""
    error: str | None = None
    """The name of the exception, psycopg's own as a rule; None where it succeeded."""
    batch_size: int = 1
    """How many times it was sent in a pipeline."""

    def __init__(
        self, sent: Sent, parameter_count: int, seconds: float, rows: int, server: ServerAddress | None = None
    ) -> None:
        self._sent = sent
        self._parameter_count = parameter_count
        self._seconds = seconds
        self._rows = rows
        self._server = server

    @property
    def parameter_count(self) -> int:
        """How many parameters it has; the values are not told."""
        return self._parameter_count

    @property
    def seconds(self) -> float:
        """How long it took from sending it to its answer, before rows are made of that.

        Of a stream and a COPY to us it is the time that the server took and not what the reader does between, of a COPY
        from us all of it.
        """
        return self._seconds

    @property
    def rows(self) -> int:
        """How many rows were returned, or affected; 0 where that is not known."""
        return max(self._rows, 0)

    @property
    def server(self) -> ServerAddress | None:
        """Where it was sent to, if that is known."""
        return self._server

    @property
    def summary(self) -> str:
        """`SELECT users`: the operation and the table, if there is one."""
        table = self._sent.table_name
        return self._sent.operation if table is None else f"{self._sent.operation} {table}"

    @property
    def operation(self) -> str:
        """What it does, in SQL's word: `SELECT`, `INSERT`, `COPY`, `BEGIN`."""
        return self._sent.operation

    @property
    def table(self) -> str | None:
        """The table that is read first, or written; None where there is none."""
        return self._sent.table_name

    @property
    def sql(self) -> str:
        """The text, with `$n` in the place of values."""
        return self._sent.sql.decode()

    @property
    def is_internal(self) -> bool:
        """Whether no query of the caller's is in it: a transaction's command, or a look into the catalog."""
        return self._sent.is_internal

    @property
    def caller(self) -> Caller | None:
        """The line that sent it: known while `on_query` runs, in its thread, and None elsewhere."""
        return next(callers(), None)

    @property
    def callers(self) -> tuple[Caller, ...]:
        """The same line and those that led to it, the outermost last; none elsewhere."""
        return tuple(callers())

    @property
    def is_part(self) -> bool:
        """Whether one call sends several like it: batches, many rows in chunks, a job; known as `caller` is."""
        modules = itertools.takewhile(lambda module: module.partition(".")[0] in _OURS, map(_module, _frames()))
        return any(module.startswith(_IN_PARTS) for module in modules)

    def __repr__(self) -> str:
        outcome = f"{self.rows} rows" if self.error is None else f"{self.error} {self.sqlstate or ''}".rstrip()
        return f"<{type(self).__name__} {self.summary!r}: {outcome}, {self.seconds * 1000:.1f} ms>"


class RareEvent(QueryEvent):
    """One of a statement that failed, or of a pipeline."""

    __slots__ = ("batch_size", "error", "sqlstate")

    def __init__(  # noqa: PLR0913, PLR0917 - those of all events, and what is rare
        self,
        sent: Sent,
        parameter_count: int,
        seconds: float,
        rows: int,
        server: ServerAddress | None = None,
        error: BaseException | None = None,
        batch_size: int = 1,
    ) -> None:
        super().__init__(sent, parameter_count, seconds, rows, server)
        self.sqlstate = getattr(error, "sqlstate", None)
        self.error = None if error is None else type(error).__name__
        self.batch_size = batch_size


class Observer:
    """Hears what a database does: `Database.connect(url, observers=(MyObserver(),))`. Override what you want to hear.

    The methods are called in the thread that did it, before the call returns, several at a time where threads share the
    database; connections are made and closed by threads of the pool. An exception of theirs is logged, the first of its
    kind, and changes nothing; what they send themselves is told to nobody.
    """

    def on_query(self, event: QueryEvent) -> None:
        """A statement was answered, or failed."""

    def on_checkout(self, waited: float) -> None:
        """A connection was taken from the pool, after so many seconds."""

    def on_checkin(self, used: float) -> None:
        """A connection was given back to the pool, so many seconds after it was taken."""

    def on_connect(self, seconds: float) -> None:
        """A connection was made, in so many seconds."""

    def on_close(self, reason: CloseReason) -> None:
        """A connection of the pool was closed."""

    def on_retry(self, attempt: int, error: FerraDbError) -> None:
        """`run_in_transaction` begins again, for the `attempt`th time from 1 on, because of this error."""

    def on_transaction(self, outcome: TransactionOutcome, seconds: float) -> None:
        """A transaction ended, so many seconds after its beginning."""


def checked(observers: object) -> tuple[Observer, ...]:
    """Return observers as they were given.

    Raises:
        ConfigError: they are no tuple of observers.
    """
    if not isinstance(observers, tuple):
        raise ConfigError(f"observers is a tuple of them, not {described(observers)}")
    for each in observers:
        if not isinstance(each, Observer):
            raise ConfigError(f"observers has {described(each)}; each is an instance of a class that inherits Observer")
    return observers


def outside(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame that is none of ours or of those that we call, from this one outward."""
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    return frame


def callers() -> Iterator[Caller]:
    """Yield the lines, outside of our packages, that led to what an observer is being told of in this thread."""
    for frame in _frames():
        if not _is_ours(frame):
            yield Caller(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)


def _frames() -> Iterator[FrameType]:
    """Yield the frames from what tells an observer outward."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _module(frame) != _TELLING:
        frame = frame.f_back
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_ours(frame: FrameType) -> bool:
    return _module(frame).partition(".")[0] in _OURS


def _module(frame: FrameType) -> str:
    name: object = frame.f_globals.get("__name__")
    return name if isinstance(name, str) else ""
