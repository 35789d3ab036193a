"""copy_out: rows in files, the same whether the query has values or not, all of them or no file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    PgRepository,
    QueryError,
    Table,
    delete_from,
    from_,
    maybe,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Owners(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    password = t.text(secret=True, default="")


class Parts(Table):
    id = t.serial(primary_key=True)
    name = t.nullable(t.text())
    size = t.nullable(t.integer())
    owner_id = t.nullable(t.integer(references=Owners.id))


@attrs.define
class Owner(FerraModel[Owners]):
    name: str
    id: int = SERVER_DEFAULT


@attrs.define
class WholeOwner(FerraModel[Owners]):
    name: str
    password: str
    id: int


@attrs.define
class Part(FerraModel[Parts]):
    name: str | None = None
    size: int | None = None
    owner_id: int | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class Name(FerraModel[Parts]):
    name: str | None


COUNT = 4_500
plain = select(Part).order_by(Parts.id)
with_values = plain.where(Parts.id >= 0)
ways = pytest.mark.parametrize("query", [plain, with_values], ids=["COPY", "cursor"])
kinds = pytest.mark.parametrize("format", ["csv", "binary"])


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Owners, Parts) as database:
        PgRepository(Owner, database).copy_in([Owner("al")])
        PgRepository(Part, database).copy_in([Part(f"p{n}", n, 1) for n in range(COUNT)])
        yield database


def written(executor: Any, query: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    executor.copy_out(query, file, **options)
    return file.getvalue()


def reloaded(db: Database, content: bytes, options: str) -> list[Part]:
    """What COPY itself reads from a file, in a transaction that is rolled back."""
    with db.begin() as tx:
        tx.execute(delete_from(Parts).all_rows())
        with tx._connection.cursor().copy(f"COPY parts (name, size, owner_id, id) FROM STDIN ({options})") as copy:
            copy.write(content)
        return tx.fetch_all(plain)


def test_without_a_file_the_rows_are_yielded(db):
    assert list(db.copy_out(plain)) == db.fetch_all(plain)
    assert list(db.copy_out(with_values)) == db.fetch_all(plain)
    with db.transaction() as tx:
        assert list(tx.copy_out(plain.limit(3))) == db.fetch_all(plain.limit(3))


def test_rows_that_are_left_half_way_leave_database_and_transaction_usable(db):
    rows = db.copy_out(plain)
    next(rows)
    rows.close()
    with db.transaction() as tx:
        inner = tx.copy_out(plain)
        next(inner)
        inner.close()
        assert tx.fetch_value(from_(Parts).select(fn.count())) == COUNT
    db.ping()


@ways
def test_a_csv_has_a_header_and_tells_null_from_an_empty_text(db, query):
    with db.begin() as tx:
        tx.execute(delete_from(Parts).all_rows())
        PgRepository(Part, tx).copy_in([Part("", 1, None, 1), Part(None, None, 1, 2), Part('a,"b"\n', 3, None, 3)])
        assert written(tx, query) == b'name,size,owner_id,id\n"",1,,1\n,,1,2\n"a,""b""\n",3,,3\n'


@kinds
@ways
def test_what_is_written_is_what_copy_reads(db, query, format, tmp_path):
    path = tmp_path / "parts"
    assert db.copy_out(query, path, format=format) == COUNT
    options = "FORMAT CSV, HEADER" if format == "csv" else "FORMAT BINARY"
    assert reloaded(db, path.read_bytes(), options) == db.fetch_all(plain)
    assert [each.name for each in tmp_path.iterdir()] == ["parts"]


texts = st.none() | st.text(st.sampled_from('\\.a,"\n\r\t é'), max_size=4)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts, max_size=5))
def test_files_of_queries_with_values_and_without_are_the_same(db, names):
    with db.begin() as tx:
        tx.execute(delete_from(Parts).all_rows())
        PgRepository(Part, tx).insert_many([Part(name) for name in names])
        for model in (Part, Name):
            query = select(model).order_by(Parts.id)
            for form in ("csv", "binary"):
                assert written(tx, query.where(Parts.id > 0), format=form) == written(tx, query, format=form)


def test_columns_are_called_after_their_tables_where_two_would_be_the_same(db):
    query = from_(Parts).inner_join(Owners).select(Part, Owner, fn.length(Owners.name)).limit(1)
    header = written(db, query).splitlines()[0]
    assert header == b"parts_name,size,owner_id,parts_id,owners_name,owners_id,length"
    with pytest.raises(QueryError, match="two columns would be called parts_id"):
        db.copy_out(from_(Parts).select(Parts.id, Parts.id), io.BytesIO())


@kinds
@pytest.mark.parametrize("query", [select(WholeOwner), from_(Owners).select(fn.upper(Owners.password))])
def test_a_secret_column_is_refused_by_name(db, query, format):
    with pytest.raises(QueryError, match=r"owners\.password is secret: in a file"):
        db.copy_out(query, io.BytesIO(), format=format)


def test_a_set_operation_is_written_too_and_its_secrets_are_refused(db):
    names = from_(Owners).select(Owners.name)
    assert written(db, names.union_all(names)) == b"name\nal\nal\n"
    with pytest.raises(QueryError, match="secret"):
        db.copy_out(names.union_all(from_(Owners).select(Owners.password)), io.BytesIO())


def test_a_model_that_may_be_missing_is_written_as_its_columns(db):
    query = from_(Owners).left_join(Parts, on=Parts.id < 0).select(Owner, maybe(Part))
    assert written(db, query) == b"owners_name,owners_id,parts_name,size,owner_id,parts_id\nal,1,,,,\n"
    with pytest.raises(QueryError, match="more than columns"):
        db.copy_out(from_(Owners).left_join(Parts).select(Owner, maybe(Name)), io.BytesIO())


# Where it goes


def test_a_path_is_a_string_too_and_an_empty_result_a_header(db, tmp_path):
    assert db.copy_out(plain.where(Parts.id < 0), str(tmp_path / "none.csv")) == 0
    assert (tmp_path / "none.csv").read_bytes() == b"name,size,owner_id,id\n"
    assert reloaded(db, written(db, plain.where(Parts.id < 0), format="binary"), "FORMAT BINARY") == []


fails = fn.function("sqrt", t.double_precision(), returns=t.double_precision())
half_way = from_(Parts).order_by(Parts.id).select(fails((Parts.id * -1 + 4_000).cast(t.double_precision())))


@pytest.mark.parametrize("query", [half_way, half_way.where(Parts.id > 0)], ids=["COPY", "cursor"])
def test_a_failure_half_way_leaves_the_path_as_it_was(db, query, tmp_path):
    path = tmp_path / "roots.csv"
    path.write_bytes(b"before")
    with db.transaction() as tx:
        for executor in (db, tx):
            with pytest.raises(Db) as caught:
                executor.copy_out(query, path)
            assert caught.value.kind is DbErrorKind.INVALID_DATA
            assert executor.fetch_value(from_(Parts).select(fn.count())) == COUNT
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


class Full(io.RawIOBase):
    def write(self, _data: Any) -> int:
        raise OSError("no space left")


@kinds
@ways
def test_a_file_that_is_full_leaves_database_and_transaction_usable(db, query, format):
    with db.transaction() as tx:
        for executor in (db, tx):
            with pytest.raises(OSError, match="no space"):
                executor.copy_out(query, Full(), format=format)
            assert executor.fetch_value(from_(Parts).select(fn.count())) == COUNT


def test_a_path_that_is_no_file_is_written_to_and_not_replaced(db):
    assert db.copy_out(plain, Path("/dev/null")) == COUNT
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("to", [io.StringIO(), 5, object()])
def test_what_is_no_file_of_bytes_is_refused(db, to):
    with pytest.raises(QueryError, match="open for bytes"):
        db.copy_out(plain, to)


def test_what_brings_no_rows_or_has_no_such_format_is_refused(db, tmp_path):
    with pytest.raises(QueryError):
        db.copy_out(delete_from(Parts).all_rows(), tmp_path / "x")
    with pytest.raises(QueryError, match='"csv" or "binary"'):
        db.copy_out(plain, tmp_path / "x", format="xml")
    with pytest.raises(QueryError, match="progress is of a file"):
        db.copy_out(plain, progress=print)
    assert list(tmp_path.iterdir()) == []


# Progress


@kinds
@ways
def test_progress_hears_how_many_rows_are_written(db, query, format):
    heard: list[int] = []
    written(db, query, format=format, progress=heard.append)
    assert heard == [2_000, 4_000, COUNT]


@ways
def test_what_progress_raises_ends_it_and_the_transaction_goes_on(db, query, tmp_path):
    def stop(_done: int) -> None:
        raise RuntimeError("enough")

    with db.transaction() as tx:
        with pytest.raises(RuntimeError, match="enough"):
            tx.copy_out(query, tmp_path / "x", progress=stop)
        with pytest.raises(QueryError, match="busy with a COPY"):
            tx.copy_out(query, tmp_path / "x", progress=lambda _done: tx.fetch_all(plain))
        assert tx.fetch_value(from_(Parts).select(fn.count())) == COUNT
    assert list(tmp_path.iterdir()) == []
