"""Files that cannot be opened, read, written or had in time; rows that cannot be read; several files by name."""

from __future__ import annotations

import os
import pickle
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest
from tables import create_tables

from ferra_sync import (
    Database,
    DatabaseConfig,
    Databases,
    FerraModel,
    PgRepository,
    SqliteDatabase,
    SqliteRepository,
    Table,
    delete_from,
    from_,
    select,
    update,
)
from ferra_sync import types as t
from ferra_sync.errors import ConfigError, Conflict, Db, DbErrorKind

NOBODY = 65534


class Notes(Table):
    id = t.integer(primary_key=True)
    body = t.text()
    written = t.nullable(t.date())


@attrs.define
class Note(FerraModel[Notes]):
    id: int
    body: str
    written: Any = None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


@pytest.fixture
def notes(path: Path) -> Iterator[SqliteRepository[Note]]:
    with SqliteDatabase.connect(f"sqlite:///{path}") as db:
        db.create_tables(Notes)
        yield db.repository(Note)


def kind_of(call: Callable[[], object]) -> DbErrorKind:
    with pytest.raises(Db) as caught:
        call()
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value.kind


# Files that are none


@pytest.mark.parametrize("where", ["nowhere/notes.db", "."])
def test_a_path_that_is_no_file_is_named(tmp_path: Path, where: str) -> None:
    with (
        SqliteDatabase.connect(f"sqlite:///{tmp_path}/{where}") as db,
        pytest.raises(Db, match="unable to open") as caught,
    ):
        db.ping()
    assert (caught.value.kind, str(tmp_path) in str(caught.value)) == (DbErrorKind.CLOSED_CONNECTION, True)


def test_a_file_that_is_no_database_is_named_and_left_alone(path: Path) -> None:
    path.write_text("Dear diary, " * 200)
    with SqliteDatabase.connect(f"sqlite:///{path}") as db:
        for call in (db.ping, lambda: db.create_tables(Notes)):
            with pytest.raises(Db, match=r"notes\.db: file is not a database"):
                call()
    assert path.read_text() == "Dear diary, " * 200


@pytest.mark.parametrize(
    "url",
    ["sqlite://notes.db", "sqlite:///a?mode=ro", "file:notes.db", "postgresql://localhost/x", ""],
)
def test_a_url_that_names_no_file_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="sqlite::memory: or sqlite:///path"):
        SqliteDatabase.connect(url)


def test_a_url_of_sqlite_is_no_url_of_postgresql() -> None:
    with pytest.raises(ConfigError, match=r"begins with sqlite: say SqliteDatabase\.connect, or Databases"):
        Database.connect("sqlite:///notes.db")


def test_a_file_that_may_only_be_read_is_read_and_not_written() -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "notes.db")
        with closing(sqlite3.connect(path)) as made:
            made.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL, written INTEGER) STRICT")
            made.execute("INSERT INTO notes VALUES (1, 'a', NULL)")
            made.commit()
        path.chmod(0o444)
        Path(directory).chmod(0o555)

        def used() -> tuple[list[Note], DbErrorKind]:
            with SqliteDatabase.connect(f"sqlite:///{path}") as db:
                notes = db.repository(Note)
                return notes.find_all(), kind_of(lambda: notes.insert(Note(2, "b")))

        assert in_a_child(used, user=NOBODY) == ([Note(1, "a")], DbErrorKind.READ_ONLY_TRANSACTION)
        Path(directory).chmod(0o755)


