"""Indexes that are no B-tree: as they are declared PostgreSQL has them, and finds by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import psycopg
import pytest
from databases import database_with

from ferra_sync import SERVER_DEFAULT, FerraModel, SchemaError, Table, index, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.migrations._catalog import Connection, described
from ferra_sync.migrations._ddl import Ddl
from ferra_sync.migrations._drift import differences


class Papers(Table):
    id = t.identity(primary_key=True)
    title = t.text()
    body = t.text(default="")
    words = t.tsvector(
        generated_as=lambda: (
            fn.setweight(fn.to_tsvector("english", Papers.title), "A") + fn.to_tsvector("english", Papers.body)
        ),
        index="gin",
    )
    tags = t.array(t.text(), default=[], index="gin")
    about = t.jsonb(default={})
    period = t.tstzrange(index="gist")
    free = t.nullable(t.int4range(index="spgist", default=None))
    code = t.text(default="", index="hash")

    @classmethod
    def __constraints__(cls) -> Sequence[Any]:
        return [
            index(cls.about, using="gin", operator_class="jsonb_path_ops", name="papers_about"),
            index(cls.title, using="gin", operator_class="gin_trgm_ops", where=cls.code != "", name="papers_title"),
            index(fn.lower(cls.title).desc(), operator_class="text_pattern_ops", name="papers_pattern"),
            index(fn.to_tsvector("simple", cls.body), using="gin", name="papers_body"),
            index(cls.period, fn.lower(cls.period), using="brin", name="papers_brin"),
        ]


@attrs.frozen
class Paper(FerraModel[Papers]):
    title: str
    period: t.Range[Any]
    body: str = SERVER_DEFAULT
    words: t.TsVector = SERVER_DEFAULT


INDEXES = {
    "papers_words_idx": "USING gin (words)",
    "papers_tags_idx": "USING gin (tags)",
    "papers_period_idx": "USING gist (period)",
    "papers_free_idx": "USING spgist (free)",
    "papers_code_idx": "USING hash (code)",
    "papers_about": "USING gin (about jsonb_path_ops)",
    "papers_title": "USING gin (title gin_trgm_ops) WHERE code <> ''::text",
    "papers_pattern": "USING btree (lower(title) text_pattern_ops DESC)",
    "papers_body": "USING gin (to_tsvector('simple'::regconfig, body))",
    "papers_brin": "USING brin (period, lower(period))",
}


@pytest.fixture
def connection(server_url: str) -> Iterator[Connection]:
    """A connection to a schema of its own with the table in it; all is rolled back."""
    with psycopg.connect(server_url, autocommit=True) as connection, connection.transaction(force_rollback=True):
        connection.execute("CREATE SCHEMA written; SET LOCAL search_path = written")
        for statement in Ddl().create([Papers]):
            connection.execute(statement.encode())
        yield connection


def test_an_index_is_of_the_kind_that_was_declared(connection: Connection) -> None:
    found = {
        what.name: spelled.partition(" ON papers ")[2]
        for what, spelled in described(connection, ["written"]).items()
        if what.kind == "index"
    }
    assert found == INDEXES
    assert differences(connection, [Papers]) == []


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("papers_words_idx", "USING gist (words)"),
        ("papers_about", "USING gin (about)"),
        ("papers_code_idx", "(code)"),
        ("papers_title", "USING gist (title gist_trgm_ops) WHERE code <> ''"),
        ("papers_body", "USING gin (to_tsvector('english', body))"),
    ],
)
def test_one_of_another_kind_in_the_database_is_a_difference(connection: Connection, name: str, other: str) -> None:
    connection.execute(f"DROP INDEX {name}; CREATE INDEX {name} ON papers {other}".encode())
    (difference,) = differences(connection, [Papers])
    assert str(difference).startswith(f"index {name} is CREATE INDEX {name} ON papers")
    assert INDEXES[name] in (difference.declared or "")


def test_another_configuration_of_a_generated_vector_is_a_difference(connection: Connection) -> None:
    connection.execute(
        "ALTER TABLE papers DROP words, ADD words tsvector NOT NULL GENERATED ALWAYS AS"
        " (setweight(to_tsvector('german', title), 'A') || to_tsvector('english', body)) STORED;"
        " CREATE INDEX ON papers USING gin (words)"
    )
    (difference,) = differences(connection, [Papers])
    assert str(difference).startswith("column papers.words is tsvector NOT NULL GENERATED ALWAYS AS")


def test_a_generated_vector_is_read_and_found(server_url: str) -> None:
    with database_with(server_url, Papers) as db:
        always: Any = t.Range(None, None)
        paper = db.fetch_one(insert_into(Papers).values(Paper("Fat cats", always, "sat")).returning(Paper))
        assert paper == Paper("Fat cats", always, "sat", t.TsVector("'cat':2A 'fat':1A 'sat':3"))


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (lambda: index(Papers.code, using="btree"), "^an index is a B-tree, or one of brin, gin, gist, hash, spgist$"),
        (lambda: index(Papers.code, using="hash", unique=True), "^an index using hash is not unique"),
        (lambda: index(Papers.code.desc(), using="brin"), "^an index using brin has no order"),
        (lambda: index(Papers.code, Papers.title, using="hash"), "^an index using hash is over one key$"),
        (lambda: index(Papers.code, operator_class=""), "an operator class"),
        (lambda: t.text(index="btree"), "^an index is a B-tree, or"),
        (lambda: t.text(index=1), "^an index is a B-tree, or"),
    ],
)
def test_what_postgresql_has_not_is_refused(declare: Callable[[], Any], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        declare()
