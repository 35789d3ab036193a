"""What the server refuses of many rows is named by its place: by a foreign key, NOT NULL, a check, a trigger."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from databases import database_with, one_connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import SERVER_DEFAULT, Db, DbErrorKind, FerraModel, PgRepository, Table, check
from ferra_sync import types as t


class Shelves(Table, name="shelves"):
    id = t.integer(primary_key=True)


class Books(Table, name="books"):
    id = t.serial(primary_key=True)
    title = t.text()
    note = t.nullable(t.text())
    pages = t.nullable(t.integer())
    shelf = t.integer(references=Shelves.id)

    @classmethod
    def __constraints__(cls) -> Any:
        return [check(cls.pages > 0)]


@attrs.define
class Book(FerraModel[Books]):
    title: str = SERVER_DEFAULT
    note: str | None = None
    pages: int | None = 1
    shelf: int = 1
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with database_with(server_url, Shelves, Books) as database:
        yield database.config.url


@pytest.fixture
def books(url: str) -> Iterator[PgRepository[Book]]:
    with one_connection(
        url, "TRUNCATE shelves, books RESTART IDENTITY; INSERT INTO shelves VALUES (1), (2)"
    ) as database:
        yield PgRepository(Book, database)


def refused(call: Callable[[], object], secret: str = "hunter2") -> Db:
    with pytest.raises(Db) as caught:
        call()
    assert secret not in str(caught.value)
    assert secret not in repr(caught.value)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.row, copy.kind) == (str(caught.value), caught.value.row, caught.value.kind)
    return caught.value


def rows(*, at: int, count: int = 20, **wrong: Any) -> list[Book]:
    """Books with keys, of which the one at this place is wrong."""
    given = [
        Book(f"hunter2, {number}", f"n{number}", number + 1, 1 + number % 2, number + 1) for number in range(count)
    ]
    given[at] = attrs.evolve(given[at], **wrong)
    return given


VERBS: dict[str, Callable[[PgRepository[Book], list[Book]], object]] = {
    "insert_many": lambda books, given: books.insert_many(given),
    "upsert_many": lambda books, given: books.upsert_many(given, on=(Books.id,)),
    "copy_in": lambda books, given: books.copy_in(given),
    "update_many": lambda books, given: (books.insert_many(rows(at=0, count=len(given))), books.update_many(given)),
}
WRONG: dict[str, tuple[dict[str, Any], DbErrorKind]] = {
    "shelf": ({"shelf": 3}, DbErrorKind.FOREIGN_KEY_VIOLATION),
    "pages": ({"pages": 0}, DbErrorKind.CHECK_VIOLATION),
    "a long text": ({"pages": -5, "title": "hunter2 — " * 30}, DbErrorKind.CHECK_VIOLATION),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("wrong", "kind"), WRONG.values(), ids=WRONG)
def test_a_row_that_breaks_a_rule_is_named(books, verb, wrong, kind):
    error = refused(lambda: VERBS[verb](books, rows(at=13, **wrong)))
    assert error.kind is kind
    # COPY looks at foreign keys after its last line, and its rows are gone by then.
    if verb == "copy_in" and kind is DbErrorKind.FOREIGN_KEY_VIOLATION:
        assert (error.row, "rows[" in str(error)) == (None, False)
    else:
        assert (error.row, str(error).endswith(" in rows[13]")) == (13, True)


@pytest.mark.parametrize("verb", VERBS)
def test_a_row_in_a_later_chunk_is_counted_from_the_first(books, verb):
    assert refused(lambda: VERBS[verb](books, rows(at=10_500, count=10_600, pages=0))).row == 10_500


def test_rows_without_keys_are_told_apart_by_what_they_give(books):
    given = [Book(f"b{number}", pages=number) for number in range(5, 0, -1)] + [
        Book("b, 1", pages=0),
        Book("b", pages=7),
    ]
    assert refused(lambda: books.insert_many(given)).row == 5
    # Alike in all they give: the first of them.
    assert refused(lambda: books.insert_many([Book("a"), Book("b", pages=0), Book("b", pages=0)])).row == 1
    assert refused(lambda: books.insert_many([Book("a"), Book("b", shelf=3), Book("c", shelf=3)])).row == 1


def test_a_null_that_the_table_has_not_is_named(books):
    with books.db.begin() as tx:
        tx._acquire().execute("ALTER TABLE books ALTER note SET NOT NULL")
        error = refused(lambda: PgRepository(Book, tx).insert_many(rows(at=7, note=None)))
    assert (error.row, error.kind, error.column) == (7, DbErrorKind.NOT_NULL_VIOLATION, "note")


def test_a_trigger_s_own_error_is_of_no_row_unless_they_go_one_by_one(books):
    with books.db.begin() as tx:
        tx._acquire().execute(
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.note = 'n7' THEN RAISE 'no';"
            "END IF; RETURN NEW; END $$; CREATE TRIGGER no AFTER INSERT ON books FOR EACH ROW EXECUTE FUNCTION no()"
        )
        inside = PgRepository(Book, tx)
        assert refused(lambda: inside.insert_many(rows(at=0))).row is None
        tx._acquire().execute(
            "DROP TRIGGER no ON books; CREATE TRIGGER no BEFORE INSERT ON books FOR EACH ROW EXECUTE FUNCTION no()"
        )
        assert refused(lambda: inside.upsert_many(rows(at=0), on=(Books.id,))).row in {7, None}
        assert refused(lambda: inside.copy_in(rows(at=0))).row == 7


texts = st.text("ab,() \"'\\", max_size=5) | st.sampled_from(["1, null", "null", "é" * 40, "a" * 64, "a" * 65])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=st.lists(st.tuples(texts, texts | st.none()), min_size=1, max_size=6), data=st.data())
def test_whatever_the_texts_are_the_row_that_is_named_is_the_wrong_one(books, titles, data):
    at = data.draw(st.integers(0, len(titles) - 1))
    given = [Book(title, note, 0 if number == at else 1) for number, (title, note) in enumerate(titles)]
    assert refused(lambda: books.insert_many(given), "\0").row in {at, None}
