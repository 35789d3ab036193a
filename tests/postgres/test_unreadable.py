"""Writes whose rows cannot be read, or do not come back: nothing is left behind, or the error says that it is."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from databases import database_with, one_connection
from tables import create_tables

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    PgRepository,
    Table,
    delete_from,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.runner import prepared

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@attrs.define
class Point:
    x: int
    y: int


class Things(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    color = t.enum(Color, default=Color.RED)
    colors = t.array(t.enum(Color), default=[])
    point = t.nullable(t.jsonb(Point))
    day = t.nullable(t.date())
    made_at = t.timestamptz(default=fn.now())


@attrs.define
class Colored(FerraModel[Things]):
    name: str
    color: Color = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@attrs.define
class ManyColored(FerraModel[Things]):
    name: str
    colors: list[Color] = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@attrs.define
class Pointed(FerraModel[Things]):
    name: str
    point: Point | None = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


class Unwanted(Exception):  # noqa: N818 - an error of a model's own
    pass


def refuse(row: Any) -> None:
    if row.name == "bad":
        raise Unwanted


@attrs.define
class Strict(FerraModel[Things]):
    name: str
    id: int = SERVER_DEFAULT

    def __attrs_post_init__(self) -> None:
        if self.id is not SERVER_DEFAULT:
            refuse(self)


def shouted(row: Any) -> str:
    if row.id is not SERVER_DEFAULT:
        refuse(row)
    return str(row.name).upper()


@attrs.define
class Shouting(FerraModel[Things]):
    name: str
    id: int = SERVER_DEFAULT
    shout: str = attrs.field(init=False, default=attrs.Factory(shouted, takes_self=True))


@attrs.define
class Dated(FerraModel[Things]):
    name: str
    id: int = SERVER_DEFAULT
    day: date | None = SERVER_DEFAULT
    made_at: datetime = SERVER_DEFAULT


SPOIL = """
ALTER TYPE color ADD VALUE 'green';
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.name = 'bad' THEN NEW.color := 'green'; NEW.colors := '{green}'; NEW.point := '{"z": "no"}'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER spoil BEFORE INSERT OR UPDATE ON things FOR EACH ROW EXECUTE FUNCTION spoil()
"""
MODELS = [Colored, ManyColored, Pointed, Strict, Shouting]


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with database_with(server_url, Things) as database:
        with database.connection() as connection:
            connection.execute(SPOIL)
        yield database.config.url


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with one_connection(url, "TRUNCATE things RESTART IDENTITY") as database:
        yield database


def names(executor: Any) -> list[str]:
    return executor.fetch_all(select(Things.name).order_by(Things.id))  # type: ignore[no-any-return] # names


def bad(model: Any, key: int) -> Any:
    row = model("fine", id=SERVER_DEFAULT)
    row.name, row.id = "bad", key
    return row


WRITES: dict[str, Callable[[Any, Any], Any]] = {
    "insert": lambda db, model: PgRepository(model, db).insert(bad(model, SERVER_DEFAULT)),
    "update": lambda db, model: PgRepository(model, db).update(1, bad(model, 1)),
    "save": lambda db, model: PgRepository(model, db).save(bad(model, 1)),
    "save new": lambda db, model: PgRepository(model, db).save(bad(model, 7)),
    "insert_many": lambda db, model: PgRepository(model, db).insert_many([model("fine"), bad(model, SERVER_DEFAULT)]),
    "insert returning": lambda db, model: db.fetch_one(
        insert_into(Things).values(bad(model, SERVER_DEFAULT)).returning(model)
    ),
    "insert several returning": lambda db, model: db.fetch_all(
        insert_into(Things).values(model("fine"), bad(model, SERVER_DEFAULT)).returning(Things.id, model)
    ),
    "update returning": lambda db, model: db.fetch_all(
        update(Things).find(1).set(Things.name.to("bad")).returning(model)
    ),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("write", WRITES)
def test_a_write_whose_row_cannot_be_read_leaves_nothing_behind(db, write, model):
    PgRepository(model, db).insert(model("first"))
    for _ in range(2):
        with pytest.raises((Db, Unwanted)):
            WRITES[write](db, model)
        assert names(db) == ["first"]
    with db.transaction() as tx:
        for _ in range(2):
            with pytest.raises((Db, Unwanted)):
                WRITES[write](tx, model)
        assert PgRepository(model, tx).insert(model("second")).name == "second"
    assert names(db) == ["first", "second"]


@pytest.mark.parametrize("model", MODELS)
def test_a_row_that_cannot_be_read_is_not_deleted(db, model):
    with db.connection() as connection:
        connection.execute("INSERT INTO things (name) VALUES ('bad')")
    for executor in (db, db):
        with pytest.raises((Db, Unwanted)):
            executor.fetch_all(delete_from(Things).all_rows().returning(model))
    assert names(db) == ["bad"]


def test_a_moment_that_python_has_not_is_not_updated_or_deleted_by_a_write_that_returns_it(db):
    with db.connection() as connection:
        connection.execute("INSERT INTO things (name, made_at, day) VALUES ('far', 'infinity', '20000-01-01')")
    writes = (
        lambda: PgRepository(Dated, db).update(1, Dated("near")),
        lambda: PgRepository(Dated, db).save(Dated("near", 1)),
        lambda: db.fetch_all(update(Things).all_rows().set(Things.name.to("near")).returning(Things.made_at)),
        lambda: db.fetch_all(update(Things).all_rows().set(Things.name.to("near")).returning(Things.day)),
        lambda: db.fetch_all(delete_from(Things).all_rows().returning(Dated)),
    )
    for write in (*writes, *writes):
        with pytest.raises(Db) as caught:
            write()
        assert caught.value.kind is DbErrorKind.INVALID_DATA
        assert names(db) == ["far"]


class Far(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    until = t.timestamptz(
        default=fn.function("to_timestamp", t.double_precision(), returns=t.timestamptz())(float("inf"))
    )


@attrs.define
class FarRow(FerraModel[Far]):
    name: str
    id: int = SERVER_DEFAULT
    until: datetime = SERVER_DEFAULT


def test_a_default_that_python_has_not_leaves_no_row(server_url):
    with database_with(server_url, Far) as db:
        rows = PgRepository(FarRow, db)
        assert rows.insert(FarRow("a", until=LONG_AGO)).until == LONG_AGO
        for _ in range(2):
            with pytest.raises(Db):
                rows.insert(FarRow("b"))
            with pytest.raises(Db):
                rows.insert_many([FarRow("b"), FarRow("c", until=LONG_AGO)])
        assert rows.count() == 1


@pytest.mark.parametrize(
    ("query", "doubtful"),
    [
        (lambda: insert_into(Things).values(Dated("a")).returning(Dated), False),
        (lambda: insert_into(Things).values(Dated("a"), Dated("b")).returning(Dated), False),
        (lambda: insert_into(Things).values(Dated("a", day=date(2024, 1, 1))).returning(Things.day), False),
        (lambda: insert_into(Things).values(Dated("a")).returning(Colored), True),
        (lambda: insert_into(Far).values(FarRow("a", until=LONG_AGO)).returning(FarRow), False),
        (lambda: insert_into(Far).values(FarRow("a")).returning(FarRow), True),
        (lambda: update(Things).find(1).set(Things.made_at.to(LONG_AGO)).returning(Things.made_at), False),
        (lambda: update(Things).find(1).set(Things.made_at.to(fn.now())).returning(Things.made_at), False),
        (lambda: update(Things).find(1).set(Things.made_at.to(SERVER_DEFAULT)).returning(Things.made_at), False),
        (lambda: update(Things).find(1).set(Things.made_at.to(Things.made_at)).returning(Things.made_at), True),
        (lambda: update(Things).find(1).set(Things.name.to("a")).returning(Things.name), False),
        (lambda: update(Things).find(1).set(Things.name.to("a")).returning(Dated), True),
        (lambda: delete_from(Things).find(1).returning(Things.name), False),
        (lambda: delete_from(Things).find(1).returning(Things.day), True),
    ],
)
def test_only_writes_whose_rows_may_not_be_readable_cost_a_transaction_every_time(query, doubtful):
    assert prepared(query())[0].doubtful is doubtful


@pytest.fixture
def fresh(empty_db: Database) -> tuple[Database, Any, Any]:
    """A table of this test's own, whose statements were never run, and its model."""

    class Own(Table):
        id = t.serial(primary_key=True)
        name = t.text()
        made_at = t.timestamptz(default=fn.now())

    @attrs.define
    class OwnRow(FerraModel[Own]):
        name: str
        id: int = SERVER_DEFAULT
        made_at: datetime = SERVER_DEFAULT

    with empty_db.connection() as connection:
        create_tables(connection, Own)
        connection.execute("CREATE TABLE elsewhere (LIKE own)")
    return empty_db, Own, OwnRow


