"""What is given for the wrong thing is refused in a sentence of ours, before anything is sent, and is not shown."""

from __future__ import annotations

import datetime as dt
import math
import operator
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import attrs
import pytest
from databases import database_with

import ferra_sync
from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    ConfigError,
    Database,
    DatabaseConfig,
    Databases,
    FerraModel,
    ModelMeta,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    Unset,
    ValidationError,
    check,
    delete_from,
    foreign_key,
    from_,
    index,
    insert_into,
    maybe,
    select,
    unique,
    update,
    when_set,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

SECRET: Final = "s3cret"
"""What stands in rows and parameters, and must be in no message."""


class Users(Table):
    id = t.integer(primary_key=True)
    name = t.text(default="")
    active = t.nullable(t.boolean())


class Posts(Table):
    id = t.integer(primary_key=True)
    user_id = t.integer(references=Users.id)
    title = t.text()


@attrs.define
class User(FerraModel[Users]):
    id: int
    name: str


@attrs.define
class Post(FerraModel[Posts]):
    id: int
    user_id: int
    title: str


@attrs.define
class Patch(Changeset[Users]):
    name: str | Unset = UNSET


ROW: Final = User(9, SECRET)
WRONG: Final[dict[str, Any]] = {
    "None": None,
    "a string": "x",
    "an empty list": [],
    "a list": [1],
    "a tuple": (1, 2),
    "a set": {1},
    "a dict": {"a": 1},
    "a number": 5,
    "minus one": -1,
    "True": True,
    "a float": 1.5,
    "NaN": math.nan,
    "bytes": b"x",
    "a date": dt.date(2020, 1, 1),
    "a class": int,
    "a table": Users,
    "a model": User,
    "a row": ROW,
    "a row of another table": Post(1, 1, SECRET),
    "rows": [ROW],
    "a changeset": Patch(SECRET),
    "a text column": Users.name,
    "a key column": Users.id,
    "a column of another table": Posts.title,
    "a predicate": Users.id == 1,
    "an order": Users.id.desc(),
    "an aggregate": fn.count(),
    "an assignment": Users.name.to(SECRET),
    "a FROM": from_(Users),
    "a SELECT": select(User),
    "an UPDATE": update(Users).find(1).set(Users.name.to(SECRET)),
    "a DELETE": delete_from(Users),
    "an INSERT": insert_into(Users).values(ROW),
    "a RETURNING": insert_into(Users).values(User(8, SECRET)).returning(User),
    "a function": fn.now,
    "a type uncalled": t.text,
    "a declaration": t.text(),
    "UNSET": UNSET,
    "SERVER_DEFAULT": SERVER_DEFAULT,
    "an object": object(),
    "a module": ferra_sync,
    "an error": ValueError(SECRET),
}
COLUMNS: Final = {"a text column", "a key column", "a column of another table", "a predicate"}
OWN_COLUMNS: Final = COLUMNS - {"a column of another table"}

users: Final = from_(Users)
text_function: Final = partial(fn.function, "lower", returns=t.text())

