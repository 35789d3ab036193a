"""`query.multiset()`: rows inside rows, in one query."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from writers import OWN, POSTS, WRITERS, Bosses, Post, Posts, Remarks, Writer, Writers, writers_database

from ferra_sync import (
    Database,
    Derived,
    Executor,
    FerraModel,
    QueryError,
    SchemaError,
    case,
    exists,
    from_,
    insert_into,
    maybe,
    of,
    select,
    to_json,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


@attrs.frozen
class Remark(FerraModel[Remarks]):
    id: int
    tags: list[str]
    label: str


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with writers_database(server_url) as db:
        yield db


TITLES = OWN.order_by(Posts.id.desc()).select(Posts.title).multiset()
OWN_POSTS = OWN.order_by(Posts.id).select(Post).multiset()
REMARKS = from_(Remarks).correlate(Posts).where(Remarks.post_id == Posts.id).select(Remark).multiset()
DEEP = OWN.order_by(Posts.id).select(Posts.id, REMARKS, Posts.likes).multiset()
EACH = from_(Writers).order_by(Writers.id)

LOUD, CALM = Remark(1, ["x", "y"], "Loud"), Remark(2, [], "calm")
OF_ANN, OF_BOB = POSTS[:2], POSTS[2:]
DEEPLY = [[(1, [LOUD], 5), (2, [], None)], [(3, [CALM], 7), (4, [], 1), (5, [], 7)], [], []]

READS: dict[str, Callable[[Executor, Any], Any]] = {
    "fetch_all": lambda db, query: db.fetch_all(query),
    "stream": lambda db, query: list(db.stream(query)),
    "fetch_page": lambda db, query: [*db.fetch_page(query, 1, 3).items, *db.fetch_page(query, 2, 3).items],
    "copy_out": lambda db, query: list(db.copy_out(query)),
    "batches": lambda db, query: [row for batch in db.batches(query.order_by(), 3) for row in batch],
}


@pytest.mark.parametrize("read", READS)
def test_rows_nest_in_order_and_to_any_depth_however_they_are_read(db: Database, read: str) -> None:
    query = from_(Writers).select(Writer, OWN_POSTS, DEEP, TITLES)
    expected = list(zip(WRITERS, [OF_ANN, OF_BOB, [], []], DEEPLY, [["b", "a"], ["e", "d", "c"], [], []], strict=True))
    for _ in range(2):
        assert READS[read](db, query.order_by(Writers.id) if read != "batches" else query) == expected
        with db.transaction() as tx:
            assert READS[read](tx, query.order_by(Writers.id) if read != "batches" else query) == expected


def test_a_multiset_alone_is_a_list_for_each_row(db: Database) -> None:
    assert db.fetch_all(EACH.select(OWN_POSTS)) == [OF_ANN, OF_BOB, [], []]
    assert db.fetch_value(EACH.select(TITLES)) == ["b", "a"]
    assert db.fetch_all(select(from_(Posts).where(Posts.id > 3).order_by(Posts.id).select(Post).multiset())) == [
        POSTS[3:]
    ]
    assert db.fetch_all(from_(Writers).where(Writers.id > 9).select(Writer, OWN_POSTS)) == []
    assert db.fetch_all(EACH.limit(1).select(OWN.select(DEEP_IN_TITLES).multiset())) == [[[["x", "y"]], []]]


DEEP_IN_TITLES = from_(Remarks).correlate(Posts).where(Remarks.post_id == Posts.id).select(Remarks.tags).multiset()


def test_multisets_of_set_operations_of_distinct_rows_and_of_outer_joins(db: Database) -> None:
    both = from_(Writers).select(Writers.name).union(from_(Posts).select(Posts.title)).order_by(Writers.name)
    assert db.fetch_value(select(both.multiset())) == ["a", "ann", "b", "bob", "c", "cid", "d", "dan", "e"]
    likes = OWN.distinct().order_by(Posts.likes).select(Posts.likes).multiset()
    assert db.fetch_all(EACH.select(likes)) == [[5, None], [1, 7], [], []]
    joined: Any = OWN.left_join(Remarks).order_by(Posts.id).select(Posts.title, maybe(Remark), Remarks.label.nullable())
    assert db.fetch_all(EACH.limit(2).select(joined.multiset())) == [
        [("a", LOUD, "Loud"), ("b", None, None)],
        [("c", CALM, "calm"), ("d", None, None), ("e", None, None)],
    ]
    reports: Any = from_(Bosses).correlate(Writers).where(Bosses.boss_id == Writers.id).order_by(Bosses.id)
    assert db.fetch_all(EACH.select(reports.select(of(Bosses, Writer)).multiset())) == [
        [WRITERS[1], WRITERS[2]], [WRITERS[3]], [], [],
    ]  # fmt: skip


def test_values_inside_and_outside_find_their_places_and_make_one_shape(db: Database) -> None:
    def query(least: int, most: int, first: int) -> Any:
        liked = OWN.where(Posts.likes >= least).order_by(Posts.id).limit(most).select(Posts.id, Posts.likes + 1)
        return EACH.where(Writers.id >= first).select(Writers.name, liked.multiset(), Writers.id + 10)

    assert db.fetch_all(query(2, 1, 2)) == [("bob", [(3, 8)], 12), ("cid", [], 13), ("dan", [], 14)]
    assert db.fetch_all(query(1, 3, 1))[1] == ("bob", [(3, 8), (4, 2), (5, 8)], 12)
    assert query(1, 2, 3).sql().text == query(4, 5, 6).sql().text


def test_beside_groups_and_distinct_on_and_locks_a_multiset_is_selected(db: Database) -> None:
    counted = from_(Writers).left_join(Posts).group_by(Writers.id).order_by(Writers.id)
    others: Any = from_(Bosses).correlate(Writers).where(Bosses.boss_id == Writers.id).select(Bosses.id)
    assert db.fetch_all(counted.select(Writers.id, fn.count(Posts.id), others.order_by(Bosses.id).multiset())) == [
        (1, 2, [2, 3]), (2, 3, [4]), (3, 0, []), (4, 0, []),
    ]  # fmt: skip
    firsts = EACH.distinct(Writers.id).select(Writers.name, TITLES)
    assert db.fetch_all(firsts)[:1] == [("ann", ["b", "a"])]
    with db.transaction() as tx:
        assert tx.fetch_all(EACH.select(Writers.id, TITLES).for_update())[1] == (2, ["e", "d", "c"])


def test_as_an_attrs_class_a_multiset_is_a_list_of_its_rows(db: Database) -> None:
    @attrs.frozen
    class Row:
        writer: Writer
        posts: list[tuple[int, list[Remark], int | None]]
        titles: list[str]
        anything: Any

    row = db.fetch_one(EACH.select(Writer, DEEP, TITLES, OWN_POSTS), as_=Row)
    assert row == Row(WRITERS[0], DEEPLY[0], ["b", "a"], OF_ANN)


@pytest.mark.parametrize(
    ("annotation", "item", "message"),
    [
        (list[int], TITLES, "a row of Row.it is int; a row of posts is text (str)"),
        (str, TITLES, "Row.it is str; posts is a list of rows"),
        (list[Post], DEEP, "a row of Row.it is Post; that of posts is a tuple of 3"),
        (list[Writer], OWN_POSTS, "a row of Row.it is Writer; a row of posts is a Post"),
        (
            list[tuple[int, list[Post], int | None]],
            DEEP,
            "a row of item 2 of a row of Row.it is Post; a row of that of posts is a Remark",
        ),
        (
            list[tuple[int, list[Remark], int]],
            DEEP,
            "item 3 of a row of Row.it is never None; that of posts may be NULL",
        ),
    ],
)
def test_a_field_that_is_no_list_of_such_rows_is_named(annotation: Any, item: Any, message: str, db: Database) -> None:
    row = attrs.make_class("Row", {"it": attrs.field(type=annotation)})
    with pytest.raises(SchemaError) as caught:
        db.fetch_all(EACH.select(item), as_=row)
    assert str(caught.value).startswith(message)


def test_as_json_a_multiset_is_a_list_of_values_models_or_objects(db: Database) -> None:
    made = db.fetch_json(EACH.limit(1).select(Writer, DEEP, OWN.select(Post).limit(1).multiset(), TITLES))
    assert made == [
        {
            "writer": {"id": 1, "name": "ann", "boss_id": None},
            "posts2": [
                {"id": 1, "remarks": [{"id": 1, "tags": ["x", "y"], "label": "Loud"}], "likes": 5},
                {"id": 2, "remarks": [], "likes": None},
            ],
            "posts3": [{"id": 1, "writer_id": 1, "title": "a", "likes": 5}],
            "posts4": ["b", "a"],
        }
    ]
    assert to_json(db.fetch_one(EACH.select(Writers.id, TITLES))) == '[1,["b","a"]]'
    assert EACH.select(Writers.id, TITLES).columns == ("id", "posts")


def test_a_secret_column_in_a_multiset_is_not_shown_as_json(db: Database) -> None:
    class Keys(Derived):
        id = t.integer()
        value = t.text(secret=True)

    @attrs.frozen
    class Key(FerraModel[Keys]):
        id: int
        value: str

    keys: Any = from_(Keys.values([(1, "s")]))
    assert db.fetch_json(select(keys.select(Key).multiset())) == [{"keys": [{"id": 1}]}]
    with pytest.raises(QueryError, match=r"^keys.value is secret"):
        db.fetch_json(select(keys.select(Keys.value).multiset()))


REFUSED: list[tuple[Callable[[], Any], str]] = [
    (lambda: EACH.order_by(TITLES).select(Writer), r"a multiset, which order_by cannot take: it is selected"),
    (lambda: from_(Writers).group_by(TITLES).select(fn.count()), r"a multiset, which group_by cannot take"),
    (lambda: EACH.distinct(TITLES).select(Writer), r"a multiset, which distinct cannot take"),
    (lambda: from_(Writers).distinct().select(Writers.id, TITLES), r"a multiset, which distinct cannot take"),
    (lambda: EACH.where(TITLES == OWN_POSTS).select(Writer), r"a multiset, which = cannot take"),
    (lambda: EACH.where(TITLES.is_null()).select(Writer), r"^a multiset is selected as it is by a SELECT"),
    (lambda: EACH.select(TITLES.cast(t.text())), r"^a multiset is selected as it is by a SELECT"),
    (lambda: EACH.select(case((Writers.id > 1, TITLES), otherwise=TITLES)), r"^a multiset is selected as it is"),
    (lambda: EACH.select(fn.coalesce(TITLES, TITLES)), r"^a multiset is selected as it is by a SELECT"),
    (lambda: EACH.select(Writers.id, TITLES).union(EACH.select(Writers.id, TITLES)), r"^UNION cannot combine multi"),
    (lambda: EACH.select(TITLES).union_all(EACH.select(TITLES)), r"^UNION ALL cannot combine multisets: say .multiset"),
    (lambda: EACH.select(EACH.select(TITLES).scalar()), r"^scalar takes a query of a column, and this one selects a"),
    (lambda: EACH.select(EACH.select(TITLES).array()), r"^array takes a query of a column, and this one selects a mu"),
    (lambda: insert_into(Posts).values(POSTS[0]).returning(Post, REMARKS), r"^a multiset is selected as it is by a SE"),
    (
        lambda: update(Writers).find(1).set(Writers.name.to("x")).returning(Writer, OWN_POSTS),
        r"^a multiset is selected as it is by a SELECT",
    ),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_a_multiset_that_does_more_than_be_selected_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        make().sql()


def test_a_file_of_rows_has_no_multisets(db: Database, tmp_path: Path) -> None:
    kinds: tuple[Literal["csv"], Literal["binary"]] = ("csv", "binary")
    for kind in kinds:
        with pytest.raises(QueryError, match=r"^a multiset is rows of its own, which a file of rows cannot hold"):
            db.copy_out(EACH.select(Writers.id, TITLES), tmp_path / "rows", format=kind)


def test_a_derived_table_has_no_multisets(db: Database) -> None:
    class Lists(Derived):
        titles = t.array(t.text())

    with pytest.raises(QueryError, match=r"^Lists.titles is text\[\]; column 1 is a multiset"):
        Lists.of(EACH.select(TITLES))
    assert db.fetch_value(select(exists(EACH.select(TITLES)))) is True


@given(st.lists(st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=3), max_size=4))
@settings(max_examples=25, deadline=None)
def test_any_nesting_comes_back_as_it_was(db: Database, drawn: list[list[list[int]]]) -> None:
    class Outer(Derived):
        id = t.integer()

    class Middle(Derived):
        id = t.integer()
        outer_id = t.integer()

    class Least(Derived):
        middle_id = t.integer()
        value = t.integer()

    middles = [(number, each) for number, lists in enumerate(drawn) for each in lists]
    least: Any = from_(Least.values([(n, value) for n, (_, values) in enumerate(middles) for value in values]))
    middle: Any = from_(Middle.values([(n, number) for n, (number, _) in enumerate(middles)]))
    values = least.correlate(Middle).where(Least.middle_id == Middle.id).select(Least.value).multiset()
    lists = middle.correlate(Outer).where(Middle.outer_id == Outer.id).order_by(Middle.id).select(values).multiset()
    query: Any = from_(Outer.values([(number,) for number in range(len(drawn))])).order_by(Outer.id).select(lists)
    assert db.fetch_all(query) == drawn
