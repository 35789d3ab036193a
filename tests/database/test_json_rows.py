"""`fetch_json`: any query's rows as JSON objects, and what their keys are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables import model_of

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    Db,
    FerraModel,
    QueryError,
    Table,
    delete_from,
    from_,
    insert_into,
    maybe,
    select,
    to_dict,
    to_json,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Users(Table):
    id = t.integer(primary_key=True)
    name = t.text()
    boss_id = t.nullable(t.integer(references=lambda: Users.id))


class Managers(Users, alias="managers"):
    """The same table a second time."""


class BlogPosts(Table):
    id = t.serial(primary_key=True)
    user_id = t.integer(references=Users.id)
    price = t.numeric(8, 2, default=Decimal(1))
    likes = t.integer(default=0, name="number_of_likes")


@attrs.define
class User(FerraModel[Users]):
    id: int
    name: str
    boss_id: int | None = None


@attrs.define
class Manager(FerraModel[Managers]):
    id: int
    name: str


@attrs.define
class BlogPost(FerraModel[BlogPosts]):
    user_id: int
    price: Decimal = SERVER_DEFAULT
    likes: int = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


UserAgain = model_of(FerraModel[BlogPosts], likes=int)
UserAgain.__name__ = "User"

AL, BO = {"id": 1, "name": "al", "boss_id": None}, {"id": 2, "name": "bo", "boss_id": 1}
POST = {"user_id": 1, "price": "9.90", "likes": 3, "id": 1}


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Users, BlogPosts) as db:
        db.execute(insert_into(Users).values(User(1, "al"), User(2, "bo", 1)))
        db.execute(insert_into(BlogPosts).values(BlogPost(1, Decimal("9.90"), 3)))
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


users_and_posts = from_(Users).left_join(BlogPosts).order_by(Users.id)
with_managers = from_(Users).left_join(Managers, on=Users.boss_id == Managers.id).order_by(Users.id)
QUERIES: dict[str, tuple[Callable[[], Any], list[dict[str, Any]]]] = {
    "a model is its fields": (lambda: select(User).order_by(Users.id), [AL, BO]),
    "a column": (lambda: select(Users.name).order_by(Users.id), [{"name": "al"}, {"name": "bo"}]),
    "a column by its attribute's name": (lambda: select(BlogPosts.likes), [{"likes": 3}]),
    "models by their classes' names": (
        lambda: users_and_posts.select(User, maybe(BlogPost)),
        [{"user": AL, "blog_post": POST}, {"user": BO, "blog_post": None}],
    ),
    "a model that may be missing, alone": (
        lambda: users_and_posts.select(maybe(BlogPost)),
        [{"blog_post": POST}, {"blog_post": None}],
    ),
    "a model beside a column and a function": (
        lambda: from_(Users).group_by(Users.id).order_by(Users.id).select(User, Users.name, fn.count()),
        [{"user": AL, "name": "al", "count": 1}, {"user": BO, "name": "bo", "count": 1}],
    ),
    "columns of one name with their tables": (
        lambda: users_and_posts.select(Users.id, Users.name, BlogPosts.id.nullable()),
        [{"users_id": 1, "name": "al", "blog_posts_id": 1}, {"users_id": 2, "name": "bo", "blog_posts_id": None}],
    ),
    "a table and its alias": (
        lambda: with_managers.select(Users.name, Managers.name.nullable()),
        [{"users_name": "al", "managers_name": None}, {"users_name": "bo", "managers_name": "al"}],
    ),
    "models of a table and of its alias": (
        lambda: with_managers.select(User, maybe(Manager)),
        [{"user": AL, "manager": None}, {"user": BO, "manager": {"id": 1, "name": "al"}}],
    ),
    "models of one name with their tables": (
        lambda: from_(Users).inner_join(BlogPosts).select(User, UserAgain),
        [{"users_user": AL, "blog_posts_user": {"likes": 3}}],
    ),
    "functions of one name with their columns": (
        lambda: from_(BlogPosts).select(fn.max(BlogPosts.likes), fn.max(BlogPosts.price), fn.count()),
        [{"max_likes": 3, "max_price": "9.90", "count": 1}],
    ),
    "a cast as what is cast": (
        lambda: from_(BlogPosts).select(BlogPosts.price.cast(t.text()), BlogPosts.id.cast(t.bigint())),
        [{"price": "9.90", "id": 1}],
    ),
    "an expression by its place": (
        lambda: from_(BlogPosts).select(BlogPosts.id, BlogPosts.likes + 1, BlogPosts.likes > 5),
        [{"id": 1, "column2": 4, "column3": False}],
    ),
    "an expression alone": (lambda: from_(BlogPosts).select(BlogPosts.likes * 2), [{"column1": 6}]),
    "no rows": (lambda: select(User).where(Users.id > 5), []),
}


@pytest.mark.parametrize(("query", "rows"), QUERIES.values(), ids=QUERIES)
def test_rows_are_objects_with_a_key_for_each_item(tx: Any, query: Callable[[], Any], rows: list[Any]) -> None:
    assert tx.fetch_json(query()) == rows
    assert json.loads(json.dumps(tx.fetch_json(query()), allow_nan=False)) == rows


def test_what_a_write_returns_is_json_too(tx: Any) -> None:
    assert tx.fetch_json(insert_into(Users).values(User(3, "cy"), User(4, "di", 3)).returning(User)) == [
        {"id": 3, "name": "cy", "boss_id": None},
        {"id": 4, "name": "di", "boss_id": 3},
    ]
    assert tx.fetch_json(insert_into(Users).values(User(5, "ed")).returning(Users.id, Users.name)) == [
        {"id": 5, "name": "ed"}
    ]
    assert tx.fetch_json(update(Users).find(5).set(Users.name.to("x")).returning(Users.name)) == [{"name": "x"}]
    assert tx.fetch_json(delete_from(Users).find(5).returning(User)) == [{"id": 5, "name": "x", "boss_id": None}]
    assert tx.fetch_json(insert_into(Users).values().returning(User)) == []


def test_a_database_and_a_transaction_say_the_same(database: Database, tx: Any) -> None:
    query = select(User).order_by(Users.id)
    assert database.fetch_json(query) == tx.fetch_json(query) == [to_dict(row) for row in tx.fetch_all(query)]


def test_two_items_that_cannot_be_told_apart_are_refused_by_name(tx: Any) -> None:
    for items, name in (
        ((User, User), "users_user"),
        ((Users.id, Users.id), "users_id"),
        ((fn.now(), fn.now()), "now"),
    ):
        with pytest.raises(QueryError, match=rf"^two items of a JSON object would be called {name}$"):
            tx.fetch_json(from_(Users).select(*items))


def test_a_query_without_rows_is_refused(database: Database) -> None:
    for query in (delete_from(Users).all_rows(), User, from_(Users), None):
        with pytest.raises(QueryError, match="returns no rows"):
            database.fetch_json(query)  # type: ignore[arg-type]  # the mistake
    assert database.fetch_value(from_(Users).select(fn.count())) == 2


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_object_is_its_row_with_names(database: Database, data: st.DataObject) -> None:
    choices = [User, BlogPost, Users.id, Users.name, BlogPosts.id, BlogPosts.price, BlogPosts.likes + 1, fn.now()]
    items = data.draw(st.lists(st.sampled_from(choices), min_size=2, max_size=5, unique_by=id))
    query = from_(Users).inner_join(BlogPosts).select(*items)
    with database.begin() as tx:
        (row,), (made,) = tx.fetch_all(query), tx.fetch_json(query)
    assert list(made.values()) == json.loads(to_json(row))


def test_an_error_of_the_database_is_ours(database: Database) -> None:
    with pytest.raises(Db):
        database.fetch_json(from_(Users).select(Users.id % 0))