def trigger(db: Database, body: str) -> None:
    with db.connection() as connection:
        connection.execute(
            f"CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;"
            "CREATE TRIGGER own BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION own()"
        )


ELSEWHERE = "INSERT INTO elsewhere SELECT NEW.*; RETURN NULL;"
INSERTS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "repository": lambda db, _table, row: PgRepository(type(row), db).insert(row),
    "save": lambda db, _table, row: PgRepository(type(row), db).save(row),
    "returning": lambda db, table, row: db.fetch_one(insert_into(table).values(row).returning(type(row))),
    "value": lambda db, table, row: db.fetch_value(insert_into(table).values(row).returning(table.id)),
}


INFINITE = "IF NEW.name = 'bad' THEN NEW.made_at := 'infinity'; END IF;"


def stored(db: Database, table: str) -> int:
    with db.connection() as connection:
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[call-overload] # a test's
    assert found is not None
    return int(found[0])


@pytest.mark.parametrize("verb", INSERTS)
def test_a_row_that_a_trigger_stores_elsewhere_is_stored_nowhere(fresh, verb):
    db, table, model = fresh
    trigger(db, ELSEWHERE)
    for _ in range(3):
        with pytest.raises(Db, match="a trigger or a rule kept the row from being inserted, so that nothing was"):
            INSERTS[verb](db, table, model("a"))
        assert (stored(db, "own"), stored(db, "elsewhere")) == (0, 0)


