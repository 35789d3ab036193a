"""Kills the consumer, Redis and PostgreSQL at random while rows are written, and compares what Redis holds at the end.

By hand: `python tests/cdc/killing.py --rounds 30 --seed 1`; `--appendfsync no-file` for a Redis that keeps nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

import psycopg
from logical_servers import LogicalServer, Valkey

from ferra_sync import Database
from ferra_sync.cdc import Capture, RedisSink

ROOT = Path(__file__).parents[2]
DEADLINE = 60.0
VICTIMS = ("consumer", "redis", "postgres")
COLUMNS = ("id", "title", "body", "likes")
SCHEMA = "CREATE TABLE posts (id integer PRIMARY KEY, title text NOT NULL, body text, likes integer NOT NULL)"
LARGE = "(SELECT string_agg(md5((i * {0})::text), '') FROM generate_series(1, 200) AS i)"


class Writer(threading.Thread):
    """Writes rows, and goes on where the server comes back; its own chance, so that a seed means something."""

    def __init__(self, url: str, seed: int) -> None:
        super().__init__(daemon=True)
        self._url, self._random = url, random.Random(seed)
        self._stopped = threading.Event()
        self._written = threading.Condition()
        self.transactions = 0

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    while not self._stopped.is_set():
                        self._write(connection)
            except psycopg.OperationalError:
                self._stopped.wait(0.01)

    def _write(self, connection: psycopg.Connection) -> None:
        with connection.transaction():
            for _ in range(self._random.randint(1, 4)):
                connection.execute(self._command())
        with self._written:
            self.transactions += 1
            self._written.notify_all()

    def _command(self) -> bytes:
        key, other, number = (self._random.randint(1, 400) for _ in range(3))
        update = f"UPDATE posts SET title = 'title \"{number}\" ü', likes = likes + 1 WHERE id"
        commands = {
            f"INSERT INTO posts VALUES ({key}, 'new {number}', NULL, 0) ON CONFLICT DO NOTHING": 30,
            f"INSERT INTO posts VALUES ({key}, 'l', {LARGE.format(number)}, 0) ON CONFLICT DO NOTHING": 10,
            f"{update} = {key}": 30,
            f"{update} < {key // 8}": 5,
            f"UPDATE posts SET id = {other} WHERE id = {key} AND NOT EXISTS (SELECT FROM posts WHERE id = {other})": 10,
            f"DELETE FROM posts WHERE id = {key}": 10,
            f"INSERT INTO posts SELECT i, 'bulk', NULL, 0 FROM generate_series(1000, {1000 + 2 * number}) AS i"
            " ON CONFLICT (id) DO UPDATE SET likes = posts.likes + 1": 1,
            "DELETE FROM posts WHERE id >= 1000": 1,
            "TRUNCATE posts": 0.05,
        }
        return self._random.choices(list(commands), list(commands.values()))[0].encode()

    def wait_for(self, more: int) -> None:
        """Wait until so many more transactions are written."""
        with self._written:
            goal = self.transactions + more
            assert self._written.wait_for(lambda: self.transactions >= goal, DEADLINE)

    def stop(self) -> None:
        self._stopped.set()
        self.join(DEADLINE)


class Consumer:
    """`ferra cdc run` in a process of its own."""

    def __init__(self, postgres: str, redis_url: str, log: Path) -> None:
        self._command = [sys.executable, "-m", "ferra_sync.cli", "cdc", "run", "--slot", "killed", "--table", "posts"]
        self._command += ["--url", postgres, "--to", redis_url]
        self._postgres, self._redis, self._log = postgres, redis_url, log
        self.start()

    def start(self) -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log, env=environment)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def finish(self) -> None:
        """Stop it, and apply what is left here."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(DEADLINE) in {0, -signal.SIGTERM}, self._log.read_text()
        with Database.connect(self._postgres) as db:
            Capture(db, "killed", ["posts"], RedisSink(self._redis)).catch_up()


def stored(server: Valkey) -> dict[str, str]:
    with server.client() as client:
        keys = sorted(client.keys("posts:*"))
        return dict(zip(keys, client.mget(keys) if keys else (), strict=True))


def selected(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT id, title, body, likes FROM posts").fetchall()
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in found)
    return {f"posts:{row['id']}": json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows}


def await_progress(writer: Writer, server: Valkey) -> None:
    """Wait until the consumer has written once more: a kill of one that only begins shows little."""
    with server.client() as client:
        before = client.hget("ferra_cdc:killed", "position")
        for _ in range(10_000):
            writer.wait_for(5)
            if client.hget("ferra_cdc:killed", "position") not in {None, before}:
                return
    raise AssertionError("the consumer writes nothing")


def run(directory: Path, rounds: int, seed: int, appendfsync: str | None = "everysec") -> Counter[str]:
    """Kill so often, and raise AssertionError where Redis is not what the table is; return who was killed how often."""
    chance = random.Random(seed)
    killed: Counter[str] = Counter()
    with LogicalServer() as postgres, Valkey(directory, appendfsync) as redis:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute(SCHEMA.encode())
        writer = Writer(postgres.url, seed)
        consumer = Consumer(postgres.url, redis.url, directory / "consumer.log")
        processes = {"consumer": consumer, "redis": redis, "postgres": postgres}
        writer.start()
        try:
            for number in range(rounds):
                await_progress(writer, redis)
                writer.wait_for(chance.randint(0, 100))
                victims = [VICTIMS[number % 3], *chance.sample(VICTIMS, chance.randint(0, 1))]
                for victim in dict.fromkeys(victims):
                    processes[victim].kill()
                    killed[victim] += 1
                for victim in dict.fromkeys(reversed(victims)):
                    processes[victim].start()
            writer.wait_for(20)
            writer.stop()
            consumer.finish()
            expected, found = selected(postgres.url), stored(redis)
            assert found == expected, sorted(found.items() ^ expected.items())[:4]
            killed["rows"], killed["transactions"] = len(found), writer.transactions
        finally:
            writer.stop()
            consumer.kill()
    return killed


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--appendfsync", default="everysec")
    given = parser.parse_args()
    sys.stdout.write("")
    policy = None if given.appendfsync == "no-file" else given.appendfsync
    with tempfile.TemporaryDirectory() as place:
        try:
            done = run(Path(place), given.rounds, given.seed, policy)
        finally:
            sys.stdout.write((Path(place) / "consumer.log").read_text())
    sys.stdout.write(f"{dict(done)}\n")
