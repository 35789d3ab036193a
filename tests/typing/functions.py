"""Conditionals, functions of text, numbers and moments: what both checkers infer and, in the marked lines, reject."""

# pyright: strict

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Never, assert_type

from domain import Events, Posts, Size, Users

from ferra_sync import Aggregate, Database, Expr, In, Opt, Plain, case, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()
both = from_(Users).inner_join(Posts)

# case

assert_type(case((Users.id > 9, "new"), (Users.id > 5, "known"), otherwise="old"), Expr[In[Users], str, Never, Plain])
assert_type(case((Users.hair_color == "red", 1), otherwise=0), Expr[In[Users], int, Never, Plain])
assert_type(case((Users.id > 9, "new")), Expr[In[Users], str, None, Plain])
assert_type(case((Users.id > 9, Users.name), otherwise="x"), Expr[In[Users], str, Never, Plain])
assert_type(case((Users.id > 9, Users.name)), Expr[In[Users], str, None, Plain])
assert_type(case((Users.id > 9, Users.name), otherwise=Users.hair_color), Expr[In[Users], str, None, Plain])
assert_type(case((Users.id > 9, Users.hair_color), otherwise="x"), Expr[In[Users], str, None, Plain])
assert_type(case((Users.id > 9, "x"), otherwise=Users.hair_color), Expr[In[Users], str, None, Plain])
assert_type(case((Events.public, Events.price), otherwise=0), Expr[In[Events], Decimal, Never, Plain])
assert_type(case((Events.public, Events.size), otherwise=Size.SMALL), Expr[In[Events], Size, None, Plain])
assert_type(
    case((Users.id > 9, Users.name), (Posts.id > 9, Posts.title), otherwise="x"),
    Expr[In[Users] | In[Posts], str, Never, Plain],
)
assert_type(case((fn.count() > 9, "many"), (fn.count() > 5, "some")), Expr[Never, str, None, Aggregate])
assert_type(case((fn.count() > 9, "many"), otherwise="few"), Expr[Never, str, Never, Aggregate])
assert_type(db.fetch_all(from_(Users).select(case((Users.id > 9, 1), otherwise=0) + 1)), list[int])
assert_type(db.fetch_all(both.select(case((Users.id > 9, "a"), (Posts.id > 9, "b"), otherwise="c"))), list[str])
assert_type(
    db.fetch_one(from_(Events).select(fn.sum(case((Events.public, Events.price), otherwise=0)))), Decimal | None
)
from_(Users).order_by(case((Users.id > 9, 1), otherwise=0).desc()).where(case((Users.id > 9, True), otherwise=False))

# greatest and least

assert_type(fn.greatest(Events.seats, 1, 2), Expr[In[Events], int, Never, Plain])
assert_type(fn.greatest(Events.taken, 1), Expr[In[Events], int, Never, Plain])
assert_type(fn.greatest(Events.taken, Events.seats), Expr[In[Events], int, Never, Plain])
assert_type(fn.greatest(Events.seats, Events.taken), Expr[In[Events], int, Never, Plain])
assert_type(fn.least(Events.taken, Events.taken), Expr[In[Events], int, None, Plain])
assert_type(fn.least(Events.price, 2), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.least(Events.price, Events.seats), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.least(Users.name, Posts.title), Expr[In[Users] | In[Posts], str, Never, Plain])

# Text

