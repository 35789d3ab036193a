"""An observer that remembers, and what it is told of."""

from __future__ import annotations

import attrs
from tables import truncate

from ferra_sync import SERVER_DEFAULT, Caller, FerraModel, Observer, QueryEvent, Table
from ferra_sync import types as t

SECRET = "a value that nobody must see"


class Films(Table):
    id = t.serial(primary_key=True)
    title = t.text(unique=True)
    likes = t.integer(default=0)


@attrs.define
class Film(FerraModel[Films]):
    title: str
    likes: int = 0
    id: int = SERVER_DEFAULT


ROWS = f"{truncate(Films)}; INSERT INTO films (title) SELECT n::text FROM generate_series(1, 5000) AS n"


@attrs.define(eq=False)
class Memory(Observer):
    """What it was told, and, of each statement, from which line it was sent."""

    events: list[QueryEvent] = attrs.field(factory=list)
    callers: list[Caller | None] = attrs.field(factory=list)
    others: list[tuple[object, ...]] = attrs.field(factory=list)

    def on_query(self, event):
        self.events.append(event)
        self.callers.append(event.caller)

    def on_checkout(self, waited):
        self.others.append(("checkout", waited))

    def on_connect(self, seconds):
        self.others.append(("connect", seconds))

    def on_close(self, reason):
        self.others.append(("close", reason))

    def on_retry(self, attempt, error):
        self.others.append(("retry", attempt, error.sqlstate))

    def on_transaction(self, outcome, seconds):
        self.others.append(("transaction", outcome, seconds))

    def clear(self):
        self.events.clear()
        self.callers.clear()
        self.others.clear()

    def seen(self):
        """Return the summaries of what was sent that is not internal."""
        return [event.summary for event in self.events if not event.is_internal]

    def sent(self):
        """Return the summaries of all that was sent."""
        return [event.summary for event in self.events]

    def told(self, kind):
        """Return what else it was told of one kind, without seconds."""
        return [each[1] for each in self.others if each[0] == kind]
