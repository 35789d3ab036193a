"""Executors, writes and repositories, with the types that both checkers infer."""

# pyright: strict

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date
from typing import Any, Never, assert_type
from uuid import UUID, uuid4

from domain import (
    Address,
    Comment,
    Comments,
    Event,
    EventDetails,
    Events,
    Mood,
    NewComment,
    NewUser,
    Post,
    PostPatch,
    Posts,
    User,
    UserPatch,
    Users,
)

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Assignment,
    Database,
    Executor,
    FerraRepository,
    Page,
    PgRepository,
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

db = Database.connect()


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
assert_type(Users.name.to("x"), Assignment[Users, Never])
update(Users).find(1).set(Users.name.to("x"), Users.hair_color.to(None))
update(Users).where(Users.id == 1).set(Users.hair_color.to("red"), Users.name.to(fn.coalesce(Users.hair_color, "")))
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

events = PgRepository(Event, db)
assert_type(events.find_by_id(uuid4()), Event)
assert_type(events.exists(UUID(int=3)), bool)
events.update(uuid4(), Event("x", date(2024, 1, 1)))
events.delete((uuid4(),))  # of several columns, as far as types know
PgRepository(EventDetails, db).find_by_id("a model without the field id")
PgRepository(EventDetails, db).delete_in_tx(tx, 3)


def first_user(repository: FerraRepository[User]) -> User:
    return repository.find_page(1, 1).items[0]


first_user(users)


def user_of(repository: FerraRepository[User]) -> User:
    return repository.find_by_id(3)


class FakeUsers(ABC):
    """What tests put in a repository's place."""

    @abstractmethod
    def find_by_id(self, id: int | tuple[Any, ...]) -> User: ...
    @abstractmethod
    def find_page(self, page: int, per_page: int) -> Page[User]: ...
    @abstractmethod
    def insert(self, data: User) -> User: ...
    @abstractmethod
    def update(self, id: object, data: User) -> User: ...
    @abstractmethod
    def delete(self, id: object) -> None: ...
    @abstractmethod
    def find_by_id_in_tx(self, tx: Transaction, id: object) -> User: ...
    @abstractmethod
    def find_page_in_tx(self, tx: Transaction, page: int, per_page: int) -> Page[User]: ...
    @abstractmethod
    def insert_in_tx(self, tx: Transaction, data: User) -> User: ...
    @abstractmethod
    def update_in_tx(self, tx: Transaction, id: object, data: User) -> User: ...
    @abstractmethod
    def delete_in_tx(self, tx: Transaction, id: object) -> None: ...


def faked(users: FakeUsers) -> User:
    return user_of(users)


class UserRepository(PgRepository[User]):
    def named(self, name: str) -> list[User]:
        return self.find_by(Users.name == name)

    def renamed(self, id: int, name: str) -> User:
        return self.update(id, User(id, name))


# A query of models is a query of what these are


def rows_of(query: Select[Any, Any, object]) -> list[object]:
    return db.fetch_all(query)


rows_of(select(User))
