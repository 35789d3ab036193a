"""What both checkers accept, with the types that they infer, beyond the contract."""

# pyright: strict

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Never, assert_type
from uuid import UUID, uuid4

from domain import (
    Address,
    Colour,
    Comment,
    Comments,
    Event,
    EventDetails,
    Events,
    Managers,
    Mood,
    NewComment,
    NewUser,
    Post,
    PostPatch,
    Posts,
    Size,
    User,
    UserPatch,
    Users,
    bool_and,
    char_length,
    clock_timestamp,
    nullif,
    replace,
    similarity,
    string_agg,
)

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Aggregate,
    Assignment,
    Column,
    Database,
    Executor,
    Expr,
    FerraRepository,
    Opt,
    Page,
    PgRepository,
    Plain,
    Returning,
    Select,
    Transaction,
    delete_from,
    from_,
    insert_into,
    maybe,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()
now = datetime.now(UTC)

# Columns know their table, their type and whether they may be NULL

assert_type(Events.id, Column[Events, UUID])
assert_type(Events.day, Column[Events, date])
assert_type(Events.starts_at, Column[Events, datetime])
assert_type(Events.ends_at, Column[Events, datetime | None])
assert_type(Events.duration, Column[Events, timedelta])
assert_type(Events.price, Column[Events, Decimal])
assert_type(Events.ratio, Column[Events, float])
assert_type(Events.public, Column[Events, bool])
assert_type(Events.approved, Column[Events, bool | None])
assert_type(Events.tags, Column[Events, list[str]])
assert_type(Events.scores, Column[Events, list[int | None]])
assert_type(Events.mood, Column[Events, Mood])
assert_type(Events.size, Column[Events, Size | None])
assert_type(Events.address, Column[Events, Address])
assert_type(Events.colour, Column[Events, Colour | None])
assert_type(Events.extra, Column[Events, Any])
assert_type(Events.token, Column[Events, bytes])
assert_type(Events.period, Column[Events, t.Range[datetime]])
assert_type(Comments.author_id, Column[Comments, int | None])
assert_type(Managers.name, Column[Managers, str])

# Comparisons

from_(Users).where(Users.id == 1, Users.id != 1, Users.id < 1, Users.id <= 1, Users.id > 1, Users.id >= 1)
from_(Users).where(Users.hair_color == Users.name, Users.name == Users.hair_color, Users.hair_color != "red")
from_(Users).where(Users.hair_color.is_null(), Users.hair_color.is_not_null(), Users.name.is_not_null())
from_(Users).where(Users.hair_color.is_distinct_from("red"), Users.hair_color.is_not_distinct_from(None))
from_(Users).where(Users.id.is_in([1, 2]), Users.id.is_in({1}), Users.id.is_in((1,)), Users.id.is_not_in(range(3)))
from_(Users).where(Users.hair_color.is_in(["red", "black"]), Users.hair_color.is_in(()))
from_(Users).where(Users.id.between(1, 9), Users.name.between("a", "b"), Users.hair_color.between("a", "z"))
from_(Events).where(Events.seats.between(Events.owner_id, Events.taken), Events.starts_at.between(now, now))
from_(Events).where(Events.mood == Mood.CALM, Events.size == Size.SMALL, Events.mood.is_in([Mood.CALM, Mood.LOUD]))
from_(Events).where(Events.address == Address("a", "b"), Events.colour == Colour(1), Events.extra == {"a": [1, None]})
from_(Events).where(Events.tags == ["a"], Events.scores == [1, None], Events.token == b"\x00", Events.id == uuid4())
from_(Events).where(Events.day == date(2024, 1, 1), Events.starts_at < now, Events.ends_at > Events.starts_at)
from_(Events).where(Events.starts_at <= fn.now(), Events.starts_at > fn.now() - timedelta(days=1))
from_(Events).where(Events.price > Decimal("1.5"), Events.ratio > 0.5, Events.duration < timedelta(hours=1))
from_(Events).where(Events.id == fn.gen_random_uuid(), Events.seats == fn.literal(3), Events.taken == fn.literal(3))