assert_type(fn.substring(Users.name, 2), Expr[In[Users], str, Never, Plain])
assert_type(fn.substring(Users.name, Users.id, Events.taken), Expr[In[Users] | In[Events], str, None, Plain])
assert_type(fn.left(Users.hair_color, 2), Expr[In[Users], str, None, Plain])
assert_type(fn.right(Users.name, Posts.id), Expr[In[Users] | In[Posts], str, Never, Plain])
assert_type(fn.trim(Users.name), Expr[In[Users], str, Never, Plain])
assert_type(fn.trim(Users.name, Users.hair_color), Expr[In[Users], str, None, Plain])
assert_type(fn.lpad(Users.name, 3, "0"), Expr[In[Users], str, Never, Plain])
assert_type(fn.repeat(Users.name, 3), Expr[In[Users], str, Never, Plain])
assert_type(fn.replace(Users.name, "a", Users.hair_color), Expr[In[Users], str, None, Plain])
assert_type(fn.regexp_replace(Users.name, "a+", "b", "g"), Expr[In[Users], str, Never, Plain])
assert_type(fn.split_part(Users.name, " ", 1), Expr[In[Users], str, Never, Plain])
assert_type(fn.strpos(Users.hair_color, "x"), Expr[In[Users], int, None, Plain])
assert_type(fn.starts_with(Users.name, Users.name), Expr[In[Users], bool, Never, Plain])
assert_type(fn.concat(Users.hair_color, "x", Users.name), Expr[In[Users], str, Never, Plain])
assert_type(fn.concat_ws(", ", Users.hair_color, Users.name), Expr[In[Users], str, Never, Plain])
assert_type(fn.concat_ws(fn.literal("-"), Users.name, Posts.title), Expr[In[Users] | In[Posts], str, Never, Plain])
assert_type(fn.concat_ws(Users.hair_color, Users.name), Expr[In[Users], str, None, Plain])
assert_type(fn.format("%s: %s", Users.hair_color, Users.name), Expr[In[Users], str, Never, Plain])
assert_type(fn.md5(fn.upper(fn.initcap(fn.reverse(Users.hair_color)))), Expr[In[Users], str, None, Plain])
shortened = fn.left(Users.name, 3)
assert_type(db.fetch_all(from_(Users).where(shortened == "abc").select(shortened)), list[str])

# Numbers

assert_type(fn.abs(Events.taken), Expr[In[Events], int, None, Plain])
assert_type(fn.abs(Events.price), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.ceil(Events.price), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.floor(Events.ratio), Expr[In[Events], float, Never, Plain])
assert_type(fn.ceil(Events.seats), Expr[In[Events], float, Never, Plain])
assert_type(fn.round(Events.discount), Expr[In[Events], Decimal, None, Plain])
assert_type(fn.round(Events.ratio), Expr[In[Events], float, Never, Plain])
assert_type(fn.round(Events.price, 1), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.round(Events.seats, Events.taken), Expr[In[Events], Decimal, None, Plain])
assert_type(fn.round(fn.avg(Events.seats), 2), Expr[Opt[In[Events]], Decimal, None, Aggregate])
assert_type(fn.sqrt(Events.seats), Expr[In[Events], float, Never, Plain])
assert_type(fn.power(Events.price, 2), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.power(Events.ratio, Events.taken), Expr[In[Events], float, None, Plain])
assert_type(fn.log(Events.price, Decimal(2)), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.mod(Events.taken, 2), Expr[In[Events], int, None, Plain])
assert_type(fn.mod(Events.price, Events.seats), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.width_bucket(Events.ratio, 0, 1, 10), Expr[In[Events], int, Never, Plain])
assert_type(fn.random(), Expr[Never, float, Never, Never])

# Moments

