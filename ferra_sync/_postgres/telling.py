"""How observers are told: when it is over, by the thread that did it; and nothing of theirs breaks its call."""

from __future__ import annotations

import logging
from _thread import allocate_lock, get_ident
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import psycopg

from ferra_sync._postgres.forks import at_fork
from ferra_sync._postgres.observer import Observer, QueryEvent, RareEvent, Sent, TransactionOutcome

Event: TypeAlias = Literal[
    "on_query", "on_checkout", "on_checkin", "on_connect", "on_close", "on_retry", "on_transaction"
]

_log: Final = logging.getLogger("ferra_sync")
_telling: Final[dict[int, object]] = {}
"""By thread of what an observer is being told, a connection where it is of a statement; None: of nothing.

What an observer sends itself is told to nobody. No key is deleted: a dictionary that is filled again and again is made
anew at every few keys.
"""
_NOBODY: Final = Observer()
_logged: Final[set[tuple[type, Event, type]]] = set()
"""Which observers have raised where, and what: the first of each is logged."""


def tell(observers: Iterable[Observer], event: Event, *said: Any) -> None:  # noqa: ANN401 - of each event its own
    """Call a method of each observer; what it raises is logged, once of a kind, and is nobody's error."""
    thread = get_ident()
    if _telling.get(thread) is not None:
        return
    try:
        _telling[thread] = event
        for observer in tuple(observers):
            try:
                getattr(observer, event)(*said)
            except Exception as error:  # noqa: BLE001 - whatever an observer does is no part of the call
                _log_once(observer, event, error)
    finally:
        _telling[thread] = None


def tell_query(connection: psycopg.Connection[Any], listeners: Listeners, event: QueryEvent) -> None:
    """Tell of a connection's statement: `tell` once more, written out, for it stands in the way of each of them."""
    thread = get_ident()
    if _telling.get(thread) is not None:
        return
    try:
        _telling[thread] = connection
        for observer in listeners:
            try:
                observer.on_query(event)
            except Exception as error:  # noqa: BLE001 - as above
                _log_once(observer, "on_query", error)
    finally:
        _telling[thread] = None


def connection_told_of() -> psycopg.Connection[Any] | None:
    """Return the connection of the statement that an observer is being told of in this thread."""
    told = _telling.get(get_ident())
    return told if isinstance(told, psycopg.Connection) else None


def _log_once(observer: Observer, event: Event, error: Exception) -> None:
    kind = (type(observer), event, type(error))
    if kind not in _logged:
        _logged.add(kind)
        _log.error("%s.%s raised; it is logged this once", type(observer).__qualname__, event, exc_info=error)


def hearing(observers: Iterable[Observer], event: Event) -> list[Observer]:
    """Return those that do something about an event."""
    nothing = getattr(Observer, event)
    return [each for each in observers if getattr(getattr(each, event), "__func__", None) is not nothing]


class Listeners(list[Observer]):
    """Who hears of statements, as of now; threads are told of it while others come and go, and miss nobody.

    Whoever is told walks the list itself: so an observer that goes leaves its place to nobody until it is the last.
    """

    __slots__ = ("__weakref__", "_lock")

    def __init__(self, observers: Iterable[Observer]) -> None:
        super().__init__(hearing(observers, "on_query"))
        self._lock = allocate_lock()
        at_fork(self)

    def __hash__(self) -> int:  # type: ignore[override]  # a list has none; what is told of forks needs one
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def leave_to_parent(self) -> None:
        """In a forked child: take a new lock, for a thread that is no more may hold the old one."""
        self._lock = allocate_lock()

    @contextmanager
    def joined_by(self, observer: Observer) -> Iterator[None]:
        """Let an observer hear too, for as long as the block lasts."""
        with self._lock:
            self.append(observer)
        try:
            yield
        finally:
            with self._lock:
                self[next(place for place, each in enumerate(self) if each is observer)] = _NOBODY
                while self and self[-1] is _NOBODY:
                    self.pop()


class TransactionClock:
    """Tells how a transaction ended, so many seconds after this was made."""

    __slots__ = ("_begun", "_observers")

    def __init__(self, observers: Sequence[Observer]) -> None:
        self._observers = observers
        self._begun = perf_counter()

    def tell(self, outcome: TransactionOutcome) -> None:
        """Tell that it is over."""
        tell(self._observers, "on_transaction", outcome, perf_counter() - self._begun)


class Command(NamedTuple):
    """What is sent that is no statement of a query."""

    sql: bytes
    table_name: str | None = None
    is_internal: bool = True

    @property
    def operation(self) -> str:
        """Its first word."""
        return self.sql.split(None, 1)[0].rstrip(b";").decode().upper()


class Observation:
    """A statement that is on its way to a server, told of when it is over. Its clock runs from the beginning.

    Attributes:
        rows: how many it has brought.
        batch_size: how many times it was sent in a pipeline.
    """

    __slots__ = ("_begun", "_connection", "_parameters", "_seconds", "_sent", "batch_size", "rows")

    def __init__(self, connection: psycopg.Connection[Any], sent: Sent, parameters: int) -> None:
        self._connection: psycopg.Connection[Any] | None = connection
        self._sent = sent
        self._parameters = parameters
        self._seconds = 0.0
        self.rows = 0
        self.batch_size = 1
        self._begun: float | None = perf_counter()

    def pause(self) -> None:
        """Stop the clock."""
        if self._begun is not None:
            self._seconds += perf_counter() - self._begun
            self._begun = None

    def go_on(self) -> None:
        """Let the clock run again."""
        self._begun = perf_counter()

    def end(self, error: BaseException | None = None) -> None:
        """Tell, once, that it is over."""
        self.pause()
        connection, self._connection = self._connection, None
        listeners: Listeners | None = getattr(connection, "listeners", None)
        if connection is None or not listeners:
            return
        said = (self._sent, self._parameters, self._seconds, self.rows, getattr(connection, "server", None))
        is_rare = error is not None or self.batch_size != 1
        event = RareEvent(*said, error, self.batch_size) if is_rare else QueryEvent(*said)
        tell_query(connection, listeners, event)


@contextmanager
def observed(connection: psycopg.Connection[Any], sent: Sent, parameters: int = 0) -> Iterator[Observation]:
    """Tell of what is sent in the block; a generator pauses the clock while its rows are with who reads them."""
    observation = Observation(connection, sent, parameters)
    try:
        yield observation
    except GeneratorExit:
        observation.end()
        raise
    except BaseException as error:
        observation.end(error)
        raise
    observation.end()
