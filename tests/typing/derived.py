"""Derived tables, in FROM and WITH, recursive, lateral, of values and functions: what is inferred, what rejected."""

from __future__ import annotations

from typing import assert_type
from uuid import UUID

import attrs
from domain import Events, Managers, Post, Posts, User, Users

from ferra_sync import (
    Database,
    Derived,
    FerraModel,
    breadth_first,
    delete_from,
    depth_first,
    exists,
    from_,
    maybe,
    of,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()


class Counts(Derived):
    user_id = t.integer(references=Users.id)
    posts = t.bigint()


class Others(Counts, alias="others"):
    """The counts a second time."""


class Chain(Derived):
    id = t.integer()
    depth = t.bigint()


class Top(Derived):
    title = t.text()


class Days(Derived):
    day = t.integer()
    number = t.bigint()


@attrs.frozen
class Count(FerraModel[Counts]):
    user_id: int
    posts: int


per_user = from_(Posts).group_by(Posts.user_id).select(Posts.user_id, fn.count())
counts = Counts.of(per_user)

# FROM

assert_type(db.fetch_all(from_(counts).select(Counts.user_id, Counts.posts)), list[tuple[int, int]])
assert_type(db.fetch_all(from_(counts).where(Counts.posts > 1).select(Count)), list[Count])
assert_type(db.fetch_all(from_(Users).inner_join(counts).select(User, Count)), list[tuple[User, Count]])
assert_type(
    db.fetch_all(from_(Users).left_join(counts, on=Counts.user_id == Users.id).select(User, Counts.posts.nullable())),
    list[tuple[User, int | None]],
)
assert_type(db.fetch_all(from_(Users).left_join(counts).select(User, maybe(Count))), list[tuple[User, Count | None]])
assert_type(db.fetch_all(from_(counts).right_join(Users).select(User, maybe(Count))), list[tuple[User, Count | None]])
assert_type(db.fetch_all(from_(counts).group_by(Counts.posts).select(Counts.posts, fn.count())), list[tuple[int, int]])
assert_type(
    db.fetch_all(from_(counts).inner_join(Others.of(per_user), on=Counts.posts == Others.posts).select(Others.user_id)),
    list[int],
)
both = per_user.union_all(per_user)
assert_type(db.fetch_all(from_(Counts.of(both)).select(Count)), list[Count])
assert_type(db.fetch_all(select(User).inner_join(counts).where(Counts.posts > 1)), list[User])
assert_type(
    db.fetch_all(
        from_(Users).where(exists(from_(counts).correlate(Users).where(Counts.user_id == Users.id))).select(User)
    ),
    list[User],
)

# WITH

shared = Counts.cte(per_user, materialized=True)
assert_type(db.fetch_all(from_(Users).inner_join(shared).select(User, Counts.posts)), list[tuple[User, int]])
most = from_(Counts).select(fn.max(Counts.posts)).scalar()
assert_type(db.fetch_all(from_(shared).where(Counts.posts == most).select(Count)), list[Count])
assert_type(
    db.fetch_all(from_(shared).inner_join(Others, on=Counts.posts == Others.posts).select(Count, of(Others, Count))),
    list[tuple[Count, Count]],
)
assert_type(db.fetch_all(from_(Users).with_(shared).where(exists(from_(Counts))).select(User)), list[User])
assert_type(db.fetch_all(select(Count).union(select(Count)).with_(shared)), list[Count])
gone = Top.cte(delete_from(Posts).where(Posts.published).returning(Posts.title))
assert_type(db.fetch_all(from_(gone).select(Top.title)), list[str])

# Recursive

chain = Chain.recursive(
    from_(Users).where(Users.id == 1).select(Users.id, fn.literal(0)),
    lambda last: from_(Posts).inner_join(last, on=Posts.user_id == Chain.id).select(Posts.id, Chain.depth + 1),
)
assert_type(db.fetch_all(from_(chain).order_by(Chain.depth).select(Chain.id, Chain.depth)), list[tuple[int, int]])
walk = Chain.recursive(
    from_(Users).select(Users.id, fn.literal(0)),
    lambda last: from_(Posts).inner_join(last, on=Posts.user_id == Chain.id).select(Posts.id, Chain.depth + 1),
    union="distinct",
    search=depth_first(Chain.id),
    cycle=(Chain.id,),
)
assert_type(
    db.fetch_all(from_(walk).where(~walk.is_cycle).order_by(walk.search_order).select(Chain.id, walk.is_cycle)),
    list[tuple[int, bool]],
)
breadth_first(Chain.depth, Chain.id)

# Lateral

own = from_(Posts).correlate(Users).where(Posts.user_id == Users.id)
top = Top.lateral(own.order_by(Posts.id.desc()).limit(3).select(Posts.title))
assert_type(db.fetch_all(from_(Users).inner_join(top).select(User, Top.title)), list[tuple[User, str]])
assert_type(db.fetch_all(from_(Users).left_join(top).select(User, Top.title.nullable())), list[tuple[User, str | None]])
assert_type(db.fetch_all(from_(Users).cross_join(top).select(User, Top.title)), list[tuple[User, str]])

# Values and functions

given = Counts.values([(1, 2), (3, 4)])
assert_type(db.fetch_all(from_(given).select(Count)), list[Count])
days = Days.of(fn.generate_series(1, 3), ordinality=True)
assert_type(db.fetch_all(from_(days).select(Days.day, Days.number)), list[tuple[int, int]])
each = Days.of(fn.generate_series(Users.id, 10), ordinality=True)
assert_type(db.fetch_all(from_(Users).inner_join(each).select(User, Days.day)), list[tuple[User, int]])
places = fn.function("generate_subscripts", t.array(t.text()), t.integer(), returns=t.integer())
fixed = Days.of(places(fn.literal(["a"], t.array(t.text())), 1), ordinality=True)
assert_type(db.fetch_all(from_(fixed).select(Days.day, Days.number)), list[tuple[int, int]])
its = Days.of(places(Events.tags, 1), ordinality=True)
assert_type(db.fetch_all(from_(Events).inner_join(its).select(Events.id, Days.day)), list[tuple[UUID, int]])

# Rejected

from_(Users).where(Counts.posts > 3)  # R465 a derived table that is not joined
from_(Users).left_join(counts).select(User, Counts.posts)  # R466 a bare column of its nullable side
from_(Users).left_join(counts).select(User, Count)  # R467 a bare model of its nullable side
from_(counts).select(User)  # R468 a model of another table
from_(counts).where(Others.posts > 1)  # R469 an alias of the derived table that is read
from_(shared).select(of(Others, Count))  # R470 a model of an alias that is not joined
Counts.of(own.select(Posts.user_id, Posts.id))  # R471 a correlated query in FROM
Counts.cte(own.select(Posts.user_id, Posts.id))  # R472 a correlated query in WITH
Counts.of(from_(Posts))  # R473 a query that selects nothing
Counts.of(delete_from(Posts).where(Posts.published).returning(Posts.id))  # R474 a write in FROM
Counts.cte(delete_from(Posts).where(Posts.published))  # R475 a write that returns nothing
from_(top)  # R476 a lateral query before the table that it names
from_(Managers).inner_join(top)  # R477 a lateral query without the table that it names
select(Post).inner_join(top)  # R478 … joined to a model
from_(each)  # R479 a function of columns that are not there
from_(Users).with_(counts)  # R480 in WITH what stands in FROM
Chain.recursive(from_(Users).select(Users.id, fn.literal(0)), from_(Users))  # R481 a step that is no function
Chain.recursive(
    per_user,
    lambda last: from_(last).select(Chain.id, Chain.depth),
    cycle=(Counts.posts,),  # R482 a cycle of another table's columns
)
Chain.recursive(
    per_user,
    lambda last: from_(last).select(Chain.id, Chain.depth),
    search=depth_first(Counts.posts),  # R483 a search by another table's columns
)
from_(counts).order_by(walk.search_order)  # R484 the order of a table that is not there
from_(counts).select(Counts.posts, fn.count())  # R485 an aggregate beside a column
of(Counts, User)  # R486 a model of a table that the derived one is no alias of
from_(its)  # R487 a declared function of columns that are not there
Days.of(fn.max(Posts.id))  # R488 an aggregate for a function of rows
