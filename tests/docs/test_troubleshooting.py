"""Each message of docs/troubleshooting.md is one that users meet: it is provoked here, or stands in the package."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from databases import fresh_database
from psycopg.conninfo import make_conninfo

import ferra_sync
from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    DatabaseConfig,
    FerraModel,
    Insertable,
    PgRepository,
    Table,
    select,
    update,
)
from ferra_sync import types as t

PAGE = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
MESSAGES = re.findall("^### `(.+)`$", PAGE, re.MULTILINE)
WITHOUT_LIBPQ = """
import sys
for missing in ("psycopg_c", "psycopg_binary", "psycopg.pq.pq_ctypes"):
    sys.modules[missing] = None
import ferra_sync
"""


class Lamps(Table):
    id = t.serial(primary_key=True)
    name = t.text(unique=True)
    watts = t.nullable(t.integer())


class Rooms(Table):
    id = t.serial(primary_key=True)
    lamp_id = t.integer(references=Lamps.id)


class Changed(Table, name="lamps"):
    id = t.serial(primary_key=True)
    watts = t.nullable(t.text())


class Missing(Table):
    id = t.serial(primary_key=True)


@attrs.define
class Lamp(FerraModel[Lamps]):
    name: str
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    lamps = "CREATE TABLE lamps (id serial PRIMARY KEY, name text NOT NULL UNIQUE, watts integer)"
    with fresh_database(server_url, script=lamps) as url:
        yield url


@pytest.fixture(scope="module")
def db(url: str) -> Iterator[Database]:
    config = DatabaseConfig(url, min_connections=1, max_connections=1, acquire_timeout=0.1)
    with Database.connect(config=config) as db:
        yield db


@pytest.fixture
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty directory, with nothing in the environment."""
    for name in ("DATABASE_URL", "FERRA_POSTGRES_BIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def no_driver(_db: Database) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_LIBPQ], capture_output=True, encoding="utf-8", check=False)
    raise ImportError(done.stderr)


def open_dotenv(_db: Database) -> None:
    Path(".env").touch()
    Path(".env").chmod(0o666)
    Database.connect()


def refused(_db: Database) -> None:
    with socket.socket() as bound:  # and not listening
        bound.bind(("127.0.0.1", 0))
        Database.connect(f"postgresql://ann@127.0.0.1:{bound.getsockname()[1]}/shop")


def wrong_password(_db: Database) -> None:
    with Database.embedded() as guarded:
        with guarded.connection() as connection:
            connection.execute("CREATE ROLE ann LOGIN PASSWORD 'right'")
            (rules,) = connection.execute("SHOW hba_file").fetchone() or ()
            Path(rules).write_text("local all all scram-sha-256\n")
            connection.execute("SELECT pg_reload_conf()")
        Database.connect(make_conninfo(guarded.config.url, user="ann", password="wrong"))


def no_database(db: Database) -> None:
    Database.connect(make_conninfo(db.config.url, dbname="nowhere"))


def all_lent(db: Database) -> None:
    with db.connection():
        db.ping()


def closed(db: Database) -> None:
    with Database.connect(db.config.url) as other:
        pass
    other.ping()


def given_back(db: Database) -> None:
    with db.connection() as connection:
        pass
    connection.execute("SELECT 1")


def prepared_twice(db: Database) -> None:
    with db.connection() as connection:
        for _ in range(2):
            connection.execute("PREPARE _pg3_0 AS SELECT 1")


def altered(db: Database) -> None:
    query = select(Lamps.name)
    for _ in range(10):
        db.fetch_all(query)
    with psycopg.connect(db.config.url) as other:
        other.execute("ALTER TABLE lamps ALTER name TYPE varchar(50)")
    with db.transaction() as tx:
        tx.fetch_all(query)


def too_slow(db: Database) -> None:
    with db.connection() as connection:
        connection.execute("SET statement_timeout = 1")
        connection.execute("SELECT pg_sleep(60)")


def twice(db: Database) -> None:
    for _ in range(2):
        PgRepository(Lamp, db).insert(Lamp("a"))


def wrong_type(_db: Database) -> None:
    @attrs.define
    class Post(FerraModel[Lamps]):
        id: str


def never_none(_db: Database) -> None:
    @attrs.define
    class Bulb(FerraModel[Lamps]):
        watts: int


def lacking(_db: Database) -> None:
    @attrs.define
    class NewLamp(Insertable[Lamps]):
        watts: int | None


def undecorated(_db: Database) -> None:
    class Bulb(FerraModel[Lamps]):
        id: int

    select(Bulb)


PROVOKED: dict[str, Callable[[Database], Any]] = {
    "no pq wrapper available": no_driver,
    "no database URL": lambda _: Database.connect(),
    "the database's URL begins": lambda _: Database.connect("postgresql+psycopg2://ann@localhost/shop"),
    "the database's URL does not parse": lambda _: Database.connect("postgresql://ann:p@ss@localhost/shop"),
    "….env is not read": open_dotenv,
    "connection failed": refused,
    "…password authentication failed": wrong_password,
    "…database": no_database,
    "no connection came free": all_lent,
    "the database is closed": closed,
    "this connection was given back": given_back,
    "prepared statement": prepared_twice,
    "cached plan": altered,
    "canceling statement": too_slow,
    "… is declared": lambda db: db.fetch_all(select(Changed.watts)),
    "relation": lambda db: db.fetch_all(select(Missing.id)),
    "….… is …": wrong_type,
    "….… is never None": never_none,
    "… lacks": lacking,
    "… is not an attrs class": undecorated,
    "an SQL expression has no truth value": lambda _: bool(Lamps.id == 1),
    "… = None": lambda _: Lamps.name == None,  # noqa: E711 - the mistake
    "where takes predicates": lambda _: select(Lamp).where(Lamp("a", 1).id == 1),
    "…: table … is not in this query": lambda _: select(Lamp).where(Rooms.id == 1).sql(),
    "… every row": lambda _: update(Lamps).set(Lamps.name.to("a")).sql(),
    "… returns no rows": lambda db: db.fetch_all(update(Lamps).all_rows().set(Lamps.name.to("a"))),
    "unique constraint": twice,
    "… is not valid": lambda db: PgRepository(Lamp, db).insert(Lamp(1)),
    "FERRA_POSTGRES_BIN": lambda _: Database.embedded(),
}
"""How to meet a message, by its beginning."""


def templates() -> set[str]:
    """Return the texts in the package, `…` for what is filled in."""
    nodes = (
        node
        for place in ferra_sync.__path__
        for path in Path(place).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )
    return {re.sub(r"\{\w*\}", "…", _text(node)) for node in nodes if isinstance(node, ast.Constant | ast.JoinedStr)}


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "…"


def pattern(message: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, message.split("…"))))


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("start", PROVOKED)
def test_a_message_is_what_users_meet(start: str, db: Database, monkeypatch: pytest.MonkeyPatch):
    message = next(message for message in MESSAGES if message.startswith(start))
    if start == "FERRA_POSTGRES_BIN":
        monkeypatch.setenv(start, "/nowhere")
    with pytest.raises(Exception, match=pattern(message)):
        PROVOKED[start](db)


def test_every_other_message_stands_in_the_package():
    said = templates()
    others = [message for message in MESSAGES if not message.startswith(tuple(PROVOKED))]
    assert [message for message in others if not any(map(pattern(message).search, said))] == []


def test_every_message_has_its_cause_and_its_cure():
    for message, rest in re.findall(r"^### `(.+)`\n\n(.*?)\n*(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL):
        assert len(re.split("\n{2,}", rest.strip())) == 2, message
