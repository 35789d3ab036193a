"""SQLite: ferra_sync and SQLAlchemy's ORM as multiples of sqlite3 written by hand, in one run over one file each."""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
import statistics
import tempfile
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg

from benchmarks.probe import Probe, Reading
from ferra_sync import FerraModel, SqliteDatabase, Table, select
from ferra_sync import types as t

ROWS: Final = 1000
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
SESSION: Final = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = ON")


class Notes(Table):
    id = t.uuid(primary_key=True)
    title = t.text()
    stars = t.integer()
    published = t.boolean()
    created_at = t.timestamptz()


@attrs.define
class Note(FerraModel[Notes]):
    id: uuid.UUID
    title: str
    stars: int
    published: bool
    created_at: dt.datetime


class Way(ABC):
    """One way to talk to SQLite."""

    @abstractmethod
    def find_by_id(self, key: uuid.UUID) -> object: ...
    @abstractmethod
    def insert(self, values: tuple[Any, ...]) -> object: ...
    @abstractmethod
    def fetch_all(self, _: object) -> object: ...
    @abstractmethod
    def close(self) -> None: ...


class _Floor(Way):
    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for command in SESSION:
            self._connection.execute(command)
        self._connection.execute(
            "CREATE TABLE notes (id TEXT PRIMARY KEY, title TEXT NOT NULL, stars INTEGER NOT NULL,"
            " published INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT"
        )

    def find_by_id(self, key: uuid.UUID) -> Note:
        sql = "SELECT id, title, stars, published, created_at FROM notes WHERE id = ?"
        return _note(self._connection.execute(sql, (str(key),)).fetchone())

    def insert(self, values: tuple[Any, ...]) -> Note:
        key, title, stars, published, created_at = values
        sql = "INSERT INTO notes VALUES (?, ?, ?, ?, ?) RETURNING id, title, stars, published, created_at"
        kept = (str(key), title, stars, int(published), (created_at - _EPOCH) // _MICROSECOND)
        return _note(self._connection.execute(sql, kept).fetchone())

    def fetch_all(self, _: object) -> list[Note]:
        sql = "SELECT id, title, stars, published, created_at FROM notes LIMIT ?"
        return [_note(row) for row in self._connection.execute(sql, (ROWS,))]

    def close(self) -> None:
        self._connection.close()


def _note(row: Sequence[Any]) -> Note:
    key, title, stars, published, created_at = row
    return Note(uuid.UUID(key), title, stars, bool(published), _EPOCH + created_at * _MICROSECOND)


class _Ferra(Way):
    def __init__(self, path: Path) -> None:
        self._db = SqliteDatabase.connect(f"sqlite:///{path}")
        self._db.create_tables(Notes)
        self._notes = self._db.repository(Note)
        self._first = select(Note).limit(ROWS)

    def find_by_id(self, key: uuid.UUID) -> Note:
        return self._notes.find_by_id(key)

    def insert(self, values: tuple[Any, ...]) -> Note:
        return self._notes.insert(Note(*values))

    def fetch_all(self, _: object) -> list[Note]:
        return self._db.fetch_all(self._first)

    def close(self) -> None:
        self._db.close()


_CASES: Final = {"find_by_id": 200, "insert": 50, "fetch_all": 3}
"""Each question, and how often a block asks it."""


class Sqlite(Probe):
    name = "sqlite"
    title = "SQLite, over sqlite3 written by hand"
    order = 50

    def readings(self, url: str, connection: psycopg.Connection[object], *, quick: bool) -> list[Reading]:  # noqa: ARG002
        rng, found = random.Random(0), list[Reading]()
        with tempfile.TemporaryDirectory() as folder:
            ways = {name: kind(Path(folder) / f"{number}.db") for number, (name, kind) in enumerate(_kinds().items())}
            rows = [_values(number) for number in range(ROWS)]
            for way in ways.values():
                for values in rows:
                    way.insert(values)
            for question, calls in _CASES.items():
                times = _timed(ways, question, calls, rng, 12 if quick else 40)
                for name in list(ways)[1:]:
                    ratios = [one / floor for one, floor in zip(times[name], times["floor"], strict=True)]
                    found.append(Reading(f"{question}, {name}", statistics.median(ratios), "x"))
            for way in ways.values():
                way.close()
        return found


def _kinds() -> dict[str, Callable[[Path], Way]]:
    """Return the ways; one whose library is missing is left out, and says so."""
    kinds: dict[str, Callable[[Path], Way]] = {"floor": _Floor, "ferra_sync": _Ferra}
    try:
        from benchmarks.sqlite_orm import Orm  # noqa: PLC0415 - SQLAlchemy may not be there
    except ModuleNotFoundError as error:
        print(f"left out: sqlite_orm (no module {error.name})")
    else:
        kinds["SQLAlchemy ORM"] = Orm
    return kinds


def _timed(ways: dict[str, Way], question: str, calls: int, rng: random.Random, rounds: int) -> dict[str, list[float]]:
    """Return the CPU seconds of each block; in a round each way is asked the same, in another order each time."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        given = [
            _values(rng.randrange(2**60, 2**61) if question == "insert" else rng.randrange(ROWS)) for _ in range(calls)
        ]
        arguments = given if question == "insert" else [values[0] for values in given]
        for name in rng.sample(list(ways), len(ways)):
            ask = getattr(ways[name], question)
            start = time.process_time()
            for argument in arguments:
                ask(argument)
            times[name].append(time.process_time() - start)
    return times


def _values(number: int) -> tuple[Any, ...]:
    return uuid.UUID(int=number), f"title {number}", number % 5, number % 2 == 0, _EPOCH + number % 10**9 * _MICROSECOND


PROBES: list[Probe] = [Sqlite()]
