"""How observers are told: when it is over, by the thread that did it; and nothing of theirs breaks its call."""

from __future__ import annotations

import logging
from _thread import get_ident
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import psycopg

from ferra_sync._postgres.observer import Observer, QueryEvent, Sent, TransactionOutcome

Event: TypeAlias = Literal["on_query", "on_checkout", "on_connect", "on_close", "on_retry", "on_transaction"]

_new: Final = tuple.__new__
"""A named tuple's own constructor takes twice as long."""
_log: Final = logging.getLogger("ferra_sync")
_telling: Final[dict[int, psycopg.Connection[Any] | None]] = {}
"""The threads in which an observer is being told, and of which connection's statement, if of one.

What an observer sends itself is told to nobody.
"""
_logged: Final[set[tuple[type, Event, type]]] = set()
"""Which observers have raised where, and what: the first of each is logged."""


def tell(observers: Iterable[Observer], event: Event, *said: Any) -> None:  # noqa: ANN401 - of each event its own
    """Call a method of each observer; what it raises is logged, once of a kind, and is nobody's error."""
    thread = get_ident()
    if thread in _telling:
        return
    try:
        _telling[thread] = None
        for observer in tuple(observers):
            try:
                getattr(observer, event)(*said)
            except Exception as error:  # noqa: BLE001 - whatever an observer does is no part of the call
                _log_once(observer, event, error)
    finally:
        _telling.pop(thread, None)


def tell_query(  # noqa: PLR0913, PLR0917 - what an event is made of; by name they would cost what telling does
    connection: psycopg.Connection[Any],
    listeners: Iterable[Observer],
    sent: Sent,
    parameter_count: int,
    seconds: float,
    rows: int,
    error: BaseException | None = None,
    batch_size: int = 1,
) -> None:
    """Tell those who hear of a connection's statements that one is over; -1 rows: it is not known.

    It is `tell` once more, written out: this stands in the way of each statement.
    """
    thread = get_ident()
    if thread in _telling:
        return
    try:
        _telling[thread] = connection
        server = getattr(connection, "server", None)
        code = name = None
        if error is not None:
            code, name = getattr(error, "sqlstate", None), type(error).__name__
        event = _new(QueryEvent, (sent, parameter_count, seconds, rows, code, name, batch_size, server))
        for observer in (*listeners,):
            try:
                observer.on_query(event)
            except Exception as raised:  # noqa: BLE001 - as above
                _log_once(observer, "on_query", raised)
    finally:
        del _telling[thread]


def connection_told_of() -> psycopg.Connection[Any] | None:
    """Return the connection of the statement that an observer is being told of in this thread."""
    return _telling.get(get_ident())


def _log_once(observer: Observer, event: Event, error: Exception) -> None:
    kind = (type(observer), event, type(error))
    if kind not in _logged:
        _logged.add(kind)
        _log.error("%s.%s raised; it is logged this once", type(observer).__qualname__, event, exc_info=error)


def hearing(observers: Iterable[Observer], event: Event) -> list[Observer]:
    """Return those that do something about an event."""
    nothing = getattr(Observer, event)
    return [each for each in observers if getattr(getattr(each, event), "__func__", None) is not nothing]


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
        listeners: Sequence[Observer] = getattr(connection, "listeners", ())
        if connection is not None and listeners:
            sent, count, rows = self._sent, self._parameters, max(self.rows, 0)
            tell_query(connection, listeners, sent, count, self._seconds, rows, error, self.batch_size)


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
