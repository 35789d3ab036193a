"""A queue, and what works it off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from ferra_sync import Database, FerraModel, Lease, Table, select, update
from ferra_sync import types as t


class Queue(Table):
    id = t.integer(primary_key=True)
    done = t.integer(default=0)
    leased_until = t.nullable(t.timestamptz())
    attempts = t.integer(default=0)


@attrs.define
class Entry(FerraModel[Queue]):
    id: int
    leased_until: datetime | None


LEASE = Lease(Queue.leased_until, timedelta(hours=1), attempts=Queue.attempts)


def work_off(db: Database, done: Callable[[Entry], object] = lambda _entry: None) -> None:
    """Do what nobody else has, ten entries at a time, until there is nothing left."""
    todo = select(Entry).where(Queue.done == 0).order_by(Queue.id)
    while entries := db.claim(todo, 10, lease=LEASE):
        for entry in entries:
            finished = update(Queue).where(LEASE.held(entry))
            db.execute(finished.set(Queue.done.to(Queue.done + 1), Queue.leased_until.to(None)))
            done(entry)
