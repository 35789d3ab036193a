"""A value, None, SERVER_DEFAULT and UNSET, and the stamps, told apart on every path of a write: one table of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from databases import database_with
from tables import truncate

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    FerraModel,
    PgRepository,
    Table,
    Unset,
    ValidationError,
    from_,
    insert_into,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Memos(Table):
    id = t.integer(primary_key=True)
    text = t.nullable(t.text(default="default"))
    plain = t.nullable(t.text())
    size = t.integer(default=7)
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())
    version = t.integer(default=1, version=True)


@attrs.define
class Memo(FerraModel[Memos]):
    id: int
    text: str | None = SERVER_DEFAULT
    plain: str | None = SERVER_DEFAULT
    size: int = SERVER_DEFAULT
    created_at: datetime = SERVER_DEFAULT
    updated_at: datetime = SERVER_DEFAULT
    version: int = SERVER_DEFAULT


@attrs.define
class MemoPatch(Changeset[Memos]):
    text: str | Unset | None = UNSET
    plain: str | Unset | None = UNSET
    size: int | Unset = UNSET
    created_at: datetime | Unset = UNSET
    updated_at: datetime | Unset = UNSET
    version: int | Unset = UNSET


@pytest.fixture(scope="module")
def database(server_url):
    with database_with(server_url, Memos) as db:
        yield db


@pytest.fixture
def db(database):
    """Row 1 is there, row 2 is not."""
    with database.connection() as connection:
        connection.execute(
            f"{truncate(Memos)}; INSERT INTO memos VALUES (1, 'old', 'old', 3, '{LONG_AGO}', '{LONG_AGO}', 1)".encode()
        )
    return database


def in_tx(db, verb, *args):
    with db.transaction() as tx:
        return getattr(PgRepository(Memo, db), verb)(tx, *args)


INSERTS = {
    "insert": lambda db, **given: PgRepository(Memo, db).insert(Memo(2, **given)),
    "insert_in_tx": lambda db, **given: in_tx(db, "insert_in_tx", Memo(2, **given)),
    "insert_into": lambda db, **given: db.execute(insert_into(Memos).values(Memo(2, **given))),
    "insert_many": lambda db, **given: PgRepository(Memo, db).insert_many([Memo(2, **given)]),
    "insert_many of several kinds": lambda db, **given: PgRepository(Memo, db).insert_many(
        [Memo(2, **given), Memo(3, "x", "x", 1), Memo(4)]
    ),
    "copy_in": lambda db, **given: PgRepository(Memo, db).copy_in([Memo(2, **given)]),
    "upsert_many, of a new row": lambda db, **given: PgRepository(Memo, db).upsert_many([Memo(2, **given)]),
    "save, of a new row": lambda db, **given: PgRepository(Memo, db).save(Memo(2, **given)),
}
UPDATES = {
    "update": lambda db, **given: PgRepository(Memo, db).update(1, Memo(1, **given)),
    "update_in_tx": lambda db, **given: in_tx(db, "update_in_tx", 1, Memo(1, **given)),
    "update_many": lambda db, **given: PgRepository(Memo, db).update_many([Memo(1, **given)]),
    "upsert_many, of a row that is there": lambda db, **given: PgRepository(Memo, db).upsert_many([Memo(1, **given)]),
    "save, of a row that is there": lambda db, **given: PgRepository(Memo, db).save(Memo(1, **given)),
}
PATCHES = {
    "a changeset": lambda db, **given: db.execute(update(Memos).find(1).set(MemoPatch(**given))),
    "a changeset, of any rows": lambda db, **given: db.fetch_all(
        update(Memos).where(Memos.id < 2).set(MemoPatch(**given)).returning(Memo)
    ),
}
PATHS: dict[str, Any] = INSERTS | UPDATES | PATCHES
KINDS = dict.fromkeys(INSERTS, "insert") | dict.fromkeys(UPDATES, "update") | dict.fromkeys(PATCHES, "patch")

REFUSED = object()
TOLD_APART = [
    # column, what is given, and what is stored then by an INSERT, an UPDATE of a model, an UPDATE of a changeset
    ("text", "new", "new", "new", "new"),
    ("text", None, None, None, None),
    ("text", SERVER_DEFAULT, "default", "old", "default"),
    ("text", UNSET, REFUSED, REFUSED, "old"),
    ("plain", "new", "new", "new", "new"),
    ("plain", None, None, None, None),
    ("plain", SERVER_DEFAULT, None, "old", None),
    ("plain", UNSET, REFUSED, REFUSED, "old"),
    ("size", 5, 5, 5, 5),
    ("size", None, REFUSED, REFUSED, REFUSED),
    ("size", SERVER_DEFAULT, 7, 3, 7),
    ("size", UNSET, REFUSED, REFUSED, 3),
]


@pytest.mark.parametrize("path", PATHS)
def test_a_value_none_the_default_and_unset_are_told_apart(db, path):
    kind = KINDS[path]
    for column, given, *outcomes in TOLD_APART:
        expected = dict(zip(("insert", "update", "patch"), outcomes, strict=True))[kind]
        found = outcome(db, path, column, given)
        assert found == expected, (column, given)


def outcome(db, path, column, given):
    """What is stored when a path is given this, and the row is as it was."""
    db.execute(update(Memos).find(1).set(MemoPatch("old", "old", 3)))
    with db.connection() as connection:
        connection.execute("DELETE FROM memos WHERE id > 1")
    try:
        PATHS[path](db, **{column: given})
    except ValidationError as error:
        return REFUSED if set(error.errors) == {column} else error
    key = 2 if path in INSERTS else 1
    return db.fetch_one(from_(Memos).where(Memos.id == key).select(getattr(Memos, column)))


def stamps(db, key):
    query = from_(Memos).where(Memos.id == key)
    return db.fetch_one(query.select(Memos.created_at, Memos.updated_at, Memos.version))


def is_recent(moment):
    return abs(moment - datetime.now(UTC)) < timedelta(minutes=5)


@pytest.mark.parametrize("path", INSERTS)
def test_a_new_row_has_both_stamps_of_its_making_and_the_first_version(db, path):
    INSERTS[path](db, text="new")
    created, updated, version = stamps(db, 2)
    assert created == updated
    assert is_recent(created)
    assert version == 1


@pytest.mark.parametrize("path", UPDATES | PATCHES)
def test_an_updated_row_keeps_the_one_stamp_and_has_the_other_anew(db, path):
    PATHS[path](db, text="new")
    created, updated, version = stamps(db, 1)
    assert created == LONG_AGO
    assert is_recent(updated)
    assert version == 2


@pytest.mark.parametrize("path", UPDATES)
def test_a_model_that_was_read_carries_the_stamps_along_and_they_are_as_if_it_did_not(db, path):
    read = PgRepository(Memo, db).find_by_id(1)
    PATHS[path](db, **attrs.asdict(attrs.evolve(read, text="new"), filter=lambda field, _: field.name != "id"))
    created, updated, version = stamps(db, 1)
    assert created == LONG_AGO
    assert is_recent(updated)
    assert version == 2


@pytest.mark.parametrize("path", UPDATES | PATCHES)
def test_a_stamp_of_ones_own_is_kept(db, path):
    mine = datetime(2010, 6, 1, tzinfo=UTC)
    PATHS[path](db, created_at=mine, updated_at=mine)
    assert stamps(db, 1)[:2] == (mine, mine)


def test_an_upsert_of_what_is_there_already_stamps_and_counts_nothing(db):
    memos = PgRepository(Memo, db)
    assert memos.upsert_many([memos.find_by_id(1)]).unchanged == 1
    assert stamps(db, 1) == (LONG_AGO, LONG_AGO, 1)


def test_an_empty_changeset_stamps_and_counts_nothing(db):
    for path in PATCHES.values():
        path(db)
    assert stamps(db, 1) == (LONG_AGO, LONG_AGO, 1)