# Predicates and their logic

assert_type(Posts.published & Posts.published, Expr[Posts, bool, Plain])
from_(Events).where(Events.public, Events.approved, ~Events.approved, Events.public | Events.approved)
from_(Events).where((Events.seats > 1) & ~(Events.approved | (Events.name == "x")))
from_(Users).where(Users.hair_color.icontains("r"), Users.name.startswith("a"), Users.name.iendswith("a"))
from_(Users).where(Users.name.like("a%"), Users.hair_color.ilike("%b"), Users.name.contains("%"))
from_(Events).where(Events.name.istartswith("a"), Events.name.endswith("a"))
from_(Users).where().order_by().where(fn.literal(value=True))

# Arithmetic

assert_type(Users.id + 1, Expr[Users, int, Plain])
assert_type(1 + Users.id, Expr[Users, int, Plain])
assert_type(2 * Users.id - 1, Expr[Users, int, Plain])
assert_type(-Users.id % 3, Expr[Users, int, Plain])
assert_type(Users.id + Posts.id, Expr[Users | Posts, int, Plain])
assert_type(Events.seats / 2, Expr[Events, int, Plain])
assert_type(Events.taken + 1, Expr[Events, int | None, Plain])
assert_type(Events.seats - Events.taken, Expr[Events, int | None, Plain])
assert_type(Events.taken - Events.seats, Expr[Events, int | None, Plain])
assert_type(Events.ratio * 0.5, Expr[Events, float, Plain])
assert_type(Events.price * Decimal(2), Expr[Events, Decimal, Plain])
assert_type(Events.price - Events.discount, Expr[Events, Decimal | None, Plain])
assert_type(Events.name + "!", Expr[Events, str, Plain])
assert_type("!" + Events.name, Expr[Events, str, Plain])
assert_type(Users.name + Users.hair_color, Expr[Users, str | None, Plain])
assert_type(Users.hair_color + Users.name, Expr[Users, str | None, Plain])
assert_type(Users.hair_color + "ish", Expr[Users, str | None, Plain])
assert_type(Events.starts_at + timedelta(days=1), Expr[Events, datetime, Plain])
assert_type(Events.starts_at - timedelta(days=1), Expr[Events, datetime, Plain])
assert_type(Events.starts_at + Events.duration, Expr[Events, datetime, Plain])
assert_type(Events.starts_at - Events.duration, Expr[Events, datetime, Plain])
assert_type(Events.starts_at - Events.starts_at, Expr[Events, timedelta, Plain])
assert_type(Events.ends_at + timedelta(days=1), Expr[Events, datetime | None, Plain])
assert_type(Events.starts_at + Events.pause, Expr[Events, datetime | None, Plain])
assert_type(Events.ends_at - Events.starts_at, Expr[Events, timedelta | None, Plain])
assert_type(Events.duration - timedelta(hours=1), Expr[Events, timedelta, Plain])
assert_type(Events.duration - Events.pause, Expr[Events, timedelta | None, Plain])
assert_type(-Events.duration, Expr[Events, timedelta, Plain])
assert_type(Events.tags + ["x"], Expr[Events, list[str], Plain])
assert_type(Events.taken * fn.literal(2), Expr[Events, int | None, Plain])
assert_type(1 - Events.taken, Expr[Events, int | None, Plain])
assert_type(Decimal(1) / Events.price, Expr[Events, Decimal, Plain])
assert_type(Events.duration + timedelta(hours=1), Expr[Events, timedelta, Plain])
assert_type(Events.duration + Events.duration, Expr[Events, timedelta, Plain])
assert_type(fn.now() - timedelta(days=1), Expr[Never, datetime, Never])
from_(Events).where(Events.seats + 1 > Events.owner_id * 2, Events.starts_at + Events.duration < now)

