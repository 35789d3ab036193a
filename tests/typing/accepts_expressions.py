"""Columns and what is made of them, with the types that both checkers infer."""

# pyright: strict

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Never, assert_type
from uuid import UUID, uuid4

from domain import (
    Address,
    Colour,
    Comments,
    Events,
    Managers,
    Mood,
    Posts,
    Size,
    Users,
    bool_and,
    char_length,
    clock_timestamp,
    nullif,
    replace,
    similarity,
    string_agg,
)

from ferra_sync import (
    Aggregate,
    Aggregated,
    Column,
    Expr,
    In,
    Opt,
    Plain,
    from_,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

now = datetime.now(UTC)

# Columns know their table, their type and whether they may be NULL

assert_type(Events.id, Column[In[Events], UUID, Never])
assert_type(Events.day, Column[In[Events], date, Never])
assert_type(Events.starts_at, Column[In[Events], datetime, Never])
assert_type(Events.ends_at, Column[In[Events], datetime, None])
assert_type(Events.duration, Column[In[Events], timedelta, Never])
assert_type(Events.price, Column[In[Events], Decimal, Never])
assert_type(Events.ratio, Column[In[Events], float, Never])
assert_type(Events.public, Column[In[Events], bool, Never])
assert_type(Events.approved, Column[In[Events], bool, None])
assert_type(Events.tags, Column[In[Events], list[str], Never])
assert_type(Events.scores, Column[In[Events], list[int | None], Never])
assert_type(Events.mood, Column[In[Events], Mood, Never])
assert_type(Events.size, Column[In[Events], Size, None])
assert_type(Events.address, Column[In[Events], Address, Never])
assert_type(Events.colour, Column[In[Events], Colour, None])
assert_type(Events.extra, Column[In[Events], Any, Never])
assert_type(Events.token, Column[In[Events], bytes, Never])
assert_type(Events.period, Column[In[Events], t.Range[datetime], Never])
assert_type(Comments.author_id, Column[In[Comments], int, None])
assert_type(Managers.name, Column[In[Managers], str, Never])

# Comparisons

from_(Users).where(Users.id == 1, Users.id != 1, Users.id < 1, Users.id <= 1, Users.id > 1, Users.id >= 1)
from_(Users).where(Users.hair_color == Users.name, Users.name == Users.hair_color, Users.hair_color != "red")
from_(Users).where(Users.hair_color.is_null(), Users.hair_color.is_not_null(), Users.name.is_not_null())
from_(Users).where(Users.hair_color.is_distinct_from("red"), Users.hair_color.is_not_distinct_from(None))
from_(Users).where(Users.id.is_in([1, 2]), Users.id.is_in({1}), Users.id.is_in((1,)), Users.id.is_not_in(range(3)))
from_(Users).where(Users.hair_color.is_in(["red", "black"]), Users.hair_color.is_in(()))
from_(Users).where(Users.id.between(1, 9), Users.name.between("a", "b"), Users.hair_color.between("a", "z"))
from_(Events).where(Events.seats.between(Events.owner_id, Events.taken), Events.starts_at.between(now, now))
from_(Events).where(Events.mood == Mood.CALM, Events.size == Size.SMALL, Events.mood.is_in([Mood.CALM, Mood.LOUD]))
from_(Events).where(Events.address == Address("a", "b"), Events.colour == Colour(1), Events.extra == {"a": [1, None]})
from_(Events).where(Events.tags == ["a"], Events.scores == [1, None], Events.token == b"\x00", Events.id == uuid4())
from_(Events).where(Events.day == date(2024, 1, 1), Events.starts_at < now, Events.ends_at > Events.starts_at)
from_(Events).where(Events.starts_at <= fn.now(), Events.starts_at > fn.now() - timedelta(days=1))
from_(Events).where(Events.price > Decimal("1.5"), Events.ratio > 0.5, Events.duration < timedelta(hours=1))
from_(Events).where(Events.id == fn.gen_random_uuid(), Events.seats == fn.literal(3), Events.taken == fn.literal(3))

# Predicates and their logic

assert_type(Posts.published & Posts.published, Expr[In[Posts], bool, Never, Plain])
from_(Events).where(Events.public, Events.approved, ~Events.approved, Events.public | Events.approved)
from_(Events).where((Events.seats > 1) & ~(Events.approved | (Events.name == "x")))
from_(Users).where(Users.hair_color.icontains("r"), Users.name.startswith("a"), Users.name.iendswith("a"))
from_(Users).where(Users.name.like("a%"), Users.hair_color.ilike("%b"), Users.name.contains("%"))
from_(Events).where(Events.name.istartswith("a"), Events.name.endswith("a"))
from_(Users).where().order_by().where(fn.literal(value=True))

# Arithmetic

assert_type(Users.id + 1, Expr[In[Users], int, Never, Plain])
assert_type(1 + Users.id, Expr[In[Users], int, Never, Plain])
assert_type(2 * Users.id - 1, Expr[In[Users], int, Never, Plain])
assert_type(-Users.id % 3, Expr[In[Users], int, Never, Plain])
assert_type(Users.id + Posts.id, Expr[In[Users] | In[Posts], int, Never, Plain])
assert_type(Events.seats / 2, Expr[In[Events], int, Never, Plain])
assert_type(Events.taken + 1, Expr[In[Events], int, None, Plain])
assert_type(Events.seats - Events.taken, Expr[In[Events], int, None, Plain])
assert_type(Events.taken - Events.seats, Expr[In[Events], int, None, Plain])
assert_type(Events.ratio * 0.5, Expr[In[Events], float, Never, Plain])
assert_type(Events.price * Decimal(2), Expr[In[Events], Decimal, Never, Plain])
assert_type(Events.price - Events.discount, Expr[In[Events], Decimal, None, Plain])
assert_type(Events.name + "!", Expr[In[Events], str, Never, Plain])
assert_type("!" + Events.name, Expr[In[Events], str, Never, Plain])
assert_type(Users.name + Users.hair_color, Expr[In[Users], str, None, Plain])
assert_type(Users.hair_color + Users.name, Expr[In[Users], str, None, Plain])
assert_type(Users.hair_color + "ish", Expr[In[Users], str, None, Plain])
assert_type(Events.starts_at + timedelta(days=1), Expr[In[Events], datetime, Never, Plain])
assert_type(Events.starts_at - timedelta(days=1), Expr[In[Events], datetime, Never, Plain])
assert_type(Events.starts_at + Events.duration, Expr[In[Events], datetime, Never, Plain])
assert_type(Events.starts_at - Events.duration, Expr[In[Events], datetime, Never, Plain])
assert_type(Events.starts_at - Events.starts_at, Expr[In[Events], timedelta, Never, Plain])
assert_type(Events.ends_at + timedelta(days=1), Expr[In[Events], datetime, None, Plain])
assert_type(Events.starts_at + Events.pause, Expr[In[Events], datetime, None, Plain])
assert_type(Events.ends_at - Events.starts_at, Expr[In[Events], timedelta, None, Plain])
assert_type(Events.duration - timedelta(hours=1), Expr[In[Events], timedelta, Never, Plain])
assert_type(Events.duration - Events.pause, Expr[In[Events], timedelta, None, Plain])
assert_type(-Events.duration, Expr[In[Events], timedelta, Never, Plain])
assert_type(Events.tags + ["x"], Expr[In[Events], list[str], Never, Plain])
assert_type(Events.taken * fn.literal(2), Expr[In[Events], int, None, Plain])
assert_type(1 - Events.taken, Expr[In[Events], int, None, Plain])
assert_type(Decimal(1) / Events.price, Expr[In[Events], Decimal, Never, Plain])
assert_type(Events.duration + timedelta(hours=1), Expr[In[Events], timedelta, Never, Plain])
assert_type(Events.duration + Events.duration, Expr[In[Events], timedelta, Never, Plain])
assert_type(fn.now() - timedelta(days=1), Expr[Never, datetime, Never, Never])
from_(Events).where(Events.seats + 1 > Events.owner_id * 2, Events.starts_at + Events.duration < now)

# Functions

assert_type(fn.lower(Users.name), Expr[In[Users], str, Never, Plain])
assert_type(fn.upper(Users.hair_color), Expr[In[Users], str, None, Plain])
assert_type(fn.length(Users.name), Expr[In[Users], int, Never, Plain])
assert_type(fn.length(Users.hair_color), Expr[In[Users], int, None, Plain])
assert_type(fn.coalesce(Users.hair_color, "none"), Expr[In[Users], str, Never, Plain])
assert_type(fn.coalesce(Users.hair_color, Users.name), Expr[In[Users], str, Never, Plain])
assert_type(fn.coalesce(Users.name, "none"), Expr[In[Users], str, Never, Plain])
assert_type(fn.coalesce(Events.size, Size.SMALL), Expr[In[Events], Size, Never, Plain])
assert_type(fn.coalesce(Events.colour, Colour(1)), Expr[In[Events], Colour, Never, Plain])
assert_type(fn.coalesce(Users.hair_color, Posts.title), Expr[In[Users] | In[Posts], str, Never, Plain])
assert_type(fn.coalesce(Users.hair_color, fn.literal("x")), Expr[In[Users], str, Never, Plain])
assert_type(fn.coalesce(fn.sum(Users.id), 0), Expr[Opt[In[Users]], int, Never, Aggregate])
assert_type(fn.nullif(Users.name, "none"), Expr[In[Users], str, None, Plain])
assert_type(fn.nullif(Users.hair_color, Users.name), Expr[In[Users], str, None, Plain])
assert_type(fn.nullif(Events.size, Size.SMALL), Expr[In[Events], Size, None, Plain])
assert_type(fn.count(), Aggregated[Never, int, Never])
assert_type(fn.count(Users.id, distinct=True), Aggregated[Opt[In[Users]], int, Never])
assert_type(fn.sum(Events.seats), Aggregated[Opt[In[Events]], int, None])
assert_type(fn.sum(Events.taken), Aggregated[Opt[In[Events]], int, None])
assert_type(fn.sum(Events.duration), Aggregated[Opt[In[Events]], timedelta, None])
assert_type(fn.avg(Events.seats), Aggregated[Opt[In[Events]], Decimal, None])
assert_type(fn.avg(Events.price), Aggregated[Opt[In[Events]], Decimal, None])
assert_type(fn.avg(Events.ratio), Aggregated[Opt[In[Events]], float, None])
assert_type(fn.avg(Events.duration), Aggregated[Opt[In[Events]], timedelta, None])
assert_type(fn.min(Events.starts_at), Aggregated[Opt[In[Events]], datetime, None])
assert_type(fn.max(Events.size), Aggregated[Opt[In[Events]], Size, None])
assert_type(fn.now(), Expr[Never, datetime, Never, Never])
assert_type(fn.literal(3), Expr[Never, int, Never, Never])
assert_type(fn.literal(None, t.nullable(t.text())), Expr[Never, str, None, Never])
assert_type(Users.id.cast(t.text()), Expr[In[Users], str, Never, Plain])
assert_type(Users.hair_color.cast(t.nullable(t.integer())), Expr[In[Users], int, None, Plain])
assert_type(similarity(Users.name, "x"), Expr[In[Users], float, Never, Plain])
assert_type(similarity(Users.name, Posts.title), Expr[In[Users] | In[Posts], float, Never, Plain])
assert_type(char_length(Users.name), Expr[In[Users], int, Never, Plain])
assert_type(clock_timestamp(), Expr[Never, datetime, Never, Never])
assert_type(replace(Users.name, "a", "b"), Expr[In[Users], str, Never, Plain])
assert_type(nullif(Users.hair_color, "red"), Expr[In[Users], str, None, Plain])
assert_type(nullif(Users.name, "red"), Expr[In[Users], str, None, Plain])
assert_type(bool_and(Events.public), Aggregated[Opt[In[Events]], bool, None])
assert_type(string_agg(Users.name, ", "), Aggregated[Opt[In[Users]], str, None])
from_(Users).where(fn.lower(Users.name) == "al", fn.length(Users.name) > 3, similarity(Users.name, "x") > 0.3)
from_(Users).order_by(similarity(Users.name, "x").desc(), fn.lower(Users.name).asc(nulls="last"))
