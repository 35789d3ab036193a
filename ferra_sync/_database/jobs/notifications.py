"""LISTEN and NOTIFY: payloads are texts, or JSON of instances of an attrs class."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

import attrs

from ferra_sync._compiler.compiled import Compiled
from ferra_sync._database.runner import Runner
from ferra_sync._expression.described import described
from ferra_sync._expression.identifiers import checked
from ferra_sync._expression.sqltypes import TEXT
from ferra_sync._expression.unreadable import UnreadableError
from ferra_sync._expression.values import Handle
from ferra_sync._model import documents
from ferra_sync._model.misfit import MisfitError
from ferra_sync._model.select_list import select_list
from ferra_sync._postgres.config import DatabaseConfig, has_prepared_statements
from ferra_sync._postgres.listening import Event, Listening
from ferra_sync._postgres.statement import made_ready
from ferra_sync.errors import QueryError, SchemaError, ValidationError

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)

_NOTIFY: Final = made_ready(
    Compiled("SELECT FROM pg_catalog.pg_notify($1::text, $2::text)", (TEXT, TEXT), select_list(()))
)


@attrs.frozen
class Notification(Generic[P_co]):
    """What somebody sent to a channel.

    Attributes:
        channel: its name.
        payload: the text that was sent, or the instance that it describes.
        pid: the number of the server's process that sent it.
    """

    channel: str
    payload: P_co = attrs.field(repr=False)
    pid: int


class Listener(Handle, Generic[P]):
    """An iterator over what is sent to a channel, on a connection of its own; `Database.listen` makes it.

    It ends where it is closed, by any thread, or where nothing came for its timeout; after that it can be asked again.
    A payload that is not what it is to be is a `ValidationError`, after which it goes on with the next.
    """

    __slots__ = ("_cls", "_listening", "_on_reconnect", "_timeout", "channel")

    channel: str

    def __init__(
        self,
        config: DatabaseConfig,
        channel: str,
        payload: type[P] | None,
        timeout: float | None,
        on_reconnect: Callable[[], object] | None,
    ) -> None:
        self.channel = _named(channel)
        if payload is not None and not (isinstance(payload, type) and attrs.has(payload)):
            raise QueryError(f"payload takes an attrs class, not {described(payload)}")
        if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or timeout < 0):
            raise QueryError("timeout is a number of seconds from 0 up")
        if not has_prepared_statements(config):
            raise QueryError(
                "LISTEN needs a session, and behind a pooler that is another one after each transaction: "
                "connect to the server itself"
            )
        self._cls = payload
        self._timeout = timeout
        self._on_reconnect = on_reconnect
        self._listening = Listening(config, self.channel)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Notification[P]:
        while True:
            heard = self._listening.wait(self._timeout)
            if heard is Event.RECONNECTED:
                if self._on_reconnect is not None:
                    self._on_reconnect()
            elif isinstance(heard, Event):
                raise StopIteration
            else:
                return Notification(self.channel, self._payload(heard.payload), heard.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.channel!r}>"

    def close(self) -> None:
        """Close the connection: the iterator ends, in whichever thread it is asked. A second time does nothing."""
        self._listening.close()

    def _payload(self, text: str) -> Any:  # noqa: ANN401 - a text, or an instance of the class
        if self._cls is None:
            return text
        try:
            return documents.load(self._cls, json.loads(text))
        except UnreadableError as error:
            problem = str(error)
        except ValueError:
            problem = "is no JSON"
        raise ValidationError(self._cls.__name__, {"": problem})


def notify(runner: Runner, channel: str, payload: object) -> None:
    """Do what `Executor.notify` says."""
    runner._affected(_NOTIFY, (_named(channel), _text_of(payload)))


def _named(channel: object) -> str:
    try:
        return checked(channel, "a channel")
    except SchemaError as error:
        raise QueryError(str(error)) from None


def _text_of(payload: object) -> str:
    if isinstance(payload, str):
        return payload
    if not attrs.has(type(payload)):
        raise QueryError(f"a payload is a text or an instance of an attrs class, not {described(payload)}")
    try:
        return documents.dump(type(payload), payload)
    except MisfitError as error:
        problem = f"a {type(payload).__name__} cannot be sent: {error}"
    raise QueryError(problem)  # Outside, for the other error may show the value.
