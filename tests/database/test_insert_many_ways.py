"""The order of `insert_many`: whatever triggers, rules, views and partitions make of the rows on their way in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import attrs
import pytest
from databases import database_with, server_in_memory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import SERVER_DEFAULT, Conflict, Database, Db, FerraModel, ModelMeta, PgRepository, Table
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.many.insert_many import insert_many
from ferra_sync._database.ways import Way, way_into


class Serials(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    tags = t.array(t.text(), default=[])


@attrs.define
class Serial(FerraModel[Serials]):
    name: str
    tags: list[str] = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


class Numbers(Table, name="rows"):
    """Named as the arrays of a statement are; numbered by the server."""

    id = t.identity(primary_key=True)
    name = t.text()


@attrs.define
class Number(FerraModel[Numbers]):
    name: str
    id: int = SERVER_DEFAULT


class Always(Table, schema="side"):
    id = t.identity(always=True, primary_key=True)
    name = t.text()


@attrs.define
class AlwaysRow(FerraModel[Always]):
    name: str
    id: int = SERVER_DEFAULT


class Uuids(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    name = t.text()


@attrs.define
class UuidRow(FerraModel[Uuids]):
    name: str
    id: UUID = SERVER_DEFAULT


class Words(Table):
    id = t.text(primary_key=True)
    name = t.text()


@attrs.define
class Word(FerraModel[Words]):
    name: str
    id: str


class Prices(Table):
    id = t.numeric(8, 2, primary_key=True)
    name = t.text()


@attrs.define
class Price(FerraModel[Prices]):
    name: str
    id: Decimal


class Pairs(Table):
    id = t.integer(primary_key=True)
    b = t.text(primary_key=True, default="b")
    name = t.text()


@attrs.define
class Pair(FerraModel[Pairs]):
    name: str
    id: int
    b: str = SERVER_DEFAULT


class Derived(Table):
    """A key that the server computes."""

    id = t.integer(primary_key=True, generated_as=lambda: Derived.number * 10)
    number = t.integer()
    name = t.text()


@attrs.define
class DerivedRow(FerraModel[Derived]):
    name: str
    number: int
    id: int = SERVER_DEFAULT


TABLES = (Serials, Numbers, Always, Uuids, Words, Prices, Pairs, Derived)
ROWS: dict[str, Any] = {
    "serial": lambda at: Serial(f"n{at}", ["a", f"{at}"]),
    "serial given": lambda at: Serial(f"n{at}", id=1000 - at),
    "serial given or not": lambda at: Serial(f"n{at}", id=1000 - at if at % 3 else SERVER_DEFAULT),
    "identity": lambda at: Number(f"n{at}"),
    "identity given": lambda at: Number(f"n{at}", 1000 - at),
    "always": lambda at: AlwaysRow(f"n{at}"),
    "uuid": lambda at: UuidRow(f"n{at}"),
    "uuid given": lambda at: UuidRow(f"n{at}", uuid4()),
    "text": lambda at: Word(f"n{at}", f"K{at * 37 % 1000:03}"),
    "numeric": lambda at: Price(f"n{at}", Decimal(1000 - at) + Decimal("0.004")),
    "composite": lambda at: Pair(f"n{at}", 1000 - at, "x"),
    "composite, one left out": lambda at: Pair(f"n{at}", 1000 - at),
    "derived": lambda at: DerivedRow(f"n{at}", 1000 - at),
}
MAKERS: dict[str, str] = {
    "none": "",
    "normalise": "NEW.id := {normal};",
    "swap": "NEW.id := {swapped};",
    "sequence": "NEW.id := {numbered};",
}
"""What a trigger makes of a key, for each kind of key below."""
KEYS = {
    "integer": ("NEW.id * 10", "5000 - NEW.id", "10000 - nextval('other')"),
    "numeric": ("NEW.id * 10", "5000 - NEW.id", "10000 - nextval('other')"),
    "uuid": ("NEW.id", "reverse(replace(NEW.id::text, '-', ''))::uuid", "gen_random_uuid()"),
    "text": ("lower(NEW.id)", "reverse(NEW.id)", "'k' || 10000 - nextval('other')"),
}


def servers() -> list[str]:
    """Return the servers to test on: the session's, and the programs of the system's oldest where there are any."""
    return ["session", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))[:1])]


@pytest.fixture(scope="module", params=servers(), ids=lambda place: place.rsplit("/", 2)[-2:][0])
def db(request: pytest.FixtureRequest, server_url: str) -> Iterator[Database]:
    """A database that every test leaves as it was: each works in a transaction that is rolled back."""
    if request.param == "session":
        with database_with(server_url, *TABLES) as database:
            yield database
        return
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FERRA_POSTGRES_BIN", request.param)
        server = server_in_memory()
    with server, database_with(server.url, *TABLES) as database:
        yield database


def run(executor: Any, *commands: str) -> None:
    for command in commands:
        executor._acquire().execute(command)


def with_trigger(tx: Any, model: type, maker: str, when: str = "BEFORE INSERT") -> None:
    meta = ModelMeta.of(model)
    kind = meta.by_column["id"].type.value
    normal, swapped, numbered = KEYS["integer" if kind == "bigint" else kind]
    body = MAKERS[maker].format(normal=normal, swapped=swapped, numbered=numbered)
    name = f'"{meta.table.name}"' if meta.table.ref.schema is None else f'"{meta.table.ref.schema}"."{meta.table.name}"'
    run(
        tx,
        "CREATE SEQUENCE other",
        f"CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$",
        f"CREATE TRIGGER change {when} ON {name} FOR EACH ROW EXECUTE FUNCTION change()",
    )


def in_order(executor: Any, model: type, rows: list[Any], way: Way | None = None) -> list[Any]:
    """Insert the rows, and check that each came back in its place and as it is stored."""
    made = insert_many(executor, ModelMeta.of(model), rows, way)
    assert [row.name for row in made] == [row.name for row in rows]
    assert sorted(made, key=lambda row: row.name) == sorted(
        PgRepository(model, executor).find_all(), key=lambda row: row.name
    )
    return made


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("kind", ROWS)
def test_rows_come_back_in_the_order_given_whatever_a_trigger_makes_of_their_keys(db, kind, maker):
    rows = [ROWS[kind](at) for at in range(40)]
    model = type(rows[0])
    if model is DerivedRow and maker != "none":
        maker = "none"  # No trigger sets a key that is computed.
    for way in (None, Way.SINGLY):
        with db.begin() as tx:
            if maker != "none":
                with_trigger(tx, model, maker)
            in_order(tx, model, rows, way)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.lists(
        st.integers(0, 400) | st.none(), min_size=1, max_size=30, unique_by=lambda key: object() if key is None else key
    ),
    shift=st.integers(0, 400),
    singly=st.booleans(),
)
def test_any_permutation_of_the_keys_leaves_the_order(db, keys, shift, singly):
    with db.begin() as tx:
        run(
            tx,
            "SELECT setval('serials_id_seq', 500)",
            "CREATE FUNCTION turn() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN NEW.id := (NEW.id + {shift}) % 997; RETURN NEW; END $$",
            "CREATE TRIGGER turn BEFORE INSERT ON serials FOR EACH ROW EXECUTE FUNCTION turn()",
        )
        rows = [Serial(f"{at:03}", id=SERVER_DEFAULT if key is None else key) for at, key in enumerate(keys)]
        in_order(tx, Serial, rows, Way.SINGLY if singly else None)


def ways(executor: Any, model: type) -> Way:
    return way_into(executor._acquire(), ModelMeta.of(model).table)


def sure(executor: Any) -> Way:
    return Way.MERGE if executor._acquire().info.server_version >= 170000 else Way.SINGLY


@pytest.mark.parametrize(
    ("when", "is_sure"),
    [
        ("BEFORE INSERT", True),
        ("BEFORE INSERT OR UPDATE", True),
        ("AFTER INSERT", False),
        ("BEFORE UPDATE", False),
        ("BEFORE DELETE", False),
    ],
)
def test_only_a_trigger_before_each_row_costs_another_way(db, when, is_sure):
    with db.begin() as tx:
        assert ways(tx, Serial) is Way.KEYS
        with_trigger(tx, Serial, "none", when)
        assert ways(tx, Serial) is (sure(tx) if is_sure else Way.KEYS)
        run(tx, "ALTER TABLE serials DISABLE TRIGGER change")
        assert ways(tx, Serial) is Way.KEYS
        run(tx, "ALTER TABLE serials ENABLE ALWAYS TRIGGER change")
        assert ways(tx, Serial) is (sure(tx) if is_sure else Way.KEYS)


def test_a_trigger_of_a_partition_counts_as_the_tables_own(db):
    with db.begin() as tx:
        run(
            tx,
            "DROP TABLE pairs",
            "CREATE TABLE pairs (id integer, b text DEFAULT 'b', name text, PRIMARY KEY (id, b))"
            " PARTITION BY RANGE (id)",
            "CREATE TABLE low PARTITION OF pairs FOR VALUES FROM (0) TO (500)",
            "CREATE TABLE high PARTITION OF pairs FOR VALUES FROM (500) TO (5000)",
        )
        rows = [Pair(f"n{at}", 1000 - at * 20) for at in range(40)]
        with tx.savepoint() as inner:
            assert ways(inner, Pair) is Way.KEYS
            in_order(inner, Pair, rows)
        run(
            tx,
            "DELETE FROM pairs",
            "CREATE FUNCTION mirror() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.id := 499 - NEW.id; RETURN NEW; END $$",
            "CREATE TRIGGER mirror BEFORE INSERT ON low FOR EACH ROW EXECUTE FUNCTION mirror()",
        )
        assert ways(tx, Pair) is sure(tx)
        in_order(tx, Pair, rows)


def test_rows_go_through_a_view_and_its_trigger_in_the_order_given(db):
    with db.begin() as tx:
        run(
            tx,
            "ALTER TABLE words RENAME TO real_words",
            "CREATE VIEW words AS SELECT * FROM real_words",
        )
        rows = [ROWS["text"](at) for at in range(30)]
        with tx.savepoint() as inner:
            in_order(inner, Word, rows)
        run(
            tx,
            "DELETE FROM real_words",
            "CREATE FUNCTION instead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := reverse(NEW.id);"
            " INSERT INTO real_words VALUES (NEW.id, NEW.name); RETURN NEW; END $$",
            "CREATE TRIGGER instead INSTEAD OF INSERT ON words FOR EACH ROW EXECUTE FUNCTION instead()",
        )
        assert in_order(tx, Word, rows)[1].id == "730K"


def test_rows_that_a_rule_puts_elsewhere_come_back_in_the_order_given(db):
    with db.begin() as tx:
        run(
            tx,
            "CREATE TABLE kept (LIKE words)",
            "CREATE RULE elsewhere AS ON INSERT TO words DO INSTEAD"
            " INSERT INTO kept VALUES (reverse(NEW.id), NEW.name) RETURNING *",
        )
        rows = [ROWS["text"](at) for at in range(30)]
        made = PgRepository(Word, tx).insert_many(rows)
        assert [(row.name, row.id) for row in made] == [(row.name, row.id[::-1]) for row in rows]


def test_a_rule_beside_the_insert_does_not_disturb_it(db):
    with db.begin() as tx:
        rows = [ROWS["text"](at) for at in range(30)]
        run(tx, "CREATE RULE noted AS ON UPDATE TO words DO ALSO NOTHING")
        in_order(tx, Word, rows)
        run(
            tx,
            "TRUNCATE words",
            "CREATE TABLE log (id text)",
            "CREATE RULE logged AS ON INSERT TO words DO ALSO INSERT INTO log VALUES (NEW.id)",
        )
        in_order(tx, Word, rows)
        run(tx, "TRUNCATE words", "DROP RULE logged ON words", "ALTER TABLE words ALTER id TYPE char(10)")
        in_order(tx, Word, rows)
        run(tx, "TRUNCATE words")
        with_trigger(tx, Word, "swap")
        in_order(tx, Word, [ROWS["text"](at) for at in range(30)])


def test_keys_that_the_servers_own_type_changes_cost_a_second_try_and_not_the_order(db):
    with db.begin() as tx:
        run(tx, "ALTER TABLE prices ALTER id TYPE numeric(8, 1)")
        in_order(tx, Price, [Price(f"n{at}", Decimal(100 - at) + Decimal("0.07")) for at in range(30)])


@pytest.mark.parametrize("way", [None, Way.SINGLY])
def test_a_row_that_a_trigger_keeps_out_is_named_and_none_is_inserted(db, way):
    with db.begin() as tx:
        run(
            tx,
            "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RETURN CASE WHEN NEW.name = 'n7' THEN NULL ELSE NEW END; END $$",
            "CREATE TRIGGER guard BEFORE INSERT ON serials FOR EACH ROW EXECUTE FUNCTION guard()",
        )
        with pytest.raises(Db, match=r"kept rows\[7\] from being inserted"):
            insert_many(tx, ModelMeta.of(Serial), [ROWS["serial"](at) for at in range(10)], way)
        assert PgRepository(Serial, tx).count() == 0


@pytest.mark.parametrize("way", [None, Way.SINGLY])
def test_rows_one_by_one_are_all_or_none_and_a_conflict_names_its_row(db, way):
    rows = [Word(f"n{at}", f"k{at}") for at in range(20)]
    rows.append(Word("again", "K5"))
    with db.begin() as tx:
        with_trigger(tx, Word, "normalise")
        with pytest.raises(Conflict) as caught:
            insert_many(tx, ModelMeta.of(Word), rows, way)
        is_single = way is Way.SINGLY or sure(tx) is Way.SINGLY
        assert caught.value.row == (20 if is_single else None)
        assert PgRepository(Word, tx).count() == 0
        assert len(in_order(tx, Word, rows[:-1], way)) == 20


def test_rows_that_leave_every_column_to_the_server_come_back_too(server_url):
    class Counters(Table):
        id = t.serial(primary_key=True)

    @attrs.define
    class Counter(FerraModel[Counters]):
        id: int = SERVER_DEFAULT

    with database_with(server_url, Counters) as db:
        assert PgRepository(Counter, db).insert_many([Counter(), Counter(7), Counter()]) == [
            Counter(1),
            Counter(7),
            Counter(2),
        ]
