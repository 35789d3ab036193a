"""A query inside another gives what the server gives for SQL written by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from writers import (
    LIKES,
    OWN,
    POSTS,
    WRITERS,
    Bosses,
    OtherPosts,
    Post,
    Posts,
    Remarks,
    Writer,
    Writers,
    writers_database,
)

from ferra_sync import (
    Database,
    Db,
    QueryError,
    all_,
    any_,
    delete_from,
    exists,
    from_,
    insert_into,
    maybe,
    select,
    to_dict,
    update,
)
from ferra_sync import functions as fn


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with writers_database(server_url) as db:
        yield db


def names(db: Database, *predicates: Any) -> list[str]:
    return db.fetch_all(from_(Writers).where(*predicates).order_by(Writers.id).select(Writers.name))


def titles(db: Database, *predicates: Any) -> str:
    return "".join(db.fetch_all(from_(Posts).where(*predicates).order_by(Posts.id).select(Posts.title)))


# EXISTS


def test_exists_keeps_the_rows_for_which_the_correlated_query_has_one(db: Database) -> None:
    assert names(db, exists(OWN)) == ["ann", "bob"]
    assert names(db, ~exists(OWN)) == ["cid", "dan"]
    assert names(db, exists(OWN.where(Posts.likes > 5))) == ["bob"]
    assert names(db, exists(OWN.select(Post)), Writers.id > 1) == ["bob"]


def test_exists_of_a_query_that_names_no_other_table_is_the_same_for_every_row(db: Database) -> None:
    assert names(db, exists(from_(Posts).where(Posts.likes > 100))) == []
    assert len(names(db, exists(from_(Posts)))) == 4


def test_exists_takes_groups_orders_and_limits(db: Database) -> None:
    assert names(db, exists(OWN.group_by(Posts.likes).having(fn.count() > 1))) == ["bob"]
    assert names(db, exists(OWN.order_by(Posts.likes.desc()).limit(1).offset(2))) == ["bob"]
    assert names(db, exists(OWN.distinct().select(Posts.likes).offset(1))) == ["ann", "bob"]


def test_exists_can_be_selected_sorted_by_and_joined_on(db: Database) -> None:
    query = from_(Writers).order_by(exists(OWN).desc(), Writers.id).select(Writers.name, exists(OWN))
    assert db.fetch_all(query) == [("ann", True), ("bob", True), ("cid", False), ("dan", False)]
    assert db.fetch_all(select(exists(OWN)).order_by(Writers.id)) == [True, True, False, False]
    remarked = exists(from_(Remarks).correlate(Posts).where(Remarks.post_id == Posts.id))
    joined = from_(Writers).left_join(Posts, on=(Posts.writer_id == Writers.id) & remarked).order_by(Writers.id)
    assert db.fetch_all(joined.select(Writers.name, Posts.title.nullable())) == [
        ("ann", "a"), ("bob", "c"), ("cid", None), ("dan", None),
    ]  # fmt: skip


def test_a_query_inside_a_query_inside_a_query(db: Database) -> None:
    remarks = from_(Remarks).correlate(Posts).correlate(Writers)
    remarks = remarks.where(Remarks.post_id == Posts.id, Writers.name == "bob", Remarks.label == "CALM")
    assert names(db, exists(OWN.where(exists(remarks), Posts.likes > 2)), Writers.id > 0) == ["bob"]


# Values


def test_a_scalar_is_the_one_value_or_none(db: Database) -> None:
    newest = OWN.order_by(Posts.id.desc()).limit(1).select(Posts.title).scalar()
    query = from_(Writers).order_by(Writers.id).select(Writers.name, newest, fn.coalesce(newest, "-"))
    assert db.fetch_all(query) == [("ann", "b", "b"), ("bob", "e", "e"), ("cid", None, "-"), ("dan", None, "-")]
    assert titles(db, Posts.likes == from_(Posts).select(fn.max(Posts.likes)).scalar()) == "ce"
    assert titles(db, Posts.likes + 2 >= LIKES.order_by(Posts.likes.desc()).limit(1).scalar()) == "ace"


def test_a_scalar_of_several_rows_is_an_error_of_the_server(db: Database) -> None:
    with pytest.raises(Db, match="more than one row"):
        db.fetch_all(select(Post).where(Posts.likes == LIKES.scalar()))


def test_a_scalar_stands_in_order_by_group_by_and_having(db: Database) -> None:
    count = OWN.select(fn.count()).scalar()
    by_count = from_(Writers).order_by(count.desc(), Writers.id).select(Writers.name)
    assert db.fetch_all(by_count) == ["bob", "ann", "cid", "dan"]
    grouped = from_(Writers).group_by(count).order_by(count).select(count, fn.count())
    assert db.fetch_all(grouped) == [(0, 2), (2, 1), (3, 1)]
    most = from_(Posts).select(fn.min(Posts.likes)).scalar()
    busy = from_(Posts).group_by(Posts.writer_id).having(fn.count() > most + 1).select(Posts.writer_id, most)
    assert db.fetch_all(busy) == [(2, 1)]


def test_the_values_of_all_places_are_numbered_through(db: Database) -> None:
    own = from_(OtherPosts).correlate(Writers).where(OtherPosts.writer_id == Writers.id, OtherPosts.likes > 6)
    before = from_(OtherPosts).correlate(Posts).where(OtherPosts.id == Posts.id - 1).select(OtherPosts.title + "!")
    twice = from_(OtherPosts).where(OtherPosts.likes > 7).select(fn.count() * 2).scalar()
    query = (
        from_(Writers)
        .left_join(Posts, on=(Posts.writer_id == Writers.id) & (Posts.likes > 2))
        .where(exists(own.where(OtherPosts.title != "c")), Writers.id < 3)
        .order_by(twice + Posts.id)
        .limit(9).offset(1)
        .select(fn.literal("x"), before.scalar(), Posts.title.nullable() + "?")
    )  # fmt: skip
    assert db.fetch_all(query) == [("x", "d!", "e?")]
    assert query.sql().params == ("x", "!", 1, "?", 2, 6, "c", 3, 2, 7, 9, 1)


def test_a_group_shares_a_whole_subquery_that_it_repeats(db: Database) -> None:
    def liked(least: int) -> Any:
        return OWN.where(Posts.likes >= least).select(fn.count()).scalar()

    query = from_(Writers).group_by(liked(5)).order_by(liked(5))
    assert db.fetch_all(query.select(liked(5), fn.count())) == [(0, 2), (1, 1), (2, 1)]
    assert db.fetch_all(query.select(liked(5) + 1, fn.count())) == [(1, 2), (2, 1), (3, 1)]
    distinct = from_(Writers).distinct().order_by(liked(5)).select(liked(5), fn.literal(5))
    assert db.fetch_all(distinct) == [(0, 5), (1, 5), (2, 5)]
    with pytest.raises(QueryError, match=r"writers\.id is neither in group_by nor inside an aggregate"):
        db.fetch_all(query.select(liked(6)))


def test_what_a_subquery_shares_is_its_own(db: Database) -> None:
    parity = Posts.likes % 2
    odd = from_(Posts).group_by(parity).having(parity == 1).select(fn.count() + parity).scalar()
    query = from_(Posts).where(Posts.likes > 0).group_by(parity).select(parity, odd, fn.count())
    assert db.fetch_all(query) == [(1, 5, 4)]


def test_an_outer_column_inside_counts_for_the_groups_around(db: Database) -> None:
    count = OWN.select(fn.count()).scalar()
    query = from_(Writers).left_join(Remarks, on=Remarks.id == Writers.id)
    assert db.fetch_all(query.group_by(Writers.id).order_by(Writers.id).select(Writers.name, count))[:2] == [
        ("ann", 2), ("bob", 3),
    ]  # fmt: skip
    with pytest.raises(QueryError, match=r"writers\.id is neither in group_by"):
        query.group_by(Writers.name).select(Writers.name, count).sql()
    with pytest.raises(QueryError, match=r"writers\.id stands beside an aggregate"):
        from_(Writers).select(fn.count(), count).sql()  # type: ignore[type-var]
    assert db.fetch_all(from_(Posts).select(fn.count(), from_(Writers).select(fn.count()).scalar())) == [(5, 4)]


def test_an_aggregate_of_a_subquery_is_none_of_the_query_around(db: Database) -> None:
    assert titles(db, Posts.likes < from_(OtherPosts).select(fn.avg(OtherPosts.likes)).scalar()) == "d"
    over = fn.max(from_(OtherPosts).correlate(Posts).where(OtherPosts.id < Posts.id).select(fn.count()).scalar())
    assert db.fetch_one(from_(Posts).select(over)) == 4


def test_membership_in_a_query_is_that_of_sql(db: Database) -> None:
    assert names(db, Writers.id.is_in(from_(Posts).select(Posts.writer_id))) == ["ann", "bob"]
    assert names(db, Writers.id.is_not_in(from_(Posts).select(Posts.writer_id))) == ["cid", "dan"]
    assert names(db, Writers.id.is_in(OWN.where(Posts.likes > 5).select(Posts.writer_id))) == ["bob"]
    assert names(db, Writers.id.is_not_in(from_(Bosses).select(Bosses.boss_id))) == []  # One of them is NULL.
    ids = from_(Posts).where(Posts.likes > 6).distinct().select(Posts.writer_id)
    answers = db.fetch_all(from_(Writers).order_by(Writers.id).select(Writers.boss_id.is_in(ids)))
    assert answers == [None, False, False, True]
    assert select(Writer).where(Writers.id.is_not_in(ids)).sql().text.count("NOT IN (SELECT DISTINCT") == 1


def test_a_comparison_with_any_or_all_rows(db: Database) -> None:
    assert titles(db, Posts.likes >= all_(LIKES)) == "ce"
    assert titles(db, Posts.likes > any_(LIKES)) == "ace"
    assert titles(db, any_(LIKES.where(Posts.id > 3)) == Posts.likes) == "cde"
    assert titles(db, all_(LIKES) <= Posts.likes, any_(LIKES) > Posts.likes, Posts.likes != all_(LIKES)) == ""
    assert titles(db, all_(LIKES.where(Posts.id == 1)) >= Posts.likes, any_(LIKES) < Posts.likes) == "a"
    assert titles(db, any_(LIKES) != Posts.likes) == "acde"
    nobody = from_(Posts).where(Posts.id > 99).select(Posts.likes)
    assert titles(db, Posts.likes > all_(nobody)) == "abcde"
    assert titles(db, Posts.likes > any_(nobody)) == ""
    own = from_(OtherPosts).correlate(Posts).where(OtherPosts.writer_id == Posts.writer_id).select(OtherPosts.id)
    assert titles(db, Posts.id >= all_(own)) == "be"


def test_an_array_has_all_rows_in_their_order(db: Database) -> None:
    own = OWN.order_by(Posts.id.desc())
    query = from_(Writers).order_by(Writers.id)
    assert db.fetch_all(query.select(Writers.name, own.select(Posts.title).array())) == [
        ("ann", ["b", "a"]), ("bob", ["e", "d", "c"]), ("cid", []), ("dan", []),
    ]  # fmt: skip
    assert db.fetch_all(query.select(own.select(Posts.likes).array())) == [[None, 5], [7, 1, 7], [], []]
    moments = from_(Bosses).order_by(Bosses.id).limit(1).select(Bosses.joined_at)
    first = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert db.fetch_one(select(moments.array(), moments.scalar())) == ([first], first)
    labels = from_(Remarks).order_by(Remarks.id).select(Remarks.label)
    assert db.fetch_one(select(labels.array(), labels.limit(1).scalar())) == (["Loud", "calm"], "Loud")


# Where a subquery stands


def test_writes_have_subqueries_in_set_where_and_returning(db: Database) -> None:
    with db.begin() as tx:
        best = OWN.order_by(Posts.likes.desc(nulls="last")).limit(1).select(Posts.title).scalar()
        name = fn.coalesce(best, Writers.name)
        changed = update(Writers).where(exists(OWN.where(Posts.likes > 4))).set(Writers.name.to(name + "!"))
        rows = tx.fetch_all(changed.returning(Writers.id, Writers.name, OWN.select(fn.count()).scalar()))
        assert sorted(rows) == [(1, "a!", 2), (2, rows[0][1] if rows[0][0] == 2 else rows[1][1], 3)]
        tx.execute(delete_from(Remarks).all_rows())
        gone = delete_from(Posts).where(
            Posts.likes < all_(from_(OtherPosts).where(OtherPosts.likes > 5).select(OtherPosts.likes))
        )
        assert tx.execute(gone) == 2
        added = insert_into(Posts).values(Post(9, 3, "z", 0)).returning(Posts.id, exists(from_(OtherPosts)))
        assert tx.fetch_one(added) == (9, True)


def test_pages_batches_streams_and_json_of_queries_with_subqueries(db: Database) -> None:
    query = from_(Writers).where(exists(OWN.where(Posts.id > 0))).select(Writer, OWN.select(fn.count()).scalar())
    expected = [(WRITERS[0], 2), (WRITERS[1], 3)]
    page = db.fetch_page(query, 1, 1)
    assert (page.items, page.total) == (expected[:1], 2)
    assert db.fetch_page(query, 9, 1).total == 2
    assert db.fetch_page(query, 9, 1, count="estimate").total >= 1
    assert list(db.stream(query.order_by(Writers.id))) == expected
    assert list(db.batches(query, 1)) == [[expected[0]], [expected[1]]]
    assert db.fetch_json(query.order_by(Writers.id)) == [
        {"writer": to_dict(writer), "column2": number} for writer, number in expected
    ]
    assert db.fetch_json(select(exists(from_(Posts)))) == [{"column1": True}]


def test_a_subquery_may_lock_what_it_reads(db: Database) -> None:
    claimed = from_(Posts).where(Posts.likes > 6).order_by(Posts.id).limit(1).select(Posts.id)
    with db.begin() as tx:
        taken = update(Posts).where(Posts.id == claimed.for_update(skip_locked=True).scalar()).set(Posts.likes.to(0))
        assert tx.fetch_one(taken.returning(Posts.title)) == "c"
        with db.begin() as other:
            assert other.fetch_one(taken.returning(Posts.title)) == "e"
    locked = from_(Writers).where(exists(OWN.select(Posts.id).for_share())).order_by(Writers.id)
    with db.transaction() as tx:
        assert tx.fetch_all(locked.select(Writers.name)) == ["ann", "bob"]
    with pytest.raises(QueryError, match="FOR UPDATE cannot lock rows made of several"):
        names(db, exists(OWN.distinct().select(Posts.id).for_update()))


def test_a_table_may_stand_outside_and_inside(db: Database) -> None:
    highest = from_(Posts).select(fn.max(Posts.likes)).scalar()
    assert titles(db, Posts.likes == highest) == "ce"
    staff = from_(Bosses).correlate(Writers).where(Bosses.id == Writers.boss_id, Bosses.boss_id.is_null())
    assert names(db, exists(staff)) == ["bob", "cid"]


def test_a_subquery_of_the_nullable_side_has_null_there(db: Database) -> None:
    own = from_(Remarks).correlate(Posts).where(Remarks.post_id == Posts.id).select(fn.count()).scalar()
    query = from_(Writers).left_join(Posts).order_by(Writers.id, Posts.id)
    assert db.fetch_all(query.select(Writers.name, maybe(Post), own.nullable()))[-1] == ("dan", None, 0)


def test_a_correlated_query_does_not_run_by_itself(db: Database) -> None:
    query = OWN.select(Post)
    for verb in (db.fetch_all, db.fetch_one, db.fetch_json, db.stream, db.fetch_page, db.batches):
        with pytest.raises(QueryError, match=r"CorrelatedSelect.* by itself: it is correlated"):
            verb(query)


# SELECT without FROM


def test_select_reads_no_table_where_no_item_needs_one(db: Database) -> None:
    moment, one = db.fetch_one(select(fn.now(), fn.literal(1)))
    assert (type(moment), one) == (dt.datetime, 1)
    assert db.fetch_all(select(fn.literal("a"))) == ["a"]
    assert db.fetch_value(select(fn.literal(2) * 3)) == 6
    assert db.fetch_one(select(*[fn.literal(number) for number in range(16)])) == tuple(range(16))  # type: ignore[call-overload]
    assert db.fetch_one(select(exists(from_(Posts)), from_(Posts).select(fn.max(Posts.id)).scalar())) == (True, 5)
    assert select(fn.literal(1)).sql() == ("SELECT $1::bigint", (1,))


def test_a_select_without_from_has_the_other_clauses_and_pages(db: Database) -> None:
    query = select(fn.literal(1), fn.literal("x"))
    assert db.fetch_all(query.where(fn.literal(1) > 2)) == []
    assert db.fetch_optional(query.where(exists(from_(Posts))).order_by(fn.literal(1)).limit(1)) == (1, "x")
    assert db.fetch_page(query).items == [(1, "x")]
    assert db.fetch_page(query, 3).total == 1
    assert list(db.stream(query.distinct())) == [(1, "x")]
    assert repr(query) == "SELECT $1::bigint, $2::text"
    with pytest.raises(Exception, match="row not found"):
        db.fetch_one(query.limit(0))


def test_the_shape_of_a_query_does_not_depend_on_values() -> None:
    def query(least: int, word: str) -> Any:
        return from_(Writers).where(exists(OWN.where(Posts.likes > least)), Writers.name != word).select(Writer)

    assert query(1, "a").parts()[0] == query(2, "b").parts()[0]
    assert query(1, "a").sql().params == (1, "a")


def test_posts_and_writers_are_as_they_were(db: Database) -> None:
    assert db.fetch_all(select(Post).order_by(Posts.id)) == POSTS


def test_an_aggregate_of_outer_columns_is_one_of_the_subquery_where_a_column_of_its_own_says_so(db: Database) -> None:
    for item in (
        fn.max(Writers.id).filter(Posts.likes > 1),
        fn.array_agg(Writers.id, order_by=Posts.id),
        fn.mode().within_group(Writers.id + Posts.id - Posts.id),
    ):
        query = from_(Writers).order_by(Writers.id).limit(1)
        assert db.fetch_one(query.select(OWN.select(item).scalar())) in (1, [1, 1])
