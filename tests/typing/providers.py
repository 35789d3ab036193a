"""Databases by name and their repositories: what both checkers infer, and what they reject."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, assert_type

from domain import Post, Posts, User, Users

from ferra_sync import (
    PROVIDERS,
    Database,
    DatabaseConfig,
    Databases,
    FerraCollection,
    FerraRepository,
    PgRepository,
    Provided,
    Provider,
    Repository,
    Transaction,
)

databases = Databases({"default": "postgresql://h/d"})
assert_type(databases.get(), Database)
assert_type(databases.open("other"), Provided)

users = databases.repository(User)
assert_type(users, Repository[User])
assert_type(users.find_by_id(3), User)
assert_type(users.find_by(Users.name == "x", order_by=[Users.id.desc()]), list[User])
assert_type(users.count(Users.id > 3), int)
assert_type(users.save(User(1, "x")), User)
with databases.open().transaction() as tx:
    users.insert_in_tx(tx, User(1, "x"))


class Session:
    """A transaction of another kind of database."""


class UserList:
    """A repository of another kind."""

    def find_by_id(self, id: int | tuple[Any, ...]) -> User:
        return User(int(id) if isinstance(id, int) else 0, "x")

    def insert(self, data: User) -> User:
        return data


class Lists:
    def repository(self, model: type[Any], /) -> Any:
        return model

    def ping(self) -> None: ...
    def close(self) -> None: ...

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        yield Session()


class ListProvider:
    name = "lists"

    def supports(self, url: str, /) -> bool:
        return url == "list:"

    def connect(self, _config: DatabaseConfig, /) -> Lists:
        return Lists()


class HalfAProvider:
    name = "half"

    def supports(self, url: str, /) -> bool:
        return bool(url)


provider: Provider = ListProvider()
provided: Provided = Lists()
Databases(providers=(*PROVIDERS, ListProvider()))


def over_postgres(repository: FerraRepository[User], collection: FerraCollection[User], tx: Transaction) -> None:
    repository.insert_in_tx(tx, User(1, "x"))
    assert_type(collection.find_all(order_by=[Users.id]), list[User])


def over_lists(repository: FerraRepository[User, Session]) -> None:
    repository.insert_in_tx(Session(), User(1, "x"))
    repository.insert_in_tx(Database().begin(), User(1, "x"))  # R928 a transaction of another kind of database


def anything(repository: Repository[User]) -> None:
    repository.find_by(Posts.id > 1)  # R929 a filter over another table
    repository.find_by_id("x")  # R930 a text for an integer key
    repository.insert(Post(1, "x"))  # R931 another model


over_postgres(PgRepository(User, Database()), PgRepository(User, Database()), Database().begin())
anything(PgRepository(User, Database()))
over_lists(PgRepository(User, Database()))  # R932 a repository whose transactions are of another kind
anything(UserList())  # R933 a repository without most of its methods
Databases(providers=(HalfAProvider(),))  # R934 a provider that connects to nothing
databases.get().repository(User)  # R935 a Database is no provider's: databases.repository(User)
