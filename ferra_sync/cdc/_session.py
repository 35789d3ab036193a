"""One go of a capture: connect, copy where that is needed, and stream, until an error or the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic
from typing import Any, Final, TypeVar

import attrs

from ferra_sync._postgres.captured_tables import text_row, text_rows
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.peeking import Peeking
from ferra_sync._postgres.publications import publication_of, publish
from ferra_sync._postgres.replication import CreatedSlot, Walsender, is_in_use, lsn_text, plain_session
from ferra_sync._postgres.slots import (
    Slot,
    adopt_snapshot,
    advance_slot,
    drop_slot,
    flushed,
    keep_slot,
    locked_slot,
    slot_of,
    system_of,
)
from ferra_sync.cdc._changes import AnyChange, Inserted
from ferra_sync.cdc._errors import SinkBehindError, SinkError
from ferra_sync.cdc._events import EventKind
from ferra_sync.cdc._options import CaptureOptions
from ferra_sync.cdc._pgoutput import Relation, Tuple, Values
from ferra_sync.cdc._position import Position
from ferra_sync.cdc._reading import Reading
from ferra_sync.cdc._sink import Sink, Stored
from ferra_sync.cdc._stopping import Stopping
from ferra_sync.cdc._tables import Followed, Source, changed, followed, origin_of, reader_of
from ferra_sync.cdc._tally import Tally
from ferra_sync.errors import ConfigError, Db, FerraDbError

_ASK_EVERY: Final = 0.02
"""Seconds between two questions how far the server is, where somebody waits for an answer."""
_IDLE: Final = 1.0
"""Seconds after which a quiet stream is looked after."""
_UNDEFINED: Final = "42704"
"""SQLSTATE of a slot and of a publication that is not there; a publication must have been there at each change."""
_MOST: Final = 2
"""How many batches a transaction that is not at its end may fill before a part of it is written."""


C = TypeVar("C", PooledConnection, Walsender, Peeking, "Walsender | Peeking")


class BusyError(Exception):
    """The slot is another consumer's at the moment."""


@attrs.frozen
class Plan:
    """What a capture is.

    Attributes:
        config: where the tables are.
        slot, publication, tables, sink, options: as the user said.
        stopping: the wish to stop.
    """

    config: DatabaseConfig
    slot: str
    publication: str
    tables: tuple[Source, ...]
    sink: Sink
    options: CaptureOptions
    stopping: Stopping


