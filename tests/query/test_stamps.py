"""What an UPDATE and an upsert do with the columns that a model leaves to the server, and with on_update columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from databases import database_with, one_connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import SERVER_DEFAULT, UNSET, Changeset, Database, FerraModel, PgRepository, Table, Unset, update
from ferra_sync import functions as fn
from ferra_sync import types as t

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ANOTHER = datetime(2010, 6, 1, tzinfo=UTC)


class Notes(Table):
    id = t.serial(primary_key=True)
    text = t.text()
    size = t.integer(default=7)
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())
    version = t.integer(default=1, on_update=99)
    seen_at = t.nullable(t.timestamptz(on_update=fn.now()))


@attrs.define
class Note(FerraModel[Notes]):
    text: str
    size: int = SERVER_DEFAULT
    id: int = SERVER_DEFAULT
    created_at: datetime = SERVER_DEFAULT
    updated_at: datetime = SERVER_DEFAULT
    version: int = SERVER_DEFAULT
    seen_at: datetime | None = SERVER_DEFAULT


@attrs.define
class NotePatch(Changeset[Notes]):
    size: int | Unset = UNSET
    updated_at: datetime | Unset = UNSET


class Zoned(Table):
    """Stamps of other types than their expressions have."""

    id = t.integer(primary_key=True)
    name = t.text()
    local = t.timestamp(default=datetime(2024, 1, 1), on_update=fn.now())  # noqa: DTZ001 - a column without zones
    document = t.json(default={}, on_update={"by": "server"})


@attrs.define
class Zone(FerraModel[Zoned]):
    id: int
    name: str
    local: datetime = SERVER_DEFAULT
    document: Any = SERVER_DEFAULT


class Numbers(Table):
    """Nothing but what only the server writes, beside the key."""

    id = t.identity(always=True, primary_key=True)
    size = t.integer(default=7)


@attrs.define
class Number(FerraModel[Numbers]):
    id: int = SERVER_DEFAULT
    size: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with database_with(server_url, Notes, Zoned, Numbers) as database:
        yield database.config.url


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with one_connection(url, "TRUNCATE notes, zoned, numbers RESTART IDENTITY") as database:
        yield database


@pytest.fixture
def notes(db: Database) -> PgRepository[Note]:
    return PgRepository(Note, db)


@pytest.fixture
def note(notes: PgRepository[Note]) -> Note:
    return notes.insert(Note("a", created_at=LONG_AGO, updated_at=LONG_AGO, version=3, seen_at=LONG_AGO))


def writes(notes: PgRepository[Note]) -> list[Any]:
    return [lambda row: notes.update(row.id, row), notes.save]


@pytest.mark.parametrize("verb", [0, 1], ids=["update", "save"])
class TestRowThatIsUpdated:
    def test_leaves_unchanged_what_is_left_to_the_server(self, notes, note, verb):
        changed = writes(notes)[verb](Note("b", id=note.id))
        assert (changed.text, changed.size, changed.created_at) == ("b", 7, LONG_AGO)
        notes.update(note.id, attrs.evolve(note, size=8))
        assert writes(notes)[verb](Note("c", id=note.id)).size == 8

    def test_is_stamped_anew_where_it_carries_its_own_stamps(self, notes, note, verb):
        changed = writes(notes)[verb](attrs.evolve(note, text="b"))
        assert changed.updated_at > LONG_AGO
        assert changed.seen_at is not None
        assert changed.seen_at > LONG_AGO
        assert (changed.version, changed.created_at) == (99, LONG_AGO)

    def test_keeps_a_stamp_that_it_was_given(self, notes, note, verb):
        changed = writes(notes)[verb](attrs.evolve(note, updated_at=ANOTHER, version=4, seen_at=None))
        assert (changed.updated_at, changed.version, changed.seen_at) == (ANOTHER, 4, None)

    def test_takes_null_for_a_stamp_like_any_other_value(self, notes, note, verb):
        write = writes(notes)[verb]
        emptied = write(attrs.evolve(note, seen_at=None))
        assert emptied.seen_at is None
        assert write(attrs.evolve(emptied)).seen_at is not None

    def test_sets_the_default_only_where_a_statement_says_so(self, db, notes, note, verb):
        notes.update(note.id, attrs.evolve(note, size=8))
        assert db.fetch_one(update(Notes).find(note.id).set(NotePatch(size=SERVER_DEFAULT)).returning(Note)).size == 7
        assert writes(notes)[verb](attrs.evolve(note, size=SERVER_DEFAULT)).size == 7

    def test_has_stamps_of_its_columns_types_whatever_the_expressions_are(self, db, verb):
        zones = PgRepository(Zone, db)
        made = zones.insert(Zone(1, "a"))
        changed = [lambda row: zones.update(1, row), zones.save][verb](attrs.evolve(made, name="b"))
        assert changed.local > made.local
        assert changed.document == {"by": "server"}
        kept = datetime(2024, 3, 31, 2, 30)  # noqa: DTZ001 - an hour that Berlin has not
        with db.begin() as tx:
            tx._acquire().execute("SET LOCAL TimeZone = 'Europe/Berlin'")
            inside = PgRepository(Zone, tx)
            row = attrs.evolve(changed, local=kept, document=[1])
            written = [lambda row: inside.update(1, row), inside.save][verb](row)
            assert (written.local, written.document) == (kept, [1])

    def test_that_has_nothing_to_set_comes_back_as_it_is(self, db, verb):
        numbers = PgRepository(Number, db)
        made = numbers.insert_many([Number(size=1), Number(size=2)])[1]
        row = Number(made.id)
        assert [lambda row: numbers.update(row.id, row), numbers.save][verb](row) == made


def test_a_statement_and_a_changeset_set_the_stamp_that_they_are_given(db, notes, note):
    kept = db.fetch_one(update(Notes).find(note.id).set(Notes.updated_at.to(LONG_AGO)).returning(Note))
    assert (kept.updated_at, kept.version) == (LONG_AGO, 99)
    kept = db.fetch_one(update(Notes).find(note.id).set(NotePatch(updated_at=LONG_AGO)).returning(Note))
    assert kept.updated_at == LONG_AGO


def test_saving_a_new_row_fills_in_what_is_left_to_the_server(notes):
    made = notes.save(Note("a", id=5, updated_at=ANOTHER))
    assert (made.size, made.updated_at, made.version, made.seen_at) == (7, ANOTHER, 1, None)


moments = st.sampled_from([SERVER_DEFAULT, None, LONG_AGO, ANOTHER, LONG_AGO + timedelta(microseconds=1)])
required = moments.filter(lambda moment: moment is not None)
sizes = st.sampled_from([SERVER_DEFAULT, 1, 2, 3])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stored=st.tuples(sizes, required, required, sizes, moments),
    changed=st.tuples(sizes, required, required, sizes, moments),
    saves=st.booleans(),
)
def test_any_row_is_updated_as_its_values_say(notes, stored, changed, saves):
    def note(values: tuple[Any, ...], key: int = SERVER_DEFAULT) -> Note:
        size, created_at, updated_at, version, seen_at = values
        return Note("a", size, key, created_at, updated_at, version, seen_at)

    before = notes.insert(note(stored))
    row = note(changed, before.id)
    after = notes.save(row) if saves else notes.update(before.id, row)
    for name in ("size", "created_at"):
        given_value = getattr(row, name)
        assert getattr(after, name) == (getattr(before, name) if given_value is SERVER_DEFAULT else given_value)
    for name in ("updated_at", "version", "seen_at"):
        given_value, was = getattr(row, name), getattr(before, name)
        if given_value is not SERVER_DEFAULT and given_value != was:
            assert getattr(after, name) == given_value
        elif name == "version":
            assert after.version == 99
        else:
            assert getattr(after, name) > max(ANOTHER, was or ANOTHER)
