"""Subqueries, correlated or not, and SELECT without FROM: what both checkers infer, and what they reject."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import assert_type

from domain import Comments, Events, Managers, Post, Posts, User, Users

from ferra_sync import Database, all_, any_, delete_from, exists, from_, select, update
from ferra_sync import functions as fn

db = Database.connect()

# SELECT without FROM

assert_type(db.fetch_one(select(fn.now())), datetime)
assert_type(db.fetch_one(select(fn.now(), fn.literal(1))), tuple[datetime, int])
assert_type(db.fetch_one(select(fn.literal("a"), fn.literal(1) + 1, fn.lower(fn.literal("B")))), tuple[str, int, str])
assert_type(db.fetch_value(select(exists(from_(Posts)))), bool)
newest = from_(Posts).select(fn.max(Posts.id)).scalar()
assert_type(db.fetch_one(select(exists(from_(Posts).where(Posts.published)), newest)), tuple[bool, int | None])
assert_type(
    db.fetch_one(select(fn.literal(1), fn.literal("b"), fn.literal(3), fn.literal("d"), fn.literal(5))),
    tuple[int, str, int, str, int],
)
db.fetch_all(select(fn.now()).where(exists(from_(Users))).limit(1))

# Correlated, in every clause

own = from_(Posts).correlate(Users).where(Posts.user_id == Users.id)
assert_type(db.fetch_all(from_(Users).where(exists(own)).select(User)), list[User])
assert_type(db.fetch_all(from_(Users).where(~exists(own.where(Posts.published))).select(User)), list[User])
assert_type(db.fetch_all(from_(Users).select(User, exists(own))), list[tuple[User, bool]])
latest = own.order_by(Posts.id.desc()).limit(1)
assert_type(
    db.fetch_all(from_(Users).select(Users.name, latest.select(Posts.title).scalar())),
    list[tuple[str, str | None]],
)
assert_type(
    db.fetch_all(from_(Users).select(Users.name, own.select(fn.max(Posts.id)).scalar())),
    list[tuple[str, int | None]],
)
assert_type(
    db.fetch_all(from_(Users).select(Users.name, fn.coalesce(own.select(fn.count()).scalar(), 0))),
    list[tuple[str, int]],
)
assert_type(
    db.fetch_all(from_(Users).select(Users.name, own.order_by(Posts.id).select(Posts.title).array())),
    list[tuple[str, list[str]]],
)
assert_type(db.fetch_all(from_(Users).order_by(own.select(fn.count()).scalar().desc()).select(User)), list[User])
counts = own.group_by(Posts.published).having(fn.count() > 1)
assert_type(db.fetch_all(from_(Users).where(exists(counts)).select(User)), list[User])
assert_type(db.fetch_all(from_(Users).where(exists(counts.select(Posts.published))).select(User)), list[User])
select(exists(own))

# Joins, several tables, nested

busy = from_(Comments).inner_join(Posts).correlate(Users).where(Posts.user_id == Users.id, Comments.likes > 10)
assert_type(db.fetch_all(from_(Users).where(exists(busy)).select(User)), list[User])
also = from_(Comments).correlate(Users).inner_join(Posts, on=Posts.user_id == Users.id).select(Comments.body)
assert_type(db.fetch_all(from_(Users).where(Users.name.is_in(also)).select(User)), list[User])
both = from_(Comments).correlate(Users).correlate(Posts)
of_both = both.where(Comments.post_id == Posts.id, Comments.author_id == Users.id)
assert_type(
    db.fetch_all(from_(Posts).inner_join(Users).where(exists(of_both)).select(Post, User)), list[tuple[Post, User]]
)
from_(Users).left_join(Posts, on=exists(from_(Comments).correlate(Posts).where(Comments.post_id == Posts.id)))
from_(Users).left_join(Posts).where(exists(from_(Comments).correlate(Posts).where(Comments.post_id == Posts.id)))
inner = from_(Comments).correlate(Posts).correlate(Users).where(Comments.author_id == Users.id)
nested = from_(Posts).correlate(Users).where(Posts.user_id == Users.id, exists(inner))
assert_type(db.fetch_all(from_(Users).where(exists(nested)).select(User)), list[User])
staff = from_(Users).correlate(Managers).where(Users.id > Managers.id)
from_(Managers).where(exists(staff)).select(Managers.name)

# Membership, comparisons and arrays

writers = from_(Posts).select(Posts.user_id)
assert_type(db.fetch_all(from_(Users).where(Users.id.is_in(writers)).select(User)), list[User])
assert_type(db.fetch_all(from_(Users).select(Users.id.is_not_in(writers))), list[bool | None])
assert_type(db.fetch_all(from_(Users).select(Users.id.is_in([1]))), list[bool])
from_(Users).where(Users.id.is_in(from_(Comments).select(Comments.author_id)))
most = from_(Comments).select(fn.max(Comments.likes)).scalar()
assert_type(db.fetch_all(from_(Comments).select(Comments.likes == most)), list[bool | None])
from_(Comments).where(Comments.likes == most, Comments.likes > most, Comments.likes.between(0, most))
assert_type(db.fetch_all(from_(Comments).select(fn.count(), most)), list[tuple[int, int | None]])
from_(Comments).group_by(Comments.post_id).having(fn.count() > most).select(fn.count(), most)
likes = from_(Comments).select(Comments.likes)
assert_type(db.fetch_all(from_(Comments).select(Comments.likes >= all_(likes))), list[bool | None])
from_(Comments).where(Comments.likes > all_(likes), Comments.likes == any_(likes), all_(likes) <= Comments.likes)
from_(Events).where(Events.price < any_(from_(Events).select(Events.price)), Events.taken != all_(likes))
from_(Events).where(Events.price == from_(Events).select(fn.avg(Events.price)).scalar())
assert_type(db.fetch_one(select(from_(Events).select(Events.taken).array())), list[int | None])
assert_type(db.fetch_one(select(from_(Events).select(Events.price).array())), list[Decimal])
assert_type(db.fetch_all(select(Post).where(Posts.user_id.is_in(select(Users.id)))), list[Post])

# Writes

title = own.limit(1).select(Posts.title).scalar()
update(Users).where(exists(own)).set(Users.name.to(fn.coalesce(title, "none")), Users.hair_color.to(title))
delete_from(Users).where(~exists(own)).returning(User, exists(own))
assert_type(
    db.fetch_all(delete_from(Users).all_rows().returning(Users.id, own.select(fn.count()).scalar())),
    list[tuple[int, int | None]],
)

# What both reject

titles = from_(Posts).select(Posts.title)
select(fn.now(), Users.id)  # R347 a column in a SELECT without FROM
select(Users.id, Users.name)  # R348 two columns without from_
select(fn.count())  # R349 an aggregate over nothing
from_(Users).where(exists(from_(Posts).where(Posts.user_id == Users.id)))  # R350 no correlate
from_(Posts).where(exists(own))  # R351 the outer table is not there
from_(Managers).where(exists(own))  # R352 only an alias of it is
from_(Posts).select(own.select(fn.max(Posts.id)).scalar())  # R353 nor for a scalar
from_(Posts).select(own.select(Posts.title).array())  # R354 nor for an array
db.fetch_all(own.select(Post))  # R355 a correlated query by itself
db.stream(own.select(Post))  # R356 … as a stream
db.fetch_all(from_(Users).left_join(Posts).select(exists(from_(Comments).correlate(Posts))))  # R357 nullable side
from_(Users).where(Users.id == titles.scalar())  # R358 a scalar of another type
from_(Users).where(Users.id.is_in(titles))  # R359 rows of another type
from_(Users).where(Users.id.is_not_in(from_(Posts).select(Posts.id, Posts.user_id)))  # R360 rows of two columns
from_(Users).where(Users.id.is_in(from_(Posts)))  # R361 rows of no column
from_(Users).where(Users.id > all_(titles))  # R362 all_ of another type
from_(Users).where(Users.id == any_(titles))  # R363 any_ of another type
from_(Posts).where(Posts.user_id > all_(own.select(Posts.id)))  # R364 all_ of a correlated query elsewhere
from_(Users).select(any_(titles))  # R365 any_ outside of a comparison
from_(Users).where(Users.name.is_in(own.select(Posts.id)))  # R366 correlated rows of another type
update(Users).where(Users.id == 1).set(Users.name.to(titles.scalar()))  # R367 a scalar may be NULL
update(Posts).where(exists(own)).set(Posts.title.to("x"))  # R368 correlated to another table than is written
from_(Posts).correlate(Users).where(Comments.likes > 1)  # R369 a table that is nowhere
from_(Posts).correlate(Users).left_join(Comments).select(Comments.body)  # R370 the nullable side inside
own.select(Posts.id, fn.count())  # R371 a column beside an aggregate inside
members = from_(Users).select(Users.id.is_in(from_(Posts).select(Posts.user_id)))
wrong: list[bool] = db.fetch_all(members)  # R372 it may be NULL
exists(Posts)  # R373 a table is no query
exists(delete_from(Posts).all_rows().returning(Post))  # R374 nor is a write one inside another
