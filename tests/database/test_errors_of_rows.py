"""Errors of many rows say which row, and never what is in it."""

from __future__ import annotations

import enum
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import attrs
import pytest
from databases import database_with, one_connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    FerraModel,
    PgRepository,
    Table,
    ValidationError,
    index,
    insert_into,
    unique,
)
from ferra_sync import types as t


class Mood(enum.Enum):
    CALM = "calm, or so"
    WILD = "wild"


class Items(Table, name='odd (x)=(1, "2")'):
    id = t.serial(primary_key=True)
    name = t.nullable(t.text(unique=True))
    order = t.nullable(t.integer(unique=True, name="order"))
    code = t.nullable(t.uuid(unique=True))
    day = t.nullable(t.date(unique=True))
    price = t.nullable(t.numeric(8, 2, unique=True))
    moment = t.nullable(t.timestamptz(unique=True))
    mood = t.nullable(t.enum(Mood))
    flag = t.nullable(t.boolean())
    part = t.nullable(t.text())

    @classmethod
    def __constraints__(cls) -> Any:
        return [
            unique(cls.mood, cls.flag, cls.part),
            index(cls.part, unique=True, where=cls.flag.is_null()),
        ]


@attrs.define
class Item(FerraModel[Items]):
    name: str | None = None
    order: int | None = None
    code: UUID | None = None
    day: date | None = None
    price: Decimal | None = None
    moment: datetime | None = None
    mood: Mood | None = None
    flag: bool | None = None
    part: str | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class Short(FerraModel[Items]):
    name: str | None = attrs.field(validator=attrs.validators.max_len(8), on_setattr=attrs.setters.NO_OP)
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with database_with(server_url, Items) as database:
        yield database.config.url


@pytest.fixture
def items(url: str) -> Iterator[PgRepository[Item]]:
    with one_connection(url, 'TRUNCATE "odd (x)=(1, ""2"")" RESTART IDENTITY') as database:
        yield PgRepository(Item, database)


MANY = ["insert_many", "copy_in"]


def refused(call: Callable[[], object], secret: str = "hunter2") -> Conflict:
    with pytest.raises(Conflict) as caught:
        call()
    assert secret not in str(caught.value)
    assert secret not in repr(caught.value)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.row) == (str(caught.value), caught.value.row)
    return caught.value


CODE = uuid4()
DOUBLES: dict[str, dict[str, Any]] = {
    "text": {"name": "hunter2"},
    "integer": {"order": 77},
    "uuid": {"code": CODE},
    "date": {"day": date(2024, 2, 29)},
    "numeric": {"price": Decimal("7.25")},
    "several": {"mood": Mood.CALM, "flag": False, "part": "hunter2, f"},
}


@pytest.mark.parametrize("verb", MANY)
@pytest.mark.parametrize("double", DOUBLES.values(), ids=DOUBLES)
def test_a_conflict_says_which_row_was_refused(items, verb, double):
    rows = [Item(f"n{number}", number, uuid4()) for number in range(20)]
    items.insert(Item(**double))
    rows[13] = Item(**double)
    assert refused(lambda: getattr(items, verb)(rows)).row == 13
    assert str(refused(lambda: getattr(items, verb)(rows))).endswith(" by rows[13]")
    assert items.count() == 1


@pytest.mark.parametrize("verb", MANY)
@pytest.mark.parametrize("double", DOUBLES.values(), ids=DOUBLES)
def test_of_two_rows_with_one_key_the_second_is_refused(items, verb, double):
    rows = [Item(f"n{number}", number, uuid4()) for number in range(20)]
    rows[3], rows[17] = Item(**double), Item(**double)
    assert refused(lambda: getattr(items, verb)(rows)).row == 17


@pytest.mark.parametrize("verb", MANY)
def test_a_row_in_a_later_chunk_is_counted_from_the_first(items, verb):
    rows = [Item(f"n{number}") for number in range(12_000)]
    rows[11_500] = Item("n3")
    assert refused(lambda: getattr(items, verb)(rows)).row == 11_500


def test_rows_that_leave_different_columns_to_the_server_are_counted_as_they_were_given(items):
    rows = [Item(f"n{number}", id=number if number % 2 else SERVER_DEFAULT) for number in range(501, 541)]
    rows[30] = Item("n503", id=9)
    assert refused(lambda: items.insert_many(rows)).row == 30
    rows[30] = Item("x", id=505)
    assert refused(lambda: items.insert_many(rows)).row == 30


