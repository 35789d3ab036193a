"""Teams and their players, and tables without a key or with one of two columns."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager

import attrs
from databases import database_with

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, Table, insert_into
from ferra_sync import types as t


class Kind(enum.Enum):
    BASIC = "basic"
    ADVANCED = "advanced"


class Teams(Table):
    id = t.serial(primary_key=True)
    name = t.text()


class Players(Table):
    id = t.serial(primary_key=True)
    team_id = t.nullable(t.integer(references=Teams.id))
    name = t.text()
    score = t.integer()
    kind = t.enum(Kind, default=Kind.BASIC)
    tags = t.array(t.text(), default=[])


class Loose(Table):
    """A table without a key."""

    word = t.text()
    number = t.integer()


class Pairs(Table):
    a = t.integer(primary_key=True)
    b = t.text(primary_key=True)
    note = t.text(default="")


@attrs.frozen
class Team(FerraModel[Teams]):
    name: str
    id: int = SERVER_DEFAULT


@attrs.frozen
class Player(FerraModel[Players]):
    name: str
    score: int
    team_id: int | None = None
    kind: Kind = Kind.BASIC
    id: int = SERVER_DEFAULT


@attrs.frozen
class LooseRow(FerraModel[Loose]):
    word: str
    number: int


@attrs.frozen
class Pair(FerraModel[Pairs]):
    a: int
    b: str


DATA = [
    Player("ann", 5, 1, Kind.ADVANCED),
    Player("bob", 3, 1),
    Player("cid", 5, 2),
    Player("dan", 1, None, Kind.ADVANCED),
    Player("eve", 3, 2),
]


@contextmanager
def players_database(server_url: str) -> Iterator[Database]:
    """Open a database with these rows; it is dropped at the end."""
    with database_with(server_url, Teams, Players, Loose, Pairs) as db:
        db.execute(insert_into(Teams).values(Team("red"), Team("blue"), Team("empty")))
        db.execute(insert_into(Players).values(*DATA))
        db.execute(insert_into(Loose).values(LooseRow("a", 1), LooseRow("a", 1), LooseRow("b", 2)))
        db.execute(insert_into(Pairs).values(Pair(1, "x"), Pair(1, "y"), Pair(2, "x")))
        yield db