assert_type(fn.date_trunc("month", Events.starts_at), Expr[In[Events], datetime, Never, Plain])
assert_type(fn.date_trunc("month", Events.last_day), Expr[In[Events], datetime, None, Plain])
assert_type(fn.date_trunc("day", Events.ends_at, "UTC"), Expr[In[Events], datetime, None, Plain])
assert_type(fn.date_trunc("hour", Events.pause), Expr[In[Events], timedelta, None, Plain])
assert_type(fn.date_trunc("month", Events.repeats), Expr[In[Events], t.Interval, Never, Plain])
assert_type(fn.extract("year", Events.day), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.extract("hour", Events.opens), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.extract("epoch", Events.pause), Expr[In[Events], Decimal, None, Plain])
assert_type(fn.age(Events.starts_at), Expr[In[Events], t.Interval, Never, Plain])
assert_type(fn.age(Events.last_day, date(2024, 1, 1)), Expr[In[Events], t.Interval, None, Plain])
assert_type(fn.at_time_zone(Events.ends_at, "UTC"), Expr[In[Events], datetime, None, Plain])
assert_type(fn.make_date(2024, Events.taken), Expr[In[Events], date, None, Plain])
assert_type(fn.interval(months=1), Expr[Never, t.Interval, Never, Never])
assert_type(fn.to_char(Events.last_day, "YYYY"), Expr[In[Events], str, None, Plain])
assert_type(fn.to_char(Events.price, "990.00"), Expr[In[Events], str, Never, Plain])
assert_type(fn.to_date(Users.hair_color, "YYYY"), Expr[In[Users], date, None, Plain])
assert_type(fn.current_date(), Expr[Never, date, Never, Never])
assert_type(fn.localtimestamp(), Expr[Never, datetime, Never, Never])
assert_type(Events.day + fn.interval(months=1), Expr[In[Events], datetime, Never, Plain])
from_(Events).where(Events.day == fn.current_date(), Events.starts_at < fn.current_timestamp())

# Rejected

case()  # R353 a case without a branch
case((Users.id, "x"))  # R354 a branch whose predicate is none
case((Users.id > 9, "x"), otherwise=1)  # R355 values of two types
case((Users.id > 9, "x"), (Users.id > 5, 1))  # R356 … in two branches
case((Users.id > 9, Users.name), otherwise=1)  # R357 a column and a value of another type
case((Users.id > 9, Users.name), otherwise=Users.id)  # R358 two columns of two types
case((Users.id > 9, 1), otherwise=Users.name)  # R359 a value and a column of another type
unsaid: list[str] = db.fetch_all(from_(Users).select(case((Users.id > 9, "x"))))  # R360 no otherwise
from_(Users).select(case((Posts.id > 9, "x"), otherwise="y"))  # R361 a predicate over a table that is not joined
from_(Users).select(case((Users.id > 9, Posts.title), otherwise="y"))  # R362 … a value
from_(Users).where(case((fn.count() > 9, True), otherwise=False))  # R363 an aggregate in where
from_(Users).select(Users.id, case((fn.count() > 9, "x"), otherwise="y"))  # R364 … beside a plain column
fn.greatest(Users.id, "x")  # R365 a value of another type
fn.least(Users.id, Users.name)  # R366 a column of another type
most: list[int] = db.fetch_all(from_(Events).select(fn.greatest(Events.taken, Events.taken)))  # R367 all may be NULL
fn.left(Users.id, 2)  # R368 the left of an integer
fn.left(Users.name, "2")  # R369 a text for a number
fn.substring(Users.name, Users.name)  # R370 a text's column for a number
fn.replace(Users.name, "a", 1)  # R371 a number for a text
fn.trim("x")  # R372 a value where an expression is taken
fn.concat(Users.id, "x")  # R373 an integer among texts
cut: list[str] = db.fetch_all(from_(Users).select(fn.left(Users.hair_color, 1)))  # R374 a part of a nullable
fn.abs(Users.name)  # R375 a text without its sign
fn.round(Events.ratio, 2)  # R376 digits of a float
fn.ceil(Events.day)  # R377 the next whole number of a date
fn.mod(Events.ratio, 2)  # R378 the rest of a float
fn.date_trunc("fortnight", Events.day)  # R379 a unit that is none
fn.date_trunc("day", Events.opens)  # R380 the day of a time
fn.extract("year", Users.name)  # R381 the year of a text
fn.at_time_zone(Events.day, "UTC")  # R382 a date in a time zone
fn.interval(days=1.5)  # R383 a part of a day