BUILDERS: Final[dict[str, tuple[Callable[[Any], Any], set[str]]]] = {
    "from_": (lambda x: from_(x).select(fn.count()), {"a table"}),
    "select": (select, {"a model", *COLUMNS}),
    "maybe": (lambda x: users.select(maybe(x)), {"a model", "an aggregate", *OWN_COLUMNS}),
    "update": (lambda x: update(x).find(1).set(Patch("b")), {"a table"}),
    "delete_from": (lambda x: delete_from(x).find(1), {"a table"}),
    "insert_into": (lambda x: insert_into(x).values(), {"a table"}),
    "where": (lambda x: users.where(x).select(User), {"a predicate"}),
    "order_by": (lambda x: users.order_by(x).select(User), {*OWN_COLUMNS, "an order"}),
    "limit": (lambda x: users.limit(x).select(User), {"a number"}),
    "offset": (lambda x: users.offset(x).select(User), {"a number"}),
    "distinct": (lambda x: users.distinct(x).select(User), OWN_COLUMNS),
    "group_by": (lambda x: users.group_by(x).select(fn.count()), OWN_COLUMNS),
    "having": (lambda x: users.group_by(Users.id).having(x).select(Users.id), {"a predicate"}),
    "find": (lambda x: users.find(x).select(User), {"a number", "minus one"}),
    "belonging_to": (lambda x: select(Post).belonging_to(x), {"an empty list", "a row", "rows"}),
    "by": (lambda x: select(Post).belonging_to(ROW, by=x), {"None"}),
    "inner_join": (lambda x: from_(Posts).inner_join(x).select(Post), {"a table"}),
    "left_join": (lambda x: from_(Posts).left_join(x).select(Post), {"a table"}),
    "right_join": (lambda x: from_(Posts).right_join(x).select(maybe(Post)), {"a table"}),
    "full_join": (lambda x: from_(Posts).full_join(x).select(maybe(Post)), {"a table"}),
    "cross_join": (lambda x: from_(Posts).cross_join(x).select(Post), {"a table"}),
    "on": (lambda x: from_(Posts).inner_join(Users, on=x).select(Post), {"None", "a predicate"}),
    "From.select": (users.select, {"a model", "an aggregate", *OWN_COLUMNS}),
    "Grouped.select": (users.group_by(Users.id).select, {"a model", "an aggregate", *OWN_COLUMNS}),
    "values": (lambda x: insert_into(Users).values(x), {"a row"}),
    "values, second": (lambda x: insert_into(Users).values(User(2, "b"), x), {"a row"}),
    "returning": (lambda x: insert_into(Users).values(ROW).returning(x), {"a model", *OWN_COLUMNS}),
    "set": (lambda x: update(Users).find(1).set(x), {"a changeset", "an assignment"}),
    "update.where": (lambda x: update(Users).set(Patch("b")).where(x), {"a predicate"}),
    "update.find": (lambda x: update(Users).set(Patch("b")).find(x), {"a number", "minus one"}),
    "delete.where": (lambda x: delete_from(Users).where(x), {"a predicate"}),
    "delete.find": (lambda x: delete_from(Users).find(x), {"a number", "minus one"}),
    "to": (
        lambda x: update(Users).find(1).set(Users.name.to(x)),
        {"a string", "a text column", "SERVER_DEFAULT"},
    ),
    "cast": (lambda x: users.select(Users.id.cast(x)), {"a declaration"}),
    "nulls": (lambda x: users.order_by(Users.id.asc(nulls=x)).select(User), {"None"}),
    "is_in": (lambda x: users.select(Users.id.is_in(x)), {"an empty list", "a list", "a tuple", "a set"}),
    "like": (lambda x: users.select(Users.name.like(x)), {"a string"}),
    "contains": (lambda x: users.select(Users.name.contains(x)), {"a string"}),
    "and": (lambda x: users.where((Users.id == 1) & x).select(User), {"a predicate"}),
    "count": (lambda x: users.select(fn.count(x)), {"None", *OWN_COLUMNS}),
    "sum": (lambda x: users.select(fn.sum(x)), {"a key column"}),
    "lower": (lambda x: users.select(fn.lower(x)), {"a text column"}),
    "literal of": (lambda x: users.select(fn.literal("a", x)), {"None", "a declaration"}),
    "function": (lambda x: fn.function(x, returns=t.text())(), {"a string"}),
    "function's argument": (lambda x: text_function(x)(Users.name), {"a declaration"}),
    "function's result": (lambda x: fn.function("lower", returns=x)(), {"a declaration"}),
    "check": (check, {"a predicate"}),
    "unique": (unique, COLUMNS - {"a predicate"}),
    "index": (index, {*COLUMNS, "an order"}),
    "index where": (lambda x: index(Users.id, where=x), {"None", "a predicate"}),
    "foreign_key": (lambda x: foreign_key(x, references=Users.id), COLUMNS - {"a predicate"}),
    "constraint's name": (lambda x: unique(Users.id, name=x), {"None", "a string"}),
    "foreign_key on_delete": (lambda x: foreign_key(Users.id, references=Users.id, on_delete=x), {"None"}),
    "nullable": (t.nullable, {"a declaration"}),
    "array": (t.array, {"a declaration"}),
    "varchar": (t.varchar, {"a number"}),
    "numeric": (t.numeric, {"None", "a number"}),
    "enum": (t.enum, set()),
    "jsonb": (t.jsonb, {"None", "a model"}),
    "primary_key": (lambda x: t.text(primary_key=x), {"True"}),
    "column's name": (lambda x: type("New", (Table,), {"a": t.text(name=x)}), {"a string"}),
    "default": (lambda x: type("New", (Table,), {"a": t.text(default=x)}), {"a string"}),
    "on_update": (lambda x: type("New", (Table,), {"a": t.text(on_update=x)}), {"a string"}),
    "references": (
        lambda x: type("New", (Table,), {"a": t.text(references=x)}).__ferra_table__.foreign_keys[0].targets,
        {"a text column", "a column of another table"},
    ),
    "table's name": (lambda x: type("New", (Table,), {"a": t.text()}, name=x), {"None", "a string"}),
    "table's schema": (lambda x: type("New", (Table,), {"a": t.text()}, schema=x), {"None", "a string"}),
    "table's alias": (lambda x: type("New", (Users,), {}, alias=x), {"a string"}),
    "__constraints__": (
        lambda x: type("New", (Table,), {"a": t.text(), "__constraints__": classmethod(lambda _cls: x)}),
        {"an empty list"},
    ),
    "ModelMeta.of": (ModelMeta.of, {"a model"}),
    "when_set": (
        when_set,
        {"a class", "a table", "a model", "a function", "a type uncalled"},
    ),
    "Database": (Database, set()),
    "Database.connect": (Database.connect, set()),
    "DatabaseConfig": (DatabaseConfig, set()),
    "Databases": (Databases, {"None"}),
    "PgRepository": (lambda x: PgRepository(User, x), set()),
}

