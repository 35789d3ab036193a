"""Rows inside rows, children in lists and the first of each parent: what is inferred, what rejected."""

from __future__ import annotations

from typing import assert_type

import attrs
from domain import Managers, Post, Posts, User, Users

from ferra_sync import Database, FerraModel, Table, from_, grouped_by, maybe, of, select
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()


class Marks(Table):
    id = t.serial(primary_key=True)
    post_id = t.integer(references=Posts.id)
    stars = t.nullable(t.integer())


@attrs.frozen
class Mark(FerraModel[Marks]):
    id: int
    stars: int | None


own = from_(Posts).correlate(Users).where(Posts.user_id == Users.id).order_by(Posts.id)
marks = from_(Marks).correlate(Posts).where(Marks.post_id == Posts.id).select(Mark).multiset()
posts = own.limit(3).select(Post).multiset()

# Multisets
assert_type(db.fetch_all(from_(Users).select(User, posts)), list[tuple[User, list[Post]]])
assert_type(db.fetch_all(from_(Users).select(posts)), list[list[Post]])
assert_type(
    db.fetch_all(from_(Users).select(User, own.select(Post, marks).multiset())),
    list[tuple[User, list[tuple[Post, list[Mark]]]]],
)
assert_type(
    db.fetch_all(from_(Users).select(Users.id, own.select(Posts.title).multiset(), posts)),
    list[tuple[int, list[str], list[Post]]],
)
both = own.left_join(Marks).select(Post, maybe(Mark), Marks.stars.nullable()).multiset()
assert_type(
    db.fetch_all(from_(Users).select(User, both)), list[tuple[User, list[tuple[Post, Mark | None, int | None]]]]
)
assert_type(db.fetch_all(select(from_(Users).select(Users.hair_color).multiset())), list[list[str | None]])
assert_type(db.fetch_one(select(select(User).multiset(), select(Post).multiset())), tuple[list[User], list[Post]])
assert_type(
    db.fetch_all(from_(Users).group_by(Users.id).select(Users.id, fn.count(), posts)), list[tuple[int, int, list[Post]]]
)
assert_type(db.fetch_page(from_(Users).select(User, posts)).items, list[tuple[User, list[Post]]])
names = from_(Users).select(Users.name).union(from_(Posts).select(Posts.title))
assert_type(db.fetch_value(select(names.multiset())), list[str])

from_(Posts).select(posts)  # R769 a multiset without the query that it is correlated to
from_(Managers).select(of(Managers, User), posts)  # R770 a multiset beside an alias of that table
from_(Users).where(posts)  # R771 a multiset as a predicate
from_(Users).select(User, own.multiset())  # R772 a multiset of a query that selects nothing
from_(Users).select(User, marks)  # R773 a multiset two levels too high
x: list[tuple[User, list[User]]] = db.fetch_all(from_(Users).select(User, posts))  # R774 rows of another class
db.fetch_all(own.select(Post, marks))  # R775 a correlated query alone, with a multiset

# Children of many parents
users, children = [User(1, "ann")], [Post(1, "a")]
assert_type(db.fetch_all(select(Post).belonging_to(users)), list[Post])
assert_type(grouped_by(users, children), list[list[Post]])
assert_type(grouped_by(users, iter(children), by=Posts.user_id), list[list[Post]])
pairs = db.fetch_all(from_(Posts).inner_join(Marks).belonging_to(children).select(Mark, Post))
assert_type(grouped_by(children, pairs), list[list[tuple[Mark, Post]]])

grouped_by(users, [post.title for post in children])  # R776 children that are no rows
grouped_by(users[0], children)  # R777 one parent
grouped_by([1], children)  # R778 parents that are no rows
grouped_by(users, children, by="user_id")  # R779 a name instead of a column

# The first of each parent
firsts = select(Post).belonging_to(users).per_parent(limit=3, order_by=Posts.id.desc())
assert_type(db.fetch_all(firsts), list[Post])
assert_type(
    db.fetch_all(
        from_(Posts).inner_join(Users).select(Post, User).per_parent(limit=1, order_by=[Users.name, Posts.id.desc()])
    ),
    list[tuple[Post, User]],
)
assert_type(db.fetch_all(select(Post).per_parent(limit=3, order_by=Posts.id, by=Posts.user_id)), list[Post])

select(Post).per_parent(limit=3, order_by=Users.name)  # R780 an order of another table
select(Post).per_parent(limit=3, order_by="id")  # R781 a name instead of a column
select(Post).per_parent(limit="3", order_by=Posts.id)  # R782 a limit that is no number
select(Post).per_parent(limit=3)  # R783 no order
select(Post).per_parent(limit=3, order_by=Posts.id, by=Users.id)  # R784 a column of another table
from_(Posts).per_parent(limit=3, order_by=Posts.id)  # R785 a query that selects nothing
