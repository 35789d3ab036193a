"""`of(Managers, User)`: a model of a table read from an alias of that table, wherever a model can be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with
from tables import model_of

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    FerraModel,
    Insertable,
    QueryError,
    Table,
    from_,
    insert_into,
    maybe,
    of,
    select,
    to_json,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._compiler.compiler import compiled


@attrs.frozen
class Settings:
    colour: str


class Users(Table):
    id = t.integer(primary_key=True)
    boss_id = t.nullable(t.integer(references=lambda: Users.id))
    name = t.text(name="user_name")
    password = t.text(secret=True, default="")
    pay = t.numeric(10, 2, default=Decimal(1))
    since = t.timestamptz(default=fn.now())
    settings = t.nullable(t.jsonb(Settings))


class Managers(Users, alias="managers"):
    pass


class Directors(Managers, alias="directors"):
    pass


class Posts(Table):
    id = t.serial(primary_key=True)
    user_id = t.integer(references=Users.id)


class Answers(Posts, alias="answers"):
    pass


@attrs.frozen
class User(FerraModel[Users]):
    id: int
    boss_id: int | None
    name: str
    password: str
    pay: Decimal
    since: dt.datetime
    settings: Settings | None


@attrs.frozen
class Brief(FerraModel[Users]):
    settings: Settings | None


@attrs.frozen
class Manager(FerraModel[Managers]):
    id: int


@attrs.frozen
class Post(FerraModel[Posts]):
    user_id: int
    id: int = SERVER_DEFAULT


@attrs.frozen
class NewPost(Insertable[Posts]):
    user_id: int


NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
ANN = User(1, None, "ann", "s3cret", Decimal("9.50"), NOON, Settings("red"))
BOB = User(2, 1, "bob", "", Decimal("1.00"), NOON, None)
CID = User(3, 2, "cid", "", Decimal("2.00"), NOON, Settings("blue"))

paired = from_(Users).inner_join(Managers, on=Users.boss_id == Managers.id).order_by(Users.id)
perhaps = from_(Users).left_join(Managers, on=Users.boss_id == Managers.id).order_by(Users.id)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Users, Posts) as db:
        db.execute(insert_into(Users).values(ANN, BOB, CID))
        db.execute(insert_into(Posts).values(*(Post(number) for number in (1, 1, 3))))
        yield db


def test_a_model_is_read_from_an_alias_with_all_its_conversions(db: Database) -> None:
    assert db.fetch_all(paired.select(User, of(Managers, User))) == [(BOB, ANN), (CID, BOB)]


def test_on_the_nullable_side_it_may_be_none(db: Database) -> None:
    assert db.fetch_all(perhaps.select(Users.id, maybe(of(Managers, User)))) == [(1, None), (2, ANN), (3, BOB)]


def test_a_row_of_nothing_but_nulls_is_told_from_none(db: Database) -> None:
    rows = db.fetch_all(perhaps.select(Users.id, maybe(of(Managers, Brief))))
    assert rows == [(1, None), (2, Brief(Settings("red"))), (3, Brief(None))]


def test_select_reads_from_the_alias_alone(db: Database) -> None:
    query = select(of(Managers, User)).where(Managers.id == 2)
    assert db.fetch_one(query) == BOB
    assert query.sql().text.endswith('FROM "users" "managers" WHERE (("managers"."id" = $1::integer))')
    assert db.fetch_one(select(of(Managers, User)).find(3)) == CID


def test_an_alias_of_an_alias_and_the_table_itself_serve_too(db: Database) -> None:
    assert db.fetch_one(select(of(Directors, User)).find(1)) == ANN
    assert db.fetch_one(select(of(Directors, Manager)).find(1)) == Manager(1)
    assert db.fetch_one(select(of(Users, User)).find(1)) == ANN
    assert select(of(Users, User)).sql() == select(User).sql()


def test_grouped_by_the_key_of_the_alias_it_is_determined(db: Database) -> None:
    query = from_(Users).inner_join(Managers, on=Users.boss_id == Managers.id).group_by(Managers.id)
    rows = db.fetch_all(query.order_by(Managers.id).select(of(Managers, User), fn.count()))
    assert rows == [(ANN, 1), (BOB, 1)]
    with pytest.raises(QueryError, match=r"users\.id is neither in group_by nor inside an aggregate"):
        db.fetch_all(query.select(User))


def test_pages_streams_and_batches_have_it(db: Database) -> None:
    query = paired.select(of(Managers, User), Users.id)
    page = db.fetch_page(query, 2, 1)
    assert (page.items, page.total) == ([(BOB, 3)], 2)
    assert list(db.stream(query)) == [(ANN, 2), (BOB, 3)]
    everyone = select(of(Managers, User))
    assert list(db.batches(everyone, 2)) == [[ANN, BOB], [CID]]
    assert db.fetch_page(everyone, 2, 2).items == [CID]


def test_batches_go_along_the_key_of_the_first_table_whatever_model_is_read(db: Database) -> None:
    posts = from_(Posts).inner_join(Users).select(User)
    assert list(db.batches(posts, 1)) == [[ANN], [ANN], [CID]]


def test_as_json_it_has_the_name_of_its_class_and_of_two_that_of_the_alias_in_front(db: Database) -> None:
    (row,) = db.fetch_json(select(of(Managers, User)).find(1))
    assert (row["id"], row["pay"], "password" in row) == (1, "9.50", False)
    first, *_ = db.fetch_json(perhaps.select(Users.name, maybe(of(Managers, User))))
    assert first == {"name": "ann", "user": None}
    first, *_ = db.fetch_json(paired.select(User, of(Managers, User)))
    assert (first["users_user"]["id"], first["managers_user"]["id"]) == (2, 1)
    assert "s3cret" not in to_json(db.fetch_one(select(of(Managers, User)).find(1)))


def test_rows_of_the_alias_belong_to_parents_too(db: Database) -> None:
    query = select(of(Answers, Post)).belonging_to([ANN, CID]).order_by(Answers.id)
    assert [post.user_id for post in db.fetch_all(query)] == [1, 1, 3]


def test_distinct_takes_it(db: Database) -> None:
    query = from_(Posts).inner_join(Users).inner_join(Managers, on=Users.id == Managers.id).distinct()
    assert set(db.fetch_all(query.select(of(Managers, User)))) == {ANN, CID}


def test_only_what_the_columns_are_may_be_none(db: Database) -> None:
    (instance,) = compiled(select(of(Managers, User)).parts()[0]).selected.entries
    assert [cell.nullable for cell in instance.entries] == [False, True, False, False, False, False, True]


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (
            lambda: of(Posts, User),
            r"User is a model of users, not of posts: of takes an alias of its table, class …\(Users, alias=…\)",
        ),
        (lambda: of(Users, Manager), "Manager is a model of managers, not of users: of takes an alias of its table"),
        (lambda: of(User, User), r"of takes a table, not the model User: say of\(Users\)"),
        (lambda: of(Managers, Users.id), "of takes a model, not users.id, which is integer"),
        (lambda: of(Managers, Users), "the table Users cannot be selected"),
        (lambda: of(Managers, NewPost), "the model NewPost cannot be selected"),
    ],
)
def test_what_fits_not_is_refused_by_name(made: Any, problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        made()


def test_an_alias_that_is_not_joined_is_refused(db: Database) -> None:
    with pytest.raises(QueryError, match=r"managers\.id: table managers is not in this query"):
        db.fetch_all(from_(Users).select(of(Managers, User)))


def test_a_model_made_anywhere_serves(db: Database) -> None:
    name: Any = model_of(FerraModel[Users], name=str)
    assert db.fetch_one(select(of(Managers, name)).find(2)) == name("bob")
