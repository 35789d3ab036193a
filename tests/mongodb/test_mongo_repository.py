"""The repository over MongoDB: what the one over PostgreSQL does, its documents' keys, indexes and defaults."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import UUID

import attrs
import pymongo
import pytest
from shelf import Book, Books, Loan, Loans, Shelf, Shelves, Versioned

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Db,
    DbErrorKind,
    FerraModel,
    MongoDatabase,
    NotFound,
    QueryError,
    SchemaError,
    Table,
    ValidationError,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

UNKNOWN = UUID(int=7)


def test_an_inserted_row_comes_back_with_its_defaults_and_is_found(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    before = dt.datetime.now(dt.UTC)
    book = books.insert(Book("Emma", 1815, rating=Decimal("4.25")))
    assert book.rating == Decimal("4.3")
    assert str(book.rating) == "4.3"
    assert book.id.version == 4
    assert before <= book.created_at == book.updated_at <= dt.datetime.now(dt.UTC)
    assert books.find_by_id(book.id) == book
    assert books.exists(book.id)
    assert not books.exists(UNKNOWN)


def test_a_row_that_is_not_there_is_named(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    for call in (books.find_by_id, books.delete, lambda key: books.update(key, Book("x", 1))):
        with pytest.raises(NotFound, match=f"^books/{UNKNOWN} not found$"):
            call(UNKNOWN)


def test_a_key_of_another_type_is_refused_and_one_out_of_range_is_not_there(mongo: MongoDatabase) -> None:
    loans = mongo.repository(Loan)
    with pytest.raises(QueryError, match=r"^loans\.id is int"):
        loans.find_by_id("1")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(QueryError, match=r"is a primary key, which is never None"):
        loans.find_by_id(None)  # type: ignore[arg-type]  # wrong on purpose
    assert not loans.exists(2**40)


def test_an_update_stamps_and_keeps_what_it_leaves_out(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    book = books.insert(Book("Emma", 1815))
    changed = books.update(book.id, Book("Emma", 1816))
    assert (changed.year, changed.created_at) == (1816, book.created_at)
    assert changed.updated_at > book.updated_at
    again = books.update(book.id, changed)
    assert again.updated_at > changed.updated_at
    own = dt.datetime(2000, 1, 1, 0, 0, 0, 1, dt.UTC)
    assert books.update(book.id, attrs.evolve(again, updated_at=own)).updated_at == own
    with pytest.raises(ValueError, match="carries another key"):
        books.update(UNKNOWN, changed)


def test_what_is_given_for_a_row_is_one_of_the_model(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    with pytest.raises(QueryError, match="the repository is of Book"):
        books.update(UNKNOWN, Loan("a"))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(QueryError, match="put it into brackets"):
        books.insert_many(Book("a", 1))  # type: ignore[arg-type]  # wrong on purpose


def test_a_row_that_an_update_leaves_as_it_is_comes_back(mongo: MongoDatabase) -> None:
    loans = mongo.repository(Loan)
    loan = loans.insert(Loan("Ann", "Emma"))
    assert loans.update(loan.id, Loan("Ann", None)).book is None
    shelves = mongo.repository(Shelf)
    shelves.insert(Shelf("A", 1))
    assert shelves.update(("A", 1), Shelf("A", 1)) == Shelf("A", 1, is_full=False)


def test_a_deleted_row_is_gone(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    book = books.insert(Book("Emma", 1815))
    books.delete(book.id)
    assert books.count() == 0


def test_a_row_that_is_saved_is_inserted_or_updated(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    book = books.save(Book("Emma", 1815, id=UNKNOWN))
    assert books.save(Book("Emma", 1816, id=UNKNOWN)).created_at == book.created_at
    assert [each.year for each in books.find_all()] == [1816]
    assert books.save(Book("Persuasion", 1817)).id != UNKNOWN


def test_threads_that_save_one_key_leave_one_row(mongo: MongoDatabase) -> None:
    shelves = mongo.repository(Shelf)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: shelves.save(Shelf("A", 1)), range(40)))
    assert shelves.count() == 1


def test_a_unique_index_names_itself_and_its_columns_and_no_value(mongo: MongoDatabase) -> None:
    books, loans = mongo.repository(Book), mongo.repository(Loan)
    emma = books.insert(Book("Emma", 1815))
    with pytest.raises(Conflict) as caught:
        books.insert(Book("Emma", 1))
    assert str(caught.value) == 'unique constraint "books_title_key" violated on column "title"'
    assert (caught.value.table, caught.value.__cause__, caught.value.__context__) == ("books", None, None)
    other = books.insert(Book("Persuasion", 1817))
    with pytest.raises(Conflict, match="books_title_key"):
        books.update(other.id, Book("Emma", 1817))
    with pytest.raises(Conflict, match=r'"books_pkey" violated on column "id"'):
        books.insert(Book("Third", 1, id=emma.id))
    loans.insert(Loan("Ann", "Emma"))
    with pytest.raises(Conflict) as caught:
        loans.insert(Loan("Ann", "Emma"))
    assert (caught.value.constraint, caught.value.columns) == ("loans_reader_book_key", ("reader", "book"))


def test_nulls_differ_from_each_other_in_a_unique_index(mongo: MongoDatabase) -> None:
    books, loans = mongo.repository(Book), mongo.repository(Loan)
    books.insert_many([Book("a", 1), Book("b", 1), Book("c", 1, "x")])
    loans.insert_many([Loan("Ann"), Loan("Ann")])
    with pytest.raises(Conflict, match="books_isbn_key"):
        books.insert(Book("d", 1, "x"))


def test_serial_numbers_begin_at_one_and_are_no_ones_twice(mongo: MongoDatabase) -> None:
    loans = mongo.repository(Loan)
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda n: loans.insert(Loan(f"{n}")).id, range(40)))
    assert min(ids) == 1
    assert len(set(ids)) == 40


def test_a_key_of_several_columns_is_a_document_in_their_order(mongo: MongoDatabase, mongodb_url: str) -> None:
    shelves = mongo.repository(Shelf)
    for hall, number in (("B", 1), ("A", 10), ("A", 9)):
        shelves.insert(Shelf(hall, number))
    assert [(each.hall, each.number) for each in shelves.find_page().items] == [("A", 9), ("A", 10), ("B", 1)]
    assert shelves.find_by_id(("A", 9)) == Shelf("A", 9, is_full=False)
    assert shelves.update(("A", 9), Shelf("A", 9, is_full=True)).is_full
    assert shelves.find_by(Shelves.hall == "A", ~Shelves.is_full) == [Shelf("A", 10, is_full=False)]
    with pymongo.MongoClient(mongodb_url) as client:
        stored = client.get_default_database()["shelves"].find_one({"_id": {"hall": "B", "number": 1}})
    assert stored == {"_id": {"hall": "B", "number": 1}, "is_full": False}
    shelves.delete(("A", 9))
    with pytest.raises(QueryError, match=r"is a tuple of 2"):
        shelves.find_by_id("A")


def test_pages_count_from_one_and_tell_the_total(mongo: MongoDatabase) -> None:
    loans = mongo.repository(Loan)
    loans.insert_many([Loan(str(number)) for number in range(5)])
    page = loans.find_page(2, 2)
    assert ([each.reader for each in page.items], page.total, page.total_pages) == (["2", "3"], 5, 3)
    assert (loans.find_page(9, 2).items, loans.find_page(9, 2).total) == ([], 5)
    assert loans.find_page(0, 2).page == 1
    assert loans.find_page(2**62, 2**62).items == []
    with pytest.raises(ValueError, match="per_page is at least 1"):
        loans.find_page(1, 0)


def test_a_stale_row_is_not_written(mongo: MongoDatabase) -> None:
    rows = mongo.repository(Versioned)
    first = rows.insert(Versioned(1, "a"))
    assert rows.update(1, Versioned(1, "b", version=first.version)).version == 2
    for call in (lambda: rows.update(1, attrs.evolve(first)), lambda: rows.save(first)):
        with pytest.raises(Db, match=r"^versions/1 is stale: it was updated since it was read$") as caught:
            call()
        assert caught.value.kind is DbErrorKind.STALE_ROW
    assert rows.update(1, Versioned(1, "c")).version == 3
    with pytest.raises(NotFound):
        rows.update(2, Versioned(2, "c", version=1))


def test_many_rows_are_inserted_all_or_none(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    with pytest.raises(Conflict) as caught:
        books.insert_many([Book("a", 1), Book("b", 1), Book("a", 1)])
    assert caught.value.row == 2
    assert books.count() == 0
    assert books.insert_many([]) == []
    assert [each.title for each in books.insert_many([Book("b", 1), Book("a", 1)])] == ["b", "a"]
    with pytest.raises(ValidationError, match=r"in rows\[1\]"):
        books.insert_many([Book("c", 1), Book("d", None)])  # type: ignore[arg-type]  # wrong on purpose


def test_rows_are_sorted_with_nulls_where_postgresql_has_them(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    books.insert_many([Book("a", 1, rating=Decimal(2)), Book("b", 1), Book("c", 1, rating=Decimal(3))])

    def titles(*order_by: object) -> str:
        return "".join(each.title for each in books.find_all(order_by=order_by))  # type: ignore[arg-type]

    assert titles(Books.rating) == "acb"
    assert titles(Books.rating.desc()) == "bca"
    assert titles(Books.rating.asc(nulls="first")) == "bac"
    assert titles(Books.rating.desc(nulls="last")) == "cab"
    assert titles(Books.year, Books.title.desc()) == "cba"
    with pytest.raises(QueryError, match="sorted by columns"):
        titles(Books.year + 1)


def test_what_a_document_is_held_against_holds_for_other_programs_too(mongo: MongoDatabase, mongodb_url: str) -> None:
    with pytest.raises(Db) as caught:
        mongo.repository(Book).insert(Book("Emma", -1))
    assert (caught.value.kind, caught.value.table) == (DbErrorKind.CHECK_VIOLATION, "books")
    with pymongo.MongoClient(mongodb_url) as client, pytest.raises(pymongo.errors.WriteError):
        client.get_default_database()["books"].insert_one({"_id": "x", "title": 3})


def test_what_is_too_long_or_out_of_range_is_refused_by_its_column(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    assert books.insert(Book("x" * 20 + "   ", 1)).title == "x" * 20
    for book, column in (
        (Book("x" * 21, 1), "title"),
        (Book("a", 2**31), "year"),
        (Book("a", 1, rating=Decimal(100)), "rating"),
    ):
        with pytest.raises(Db, match=rf"^a value of books\.{column} ") as caught:
            books.insert(book)
        assert (caught.value.kind, caught.value.column) == (DbErrorKind.INVALID_DATA, column)
    with pytest.raises(Db) as caught:
        books.insert(Book("\ud800", 1))
    assert caught.value.kind is DbErrorKind.INVALID_DATA


def test_a_document_that_does_not_fit_its_columns_is_told_without_its_values(
    mongo: MongoDatabase, mongodb_url: str
) -> None:
    with pymongo.MongoClient(mongodb_url) as client:
        collection = client.get_default_database().get_collection("shelves")
        client.get_default_database().command("collMod", "shelves", validator={})
        collection.insert_one({"_id": "secret"})
    with pytest.raises(Db, match=r"^a document of shelves does not fit its columns$"):
        mongo.repository(Shelf).find_all()
    mongo.create_collections(Shelves)


def test_collections_are_made_once_more_without_harm(mongo: MongoDatabase) -> None:
    mongo.repository(Book).insert(Book("Emma", 1815))
    mongo.create_collections(Books, Loans)
    assert mongo.repository(Book).count() == 1


class Odd(Table):
    id = t.integer(primary_key=True)
    real = t.nullable(t.real())


class Huge(Table):
    id = t.integer(primary_key=True)
    amount = t.nullable(t.numeric(35, 2))


class Computed(Table):
    id = t.integer(primary_key=True)
    at = t.nullable(t.date(default=fn.current_date()))


class Dotted(Table):
    id = t.integer(primary_key=True)
    name = t.nullable(t.text(name="a.b"))


class Keyless(Table):
    id = t.integer()


class RawKey(Table):
    id = t.bytea(primary_key=True)


class Generated(Table):
    id = t.integer(primary_key=True)
    twice = t.integer(generated_as=lambda: Generated.id * 2)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (Odd, r"odd\.real: real is not kept in MongoDB: declare t\.double_precision\(\)"),
        (Huge, r"huge\.amount: numeric\(35,2\) is not kept"),
        (Computed, r"default of computed\.at is SQL that MongoDB does not run"),
        (Dotted, r"dotted\.a\.b: MongoDB keeps this name"),
        (Keyless, r"keyless has no primary key"),
        (RawKey, r"raw_key\.id: bytea is no primary key"),
        (Generated, r"generated\.twice is generated from other columns"),
    ],
)
def test_what_mongodb_cannot_keep_is_refused_by_name(mongo: MongoDatabase, table: type[Table], message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        mongo.create_collections(table)


@attrs.define
class OddRow(FerraModel[Odd]):
    id: int


def test_a_model_of_such_a_table_has_no_repository(mongo: MongoDatabase) -> None:
    with pytest.raises(SchemaError, match=r"odd\.real"):
        mongo.repository(OddRow)
    assert SERVER_DEFAULT is not None
