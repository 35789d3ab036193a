"""Windows and what aggregates say of their rows: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Never, assert_type
from uuid import UUID

from domain import Comments, Events, Post, Posts, Size, User, Users, bool_and, similarity, string_agg

from ferra_sync import (
    Aggregate,
    Aggregated,
    Database,
    Expr,
    In,
    Opt,
    Plain,
    Window,
    WindowFunction,
    current_row,
    following,
    from_,
    groups,
    preceding,
    range_,
    rows,
    unbounded_following,
    unbounded_preceding,
    window,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()
joined = from_(Users).left_join(Posts)
paired = from_(Posts).inner_join(Users)

# Windows

by_user = window(partition_by=Posts.user_id, order_by=Posts.title.desc())
by_name = window(partition_by=Users.name, order_by=(Users.hair_color.asc(nulls="first"), Users.id))
assert_type(by_user, Window[In[Posts], Plain])
assert_type(by_name, Window[In[Users], Plain])
assert_type(window(), Window[Never, Never])
assert_type(window(partition_by=Users.name, order_by=Posts.id), Window[In[Users] | In[Posts], Plain])
assert_type(
    window(partition_by=(Users.name, Posts.id), order_by=(Events.day.desc(), Events.id)),
    Window[In[Users] | In[Posts] | In[Events], Plain],
)
assert_type(window(order_by=fn.max(Users.id)), Window[Opt[In[Users]], Aggregate])
window(partition_by=(Users.name, Users.id), frame=rows(unbounded_preceding, unbounded_following, exclude="group"))
window(order_by=Events.day, frame=range_(preceding(timedelta(1)), following(t.Interval(months=1))))
window(order_by=Events.price, frame=range_(current_row, following(Decimal(1))))
window(order_by=Events.seats, frame=groups(preceding(2)))

# Functions over windows

assert_type(fn.row_number(), WindowFunction[Never, int, Never, Never])
assert_type(fn.row_number().over(by_user), Expr[In[Posts], int, Never, Plain])
assert_type(fn.lag(Posts.title), WindowFunction[In[Posts], str, None, Plain])
assert_type(fn.lag(Posts.title, 2, default="none"), WindowFunction[In[Posts], str, Never, Plain])
assert_type(fn.lead(Users.hair_color, default="none"), WindowFunction[In[Users], str, None, Plain])
assert_type(fn.lead(Posts.title, default=Users.hair_color), WindowFunction[In[Posts] | In[Users], str, None, Plain])
assert_type(db.fetch_all(from_(Posts).select(Post, fn.row_number().over(by_user))), list[tuple[Post, int]])
assert_type(
    db.fetch_all(from_(Posts).select(Post, fn.rank().over(by_user), fn.lag(Posts.title).over(by_user))),
    list[tuple[Post, int, str | None]],
)
assert_type(db.fetch_all(from_(Posts).select(fn.row_number().over(), Posts.id)), list[tuple[int, int]])
assert_type(db.fetch_all(from_(Posts).select(fn.ntile(4).over(order_by=Posts.id))), list[int])
assert_type(db.fetch_all(from_(Posts).select(fn.percent_rank().over(order_by=Posts.title.desc()))), list[float])
assert_type(
    db.fetch_all(from_(Posts).select(fn.cume_dist().over(partition_by=Posts.user_id, order_by=Posts.title))),
    list[float],
)
assert_type(
    db.fetch_all(from_(Events).select(fn.first_value(Events.day).over(partition_by=Events.owner_id))),
    list[date | None],
)
assert_type(
    db.fetch_all(from_(Events).select(fn.nth_value(Events.size, 2).over(frame=rows(preceding(1), following(1))))),
    list[Size | None],
)
assert_type(db.fetch_all(from_(Posts).select(fn.lag(Posts.title, default="").over(order_by=Posts.id) + "!")), list[str])
assert_type(
    db.fetch_all(paired.select(User, fn.dense_rank().over(partition_by=Users.name, order_by=Posts.title))),
    list[tuple[User, int]],
)
from_(Posts).order_by(fn.row_number().over(by_user).desc(), Posts.id).select(Post)

# Aggregates over windows, and beside them

assert_type(fn.count().over(), Expr[Never, int, Never, Plain])
assert_type(fn.sum(Events.seats).over(order_by=Events.day), Expr[Opt[In[Events]] | In[Events], int, None, Plain])
assert_type(db.fetch_all(from_(Posts).select(Post, fn.count().over(by_user))), list[tuple[Post, int]])
assert_type(
    db.fetch_all(from_(Events).select(Events.id, fn.max(Events.day).over(partition_by=Events.owner_id))),
    list[tuple[UUID, date | None]],
)
assert_type(db.fetch_all(from_(Events).select(Events.price / fn.sum(Events.price).over())), list[Decimal | None])
assert_type(
    db.fetch_all(joined.select(Users.id, fn.count(Posts.id).over(partition_by=Users.id))), list[tuple[int, int]]
)
assert_type(
    db.fetch_all(
        from_(Comments)
        .group_by(Comments.post_id)
        .select(Comments.post_id, fn.rank().over(order_by=fn.sum(Comments.likes).desc()))
    ),
    list[tuple[int, int]],
)
assert_type(
    db.fetch_all(from_(Users).select(fn.lag(fn.max(Users.id)).over(), fn.count())), list[tuple[int | None, int]]
)

# FILTER, DISTINCT, ORDER BY

assert_type(fn.count().filter(Posts.published), Aggregated[Opt[In[Posts]], int, Never])
assert_type(fn.count().filter(Events.approved).filter(Events.public), Aggregated[Opt[In[Events]], int, Never])
assert_type(fn.sum(Events.seats).filter(Users.name == "x"), Aggregated[Opt[In[Events]] | Opt[In[Users]], int, None])
assert_type(fn.count().filter(Posts.published).over(by_user), Expr[Opt[In[Posts]] | In[Posts], int, Never, Plain])
assert_type(fn.array_agg(Posts.title), Aggregated[In[Posts], list[str], None])
assert_type(fn.array_agg(Users.hair_color, distinct=True), Aggregated[In[Users], list[str | None], None])
assert_type(fn.array_agg(Posts.title, order_by=Posts.id.desc()), Aggregated[In[Posts], list[str], None])
assert_type(fn.array_agg(Posts.id, order_by=(Posts.title, Posts.id)), Aggregated[In[Posts], list[int], None])
assert_type(fn.array_agg(Posts.title.nullable()), Aggregated[Opt[In[Posts]], list[str | None], None])
assert_type(fn.string_agg(Users.hair_color, ", "), Aggregated[Opt[In[Users]], str, None])
assert_type(string_agg(Users.hair_color, ", ").filter(Users.id > 1), Aggregated[Opt[In[Users]], str, None])
assert_type(string_agg(Users.name, ", ", distinct=True), Aggregated[Opt[In[Users]], str, None])
assert_type(
    string_agg(Users.name, Posts.title, order_by=Users.id),
    Aggregated[Opt[In[Users] | In[Posts]] | In[Users], str, None],
)
assert_type(bool_and(Events.public, order_by=Events.id), Aggregated[Opt[In[Events]] | In[Events], bool, None])
assert_type(fn.jsonb_agg(Events.day, order_by=Events.id), Aggregated[Opt[In[Events]] | In[Events], Any, None])
assert_type(fn.jsonb_object_agg(Users.name, Users.id), Aggregated[In[Users] | Opt[In[Users]], Any, None])
assert_type(fn.every(Events.approved), Aggregated[Opt[In[Events]], bool, None])
assert_type(fn.stddev(Events.seats), Aggregated[Opt[In[Events]], Decimal, None])
assert_type(fn.var_pop(Events.ratio, distinct=True), Aggregated[Opt[In[Events]], float, None])
assert_type(fn.percentile_cont(0.5).within_group(Events.price), Aggregated[Opt[In[Events]], float, None])
assert_type(fn.percentile_cont(0.5).within_group(Events.duration), Aggregated[Opt[In[Events]], timedelta, None])
assert_type(fn.percentile_disc(0.5).within_group(Events.day), Aggregated[Opt[In[Events]], date, None])
assert_type(fn.mode().within_group(Events.size), Aggregated[Opt[In[Events]], Size, None])
assert_type(db.fetch_all(from_(Users).having(fn.count() > 1).select(fn.max(Users.name))), list[str | None])
assert_type(
    db.fetch_all(joined.group_by(Users.id).select(Users.id, fn.array_agg(Posts.title.nullable()))),
    list[tuple[int, list[str | None] | None]],
)

# Rejected

from_(Users).select(User, fn.row_number().over(by_user))  # R427 a window of a table that is not joined
from_(Users).select(User, fn.lag(Posts.title).over(by_name))  # R428 a function of one
from_(Users).select(User, fn.count().filter(Posts.published).over(by_name))  # R429 a filter by one
joined.select(Users.id, fn.lag(Posts.title).over(by_name))  # R430 a bare column of the nullable side
joined.select(Users.id, fn.row_number().over(by_user))  # R431 a window of bare columns of the nullable side
joined.select(fn.array_agg(Posts.title))  # R432 an array of bare columns of the nullable side
from_(Users).select(fn.row_number())  # R433 a function without its window
from_(Users).select(User, fn.count().filter(Users.id > 1))  # R434 a filtered aggregate beside a model
from_(Posts).select(fn.count(), fn.lag(Posts.title).over(by_user))  # R435 a function over rows beside an aggregate
from_(Posts).where(fn.rank().over(order_by=fn.count()) > 1)  # R436 a window of aggregates in where
fn.count().filter(Users.id)  # R437 a filter that is not boolean
fn.count().filter(fn.count() > 1)  # R438 a filter that aggregates
fn.count().over(Posts.id)  # R439 a column for a window
fn.count().over(by_user, order_by=Posts.id)  # R440 a window and what makes one
window(partition_by="user_id")  # R441 a name for a key
window(partition_by=Posts.id.desc())  # R442 an order for a key
window(order_by=Posts.id, frame=preceding(1))  # R443 a bound for a frame
rows(preceding(timedelta(1)))  # R444 a span of rows
groups(preceding(1.5))  # R445 a fraction of a group
rows(1)  # R446 a number for a bound
rows(preceding(1), exclude="all")  # R447 an exclusion that SQL has not
preceding("1")  # R448 a text for a distance
fn.lag(Posts.title, default=3)  # R449 a default of another type
fn.lead(Posts.title, default=Posts.id)  # R450 a default from a column of another type
fn.ntile("x")  # R451 a text for a number of buckets
fn.bool_and(Users.id)  # R452 an integer for a boolean
fn.stddev(Users.name)  # R453 the spread of texts
fn.string_agg(Users.id, ",")  # R454 integers joined as texts
fn.jsonb_object_agg(Users.hair_color, Users.id)  # R455 a key that may be NULL
fn.array_agg(fn.count())  # R456 an array of aggregates
fn.array_agg(Users.id, order_by=fn.count())  # R457 an array in the order of aggregates
fn.percentile_cont(0.5).within_group(Users.name)  # R458 a text between two texts
fn.mode().within_group(fn.count())  # R459 the most frequent aggregate
from_(Users).select(fn.mode())  # R460 an aggregate that was not told of which values
from_(Users).having(fn.max(Posts.id) > 1)  # R461 having over a table that is not joined
array: list[list[str]] = db.fetch_all(from_(Users).select(fn.array_agg(Users.name)))  # R462 an array of no rows
string_agg(Users.name, ",", order_by=fn.count())  # R463 a declared aggregate in the order of aggregates
similarity(Users.name, "x", distinct=True)  # R464 a function of distinct values
