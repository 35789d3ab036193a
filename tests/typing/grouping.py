"""Grouping sets, aggregates of aggregates: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from decimal import Decimal
from typing import Never, assert_type

from domain import Comments, Posts

from ferra_sync import Aggregate, Database, Expr, In, Opt, from_
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

# Rejected

from_(Comments).group_by(Comments.post_id).select(fn.sum(fn.count()))  # R465 an aggregate of aggregates
fn.sum(fn.count(), distinct=True)  # R466 an aggregate of distinct aggregates
from_(Comments).where(fn.sum(fn.count()).over() > 1)  # R467 an aggregate of aggregates in where
from_(Comments).select(Comments.id, fn.sum(fn.count()).over())  # R468 an aggregate of aggregates beside a column
