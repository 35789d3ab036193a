"""COPY inside transactions and beside them, and how it spells bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from databases import database_with, one_connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    DatabaseConfig,
    Db,
    DbErrorKind,
    FerraModel,
    PgRepository,
    QueryError,
    Table,
    ValidationError,
    delete_from,
    select,
)
from ferra_sync import types as t


class Files(Table):
    id = t.serial(primary_key=True)
    name = t.text(unique=True)
    content = t.bytea(default=b"")
    parts = t.array(t.bytea(), default=[])


@attrs.define
class File(FerraModel[Files]):
    name: str
    content: bytes = SERVER_DEFAULT
    parts: list[bytes] = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@attrs.define
class Name(FerraModel[Files]):
    name: str


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with database_with(server_url, Files) as database:
        yield database.config.url


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with one_connection(url, "TRUNCATE files RESTART IDENTITY") as database:
        yield database


def many(*last: Any) -> list[Any]:
    return [*(File(f"n{number}") for number in range(1500)), *last]


def failing() -> Iterator[File]:
    yield from many()
    raise RuntimeError("mine")


FAILURES: dict[str, Callable[[], Any]] = {
    "a conflict": lambda: [File("a"), File("a")],
    "a late conflict": lambda: many(File("n3")),
    "a value": lambda: many(File(5)),  # type: ignore[arg-type] # what types forbid
    "a text that the server refuses": lambda: many(File("\0")),
    "another pattern": lambda: many(File("x", b"x")),
    "another class": lambda: many(Name("x")),
    "an error of the rows' own": failing,
}


@pytest.mark.parametrize("rows", FAILURES.values(), ids=FAILURES)
def test_a_copy_that_fails_leaves_its_transaction_usable(db, rows):
    with db.transaction() as tx:
        files = PgRepository(File, tx)
        files.insert(File("before"))
        with pytest.raises((Conflict, Db, ValidationError, QueryError, RuntimeError)):
            files.copy_in(rows())
        files.insert(File("after"))
        assert files.copy_in([File("copied")]) == 1
    assert [file.name for file in PgRepository(File, db).find_all()] == ["before", "after", "copied"]


USES: dict[str, Callable[[Any], Any]] = {
    "fetch_all": lambda tx: tx.fetch_all(select(Files.name)),
    "execute": lambda tx: tx.execute(delete_from(Files).all_rows()),
    "stream": lambda tx: next(tx.stream(select(Files.name))),
    "insert": lambda tx: PgRepository(File, tx).insert(File("x")),
    "insert_many": lambda tx: PgRepository(File, tx).insert_many([File("x")]),
    "copy_in": lambda tx: PgRepository(File, tx).copy_in([File("x")]),
    "savepoint": lambda tx: tx.savepoint(),
    "commit": lambda tx: tx.commit(),
    "rollback": lambda tx: tx.rollback(),
}


@pytest.mark.parametrize("before", [0, 1, 1500])
@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_rows_of_a_copy_that_use_its_transaction_are_refused_by_name(db, use, before):
    def rows(tx: Any) -> Iterator[File]:
        yield from (File(f"n{number}") for number in range(before))
        use(tx)
        yield File("last")

    with db.transaction() as tx:
        kept = PgRepository(File, tx).insert(File("kept"))
        with tx.savepoint() as inner:
            for executor, used in ((tx, tx), (inner, tx), (tx, inner), (inner, inner)):
                with pytest.raises(QueryError, match="busy with a COPY"):
                    PgRepository(File, executor).copy_in(rows(used))
        assert tx.is_open
        assert PgRepository(File, tx).find_all() == [kept]


def test_rows_of_a_copy_that_are_a_stream_of_its_transaction_are_refused_by_name(db):
    with db.transaction() as tx:
        files = PgRepository(File, tx)
        files.insert_many([File(f"n{number}") for number in range(3000)])
        with pytest.raises(QueryError, match="busy with a COPY"):
            files.copy_in(File(f"again {row.name}") for row in tx.stream(select(Name)))
        begun = tx.stream(select(Name))
        next(begun)
        with pytest.raises(QueryError, match="busy with a COPY"):
            files.copy_in(File(f"again {row.name}") for row in begun)
        assert files.count() == 3000
        assert files.copy_in([File(f"again {row.name}") for row in tx.stream(select(Name))]) == 3000


def test_an_error_of_the_rows_own_leaves_the_transaction_as_open_as_it_was(db):
    with db.begin() as tx:
        with pytest.raises(RuntimeError, match="mine"):
            PgRepository(File, tx).copy_in(failing())
        assert tx.is_open
        tx.rollback()
        with pytest.raises(QueryError, match="the transaction is over"):
            PgRepository(File, tx).copy_in([File("a")])
        assert not tx.is_open


def test_rows_of_a_copy_on_a_database_may_come_from_it(url, db):
    PgRepository(File, db).insert_many([File(f"n{number}") for number in range(3000)])
    with Database.connect(config=DatabaseConfig(url, max_connections=2)) as wide:
        files = PgRepository(File, wide)
        assert files.copy_in(File(f"again {row.name}") for row in wide.stream(select(Name))) == 3000
    with one_connection(url, "SELECT 1", acquire_timeout=0.2) as narrow:
        streamed: Any = narrow.stream(select(Name))
        with pytest.raises(Db, match="no connection came free") as caught:
            PgRepository(File, narrow).copy_in(File(f"third {row.name}") for row in streamed)
        streamed.close()
    assert caught.value.kind is DbErrorKind.TIMEOUT
    assert PgRepository(File, db).count() == 6000


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=20), parts=st.lists(st.binary(max_size=5), max_size=4), conforming=st.booleans())
def test_bytes_are_copied_as_they_are_whatever_the_session_says_of_strings(db, content, parts, conforming):
    with db.begin() as tx:
        tx._acquire().execute(f"SET LOCAL standard_conforming_strings = {conforming}")
        tx._acquire().execute("SET LOCAL escape_string_warning = off")
        files = PgRepository(File, tx)
        given_rows: list[Any] = [File("a", content, parts), File("b", bytearray(content), parts)]
        files.copy_in([*given_rows, File("c", memoryview(content), parts)])  # type: ignore[arg-type] # taken as well
        assert [(bytes(row.content), row.parts) for row in files.find_all()] == [(content, parts)] * 3
