"""Rows of a query in FROM are used as a table's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from counts import PER_WRITER, THREE, TWO, Count, Counts, Ids, Loose, LooseRow, OtherCounts, at_least
from writers import POSTS, WRITERS, Post, Posts, Remarks, Writer, Writers, writers_database

from ferra_sync import (
    Database,
    Derived,
    NotFound,
    QueryError,
    Table,
    delete_from,
    exists,
    from_,
    maybe,
    of,
    select,
    to_dict,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

COUNTS = Counts.of(PER_WRITER)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with writers_database(server_url) as db:
        yield db


def test_a_query_in_from_is_read_by_columns_and_by_models(db: Database) -> None:
    query = from_(COUNTS).order_by(Counts.posts.desc())
    assert db.fetch_all(query.select(Count)) == [THREE, TWO]
    assert db.fetch_all(query.where(Counts.posts > 2).select(Counts.writer_id, Counts.posts * 2)) == [(2, 6)]
    assert db.fetch_all(from_(COUNTS).group_by(Counts.posts).having(fn.count() > 0).select(fn.max(Counts.posts))) != []
    assert db.fetch_all(from_(COUNTS).distinct(Counts.posts).order_by(Counts.posts).select(Count)) == [TWO, THREE]
    assert db.fetch_all(from_(COUNTS).distinct().order_by(Counts.posts).select(Counts.posts)) == [2, 3]


def test_every_join_takes_it_and_finds_its_on_by_what_it_references(db: Database) -> None:
    ann, bob, cid, dan = WRITERS
    order = Writers.id
    inner = from_(Writers).inner_join(COUNTS).order_by(order).select(Writer, Count)
    assert db.fetch_all(inner) == [(ann, TWO), (bob, THREE)]
    left = from_(Writers).left_join(COUNTS).order_by(order).select(Writer, maybe(Count))
    assert db.fetch_all(left) == [(ann, TWO), (bob, THREE), (cid, None), (dan, None)]
    right = from_(COUNTS).right_join(Writers).order_by(order).select(maybe(Count), Writer)
    assert db.fetch_all(right) == [(count, writer) for writer, count in db.fetch_all(left)]
    full = from_(Writers).full_join(COUNTS, on=Counts.writer_id == Writers.id + 1).order_by(order, Counts.posts)
    assert db.fetch_all(full.select(maybe(Writer), maybe(Count)))[::4] == [(ann, THREE), (None, TWO)]
    cross = from_(Writers).cross_join(COUNTS).where(Counts.posts > Writers.id + 1)
    assert db.fetch_all(cross.select(Writers.name, Counts.posts)) == [("ann", 3)]
    assert db.fetch_all(select(Writer).inner_join(COUNTS).where(Counts.posts > 2)) == [bob]


def test_a_row_of_nothing_but_null_is_a_row_all_the_same(db: Database) -> None:
    rows = from_(Posts).where(Posts.id == 2).select(Posts.likes, fn.nullif(Posts.title, "b"))
    query = from_(Writers).left_join(Loose.of(rows), on=Writers.id == 1).order_by(Writers.id).limit(2)
    assert db.fetch_all(query.select(maybe(LooseRow))) == [LooseRow(None, None), None]


def test_an_alias_has_rows_of_its_own(db: Database) -> None:
    query = from_(COUNTS).inner_join(OtherCounts.of(at_least(3)), on=OtherCounts.posts > Counts.posts)
    assert db.fetch_all(query.select(Count, of(OtherCounts, Count))) == [(TWO, THREE)]
    left = from_(COUNTS).left_join(OtherCounts.of(at_least(9)), on=OtherCounts.posts == Counts.posts)
    assert db.fetch_all(left.order_by(Counts.posts).select(Count, maybe(of(OtherCounts, Count)))) == [
        (TWO, None), (THREE, None),
    ]  # fmt: skip


def test_it_stands_inside_other_queries(db: Database) -> None:
    own = from_(COUNTS).correlate(Writers).where(Counts.writer_id == Writers.id)
    names = from_(Writers).order_by(Writers.id)
    assert db.fetch_all(names.where(exists(own)).select(Writers.name)) == ["ann", "bob"]
    assert db.fetch_all(names.select(own.select(Counts.posts).scalar())) == [2, 3, None, None]
    busy = from_(Counts.of(at_least(3))).select(Counts.writer_id)
    assert db.fetch_all(names.where(Writers.id.is_in(busy)).select(Writers.name)) == ["bob"]
    assert db.fetch_one(select(from_(COUNTS).order_by(Counts.posts).select(Counts.posts).array())) == [2, 3]
    titles = from_(Posts).correlate(Counts).where(Posts.writer_id == Counts.writer_id).order_by(Posts.id)
    query = from_(COUNTS).order_by(Counts.posts).select(Count, titles.select(Posts.title).array())
    assert db.fetch_all(query) == [(TWO, ["a", "b"]), (THREE, ["c", "d", "e"])]


def test_a_derived_table_of_a_derived_table(db: Database) -> None:
    inside = from_(Counts.of(at_least(1))).where(Counts.posts > 2).select(Counts.writer_id, Counts.posts + 10)
    assert db.fetch_all(from_(Counts.of(inside)).where(Counts.posts < 99).select(Count)) == [Count(2, 13)]


def test_a_set_operation_is_a_derived_table_and_a_subquery(db: Database) -> None:
    ids = from_(Posts).where(Posts.likes > 4).select(Posts.writer_id).union(
        from_(Writers).where(Writers.id == 4).select(Writers.id)
    )  # fmt: skip
    assert db.fetch_all(from_(Ids.of(ids)).order_by(Ids.id).select(Ids.id)) == [1, 2, 4]
    names = from_(Writers).order_by(Writers.id)
    assert db.fetch_all(names.where(Writers.id.is_in(ids)).select(Writers.name)) == ["ann", "bob", "dan"]
    assert db.fetch_all(names.where(Writers.id.is_not_in(ids)).select(Writers.name)) == ["cid"]
    sorted_ids = ids.order_by(Posts.writer_id.desc())
    query = select(exists(ids.limit(0)), sorted_ids.limit(1).scalar(), sorted_ids.array())
    assert db.fetch_one(query) == (False, 4, [4, 2, 1])
    assert db.fetch_all(from_(Counts.of(PER_WRITER.union_all(at_least(3)))).order_by(Counts.posts).select(Count)) == [
        TWO, THREE, THREE,
    ]  # fmt: skip


def test_values_of_every_clause_are_numbered_in_the_order_of_the_text(db: Database) -> None:
    def query(least: int, word: str) -> object:
        return (
            from_(Writers)
            .inner_join(Counts.of(at_least(least)), on=(Counts.writer_id == Writers.id) & (Counts.posts < 90))
            .where(Writers.name != word, Counts.posts.is_in(from_(Counts.of(at_least(2))).select(Counts.posts)))
            .group_by(Writers.name + "!")
            .having(fn.sum(Counts.posts) > 1)
            .order_by(Writers.name + "!")
            .limit(7).offset(0)
            .select(Writers.name + "!", fn.sum(Counts.posts) + 100)
        )  # fmt: skip

    made = query(1, "cid")
    assert db.fetch_all(made) == [("ann!", 102), ("bob!", 103)]  # type: ignore[arg-type]
    assert made.sql().params == (1, "!", 100, 90, "cid", 2, 1, 7, 0)  # type: ignore[attr-defined]
    assert made.parts()[0] == query(5, "x").parts()[0]  # type: ignore[attr-defined]


def test_pages_streams_and_json(db: Database) -> None:
    query = from_(Writers).inner_join(COUNTS).order_by(Writers.id).select(Writers.name, Count)
    assert list(db.stream(query)) == [("ann", TWO), ("bob", THREE)]
    page = db.fetch_page(query, 2, 1)
    assert (page.items, page.total) == ([("bob", THREE)], 2)
    assert db.fetch_page(query, 7, 1).total == 2
    assert db.fetch_page(query, 7, 1, count="estimate").total >= 1
    assert db.fetch_json(query.limit(1)) == [{"name": "ann", "count": to_dict(TWO)}]
    with pytest.raises(QueryError, match=r"the rows of counts have no order: say order_by"):
        db.fetch_page(from_(Writers).inner_join(COUNTS).select(Writers.name))
    with pytest.raises(QueryError, match="the rows of counts have no key that tells them apart"):
        list(db.batches(from_(COUNTS).select(Count)))
    with pytest.raises(QueryError, match="no key that tells them apart"):
        list(db.batches(from_(Writers).inner_join(COUNTS).select(Writer)))


def test_no_row_is_not_found_by_the_name_of_the_class(db: Database) -> None:
    for query in (Counts.of(at_least(9)), Counts.cte(at_least(9))):
        with pytest.raises(NotFound, match=r"^counts not found$"):
            db.fetch_one(from_(query).select(Count))


def test_no_repr_shows_a_value() -> None:
    for shown in (Counts.of(at_least(12345)), Counts.cte(at_least(12345)), Counts.values([(12345, 12345)])):
        assert "12345" not in repr(shown) + repr(from_(shown).select(Count))
        assert "counts" in repr(shown)


def test_what_a_query_groups_is_no_key_of_the_rows(db: Database) -> None:
    with pytest.raises(QueryError, match=r"counts\.posts is neither in group_by"):
        db.fetch_all(from_(COUNTS).group_by(Counts.writer_id).select(Counts.writer_id, Counts.posts))
    with pytest.raises(QueryError, match=r"order_by must begin with the expressions of distinct"):
        db.fetch_all(from_(COUNTS).distinct(Counts.posts).order_by(Counts.writer_id).select(Count))


def test_locks_are_of_tables(db: Database) -> None:
    joined = from_(Writers).inner_join(Counts.cte(PER_WRITER)).order_by(Writers.id)
    with db.begin() as tx:
        assert tx.fetch_all(joined.select(Writers.name).for_update()) == ["ann", "bob"]
        inside = Ids.of(from_(Writers).where(Writers.id > 3).select(Writers.id).for_update())
        assert tx.fetch_all(from_(inside).select(Ids.id)) == [4]
        with pytest.raises(QueryError, match=r"FOR UPDATE would lock what counts is made of: say Counts\.of"):
            tx.fetch_all(from_(Writers).inner_join(COUNTS).select(Writer).for_update())
        writers = from_(Writers).inner_join(COUNTS).order_by(Writers.id).select(Writers.name)
        assert tx.fetch_all(writers.for_update(of=Writers)) == ["ann", "bob"]
        with pytest.raises(QueryError, match="for_update locks rows of tables, and counts is none"):
            tx.fetch_all(joined.select(Writers.name).for_update(of=Counts))
        with pytest.raises(QueryError, match="FOR SHARE locks rows of tables, and counts is none"):
            tx.fetch_all(from_(Counts.cte(PER_WRITER)).select(Count).for_share())


def test_writes_read_derived_tables_inside(db: Database) -> None:
    with db.begin() as tx:
        busy = from_(Counts.of(at_least(3))).select(Counts.writer_id)
        changed = update(Writers).where(Writers.id.is_in(busy)).set(Writers.name.to("busy"))
        assert tx.fetch_all(changed.returning(Writers.id)) == [2]
        tx.execute(delete_from(Remarks).all_rows())
        own = from_(Counts.cte(at_least(3))).correlate(Posts).where(Counts.writer_id == Posts.writer_id)
        assert tx.execute(delete_from(Posts).where(exists(own))) == 3
    assert db.fetch_all(select(Post).order_by(Posts.id)) == POSTS


def test_what_is_secret_in_a_table_is_secret_in_what_is_made_of_it(db: Database) -> None:
    class Keys(Table):
        id = t.integer(primary_key=True)
        word = t.text(secret=True)

    class Shown(Derived):
        word = t.text()

    class Hidden(Derived):
        word = t.text(secret=True)

    words = from_(Keys).select(Keys.word)
    hidden = Hidden.of(words)
    for query in (words, from_(Keys).select(fn.lower(Keys.word)), from_(hidden).select(Hidden.word)):
        with pytest.raises(
            QueryError, match=r"Shown\.word is made from .*\.word, which is secret: declare secret=True"
        ):
            Shown.of(query)
    with pytest.raises(QueryError, match="secret"):
        Shown.of(from_(Writers).select(Writers.name).union(words))
    with pytest.raises(QueryError, match="secret"):
        Shown.of(fn.string_to_table(Keys.word, fn.literal(",")))
    with pytest.raises(QueryError, match="secret"):
        db.fetch_json(from_(hidden).select(Hidden.word))
