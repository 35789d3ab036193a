"""Joins, select lists and groups, with the rows that both checkers infer."""

# pyright: strict

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_type
from uuid import UUID

from domain import (
    Colour,
    Comment,
    Comments,
    Event,
    EventDetails,
    Events,
    Managers,
    Mood,
    Post,
    Posts,
    User,
    Users,
    bool_and,
)

from ferra_sync import (
    Database,
    Predicate,
    from_,
    maybe,
    select,
)
from ferra_sync import functions as fn

db = Database.connect()

# Joins

assert_type(db.fetch_all(from_(Posts).right_join(Users).select(maybe(Post), User)), list[tuple[Post | None, User]])
assert_type(
    db.fetch_all(from_(Posts).full_join(Users).select(maybe(Post), maybe(User))),
    list[tuple[Post | None, User | None]],
)
assert_type(db.fetch_all(from_(Posts).cross_join(Users).select(Post, User)), list[tuple[Post, User]])
assert_type(
    db.fetch_all(
        from_(Users)
        .left_join(Posts)
        .left_join(Comments, on=Comments.post_id == Posts.id)
        .select(User, maybe(Post), maybe(Comment), Comments.body.nullable())
    ),
    list[tuple[User, Post | None, Comment | None, str | None]],
)
assert_type(
    db.fetch_all(
        from_(Users)
        .inner_join(Posts)
        .left_join(Comments, on=Comments.post_id == Posts.id)
        .select(User, Post, maybe(Comment))
    ),
    list[tuple[User, Post, Comment | None]],
)
assert_type(
    db.fetch_all(
        from_(Users).inner_join(Managers, on=Users.id == Managers.id).select(Users.name, Managers.name, Managers.id)
    ),
    list[tuple[str, str, int]],
)
assert_type(
    db.fetch_all(from_(Users).left_join(Managers, on=Users.id > Managers.id).select(Users.id, maybe(Managers.name))),
    list[tuple[int, str | None]],
)
assert_type(
    db.fetch_all(from_(Users).left_join(Posts).select((Users.id + Posts.id).nullable())),
    list[int | None],
)
from_(Users).inner_join(Posts, on=(Posts.user_id == Users.id) & Posts.published)
from_(Users).inner_join(Events, on=Events.approved).order_by(Events.ends_at.desc(nulls="last"), Users.id)
from_(Users).left_join(Posts).where(Posts.title.is_null()).order_by(Posts.id, maybe(Posts.title).desc())
from_(Users).left_join(Posts).where(Posts.title.nullable() == "x", fn.coalesce(Posts.title.nullable(), "") == "")

# Select lists

whole = from_(Events)
assert_type(db.fetch_all(whole.select(Events.seats)), list[int])
assert_type(db.fetch_all(whole.select(Event)), list[Event])
assert_type(db.fetch_all(whole.select(Event, EventDetails)), list[tuple[Event, EventDetails]])
assert_type(db.fetch_all(whole.select(Events.seats, Events.name, Event)), list[tuple[int, str, Event]])
assert_type(
    db.fetch_all(whole.select(Events.id, Events.mood, Events.tags, Events.colour)),
    list[tuple[UUID, Mood, list[str], Colour | None]],
)
assert_type(
    db.fetch_all(whole.select(Events.id, Events.mood, Events.day, Events.price, Events.ratio)),
    list[tuple[UUID, Mood, date, Decimal, float]],
)
assert_type(
    db.fetch_all(whole.select(Events.id, Events.mood, Events.day, Events.price, Events.ratio, Events.public)),
    list[tuple[UUID, Mood, date, Decimal, float, bool]],
)
assert_type(
    db.fetch_all(
        whole.select(Events.id, Events.mood, Events.day, Events.price, Events.ratio, Events.public, Events.token)
    ),
    list[tuple[UUID, Mood, date, Decimal, float, bool, bytes]],
)
assert_type(
    db.fetch_all(
        whole.select(Events.id, Events.mood, Events.day, Events.price, Events.ratio, Events.public, Events.token, Event)
    ),
    list[tuple[UUID, Mood, date, Decimal, float, bool, bytes, Event]],
)
assert_type(db.fetch_all(whole.select(Events.seats + 1, fn.now())), list[tuple[int, datetime]])

# Groups

assert_type(
    db.fetch_all(from_(Users).left_join(Posts).group_by(Users.id).select(Users.name, fn.count(Posts.id))),
    list[tuple[str, int]],
)
assert_type(
    db.fetch_all(
        from_(Posts)
        .group_by(Posts.user_id, fn.lower(Posts.title))
        .having(fn.count() > 1, fn.max(Posts.id) < 100, Posts.user_id > 3)
        .order_by(fn.count().desc(), Posts.user_id)
        .select(Posts.user_id, fn.count(), fn.max(Posts.title), bool_and(Posts.published))
    ),
    list[tuple[int, int, str | None, bool | None]],
)
assert_type(
    db.fetch_all(from_(Users).inner_join(Posts).group_by(Users.id).select(User, fn.count())), list[tuple[User, int]]
)
from_(Posts).group_by(Posts.user_id).having((fn.count() > 1) & (Posts.user_id > 3))
from_(Posts).group_by(Posts.user_id).having(fn.count() * 2 > Posts.user_id)
assert_type(
    db.fetch_one(from_(Posts).select(fn.count(), fn.min(Posts.id), fn.count(Posts.title))),
    tuple[int, int | None, int],
)
from_(Users).left_join(Posts).select(fn.count(Posts.id), fn.sum(Posts.id))

# A Select

assert_type(db.fetch_all(select(User)), list[User])
assert_type(db.fetch_all(select(Users.hair_color)), list[str | None])
assert_type(db.fetch_one(select(User).find(3)), User)
assert_type(db.fetch_optional(select(User).find(3)), User | None)
assert_type(db.fetch_value(select(Users.name)), str)
assert_type(db.fetch_value(from_(Users).select(fn.count())), int)
assert_type(db.fetch_all(select(User).inner_join(Posts).where(Posts.published).order_by(Posts.id)), list[User])
assert_type(db.fetch_all(select(User).left_join(Posts).where(Posts.id.is_null())), list[User])
assert_type(db.fetch_all(select(User).limit(1).offset(2).distinct()), list[User])
assert_type(db.fetch_all(select(User).distinct(Users.name).order_by(Users.name)), list[User])
assert_type(db.fetch_all(select(Post).belonging_to(User(1, "x"))), list[Post])
assert_type(db.fetch_all(select(Post).belonging_to([User(1, "x")], by=Posts.user_id)), list[Post])
assert_type(select(User).sql().params, tuple[Any, ...])


# Columns in variables

sortable = {"name": Users.name, "colour": Users.hair_color, "id": Users.id}
several = [Users.name, Users.hair_color]
from_(Users).order_by(sortable["name"].desc(), *several).group_by(*several)
either = Users.hair_color if sortable else Users.name
assert_type(db.fetch_all(from_(Users).select(either)), list[str | None])
chosen = from_(Users).inner_join(Posts)
conditions: list[Predicate[Users] | Predicate[Posts]] = [Posts.published, Users.hair_color == "x", Users.id > 1]
chosen.where(*conditions)


def narrowed(ids: list[int], name: str | None) -> list[User]:
    query = select(User)
    if ids:
        query = query.where(Users.id.is_in(ids))
    if name is not None:
        query = query.where(Users.name == name).order_by(Users.name)
    return db.fetch_all(query.limit(3))


assert_type(narrowed([], None), list[User])
