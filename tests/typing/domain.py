"""The tables and models that the other files speak of."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import attrs

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Constraint,
    FerraModel,
    Insertable,
    Table,
    Unset,
    check,
    index,
    unique,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import boolean, integer, nullable, text


class Users(Table):
    id = t.serial(primary_key=True)
    name = text()
    hair_color = nullable(text())


class Posts(Table):
    id = t.serial(primary_key=True)
    user_id = integer(references=Users.id)
    title = text()
    published = boolean(default=False)


@attrs.define
class User(FerraModel[Users]):
    id: int
    name: str
    hair_color: str | None = None


@attrs.frozen
class Post(FerraModel[Posts]):
    id: int
    title: str


@attrs.define
class NewUser(Insertable[Users]):
    name: str


# What the contract does not need


class Managers(Users, alias="managers"):
    pass


class Comments(Table):
    id = t.serial(primary_key=True)
    post_id = t.integer(references=Posts.id, on_delete="cascade", index=True)
    author_id = t.nullable(t.integer(references=lambda: Users.id, on_delete="set null"))
    parent_id = t.nullable(t.integer(references=lambda: Comments.id))
    body = t.text()
    likes = t.bigint(default=0)


class Replies(Comments, alias="replies"):
    pass


class Mood(enum.Enum):
    CALM = "calm"
    LOUD = "loud"


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


@attrs.frozen
class Address:
    street: str
    city: str


@attrs.frozen
class Colour:
    red: int


class Events(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    owner_id = t.integer(references=Users.id)
    name = t.varchar(50, unique=True)
    day = t.date()
    starts_at = t.timestamptz(default=fn.now(), on_update=fn.now())
    ends_at = t.nullable(t.timestamptz())
    opens = t.time()
    duration = t.interval()
    pause = t.nullable(t.interval())
    price = t.numeric(10, 2, default=Decimal(0))
    discount = t.nullable(t.numeric())
    ratio = t.double_precision()
    seats = t.integer(default=fn.literal(10))
    taken = t.nullable(t.integer())
    public = t.boolean(default=True)
    approved = t.nullable(t.boolean())
    tags = t.array(t.text())
    scores = t.array(t.nullable(t.integer()))
    mood = t.enum(Mood)
    size = t.nullable(t.enum(Size, "event_size"))
    address = t.jsonb(Address)
    colour = t.nullable(t.jsonb(Colour))
    extra = t.jsonb()
    token = t.bytea()
    period = t.tstzrange()
    repeats = t.calendar_interval()
    notice = t.nullable(t.calendar_interval())
    last_day = t.nullable(t.date())

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Self]]:
        return (
            unique(cls.owner_id, cls.name),
            check(cls.seats >= 0),
            index(cls.starts_at.desc(), fn.lower(cls.name), where=cls.public),
        )


@attrs.define
class Comment(FerraModel[Comments]):
    id: int
    body: str
    author_id: int | None


@attrs.define
class NewComment(Insertable[Comments]):
    post_id: int
    body: str
    author_id: int | None = None


@attrs.frozen
class Event(FerraModel[Events]):
    name: str
    day: date
    starts_at: datetime = SERVER_DEFAULT
    id: UUID = SERVER_DEFAULT


@attrs.define
class EventDetails(FerraModel[Events]):
    duration: timedelta
    price: Decimal
    tags: list[str]
    scores: list[int | None]
    mood: Mood
    size: Size | None
    address: Address
    extra: Any


@attrs.define
class UserPatch(Changeset[Users]):
    name: str | Unset = UNSET
    hair_color: str | Unset | None = UNSET


@attrs.define
class PostPatch(Changeset[Posts]):
    title: str | Unset = UNSET
    published: bool | Unset = UNSET


@attrs.frozen
class Manager(FerraModel[Managers]):
    id: int
    name: str


class Drafts(Table):
    id = t.integer(primary_key=True)
    body = t.text()
    version = t.bigint(default=1, version=True)


@attrs.define
class Draft(FerraModel[Drafts]):
    id: int
    body: str
    version: int = SERVER_DEFAULT


@attrs.define
class DraftPatch(Changeset[Drafts]):
    body: str | Unset = UNSET
    version: int | Unset = UNSET


similarity = fn.function("similarity", t.text(), t.text(), returns=t.real())
char_length = fn.function("char_length", t.text(), returns=t.integer())
clock_timestamp = fn.function("clock_timestamp", returns=t.timestamptz())
replace = fn.function("replace", t.text(), t.text(), t.text(), returns=t.text())
nullif = fn.function("nullif", t.nullable(t.text()), t.text(), returns=t.nullable(t.text()))
bool_and = fn.aggregate("bool_and", t.nullable(t.boolean()), returns=t.nullable(t.boolean()))
string_agg = fn.aggregate("string_agg", t.nullable(t.text()), t.text(), returns=t.nullable(t.text()))