# Functions

assert_type(fn.lower(Users.name), Expr[Users, str, Plain])
assert_type(fn.upper(Users.hair_color), Expr[Users, str | None, Plain])
assert_type(fn.length(Users.name), Expr[Users, int, Plain])
assert_type(fn.length(Users.hair_color), Expr[Users, int | None, Plain])
assert_type(fn.coalesce(Users.hair_color, "none"), Expr[Users, str, Plain])
assert_type(fn.coalesce(Users.hair_color, Users.name), Expr[Users, str, Plain])
assert_type(fn.coalesce(Users.name, "none"), Expr[Users, str, Plain])
assert_type(fn.nullif(Users.name, "none"), Expr[Users, str | None, Plain])
assert_type(fn.nullif(Users.hair_color, Users.name), Expr[Users, str | None, Plain])
assert_type(fn.coalesce(Events.size, Size.SMALL), Expr[Events, Size, Plain])
assert_type(fn.coalesce(Events.colour, Colour(1)), Expr[Events, Colour, Plain])
assert_type(fn.coalesce(Users.hair_color, Posts.title), Expr[Users | Posts, str, Plain])
assert_type(fn.coalesce(Users.hair_color, fn.literal("x")), Expr[Users, str, Plain])
assert_type(fn.coalesce(fn.sum(Users.id), 0), Expr[Opt[Users], int, Aggregate])
assert_type(fn.count(), Expr[Never, int, Aggregate])
assert_type(fn.count(Users.id, distinct=True), Expr[Opt[Users], int, Aggregate])
assert_type(fn.sum(Events.seats), Expr[Opt[Events], int | None, Aggregate])
assert_type(fn.sum(Events.taken), Expr[Opt[Events], int | None, Aggregate])
assert_type(fn.sum(Events.duration), Expr[Opt[Events], timedelta | None, Aggregate])
assert_type(fn.avg(Events.seats), Expr[Opt[Events], Decimal | None, Aggregate])
assert_type(fn.avg(Events.price), Expr[Opt[Events], Decimal | None, Aggregate])
assert_type(fn.avg(Events.ratio), Expr[Opt[Events], float | None, Aggregate])
assert_type(fn.avg(Events.duration), Expr[Opt[Events], timedelta | None, Aggregate])
assert_type(fn.min(Events.starts_at), Expr[Opt[Events], datetime | None, Aggregate])
assert_type(fn.max(Events.size), Expr[Opt[Events], Size | None, Aggregate])
assert_type(fn.now(), Expr[Never, datetime, Never])
assert_type(fn.literal(3), Expr[Never, int, Never])
assert_type(fn.literal(None, t.nullable(t.text())), Expr[Never, str | None, Never])
assert_type(Users.id.cast(t.text()), Expr[Users, str, Plain])
assert_type(Users.hair_color.cast(t.nullable(t.integer())), Expr[Users, int | None, Plain])
assert_type(similarity(Users.name, "x"), Expr[Users, float, Plain])
assert_type(similarity(Users.name, Posts.title), Expr[Users | Posts, float, Plain])
assert_type(char_length(Users.name), Expr[Users, int, Plain])
assert_type(clock_timestamp(), Expr[Never, datetime, Never])
assert_type(replace(Users.name, "a", "b"), Expr[Users, str, Plain])
assert_type(nullif(Users.hair_color, "red"), Expr[Users, str | None, Plain])
assert_type(nullif(Users.name, "red"), Expr[Users, str | None, Plain])
assert_type(bool_and(Events.public), Expr[Opt[Events], bool | None, Aggregate])
assert_type(string_agg(Users.name, ", "), Expr[Opt[Users], str | None, Aggregate])
from_(Users).where(fn.lower(Users.name) == "al", fn.length(Users.name) > 3, similarity(Users.name, "x") > 0.3)
from_(Users).order_by(similarity(Users.name, "x").desc(), fn.lower(Users.name).asc(nulls="last"))

