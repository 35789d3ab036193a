"""An alias is a table of its own: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from typing import Never, assert_type

from domain import Comment, Comments, Manager, Managers, Post, Posts, Replies, User, Users

from ferra_sync import Column, Database, Expr, In, Opt, Plain, Predicate, from_, maybe, of, select, update
from ferra_sync import functions as fn

db = Database.connect()
paired = from_(Users).inner_join(Managers, on=Users.id > Managers.id)
perhaps = from_(Users).left_join(Managers, on=Users.id > Managers.id)
threads = from_(Comments).left_join(Replies, on=Replies.parent_id == Comments.id)
wanted: list[Predicate[Managers]] = [Managers.id > 1]

assert_type(Managers.name, Column[In[Managers], str, Never])
assert_type(Managers.hair_color, Column[In[Managers], str, None])
assert_type(Managers.name == Users.name, Expr[In[Managers] | In[Users], bool, Never, Plain])
assert_type(fn.lower(Managers.name), Expr[In[Managers], str, Never, Plain])
assert_type(Managers.name.nullable(), Expr[Opt[In[Managers]], str, None, Plain])
from_(Managers).where(Managers.name == "x", Managers.hair_color == "red").order_by(Managers.id.desc())
from_(Managers).where(*wanted)
paired.where(Managers.name != Users.name).order_by(Managers.name, Users.name)
threads.where(Replies.id.is_null(), Comments.likes > 1)
assert_type(db.fetch_all(from_(Managers).select(Managers.id, Managers.hair_color)), list[tuple[int, str | None]])
assert_type(db.fetch_all(from_(Managers).select(Manager)), list[Manager])
assert_type(db.fetch_all(select(Manager).where(Managers.id == 1)), list[Manager])
assert_type(db.fetch_all(paired.select(User, Managers.name)), list[tuple[User, str]])
assert_type(db.fetch_all(paired.select(User, Manager)), list[tuple[User, Manager]])
assert_type(db.fetch_all(perhaps.select(User, maybe(Manager))), list[tuple[User, Manager | None]])
assert_type(db.fetch_all(perhaps.select(User, Managers.name.nullable())), list[tuple[User, str | None]])
assert_type(db.fetch_all(threads.select(Comment, Replies.likes.nullable())), list[tuple[Comment, int | None]])
assert_type(
    db.fetch_all(threads.group_by(Comments.id).select(Comments.id, fn.count(Replies.id))), list[tuple[int, int]]
)
assert_type(db.fetch_all(perhaps.where(Managers.id.is_null()).select(User)), list[User])
assert_type(
    db.fetch_all(paired.left_join(Posts, on=Posts.user_id == Managers.id).select(Manager, maybe(Post))),
    list[tuple[Manager, Post | None]],
)
assert_type(of(Managers, User), Expr[In[Managers], User, Never, Plain])
assert_type(of(Users, User), Expr[In[Users], User, Never, Plain])
assert_type(maybe(of(Managers, User)), Expr[Opt[In[Managers]], User, None, Plain])
assert_type(db.fetch_all(select(of(Managers, User)).where(Managers.id == 1)), list[User])
assert_type(db.fetch_all(from_(Managers).select(of(Managers, User))), list[User])
assert_type(db.fetch_all(paired.select(User, of(Managers, User))), list[tuple[User, User]])
assert_type(db.fetch_all(perhaps.select(User, maybe(of(Managers, User)))), list[tuple[User, User | None]])
assert_type(
    db.fetch_all(threads.group_by(Comments.id, Replies.id).select(maybe(of(Replies, Comment)), fn.count())),
    list[tuple[Comment | None, int]],
)

from_(Users).where(Managers.name == "x")  # R270 an alias' column in where, of the table
from_(Managers).where(Users.name == "x")  # R271 the table's column in where, of the alias
from_(Users).order_by(Managers.id)  # R272 … in order_by
from_(Users).select(Managers.id)  # R273 … in select
from_(Managers).select(Users.id)  # R274 the table's column of the alias
from_(Users).select(Manager)  # R275 the alias' model of the table
select(User).where(Managers.id == 1)  # R276 the alias in a model's where
select(Manager).where(Users.id == 1)  # R277 the table in the where of the alias' model
from_(Users).group_by(Managers.id)  # R278 a group by the alias
from_(Users).where(Users.id == Managers.id)  # R279 the alias compared and not joined
from_(Users).select(fn.lower(Managers.name))  # R280 a function of the alias
from_(Users).inner_join(Posts, on=Posts.user_id == Managers.id)  # R281 the alias in on, not joined
perhaps.select(User, Manager)  # R282 the alias' bare model on the nullable side
perhaps.select(User, Managers.name)  # R283 … its bare column
perhaps.select(maybe(User), maybe(Post))  # R284 maybe of a table that is not joined
threads.select(Comment, Replies.likes)  # R285 a reply's bare column on the nullable side
update(Users).set(Managers.name.to("x"))  # R286 an assignment to the alias' column
update(Users).where(Managers.id == 1)  # R287 the alias in an update's where
update(Users).set(Users.name.to(Managers.name))  # R288 the alias' column assigned
filters: list[Predicate[Users]] = [Managers.id > 1]  # R289 the alias in the table's filters
one: Expr[In[Users], str, Never, Plain] = Managers.name  # R337 the alias' column by an annotation
listed: list[Column[In[Users], str, None]] = [Managers.hair_color]  # R338 … in a list of columns
owned: Expr[In[Managers], int, Never, Plain] = Users.id  # R339 the table's column for the alias'
from_(Users).select(of(Managers, User))  # R347 a model of an alias that is not joined
perhaps.select(User, of(Managers, User))  # R348 … bare, on the nullable side
of(Posts, User)  # R349 a model of another table
of(Users, Manager)  # R350 the alias' model of the table
of(Managers, Managers.name)  # R351 a column for a model
select(of(Managers, User)).where(Users.id == 1)  # R352 the table in the where of the alias
