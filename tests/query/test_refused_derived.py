"""Derived tables that cannot mean anything are refused by name, with what to write instead."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from counts import PER_WRITER, Count, Counts, Ids, OtherCounts, Words
from writers import OWN, Post, Posts, Writers

from ferra_sync import (
    Changeset,
    Database,
    Derived,
    Insertable,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    delete_from,
    from_,
    insert_into,
    select,
    unique,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.migrations._ddl import declared

ANY: Any = None
YES: Any = "yes"
CORRELATED: Any = OWN.select(Posts.writer_id, Posts.id.cast(t.bigint()))

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "fewer columns": (
        lambda: Counts.of(from_(Posts).select(Posts.id)),
        r"Counts has 2 columns \(writer_id, posts\); the query has 1",
    ),
    "another type": (
        lambda: Counts.of(from_(Posts).select(Posts.id, Posts.id)),
        r"Counts\.posts is bigint; posts\.id is integer: declare that, or say \.cast\(…\)",
    ),
    "another type of an expression": (
        lambda: Counts.cte(from_(Posts).select(Posts.id, Posts.title + "!")),
        r"Counts\.posts is bigint; column 2 is text",
    ),
    "whether it is materialized": (
        lambda: Counts.cte(PER_WRITER, materialized=YES),
        r"materialized is True, False or None, not",
    ),
    "what may be NULL": (
        lambda: Ids.of(from_(Posts).select(Posts.likes)),
        r"Ids\.id is never NULL; posts\.likes may be: declare t\.nullable\(…\), or say fn\.coalesce\(…\)",
    ),
    "what an outer join leaves NULL": (
        lambda: Ids.of(from_(Writers).left_join(Posts).select(Posts.id.nullable())),
        r"Ids\.id is never NULL; posts\.id may be",
    ),
    "what a union leaves NULL": (
        lambda: Ids.of(from_(Writers).select(Writers.id).union(from_(Writers).select(Writers.boss_id))),
        r"Ids\.id is never NULL; column 1 may be",
    ),
    "a function of other columns": (
        lambda: Ids.of(fn.generate_series(1, 3), ordinality=True),
        r"Ids has 1 columns \(id\); the function has 2",
    ),
    "a function of another type": (
        lambda: Words.of(fn.generate_series(1, 3)),
        r"Words\.word is text; .* is integer",
    ),
    "a table": (lambda: Counts.of(Posts), r"not the table Posts: say from_\(Posts\)\.select\(…\)"),  # type: ignore[call-overload]
    "a model": (lambda: Counts.of(Post), r"not the model Post: say select\(Post\)"),  # type: ignore[call-overload]
    "a string": (lambda: Counts.of("SELECT 1"), "not a str"),  # type: ignore[call-overload]
    "nothing selected": (lambda: Counts.of(from_(Posts)), r"\.select\(…\)"),  # type: ignore[call-overload]
    "a write in FROM": (
        lambda: Ids.of(delete_from(Posts).all_rows().returning(Posts.id)),  # type: ignore[call-overload]
        r"Ids\.of takes a SELECT, a set operation or a function of rows, not a Returning",
    ),
    "a correlated query in FROM": (lambda: Counts.of(CORRELATED), r"not a correlated one: say \.lateral\(…\)"),
    "a correlated query in WITH": (lambda: Counts.cte(CORRELATED), r"not a correlated one: say \.lateral\(…\)"),
    "a write that returns nothing": (
        lambda: Ids.cte(delete_from(Posts).all_rows()),  # type: ignore[arg-type]
        r"Ids\.cte takes a SELECT, a set operation or what says \.returning\(…\), not a Delete",
    ),
    "a table beside": (lambda: Ids.lateral(Posts), r"Ids\.lateral takes a SELECT or a set operation, not the table"),  # type: ignore[arg-type]
    "an alias in WITH": (
        lambda: OtherCounts.cte(PER_WRITER),
        r"OtherCounts is an alias: say Counts\.cte\(…\), and join the class OtherCounts",
    ),
    "an alias that recurs": (
        lambda: OtherCounts.recursive(PER_WRITER, lambda last: from_(last).select(last.writer_id, last.posts)),
        "OtherCounts is an alias",
    ),
    "a query in WITH twice": (
        lambda: from_(Counts.cte(PER_WRITER)).with_(Counts.cte(PER_WRITER)),
        "counts is in WITH already: name the class where its rows are read again",
    ),
    "a table twice": (
        lambda: from_(Counts.of(PER_WRITER)).inner_join(Counts.of(PER_WRITER), on=Counts.posts == 1),
        r"counts is in this query already: join an alias of it, class …\(Counts, alias=…\)",
    ),
    "in WITH what stands in FROM": (
        lambda: from_(Writers).with_(Counts.of(PER_WRITER)),  # type: ignore[arg-type]
        r"with_ takes what \.cte\(…\) or \.recursive\(…\) returns, not a DerivedRows",
    ),
    "a class in WITH": (lambda: from_(Writers).with_(ANY), "with_ takes what"),
    "no foreign key": (
        lambda: from_(Writers).inner_join(Ids.of(from_(Posts).select(Posts.id))),
        "no foreign key joins ids to writers: say on=…",
    ),
    "a row to insert": (lambda: insert_into(Counts).values(Count(1, 2)), "Counts is made by a query and cannot be"),  # type: ignore[type-var, arg-type]
    "rows to change": (lambda: update(Counts), "Counts is made by a query and cannot be written"),  # type: ignore[type-var, arg-type]
    "rows to delete": (lambda: delete_from(Counts), "Counts is made by a query and cannot be written"),  # type: ignore[type-var, arg-type]
    "a key": (lambda: select(Count).find(1), "table counts has no primary key"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_no_derived_table(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        make()


def test_a_repository_is_of_a_table(server_url: str) -> None:
    with Database.connect(server_url) as db, pytest.raises(QueryError, match="table counts has no primary key"):
        PgRepository(Count, db)


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"primary_key": True}, "primary_key"),
        ({"default": 1}, "default"),
        ({"unique": True}, "unique"),
        ({"index": True}, "index"),
        ({"on_update": 1}, "on_update"),
        ({"references": Writers.id, "on_delete": "cascade"}, "on_delete"),
        ({"generated_as": lambda: fn.literal(1)}, "generated_as"),
    ],
)
def test_a_column_of_a_query_has_no_such_option(options: dict[str, Any], missing: str) -> None:
    with pytest.raises(SchemaError, match=rf"Made\.id is made by a query, which has no {missing}"):
        types.new_class("Made", (Derived,), exec_body=lambda body: body.update(id=t.integer(**options)))


def test_a_class_declares_columns_and_nothing_else() -> None:
    constraints = classmethod(lambda cls: [unique(cls.id)])
    with pytest.raises(SchemaError, match="Made is made by a query, which has no constraints"):
        type("Made", (Derived,), {"id": t.integer(), "__constraints__": constraints})
    with pytest.raises(SchemaError, match="Made declares no column"):
        type("Made", (Derived,), {})
    with pytest.raises(SchemaError, match="Made inherits from table counts: say alias="):
        type("Made", (Counts,), {})
    with pytest.raises(SchemaError, match="rows are instances of a FerraModel"):
        Counts()


@pytest.mark.parametrize("kind", [Insertable, Changeset])
def test_no_model_writes_to_it(kind: Any) -> None:
    fields = {"__annotations__": {"writer_id": int, "posts": int}}
    with pytest.raises(SchemaError, match=r"Made: Counts is made by a query and cannot be written: say FerraModel\["):
        attrs.define(types.new_class("Made", (kind[Counts],), exec_body=lambda body: body.update(fields)))


def test_a_database_has_none() -> None:
    rows: Any = Counts
    with pytest.raises(SchemaError, match="Counts is made by a query; the database has no such table"):
        declared([Writers, rows])
    column: Any = t.integer(references=Counts.writer_id)
    with pytest.raises(SchemaError, match=r"made\.id references counts\.writer_id, which a query makes"):
        type("Made", (Table,), {"id": column})
