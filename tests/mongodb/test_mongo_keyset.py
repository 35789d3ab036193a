"""Keyset pages of a collection: every row once, in both directions, and tokens that say nothing else."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from shelf import Book, Books, Loan, Loans, Shelf, Shelves

from ferra_sync import DatabaseConfig, FerraModel, InvalidToken, MongoDatabase, QueryError, Table
from ferra_sync import types as t
from ferra_sync._database.tokens import Tokens

ORDERS: list[list[Any]] = [
    [], [Books.year], [Books.year.desc(), Books.title], [Books.title.desc()], [Books.created_at], [Books.id.desc()]
]  # fmt: skip


@pytest.mark.parametrize("order_by", ORDERS)
def test_pages_have_every_row_once_in_both_directions(mongo: MongoDatabase, order_by: list[Any]) -> None:
    books = mongo.repository(Book)
    books.insert_many([Book(f"{number}", number % 3) for number in range(11)])
    forward, pages = books.find_keyset(4, order_by=order_by), []
    while forward.items:
        pages.append(forward)
        forward = books.find_keyset(4, after=forward.next, order_by=order_by)
    assert (forward.has_next, forward.has_previous) == (False, True)
    assert [page.has_next for page in pages] == [True, True, False]
    seen = [book for page in pages for book in page.items]
    assert len({book.id for book in seen}) == len(seen) == 11
    back = books.find_keyset(4, before=forward.previous, order_by=order_by)
    assert back.items == seen[-4:]
    assert books.find_keyset(20, before=back.previous, order_by=order_by).items == seen[:-4]
    start = books.find_keyset(4, before=pages[0].previous, order_by=order_by)
    assert (start.items, start.has_previous, start.has_next) == ([], False, True)
    assert books.find_keyset(4, after=start.next, order_by=order_by).items == seen[:4]


def test_keys_of_several_columns_are_walked_too(mongo: MongoDatabase) -> None:
    shelves = mongo.repository(Shelf)
    shelves.insert_many([Shelf(hall, number) for hall in "ABC" for number in range(3)])
    first = shelves.find_keyset(4)
    assert first.items + shelves.find_keyset(9, after=first.next).items == shelves.find_all()
    by_full = shelves.find_keyset(4, order_by=[Shelves.is_full.desc()])
    assert len(shelves.find_keyset(9, after=by_full.next, order_by=[Shelves.is_full.desc()]).items) == 5


def test_an_empty_collection_has_one_slice_without_tokens(mongo: MongoDatabase) -> None:
    page = mongo.repository(Book).find_keyset()
    assert (page.items, page.next, page.previous, page.has_next) == ([], None, None, False)


def test_a_token_is_of_its_order_its_direction_and_its_types(mongo: MongoDatabase) -> None:
    loans = mongo.repository(Loan)
    loans.insert_many([Loan("a"), Loan("b"), Loan("c")])
    page = loans.find_keyset(1)
    with pytest.raises(InvalidToken, match="is for the other direction"):
        loans.find_keyset(1, before=page.next)
    with pytest.raises(InvalidToken, match="another query or another order"):
        loans.find_keyset(1, after=page.next, order_by=[Loans.reader])
    for text in ("", "x", "é", "AWE"):
        with pytest.raises(InvalidToken):
            loans.find_keyset(1, after=text)
    with pytest.raises(QueryError, match=r"after=… or before=…"):
        loans.find_keyset(1, after=page.next, before=page.previous)
    with pytest.raises(QueryError, match="at least 1 row"):
        loans.find_keyset(0)


def test_a_token_with_values_of_other_types_is_refused(mongo: MongoDatabase) -> None:
    tokens = Tokens(b"mongodb loans _id 1")
    loans = mongo.repository(Loan)
    assert loans.find_keyset(1, after=tokens.made("after", ("1",))).items == []
    wrong: list[tuple[str | None, ...]] = [("x",), (None,), ("1", "2"), (), ("01",), ("9" * 30,), ("1.0",), ("$gt",)]
    for position in wrong:
        with pytest.raises(InvalidToken, match="does not hold values of these types"):
            loans.find_keyset(1, after=tokens.made("after", position))


def test_signed_tokens_are_taken_where_they_were_signed(mongo: MongoDatabase, mongodb_url: str) -> None:
    mongo.repository(Loan).insert_many([Loan("a"), Loan("b")])
    signing = DatabaseConfig(mongodb_url, token_secrets=("a secret of ours",), token_lifetime=60.0)
    with MongoDatabase.connect(signing) as db:
        loans = db.repository(Loan)
        page = loans.find_keyset(1)
        assert [each.reader for each in loans.find_keyset(1, after=page.next).items] == ["b"]
        with pytest.raises(InvalidToken, match="was not made here"):
            loans.find_keyset(1, after=mongo.repository(Loan).find_keyset(1).next)


class Accounts(Table):
    id = t.integer(primary_key=True)
    pin = t.text(secret=True)


@attrs.define
class Account(FerraModel[Accounts]):
    id: int
    pin: str


def test_an_order_is_of_columns_of_the_table_that_are_sorted_alike(mongo: MongoDatabase) -> None:
    books: Any = mongo.repository(Book)
    for order, message in (
        (Loans.id, "is not books"),
        (1, "not by 1|not by an int|int"),
        ((Books.year + 1).asc(), "no other"),
    ):
        with pytest.raises(QueryError, match=message):
            books.find_keyset(order_by=[order])
    with pytest.raises(QueryError, match="put it into brackets"):
        books.find_all(order_by=Books.year)
    with pytest.raises(QueryError, match="put it into brackets"):
        books.find_keyset(order_by=Books.year)


def test_orders_with_nulls_or_secrets_have_no_keyset_pages(mongo: MongoDatabase) -> None:
    with pytest.raises(QueryError, match=r"books\.rating may be NULL"):
        mongo.repository(Book).find_keyset(order_by=[Books.rating])
    with pytest.raises(QueryError, match=r"accounts\.pin is secret"):
        mongo.repository(Account).find_keyset(order_by=[Accounts.pin])