# Joins

assert_type(db.fetch_all(from_(Posts).right_join(Users).select(maybe(Post), User)), list[tuple[Post | None, User]])
assert_type(
    db.fetch_all(from_(Posts).full_join(Users).select(maybe(Post), maybe(User))),
    list[tuple[Post | None, User | None]],
)
assert_type(db.fetch_all(from_(Posts).cross_join(Users).select(Post, User)), list[tuple[Post, User]])
assert_type(
    db.fetch_all(
        from_(Users)
        .left_join(Posts)
        .left_join(Comments, on=Comments.post_id == Posts.id)
        .select(User, maybe(Post), maybe(Comment), Comments.body.nullable())
    ),
    list[tuple[User, Post | None, Comment | None, str | None]],
)
assert_type(
    db.fetch_all(from_(Users).inner_join(Posts).left_join(Comments).select(User, Post, maybe(Comment))),
    list[tuple[User, Post, Comment | None]],
)
assert_type(
    db.fetch_all(
        from_(Users).inner_join(Managers, on=Users.id == Managers.id).select(Users.name, Managers.name, Managers.id)
    ),
    list[tuple[str, str, int]],
)
assert_type(
    db.fetch_all(from_(Users).left_join(Managers, on=Users.id > Managers.id).select(Users.id, maybe(Managers.name))),
    list[tuple[int, str | None]],
)
assert_type(
    db.fetch_all(from_(Users).left_join(Posts).select((Users.id + Posts.id).nullable())),
    list[int | None],
)
from_(Users).inner_join(Posts, on=(Posts.user_id == Users.id) & Posts.published)
from_(Users).inner_join(Events, on=Events.approved).order_by(Events.ends_at.desc(nulls="last"), Users.id)
from_(Users).left_join(Posts).where(Posts.title.is_null()).order_by(Posts.id, maybe(Posts.title).desc())
from_(Users).left_join(Posts).where(Posts.title.nullable() == "x", fn.coalesce(Posts.title.nullable(), "") == "")

# Select lists of one to eight items

whole = from_(Events)
assert_type(db.fetch_all(whole.select(Events.seats)), list[int])
assert_type(db.fetch_all(whole.select(Event)), list[Event])
assert_type(db.fetch_all(whole.select(Event, EventDetails)), list[tuple[Event, EventDetails]])
assert_type(db.fetch_all(whole.select(Events.seats, Events.name, Event)), list[tuple[int, str, Event]])
assert_type(
    db.fetch_all(whole.select(Events.id, Events.mood, Events.tags, Events.colour)),
    list[tuple[UUID, Mood, list[str], Colour | None]],
)
assert_type(
    db.fetch_all(whole.select(Events.id, Events.mood, Events.day, Events.price, Events.ratio)),
    list[tuple[UUID, Mood, date, Decimal, float]],
)
assert_type(
    db.fetch_all(whole.select(Events.id, Events.mood, Events.day, Events.price, Events.ratio, Events.public)),
    list[tuple[UUID, Mood, date, Decimal, float, bool]],
)
assert_type(
    db.fetch_all(
        whole.select(Events.id, Events.mood, Events.day, Events.price, Events.ratio, Events.public, Events.token)
    ),
    list[tuple[UUID, Mood, date, Decimal, float, bool, bytes]],
)
assert_type(
    db.fetch_all(
        whole.select(Events.id, Events.mood, Events.day, Events.price, Events.ratio, Events.public, Events.token, Event)
    ),
    list[tuple[UUID, Mood, date, Decimal, float, bool, bytes, Event]],
)
assert_type(db.fetch_all(whole.select(Events.seats + 1, fn.now())), list[tuple[int, datetime]])

# Groups

