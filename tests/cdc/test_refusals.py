"""What cannot be followed is refused by name, before anything is copied."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import attrs
import pytest

from ferra_sync import ConfigError, Database, DatabaseConfig, Db, FerraModel, SchemaError, Table
from ferra_sync import types as t
from ferra_sync.cdc import CallableSink, Capture, CaptureOptions, Position, RedisSink, slot_status

NOWHERE = CallableSink(lambda _changes: None)


class Posts(Table):
    id = t.integer(primary_key=True)
    title = t.text()
    likes = t.numeric()
    missing = t.nullable(t.text())


@attrs.define
class Mistyped(FerraModel[Posts]):
    id: int
    likes: Decimal


@attrs.define
class Missing(FerraModel[Posts]):
    id: int
    missing: str | None


@attrs.define
class Keyless(FerraModel[Posts]):
    title: str


@pytest.mark.parametrize(
    ("script", "table", "complaint"),
    [
        ("SELECT 1", "nosuch", "there is no table nosuch to follow"),
        ("CREATE TABLE x (id integer)", "x", "table x has no primary key"),
        ("CREATE VIEW x AS SELECT 1 AS id", "x", "x is no table whose changes are logged"),
        ("CREATE UNLOGGED TABLE x (id integer PRIMARY KEY)", "x", "x is no table whose changes are logged"),
        (
            "CREATE TABLE x (id integer PRIMARY KEY); ALTER TABLE x REPLICA IDENTITY NOTHING",
            "x",
            "the changes of x do not tell its key: ALTER TABLE x REPLICA IDENTITY DEFAULT",
        ),
        (
            "CREATE TABLE x (a integer, id integer GENERATED ALWAYS AS (a) STORED PRIMARY KEY)",
            "x",
            "the primary key of x is generated",
        ),
    ],
)
def test_a_table_that_cannot_be_followed_is_named(captured, slot, script, table, complaint):
    captured.do(script)
    with pytest.raises(ConfigError, match=complaint):
        Capture(captured, slot, [table], NOWHERE).catch_up()
    assert slot_status(captured, slot) is None


def test_a_table_is_followed_once(captured, slot):
    with pytest.raises(ConfigError, match="table posts is followed twice"):
        Capture(captured, slot, ["posts", "public.posts"], NOWHERE).catch_up()


@pytest.mark.parametrize(
    ("model", "error", "complaint"),
    [
        (Mistyped, SchemaError, "likes is declared numeric; the database has integer"),
        (Missing, SchemaError, "the changes of posts have no column missing, which Missing has"),
        (Keyless, ConfigError, "Keyless lacks id, which is in the primary key of posts"),
    ],
)
def test_a_model_that_is_not_the_table_s_is_named(captured, slot, model, error, complaint):
    with pytest.raises(error, match=complaint):
        Capture(captured, slot, [model], NOWHERE).catch_up()


def test_a_generated_column_is_not_replicated(captured, slot):
    captured.do("ALTER TABLE posts ADD missing text GENERATED ALWAYS AS (title || '!') STORED")
    with pytest.raises(SchemaError, match="have no column missing"):
        Capture(captured, slot, [Missing], NOWHERE).catch_up()


@pytest.mark.parametrize("options", ["publish = 'insert'", "publish_via_partition_root = false"])
def test_a_publication_that_leaves_something_out_is_refused(captured, slot, options):
    captured.do(f"CREATE PUBLICATION {slot} FOR TABLE posts WITH ({options})")
    with pytest.raises(ConfigError, match=f"publication {slot} leaves out operations, rows or columns"):
        Capture(captured, slot, ["posts"], NOWHERE).catch_up()


def test_a_publication_gets_the_tables_that_it_lacks(captured, slot):
    captured.do("CREATE TABLE tags (id integer PRIMARY KEY)")
    Capture(captured, slot, ["posts"], NOWHERE, options=CaptureOptions(publication="mine")).catch_up()
    Capture(captured, slot, ["posts", "tags"], NOWHERE, options=CaptureOptions(publication="mine")).catch_up()
    with captured.connection() as connection:
        found = connection.execute("SELECT tablename FROM pg_publication_tables WHERE pubname = 'mine' ORDER BY 1")
        assert found.fetchall() == [("posts",), ("tags",)]


def test_a_slot_of_another_plugin_is_left_alone(captured, slot):
    captured.do(f"SELECT pg_create_logical_replication_slot('{slot}', 'test_decoding')")
    with pytest.raises(ConfigError, match=f"slot {slot} is another database's or another plugin's"):
        Capture(captured, slot, ["posts"], NOWHERE).catch_up()


def test_a_server_that_does_not_decode_its_log_says_so(empty_db):
    with empty_db.connection() as connection:
        connection.execute("CREATE TABLE posts (id integer PRIMARY KEY)")
    with pytest.raises(Db, match="wal_level"):
        Capture(empty_db, "nowhere", ["posts"], NOWHERE).catch_up()


@pytest.mark.parametrize("name", ["", "A", "a-b", "a" * 59, 1])
def test_a_slot_s_name_is_one_that_the_server_takes(captured, name):
    with pytest.raises(ConfigError, match="a slot's name has 1 to 58 lower-case letters"):
        Capture(captured, name, ["posts"], NOWHERE)


@pytest.mark.parametrize("tables", [[], "posts", [Posts], [1]])
def test_tables_are_models_and_names(captured, tables):
    with pytest.raises(ConfigError, match="a capture follows"):
        Capture(captured, "slot", tables, NOWHERE)


def test_a_database_that_cannot_be_connected_to_again_is_refused(captured):
    with captured.connection() as connection, pytest.raises(ConfigError, match="needs connections of its own"):
        Capture(Database.over(connection), "slot", ["posts"], NOWHERE)
    pooled = Database(DatabaseConfig(captured.config.url, prepared_statements=False))
    with pooled, pytest.raises(ConfigError, match="the server's URL, not the pooler's"):
        Capture(pooled, "slot", ["posts"], NOWHERE)
    with pytest.raises(ConfigError, match="a capture follows a Database, not"):
        Capture("postgresql://", "slot", ["posts"], NOWHERE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch_rows": 0},
        {"batch_bytes": True},
        {"confirm_every": 0},
        {"heartbeat": "1"},
        {"publication": ""},
        {"way": "push"},
        {"on_event": 1},
    ],
)
def test_an_option_that_cannot_be_is_named(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        CaptureOptions(**wrong)


@pytest.mark.parametrize("url", ["http://x:secret@y", "redis://h:port", 1, ""])
def test_a_url_of_redis_that_cannot_be_used_is_not_shown(url):
    with pytest.raises(ConfigError, match="the URL of Redis") as caught:
        RedisSink(url)
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigError, match="format is one of 'json', 'hash'"):
        RedisSink("redis://localhost", format="xml")


def test_without_its_extra_redis_is_named_with_the_cure():
    program = (
        "import sys; sys.modules['redis'] = None\n"
        "from ferra_sync.cdc import Capture\n"
        "try:\n    from ferra_sync.cdc import RedisSink\n"
        "except ModuleNotFoundError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "a capture to Redis needs redis: pip install 'ferra-sync[cdc]'"


def test_a_position_is_spelled_and_read_again():
    position = Position(0x16_B374D848, 12)
    assert str(position) == "16/B374D848+12"
    assert Position.parse(str(position)) == position
    assert Position(1, 5) < Position(2) < Position(2, 1)
