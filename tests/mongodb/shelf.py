"""Books on shelves, and a table of every type that a document keeps."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs

from ferra_sync import SERVER_DEFAULT, Constraint, FerraModel, Table, check, index, unique
from ferra_sync import functions as fn
from ferra_sync import types as t


class Books(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    title = t.varchar(20, unique=True)
    isbn = t.nullable(t.text(unique=True))
    year = t.integer()
    rating = t.nullable(t.numeric(3, 1))
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (check(cls.year >= 0, name="books_year_check"), index(cls.year.desc(), cls.title))


@attrs.define
class Book(FerraModel[Books]):
    title: str = attrs.field(validator=attrs.validators.min_len(1))
    year: int
    isbn: str | None = None
    rating: Decimal | None = None
    id: UUID = SERVER_DEFAULT
    created_at: dt.datetime = SERVER_DEFAULT
    updated_at: dt.datetime = SERVER_DEFAULT


class Shelves(Table):
    hall = t.text(primary_key=True)
    number = t.integer(primary_key=True)
    is_full = t.boolean(default=False)


@attrs.define
class Shelf(FerraModel[Shelves]):
    hall: str
    number: int
    is_full: bool = SERVER_DEFAULT


class Loans(Table):
    id = t.serial(primary_key=True)
    reader = t.text()
    book = t.nullable(t.text())

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (unique(cls.reader, cls.book),)


@attrs.define
class Loan(FerraModel[Loans]):
    reader: str
    book: str | None = None
    id: int = SERVER_DEFAULT


class Versions(Table):
    id = t.integer(primary_key=True)
    text = t.text()
    version = t.integer(version=True, default=1)


@attrs.define
class Versioned(FerraModel[Versions]):
    id: int
    text: str
    version: int = SERVER_DEFAULT


class Numbers(Table):
    """What predicates are asked of, in PostgreSQL too."""

    id = t.integer(primary_key=True)
    whole = t.nullable(t.integer())
    price = t.nullable(t.numeric(8, 2))
    name = t.nullable(t.text())
    is_on = t.nullable(t.boolean())
    at = t.nullable(t.timestamp())
    day = t.nullable(t.date())


@attrs.define
class Number(FerraModel[Numbers]):
    id: int
    whole: int | None = None
    price: Decimal | None = None
    name: str | None = None
    is_on: bool | None = None
    at: dt.datetime | None = None
    day: dt.date | None = None


class Mood(enum.Enum):
    GLAD = "glad"
    SAD = "sad"


@attrs.frozen
class Address:
    street: str
    floor: int | None = None


class Kept(Table):
    id = t.bigint(primary_key=True)
    small = t.smallint()
    amount = t.numeric(30, 4)
    real = t.double_precision()
    text = t.text()
    flag = t.boolean()
    uuid = t.uuid()
    day = t.date()
    time = t.time()
    local = t.timestamp()
    at = t.timestamptz()
    span = t.interval()
    raw = t.bytea()
    mood = t.enum(Mood)
    document = t.jsonb()
    address = t.nullable(t.json(Address))
    numbers = t.array(t.nullable(t.bigint()))
    moods = t.array(t.enum(Mood))


@attrs.define
class Keeper(FerraModel[Kept]):
    id: int
    small: int
    amount: Decimal
    real: float
    text: str
    flag: bool
    uuid: UUID
    day: dt.date
    time: dt.time
    local: dt.datetime
    at: dt.datetime
    span: dt.timedelta
    raw: bytes
    mood: Mood
    document: Any
    address: Address | None
    numbers: list[int | None]
    moods: list[Mood]
