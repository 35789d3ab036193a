"""How queries are read: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

import attrs
from domain import NewUser, Post, Posts, User, Users

from ferra_sync import Database, Page, Plan, PlanNode, Transaction, delete_from, from_, insert_into, maybe, select
from ferra_sync import functions as fn


@attrs.frozen
class Tally:
    user: int
    posts: int


@attrs.define
class Authored:
    author: User
    post: Post | None


def within(tx: Transaction) -> Tally:
    return tx.fetch_one(tallies, as_=Tally)


db = Database.connect()
tallies = from_(Posts).group_by(Posts.user_id).select(Posts.user_id, fn.count())
pairs = from_(Users).left_join(Posts).select(User, maybe(Post))
ids = select(Users.id)

# As a class

assert_type(db.fetch_all(tallies, as_=Tally), list[Tally])
assert_type(db.fetch_all(pairs, as_=Authored), list[Authored])
assert_type(db.fetch_all(tallies, as_=None), list[tuple[int, int]])
assert_type(db.fetch_one(tallies, as_=Tally), Tally)
assert_type(db.fetch_optional(tallies, as_=Tally), Tally | None)
assert_type(db.fetch_page(tallies, 1, 10, as_=Tally), Page[Tally])
assert_type(db.fetch_page(tallies, count="estimate"), Page[tuple[int, int]])
assert_type(db.stream(tallies, as_=Tally), Iterator[Tally])
assert_type(db.fetch_all(tallies.union(tallies), as_=Tally), list[Tally])
assert_type(db.fetch_all(delete_from(Users).all_rows().returning(Users.id, Users.id), as_=Tally), list[Tally])

counted: list[int] = db.fetch_all(tallies, as_=Tally)  # R666 read as a class and taken for another
first: Tally = db.fetch_optional(tallies, as_=Tally)  # R667 … that may be missing
db.fetch_all(tallies, as_=Tally(1, 2))  # R668 an instance for a class
db.fetch_all(tallies, Tally)  # R669 a class by position
db.fetch_value(ids, as_=Tally)  # R670 a single value as a class
db.fetch_all(from_(Posts), as_=Tally)  # R671 a query that selects nothing
db.fetch_all(delete_from(Users).all_rows(), as_=Tally)  # R672 a write that returns nothing
db.stream(insert_into(Users).values(NewUser("x")).returning(Users.id), as_=Tally)  # R673 what a write returns, streamed
db.fetch_one(tallies, as_=Tally).likes  # R674 a field that the class has not

# Columns

assert_type(pairs.columns, tuple[str, ...])
assert_type(tallies.union(tallies).columns, tuple[str, ...])
assert_type(insert_into(Users).values(NewUser("x")).returning(User).columns, tuple[str, ...])

from_(Users).columns  # R675 the columns of what selects nothing
names: list[str] = ids.columns  # R676 columns for a list

# Plans

assert_type(pairs.explain(db, analyze=True, buffers=True), Plan)
assert_type(tallies.union(tallies).explain(db), Plan)
assert_type(delete_from(Users).all_rows().explain(db, analyze=True), Plan)


def explained(tx: Transaction) -> Plan:
    return insert_into(Users).values(NewUser("x")).returning(User).explain(tx)


def looked_at(plan: Plan) -> list[str | None]:
    assert_type(plan.slowest, PlanNode)
    assert_type(plan.root.children, tuple[PlanNode, ...])
    assert_type(plan.root.own_time, float | None)
    plan.root.time = 1.0  # R677 a plan that is changed
    return [node.relation for node in plan.root.walk()]


pairs.explain()  # R678 a plan of no database
pairs.explain("postgres://localhost/shop")  # R679 … of a URL
pairs.explain(db, True)  # R680 an option by position
from_(Users).explain(db)  # R681 the plan of what selects nothing
from_(Posts).correlate(Users).select(Posts.id).explain(db)  # R682 … of what stands inside another query