class Session:
    """A connected capture; a single thread uses it, and it is of no more use after an error.

    Raises:
        ConfigError, SchemaError: the tables, the publication or the sink are not as they must be.
        FerraDbError: the server cannot be reached, or says no.
        SinkError: the sink cannot be reached.
    """

    def __init__(self, plan: Plan, tally: Tally) -> None:
        self._plan, self._tally, self._sink = plan, tally, plan.sink
        self._open = ExitStack()
        self._batch: list[AnyChange] = []
        self._bytes = 0
        self._confirmed_at = self._beat_at = monotonic()
        try:
            self._connect()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        plan = self._plan
        self._control = self._open.enter_context(_closed(plain_session(plan.config)))
        self._tables = followed(self._control, plan.tables)
        self._named = [each.table for each in self._tables.values()]
        self._publication = self._published()
        self._open.callback(self._sink.close)
        for warning in self._sink.open(plan.slot, self._named):
            self._tally.tell(EventKind.WARNING, warning)
        source = f"{system_of(self._control)}/{self._publication}"
        self._origin = origin_of(source, self._tables.values(), with_columns=self._sink.keeps_rows)

    def _published(self) -> int | None:
        """Return the publication's number, and make it first where it is not whole: a slot has missed changes then."""
        found = publication_of(self._control, self._plan.publication, self._named)
        if found is not None:
            return found
        slot = slot_of(self._control, self._plan.slot)
        self._check(slot)
        if slot is not None:
            with _busy():
                drop_slot(self._control, self._plan.slot)
        publish(self._control, self._plan.publication, self._named)
        return publication_of(self._control, self._plan.publication, self._named)

    def close(self) -> None:
        """Disconnect from both sides."""
        self._open.close()

    def target(self) -> int:
        """Return up to where the server's log is that is on disk now, all that is committed with it."""
        return flushed(self._control, all_of_it=True)

    def prepare(self, behind: str | None) -> Position:
        """Copy the tables where that is needed, and begin to stream; return from where.

        Args:
            behind: why they must be copied whatever the sink says; None: nothing is known.

        Raises:
            BusyError: another consumer has the slot.
        """
        slot = slot_of(self._control, self._plan.slot)
        self._check(slot)
        reason = behind or self._why_copy(slot, self._sink.stored())
        if reason is not None:
            self._copy(slot, reason, forced=behind is not None)
        return self._start()

    def _check(self, slot: Slot | None) -> None:
        if slot is not None and not (slot.is_here and slot.plugin == "pgoutput"):
            raise ConfigError(f"slot {slot.name} is another database's or another plugin's: take another name")

    def _why_copy(self, slot: Slot | None, stored: Stored) -> str | None:
        """Return why the tables must be copied: "" where nothing was ever copied, None where they need not be."""
        if slot is None:
            has_some = stored.position is not None
            return f"slot {self._plan.slot} is gone, and what it would have sent" if has_some else ""
        if slot.is_lost:
            return f"slot {slot.name} is lost: the server has thrown away what it would have to send"
        return self._why_apart(slot, stored) if self._sink.keeps_position else None

    def _why_apart(self, slot: Slot, stored: Stored) -> str | None:
        """Return why the sink cannot go on with what the slot sends."""
        if stored.position is None:
            return "the sink has nothing, or a copy that did not come to its end"
        if stored.origin != self._origin:
            return "the tables, their columns or the server are not those that the sink has"
        if stored.position.lsn < slot.confirmed:
            return f"the sink is at {stored.position}, behind the slot, which is at {lsn_text(slot.confirmed)}"
        if stored.position.lsn > flushed(self._control):
            return f"the sink is at {stored.position}, where the server has not been: it lost what it had committed"
        return None

    def _start(self) -> Position:
        """Stream from where the sink is, as the only one."""
        plan = self._plan
        before = self._sink.stored().position if self._sink.keeps_position else None
        self._source: Walsender | Peeking = self._open.enter_context(_closed(_source(plan)))
        with _busy(), _gone():
            self._source.start(plan.slot, before.lsn if before else 0, plan.publication)
        claimed = self._sink.claim().position
        if before is not None and (claimed is None or claimed < before):
            raise SinkError("the sink lost its last position while the stream began")
        begin = claimed if self._sink.keeps_position else None
        if begin is None:
            slot = slot_of(self._control, plan.slot)
            begin = Position(0 if slot is None else slot.confirmed)
        complete = None if self._sink.keeps_rows else self._whole
        self._stored = begin
        self._reading = Reading(self._tables, begin, renewed=self._renewed, complete=complete)
        self._tally.streaming(begin)
        return begin

    # The copy

    def _copy(self, slot: Slot | None, reason: str, *, forced: bool) -> None:
        """Copy the tables as of the beginning of a new slot, which lasts once all of them are there."""
        plan = self._plan
        temporary = f"{plan.slot}_copy"
        with ExitStack() as until_copied:
            reader = until_copied.enter_context(_closed(plain_session(plan.config)))
            created = self._created(until_copied, reader, temporary)
            now = slot_of(self._control, plan.slot)
            if (now is None) != (slot is None) or not (forced or self._why_copy(now, self._sink.stored()) is not None):
                raise BusyError  # Another consumer was quicker.
            if slot is not None:
                with _busy():
                    drop_slot(self._control, plan.slot)
            self._tally.copying(reason)
            self._sink.claim()
            self._sink.begin_copy(self._origin)
            for each in self._tables.values():
                self._copy_table(reader, each, Position(created.lsn))
            self._sink.end_copy(Position(created.lsn))
            keep_slot(self._control, temporary, plan.slot)
            advance_slot(self._control, plan.slot, created.lsn)
        self._tally.copied()

    def _created(self, until_copied: ExitStack, reader: Any, temporary: str) -> CreatedSlot:  # noqa: ANN401 - psycopg's
        """Make the temporary slot, and let `reader` see what was there when it begins."""
        if self._plan.options.way == "stream":
            walsender = until_copied.enter_context(_closed(Walsender(self._plan.config)))
            with _busy():
                created: CreatedSlot = walsender.create_slot(temporary, temporary=True)
            until_copied.callback(_dropped, walsender.drop_slot, temporary)
            adopt_snapshot(reader, created.snapshot)
            return created
        other = until_copied.enter_context(_closed(plain_session(self._plan.config)))
        names = [(table.schema, table.table) for table in self._named]
        with _busy():
            created = locked_slot(reader, other, temporary, names)
        until_copied.callback(_dropped, drop_slot, other, temporary)
        return created

    def _copy_table(self, reader: Any, each: Followed, position: Position) -> None:  # noqa: ANN401 - psycopg's
        name, key_of, read = each.table.name, each.reader.key_of, each.reader.row
        for rows in text_rows(reader, each.table):
            if self._plan.stopping.is_set():
                raise StoppedError
            made = [Inserted(name, key_of(row := read(values)), row, position, copied=True) for values in rows]
            self._sink.apply(made, None)
            self._tally.copied_rows(len(rows))

    # The stream

    def stream(self, until: int | None) -> None:
        """Apply what comes, until everything before `until` is, or it is to stop, or an error.

        Raises:
            SinkError: the sink cannot be written; SinkBehindError: it must be copied anew.
            FerraDbError: the connection is lost, or the slot.
        """
        is_over = False
        while not is_over and not self._plan.stopping.is_set():
            wait = min(_IDLE, self._plan.options.heartbeat) if until is None else _ASK_EVERY
            with _gone():
                self._read(wait)
            if not self._reading.in_transaction:
                self._flush()
                self._beat(until)
            self._confirm(ask=until is not None or self._is_beat_due())
            if self._source.reads_again:
                self._tell(self._sink.confirmed(wait=True))
            is_over = until is not None and self._stored.lsn >= until
        self._tally.looked(flushed(self._control))
        self._check_published()
        self._tell(self._sink.confirmed(wait=True))

    def _read(self, wait: float) -> None:
        """Read what there is, and write each batch that is full."""
        rows, size = self._plan.options.batch_rows, self._plan.options.batch_bytes
        for payload in self._source.received(wait, self._plan.stopping.descriptor):
            self._reading.read(payload, self._batch)
            self._bytes += len(payload)
            if (len(self._batch) >= rows or self._bytes >= size) and self._is_full():
                self._flush()
                if self._plan.stopping.is_set():
                    return

    def _is_full(self) -> bool:
        options = self._plan.options
        times = _MOST if self._reading.in_transaction else 1
        return len(self._batch) >= options.batch_rows * times or self._bytes >= options.batch_bytes * times

    def _flush(self) -> None:
        """Write what was read, in parts of a batch each: of a great transaction the position says how much."""
        batch, self._batch, self._bytes = self._batch, [], 0
        if batch:
            self._apply(batch, self._reading.position)
            self._confirm(ask=False)

    def _beat(self, until: int | None) -> None:
        """Let the position go on with the server's where it was other tables that changed."""
        self._reading.advance(Position(self._source.sent))
        position = self._reading.position
        is_wanted = until is not None and position.lsn >= until
        if position > self._stored and (is_wanted or self._source.reads_again or self._is_beat_due()):
            self._apply((), position)

    def _is_beat_due(self) -> bool:
        return monotonic() - self._beat_at >= self._plan.options.heartbeat

    def _apply(self, batch: Sequence[AnyChange], position: Position) -> None:
        self._sink.apply(batch, position)
        self._stored = position
        self._beat_at = monotonic()
        self._tally.applied(len(batch), position, self._reading.committed_at)

    def _confirm(self, *, ask: bool) -> None:
        """Tell the slot now and then what is durable, and answer the server where it asks."""
        if monotonic() - self._confirmed_at >= self._plan.options.confirm_every:
            self._confirmed_at = monotonic()
            self._tally.looked(flushed(self._control))
            self._check_published()
            self._tell(self._sink.confirmed(wait=False))
        if ask or self._source.asks:
            self._source.confirm(0, ask=ask)

    def _check_published(self) -> None:
        """Raise SinkBehindError where the publication is another than before: what it left out is in no stream."""
        if publication_of(self._control, self._plan.publication, self._named) != self._publication:
            raise SinkBehindError("the publication was dropped, or lost a table")

    def _tell(self, durable: Position | None) -> None:
        if durable is not None:
            self._source.confirm(durable.lsn)
            self._tally.confirmed(durable)

    def _renewed(self, each: Followed, relation: Relation) -> None:
        """Read rows of other columns, or copy anew where the sink would keep rows of both."""
        columns = [(column.name, column.type) for column in relation.columns]
        if self._sink.keeps_rows and changed(each, columns):
            self._flush()
            raise SinkBehindError(f"the columns of {each.table.name} are others than before")
        each.reader = reader_of(each.table, each.model, columns, self._control)

    def _whole(self, each: Followed, names: Sequence[str], row: Tuple) -> Values | None:
        """Fill in what was not sent from the table as it is now; None: the row is gone since, which is told next."""
        values = dict(zip(names, row.values, strict=True))
        found = text_row(self._control, each.table, [values[name] for name in each.table.key])
        if found is None:
            return None
        now = dict(zip([name for name, _ in each.table.columns], found, strict=True))
        return tuple(now.get(name) if at in row.unsent else values[name] for at, name in enumerate(names))


class StoppedError(Exception):
    """It was to stop, in the midst of a copy."""


def _source(plan: Plan) -> Walsender | Peeking:
    return Walsender(plan.config) if plan.options.way == "stream" else Peeking(plan.config)


@contextmanager
def _gone() -> Iterator[None]:
    """Raise SinkBehindError where the server does not know the slot, or did not know the publication for a while."""
    try:
        yield
    except Db as error:
        if error.sqlstate == _UNDEFINED:
            raise SinkBehindError("the slot or the publication was gone for a while") from error
        raise


def _dropped(drop: Callable[..., None], *arguments: object) -> None:
    """Drop a temporary slot now; where that fails it goes with its session."""
    with suppress(FerraDbError):
        drop(*arguments)


@contextmanager
def _busy() -> Iterator[None]:
    try:
        yield
    except Db as error:
        if is_in_use(error):
            raise BusyError from error
        raise


@contextmanager
def _closed(connection: C) -> Iterator[C]:
    try:
        yield connection
    finally:
        connection.close()
