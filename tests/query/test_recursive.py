"""WITH RECURSIVE walks trees and graphs, and says in which order and where it has been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from counts import Ids, OtherIds, Paths
from databases import database_with
from writers import Posts, Writers, writers_database

from ferra_sync import Database, Derived, QueryError, Table, breadth_first, depth_first, from_, select
from ferra_sync import functions as fn
from ferra_sync import types as t


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with writers_database(server_url) as db:
        yield db


def paths(**options: Any) -> Any:
    """Return everyone's way from the one without a boss."""
    return Paths.recursive(
        from_(Writers).where(Writers.boss_id.is_null()).select(Writers.id, Writers.name),
        lambda last: (
            from_(Writers).inner_join(last, on=Writers.boss_id == Paths.id).select(
                Writers.id, Paths.path + "/" + Writers.name
            )
        ),
        **options,
    )  # fmt: skip


def test_a_tree_is_walked_from_its_root(db: Database) -> None:
    query = from_(paths()).order_by(Paths.id).select(Paths.id, Paths.path)
    assert db.fetch_all(query) == [(1, "ann"), (2, "ann/bob"), (3, "ann/cid"), (4, "ann/bob/dan")]
    joined = from_(Writers).inner_join(paths(), on=Paths.id == Writers.id).where(Paths.path.contains("bob"))
    assert db.fetch_all(joined.order_by(Writers.id).select(Writers.name)) == ["bob", "dan"]
    assert db.fetch_page(query, 2, 3).total == 4


def test_search_sorts_the_rows_in_depth_or_in_breadth(db: Database) -> None:
    for search, ids in ((depth_first(Paths.id), [1, 2, 4, 3]), (breadth_first(Paths.id), [1, 2, 3, 4])):
        walk = paths(search=search)
        assert db.fetch_all(from_(walk).order_by(walk.search_order).select(Paths.id)) == ids
        backwards = from_(walk).where(~walk.is_cycle) if walk.shape.cycle else from_(walk)
        assert sorted(db.fetch_all(backwards.select(Paths.id))) == [1, 2, 3, 4]


class Edges(Table):
    a = t.integer(primary_key=True)
    b = t.integer(primary_key=True)


class Reached(Derived):
    node = t.integer()


def test_a_graph_with_cycles_is_walked_to_its_end(server_url: str) -> None:
    def reached(start: Any, **options: Any) -> Any:
        return Reached.recursive(
            start,
            lambda last: from_(Edges).inner_join(last, on=Edges.a == Reached.node).select(Edges.b),
            **options,
        )

    with database_with(server_url, Edges) as db:
        with db.connection() as connection:
            connection.execute("INSERT INTO edges VALUES (1, 2), (2, 3), (3, 1), (3, 4), (8, 9)")
        one = from_(Edges).where(Edges.a == 1).select(Edges.a)
        once = from_(reached(one, union="distinct")).order_by(Reached.node).select(Reached.node)
        assert db.fetch_all(once) == [1, 2, 3, 4]
        walk = reached(one, cycle=(Reached.node,), search=breadth_first(Reached.node))
        query = from_(walk).order_by(walk.search_order).select(Reached.node, walk.is_cycle)
        assert db.fetch_all(query) == [(1, False), (2, False), (3, False), (1, True), (4, False)]
        assert db.fetch_all(from_(walk).where(walk.is_cycle).select(Reached.node)) == [1]
        several = from_(Reached.values([(1,), (8,)])).select(Reached.node)
        both = from_(reached(several, union="distinct")).order_by(Reached.node).select(Reached.node)
        assert db.fetch_all(both) == [1, 2, 3, 4, 8, 9]


def test_values_of_the_start_the_step_and_the_query_are_numbered_in_the_order_of_the_text(db: Database) -> None:
    walk = Ids.recursive(
        from_(Writers).where(Writers.id == 2).select(Writers.id),
        lambda last: from_(last).where(Ids.id < 9).select(Ids.id + 3),
    )
    query = from_(walk).where(Ids.id != 5).order_by(Ids.id).limit(6).select(Ids.id * 10)
    assert db.fetch_all(query) == [20, 80, 110]
    assert query.sql().params == (2, 3, 9, 10, 5, 6)


class Names(Table):
    id = t.integer(primary_key=True)
    name = t.varchar(4)
    price = t.numeric(10, 2)
    code = t.char(3)
    tags = t.array(t.varchar(3))


class Joined(Derived):
    id = t.integer()
    name = t.varchar(4)
    price = t.numeric(10, 2)
    code = t.char(3)
    tags = t.array(t.varchar(3))