VERBS: Final[dict[str, tuple[Callable[[Any, Any], Any], set[str]]]] = {
    "fetch_all": (lambda db, x: db.fetch_all(x), {"a SELECT", "a RETURNING"}),
    "fetch_one": (lambda db, x: db.fetch_one(x), {"a SELECT", "a RETURNING"}),
    "fetch_optional": (lambda db, x: db.fetch_optional(x), {"a SELECT", "a RETURNING"}),
    "fetch_value": (lambda db, x: db.fetch_value(x), set()),
    "execute": (lambda db, x: db.execute(x), {"an UPDATE", "an INSERT", "a RETURNING"}),
    "fetch_page": (lambda db, x: db.fetch_page(x), {"a SELECT"}),
    "page": (lambda db, x: db.fetch_page(select(User), x), {"a number", "minus one"}),
    "per_page": (lambda db, x: db.fetch_page(select(User), 1, x), {"a number"}),
    "count=": (lambda db, x: db.fetch_page(select(User), 1, 1, x), set()),
    "stream": (lambda db, x: list(db.stream(x)), {"a SELECT"}),
    "batches": (lambda db, x: list(db.batches(x)), {"a SELECT"}),
    "size": (lambda db, x: list(db.batches(select(User), x)), {"a number"}),
    "isolation": (lambda db, x: db.begin(isolation=x).rollback(), {"None"}),
    "repository": (lambda db, x: PgRepository(x, db), {"a model"}),
    "find_by_id": (lambda db, x: PgRepository(User, db).find_by_id(x), {"a number", "minus one"}),
    "find_by_id_in_tx": (lambda db, x: PgRepository(User, db).find_by_id_in_tx(x, 1), set()),
    "insert_in_tx": (lambda db, x: PgRepository(User, db).insert_in_tx(x, ROW), set()),
    "update_in_tx": (lambda db, x: PgRepository(User, db).update_in_tx(x, 1, ROW), set()),
    "delete_in_tx": (lambda db, x: PgRepository(User, db).delete_in_tx(x, 1), set()),
    "find_page_in_tx": (lambda db, x: PgRepository(User, db).find_page_in_tx(x), set()),
    "find_by": (lambda db, x: PgRepository(User, db).find_by(x), {"a predicate"}),
    "find_by order": (lambda db, x: PgRepository(User, db).find_by(order_by=[x]), {*OWN_COLUMNS, "an order"}),
    "find_all order": (lambda db, x: PgRepository(User, db).find_all(order_by=x), {"an empty list"}),
    "insert_many rows": (lambda db, x: PgRepository(User, db).insert_many(x), {"an empty list", "rows"}),
    "copy_in rows": (lambda db, x: PgRepository(User, db).copy_in(x), {"an empty list", "rows"}),
    "exists": (lambda db, x: PgRepository(User, db).exists(x), {"a number", "minus one"}),
    "save": (lambda db, x: PgRepository(User, db).save(x), {"a row"}),
    "update": (lambda db, x: PgRepository(User, db).update(9, x), {"a row"}),
    "insert": (lambda db, x: PgRepository(User, db).insert([x]), set()),
    "insert_many": (lambda db, x: PgRepository(User, db).insert_many([User(2, "b"), x]), {"a row"}),
    "copy_in": (lambda db, x: PgRepository(User, db).copy_in([User(2, "b"), x]), {"a row"}),
    "delete": (lambda db, x: PgRepository(User, db).delete(x), {"a number", "minus one"}),
}