assert_type(
    db.fetch_all(from_(Users).left_join(Posts).group_by(Users.id).select(Users.name, fn.count(Posts.id))),
    list[tuple[str, int]],
)
assert_type(
    db.fetch_all(
        from_(Posts)
        .group_by(Posts.user_id, fn.lower(Posts.title))
        .having(fn.count() > 1, fn.max(Posts.id) < 100, Posts.user_id > 3)
        .order_by(fn.count().desc(), Posts.user_id)
        .select(Posts.user_id, fn.count(), fn.max(Posts.title), bool_and(Posts.published))
    ),
    list[tuple[int, int, str | None, bool | None]],
)
assert_type(
    db.fetch_all(from_(Users).inner_join(Posts).group_by(Users.id).select(User, fn.count())), list[tuple[User, int]]
)
from_(Posts).group_by(Posts.user_id).having((fn.count() > 1) & (Posts.user_id > 3))
from_(Posts).group_by(Posts.user_id).having(fn.count() * 2 > Posts.user_id)
assert_type(
    db.fetch_one(from_(Posts).select(fn.count(), fn.min(Posts.id), fn.count(Posts.title))),
    tuple[int, int | None, int],
)
from_(Users).left_join(Posts).select(fn.count(Posts.id), fn.sum(Posts.id))

# A Select

assert_type(db.fetch_all(select(User)), list[User])
assert_type(db.fetch_all(select(Users.hair_color)), list[str | None])
assert_type(db.fetch_one(select(User).find(3)), User)
assert_type(db.fetch_optional(select(User).find(3)), User | None)
assert_type(db.fetch_value(select(Users.name)), str)
assert_type(db.fetch_value(from_(Users).select(fn.count())), int)
assert_type(db.fetch_all(select(User).inner_join(Posts).where(Posts.published).order_by(Posts.id)), list[User])
assert_type(db.fetch_all(select(User).left_join(Posts).where(Posts.id.is_null())), list[User])
assert_type(db.fetch_all(select(User).limit(1).offset(2).distinct()), list[User])
assert_type(db.fetch_all(select(User).distinct(Users.name).order_by(Users.name)), list[User])
assert_type(db.fetch_all(select(Post).belonging_to(User(1, "x"))), list[Post])
assert_type(db.fetch_all(select(Post).belonging_to([User(1, "x")], by=Posts.user_id)), list[Post])
assert_type(select(User).sql().params, tuple[Any, ...])


def narrowed(ids: list[int], name: str | None) -> list[User]:
    query = select(User)
    if ids:
        query = query.where(Users.id.is_in(ids))
    if name is not None:
        query = query.where(Users.name == name).order_by(Users.name)
    return db.fetch_all(query.limit(3))


def users_named(executor: Executor, name: str) -> list[User]:
    return executor.fetch_all(select(User).where(Users.name == name))


# Executors

assert_type(db.stream(select(User)), Iterator[User])
assert_type(db.stream(from_(Posts).inner_join(Users).select(Post, User)), Iterator[tuple[Post, User]])
assert_type(db.batches(select(User), size=10), Iterator[list[User]])
assert_type(db.fetch_page(select(User)), Page[User])
assert_type(db.fetch_page(select(User), page=2, per_page=5, count="estimate").items[0], User)
assert_type(db.fetch_page(from_(Users).left_join(Posts).select(User, maybe(Post))).items[0], tuple[User, Post | None])
assert_type(db.run_in_transaction(lambda tx: tx.fetch_one(select(User))), User)
assert_type(db.run_in_transaction(lambda tx: users_named(tx, "x"), isolation="serializable"), list[User])
with db.transaction(isolation="repeatable read", read_only=True) as tx:
    assert_type(tx, Transaction)
    assert_type(tx.fetch_all(select(User)), list[User])
    assert_type(tx.stream(select(User)), Iterator[User])
    users_named(tx, "x")
    with tx.savepoint() as savepoint:
        users_named(savepoint, "x")

