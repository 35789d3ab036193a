"""From a call to the driver: how many frames of ours are on the stack where psycopg begins."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import attrs
import psycopg
import pytest
from databases import fresh_database

import ferra_sync
from ferra_sync import SERVER_DEFAULT, Database, FerraModel, PgRepository, Table, insert_into, select, update
from ferra_sync import types as t

MOST = 5
MOST_OF_MANY = 7
"""Many rows go in chunks, and a chunk in batches: two more."""
HOME = str(Path(ferra_sync.__file__).parent)
EXECUTE = psycopg.RawCursor.execute.__code__


class Doors(Table):
    id = t.serial(primary_key=True)
    name = t.text()


@attrs.define
class Door(FerraModel[Doors]):
    name: str
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    doors_table = "CREATE TABLE doors (id serial PRIMARY KEY, name text NOT NULL)"
    with fresh_database(server_url, script=doors_table) as url, Database.connect(url) as db:
        doors = PgRepository(Door, db)
        doors.insert_many([Door(f"n{number}") for number in range(10)])
        yield db


def stacks(call: Callable[[], object]) -> list[list[str]]:
    """Return, for each time that psycopg's `execute` begins, our functions on the stack, the outermost first."""
    found: list[list[str]] = []

    def enter(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code is EXECUTE:
            found.append(ours(frame))

    sys.setprofile(enter)
    try:
        call()
    finally:
        sys.setprofile(None)
    return found


def ours(frame: FrameType | None) -> list[str]:
    names: list[str] = []
    while frame is not None:
        if frame.f_code.co_filename.startswith(HOME):
            names.append(frame.f_code.co_qualname)
        frame = frame.f_back
    return names[::-1]


CALLS: dict[str, Callable[[Database, PgRepository[Door]], object]] = {
    "find_page": lambda _db, doors: doors.find_page(2, 3),
    "find_by_id": lambda _db, doors: doors.find_by_id(1),
    "insert": lambda _db, doors: doors.insert(Door("new")),
    "update": lambda _db, doors: doors.update(1, Door("other")),
    "save": lambda _db, doors: doors.save(Door("other", 1)),
    "find_all": lambda _db, doors: doors.find_all(),
    "count": lambda _db, doors: doors.count(),
    "insert_many": lambda _db, doors: doors.insert_many([Door("a"), Door("b")]),
    "upsert_many": lambda _db, doors: doors.upsert_many([Door("a", 1), Door("b", 2)]),
    "update_many": lambda _db, doors: doors.update_many([Door("c", 1), Door("d", 2)]),
    "find_many": lambda _db, doors: doors.find_many([1, 2]),
    "delete_many": lambda _db, doors: doors.delete_many([1_000, 1_001]),
    "fetch_all": lambda db, _doors: db.fetch_all(select(Door)),
    "fetch_one": lambda db, _doors: db.fetch_one(select(Door)),
    "fetch_page": lambda db, _doors: db.fetch_page(select(Door), 2, 3),
    "execute": lambda db, _doors: db.execute(update(Doors).find(1).set(Doors.name.to("x"))),
    "returning": lambda db, _doors: db.fetch_one(insert_into(Doors).values(Door("x")).returning(Door)),
    "batches": lambda db, _doors: list(db.batches(select(Door), 5)),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_call_enters_more_than_five_rooms_before_the_driver(db, name):
    doors = PgRepository(Door, db)
    CALLS[name](db, doors)  # what is compiled once is compiled now
    found = stacks(lambda: CALLS[name](db, doors))
    assert found
    most = MOST_OF_MANY if name.endswith("_many") else MOST
    for stack in found:
        assert 1 <= len(stack) <= most, " > ".join(stack)


def test_no_room_is_entered_twice(db):
    doors = PgRepository(Door, db)
    for stack in stacks(lambda: doors.find_page(2, 3)):
        assert len(set(stack)) == len(stack)


def test_a_page_that_is_not_the_last_is_two_statements_and_a_short_first_page_is_one(db):
    doors = PgRepository(Door, db)
    assert len(stacks(lambda: doors.find_page(1, 3))) == 2
    assert len(stacks(lambda: doors.find_page(1, 1000))) == 1


def test_the_first_call_of_a_shape_enters_no_more_rooms_than_the_second(db):
    query = select(Door).where(Doors.name == "x", Doors.id > 3, Doors.id < 9)
    first, second = (stacks(lambda: db.fetch_all(query)) for _ in range(2))
    assert first == second