OURS: Final = (QueryError, SchemaError, ValidationError, ConfigError, TypeError, ValueError)


def refusal(use: Callable[[], object]) -> Exception | None:
    """Return what was raised; None where nothing was, or where the database was asked and had no such row."""
    try:
        made = use()
        if hasattr(made, "parts"):
            made.sql()
    except ferra_sync.NotFound:
        return None
    except Exception as error:  # noqa: BLE001 - of whatever class it is, it is judged
        return error
    return None


def judge(use: Callable[[Any], object], accepted: set[str]) -> list[str]:
    """Return what is wrong with how `use` takes every kind of thing."""
    wrong = []
    for kind, value in WRONG.items():
        error = refusal(partial(use, value))
        if error is None:
            if kind not in accepted:
                wrong.append(f"{kind} is accepted")
            continue
        raised = traceback.extract_tb(error.__traceback__)[-1]
        by_us = "ferra_sync" in raised.filename and str(raised.line).startswith("raise")
        if kind in accepted:
            wrong.append(f"{kind} is refused: {error}")
        elif not isinstance(error, OURS) or not by_us or isinstance(error, AssertionError):
            wrong.append(f"{kind}: {type(error).__name__}: {error}")
        elif SECRET in str(error) or " at 0x" in str(error) or len(str(error).split()) < 3:
            wrong.append(f"{kind} is shown, or not said: {error}")
    return wrong


@pytest.mark.parametrize("name", BUILDERS)
def test_what_is_given_for_the_wrong_thing_is_refused_in_a_sentence(name: str) -> None:
    use, accepted = BUILDERS[name]
    assert judge(use, accepted) == []


@pytest.fixture(scope="module")
def database(server_url: str) -> Any:
    with database_with(server_url, Users, Posts) as db:
        db.execute(insert_into(Users).values(User(1, "a")))
        yield db


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_refuses_in_a_sentence_what_it_cannot_run(name: str, database: Database) -> None:
    use, accepted = VERBS[name]
    with database.transaction() as tx:
        assert judge(partial(use, database if name == "isolation" else tx), accepted) == []
        assert tx.fetch_value(from_(Users).select(fn.count())) >= 1, "the transaction is whole: nothing wrong was sent"
        tx.rollback()


