"""The plugin's messages become changes, each at its place in the stream."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from ferra_sync.cdc._changes import NOTHING, AnyChange, Deleted, Inserted, Truncated, Updated
from ferra_sync.cdc._pgoutput import (
    Begin,
    Commit,
    Delete,
    Insert,
    Relation,
    Truncate,
    Tuple,
    Update,
    Values,
    decoded,
)
from ferra_sync.cdc._position import Position
from ferra_sync.cdc._tables import Followed

Missing: TypeAlias = Callable[[Followed, Sequence[str], Tuple], Values | None]
"""A table, the names of its columns and a row with values unsent → the whole row; None: it is not there any more."""


class Reading:
    """Where the stream is, and what it has told of its tables.

    Attributes:
        in_transaction: whether the end of a transaction is still to come.
        committed_at: when the last transaction that was read was committed, in microseconds since 2000.
    """

    def __init__(
        self,
        tables: Mapping[tuple[str, str], Followed],
        begin: Position,
        *,
        renewed: Callable[[Followed, Relation], None],
        complete: Missing | None,
    ) -> None:
        """Begin after `begin`.

        Args:
            tables: what is followed, by schema and name.
            begin: up to where changes are left out.
            renewed: is told of the columns of a table before its first row.
            complete: fills in what is unsent; None: it is left so.
        """
        self.in_transaction = False
        self.committed_at = 0
        self._tables = tables
        self._position = begin
        self._lsn = self._offset = self._skipped = 0
        self._renewed, self._complete = renewed, complete
        self._known: dict[int, tuple[Followed, list[str]]] = {}
        self._handlers: dict[type[Any], Callable[[Any, list[AnyChange]], None]] = {
            Insert: self._inserted,
            Update: self._updated,
            Delete: self._deleted,
            Begin: self._begun,
            Commit: self._committed,
            Relation: self._relation,
            Truncate: self._truncated,
        }

    @property
    def position(self) -> Position:
        """After all that was read."""
        if self.in_transaction and self._offset > self._skipped:
            return Position(self._lsn, self._offset)
        return self._position

    def read(self, payload: bytes, changes: list[AnyChange]) -> None:
        """Read one message, and append the changes that it tells of.

        Raises:
            ValueError: it is none of this protocol.
            SchemaError: a model's column is gone.
            Db: a value does not fit its model.
        """
        message = decoded(payload)
        if message is not None:
            self._handlers[type(message)](message, changes)

    def advance(self, position: Position) -> None:
        """Go on, between two transactions, to a position up to which there is nothing more."""
        self._position = max(self._position, position)

    def _begun(self, message: Begin, _changes: list[AnyChange]) -> None:
        self._lsn, self._offset, self.in_transaction = message.lsn, 0, True
        self.committed_at = message.committed_at
        lsn, offset = self._position
        self._skipped = 0 if message.lsn > lsn else offset if message.lsn == lsn else sys.maxsize

    def _committed(self, message: Commit, _changes: list[AnyChange]) -> None:
        self.in_transaction = False
        self.advance(Position(message.end))

    def _next(self, relation: int) -> tuple[Followed, list[str]] | None:
        """Count a change, and return the table that it is of; None where it is skipped, or of another."""
        self._offset += 1
        return None if self._offset <= self._skipped else self._known.get(relation)

    def _here(self) -> Position:
        return Position(self._lsn, self._offset - 1)

    def _inserted(self, message: Insert, changes: list[AnyChange]) -> None:
        if (known := self._next(message.relation)) is not None:
            followed, _ = known
            reader = followed.reader
            row = reader.row(message.new)
            changes.append(Inserted(followed.table.name, reader.key_of(row), row, self._here()))

    def _deleted(self, message: Delete, changes: list[AnyChange]) -> None:
        if (known := self._next(message.relation)) is not None:
            followed, _ = known
            old, reader = message.old.values, followed.reader
            row = reader.row(old) if message.is_whole else None
            changes.append(Deleted(followed.table.name, reader.key(old), self._here(), row))

    def _updated(self, message: Update, changes: list[AnyChange]) -> None:
        if (known := self._next(message.relation)) is None:
            return
        followed, names = known
        new = self._whole(message, followed, names)
        if new is None:
            return
        reader, old = followed.reader, message.old
        row = reader.row(new.values, new.unsent)
        key = reader.key(new.values) if new.unsent else reader.key_of(row)
        old_key = None if old is None else reader.key(old.values)
        changes.append(
            Updated(
                followed.table.name,
                key,
                row,
                self._here(),
                None if old_key == key else old_key,
                reader.row(old.values) if message.is_whole and old is not None else None,
                frozenset(names[at] for at in new.unsent) if new.unsent else NOTHING,
            )
        )

    def _whole(self, message: Update, followed: Followed, names: list[str]) -> Tuple | None:
        """Return the new row, filled in where that can be; None where the row is not there any more."""
        new, old = message.new, message.old
        if not new.unsent:
            return new
        if message.is_whole and old is not None:
            return _filled(new, old.values)
        if self._complete is None:
            return new
        whole = self._complete(followed, names, new)
        return None if whole is None else Tuple(whole)

    def _relation(self, message: Relation, _changes: list[AnyChange]) -> None:
        followed = self._tables.get((message.schema, message.table))
        if followed is None:
            self._known.pop(message.id, None)
            return
        self._renewed(followed, message)
        self._known[message.id] = followed, [column.name for column in message.columns]

    def _truncated(self, message: Truncate, changes: list[AnyChange]) -> None:
        changes += [
            Truncated(known[0].table.name, self._here())
            for relation in message.relations
            if (known := self._next(relation)) is not None
        ]


def _filled(new: Tuple, old: Values) -> Tuple:
    values: list[Any] = list(new.values)
    for at in new.unsent:
        values[at] = old[at]
    return Tuple(tuple(values))
