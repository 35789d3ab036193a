"""Grouping sets, aggregates of aggregates: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from decimal import Decimal
from typing import Never, assert_type

from domain import Comments, Post, Posts, User, Users

from ferra_sync import (
    Aggregate,
    Database,
    Expr,
    GroupingSets,
    In,
    Opt,
    cube,
    from_,
    grouping_sets,
    maybe,
    rollup,
)
from ferra_sync import functions as fn

db = Database.connect()

# Aggregates of aggregates, over windows

assert_type(fn.sum(fn.count()).over(), Expr[Never, int, None, Aggregate])
assert_type(fn.max(fn.max(Posts.title)).over(), Expr[Opt[In[Posts]], str, None, Aggregate])
assert_type(
    db.fetch_all(
        from_(Comments)
        .group_by(Comments.post_id)
        .select(Comments.post_id, fn.count(), fn.sum(fn.count()).over(), fn.avg(fn.sum(Comments.likes)).over())
    ),
    list[tuple[int, int, int | None, Decimal | None]],
)
from_(Comments).select(fn.count(), fn.sum(fn.count()).over())

# Grouping sets

assert_type(rollup(Posts.user_id, Posts.title), GroupingSets[In[Posts]])
assert_type(rollup((Posts.user_id, Posts.title), Posts.id), GroupingSets[In[Posts]])
assert_type(grouping_sets(Posts.user_id, (Posts.title, Posts.id), (), cube(Posts.id)), GroupingSets[In[Posts]])
assert_type(fn.grouping(Posts.user_id, Posts.title), Expr[Opt[In[Posts]], int, Never, Aggregate])
posts = from_(Posts)
both = from_(Posts).inner_join(Users)
assert_type(
    db.fetch_all(
        posts.group_by(rollup(Posts.user_id, Posts.title)).select(
            Posts.user_id.nullable(), Posts.title.nullable(), fn.count(), fn.grouping(Posts.user_id)
        )
    ),
    list[tuple[int | None, str | None, int, int]],
)
assert_type(
    db.fetch_all(both.group_by(Users.name, cube(Posts.title, Users.id)).select(Users.name.nullable(), fn.count())),
    list[tuple[str | None, int]],
)
assert_type(
    db.fetch_all(both.group_by(grouping_sets((Users.id, Posts.title), Users.id)).select(maybe(User), fn.count())),
    list[tuple[User | None, int]],
)
both.group_by(rollup((Users.name, Posts.title), Posts.id)).having(fn.grouping(Users.name, Posts.id) > 0)
both.group_by(grouping_sets(Users.name, (), (Posts.title, Users.id), rollup(Users.name, Posts.id))).order_by(
    fn.grouping(Users.name), Users.name
).select(fn.count())
both.group_by(rollup(Posts.title, Users.id)).select(fn.grouping(Posts.title, Users.id), fn.max(Posts.id))
both.group_by(rollup(Posts.title)).select(fn.rank().over(partition_by=fn.grouping(Posts.title)))

# Rejected

from_(Comments).group_by(Comments.post_id).select(fn.sum(fn.count()))  # R538 an aggregate of aggregates
fn.sum(fn.count(), distinct=True)  # R539 an aggregate of distinct aggregates
from_(Comments).where(fn.sum(fn.count()).over() > 1)  # R540 an aggregate of aggregates in where
from_(Comments).select(Comments.id, fn.sum(fn.count()).over())  # R541 an aggregate of aggregates beside a column
posts.group_by(rollup(Posts.user_id)).select(Posts.user_id)  # R542 a bare key of a rollup
posts.group_by(Posts.title, rollup(Posts.user_id)).select(Posts.title)  # R543 a bare key beside one
posts.group_by(grouping_sets(Posts.id)).select(Post)  # R544 a model that may be missing
posts.group_by(rollup(Users.id)).select(fn.count())  # R545 a key of a table that is not joined
posts.group_by(Posts.id, cube(Users.name, Posts.title)).select(fn.count())  # R546 one of them, beside others
keys: list[int] = db.fetch_all(posts.group_by(cube(Posts.id)).select(Posts.id.nullable()))  # R547 a key that is there
rollup("user_id")  # R548 a name for a key
rollup(Posts.id.desc())  # R549 an order for a key
rollup(rollup(Posts.id))  # R550 a rollup in a rollup
rollup(fn.count())  # R551 an aggregate for a key
posts.where(fn.grouping(Posts.id) == 0)  # R552 grouping in where
posts.group_by(rollup(Posts.id)).select(fn.grouping(Users.id))  # R553 grouping of a table that is not joined
posts.order_by(rollup(Posts.id))  # R554 an order by sets
