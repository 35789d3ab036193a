"""A capture: the changes of tables, followed into a sink."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from ferra_sync._database.database import Database
from ferra_sync._expression.described import described
from ferra_sync._postgres.config import has_prepared_statements
from ferra_sync._postgres.publications import drop_publication
from ferra_sync._postgres.replication import plain_session
from ferra_sync._postgres.slots import Slot, drop_slot, slot_of
from ferra_sync.cdc._errors import CaptureError, SinkBehindError, SinkError
from ferra_sync.cdc._events import EventKind, Progress, logged
from ferra_sync.cdc._options import CaptureOptions, checked_slot
from ferra_sync.cdc._session import BusyError, Plan, Session, StoppedError
from ferra_sync.cdc._sink import Sink
from ferra_sync.cdc._stopping import Stopping
from ferra_sync.cdc._tables import Source, checked
from ferra_sync.cdc._tally import Tally
from ferra_sync.errors import ConfigError, Db, DbErrorKind, QueryError

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_BUSY_PAUSE: Final = 0.5
_PASSING: Final = frozenset({DbErrorKind.CLOSED_CONNECTION, DbErrorKind.TIMEOUT})
"""Why a server cannot be reached for a while."""


class Capture:
    """The changes of tables, as they are committed, followed into a sink: first all rows, then each change, in order.

    Args:
        db: where the tables are; the capture makes connections of its own.
        slot: the replication slot's name, by which the server knows the capture; it is made where there is none.
        tables: a model says what the rows of its table become; the rows of one that is named become dicts of JSON's
            own types.
        sink: where the changes go.
        options: how it works, where the defaults do not serve.

    Raises:
        ConfigError: the slot cannot be called so, there is no table, or connections cannot be made.
        SchemaError: a model does not agree with its table.
    """

    def __init__(
        self,
        db: Database,
        slot: str,
        tables: Sequence[Source],
        sink: Sink,
        *,
        options: CaptureOptions | None = None,
    ) -> None:
        if not isinstance(db, Database):
            raise ConfigError(f"a capture follows a Database, not {described(db)}")
        _check_connects(db)
        options = options or CaptureOptions()
        self._slot = checked_slot(slot)
        self._stopping = Stopping()
        self._behind: str | None = None
        self._running = threading.Lock()
        self._tally = Tally(options.on_event or partial(logged, slot))
        self._plan = Plan(
            config=db.config,
            slot=slot,
            publication=options.publication or slot,
            tables=checked(tables),
            sink=sink,
            options=options,
            stopping=self._stopping,
        )

    @property
    def progress(self) -> Progress:
        """How far it is; any thread may ask."""
        return self._tally.progress

    def run(self) -> None:
        """Follow the changes until `stop()`.

        Where the server or the sink cannot be reached it tries again, for ever; where another consumer has the slot it
        waits for its turn; where the slot or rows of the sink are lost it copies the tables anew, and says so loudly.

        Raises:
            ConfigError: the tables, the publication or the server's settings are not as they must be.
            SchemaError: a model does not agree with its table.
            FerraDbError: the server refuses for good.
            CaptureError: it runs already.
        """
        self._run(self._go)

    def catch_up(self) -> Progress:
        """Follow the changes up to what is committed now, and return how far that is.

        Raises:
            SinkError: the sink cannot be reached.
            CaptureError: another consumer has the slot, or it runs already.
            FerraDbError, ConfigError, SchemaError: as of `run`; also where the server cannot be reached.
        """
        self._run(self._caught_up)
        return self.progress

    def stop(self) -> None:
        """End `run` in whichever thread it is, after the batch that it writes, for good; a second time does nothing."""
        self._stopping.set()

    def _run(self, work: Callable[[], object]) -> None:
        if not self._running.acquire(blocking=False):
            raise CaptureError(f'capture "{self._slot}" runs already')
        try:
            with self._stopping.listening():
                work()
        finally:
            self._tally.stopped()
            self._running.release()

    def _caught_up(self) -> None:
        while True:
            try:
                self._once(is_catching_up=True)
            except BusyError:
                problem = f'capture "{self._slot}": another consumer has the slot'
            except SinkBehindError as error:
                self._behind = str(error)
                continue
            else:
                return
            raise CaptureError(problem)

    def _go(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            before = self._done
            try:
                self._once(is_catching_up=False)
            except BusyError:
                self._tally.waiting(self._slot)
                self._stopping.rest(_BUSY_PAUSE)
                continue
            except SinkBehindError as error:
                self._behind = str(error)
            except (SinkError, Db) as error:
                if isinstance(error, Db) and error.kind not in _PASSING:
                    raise
                self._tally.tell(EventKind.DISCONNECTED, f"{error}; it tries again")
            pause = _FIRST_PAUSE if self._done > before else min(2 * pause, _LONGEST_PAUSE)
            self._stopping.rest(pause)

    @property
    def _done(self) -> int:
        return self.progress.changes + self.progress.copied

    def _once(self, *, is_catching_up: bool) -> None:
        self._tally.starting()
        session = Session(self._plan, self._tally)
        try:
            until = session.target() if is_catching_up else None
            session.prepare(self._behind)
            self._behind = None
            session.stream(until)
        except StoppedError:
            return
        finally:
            session.close()


def slot_status(db: Database, slot: str) -> Slot | None:
    """Return what the server says of a capture's slot; None where there is none.

    Raises:
        ConfigError: a slot cannot be called so.
        Db: the server says no.
    """
    connection = plain_session(db.config)
    try:
        return slot_of(connection, checked_slot(slot))
    finally:
        connection.close()


def drop(db: Database, slot: str, *, sink: Sink | None = None, publication: str | None = None) -> bool:
    """Drop a capture's slot and its publication, and what the sink keeps of it; return whether there was a slot.

    The rows stay where they are.

    Raises:
        ConfigError: a slot cannot be called so.
        Db: a consumer has the slot, or the server says no.
        SinkError: the sink cannot be reached.
    """
    connection = plain_session(db.config)
    try:
        found = slot_of(connection, checked_slot(slot))
        if found is not None:
            drop_slot(connection, slot)
        drop_publication(connection, publication or slot)
    finally:
        connection.close()
    if sink is not None:
        try:
            sink.open(slot, ())
            sink.forget()
        finally:
            sink.close()
    return found is not None


def _check_connects(db: Database) -> None:
    try:
        db._check_connects("a capture")
    except QueryError as error:
        raise ConfigError(str(error)) from None
    if not has_prepared_statements(db.config):
        raise ConfigError("a capture needs sessions of its own: give it the server's URL, not the pooler's")
