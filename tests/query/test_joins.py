from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import pytest
from databases import database_with
from tables import model_of

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    FerraModel,
    PgRepository,
    QueryError,
    Table,
    foreign_key,
    from_,
    insert_into,
    maybe,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Authors(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    boss_id = t.nullable(t.integer(references=lambda: Authors.id))


class Books(Table):
    id = t.serial(primary_key=True)
    author_id = t.nullable(t.integer(references=Authors.id))
    editor_id = t.nullable(t.integer())
    title = t.text()
    blurb = t.nullable(t.text())


class Reviews(Table):
    id = t.serial(primary_key=True)
    book_id = t.integer(references=Books.id)
    writer_id = t.integer(references=Authors.id)
    checker_id = t.nullable(t.integer(references=Authors.id))


class Islands(Table):
    name = t.text()


class Bosses(Authors, alias="bosses"):
    pass


class Heads(Authors, alias='he"ads $1 %s {}'):
    pass


class Loners(Table):
    """Every column may be NULL, and there is no key."""

    author_id = t.nullable(t.integer(references=Authors.id))
    note = t.nullable(t.text())


class Rooms(Table, schema="house"):
    floor = t.integer(primary_key=True)
    door = t.text(primary_key=True)
    size = t.nullable(t.integer())


class Guests(Table, schema="other house"):
    id = t.serial(primary_key=True)
    floor = t.nullable(t.integer())
    door = t.nullable(t.text())

    @classmethod
    def __constraints__(cls) -> Sequence[Any]:
        return [foreign_key(cls.floor, cls.door, references=(Rooms.floor, Rooms.door))]


class HouseAuthors(Table, name="authors", schema="house"):
    """A table of another schema with a known table's name."""

    id = t.serial(primary_key=True)
    name = t.text()


class HouseBooks(Table, name="house_books", schema="house"):
    id = t.serial(primary_key=True)
    author_id = t.integer(references=HouseAuthors.id)


class Odd(Table, name='select "from" {0} %s $1 é', schema='odd "schema" {}'):
    key = t.integer(primary_key=True, name='"key" {} $1 %s')
    order = t.text(name="order")
    dot = t.text(name="a.b", default="d")
    star = t.text(name="*", default="s")


class OddChild(Table, name="x" * 63):
    id = t.serial(primary_key=True)
    parent = t.integer(references=Odd.key, name="group")


@attrs.frozen
class Author(FerraModel[Authors]):
    name: str
    boss_id: int | None = None
    id: int = SERVER_DEFAULT


@attrs.frozen
class Book(FerraModel[Books]):
    title: str
    author_id: int | None
    id: int = SERVER_DEFAULT


@attrs.define
class Blurb(FerraModel[Books]):
    """Only columns that may be NULL."""

    blurb: str | None
    editor_id: int | None


@attrs.frozen
class Loner(FerraModel[Loners]):
    author_id: int | None
    note: str | None


@attrs.frozen
class Boss(FerraModel[Bosses]):
    name: str
    id: int


@attrs.frozen
class Room(FerraModel[Rooms]):
    floor: int
    door: str
    size: int | None = None


@attrs.frozen
class Guest(FerraModel[Guests]):
    floor: int | None
    door: str | None
    id: int = SERVER_DEFAULT


@attrs.frozen
class OddRow(FerraModel[Odd]):
    key: int
    order: str
    dot: str = "d"
    star: str = "s"


@attrs.frozen
class OddChildRow(FerraModel[OddChild]):
    parent: int
    id: int = SERVER_DEFAULT


@attrs.frozen
class HouseAuthor(FerraModel[HouseAuthors]):
    name: str
    id: int = SERVER_DEFAULT


@attrs.frozen
class HouseBook(FerraModel[HouseBooks]):
    author_id: int
    id: int = SERVER_DEFAULT


ANN, BOB, CID = Author("ann", None, 1), Author("bob", 1, 2), Author("cid", 1, 3)
A1, A2, B1, LOST = Book("a1", 1, 1), Book("a2", 1, 2), Book("b1", 2, 3), Book("lost", None, 4)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    tables = (Authors, Books, Reviews, Islands, Loners, Rooms, Guests, HouseAuthors, HouseBooks, Odd, OddChild)
    with database_with(server_url, *tables) as db:
        db.execute(insert_into(Authors).values(ANN, BOB, CID))
        db.execute(insert_into(Books).values(A1, A2, B1, LOST))
        db.execute(update(Books).find(2).set(Books.blurb.to("good")))
        db.execute(insert_into(Loners).values(Loner(1, None), Loner(None, "n"), Loner(None, None)))
        db.execute(insert_into(Rooms).values(Room(1, "a"), Room(1, "b", 5), Room(2, "a")))
        db.execute(insert_into(Guests).values(Guest(1, "b"), Guest(1, None), Guest(2, "a"), Guest(2, "a")))
        db.execute(insert_into(HouseAuthors).values(HouseAuthor("house")))
        db.execute(insert_into(HouseBooks).values(HouseBook(1)))
        yield db


PAIRS = [(A1, ANN), (A2, ANN), (B1, BOB)]


def test_an_inner_join_keeps_what_matches(db: Database) -> None:
    assert db.fetch_all(from_(Books).inner_join(Authors).order_by(Books.id).select(Book, Author)) == PAIRS
    assert db.fetch_all(from_(Authors).inner_join(Books).order_by(Books.id).select(Book, Author)) == PAIRS


def test_a_left_join_keeps_the_left(db: Database) -> None:
    query = from_(Books).left_join(Authors).order_by(Books.id)
    assert db.fetch_all(query.select(Book, maybe(Author))) == [*PAIRS, (LOST, None)]
    assert db.fetch_all(query.select(Books.id, Authors.name.nullable())) == [
        (1, "ann"),
        (2, "ann"),
        (3, "bob"),
        (4, None),
    ]
    assert db.fetch_all(query.select(maybe(Authors.name))) == ["ann", "ann", "bob", None]
    other = from_(Authors).left_join(Books).order_by(Authors.id, Books.id)
    assert db.fetch_all(other.select(Author, maybe(Book))) == [(ANN, A1), (ANN, A2), (BOB, B1), (CID, None)]


def test_a_right_join_keeps_the_right(db: Database) -> None:
    query = from_(Authors).right_join(Books).order_by(Books.id)
    assert db.fetch_all(query.select(maybe(Author), Book)) == [(ANN, A1), (ANN, A2), (BOB, B1), (None, LOST)]


def test_a_full_join_keeps_both(db: Database) -> None:
    query = from_(Authors).full_join(Books).order_by(Authors.id, Books.id)
    expected = [(ANN, A1), (ANN, A2), (BOB, B1), (CID, None), (None, LOST)]
    assert db.fetch_all(query.select(maybe(Author), maybe(Book))) == expected


def test_a_cross_join_pairs_every_row_with_every_row(db: Database) -> None:
    query = from_(Authors).cross_join(Rooms).select(Authors.id, Rooms.floor, Rooms.door)
    rooms = [(1, "a"), (1, "b"), (2, "a")]
    assert sorted(db.fetch_all(query)) == [(key, *room) for key, room in itertools.product((1, 2, 3), rooms)]


def test_an_on_of_one_s_own_takes_values(db: Database) -> None:
    query = from_(Authors).left_join(Books, on=(Books.author_id == Authors.id) & (Books.title != "a1") & (Books.id < 3))
    assert db.fetch_all(query.where(Authors.id > 0).order_by(Authors.id).select(Author, maybe(Book))) == [
        (ANN, A2), (BOB, None), (CID, None),
    ]  # fmt: skip


def test_a_table_is_joined_to_itself_through_an_alias(db: Database) -> None:
    query = from_(Authors).left_join(Bosses, on=Authors.boss_id == Bosses.id).order_by(Authors.id)
    assert db.fetch_all(query.select(Authors.name, maybe(Boss))) == [
        ("ann", None), ("bob", Boss("ann", 1)), ("cid", Boss("ann", 1)),
    ]  # fmt: skip
    three = query.inner_join(Heads, on=Heads.id == Bosses.id)
    assert db.fetch_all(three.where(Heads.name == "ann").select(Authors.id, Heads.name)) == [(2, "ann"), (3, "ann")]
    assert db.fetch_all(select(Boss).order_by(Bosses.id.desc()).limit(1)) == [Boss("cid", 3)]
    assert db.fetch_all(from_(Bosses).where(Bosses.name.contains("n")).select(Bosses.id)) == [1]


def test_a_self_reference_is_ambiguous_between_the_table_and_its_alias(db: Database) -> None:
    with pytest.raises(
        QueryError, match=r"^2 .* say on=Authors\.boss_id == Bosses\.id or on=Bosses\.boss_id == Authors\.id$"
    ):
        from_(Authors).inner_join(Bosses)


def test_children_of_the_same_table_belong_to_their_parent(db: Database) -> None:
    assert db.fetch_all(select(Author).belonging_to(ANN).order_by(Authors.id)) == [BOB, CID]
    assert db.fetch_all(select(Author).belonging_to([BOB, CID])) == []


# --- maybe -----------------------------------------------------------------------------------------------------------


def test_a_model_whose_fields_are_all_null_is_still_a_row(db: Database) -> None:
    query = from_(Authors).left_join(Books).order_by(Authors.id, Books.id).select(Authors.id, maybe(Blurb))
    assert db.fetch_all(query) == [(1, Blurb(None, None)), (1, Blurb("good", None)), (2, Blurb(None, None)), (3, None)]


def test_a_model_of_a_table_without_a_key_is_missing_where_all_is_null(db: Database) -> None:
    query = from_(Authors).left_join(Loners).order_by(Authors.id).select(Authors.id, maybe(Loner))
    assert db.fetch_all(query) == [(1, Loner(1, None)), (2, None), (3, None)]


def test_maybe_twice_and_beside_plain_columns(db: Database) -> None:
    query = from_(Books).left_join(Authors).left_join(Bosses, on=Authors.boss_id == Bosses.id).order_by(Books.id)
    rows = db.fetch_all(query.select(Books.title, maybe(Author), maybe(Boss), maybe(Blurb), maybe(Authors.name)))
    assert rows == [
        ("a1", ANN, None, Blurb(None, None), "ann"),
        ("a2", ANN, None, Blurb("good", None), "ann"),
        ("b1", BOB, Boss("ann", 1), Blurb(None, None), "bob"),
        ("lost", None, None, Blurb(None, None), None),
    ]


def test_an_aggregate_over_the_nullable_side_needs_nothing_more(db: Database) -> None:
    query = from_(Authors).left_join(Books).group_by(Authors.id).order_by(Authors.id)
    assert db.fetch_all(query.select(Author, fn.count(Books.id), fn.max(Books.title))) == [
        (ANN, 2, "a2"), (BOB, 1, "b1"), (CID, 0, None),
    ]  # fmt: skip


# --- foreign keys ----------------------------------------------------------------------------------------------------


def test_a_foreign_key_of_several_columns_joins_by_all_of_them(db: Database) -> None:
    query = from_(Guests).inner_join(Rooms).order_by(Guests.id).select(Guests.id, Room)
    assert db.fetch_all(query) == [(1, Room(1, "b", 5)), (3, Room(2, "a")), (4, Room(2, "a"))]
    outer = from_(Rooms).left_join(Guests).order_by(Rooms.floor, Rooms.door, Guests.id)
    assert db.fetch_all(outer.select(Room, maybe(Guests.id))) == [
        (Room(1, "a"), None), (Room(1, "b", 5), 1), (Room(2, "a"), 3), (Room(2, "a"), 4),
    ]  # fmt: skip


def test_rows_belong_to_parents_by_a_key_of_several_columns(db: Database) -> None:
    ids = select(Guests.id).order_by(Guests.id)
    assert db.fetch_all(ids.belonging_to(Room(2, "a"))) == [3, 4]
    assert db.fetch_all(ids.belonging_to([Room(1, "b"), Room(2, "b"), Room(1, "a")])) == [1]
    assert db.fetch_all(ids.belonging_to([Room(1, "b"), Room(2, "a")])) == [1, 3, 4]
    assert ids.belonging_to([Room(1, "b")]).sql().text == ids.belonging_to([Room(1, "b"), Room(2, "a")]).sql().text


def test_by_says_which_of_several_keys(db: Database) -> None:
    with pytest.raises(QueryError, match=r"^2 .* say by=Reviews\.writer_id or by=Reviews\.checker_id$"):
        select(Reviews.id).belonging_to(ANN)
    assert db.fetch_all(select(Reviews.id).belonging_to(ANN, by=Reviews.checker_id)) == []
    refused: list[tuple[Any, str]] = [
        (Reviews.book_id, r"^by=Reviews\.book_id references books, not authors$"),
        (Reviews.id, r"^by=Reviews\.id is no foreign key$"),
        (Books.id, r"^by=Books\.id is a column of books, not of reviews$"),
        ("author_id", r"^by takes a column of reviews, not a str$"),
        (Reviews.writer_id == 1, r"^by takes a column of reviews, not the expression, which is boolean$"),
    ]
    for by, message in refused:
        with pytest.raises(QueryError, match=message):
            select(Reviews.id).belonging_to(ANN, by=by)


def test_a_table_of_another_schema_with_the_same_name_is_another_table(db: Database) -> None:
    query = from_(HouseBooks).inner_join(HouseAuthors).select(HouseAuthors.name)
    assert db.fetch_all(query) == ["house"]
    with pytest.raises(QueryError, match="no foreign key joins"):
        from_(HouseBooks).inner_join(Authors)
    with pytest.raises(QueryError, match="no foreign key"):
        select(HouseBooks.id).belonging_to(ANN)
    assert db.fetch_all(select(HouseBooks.id).belonging_to(HouseAuthor("house", 1))) == [1]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: from_(Books).inner_join(Islands), "^no foreign key joins islands to books: say on=…$"),
        (lambda: from_(Books).inner_join(Books), "^books is in this query already: join an alias of it"),
        (lambda: from_(Books).cross_join(Books), "^books is in this query already"),
        (lambda: from_(Authors).cross_join(HouseAuthors), "authors is in this query already"),
        (
            lambda: from_(Authors).inner_join(Reviews),
            r"^2 foreign keys join reviews to authors: say on=Reviews\.writer_id == Authors\.id or on=",
        ),
        (lambda: from_(Books).inner_join(Authors).inner_join(Reviews), "foreign keys join reviews to"),
        (lambda: from_(Books).left_join(Author), r"^left_join takes a table, .* say left_join\(Authors\)$"),
        (lambda: from_(Book), r"^from_ takes a table, not the model Book: say from_\(Books\)$"),
    ],
)
def test_a_join_that_is_not_clear_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(Exception, match=message) as caught:
        build()
    assert type(caught.value).__name__ in {"QueryError", "SchemaError"}


