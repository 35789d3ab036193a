"""Changes followed into Redis, beside one client's MULTI SETs of the same rows in the same run; memory of a million.

python -m benchmarks.cdc [--rows 200000] [--million]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import psycopg
import redis

from ferra_sync import Database, FerraModel, Table
from ferra_sync import types as t
from ferra_sync.cdc import Capture, CaptureOptions, RedisSink, drop

sys.path.append(str(Path(__file__).parents[1] / "tests" / "cdc"))
from logical_servers import LogicalServer, Valkey

_BATCH = 1000
_BUDGET = 0.7
_ROUNDS = 3
_TABLE = "CREATE TABLE items (id integer PRIMARY KEY, title text NOT NULL, n integer NOT NULL)"
_FILL = "INSERT INTO items SELECT i, 'title ' || i, i FROM generate_series({}, {}) AS i"
_MILLION = """
import sys
from pathlib import Path
from ferra_sync import Database
from ferra_sync.cdc import Capture, CaptureOptions, RedisSink
def peak():
    status = Path("/proc/self/status").read_text().split()
    return int(status[status.index("VmHWM:") + 1]) / 1024
with Database.connect(sys.argv[1]) as db:
    quiet = CaptureOptions(on_event=lambda event: None)
    capture = Capture(db, "bench", ["items"], RedisSink(sys.argv[2]), options=quiet)
    before = peak()
    progress = capture.catch_up()
    print(progress.changes, before, peak() - before)
"""


class Items(Table):
    id = t.integer(primary_key=True)
    title = t.text()
    n = t.integer()


@attrs.define
class Item(FerraModel[Items]):
    id: int
    title: str
    n: int


def timed(work: Callable[[], Any], rows: int) -> float:
    """Return the rows a second of `work`."""
    begin = time.perf_counter()
    work()
    return rows / (time.perf_counter() - begin)


def sets(url: str, rows: int) -> None:
    """Write the same rows by one client, without anything to read or to decode."""
    with redis.Redis.from_url(url) as client:
        for first in range(0, rows, _BATCH):
            with client.pipeline(transaction=True) as pipe:
                for i in range(first, min(first + _BATCH, rows)):
                    pipe.set(f"items:{i}", f'{{"id":{i},"title":"title {i}","n":{i}}}')
                pipe.execute()


def measured(db: Database, url: str, source: Any, rows: int) -> float:
    """Follow the rows into Redis as soon as they are committed, and return the ratio to the sets, the best of some."""
    ratios = []
    for _ in range(_ROUNDS):
        capture = Capture(db, "bench", [source], RedisSink(url), options=CaptureOptions(on_event=lambda _event: None))
        _emptied(db, url)
        capture.catch_up()
        with db.connection() as connection:
            connection.execute(_FILL.format(1, rows).encode())
        floor = timed(lambda: sets(url, rows), rows)
        followed = timed(capture.catch_up, rows)
        floor = max(floor, timed(lambda: sets(url, rows), rows))
        drop(db, "bench", sink=RedisSink(url))
        copied = timed(capture.catch_up, rows)
        drop(db, "bench", sink=RedisSink(url))
        ratios.append(followed / floor)
        print(f"  sets {floor:,.0f}/s, followed {followed:,.0f}/s ({ratios[-1]:.2f}), copied {copied:,.0f}/s")
    return max(ratios)


def million(db: Database, postgres: str, url: str) -> None:
    """Follow a million changes, one transaction of 300,000 among them, in a process of its own."""
    _emptied(db, url)
    options = CaptureOptions(on_event=lambda _event: None)
    Capture(db, "bench", ["items"], RedisSink(url), options=options).catch_up()
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(_FILL.format(1, 300_000).encode())
        for first in range(300_001, 1_000_001, 100):
            connection.execute(_FILL.format(first, first + 99).encode())
    done = subprocess.run([sys.executable, "-c", _MILLION, postgres, url], check=True, capture_output=True, text=True)
    changes, before, more = done.stdout.split()
    print(f"{int(changes):,} changes: {float(before):.0f} MiB before, at most {float(more):.0f} MiB more")
    drop(db, "bench", sink=RedisSink(url))


def _emptied(db: Database, url: str) -> None:
    with db.connection() as connection:
        connection.execute(b"TRUNCATE items")
    with redis.Redis.from_url(url) as client:
        client.flushdb()


def main() -> int:
    """Print the figures; 1 where the budget does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--million", action="store_true")
    given = parser.parse_args()
    ratios = []
    with (
        LogicalServer() as server,
        tempfile.TemporaryDirectory() as place,
        Valkey(Path(place)) as valkey,
        Database.connect(server.url) as db,
    ):
        with db.connection() as connection:
            connection.execute(_TABLE.encode())
        for name, source in (("dicts", "items"), ("models", Item)):
            print(f"{given.rows:,} narrow rows as {name}")
            ratios.append(measured(db, valkey.url, source, given.rows))
        if given.million:
            million(db, server.url, valkey.url)
    print(f"the slower: {min(ratios):.2f}, budget {_BUDGET}")
    return min(ratios) < _BUDGET


if __name__ == "__main__":
    sys.exit(main())
