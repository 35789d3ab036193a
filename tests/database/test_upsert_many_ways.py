"""The outcomes of `upsert_many`, whatever triggers, partitions, views and other sessions make of the rows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from databases import database_with, server_in_memory

from ferra_sync import Conflict, Database, Db, FerraModel, Outcome, PgRepository, Table, from_
from ferra_sync import types as t

NEW, SET, SAME = Outcome.INSERTED, Outcome.UPDATED, Outcome.UNCHANGED


class Words(Table):
    word = t.text(primary_key=True)
    meaning = t.text()


@attrs.define
class Word(FerraModel[Words]):
    word: str
    meaning: str = ""


class Shown(Table):
    """A view over the words."""

    word = t.text(primary_key=True)
    meaning = t.text()


@attrs.define
class ShownWord(FerraModel[Shown]):
    word: str
    meaning: str = ""


class Parts(Table):
    """A table of two partitions, whose columns are not in one order."""

    id = t.integer(primary_key=True)
    name = t.text()


@attrs.define
class Part(FerraModel[Parts]):
    id: int
    name: str


SCRIPT = """
CREATE VIEW shown AS SELECT * FROM words;
DROP TABLE parts;
CREATE TABLE parts (id integer PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (100);
CREATE TABLE high (name text NOT NULL, id integer NOT NULL);
ALTER TABLE parts ATTACH PARTITION high FOR VALUES FROM (100) TO (200);
"""
TRIGGER = """
CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$;
CREATE TRIGGER change BEFORE {event} ON words FOR EACH ROW EXECUTE FUNCTION change()
"""


def servers() -> list[str]:
    """Return the servers to test on: the session's, and the programs of the system's oldest where there are any."""
    return ["session", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))[:1])]


@pytest.fixture(scope="module", params=servers(), ids=lambda place: place.rsplit("/", 2)[-2:][0])
def database(request: pytest.FixtureRequest, server_url: str) -> Iterator[Database]:
    if request.param == "session":
        with database_with(server_url, Words, Parts) as db:
            run(db, SCRIPT)
            yield db
        return
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FERRA_POSTGRES_BIN", request.param)
        server = server_in_memory()
    with server, database_with(server.url, Words, Parts) as db:
        run(db, SCRIPT)
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


def run(executor: Any, script: str) -> None:
    connection = executor._acquire()
    for command in script.split(";\n"):
        if command.strip():
            connection.execute(command)
    executor._release(connection)


def with_trigger(tx: Any, event: str, body: str) -> PgRepository[Word]:
    for command in TRIGGER.format(event=event, body=body).split(";\nCREATE T"):
        tx._acquire().execute(command if command.startswith("\nCREATE F") else f"CREATE T{command}")
    return PgRepository(Word, tx)


def sees_old(tx: Any) -> bool:
    return bool(tx._acquire().info.server_version >= 18_00_00)


def test_without_triggers_all_rows_are_one_statement(tx: Any) -> None:
    words = PgRepository(Word, tx)
    assert list(words.upsert_many([Word("a"), Word("b")])) == [NEW, NEW]
    assert list(words.upsert_many([Word("c"), Word("b"), Word("a", "x")])) == [NEW, SAME, SET]


def test_a_trigger_that_changes_keys_decides_which_rows_are_there(tx: Any) -> None:
    words = with_trigger(tx, "INSERT", "NEW.word := lower(NEW.word);")
    assert list(words.upsert_many([Word("A"), Word("B")])) == [NEW, NEW]
    assert list(words.upsert_many([Word("a"), Word("B", "x"), Word("C"), Word("b", "x")])) == [SAME, SET, NEW, SAME]
    assert [row.word for row in words.find_all()] == ["a", "b", "c"]


def test_a_trigger_that_keeps_a_row_out_is_an_error_and_nothing_is_written(tx: Any) -> None:
    words = with_trigger(tx, "INSERT", "IF NEW.word = 'no' THEN RETURN NULL; END IF;")
    words.upsert_many([Word("a")])
    with pytest.raises(Db, match=r"^words: a trigger kept rows\[2\] from being written, so that none was$"):
        words.upsert_many([Word("a"), Word("b"), Word("no"), Word("c")])
    assert words.find_all() == [Word("a")]
    assert list(words.upsert_many([Word("a"), Word("b")])) == [SAME, NEW]


def test_a_row_that_a_trigger_keeps_as_it_is_is_unchanged(tx: Any) -> None:
    words = with_trigger(tx, "UPDATE", "IF OLD.meaning = 'kept' THEN RETURN NULL; END IF;")
    words.upsert_many([Word("a", "kept"), Word("b")])
    assert list(words.upsert_many([Word("a", "x"), Word("b", "x"), Word("c")])) == [SAME, SET, NEW]
    assert words.find_all() == [Word("a", "kept"), Word("b", "x"), Word("c")]


def test_a_trigger_that_writes_a_column_of_its_own_changes_no_outcome(tx: Any) -> None:
    words = with_trigger(tx, "UPDATE", "NEW.meaning := NEW.meaning || '!';")
    words.upsert_many([Word("a"), Word("b")])
    assert list(words.upsert_many([Word("a", "x"), Word("b")])) == [SET, SAME]
    assert words.find_all() == [Word("a", "x!"), Word("b")]


def test_a_trigger_that_changes_the_key_of_a_row_that_is_there_is_an_error(tx: Any) -> None:
    words = with_trigger(tx, "UPDATE", "NEW.word := NEW.word || '!';")
    words.upsert_many([Word("a")])
    with pytest.raises(Db, match=r"^words: a trigger changed the key of a row, so that nothing was written$"):
        words.upsert_many([Word("a", "x"), Word("b")])
    assert words.find_all() == [Word("a")]


def test_a_conflict_names_the_row_where_they_are_written_one_by_one(tx: Any) -> None:
    words = with_trigger(tx, "INSERT", "NEW.word := NEW.word;")
    tx._acquire().execute("CREATE UNIQUE INDEX ON words (meaning)")
    with pytest.raises(Conflict, match=r"by rows\[2\]$"):
        words.upsert_many([Word("a", "1"), Word("b", "2"), Word("c", "1")])
    assert words.find_all() == []


def test_partitions_and_views_tell_it_where_returning_knows_the_old_row(tx: Any) -> None:
    parts, shown = PgRepository(Part, tx), PgRepository(ShownWord, tx)
    if sees_old(tx):
        assert list(parts.upsert_many([Part(1, "a"), Part(150, "b")])) == [NEW, NEW]
        assert list(parts.upsert_many([Part(150, "x"), Part(1, "a"), Part(2, "c")])) == [SET, SAME, NEW]
        assert list(shown.upsert_many([ShownWord("a"), ShownWord("b")])) == [NEW, NEW]
        assert list(shown.upsert_many([ShownWord("a", "x"), ShownWord("b"), ShownWord("c")])) == [SET, SAME, NEW]
        return
    with pytest.raises(
        Db, match=r"^parts has partitions, whose rows do not say whether they are new before PostgreSQL 18$"
    ):
        parts.upsert_many([Part(1, "a")])
    with pytest.raises(Db, match=r"^shown is no table, whose rows do not say"):
        shown.upsert_many([ShownWord("a")])


def test_a_row_that_another_session_inserts_meanwhile_was_updated(database: Database) -> None:
    words = PgRepository(Word, database)
    found: list[Any] = []
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%written%'"
    with database.transaction() as tx:
        PgRepository(Word, tx).insert(Word("a"))
        thread = threading.Thread(target=lambda: found.extend(words.upsert_many([Word("a", "x"), Word("b")])))
        thread.start()
        with database.connection() as connection:
            while connection.execute(waiting).fetchone() == (0,):
                pass
    thread.join()
    assert found == [SET, NEW]
    assert words.delete_many(["a", "b", "c"]) == 2
    assert database.fetch_all(from_(Words).select(Words.word)) == []
