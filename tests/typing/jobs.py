"""Jobs, queues and notifications: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, assert_type

import attrs
from domain import Comments, Post, Posts, User, Users

from ferra_sync import (
    Database,
    FerraModel,
    JobOptions,
    JobStatus,
    Lease,
    Listener,
    Notification,
    Select,
    Table,
    Transaction,
    delete_from,
    from_,
    select,
    update,
)
from ferra_sync import types as t

db = Database.connect()
tx = db.begin()


class Tasks(Table):
    id = t.bigint(primary_key=True)
    name = t.text()
    made_at = t.timestamptz()
    leased_until = t.nullable(t.timestamptz())
    attempts = t.integer(default=0)


@attrs.define
class Task(FerraModel[Tasks]):
    id: int
    leased_until: datetime | None


@attrs.frozen
class TaskAdded:
    id: int


def posts() -> Select[Any, Any, Post]:
    return select(Post)


def some_posts(title: str) -> Select[Any, Any, Post]:
    return select(Post).where(Posts.title == title)


def publish(tx: Transaction, batch: list[Post]) -> int:
    return tx.execute(update(Posts).where(Posts.title.is_in([post.title for post in batch])).set(Posts.title.to("x")))


def rename(tx: Transaction, batch: list[User]) -> None:
    """Take users, not posts."""


def add(rows: int) -> None:
    """Take a number of rows."""


assert_type(db.run_batches(select(Post), publish, name="nightly"), JobStatus)
db.run_batches(posts, publish, name="nightly", size=10, workers=4, options=JobOptions(on_error="stop"), progress=add)
db.run_batches(partial(some_posts, "x"), publish, name="nightly", workers=2)
db.run_batches(from_(Posts).select(Posts.id, Posts.title), lambda _tx, batch: batch[0][1].upper(), name="nightly")
assert_type(db.jobs(), list[JobStatus])
db.job_status("nightly").set_aside[0].error.upper()

lease = Lease(Tasks.leased_until, timedelta(minutes=5), attempts=Tasks.attempts)
assert_type(db.claim(select(Task), 10, lease=lease), list[Task])
assert_type(tx.claim(from_(Tasks).order_by(Tasks.name).select(Tasks.id, Tasks.name), 10), list[tuple[int, str]])
assert_type(tx.claim(from_(Posts).inner_join(Users).select(Post, User), 1), list[tuple[Post, User]])
for task in db.claim(select(Task), 10, lease=lease):
    db.execute(update(Tasks).where(lease.held(task)).set(Tasks.leased_until.to(None)))
    db.execute(delete_from(Tasks).where(lease.held(task)))

assert_type(db.listen("tasks"), Listener[str])
assert_type(next(db.listen("tasks", payload=TaskAdded, timeout=1.5)), Notification[TaskAdded])
for notification in db.listen("tasks", payload=TaskAdded, on_reconnect=tx.rollback):
    notification.payload.id.bit_length()
db.notify("tasks", "x")
tx.notify("tasks", TaskAdded(1))

# Rejected

db.run_batches(select(Post), rename, name="nightly")  # R850 a work for rows of another class
db.run_batches(posts, rename, name="nightly")  # R851 the same of a query that is made
db.run_batches(select(Post), publish)  # R852 a job without a name
db.run_batches(select(Post).union(select(Post)), publish, name="nightly")  # R853 a set operation
db.run_batches(select(Post), publish, name="nightly", progress=add())  # R854 what progress is not
JobOptions(on_error="ignore")  # R855 what is not done about errors
JobOptions(start="again")  # R856 where no job begins
tx.run_batches(select(Post), publish, name="nightly")  # R857 a job inside a transaction
Lease(Tasks.name, timedelta(minutes=5))  # R858 a lease that ends at a name
Lease(Tasks.made_at, timedelta(minutes=5))  # R859 a lease that never is none
Lease(Tasks.leased_until, 300)  # R860 a lease of a number
Lease(Tasks.leased_until, timedelta(minutes=5), attempts=Tasks.name)  # R861 claims counted in a text
Lease(Tasks.leased_until, timedelta(minutes=5), attempts=Comments.id)  # R862 claims counted in another table
db.claim(select(Post).where(Posts.published), 10, lease=lease)  # R863 a lease of another table
db.claim(select(Task), lease=lease)  # R864 a claim of no number of rows
update(Posts).where(lease.held(task))  # R865 a lease of another table than that which is written
lease.held(TaskAdded(1))  # R866 a row of no table
db.listen("tasks", payload=TaskAdded(1))  # R867 an instance for a class
db.listen("tasks", payload=TaskAdded, timeout="1")  # R868 a text for seconds
next(db.listen("tasks", payload=TaskAdded)).payload.name  # R869 a field that the payload has not
db.notify("tasks", 1)  # R870 a number as a payload
db.notify(Tasks, "x")  # R871 a table as a channel
tx.listen("tasks")  # R872 a transaction that listens