def test_lengths_and_precisions_of_the_columns_cut_nothing(server_url: str) -> None:
    start = from_(Names).where(Names.id == 1).select(Names.id, Names.name, Names.price, Names.code, Names.tags)
    walk = Joined.recursive(
        start,
        lambda last: (
            from_(Names).inner_join(last, on=Names.id == Joined.id + 1).select(
                Names.id, Joined.name + Names.name, Joined.price / 8, Names.code, Joined.tags
            )
        ),
    )  # fmt: skip
    with database_with(server_url, Names) as db:
        with db.connection() as connection:
            connection.execute("INSERT INTO names VALUES (1, 'abcd', 1, 'x', '{abc}'), (2, 'efgh', 2, 'y', '{}')")
        query = (
            from_(walk).where(Joined.id == 2).select(Joined.name, Joined.price.cast(t.text()), Joined.code, Joined.tags)
        )
        assert db.fetch_all(query) == [("abcdefgh", "0.12500000000000000000", "y  ", ["abc"])]


ONE: Any = from_(Writers).where(Writers.id == 1).select(Writers.id)
NEXT: Any = from_(Ids).where(Ids.id < 4).select(Ids.id + 1)

ALLOWED: dict[str, Callable[[Any], Any]] = {
    "groups": lambda last: from_(last).where(Ids.id < 4).group_by(Ids.id).select(Ids.id + 1),
    "distinct rows": lambda last: from_(last).where(Ids.id < 4).distinct().select(Ids.id + 1),
    "an order and a limit": lambda last: from_(last).where(Ids.id < 4).order_by(Ids.id).limit(1).select(Ids.id + 1),
    "an alias": lambda _: from_(OtherIds).where(OtherIds.id < 4).select(OtherIds.id + 1),
    "a derived table": lambda _: from_(OtherIds.of(NEXT)).select(OtherIds.id),
    "a WITH inside": lambda _: from_(Other.cte(NEXT)).select(Other.id),
    "a union": lambda _: NEXT.union(from_(Writers).where(Writers.id == 2).select(Writers.id)),
}


class Other(Derived):
    id = t.integer()


