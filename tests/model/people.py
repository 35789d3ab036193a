"""People with columns of many types, and their pets."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import attrs

from ferra_sync import SERVER_DEFAULT, FerraModel, Table, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Address:
    street: str
    at: dt.datetime | None = None


class People(Table):
    id = t.serial(primary_key=True)
    name = t.varchar(50, unique=True)
    email = t.nullable(t.text())
    colour = t.enum(Colour, default=Colour.RED)
    address = t.nullable(t.jsonb(Address))
    tags = t.array(t.text(), default=[])
    age = t.integer(default=0)
    klass = t.text(name="class", default="x")


class Pets(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    name = t.text()
    owner_id = t.nullable(t.integer(references=People.id))


@attrs.define
class Person(FerraModel[People]):
    name: str
    email: str | None = None
    colour: Colour = SERVER_DEFAULT
    address: Address | None = None
    tags: list[str] = attrs.Factory(list)
    id: int = SERVER_DEFAULT


HOME = Address("1 Main St", dt.datetime(2024, 1, 1, tzinfo=dt.UTC))


def written(tx: Any, **values: Any) -> Person:
    return tx.fetch_one(insert_into(People).values(Person(**{"name": "al", **values})).returning(Person))


@attrs.frozen
class Frozen(FerraModel[People]):
    id: int
    name: str


@attrs.define(slots=False)
class Dict(FerraModel[People]):
    id: int
    name: str
