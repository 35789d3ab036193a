"""What may be NULL, and what cannot be: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import assert_type

from domain import Events, Post, Posts, Users, bool_and, nullif, similarity, string_agg

from ferra_sync import Database, Predicate, from_, maybe, select, update
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()
joined = from_(Users).left_join(Posts)
filters: list[Predicate[Users]] = [Users.hair_color == "x", Users.name == "x", fn.literal(value=True)]

# Three-valued logic

assert_type(db.fetch_all(from_(Users).select(Users.hair_color == "x")), list[bool | None])
assert_type(db.fetch_all(from_(Users).select(Users.name == "x")), list[bool])
assert_type(db.fetch_all(from_(Users).select(Users.name == Users.hair_color)), list[bool | None])
assert_type(db.fetch_all(from_(Users).select(~(Users.hair_color == "x"))), list[bool | None])
assert_type(db.fetch_all(from_(Users).select((Users.name == "x") & (Users.hair_color == "x"))), list[bool | None])
assert_type(db.fetch_all(from_(Users).select((Users.name == "x") | (Users.id == 1))), list[bool])
assert_type(db.fetch_all(from_(Users).select(Users.hair_color.is_in(["x"]))), list[bool | None])
assert_type(db.fetch_all(from_(Users).select(Users.hair_color.icontains("x"))), list[bool | None])
assert_type(db.fetch_all(from_(Users).select(Users.hair_color.between("a", "z"))), list[bool | None])
assert_type(db.fetch_all(from_(Events).select(Events.seats.between(1, Events.taken))), list[bool | None])
assert_type(db.fetch_all(from_(Users).select(Users.hair_color.is_null())), list[bool])
assert_type(db.fetch_all(from_(Users).select(Users.hair_color.is_distinct_from(None))), list[bool])
assert_type(db.fetch_all(from_(Events).select(Events.approved & Events.public)), list[bool | None])
from_(Users).where(*filters).where(Users.hair_color != "x", ~Users.hair_color.ilike("x"))
from_(Events).where(Events.approved, ~Events.approved | Events.public)

# Operators, casts and functions

assert_type(db.fetch_all(from_(Events).select(Events.seats - Events.taken)), list[int | None])
assert_type(db.fetch_all(from_(Events).select(-Events.taken)), list[int | None])
assert_type(db.fetch_all(from_(Users).select(Users.hair_color.cast(t.varchar(3)))), list[str | None])
assert_type(db.fetch_all(from_(Users).select(Users.name.cast(t.varchar(3)))), list[str])
assert_type(db.fetch_all(from_(Events).select(Events.extra.cast(t.integer()))), list[int | None])
assert_type(db.fetch_all(from_(Events).select(Events.extra.cast(t.text()))), list[str])
assert_type(db.fetch_all(from_(Users).select(fn.lower(Users.hair_color))), list[str | None])
assert_type(db.fetch_all(from_(Users).select(fn.coalesce(Users.hair_color, "x"))), list[str])
assert_type(db.fetch_all(from_(Users).select(fn.coalesce(Users.name, Users.hair_color))), list[str | None])
assert_type(db.fetch_all(from_(Users).select(fn.max(Users.id), fn.count())), list[tuple[int | None, int]])
assert_type(db.fetch_all(from_(Users).select(fn.max(Users.id) > 3)), list[bool | None])
assert_type(db.fetch_all(from_(Users).select(nullif(Users.name, "x"))), list[str | None])
assert_type(db.fetch_all(from_(Events).select(bool_and(Events.approved))), list[bool | None])

# Joins and assignments

assert_type(db.fetch_all(joined.select(Posts.title.nullable() == "x")), list[bool | None])
assert_type(db.fetch_all(joined.select(maybe(Posts.title).icontains("x"))), list[bool | None])
assert_type(db.fetch_all(joined.select(fn.coalesce(maybe(Posts.title), ""))), list[str])
update(Users).all_rows().set(Users.hair_color.to(None), Users.hair_color.to(Users.hair_color + "x"))
update(Users).all_rows().set(Users.hair_color.to(Users.name), Users.name.to(fn.coalesce(Users.hair_color, "x")))

# Rows

equal: list[bool] = db.fetch_all(from_(Users).select(Users.hair_color == "x"))  # R290 a comparison with a nullable
unlike: list[bool] = db.fetch_all(from_(Users).select(~(Users.hair_color == "x")))  # R291 … denied
both: list[bool] = db.fetch_all(from_(Users).select((Users.id == 1) & (Users.hair_color == "x")))  # R292 … in and
listed: list[bool] = db.fetch_all(from_(Users).select(Users.hair_color.is_not_in(["x"])))  # R293 a list of a nullable
part: list[bool] = db.fetch_all(from_(Users).select(Users.hair_color.startswith("x")))  # R294 a part of a nullable
cut: list[str] = db.fetch_all(from_(Users).select(Users.hair_color.cast(t.varchar(3))))  # R295 a cast of a nullable
said: list[str] = db.fetch_all(from_(Users).select(Users.name.cast(t.nullable(t.text()))))  # R296 a nullable cast
left: list[int] = db.fetch_all(from_(Events).select(Events.seats - Events.taken))  # R297 a difference with a nullable
small: list[str] = db.fetch_all(from_(Users).select(fn.upper(Users.hair_color)))  # R298 capitals of a nullable
size: list[int] = db.fetch_all(from_(Users).select(fn.length(Users.hair_color)))  # R299 the length of a nullable
most: list[int] = db.fetch_all(from_(Users).select(fn.max(Users.id)))  # R300 the greatest of no rows
total: list[int] = db.fetch_all(from_(Users).select(fn.sum(Users.id)))  # R301 the sum of no rows
mean: list[Decimal] = db.fetch_all(from_(Users).select(fn.avg(Users.id)))  # R302 the mean of no rows
more: list[bool] = db.fetch_all(from_(Users).select(fn.max(Users.id) > 3))  # R303 the greatest of no rows compared
first: list[str] = db.fetch_all(from_(Users).select(fn.coalesce(Users.name, Users.hair_color)))  # R304 the last is NULL
bare: list[str] = db.fetch_all(joined.select(Posts.title.nullable()))  # R305 the nullable side of a join
same: list[bool] = db.fetch_all(joined.select(Posts.title.nullable() == "x"))  # R306 … compared
post: list[Post] = db.fetch_all(joined.select(maybe(Post)))  # R307 … as a model
void: list[str] = db.fetch_all(from_(Users).select(fn.nullif(Users.name, "x")))  # R342 nullif of what is none
yes: bool = db.fetch_value(select(Events.approved))  # R308 a nullable boolean
wait: list[timedelta] = db.fetch_all(select(Events.pause * 2))  # R309 a nullable interval multiplied
names: str = db.fetch_value(from_(Users).select(string_agg(Users.name, ", ")))  # R310 a declared aggregate

# Values

from_(Users).where(Users.name == None)  # R311 None compared
from_(Users).where(Users.hair_color == None)  # R312 None compared with a nullable
from_(Users).where(Users.hair_color != None)  # R313 … unequal
from_(Users).where(Users.hair_color.is_in(["x", None]))  # R314 None in a nullable's list
from_(Users).where(Users.hair_color.between(None, "x"))  # R315 None for a bound
update(Users).set(Users.name.to(Users.hair_color))  # R316 a nullable assigned to what is none
update(Users).set(Users.name.to(fn.lower(Users.hair_color)))  # R317 a function of a nullable assigned
update(Users).set(Users.name.to(Users.hair_color.cast(t.text())))  # R318 a cast of a nullable assigned
update(Events).set(Events.seats.to(Events.seats - Events.taken))  # R319 a difference with a nullable assigned
similarity(fn.lower(Users.hair_color), "x")  # R320 a nullable argument where none was declared