@pytest.mark.parametrize("step", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_step_may_have(db: Database, step: Callable[[Any], Any]) -> None:
    walk = Ids.recursive(ONE, step, union="distinct")
    assert db.fetch_all(from_(walk).order_by(Ids.id).select(Ids.id)) == [1, 2, 3, 4]


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a step that does not read it": (lambda: Ids.recursive(ONE, lambda _: ONE), "reads ids once, not 0 times"),
    "a step that reads it twice": (
        lambda: Ids.recursive(ONE, lambda _: NEXT.union(NEXT)),
        "the step of ids reads ids once, not 2 times",
    ),
    "a start that reads it": (lambda: Ids.recursive(NEXT, lambda _: NEXT), "the start of ids reads ids itself"),
    "a subquery": (
        lambda: Ids.recursive(ONE, lambda _: ONE.where(Writers.id.is_in(NEXT))),
        "reads it in a query inside an expression, where it cannot",
    ),
    "an outer join": (
        lambda: Ids.recursive(
            ONE, lambda last: from_(Writers).left_join(last, on=Ids.id == Writers.id).select(Writers.id)
        ),
        "reads it on the nullable side of an outer join",
    ),
    "an aggregate": (
        lambda: Ids.recursive(ONE, lambda last: from_(last).select(fn.coalesce(fn.max(Ids.id), 1))),
        "reads it beside an aggregate",
    ),
    "a difference": (lambda: Ids.recursive(ONE, lambda _: ONE.except_(NEXT)), "reads it inside EXCEPT"),
    "a lock": (lambda: Ids.recursive(ONE, lambda _: NEXT.for_update()), "reads it beside a lock"),
    "a lock of what it starts with": (
        lambda: Ids.recursive(ONE.for_share(), lambda _: NEXT),
        "FOR SHARE cannot lock what ids starts with: UNION ALL makes its rows",
    ),
    "a search over a union": (
        lambda: Ids.recursive(ONE.union(ONE), lambda _: NEXT, search=depth_first(Ids.id)),
        "search and cycle of ids take a SELECT to start from",
    ),
    "a cycle in a derived table": (
        lambda: Ids.recursive(ONE, lambda _: from_(OtherIds.of(NEXT)).select(OtherIds.id), cycle=(Ids.id,)),
        "search and cycle of ids take a SELECT to start from",
    ),
    "a step of other rows": (
        lambda: Ids.recursive(ONE, lambda _: from_(Posts).select(Posts.title)),  # type: ignore[arg-type]
        r"Ids\.id is integer; posts\.title is text",
    ),
    "a step that is no query": (
        lambda: Ids.recursive(ONE, from_),  # type: ignore[arg-type]
        "Ids.recursive takes SELECTs or set operations, not a From",
    ),
    "another union": (lambda: Ids.recursive(ONE, lambda _: NEXT, union="some"), 'union is "all" or "distinct"'),  # type: ignore[arg-type]
    "another table's search": (
        lambda: Ids.recursive(ONE, lambda _: NEXT, search=depth_first(Other.id)),  # type: ignore[arg-type]
        r"search of ids takes its own columns, and other\.id is none",
    ),
    "another table's cycle": (
        lambda: Ids.recursive(ONE, lambda _: NEXT, cycle=(Other.id,)),  # type: ignore[arg-type]
        r"cycle of ids takes its own columns, and other\.id is none",
    ),
    "a search that is none": (
        lambda: Ids.recursive(ONE, lambda _: NEXT, search="depth"),  # type: ignore[arg-type]
        r"search takes depth_first\(…\) or breadth_first\(…\), not a str",
    ),
    "a search by nothing": (depth_first, "depth_first takes at least one column"),
    "a search by a string": (lambda: breadth_first("id"), "breadth_first takes columns, not a str"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_recursive_query_is_refused_that_has(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        from_(make()).select(Ids.id).sql()


def test_what_search_and_cycle_add_is_there_where_they_are() -> None:
    with pytest.raises(QueryError, match=r"paths has no search: say recursive\(…, search=depth_first\(…\)\)"):
        _ = paths().search_order
    with pytest.raises(QueryError, match=r"paths looks for no cycle: say recursive\(…, cycle=\(…,\)\)"):
        _ = paths().is_cycle


def test_what_search_and_cycle_add_is_of_the_query_that_makes_the_rows(db: Database) -> None:
    search = depth_first(Ids.id)
    marked = Ids.recursive(ONE, lambda _: NEXT, search=search, cycle=(Ids.id,))
    bare = Ids.recursive(ONE, lambda _: NEXT)
    problem = r"ids\.is_cycle: another query makes the rows of ids here, which adds no such column"
    for rows in (bare, Ids.of(ONE), Ids.cte(ONE), Ids.recursive(ONE, lambda _: NEXT, search=search)):
        with pytest.raises(QueryError, match=problem):
            from_(rows).where(~marked.is_cycle).select(Ids.id).sql()
    with pytest.raises(QueryError, match=r"ids\.search_order: another query"):
        from_(bare).order_by(marked.search_order).select(Ids.id).sql()
    both = from_(marked).inner_join(OtherIds, on=OtherIds.id == Ids.id).where(~marked.is_cycle)
    assert db.fetch_all(both.order_by(marked.search_order).select(OtherIds.id)) == [1, 2, 3, 4]


def slot() -> Any:
    return t.domain("slot", t.int4range(), check=lambda value: ~fn.isempty(value))


class Stored(Table):
    id = t.integer(primary_key=True)
    data = t.json()
    words = t.tsvector()
    slot = slot()


class Documents(Derived):
    id = t.integer()
    data = t.json()


class Worded(Derived):
    words = t.tsvector()


class Slotted(Derived):
    slot = slot()


@pytest.mark.parametrize(
    "options", [{"union": "distinct"}, {"cycle": (Documents.data,)}, {"search": depth_first(Documents.data)}]
)
def test_a_recursive_query_compares_no_json(options: Any) -> None:
    def walk(**options: Any) -> Any:
        start = from_(Stored).select(Stored.id, Stored.data)
        return Documents.recursive(start, lambda last: from_(last).select(Documents.id + 1, Documents.data), **options)

    problem = r"documents\.data is json, which a recursive query cannot compare: declare jsonb, or say \.cast\(…\)"
    with pytest.raises(QueryError, match=problem):
        from_(walk(**options)).select(Documents.id).sql()
    assert from_(walk()).select(Documents.id).sql()


@pytest.mark.parametrize("column", [Worded.words, Slotted.slot])
def test_a_recursive_union_takes_no_type_without_a_hash(column: Any) -> None:
    made = column.ref.table.owner
    walk = made.recursive(
        from_(Stored).select(getattr(Stored, column.name)), lambda last: from_(last).select(column), union="distinct"
    )
    with pytest.raises(QueryError, match=r'which no recursive UNION takes: say union="all" and cycle=…'):
        from_(walk).select(fn.count()).sql()


def test_a_column_has_no_name_that_search_or_cycle_give() -> None:
    class Marks(Derived):
        is_cycle = t.boolean()

    with pytest.raises(QueryError, match=r"marks\.is_cycle: a recursive query may add a column of that name itself"):
        Marks.recursive(select(fn.literal(True)), lambda last: from_(last).select(Marks.is_cycle))


def test_with_recursive_knows_later_queries_by_name_and_none_is_taken_for_another() -> None:
    class Named(Derived, name="writers"):
        id = t.integer()

    named = Named.cte(from_(Posts).select(Posts.id))
    walk = Ids.recursive(ONE, lambda _: NEXT)
    with pytest.raises(QueryError, match=r"writers would be the query of that name in WITH RECURSIVE: with_\(…\) it"):
        from_(walk).with_(named).select(Ids.id).sql()
