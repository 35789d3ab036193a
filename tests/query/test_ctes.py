"""Queries in WITH are read by the name of their class, and writes in WITH happen once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from counts import PER_WRITER, THREE, TWO, Count, Counts, Ids, OtherCounts, OtherIds, at_least
from writers import POSTS, WRITERS, Post, Posts, Remarks, Writer, Writers, writers_database

from ferra_sync import (
    Database,
    Derived,
    FerraModel,
    QueryError,
    delete_from,
    exists,
    from_,
    insert_into,
    maybe,
    of,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with writers_database(server_url) as db:
        yield db


SHARED = Counts.cte(PER_WRITER)


@pytest.mark.parametrize(("materialized", "said"), [(None, " AS ("), (True, " AS MATERIALIZED ("), (False, " AS NOT ")])
def test_a_query_in_with_may_be_materialized_or_not(db: Database, materialized: bool | None, said: str) -> None:
    query = from_(Counts.cte(PER_WRITER, materialized=materialized)).order_by(Counts.posts).select(Count)
    assert db.fetch_all(query) == [TWO, THREE]
    assert f'WITH "counts"("writer_id", "posts"){said}' in query.sql().text


def test_one_query_in_with_is_read_several_times_by_its_class(db: Database) -> None:
    most = from_(Counts).select(fn.max(Counts.posts)).scalar()
    assert db.fetch_all(from_(SHARED).where(Counts.posts == most).select(Count)) == [THREE]
    twice = from_(SHARED).inner_join(OtherCounts, on=OtherCounts.posts > Counts.posts)
    assert db.fetch_all(twice.select(Count, of(OtherCounts, Count))) == [(TWO, THREE)]
    left = from_(Writers).left_join(SHARED).order_by(Writers.id).select(Writers.name, maybe(Count))
    assert db.fetch_all(left)[1:3] == [("bob", THREE), ("cid", None)]
    assert left.sql().text.count("WITH") == 1


def test_with_puts_a_query_beside_any_select_and_any_set_operation(db: Database) -> None:
    own = from_(Counts).correlate(Writers).where(Counts.writer_id == Writers.id)
    assert db.fetch_all(select(Writer).with_(SHARED).where(exists(own)).order_by(Writers.id)) == WRITERS[:2]
    both = select(Count).union_all(select(Count)).order_by(Counts.posts).with_(SHARED)
    assert db.fetch_all(both) == [TWO, TWO, THREE, THREE]
    assert db.fetch_page(both, 1, 3).total == 4
    assert db.fetch_all(both.union(select(Count).with_(Counts.cte(at_least(9))))) in ([TWO, THREE], [THREE, TWO])
    ids = Ids.cte(from_(Counts).where(Counts.posts > 2).select(Counts.writer_id))
    assert db.fetch_all(from_(Ids).with_(SHARED, ids).select(Ids.id)) == [2]


def test_a_with_inside_hides_that_around_it(db: Database) -> None:
    inside = Counts.cte(from_(Counts).where(Counts.posts > 2).select(Count))
    own = from_(inside).correlate(Writers).where(Counts.writer_id == Writers.id)
    query = (
        from_(Writers).with_(SHARED).where(exists(own)).select(Writers.name, from_(Counts).select(fn.count()).scalar())
    )
    assert db.fetch_all(query) == [("bob", 2)]
    derived = from_(Ids.of(from_(inside).select(Counts.writer_id))).with_(SHARED).select(Ids.id)
    assert db.fetch_all(derived) == [2]
    there = from_(Ids.of(from_(Counts).select(Counts.writer_id))).inner_join(SHARED, on=Counts.writer_id == Ids.id)
    assert sorted(db.fetch_all(there.select(Ids.id))) == [1, 2]


def test_values_beside_with_are_numbered_in_the_order_of_the_text(db: Database) -> None:
    ids = Ids.cte(from_(Counts).where(Counts.posts > 1).select(Counts.writer_id))
    query = (
        from_(Writers)
        .with_(Counts.cte(at_least(2)), ids)
        .inner_join(OtherIds.of(from_(Posts).where(Posts.title != "z").distinct().select(Posts.writer_id)),
                    on=OtherIds.id + 0 == Writers.id)
        .where(Writers.id.is_in(from_(Ids).where(Ids.id < 50).select(Ids.id)), Writers.name != "x")
        .order_by(Writers.name + "?")
        .limit(8).offset(1)
        .select(Writers.name + "!", fn.literal(4))
    )  # fmt: skip
    assert db.fetch_all(query) == [("bob!", 4)]
    assert query.sql().params == (2, 1, "z", "!", 4, 0, 50, "x", "?", 8, 1)
    compound = query.union_all(query.limit(3)).with_(OtherCountsAlone.cte(at_least(77))).limit(5)
    assert compound.sql().params == (77, *query.sql().params, *query.limit(3).sql().params, 5)
    assert db.fetch_all(compound) == [("bob!", 4)] * 2


class OtherCountsAlone(Derived):
    writer_id = t.integer()
    posts = t.bigint()


# Writes


def gone(*predicates: Any) -> Any:
    return Ids.cte(delete_from(Posts).where(*predicates).returning(Posts.writer_id))


def test_a_write_in_with_happens_and_its_rows_are_read(db: Database) -> None:
    with db.begin() as tx:
        tx.execute(delete_from(Remarks).all_rows())
        names = from_(Writers).inner_join(gone(Posts.likes > 6), on=Ids.id == Writers.id).select(Writers.name)
        assert tx.fetch_all(names) == ["bob", "bob"]
        changed = Ids.cte(update(Posts).where(Posts.id == 1).set(Posts.likes.to(9)).returning(Posts.id))
        assert tx.fetch_all(from_(Ids).select(Ids.id).union_all(from_(Ids).select(Ids.id)).with_(changed)) == [1, 1]
        added = Counts.cte(insert_into(Posts).values(Post(7, 3, "g", 2)).returning(Posts.id, Posts.id.cast(t.bigint())))
        assert tx.fetch_value(from_(added).select(Counts.posts)) == 7
        assert tx.fetch_all(from_(Posts).order_by(Posts.id).select(Posts.id)) == [1, 2, 4, 7]
    assert db.fetch_all(select(Post).order_by(Posts.id)) == POSTS


def test_a_write_in_with_is_undone_where_its_rows_cannot_be_read(db: Database) -> None:
    @attrs.define
    class Failing(FerraModel[Ids]):
        id: int

        def __attrs_post_init__(self) -> None:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        db.fetch_all(from_(gone(Posts.id == 5)).select(Failing))
    assert len(db.fetch_all(select(Post))) == 5


def test_what_reads_at_leisure_or_again_takes_no_write_in_with(db: Database) -> None:
    query = from_(gone(Posts.id == 5)).order_by(Ids.id).select(Ids.id)
    batches = from_(Writers).with_(gone(Posts.id == 5)).select(Writer)
    for read in (
        lambda: list(db.stream(query)),
        lambda: db.fetch_page(query),
        lambda: list(db.batches(batches)),
    ):
        with pytest.raises(QueryError, match="posts is written in WITH, which happens once and at once: say fetch_all"):
            read()
    assert len(db.fetch_all(select(Post))) == 5


def test_a_write_stands_in_the_with_of_the_whole_statement(db: Database) -> None:
    inner = from_(gone(Posts.id == 5)).select(Ids.id)
    message = "a write stands in the WITH of the whole statement: posts is written further inside"
    for query in (
        select(Writer).where(Writers.id.is_in(inner)),
        from_(OtherIds.of(inner)).select(OtherIds.id),
        inner.union(inner),
        from_(Counts.cte(from_(gone(Posts.id == 5)).select(Ids.id, fn.literal(1)))).select(Count),
    ):
        with pytest.raises(QueryError, match=message):
            db.fetch_all(query)


# Names


class Named(Derived, name="posts"):
    id = t.integer()


def test_a_query_in_with_of_a_tables_name_reads_the_table_and_hides_it(db: Database) -> None:
    named = Named.cte(from_(Posts).where(Posts.id > 3).select(Posts.id))
    assert db.fetch_all(from_(named).order_by(Named.id).select(Named.id)) == [4, 5]
    message = r'posts would be the query of that name in WITH: class Named\(Derived, name="…"\)'
    writes = (
        delete_from(Posts).all_rows().returning(Posts.id),
        update(Posts).all_rows().set(Posts.likes.to(1)).returning(Posts.id),
        insert_into(Posts).values(Post(8, 1, "h", None)).returning(Posts.id),
    )
    for query in (
        from_(Posts).with_(named).select(Posts.id),
        from_(Writers).with_(named).where(exists(from_(Posts))).select(Writers.id),
        *(from_(named).with_(Ids.cte(write)).select(Named.id) for write in writes),
    ):
        with pytest.raises(QueryError, match=message):
            db.fetch_all(query)


def test_a_class_is_read_where_a_query_of_it_is_in_sight(db: Database) -> None:
    message = r"no query makes the rows of counts here: say from_\(Counts\.of\(…\)\), or Counts\.cte\(…\) here"
    later = Ids.cte(from_(Counts).select(Counts.writer_id))
    for query in (
        select(Count),
        from_(Counts).select(Counts.posts),
        from_(Writers).where(Writers.id.is_in(from_(Counts).select(Counts.writer_id))).select(Writer),
        from_(Ids).with_(later, SHARED).select(Ids.id),
        from_(SHARED).select(Count).union(select(Count)),
    ):
        with pytest.raises(QueryError, match=message):
            db.fetch_all(query)
