"""Versions: an UPDATE that carries one writes its row only while it has that, and every UPDATE counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import attrs
import psycopg
import pytest
from databases import database_with
from tables import truncate

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Conflict,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    NotFound,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    Unset,
    ValidationError,
    excluded,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.migrations._ddl import Ddl
from ferra_sync.migrations._drift import differences


class Pages(Table):
    id = t.integer(primary_key=True)
    title = t.text(unique=True)
    views = t.integer(default=0)
    version = t.bigint(default=1, version=True, name="lock_version")
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())


@attrs.define
class Page(FerraModel[Pages]):
    id: int
    title: str
    views: int = 0
    version: int = SERVER_DEFAULT
    updated_at: datetime = SERVER_DEFAULT


@attrs.define
class Title(FerraModel[Pages]):
    """A model that knows no version."""

    id: int
    title: str


@attrs.define
class PagePatch(Changeset[Pages]):
    title: str | Unset = UNSET
    views: int | Unset = UNSET
    version: int | Unset = UNSET


@pytest.fixture(scope="module")
def database(server_url):
    with database_with(server_url, Pages) as db:
        yield db


@pytest.fixture
def db(database):
    with database.connection() as connection:
        connection.execute(truncate(Pages).encode())
    database.execute(insert_into(Pages).values(Page(1, "a"), Page(2, "b")))
    return database


@pytest.fixture
def pages(db):
    return PgRepository(Page, db)


def stored(db):
    """What is there, but for the stamps."""
    query = from_(Pages).order_by(Pages.id).select(Pages.id, Pages.title, Pages.views, Pages.version)
    return db.fetch_all(query)


def patched(db, key, **changes):
    return update(Pages).find(key).set(PagePatch(**changes))


# Each of these sets the title of a row whose version is known.
WAYS = {
    "update": lambda db, page: PgRepository(Page, db).update(page.id, page),
    "save": lambda db, page: PgRepository(Page, db).save(page),
    "a changeset": lambda db, page: db.fetch_one(
        patched(db, page.id, title=page.title, version=page.version).returning(Page)
    ),
    "a changeset, all rows": lambda db, page: db.fetch_all(
        patched(db, page.id, title=page.title, version=page.version).returning(Page)
    )[0],
    "a changeset, perhaps": lambda db, page: db.fetch_optional(
        patched(db, page.id, title=page.title, version=page.version).returning(Page)
    ),
    "a changeset, executed": lambda db, page: (
        db.execute(patched(db, page.id, title=page.title, version=page.version)),
        PgRepository(Page, db).find_by_id(page.id),
    )[1],
}


def in_transaction(way):
    def run(db, page):
        with db.transaction() as tx:
            return way(tx, page)

    return run


EVERYWHERE = WAYS | {f"{name}, in a transaction": in_transaction(way) for name, way in WAYS.items()}


@pytest.mark.parametrize("way", EVERYWHERE.values(), ids=EVERYWHERE)
def test_an_update_counts_the_version_and_returns_the_new_one(db, pages, way):
    page = pages.find_by_id(1)
    assert page.version == 1
    second = way(db, attrs.evolve(page, title="second"))
    assert (second.version, second.title) == (2, "second")
    third = way(db, attrs.evolve(second, title="third"))
    assert (third.version, third.title) == (3, "third")
    assert stored(db) == [(1, "third", 0, 3), (2, "b", 0, 1)]


@pytest.mark.parametrize("way", EVERYWHERE.values(), ids=EVERYWHERE)
def test_a_stale_row_is_an_error_of_its_own_and_changes_nothing(db, pages, way):
    page = pages.find_by_id(1)
    pages.update(1, attrs.evolve(page, title="of another"))
    before = db.fetch_all(select(Page).order_by(Pages.id))
    with pytest.raises(Db, match=r"^pages/1 is stale: it was updated since it was read$") as caught:
        way(db, attrs.evolve(page, title="late"))
    error = caught.value
    assert (error.kind, error.table, error.sqlstate, error.__cause__) == (DbErrorKind.STALE_ROW, "pages", None, None)
    assert db.fetch_all(select(Page).order_by(Pages.id)) == before


@pytest.mark.parametrize("way", [way for name, way in EVERYWHERE.items() if "save" not in name])
def test_a_row_that_is_gone_is_not_found(db, pages, way):
    page = pages.find_by_id(1)
    pages.delete(1)
    with pytest.raises(NotFound, match=r"^pages/1 not found$"):
        way(db, page)
    assert stored(db) == [(2, "b", 0, 1)]


def test_save_inserts_a_row_that_is_not_there_with_the_version_that_it_carries(db, pages):
    assert pages.save(Page(3, "c")).version == 1
    assert pages.save(Page(4, "d", version=7)).version == 7
    assert stored(db)[2:] == [(3, "c", 0, 1), (4, "d", 0, 7)]


@pytest.mark.parametrize("verb", ["update", "save"])
def test_what_carries_no_version_is_written_whatever_it_is_and_counts(db, pages, verb):
    pages.update(1, Page(1, "x", version=1))
    for repository, row in ((pages, Page(1, "y")), (PgRepository(Title, db), Title(1, "z"))):
        getattr(repository, verb)(*((1, row) if verb == "update" else (row,)))
    assert stored(db)[0] == (1, "z", 0, 4)


def test_every_other_update_counts_too(db):
    assert db.execute(update(Pages).all_rows().set(Pages.views.to(Pages.views + 5))) == 2
    assert db.execute(update(Pages).where(Pages.id == 1).set(PagePatch(title="x"))) == 1
    assert db.execute(update(Pages).find(2).set(PagePatch())) == 0
    assert db.execute(update(Pages).find(3).set(PagePatch(title="x"))) == 0
    assert stored(db) == [(1, "x", 5, 3), (2, "b", 5, 2)]


def test_an_empty_changeset_with_a_version_changes_nothing(db):
    assert db.execute(patched(db, 1, version=9)) == 0
    assert db.fetch_one(patched(db, 1, version=9).returning(Page)).version == 1


def test_the_other_predicates_of_an_update_say_which_row_is_meant(db):
    query = patched(db, 1, views=1, version=1).where(Pages.views == 9)
    with pytest.raises(NotFound):
        db.execute(query)
    assert stored(db)[0] == (1, "a", 0, 1)


def test_of_two_who_write_at_once_one_is_late(db, pages):
    page = pages.find_by_id(1)
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with ThreadPoolExecutor(1) as other, db.connection() as watcher, db.transaction() as tx:
        pages.update_in_tx(tx, 1, attrs.evolve(page, title="first"))
        late = other.submit(pages.update, 1, attrs.evolve(page, title="second"))
        while watcher.execute(waits).fetchone() == (0,):
            pass
        tx.commit()
        error = late.exception()
        assert isinstance(error, Db)
        assert error.kind is DbErrorKind.STALE_ROW
    assert stored(db)[0] == (1, "first", 0, 2)


def test_a_conflict_is_a_conflict_and_counts_nothing(db, pages):
    page = pages.find_by_id(1)
    with pytest.raises(Conflict):
        pages.update(1, attrs.evolve(page, title="b"))
    with pytest.raises(Conflict):
        pages.save(attrs.evolve(page, title="b"))
    assert stored(db)[0] == (1, "a", 0, 1)


def test_a_trigger_that_keeps_the_row_as_it_is_makes_it_not_stale(server_url):
    with database_with(server_url, Pages) as db:
        db.execute(insert_into(Pages).values(Page(1, "a")))
        with db.connection() as connection:
            connection.execute(
                "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
                "CREATE TRIGGER keep BEFORE UPDATE ON pages FOR EACH ROW EXECUTE FUNCTION keep()"
            )
        for way in WAYS.values():
            with pytest.raises(Db, match="a trigger or a rule kept the row from being updated") as caught:
                way(db, PgRepository(Page, db).find_by_id(1))
            assert caught.value.kind is DbErrorKind.OTHER


def test_the_row_of_a_secret_key_is_not_shown(server_url):
    class Vaults(Table):
        id = t.text(primary_key=True, secret=True)
        version = t.integer(default=1, version=True)

    @attrs.define
    class Vault(FerraModel[Vaults]):
        id: str
        version: int = SERVER_DEFAULT

    with database_with(server_url, Vaults) as db:
        vaults = PgRepository(Vault, db)
        vaults.insert(Vault("hunter2"))
        with pytest.raises(Db, match=r"^vaults/… is stale"):
            vaults.update("hunter2", Vault("hunter2", 7))


# Many rows


def several(pages):
    """Three rows as they were read, of which the second is stale since."""
    read = [pages.find_by_id(1), pages.find_by_id(2), pages.insert(Page(3, "c"))]
    pages.update(2, attrs.evolve(read[1], title="of another"))
    return [attrs.evolve(page, views=page.views + 1) for page in read]


MANY = {
    "update_many": lambda pages, rows: pages.update_many(rows),
    "update_many of columns": lambda pages, rows: pages.update_many(rows, columns=(Pages.views,)),
    "upsert_many": lambda pages, rows: pages.upsert_many(rows),
    "upsert_many, the last": lambda pages, rows: pages.upsert_many(rows, duplicates="last"),
}


@pytest.mark.parametrize("way", MANY.values(), ids=MANY)
def test_of_many_rows_a_stale_one_is_named_and_none_is_written(db, pages, way):
    rows = several(pages)
    before = stored(db)
    with pytest.raises(Db, match=r"^pages/2 is stale in rows\[1\]: it was updated since it was read$") as caught:
        way(pages, rows)
    assert (caught.value.kind, caught.value.row) == (DbErrorKind.STALE_ROW, 1)
    assert stored(db) == before
    with db.transaction() as tx:
        with pytest.raises(Db, match="is stale"):
            way(PgRepository(Page, tx), rows)
        assert tx.fetch_value(from_(Pages).select(fn.sum(Pages.views))) == 0


@pytest.mark.parametrize("way", MANY.values(), ids=MANY)
def test_many_rows_count_their_versions(db, pages, way):
    rows = several(pages)
    rows[1] = attrs.evolve(pages.find_by_id(2), views=1)
    way(pages, rows)
    assert stored(db) == [(1, "a", 1, 2), (2, "of another", 1, 3), (3, "c", 1, 2)]
    way(pages, [attrs.evolve(row, version=SERVER_DEFAULT, views=2) for row in rows[:2]])
    assert stored(db) == [(1, "a", 2, 3), (2, "of another", 2, 4), (3, "c", 1, 2)]


def test_of_many_rows_to_update_one_that_is_gone_is_not_found(db, pages):
    rows = several(pages)
    pages.delete(1)
    with pytest.raises(NotFound, match=r"pages/1 not found by rows\[0\]"):
        pages.update_many(rows)
    assert stored(db) == [(2, "of another", 0, 2), (3, "c", 0, 1)]


def test_of_many_rows_to_save_one_by_another_key_is_named_by_its_place(db, pages):
    rows = several(pages)
    with pytest.raises(Db, match=r"^pages is stale in rows\[0\]"):
        pages.upsert_many([attrs.evolve(rows[0], version=9)], on=(Pages.title,))
    outcomes = pages.upsert_many([attrs.evolve(rows[0], views=0), Page(4, "d", version=7)], on=(Pages.title,))
    assert (outcomes.unchanged, outcomes.inserted) == (1, 1)
    assert stored(db)[3] == (4, "d", 0, 7)


def test_a_row_that_says_the_same_of_an_older_version_is_stale_too(db, pages):
    page = pages.find_by_id(1)
    pages.update(1, page)
    with pytest.raises(Db, match="is stale"):
        pages.upsert_many([page])


def test_rows_of_one_key_carry_no_version(pages):
    with pytest.raises(ValidationError, match=r"version: .* is carried by rows that have one key"):
        pages.upsert_many([Page(1, "a", 1, 1), Page(1, "a", 2, 1)], duplicates="last")
    assert pages.upsert_many([Page(1, "a", 1), Page(1, "a", 2)], duplicates="last").updated == 2


def test_the_version_is_no_column_to_write(pages):
    with pytest.raises(QueryError, match="counted by every UPDATE, whatever a row says"):
        pages.update_many([Page(1, "a")], columns=(Pages.version,))


# What is refused


def test_a_changeset_with_a_version_is_of_one_row(db):
    for query in (update(Pages).where(Pages.id == 1), update(Pages).all_rows()):
        with pytest.raises(QueryError, match=r"is of one row: say \.find"):
            db.execute(query.set(PagePatch(title="x", version=1)))


@pytest.mark.parametrize(
    "value", [5, SERVER_DEFAULT, Pages.version + 1], ids=["a value", "the default", "an expression"]
)
def test_a_version_is_never_assigned(value):
    with pytest.raises(QueryError, match=r"lock_version is counted by every UPDATE and cannot be set"):
        update(Pages).find(1).set(Pages.version.to(value))


def test_a_conflict_counts_the_version_and_takes_none_over(db):
    def conflicting(version):
        return insert_into(Pages).values(Page(1, "late", views=5, version=version)).on_conflict(Pages.id)

    assert db.fetch_one(conflicting(9).do_update_all().returning(Page)).version == 2
    one_more = Pages.views.to(Pages.views + 1)
    row = db.fetch_one(conflicting(SERVER_DEFAULT).do_update(one_more).returning(Page))
    assert (row.version, row.views, row.title) == (3, 6, "late")
    assert db.fetch_optional(conflicting(3).do_update(one_more, where=Pages.views > 99).returning(Page)) is None
    assert stored(db)[0] == (1, "late", 6, 3)
    with pytest.raises(QueryError, match=r"lock_version is counted by every UPDATE and cannot be set"):
        conflicting(3).do_update(Pages.version.to(excluded(Pages.version)))


def test_a_version_that_is_no_number_is_refused():
    with pytest.raises(QueryError, match="the number that was read, or UNSET"):
        update(Pages).find(1).set(PagePatch(version=SERVER_DEFAULT))
    for wrong in (None, "1", 1.0, True):
        with pytest.raises(ValidationError, match="version"):
            update(Pages).find(1).set(PagePatch(version=wrong))


def test_a_version_is_carried_once():
    once = update(Pages).find(1).set(PagePatch(version=1))
    with pytest.raises(QueryError, match="carried twice"):
        once.set(PagePatch(title="x", version=1))
    assert once.set(PagePatch(title="x")).sql().text.count("lock_version") == 3


DECLARED = {
    "a text": (lambda: t.text(default="1", version=True), r"a version is a t\.integer or a t\.bigint"),
    "a smallint": (lambda: t.smallint(default=1, version=True), r"a version is a t\.integer or a t\.bigint"),
    "numbered": (lambda: t.serial(version=True), r"a version is a t\.integer or a t\.bigint"),
    "nullable": (lambda: t.nullable(t.integer(default=1, version=True)), "a version is never NULL"),
    "no default": (lambda: t.integer(version=True), "a version has a default"),
    "a function": (lambda: t.integer(default=fn.literal(1), version=True), "a version has a default"),
    "the key": (lambda: t.integer(default=1, version=True, primary_key=True), "it has no primary_key"),
    "a stamp": (lambda: t.integer(default=1, version=True, on_update=2), "it has no on_update"),
    "unique": (lambda: t.integer(default=1, version=True, unique=True), "it has no unique"),
    "a reference": (lambda: t.integer(default=1, version=True, references=Pages.id), "it has no references"),
    "no boolean": (lambda: t.integer(default=1, version="yes"), "version is True or False"),
}


@pytest.mark.parametrize(("declare", "message"), DECLARED.values(), ids=DECLARED)
def test_what_cannot_be_a_version_is_refused_at_its_declaration(declare, message):
    with pytest.raises(SchemaError, match=message):
        declare()


def test_a_table_has_one_version():
    with pytest.raises(SchemaError, match="has one version, not several: first, second"):

        class Twice(Table):
            id = t.integer(primary_key=True)
            first = t.integer(default=1, version=True)
            second = t.integer(default=1, version=True)


def test_in_ddl_and_for_drift_it_is_a_number_with_a_default(server_url):
    (create,) = Ddl().create([Pages])
    assert '"lock_version" bigint DEFAULT 1 NOT NULL' in create
    with database_with(server_url, Pages) as db, db.connection() as connection:
        assert differences(connection, [Pages]) == []
        connection.execute("ALTER TABLE pages ALTER lock_version DROP DEFAULT")
        assert "lock_version" in str(differences(connection, [Pages]))


def test_somebody_elses_connection_sees_stale_rows_too(db, pages):
    page = pages.find_by_id(1)
    with psycopg.connect(db.config.url) as connection:
        over = PgRepository(Page, Database.over(connection))
        assert over.update(1, attrs.evolve(page, title="x")).version == 2
        with pytest.raises(Db, match="is stale"):
            over.save(page)