# Writes

assert_type(insert_into(Users).values(NewUser("x"), NewUser("y")).returning(User), Returning[User])
assert_type(db.execute(insert_into(Users).values(NewUser("x"))), int)
assert_type(db.fetch_one(insert_into(Users).values(User(1, "x")).returning(Users.id, User)), tuple[int, User])
assert_type(db.fetch_all(insert_into(Comments).values(NewComment(1, "x")).returning(Comment)), list[Comment])
assert_type(db.fetch_value(insert_into(Users).values(NewUser("x")).returning(Users.hair_color)), str | None)
assert_type(Users.name.to("x"), Assignment[Users])
update(Users).find(1).set(Users.name.to("x"), Users.hair_color.to(None))
update(Users).where(Users.id == 1).set(Users.hair_color.to("red"), Users.name.to(Users.hair_color.cast(t.text())))
update(Users).where(Users.id == 1).set(Users.hair_color.to(Users.name), Users.name.to(fn.lower(Users.name)))
update(Users).all_rows().set(Users.name.to(Users.name + "x"), Users.id.to(Users.id + 1))
update(Events).all_rows().set(Events.starts_at.to(fn.now()), Events.ends_at.to(Events.starts_at + Events.duration))
update(Events).all_rows().set(Events.starts_at.to(SERVER_DEFAULT), Events.approved.to(True), Events.taken.to(None))
update(Events).all_rows().set(Events.tags.to(["a"]), Events.scores.to([1, None]), Events.mood.to(Mood.LOUD))
update(Events).all_rows().set(Events.address.to(Address("a", "b")), Events.extra.to({"a": 1}), Events.colour.to(None))
update(Users).find(1).set(UserPatch(name="x", hair_color=None))
update(Users).find(1).set(UserPatch(), Users.hair_color.to(None))
assert_type(db.execute(update(Users).find(1).set(UserPatch(name=UNSET))), int)
assert_type(db.fetch_one(update(Posts).find(1).set(PostPatch(title="x")).returning(Post)), Post)
assert_type(db.fetch_all(delete_from(Users).where(Users.id > 3).returning(Users.name, User)), list[tuple[str, User]])
assert_type(db.execute(delete_from(Users).find(1)), int)
assert_type(db.execute(delete_from(Users).where(Users.hair_color.is_null(), Users.id > 1).returning(User)), int)

# Repositories

users = PgRepository(User, db)
assert_type(users, PgRepository[User])
assert_type(users.find_page(1, 10), Page[User])
assert_type(users.insert(User(1, "x")), User)
assert_type(users.update(1, User(1, "x")), User)
assert_type(users.save(User(1, "x")), User)
assert_type(users.find_all(order_by=[Users.name, Users.id.desc()]), list[User])
assert_type(users.find_by(Users.name == "x", Users.hair_color.is_null(), order_by=[Users.id]), list[User])
assert_type(users.exists(1), bool)
assert_type(users.count(Users.id > 3), int)
assert_type(users.insert_many([User(1, "x")]), list[User])
assert_type(users.copy_in(User(number, "x") for number in range(3)), int)
with db.begin() as tx:
    assert_type(users.find_by_id_in_tx(tx, 1), User)
    assert_type(users.find_page_in_tx(tx, 1, 10), Page[User])
    assert_type(users.insert_in_tx(tx, User(1, "x")), User)
    assert_type(users.update_in_tx(tx, 1, User(1, "x")), User)
    users.delete_in_tx(tx, 1)
    PgRepository(Post, tx).find_by_id(1)


def first_user(repository: FerraRepository[User]) -> User:
    return repository.find_page(1, 1).items[0]


first_user(users)


# A query of models is a query of what these are


def rows_of(query: Select[Any, Any, object]) -> list[object]:
    return db.fetch_all(query)


rows_of(select(User))
assert_type(narrowed([], None), list[User])
