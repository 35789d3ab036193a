"""Children of many parents by one query each: belonging_to, grouped_by and per_parent."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from writers import POSTS, WRITERS, Bosses, Post, Posts, Remarks, Writer, Writers

from ferra_sync import (
    Database,
    FerraModel,
    Insertable,
    QueryError,
    Table,
    foreign_key,
    from_,
    grouped_by,
    insert_into,
    maybe,
    of,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Labels(Table):
    name = t.citext(primary_key=True)


class PostLabels(Table):
    post_id = t.integer(references=Posts.id, primary_key=True)
    label = t.citext(references=Labels.name, primary_key=True)


class Follows(Table):
    fan_id = t.integer(references=Writers.id, primary_key=True)
    star_id = t.integer(references=Writers.id, primary_key=True)


class Rooms(Table):
    floor = t.integer(primary_key=True)
    number = t.integer(primary_key=True)


class Beds(Table):
    id = t.integer(primary_key=True)
    floor = t.nullable(t.integer())
    number = t.nullable(t.integer())

    @classmethod
    def __constraints__(cls) -> Any:
        return [foreign_key(cls.floor, cls.number, references=lambda: (Rooms.floor, Rooms.number))]


@attrs.frozen
class Joined(Insertable[Writers]):
    id: int
    name: str = "x"
    joined_at: dt.datetime = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


@attrs.frozen
class Label(FerraModel[Labels]):
    name: str


@attrs.frozen
class PostLabel(FerraModel[PostLabels]):
    post_id: int
    label: str


@attrs.frozen
class Follow(FerraModel[Follows]):
    fan_id: int
    star_id: int


@attrs.frozen
class Room(FerraModel[Rooms]):
    floor: int
    number: int


@attrs.frozen
class Bed(FerraModel[Beds]):
    id: int
    floor: int | None
    number: int | None


@attrs.frozen
class Title(FerraModel[Posts]):
    title: str


@attrs.frozen
class Remark(FerraModel[Remarks]):
    id: int
    post_id: int


ANN, BOB, CID, DAN = WRITERS
ROOMS = [Room(1, 1), Room(1, 2), Room(2, 1)]
BEDS = [Bed(1, 1, 2), Bed(2, 1, 1), Bed(3, 1, 2), Bed(4, None, 1)]


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Writers, Posts, Remarks, Labels, PostLabels, Follows, Rooms, Beds) as db:
        with db.connection() as connection:
            connection.execute("""
                INSERT INTO writers VALUES (1, 'ann', NULL, '2024-01-01Z'), (2, 'bob', 1, '2024-02-01Z'),
                    (3, 'cid', 1, '2024-03-01Z'), (4, 'dan', 2, '2024-04-01Z');
            """)
        db.execute(insert_into(Posts).values(*POSTS))
        db.execute(insert_into(Labels).values(Label("New"), Label("old")))
        db.execute(insert_into(PostLabels).values(*(PostLabel(post, name) for post, name in LINKS)))
        db.execute(insert_into(Follows).values(Follow(1, 2), Follow(1, 3), Follow(2, 1)))
        db.execute(insert_into(Rooms).values(*ROOMS))
        db.execute(insert_into(Beds).values(*BEDS))
        yield db


LINKS = [(1, "new"), (1, "old"), (3, "NEW")]


@pytest.mark.parametrize("many", [list, tuple, deque], ids=lambda cls: cls.__name__)
def test_children_of_any_sequence_of_parents_come_in_lists_in_the_order_of_the_parents(
    db: Database, many: Callable[[Any], Any]
) -> None:
    parents = many([BOB, CID, ANN])
    children = db.fetch_all(select(Post).belonging_to(parents).order_by(Posts.id.desc()))
    assert grouped_by(parents, children) == [[POSTS[4], POSTS[3], POSTS[2]], [], [POSTS[1], POSTS[0]]]
    assert grouped_by(parents, iter(children)) == grouped_by(parents, children)


def test_of_no_parents_and_of_no_children_there_are_no_lists_and_empty_ones(db: Database) -> None:
    assert db.fetch_all(select(Post).belonging_to(())) == []
    assert grouped_by([], []) == []
    assert grouped_by(WRITERS[2:], db.fetch_all(select(Post).belonging_to(WRITERS[2:]))) == [[], []]


def test_a_parent_that_is_there_twice_has_two_lists(db: Database) -> None:
    first, second = grouped_by([ANN, ANN], db.fetch_all(select(Post).belonging_to([ANN, ANN])))
    assert first == second
    assert first is not second


def test_rows_belong_to_rows_of_their_own_table(db: Database) -> None:
    reports = db.fetch_all(select(Writer).belonging_to(WRITERS, by=Writers.boss_id).order_by(Writers.id))
    assert grouped_by(WRITERS, reports) == [[BOB, CID], [DAN], [], []]
    assert grouped_by(WRITERS, reports, by=Writers.boss_id) == [[BOB, CID], [DAN], [], []]


def test_children_through_a_table_of_links_are_pairs_that_are_grouped_by_the_link(db: Database) -> None:
    query = from_(Labels).inner_join(PostLabels).belonging_to(POSTS).order_by(Labels.name)
    pairs = db.fetch_all(query.select(PostLabel, Label))
    groups = grouped_by(POSTS, pairs)
    assert [[label.name for _, label in group] for group in groups] == [["New", "old"], [], ["New"], [], []]
    assert grouped_by(POSTS, db.fetch_all(query.select(Label, PostLabel))) == [
        [(label, link) for link, label in group] for group in groups
    ]


def test_keys_of_citext_are_the_same_in_upper_and_lower_case(db: Database) -> None:
    labels = db.fetch_all(select(Label).order_by(Labels.name))
    links = db.fetch_all(select(PostLabel).belonging_to(labels).order_by(PostLabels.post_id))
    groups = [[(link.post_id, link.label) for link in group] for group in grouped_by(labels, links)]
    assert groups == [[(1, "new"), (3, "NEW")], [(1, "old")]]


def test_where_a_link_leads_to_one_table_twice_by_says_which(db: Database) -> None:
    query = from_(Bosses).inner_join(Follows, on=Follows.star_id == Bosses.id)
    with pytest.raises(QueryError, match=r"^by=Posts.writer_id is a column of posts, not of bosses or follows$"):
        query.belonging_to([ANN], by=Posts.writer_id)
    stars = query.belonging_to(WRITERS, by=Follows.fan_id).order_by(Bosses.id)
    pairs = db.fetch_all(stars.select(Follow, of(Bosses, Writer)))
    with pytest.raises(QueryError, match=r"^2 foreign keys of follows .* say by=Follows.fan_id or by=Follows.star_id$"):
        grouped_by(WRITERS, [link for link, _ in pairs])
    groups = grouped_by(WRITERS, pairs, by=Follows.fan_id)
    assert [[star.name for _, star in group] for group in groups] == [["bob", "cid"], ["ann"], [], []]


def test_a_foreign_key_of_several_columns_groups_too(db: Database) -> None:
    beds = db.fetch_all(select(Bed).belonging_to(ROOMS).order_by(Beds.id))
    assert grouped_by(ROOMS, beds) == [[BEDS[1]], [BEDS[0], BEDS[2]], []]
    firsts = select(Bed).belonging_to(ROOMS).per_parent(limit=1, order_by=Beds.id.desc())
    assert grouped_by(ROOMS, db.fetch_all(firsts)) == [[BEDS[1]], [BEDS[2]], []]


@pytest.mark.parametrize(
    ("parents", "children", "by", "message"),
    [
        ([ANN], [POSTS[0], POSTS[2]], None, "child 1, a Post, belongs to none of the parents"),
        ([], [POSTS[0]], None, "child 0, a Post, belongs to none of the parents"),
        (WRITERS, [ANN], None, "child 0, a Writer, belongs to none of the parents"),
        (POSTS, [(PostLabel(9, "x"), Label("x"))], None, "child 0, a PostLabel beside Label, belongs to none of"),
        (POSTS, [(PostLabel(1, "x"), ANN), (None, ANN)], None, "child 1, a NoneType beside Writer, belongs to none"),
        (WRITERS, [Title("a")], None, "Title lacks writer_id, which the foreign key"),
        ([Title("a")], [PostLabel(1, "x")], None, "Title lacks id, which the foreign key references"),
        (ROOMS, [POSTS[0]], None, "no foreign key of posts references rooms"),
        ([ANN, POSTS[0]], [POSTS[0]], None, "the parents are of several classes"),
        (WRITERS, [POSTS[0], Title("a")], None, "the children are of several classes: child 1 has no Post"),
        (ANN, [POSTS[0]], None, "grouped_by takes a sequence of parents, each a FerraModel, not a Writer"),
        ([1], [POSTS[0]], None, "grouped_by takes a sequence of parents, each a FerraModel, not an int"),
        (WRITERS, [1], None, "grouped_by takes children that are models, or tuples with one, not an int"),
        (WRITERS, [POSTS[0]], Posts.title, "by=Posts.title is no foreign key"),
        (WRITERS, [POSTS[0]], Writers.boss_id, "by=Writers.boss_id is a column of writers, not of posts"),
        (WRITERS, [POSTS[0]], "writer_id", "by takes a column of posts, not a str"),
    ],
)
def test_what_cannot_be_grouped_is_named_and_never_lost(parents: Any, children: Any, by: Any, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        grouped_by(parents, children, by=by)
    assert str(caught.value).startswith(message)


def test_per_parent_has_the_first_rows_of_each_parent_in_one_statement(db: Database) -> None:
    query = select(Post).belonging_to(WRITERS).per_parent(limit=2, order_by=Posts.likes.desc(nulls="last"))
    assert query.sql().text.count("LATERAL") == 1
    found = db.fetch_all(query)
    assert grouped_by(WRITERS, found) == [[POSTS[0], POSTS[1]], [POSTS[2], POSTS[4]], [], []]
    assert [post.id for post in found] == [3, 5, 1, 2]  # Sorted by the order, then by the primary key.
    assert db.fetch_all(select(Post).belonging_to([]).per_parent(limit=2, order_by=Posts.id)) == []
    assert db.fetch_all(select(Post).belonging_to(BOB).per_parent(limit=1, order_by=Posts.id)) == [POSTS[2]]


def test_per_parent_without_parents_is_of_all_that_the_foreign_key_references(db: Database) -> None:
    query = select(Post).where(Posts.title > "a").per_parent(limit=1, order_by=[Posts.likes, Posts.title.desc()])
    assert db.fetch_all(query) == [POSTS[3], POSTS[1]]
    follows = select(Follow).per_parent(limit=1, order_by=Follows.star_id.desc(), by=Follows.fan_id)
    assert db.fetch_all(follows) == [Follow(1, 3), Follow(2, 1)]


def test_per_parent_counts_what_is_left_by_the_query_and_its_joins(db: Database) -> None:
    few = from_(Posts).inner_join(Writers).belonging_to([ANN, BOB]).where(Posts.likes > 4, Writers.name < "c")
    query = few.select(Post, Writers.name).per_parent(limit=1, order_by=Posts.id.desc())
    assert db.fetch_all(query) == [(POSTS[4], "bob"), (POSTS[0], "ann")]
    labels = from_(Labels).inner_join(PostLabels).belonging_to(POSTS).select(PostLabel, Label)
    pairs = db.fetch_all(labels.per_parent(limit=1, order_by=Labels.name.desc()))
    assert [link for link, _ in pairs] == [PostLabel(1, "old"), PostLabel(3, "NEW")]
    page = db.fetch_page(select(Post).belonging_to(WRITERS).per_parent(limit=1, order_by=Posts.id), 1, 1)
    assert (page.items, page.total) == ([POSTS[0]], 2)
    one = select(Post).belonging_to([ANN]).per_parent(limit=1, order_by=Posts.id)
    assert one.sql().text == select(Post).belonging_to(WRITERS).per_parent(limit=3, order_by=Posts.id).sql().text


def test_per_parent_is_of_rows_of_the_same_table_too_and_of_an_alias(db: Database) -> None:
    reports = select(Writer).belonging_to(WRITERS).per_parent(limit=1, order_by=Writers.name.desc())
    assert db.fetch_all(reports) == [DAN, CID]
    aliased = from_(Bosses).belonging_to([ANN]).select(of(Bosses, Writer))
    assert db.fetch_all(aliased.per_parent(limit=1, order_by=Bosses.id)) == [BOB]
    both = from_(Bosses).inner_join(Writers, on=Bosses.boss_id == Writers.id).select(Bosses.name, Writers.name)
    assert db.fetch_all(both.per_parent(limit=1, order_by=Bosses.id.desc())) == [("dan", "bob"), ("cid", "ann")]


def test_the_first_rows_of_each_parent_nest(db: Database) -> None:
    firsts = select(Post).per_parent(limit=1, order_by=Posts.id)
    assert db.fetch_all(select(firsts.multiset())) == [[POSTS[0], POSTS[2]]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: select(Post).limit(1).per_parent(limit=1, order_by=Posts.id), "per_parent limits the rows of each"),
        (lambda: select(Post).distinct().per_parent(limit=1, order_by=Posts.id), "per_parent takes plain rows"),
        (lambda: select(fn.max(Posts.id)).per_parent(limit=1, order_by=Posts.id), "per_parent takes plain rows"),
        (lambda: select(Follow).per_parent(limit=1, order_by=Follows.fan_id), "follows has 2 foreign keys: say by=Fol"),
        (lambda: select(Room).per_parent(limit=1, order_by=Rooms.floor), "rooms has no foreign key that says who"),
        (lambda: select(Post).per_parent(limit=1, order_by=Posts.id, by=Posts.id), "by=Posts.id is no foreign key"),
        (lambda: select(Post).per_parent(limit=1, order_by=[]), "per_parent takes at least one order"),
        (lambda: select(Post).per_parent(limit=-1, order_by=Posts.id), "limit takes a whole number"),
        (lambda: select(Post).per_parent(limit=1, order_by=Post), "order_by takes columns and expressions"),
        (
            lambda: from_(Posts).left_join(Remarks).select(Post, maybe(Remark)).per_parent(limit=1, order_by=Posts.id),
            "per_parent tells rows apart by their primary keys, which an outer join may lack",
        ),
    ],
)
def test_what_cannot_be_cut_per_parent_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(QueryError) as caught:
        make()
    assert str(caught.value).startswith(message)


@given(
    st.lists(st.tuples(st.integers(1, 5), st.none() | st.integers(0, 3)), max_size=30),
    st.integers(0, 4),
    st.permutations(range(1, 6)),
)
@settings(max_examples=20, deadline=None)
def test_grouped_by_and_per_parent_are_what_a_loop_over_the_parents_finds(
    db: Database, drawn: list[tuple[int, int | None]], limit: int, order: list[int]
) -> None:
    writers = [Writer(100 + number, "x", None) for number in order]
    posts = [Post(100 + n, 100 + writer, "x", likes) for n, (writer, likes) in enumerate(drawn)]
    sorted_posts = sorted(posts, key=lambda post: (post.likes is not None, -(post.likes or 0), post.id))
    expected: dict[int, list[Post]] = defaultdict(list)
    for post in sorted_posts:
        expected[post.writer_id].append(post)
    with db.begin() as tx:
        tx.execute(insert_into(Writers).values(*(Joined(writer.id) for writer in writers)))
        if posts:
            tx.execute(insert_into(Posts).values(*posts))
        query = select(Post).belonging_to(writers)
        grouped = grouped_by(writers, tx.fetch_all(query.order_by(Posts.likes.desc(), Posts.id)))
        firsts = grouped_by(writers, tx.fetch_all(query.per_parent(limit=limit, order_by=Posts.likes.desc())))
    assert grouped == [expected[writer.id] for writer in writers]
    assert firsts == [expected[writer.id][:limit] for writer in writers]