def test_an_on_may_only_name_tables_that_are_joined_already(db: Database) -> None:
    query = (
        from_(Books)
        .inner_join(Authors, on=Reviews.book_id == Books.id)
        .inner_join(Reviews, on=Reviews.book_id == Books.id)
        .select(Book)
    )
    with pytest.raises(QueryError, match="reviews"):
        db.fetch_all(query)
    with pytest.raises(QueryError, match=r"^an aggregate cannot stand in ON$"):
        db.fetch_all(from_(Books).inner_join(Authors, on=fn.count() > 1).select(Book))


# --- names -----------------------------------------------------------------------------------------------------------


def test_names_that_need_quotes_work_in_every_clause(db: Database) -> None:
    rows = [OddRow(1, "o'1"), OddRow(2, "o2", "dd", "ss")]
    with db.begin() as tx:
        assert tx.fetch_all(insert_into(Odd).values(*rows).returning(OddRow)) == rows
        tx.execute(insert_into(OddChild).values(OddChildRow(2)))
        tx.execute(update(Odd).where(Odd.star == "ss").set(Odd.dot.to(Odd.order + "{0} $1 %s"), Odd.order.to("new")))
        query = (
            from_(Odd).inner_join(OddChild).where(Odd.key.is_in([1, 2]), Odd.order.contains("e"))
            .order_by(Odd.dot.desc(), OddChild.parent).select(OddRow, OddChild.parent)
        )  # fmt: skip
        assert tx.fetch_all(query) == [(OddRow(2, "new", "o2{0} $1 %s", "ss"), 2)]
        grouped = (
            from_(Odd)
            .group_by(Odd.star)
            .having(fn.count(Odd.key) > 0)
            .order_by(Odd.star)
            .select(Odd.star, fn.max(Odd.dot))
        )
        assert tx.fetch_all(grouped) == [("s", "d"), ("ss", "o2{0} $1 %s")]
        assert list(tx.stream(select(Odd.star).distinct().order_by(Odd.star))) == ["s", "ss"]
        assert [row.key for row in tx.fetch_page(select(OddRow), 1, 10).items] == [1, 2]


