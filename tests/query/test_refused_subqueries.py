"""Queries inside queries that cannot mean anything are refused before they are sent, with what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from writers import LIKES, OWN, Bosses, Post, Posts, Remarks, Writer, Writers

from ferra_sync import (
    QueryError,
    SchemaError,
    Table,
    all_,
    any_,
    check,
    delete_from,
    exists,
    from_,
    index,
    maybe,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._compiler.definition import definition
from ferra_sync._query.unique_order import unique_order

ODD: Any = Posts.likes

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "two columns for a list": (
        lambda: Posts.id.is_in(from_(Posts).select(Posts.id, Posts.title)),
        "takes a query of one column; this one has 2",
    ),
    "a model for a list": (lambda: Posts.id.is_in(select(Post)), "takes a query of one column; this one has 4"),
    "no column for a list": (lambda: Posts.id.is_in(from_(Posts)), "a collection of values is needed, not From"),
    "another type for a list": (lambda: Posts.id.is_in(from_(Posts).select(Posts.title)), "is integer"),
    "two columns for a scalar": (
        lambda: from_(Posts).select(Posts.id, Posts.title).scalar(),
        "scalar takes a query of one column; this one has 2",
    ),
    "two columns for an array": (lambda: select(Post).array(), "array takes a query of one column; this one has 4"),
    "arrays for an array": (lambda: from_(Remarks).select(Remarks.tags).array(), "array of arrays"),
    "two columns for any": (lambda: any_(select(Post)), "any_ takes a query of one column; this one has 4"),
    "values for all": (lambda: all_({1, 2}), "all_ takes a query, an array or a list, not "),
    "a table for all": (lambda: all_(Posts), r"all_ takes .* not the table Posts: say from_\(Posts\)"),
    "another type for any": (lambda: Posts.id == any_(from_(Posts).select(Posts.title)), "is integer"),
    "a value beside any": (lambda: any_(LIKES) > 3, "stand beside a column or an expression, not an int"),
    "a table for exists": (lambda: exists(Posts), r"exists takes a query, not the table Posts: say from_\(Posts\)"),
    "a model for exists": (lambda: exists(Post), r"exists takes a query, not the model Post: say select\(Post\)"),
    "a write for exists": (lambda: exists(delete_from(Posts).all_rows()), "exists takes a query, not a Delete$"),
    "its own table": (lambda: from_(Posts).correlate(Posts), "correlate an alias of it"),
    "its own table, joined": (lambda: OWN.inner_join(Writers), "join an alias of it"),
    "its own table, twice": (lambda: OWN.correlate(Writers), "correlate an alias of it"),
    "no table": (lambda: from_(Posts).correlate(Post), r"correlate takes a table, not the model Post"),
    "a predicate that is none": (lambda: OWN.where(Posts.id), "where takes predicates"),
    "nothing selected": (OWN.select, "select takes at least one item"),
    "no groups": (OWN.group_by, "group_by takes at least one expression"),
    "any outside of a comparison": (lambda: from_(Posts).select(any_(LIKES)), "cannot be selected"),
    "any for a predicate": (lambda: from_(Posts).where(any_(LIKES)), "where takes predicates"),
}  # fmt: skip


@pytest.mark.parametrize(("build", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_built_says_why(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        build()


def _in_posts(predicate: Any) -> Any:
    return from_(Posts).where(predicate).select(Posts.id)


UNCOMPILED: dict[str, tuple[Callable[[], Any], str]] = {
    "no correlate": (
        lambda: from_(Writers).where(exists(from_(Posts).where(Posts.writer_id == Writers.id))).select(Writer),
        r"writers\.id: table writers is not in this query: say \.correlate\(Writers\)",
    ),
    "a table that is nowhere": (
        lambda: _in_posts(exists(from_(Remarks).where(Writers.id == 1))), "is not in this query$"),
    "an outer table that is not there": (
        lambda: _in_posts(exists(OWN.where(Posts.id > 0))), "a query correlated to writers stands inside"),
    "an outer table that is further out": (
        lambda: from_(Writers).where(exists(from_(Remarks).where(exists(OWN)))).select(Writer),
        "a query correlated to writers stands inside a query of that table",
    ),
    "a select list that correlates to nothing": (
        lambda: from_(Remarks).select(OWN.select(Posts.id).array()), "a query correlated to writers"),
    "an aggregate of outer columns alone": (
        lambda: from_(Writers).where(exists(OWN.select(fn.max(Writers.id)))).select(Writer),
        "max of columns of writers alone is one of the query around",
    ),
    "a filtered aggregate of outer columns alone": (
        lambda: from_(Writers).where(exists(OWN.select(fn.max(Writers.id).filter(Writers.id > 1)))).select(Writer),
        "max of columns of writers alone is one of the query around",
    ),
    "a count filtered by outer columns alone": (
        lambda: from_(Writers).where(exists(OWN.select(fn.count().filter(Writers.id > 1)))).select(Writer),
        "count of columns of writers alone is one of the query around",
    ),
    "an aggregate of outer columns in their order": (
        lambda: from_(Writers).select(OWN.select(fn.array_agg(Writers.name, order_by=Writers.id)).scalar()),
        "array_agg of columns of writers alone is one of the query around",
    ),
    "an aggregate of sorted outer columns": (
        lambda: from_(Writers).select(OWN.select(fn.mode().within_group(Writers.name)).scalar()),
        "mode of columns of writers alone is one of the query around",
    ),
    "a loose column inside": (
        lambda: from_(Writers).where(exists(OWN.group_by(Posts.title).select(Posts.likes))).select(Writer),
        r"posts\.likes is neither in group_by",
    ),
    "an aggregate in its where": (
        lambda: from_(Writers).where(exists(OWN.where(fn.count() > 1))).select(Writer), "cannot stand in WHERE"),
    "any between": (lambda: _in_posts(Posts.likes.between(any_(LIKES), 3)), "beside a column in a comparison"),
    "any that is not distinct": (lambda: _in_posts(ODD.is_distinct_from(any_(LIKES))), "in a comparison"),
    "any in a sum": (lambda: from_(Posts).select(ODD + any_(LIKES)), "in a comparison"),
    "any in a function": (lambda: from_(Posts).select(fn.coalesce(ODD, any_(LIKES))), "in a comparison"),  # type: ignore[call-overload]
    "any assigned": (lambda: update(Posts).find(1).set(ODD.to(all_(LIKES))), "in a comparison"),
    "an outer table in its own ON": (
        lambda: from_(Writers).where(exists(from_(Posts).correlate(Writers).inner_join(Remarks, on=Bosses.id == 1)))
        .select(Writer), "table bosses is not joined before remarks"),
}  # fmt: skip


@pytest.mark.parametrize(("build", "message"), UNCOMPILED.values(), ids=UNCOMPILED)
def test_what_the_server_would_refuse_or_misread_is_refused_before(build: Callable[[], Any], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        build().sql()


def test_any_and_all_have_no_truth_value_and_no_hash() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(any_(LIKES))
    with pytest.raises(TypeError, match="unhashable"):
        hash(all_(LIKES))


def test_a_definition_has_no_query_inside() -> None:
    with pytest.raises(QueryError, match="a SelectShape cannot stand here"):
        definition(exists(from_(Posts)).shape, str, {})
    with pytest.raises(SchemaError, match="a query cannot stand in a check"):
        check(exists(from_(Posts)))
    with pytest.raises(SchemaError, match="a query cannot stand in an index"):
        index(from_(Posts).select(Posts.id).scalar())
    with pytest.raises(SchemaError, match=r"default of made\.id has a query inside"):
        type(
            "Made",
            (Table,),
            {"id": t.integer(default=fn.coalesce(from_(Posts).select(fn.count()).scalar(), 1).cast(t.integer()))},
        )
    with pytest.raises(SchemaError, match="is generated from its own row; a query reads others"):
        _ = type(
            "Made", (Table,), {"id": t.boolean(generated_as=lambda: exists(from_(Posts)))}
        ).__ferra_table__.generated


@pytest.mark.parametrize(
    "use",
    [
        lambda query: query.find(1),
        lambda query: query.inner_join(Posts),
        lambda query: query.left_join(Posts, on=Posts.id == 1),
        lambda query: query.belonging_to([]),
        unique_order,
    ],
)
def test_what_needs_a_table_says_so(use: Callable[[Any], Any]) -> None:
    with pytest.raises(QueryError, match="this query reads no table: begin with from_"):
        use(select(fn.now()))


@pytest.mark.parametrize(
    "items",
    [(fn.now(), Posts.id), (Posts.id, Posts.title), (fn.count(),), (Post, Writer), (Post, fn.now()), (maybe(Post),)],
    ids=str,
)
def test_what_needs_another_from_says_so(items: Any) -> None:
    with pytest.raises(QueryError, match=r"select reads one table: say from_\(table\)"):
        select(*items)
