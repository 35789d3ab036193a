"""What the repositories of every provider do: tests over the fixture `provided`, which a module beside this defines.

`provided` is a function that makes the tables of `TABLES`, empty, and returns a `Provided`.
"""

from __future__ import annotations

import datetime as dt
import enum
from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import attrs
import pytest

from ferra_sync import SERVER_DEFAULT, FerraModel, Provided, Table
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.errors import Conflict, Db, DbErrorKind, NotFound, QueryError, ValidationError


class Kind(enum.Enum):
    NOVEL = "novel"
    POEM = "poem"


class Works(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    title = t.text(unique=True)
    year = t.integer()
    kind = t.enum(Kind)
    price = t.nullable(t.numeric(8, 2))
    is_read = t.boolean(default=False)
    notes = t.nullable(t.jsonb())
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())


@attrs.define
class Work(FerraModel[Works]):
    title: str = attrs.field(validator=attrs.validators.min_len(1))
    year: int
    kind: Kind = Kind.NOVEL
    price: Decimal | None = None
    notes: Any = None
    is_read: bool = SERVER_DEFAULT
    id: UUID = SERVER_DEFAULT
    created_at: dt.datetime = SERVER_DEFAULT
    updated_at: dt.datetime = SERVER_DEFAULT


class Copies(Table):
    shelf = t.text(primary_key=True)
    place = t.integer(primary_key=True)
    label = t.text()
    version = t.integer(version=True, default=1)


@attrs.define
class Copy(FerraModel[Copies]):
    shelf: str
    place: int
    label: str
    version: int = SERVER_DEFAULT


TABLES = (Works, Copies)


def test_a_row_comes_back_as_it_is_stored(provided: Provided) -> None:
    works = provided.repository(Work)
    given = Work("Emma", 1815, Kind.POEM, Decimal("9.50"), {"a": [1, None, "é"]})
    stored = works.insert(given)
    assert (stored.title, stored.year, stored.kind, stored.price) == ("Emma", 1815, Kind.POEM, Decimal("9.50"))
    assert (stored.notes, stored.is_read) == ({"a": [1, None, "é"]}, False)
    assert stored.created_at == stored.updated_at
    assert works.find_by_id(stored.id) == stored


def test_what_is_not_there_is_not_found(provided: Provided) -> None:
    works, absent = provided.repository(Work), uuid4()
    for call in (
        lambda: works.find_by_id(absent),
        lambda: works.delete(absent),
        lambda: works.update(absent, Work("a", 1)),
    ):
        with pytest.raises(NotFound) as caught:
            call()
        assert (caught.value.resource, caught.value.id) == ("works", str(absent))
    assert not works.exists(absent)


def test_a_row_is_updated_and_stamped_and_deleted(provided: Provided) -> None:
    works = provided.repository(Work)
    first = works.insert(Work("Emma", 1815))
    second = works.update(first.id, Work("Emma", 1816, price=Decimal(3)))
    assert (second.id, second.year, second.price) == (first.id, 1816, Decimal("3.00"))
    assert (second.created_at, second.updated_at > first.updated_at) == (first.created_at, True)
    works.delete(first.id)
    assert works.count() == 0


def test_a_unique_constraint_names_itself_and_its_columns(provided: Provided) -> None:
    works = provided.repository(Work)
    works.insert(Work("Emma", 1815))
    with pytest.raises(Conflict) as caught:
        works.insert(Work("Emma", 1))
    assert (caught.value.constraint, caught.value.columns, caught.value.table) == (
        "works_title_key",
        ("title",),
        "works",
    )
    assert works.count() == 1


def test_a_wrong_value_is_not_sent(provided: Provided) -> None:
    works = provided.repository(Work)
    with pytest.raises(ValidationError):
        works.insert(Work("a", "b"))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(Db) as caught:
        works.insert(Work("a", 2**31))
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    assert works.count() == 0


def test_pages_count_from_one_in_the_order_of_the_key(provided: Provided) -> None:
    copies = provided.repository(Copy)
    for shelf, place in (("B", 1), ("A", 10), ("A", 9), ("a", 1)):
        copies.insert(Copy(shelf, place, f"{shelf}{place}"))
    page = copies.find_page(1, 3)
    assert ([each.label for each in page.items], page.total, page.total_pages) == (["A9", "A10", "B1"], 4, 2)
    assert [each.label for each in copies.find_page(2, 3).items] == ["a1"]
    assert (copies.find_page(9, 3).items, copies.find_page(9, 3).total) == ([], 4)
    with pytest.raises(ValueError, match="per_page is at least 1"):
        copies.find_page(1, 0)


