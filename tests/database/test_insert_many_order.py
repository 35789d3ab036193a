"""Many rows at once come back in the order given, whoever makes their keys."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import RFC_4122, UUID, uuid4

import attrs
import pytest
from databases import fresh_database, one_connection
from keyed_rows import Always, AlwaysRow, Identities, IdentityRow, Row, Rows, UuidRow, Uuids, Word, Words, names
from tables import truncate

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, PgRepository, Table, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._postgres import wire


@attrs.define
class RowName(FerraModel[Rows]):
    """A model without the key."""

    name: str


class Pairs(Table):
    a = t.integer(primary_key=True, default=1)
    b = t.text(primary_key=True)
    c = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    name = t.text()


@attrs.define
class Pair(FerraModel[Pairs]):
    b: str
    name: str
    a: int = SERVER_DEFAULT
    c: UUID = SERVER_DEFAULT


class Prices(Table):
    price = t.numeric(8, 2, primary_key=True)
    name = t.text()


@attrs.define
class Price(FerraModel[Prices]):
    price: Decimal
    name: str


class Codes(Table):
    code = t.varchar(3, primary_key=True)
    name = t.text()


@attrs.define
class Code(FerraModel[Codes]):
    code: str
    name: str


TABLES = (Rows, Uuids, Identities, Always, Words, Pairs, Prices, Codes)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, *TABLES) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, truncate(*TABLES)) as db:
        yield db


@pytest.fixture
def rows(db: Database) -> PgRepository[Row]:
    return PgRepository(Row, db)


def test_rows_with_shuffled_keys_of_their_own_come_back_in_the_order_given(rows):
    keys = list(range(1, 2001))
    random.Random(7).shuffle(keys)
    given = [Row(f"n{key}", None, key % 3, key) for key in keys]
    assert rows.insert_many(given) == given
    assert [row.id for row in rows.find_all()] == sorted(keys)


@pytest.mark.parametrize("model", [Row, IdentityRow, AlwaysRow])
def test_rows_that_the_server_numbers_come_back_in_the_order_given(db, model):
    repository = PgRepository(model, db)
    given = [model(f"n{number}") for number in range(3000)]
    made = repository.insert_many(given)
    assert names(made) == names(given)
    assert [row.id for row in made] == list(range(1, 3001))
    assert repository.find_all() == made


def test_rows_with_random_keys_of_the_server_come_back_in_the_order_given(db):
    repository = PgRepository(UuidRow, db)
    given = [UuidRow(f"n{number}") for number in range(3000)]
    made = repository.insert_many(given)
    assert names(made) == names(given)
    assert len({row.id for row in made}) == 3000
    assert sorted(made, key=lambda row: row.id) == repository.find_all()


def test_random_keys_are_uuids_of_version_4_as_the_server_makes_them(db):
    repository = PgRepository(UuidRow, db)
    one = repository.insert(UuidRow("one"))
    for row in [one, *repository.insert_many([UuidRow(f"n{number}") for number in range(500)])]:
        assert (row.id.version, row.id.variant) == (4, RFC_4122)


@pytest.mark.parametrize(("model", "is_joined"), [(UuidRow, False), (Row, True)])
def test_only_keys_that_the_server_alone_can_make_cost_a_join(db, monkeypatch, model, is_joined):
    sent: list[bytes] = []
    send = wire.send

    def noting(connection: Any, statement: Any, *sending: Any) -> Any:
        sent.append(statement.sql)
        return send(connection, statement, *sending)

    monkeypatch.setattr(wire, "send", noting)
    PgRepository(model, db).insert_many([model("a"), model("b")])
    assert [b" JOIN " in sql for sql in sent if b"INSERT INTO" in sql] == [is_joined]


SWAP = """
CREATE FUNCTION swap() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.id := CASE WHEN NEW.id < 100 THEN 99 - NEW.id ELSE NEW.id + 1000 END; RETURN NEW; END $$;
CREATE TRIGGER swap BEFORE INSERT ON rows FOR EACH ROW EXECUTE FUNCTION swap()
"""


def test_rows_come_back_in_the_order_given_where_a_trigger_gives_their_keys_to_others(db):
    with db.begin() as tx:
        tx._acquire().execute(SWAP)
        made = PgRepository(Row, tx).insert_many([Row(f"n{key}", None, 1, key) for key in (10, 500, 80, 19, 89)])
    ordered = [(89, "n10"), (1500, "n500"), (19, "n80"), (80, "n19"), (10, "n89")]
    assert [(row.id, row.name) for row in made] == ordered


def test_rows_come_back_in_the_order_given_where_a_trigger_gives_the_servers_keys_to_others(db):
    with db.begin() as tx:
        tx._acquire().execute(SWAP + "; SELECT setval('rows_id_seq', 47)")
        made = PgRepository(Row, tx).insert_many([Row(f"n{key}") for key in (48, 49, 50, 51)])
    assert [(row.id, row.name) for row in made] == [(51, "n48"), (50, "n49"), (49, "n50"), (48, "n51")]


def test_rows_of_a_table_with_odd_names_and_text_keys_come_back_in_the_order_given(db):
    repository = PgRepository(Word, db)
    keys = ["b", "B", "", "ä", "a", 'q"q', "a b", "$1", "{}", "NULL", "\\", "a,b"]
    given = [Word(key, key) for key in keys]
    assert repository.insert_many(given) == given
    assert {row.word for row in repository.find_all()} == set(keys)


def test_rows_with_a_key_of_several_columns_come_back_in_the_order_given(db):
    repository = PgRepository(Pair, db)
    given = [Pair(text, f"{number}{text}", number, uuid4()) for number in (3, 1, 2) for text in "cab"]
    assert repository.insert_many(given) == given


def test_rows_that_leave_parts_of_their_key_to_the_server_come_back_in_the_order_given(db):
    repository = PgRepository(Pair, db)
    given = [Pair(text, text) for text in "cabbage"]
    made = repository.insert_many(given)
    assert names(made) == list("cabbage")
    assert {row.a for row in made} == {1}
    mixed = repository.insert_many([Pair("x", "1"), Pair("x", "2", 2), Pair("x", "3", 3, uuid4()), Pair("x", "4")])
    assert names(mixed) == ["1", "2", "3", "4"]
    assert [row.a for row in mixed] == [1, 2, 3, 1]


def test_rows_whose_key_the_server_rounds_come_back_in_the_order_given(db):
    repository = PgRepository(Price, db)
    given = [Price(Decimal(text), text) for text in ("3.001", "1.004", "2", "5.999", "0.5")]
    made = repository.insert_many(given)
    assert names(made) == ["3.001", "1.004", "2", "5.999", "0.5"]
    assert [row.price for row in made] == [Decimal(text) for text in ("3.00", "1.00", "2.00", "6.00", "0.50")]


def test_rows_whose_key_the_server_cuts_blanks_off_come_back_in_the_order_given(db):
    given = [Code("c    ", "1"), Code("b", "2"), Code("abc  ", "3"), Code("aa", "4")]
    assert names(PgRepository(Code, db).insert_many(given)) == ["1", "2", "3", "4"]


def test_rows_of_a_model_without_the_key_come_back_in_the_order_given(db):
    names_given = [f"n{number}" for number in random.Random(7).sample(range(500), 500)]
    with db.transaction() as tx:
        made = tx.fetch_all(insert_into(Rows).values(*(RowName(name) for name in names_given)).returning(RowName))
    assert sorted(names(made)) == sorted(names_given)