def test_what_cannot_be_told_is_not_said(items):
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    assert refused(lambda: items.insert_many([Item(moment=moment), Item(moment=moment)])).row is None
    # Rounded by the server, and numbered by it.
    assert refused(lambda: items.insert_many([Item(price=Decimal("1.001")), Item(price=Decimal(1))])).row is None
    items.insert(Item(id=10_001))
    with items.db.connection() as connection:
        connection.execute('SELECT setval(pg_get_serial_sequence($$"odd (x)=(1, ""2"")"$$, \'id\'), 10000)')
    assert refused(lambda: items.insert_many([Item("a")])).row is None
    # Which of them the partial index covers, only the server knows.
    rows = [Item(part="a", flag=True), Item(part="a"), Item(part="b"), Item(part="a", flag=False), Item(part="a")]
    assert refused(lambda: items.insert_many(rows)).row is None


def test_a_conflict_in_another_table_is_of_no_row_but_copy_knows_the_line(items):
    with items.db.begin() as tx:
        tx._acquire().execute(
            "CREATE TABLE log (name text UNIQUE); INSERT INTO log VALUES ('n3'); CREATE FUNCTION note() RETURNS trigger"
            " LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (NEW.name); RETURN NEW; END $$;"
            'CREATE TRIGGER note AFTER INSERT ON "odd (x)=(1, ""2"")" FOR EACH ROW EXECUTE FUNCTION note()'
        )
        inside = PgRepository(Item, tx)
        rows = [Item(f"n{number}") for number in range(6)]
        assert refused(lambda: inside.insert_many(rows)).row is None
        assert refused(lambda: inside.copy_in(rows)).row in {None, 3}


texts = st.text("ab,()= .\"'\\", max_size=6) | st.sampled_from(["a) already exists.", "a", "a)", "null"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(texts, min_size=1, max_size=8), stored=texts, verb=st.sampled_from(MANY))
def test_any_text_is_found_or_not_at_all(items, names, stored, verb):
    with items.db.connection() as connection:
        connection.execute('DELETE FROM "odd (x)=(1, ""2"")"')
    items.insert(Item(stored))
    seen = {stored}
    expected = None
    for number, name in enumerate(names):
        if name in seen:
            expected = number
            break
        seen.add(name)
    rows = [Item(name) for name in names]
    if expected is None:
        getattr(items, verb)(rows)
        assert items.count() == len(names) + 1
        return
    row = refused(lambda: getattr(items, verb)(rows), "\0").row
    doubles = [number for number, name in enumerate(names) if name == names[expected]]
    assert row == (expected if verb == "copy_in" or len(doubles) == 1 else doubles[1])


# Rows that are not valid


@pytest.mark.parametrize("at", [0, 7, 999, 1000, 2300])
@pytest.mark.parametrize("verb", MANY)
def test_a_validation_error_says_which_row_is_wrong(items, verb, at):
    shorts = PgRepository(Short, items.db)
    rows = [Short(f"n{number}") for number in range(2400)]
    rows[at].name = "hunter2 is long"
    with pytest.raises(ValidationError) as caught:
        getattr(shorts, verb)(rows)
    assert (caught.value.row, caught.value.errors.keys()) == (at, {"name"})
    assert str(caught.value).startswith(f"Short is not valid in rows[{at}]: name: ")
    assert "hunter2" not in str(caught.value)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.row) == (str(caught.value), at)
    rows[at].name = 5  # type: ignore[assignment] # what types forbid
    with pytest.raises(ValidationError) as caught:
        getattr(shorts, verb)(rows)
    assert caught.value.row == at


def test_a_validation_error_of_several_values_says_which_row_is_wrong_and_of_one_none(items):
    rows = [Short(f"n{number}") for number in range(4)]
    rows[2].name = "hunter2 is long"
    with pytest.raises(ValidationError) as caught:
        insert_into(Items).values(*rows)
    assert caught.value.row == 2
    with pytest.raises(ValidationError) as caught:
        insert_into(Items).values(rows[2])
    assert caught.value.row is None
    with pytest.raises(ValidationError) as caught:
        PgRepository(Short, items.db).insert(rows[2])
    assert (caught.value.row, "rows[" in str(caught.value)) == (None, False)