@pytest.mark.parametrize("verb", ["repository", "returning", "value"])
def test_a_row_that_a_trigger_now_and_then_stores_elsewhere_is_stored_nowhere(fresh, verb):
    db, table, model = fresh
    trigger(db, f"IF NEW.name = 'bad' THEN {ELSEWHERE} END IF;")
    for _ in range(2):
        INSERTS[verb](db, table, model("fine"))
        with pytest.raises(Db, match="so that nothing was written"):
            INSERTS[verb](db, table, model("bad"))
    assert (stored(db, "own"), stored(db, "elsewhere")) == (2, 0)


@pytest.mark.parametrize("verb", ["repository", "returning", "value"])
def test_a_row_that_is_stored_elsewhere_unforeseen_is_said_to_be_and_the_next_is_not(fresh, verb):
    db, table, model = fresh
    INSERTS[verb](db, table, model("fine"))
    trigger(db, f"IF NEW.name = 'bad' THEN {ELSEWHERE} END IF;")
    with pytest.raises(Db, match="what it did instead was not undone"):
        INSERTS[verb](db, table, model("bad"))
    assert stored(db, "elsewhere") == 1
    INSERTS[verb](db, table, model("fine"))
    with pytest.raises(Db, match="so that nothing was written"):
        INSERTS[verb](db, table, model("bad"))
    assert (stored(db, "own"), stored(db, "elsewhere")) == (2, 1)


def test_a_trigger_that_now_and_then_writes_what_python_has_not_leaves_nothing_behind(fresh):
    db, _, model = fresh
    trigger(db, INFINITE)
    rows = PgRepository(model, db)
    for number in range(3):
        with pytest.raises(Db, match="after year 10K") as caught:
            rows.insert(model("bad"))
        assert caught.value.kind is DbErrorKind.INVALID_DATA
        assert stored(db, "own") == number
        rows.insert(model("fine"))


def test_where_such_a_trigger_came_after_the_first_row_the_error_says_that_the_write_is_stored(fresh):
    db, _, model = fresh
    rows = PgRepository(model, db)
    rows.insert(model("fine"))
    trigger(db, INFINITE)
    with pytest.raises(Db, match=r"; the write is stored$") as caught:
        rows.insert(model("bad"))
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    assert stored(db, "own") == 2
    rows.insert(model("fine"))
    with pytest.raises(Db):
        rows.insert(model("bad"))
    assert stored(db, "own") == 3


def test_a_row_that_cannot_be_read_unforeseen_is_said_to_be_part_of_the_transaction(fresh):
    db, _, model = fresh
    rows = PgRepository(model, db)
    rows.insert(model("fine"))
    trigger(db, INFINITE)
    with db.transaction() as tx:
        with pytest.raises(Db, match=r"; the write is part of the transaction$"):
            rows.insert_in_tx(tx, model("bad"))
        with pytest.raises(Db):
            rows.insert_in_tx(tx, model("bad"))
    assert stored(db, "own") == 2