def test_saving_inserts_or_updates(provided: Provided) -> None:
    works = provided.repository(Work)
    first = works.save(Work("Emma", 1815))
    again = works.save(attrs.evolve(first, year=1816))
    assert (again.id, again.year, works.count()) == (first.id, 1816, 1)


def test_a_stale_row_is_not_written(provided: Provided) -> None:
    copies = provided.repository(Copy)
    first = copies.insert(Copy("A", 1, "a"))
    assert copies.update(("A", 1), attrs.evolve(first, label="b")).version == 2
    for call in (lambda: copies.update(("A", 1), first), lambda: copies.save(first)):
        with pytest.raises(Db) as caught:
            call()
        assert caught.value.kind is DbErrorKind.STALE_ROW
    assert copies.find_by_id(("A", 1)).label == "b"


def test_rows_are_found_by_predicates(provided: Provided) -> None:
    works = provided.repository(Work)
    for title, year, price in (("Emma", 1815, "9.50"), ("Emilia", 1772, None), ("Faust", 1808, "10.25")):
        works.insert(Work(title, year, price=None if price is None else Decimal(price)))

    def titles(*predicates: Any) -> list[str]:
        return [each.title for each in works.find_by(*predicates, order_by=[Works.year])]

    assert titles(Works.year > 1800) == ["Faust", "Emma"]
    assert titles(Works.price < Decimal(10)) == ["Emma"]
    assert titles(Works.price.is_null()) == ["Emilia"]
    assert titles(Works.title.is_in(["Emma", "Faust"]), Works.year <= 1810) == ["Faust"]
    assert titles((Works.title == "Emma") | ~(Works.year > 1800)) == ["Emilia", "Emma"]
    assert titles(Works.title.startswith("Em")) == ["Emilia", "Emma"]
    assert titles(Works.title.startswith("em")) == []
    assert titles(Works.is_read) == []
    assert works.count(Works.kind == Kind.NOVEL) == 3


def test_a_transaction_happens_or_does_not(provided: Provided) -> None:
    works = provided.repository(Work)
    with provided.transaction() as tx:
        first = works.insert_in_tx(tx, Work("Emma", 1815))
        assert works.find_by_id_in_tx(tx, first.id) == first
        assert works.find_page_in_tx(tx, 1, 10).items == [first]
        assert works.update_in_tx(tx, first.id, Work("Emma", 1)).year == 1
    with pytest.raises(NotFound), provided.transaction() as tx:  # noqa: PT012 - the transaction is undone
        works.insert_in_tx(tx, Work("Faust", 1808))
        works.delete_in_tx(tx, uuid4())
    assert [each.title for each in works.find_all()] == ["Emma"]


HOSTILE = (
    "'; DROP TABLE works; --",
    '"quoted" `ticked` [bracketed] \\ %s $1 ?1 :name {x} $where',
    "\U0001f600 \U0001d518 e\u0301 é \u202e \ufeff \u2028",
    " \t\r\n\x01\x7f ",
    "x" * 2**20,
    "",
)


@pytest.mark.parametrize("text", HOSTILE, ids=["sql", "marks", "astral", "control", "megabyte", "empty"])
def test_a_text_is_kept_and_compared_as_it_is(provided: Provided, text: str) -> None:
    copies, works = provided.repository(Copy), provided.repository(Work)
    key = text[:200]
    stored = copies.insert(Copy(key, 1, text))
    assert (stored.shelf, stored.label) == (key, text)
    assert copies.find_by_id((key, 1)) == stored
    assert copies.find_by(Copies.label == text, Copies.shelf.is_in([key, "other"])) == [stored]
    assert copies.find_by(Copies.label == f"{text}x") == []
    assert copies.count(Copies.label.startswith(text[:50])) == 1
    assert works.insert(Work("Emma", 1815, notes={key or "key": [text]})).notes == {key or "key": [text]}
    copies.delete((key, 1))
    assert copies.count() == 0


@pytest.mark.parametrize("text", ["a\0b", "\0", "a\ud800b"], ids=["inside", "alone", "surrogate"])
def test_what_a_text_cannot_hold_is_refused_and_nothing_is_written(provided: Provided, text: str) -> None:
    copies = provided.repository(Copy)
    with suppress(Db, QueryError):
        stored = copies.insert(Copy("A", 1, text))
        assert (stored.label, copies.find_by_id(("A", 1))) == (text, stored)  # MongoDB keeps a NUL.
        return
    assert copies.count() == 0


def test_it_is_alive(provided: Provided) -> None:
    provided.ping()