def test_a_repository_of_a_table_whose_names_need_quotes(server_url: str) -> None:
    with database_with(server_url, Odd, OddChild) as db:
        repository = PgRepository(OddRow, db)
        rows = [OddRow(1, "a"), OddRow(2, "b")]
        assert repository.insert_many(rows) == rows
        assert repository.copy_in([OddRow(3, "c")]) == 1
        assert repository.save(OddRow(3, "d")) == OddRow(3, "d")
        assert repository.find_by_id(3) == OddRow(3, "d")
        assert repository.count() == 3
        repository.delete(1)
        children = PgRepository(OddChildRow, db).insert_many([OddChildRow(2), OddChildRow(3)])
        assert [child.id for child in children] == [1, 2]


@pytest.mark.parametrize("name", ["source", "rows", "inserted", "counted", "unnest", "values"])
def test_a_table_may_be_named_as_the_compiler_names_its_own_parts(server_url: str, name: str) -> None:
    table: Any = type("Source", (Table,), {
        "id": t.serial(primary_key=True), "c1": t.text(), "ordinal": t.integer(default=0), "k1": t.text(default="k"),
    }, name=name)  # fmt: skip

    row = model_of(FerraModel[table], c1=str, ordinal=(int, 0), k1=(str, "k"), id=(int, SERVER_DEFAULT))
    with database_with(server_url, table) as db:
        repository = PgRepository(row, db)
        made = repository.insert_many([row("b", 5), row("a", 4)])
        assert [(each.c1, each.ordinal, each.id) for each in made] == [("b", 5, 1), ("a", 4, 2)]
        assert db.fetch_all(insert_into(table).values(row("c"), row("d")).returning(row))[1].c1 == "d"
        assert repository.save(attrs.evolve(made[0], c1="z")).c1 == "z"
        assert repository.find_page(2, 2).total == 4
        assert repository.copy_in([row("e")]) == 1