def in_a_child(call: Callable[[], Any], *, user: int | None = None) -> Any:
    """Return what a call returns in a forked process, which a user runs who may write no file of ours."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            if user is not None and os.geteuid() == 0:
                os.setuid(user)
            os.write(writing, pickle.dumps(call()))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        found = answer.read()
    os.waitpid(child, 0)
    return pickle.loads(found)


# A file that others use


def test_a_file_that_another_program_writes_is_waited_for_and_then_told(path: Path, notes: Any) -> None:
    config = DatabaseConfig(f"sqlite:///{path}", acquire_timeout=0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, SqliteDatabase.connect(config) as db:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO notes (id, body) VALUES (1, 'theirs')")
        mine = db.repository(Note)
        for call in (
            lambda: mine.insert(Note(1, "mine")),
            lambda: mine.insert_many([Note(1, "mine")]),
            lambda: db.execute(delete_from(Notes).all_rows()),
            lambda: db.run_in_transaction(lambda _tx: None),
        ):
            assert kind_of(call) is DbErrorKind.TIMEOUT
        assert mine.find_all() == []
        other.execute("COMMIT")
        assert mine.find_all() == [Note(1, "theirs")]
        with pytest.raises(Conflict):
            mine.insert(Note(1, "mine"))
        assert mine.insert(Note(2, "mine")) == Note(2, "mine")


def test_a_thread_that_waits_too_long_for_another_is_told(path: Path, notes: Any) -> None:
    with SqliteDatabase.connect(DatabaseConfig(f"sqlite:///{path}", acquire_timeout=0.01)) as db, db.transaction():
        assert kind_of(lambda: db.repository(Note).insert(Note(1, "a"))) is DbErrorKind.TIMEOUT
        assert db.repository(Note).count() == 0


# Rows that Python cannot read, which other programs have written


def spoilt(notes: Any, body: str = "'x'", written: str = "NULL") -> None:
    """Write a row as no model could be, past our own checks."""
    with notes.db._taken(writing=True) as connection:
        connection.execute(f"INSERT INTO notes (id, body, written) VALUES (1, {body}, {written})")


def test_a_write_whose_rows_cannot_be_read_is_undone_and_the_column_named(notes: Any) -> None:
    spoilt(notes, written="9000000000000")
    for query in (
        update(Notes).set(Notes.body.to("y")).where(Notes.id == 1).returning(Note),
        delete_from(Notes).all_rows().returning(Notes.written),
    ):
        with pytest.raises(Db, match=r"a stored value of notes\.written is no date") as caught:
            notes.db.fetch_all(query)
        assert (caught.value.kind, caught.value.column) == (DbErrorKind.INVALID_DATA, "written")
        assert notes.db.fetch_all(from_(Notes).select(Notes.id, Notes.body)) == [(1, "x")]
    with notes.db.transaction() as tx:
        tx.execute(update(Notes).set(Notes.id.to(2)).all_rows())
        with pytest.raises(Db):
            tx.fetch_all(delete_from(Notes).all_rows().returning(Note))
    assert notes.db.fetch_all(from_(Notes).select(Notes.id)) == [2]
    with pytest.raises(Db, match=r"notes\.written is no date"):
        notes.find_many([2])


def test_a_text_that_is_no_text_is_told_without_it(notes: Any) -> None:
    spoilt(notes, body="CAST(x'736563726574ff' AS TEXT)")
    for call in (lambda: notes.find_by_id(1), lambda: list(notes.db.stream(select(Note)))):
        with pytest.raises(Db, match="a stored text is not valid UTF-8") as caught:
            call()
        assert (caught.value.kind, "secret" in str(caught.value)) == (DbErrorKind.INVALID_DATA, False)
    notes.delete(1)


def test_a_row_that_a_trigger_keeps_out_is_told_and_undoes_the_others(notes: Any, empty_db: Database) -> None:
    with empty_db.connection() as connection:
        create_tables(connection, Notes)
    PgRepository(Note, empty_db).insert(Note(1, "b"))  # PostgreSQL need not undo this statement any more.
    with notes.db._taken(writing=True) as connection:
        connection.execute(
            "CREATE TRIGGER no_b BEFORE INSERT ON notes WHEN new.body = 'b' BEGIN SELECT RAISE(IGNORE); END"
        )
    with pytest.raises(Db, match="a trigger or a rule kept the row from being inserted, so that nothing was written"):
        notes.insert(Note(1, "b"))
    for write in (notes.insert_many, notes.upsert_many):
        with pytest.raises(Db, match="kept the row from being inserted") as caught:
            write([Note(1, "a"), Note(2, "b")])
        assert (caught.value.row, notes.count()) == (1, 0)


# By name


def test_a_file_of_settings_names_databases_of_sqlite(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = tmp_path / "settings.toml"
    default = f'[databases.default]\nurl = "sqlite:///{path}"\nacquire_timeout = 2\n'
    settings.write_text(f'{default}[databases.cache]\nurl = "sqlite::memory:"\n')
    with Databases.from_file(settings) as databases:
        for name in ("default", "cache"):
            db = databases.open(name)
            assert isinstance(db, SqliteDatabase)
            db.create_tables(Notes)
            assert databases.repository(Note, name).insert(Note(1, name)).body == name
        with pytest.raises(ConfigError, match="is no PostgreSQL"):
            databases.get("cache")
    with Databases({"default": f"sqlite:///{path}"}) as databases:
        assert databases.repository(Note).find_all() == [Note(1, "default")]