@pytest.mark.parametrize("column", [Users.id, Users.name, Users.active], ids=str)
@pytest.mark.parametrize("op", [operator.eq, operator.lt, operator.add, operator.sub, operator.mul, operator.and_])
def test_an_operator_refuses_in_a_sentence_what_it_cannot_take(column: Any, op: Callable[[Any, Any], Any]) -> None:
    for value in WRONG.values():
        error = refusal(lambda value=value: users.select(op(column, value)))
        assert error is None or isinstance(error, OURS), (value, error)
        assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: insert_into(Users).values([ROW]), r"say values\(\*rows\), or insert_many"),
        (lambda: insert_into(Users).values({"id": 1}), r"^values takes instances of models, .*, not a dict$"),
        (lambda: insert_into(Users).values(User), r"not the model User$"),
        (lambda: insert_into(Users).values(Post(1, 1, "a")), r"^Post is a row of posts, not of users$"),
        (lambda: update(from_(Users)), r"^update takes a table, not a From: say update\(Users\)$"),
        (lambda: update(User), r"^update takes a table, not the model User: say update\(Users\)$"),
        (lambda: from_(select(User)), r"^from_ takes a table, not a Select: say from_\(Users\)$"),
        (lambda: from_(Users.id), r"say from_\(Users\)$"),
        (lambda: delete_from(ROW), r"^delete_from takes a table, not a User: say delete_from\(Users\)$"),
        (lambda: insert_into(User), r"say insert_into\(Users\)$"),
        (lambda: select(Users), r"^the table Users cannot be selected: a column, an expression or a FerraModel can$"),
        (lambda: select(select(User)), r"^a Select cannot be selected"),
        (
            lambda: users.where("x = 1"),
            r"^where takes predicates, not a str: compare a table's columns, Users\.id == 1$",
        ),
        (lambda: users.where(User.id == 1), r"^where takes predicates, not a bool: .*; a model's attributes are none$"),
        (lambda: users.order_by(User.id), r"^order_by .* not User\.id, which is no column of a table: name them"),
        (lambda: users.select(User.id), r"^User\.id, which is no column of a table cannot be selected"),
        (lambda: users.where(Users.id), r"^where takes predicates, not users\.id, which is integer"),
        (lambda: users.order_by("name"), r"^order_by takes columns and expressions, not a str: name them, Users\.id$"),
        (lambda: users.order_by(-Users.name), r"^- takes numbers; users\.name is text$"),
        (lambda: users.limit(None), r"^limit takes a whole number"),
        (users.group_by, r"^group_by takes at least one"),
        (lambda: update(Users).set(Users.name == "a"), r"^set takes assignments .*: say Users\.….to\(…\)$"),
        (lambda: users.find(None), r"^users\.id is looked for by a value, not by None: say where\(…\)$"),
        (lambda: delete_from(Users).find(Users.id), r"^users\.id is looked for by a value, not by users\.id"),
        (lambda: select(Post).belonging_to(User), r"^belonging_to takes a row .*, not the model User$"),
        (lambda: select(Post).belonging_to([User]), r"^belonging_to takes a row .*, not the model User$"),
    ],
)
def test_a_refusal_says_what_to_write_instead(use: Callable[[], object], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        use()


def test_an_executor_says_what_to_write_instead(database: Database) -> None:
    refused: list[tuple[Callable[[Any], object], Any, str]] = [
        (database.fetch_all, User, r"^the model User returns no rows: say select\(User\)$"),
        (database.fetch_all, users, r"^a From returns no rows: fetch_all reads what says"),
        (database.fetch_all, Users, r"^the table Users returns no rows: say from_\(Users\)\.select\(…\)$"),
        (database.execute, select(User), r"^execute takes an INSERT, UPDATE, DELETE or TRUNCATE, not a Select"),
        (database.execute, "DELETE FROM users", r"not a str: SQL of one's own runs on db\.connection\(\)$"),
        (database.stream, User, r"not the model User: say select\(User\)$"),
    ]
    for run, given, message in refused:
        with pytest.raises(QueryError, match=message):
            run(given)


def test_a_database_is_no_transaction_for_the_methods_that_need_one(database: Database) -> None:
    repository = PgRepository(User, database)
    no_transaction: Any = database
    with pytest.raises(QueryError, match=r"^a Transaction is needed, as db\.transaction\(\) gives it, not a Database$"):
        repository.delete_in_tx(no_transaction, 1)
    with pytest.raises(QueryError, match=r"^order_by takes several, as a list, .*: put it into brackets, \[…\]$"):
        repository.find_all(order_by=Users.id.desc())


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (users.distinct(Users.id).select(fn.count()), r"^users\.id stands beside an aggregate$"),
        (users.distinct(fn.count()).select(Users.id), r"^users\.id stands beside an aggregate$"),
        (users.distinct(fn.count()).select(User), r"stands beside an aggregate$"),
        (
            users.distinct(Users.id).order_by(fn.count()).select(Users.id),
            r"must begin with|stands beside an aggregate$",
        ),
        (
            users.group_by(Users.name).distinct(Users.id).select(Users.name),
            r"^users\.id is neither in group_by nor inside an aggregate$",
        ),
    ],
)
def test_distinct_on_beside_groups_takes_what_the_select_list_could(query: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        query.sql()


def test_distinct_on_of_keys_and_aggregates_runs(database: Database) -> None:
    by_name = users.group_by(Users.name)
    assert database.fetch_all(by_name.distinct(Users.name).select(Users.name)) == ["a"]
    assert database.fetch_all(by_name.distinct(fn.count()).select(fn.count())) == [1]
    assert database.fetch_all(users.distinct(fn.count()).select(fn.count())) == [1]
    assert database.fetch_all(users.group_by(Users.id).distinct(Users.name).select(User)) == [User(1, "a")]
