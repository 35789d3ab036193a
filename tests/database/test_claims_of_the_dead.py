"""Claimers of a queue that are killed: what they had is claimed again, and nothing is done twice or lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from databases import fresh_database
from queued_rows import Queue, work_off

from ferra_sync import Database, from_, update
from ferra_sync import functions as fn

COUNT = 600
CLAIMERS = 3

CLAIM = """
import sys
from queued_rows import work_off
from ferra_sync import Database, DatabaseConfig

with Database.connect(config=DatabaseConfig(sys.argv[1], min_connections=1)) as db:
    work_off(db, done=lambda entry: print(entry.id, flush=True))
"""


@pytest.fixture
def db(server_url: str) -> Iterator[Database]:
    rows = f"INSERT INTO queue SELECT n FROM generate_series(1, {COUNT}) AS n"
    with fresh_database(server_url, Queue, script=rows) as url, Database.connect(url) as db:
        yield db


def test_what_killed_claimers_had_is_done_once_by_others(db):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CLAIM, db.config.url]
    claimers = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(CLAIMERS)]
    for number, claimer in enumerate(claimers[1:], start=1):
        assert claimer.stdout is not None
        for _ in range(7 * number):  # In the midst of what it has claimed.
            claimer.stdout.readline()
        claimer.kill()
        claimer.communicate()
    claimers[0].communicate()
    assert claimers[0].returncode == 0

    left = db.fetch_value(from_(Queue).where(Queue.leased_until.is_not_null()).select(fn.count()))
    assert left == db.fetch_value(from_(Queue).where(Queue.done == 0).select(fn.count()))
    db.execute(update(Queue).where(Queue.leased_until.is_not_null()).set(Queue.leased_until.to(fn.now())))
    work_off(db)
    assert db.fetch_all(from_(Queue).group_by(Queue.done).select(Queue.done, fn.count())) == [(1, COUNT)]
    again = db.fetch_value(from_(Queue).where(Queue.attempts > 1).select(fn.count()))
    assert again == left
