from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Database,
    Db,
    FerraModel,
    NotFound,
    PgRepository,
    QueryError,
    Table,
    Unset,
    ValidationError,
    delete_from,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

OLD = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class State(enum.Enum):
    OPEN = "open"
    SHUT = "shut"


class Doors(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    state = t.enum(State, default=State.SHUT)
    note = t.nullable(t.text())
    width = t.integer(default=3)
    tags = t.array(t.text(), default=[])
    data = t.nullable(t.jsonb())
    changed_at = t.timestamptz(default=OLD, on_update=fn.now())
    version = t.integer(default=1, on_update=99)


class Keys(Table):
    """Two columns make the key."""

    door = t.integer(primary_key=True)
    tooth = t.text(primary_key=True)
    note = t.nullable(t.text())


class Halls(Doors, alias="halls"):
    pass


@attrs.frozen
class Door(FerraModel[Doors]):
    name: str
    note: str | None = None
    state: State = SERVER_DEFAULT
    width: int = SERVER_DEFAULT
    tags: list[str] = SERVER_DEFAULT
    data: Any = None
    changed_at: dt.datetime = SERVER_DEFAULT
    version: int = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@attrs.frozen
class Key(FerraModel[Keys]):
    door: int
    tooth: str
    note: str | None = None


@attrs.define
class DoorPatch(Changeset[Doors]):
    name: str | Unset = UNSET
    note: str | Unset | None = UNSET
    state: State | Unset = UNSET
    width: int | Unset = UNSET
    tags: list[str] | Unset = UNSET
    data: Any = UNSET


@attrs.define
class KeyPatch(Changeset[Keys]):
    note: str | Unset | None = UNSET


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Doors, Keys) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        tx.execute(insert_into(Doors).values(*(Door(name, id=n) for n, name in enumerate("abc", start=1))))
        yield tx


def doors(tx: Any, *items: Any) -> list[Any]:
    return [tuple(getattr(row, item) for item in items) for row in tx.fetch_all(select(Door).order_by(Doors.id))]


# --- update ----------------------------------------------------------------------------------------------------------


def test_an_update_sets_what_it_says_where_it_says(tx: Any) -> None:
    assert (
        tx.execute(update(Doors).where(Doors.name > "a").set(Doors.note.to("x"), Doors.width.to(Doors.width + 1))) == 2
    )
    assert doors(tx, "note", "width") == [(None, 3), ("x", 4), ("x", 4)]


def test_every_kind_of_value_can_be_assigned(tx: Any) -> None:
    assignments = (
        Doors.name.to("it's {0} %s $1 \\"), Doors.state.to(State.OPEN), Doors.note.to(None), Doors.width.to(-5),
        Doors.tags.to(["a", "", 'b"']), Doors.data.to({"a": [None]}),
    )  # fmt: skip
    row = tx.fetch_one(update(Doors).find(2).set(*assignments).returning(Door))
    assert (row.name, row.state, row.note, row.width, row.tags, row.data) == (
        "it's {0} %s $1 \\", State.OPEN, None, -5, ["a", "", 'b"'], {"a": [None]},
    )  # fmt: skip
    back = (
        update(Doors)
        .find(2)
        .set(Doors.state.to(SERVER_DEFAULT), Doors.width.to(SERVER_DEFAULT), Doors.data.to(SERVER_DEFAULT))
    )
    row = tx.fetch_one(back.returning(Door))
    assert (row.state, row.width, row.data) == (State.SHUT, 3, None)


def test_an_assignment_may_be_an_expression_over_the_row_as_it_was(tx: Any) -> None:
    tx.execute(
        update(Doors)
        .all_rows()
        .set(Doors.name.to(Doors.name + "-" + Doors.width.cast(t.text())), Doors.width.to(Doors.id * 2))
    )
    assert doors(tx, "name", "width") == [("a-3", 2), ("b-3", 4), ("c-3", 6)]


def test_parameters_reach_their_places(tx: Any) -> None:
    query = (
        update(Doors)
        .where(Doors.width + 1 == 4, Doors.name != "z")
        .set(Doors.width.to(Doors.width * 10 + 2), Doors.note.to("n"), Doors.name.to("p" + Doors.name))
        .where(Doors.id.is_in([1, 3]))
        .returning(Doors.id + 100, Doors.name + "!", Doors.width - 1, Doors.note, Doors.version)
    )
    assert sorted(tx.fetch_all(query)) == [(101, "pa!", 31, "n", 99), (103, "pc!", 31, "n", 99)]


def test_on_update_columns_are_set_by_every_update(tx: Any) -> None:
    assert doors(tx, "version") == [(1,)] * 3
    tx.execute(update(Doors).find(1).set(Doors.note.to("x")))
    tx.execute(update(Doors).find(2).set(DoorPatch(note="x")))
    rows = tx.fetch_all(select(Door).order_by(Doors.id))
    assert [row.version for row in rows] == [99, 99, 1]
    assert [row.changed_at > OLD for row in rows] == [True, True, False]


def test_on_update_gives_way_to_an_assignment(tx: Any) -> None:
    row = tx.fetch_one(
        update(Doors).find(1).set(Doors.version.to(5), Doors.changed_at.to(SERVER_DEFAULT)).returning(Door)
    )
    assert (row.version, row.changed_at) == (5, OLD)


def test_on_update_columns_are_set_by_the_repository_too(database: Database) -> None:
    repository = PgRepository(Door, database)
    try:
        made = repository.insert(Door("r"))
        assert made.version == 1
        changed = repository.update(
            made.id, attrs.evolve(made, name="s", version=SERVER_DEFAULT, changed_at=SERVER_DEFAULT)
        )
        assert changed.name == "s"
        saved = repository.save(attrs.evolve(made, name="t", version=SERVER_DEFAULT, changed_at=SERVER_DEFAULT))
        assert (saved.name, saved.id) == ("t", made.id)
        assert (changed.version, saved.version) == (99, 99)
        assert changed.changed_at > OLD
        assert saved.changed_at > OLD
    finally:
        database.execute(delete_from(Doors).all_rows())


def test_an_empty_changeset_changes_nothing_and_returns_the_row_as_it_is(tx: Any) -> None:
    empty = update(Doors).find(2).set(DoorPatch())
    assert tx.execute(empty) == 0
    assert tx.execute(empty.returning(Door)) == 0
    row = tx.fetch_one(empty.returning(Door))
    assert (row.name, row.version, row.changed_at) == ("b", 1, OLD)
    assert tx.fetch_all(empty.returning(Doors.id + 5, Doors.name)) == [(7, "b")]
    assert tx.fetch_optional(update(Doors).find(99).set(DoorPatch()).returning(Door)) is None
    with pytest.raises(NotFound, match=r"^doors/99 not found$"):
        tx.fetch_one(update(Doors).find(99).set(DoorPatch()).returning(Door))
    assert len(tx.fetch_all(update(Doors).all_rows().set(DoorPatch()).returning(Door))) == 3
    assert tx.execute(update(Doors).all_rows().set(DoorPatch())) == 0
    assert doors(tx, "version") == [(1,)] * 3


def test_setting_nothing_at_all_is_refused() -> None:
    with pytest.raises(QueryError, match="nothing to set in doors"):
        update(Doors).all_rows().set()
    with pytest.raises(QueryError, match="nothing to set in doors"):
        update(Doors).find(1).set(DoorPatch()).set()


@pytest.mark.parametrize(
    "change",
    [
        lambda: update(Doors).find(1).set(Doors.name.to(SERVER_DEFAULT)),
        lambda: update(Doors).find(1).set(DoorPatch(name=SERVER_DEFAULT)),
    ],
)
def test_the_default_of_a_column_that_has_none_is_refused_by_name(change: Any) -> None:
    with pytest.raises((QueryError, ValidationError), match=r"doors\.name has no default"):
        change()


def test_the_default_of_a_nullable_column_without_one_is_null(tx: Any) -> None:
    tx.execute(update(Doors).find(1).set(DoorPatch(note="x")))
    assert tx.fetch_one(update(Doors).find(1).set(Doors.note.to(SERVER_DEFAULT)).returning(Doors.note)) is None
    tx.execute(update(Doors).find(1).set(DoorPatch(note="x")))
    assert tx.fetch_one(update(Doors).find(1).set(DoorPatch(note=SERVER_DEFAULT)).returning(Doors.note)) is None


def test_none_sets_null_and_unset_leaves_alone(tx: Any) -> None:
    tx.execute(update(Doors).find(1).set(DoorPatch(note="x", data=[1])))
    row = tx.fetch_one(update(Doors).find(1).set(DoorPatch(note=None)).returning(Door))
    assert (row.note, row.data) == (None, [1])


def test_several_sets_add_up(tx: Any) -> None:
    first = update(Doors).find(1).set(Doors.note.to("x"))
    second = first.set(DoorPatch(width=9)).set(Doors.tags.to(["t"]))
    row = tx.fetch_one(second.returning(Door))
    assert (row.note, row.width, row.tags) == ("x", 9, ["t"])
    assert len(first.sql().params) < len(second.sql().params)


def test_a_key_of_several_columns_finds_the_row(tx: Any) -> None:
    tx.execute(insert_into(Keys).values(Key(1, "a"), Key(1, "b")))
    assert tx.execute(update(Keys).find((1, "b")).set(Keys.note.to("n"))) == 1
    assert tx.fetch_one(select(Keys.note).where(Keys.note.is_not_null())) == "n"
    assert tx.execute(delete_from(Keys).find((1, "a"))) == 1
    assert tx.fetch_all(select(Key)) == [Key(1, "b", "n")]


# --- delete ----------------------------------------------------------------------------------------------------------


def test_a_delete_removes_what_it_says_and_returns_what_was(tx: Any) -> None:
    assert tx.fetch_all(delete_from(Doors).where(Doors.name == "b").returning(Doors.id, Doors.name + "!")) == [
        (2, "b!")
    ]
    assert tx.execute(delete_from(Doors).find(2)) == 0
    assert tx.execute(delete_from(Doors).where(Doors.id.is_in([1, 2])).where(Doors.width == 3)) == 1
    assert doors(tx, "name") == [("c",)]
    assert tx.execute(delete_from(Doors).all_rows()) == 1


def test_a_delete_that_finds_nothing_is_not_found_where_a_row_is_asked_for(tx: Any) -> None:
    with pytest.raises(NotFound, match=r"^doors/99 not found$"):
        tx.fetch_one(delete_from(Doors).find(99).returning(Door))
    with pytest.raises(NotFound, match=r"^doors not found$"):
        tx.fetch_one(delete_from(Doors).where(Doors.name == "z").returning(Door))


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: update(Doors).set(Doors.note.to("x")).sql(), QueryError, "^update every row of doors"),
        (lambda: update(Doors).where().set(Doors.note.to("x")).sql(), QueryError, "^update every row of doors"),
        (lambda: update(Doors).set(DoorPatch()).sql(), QueryError, "^update every row of doors"),
        (
            lambda: delete_from(Doors).sql(),
            QueryError,
            r"^delete every row of doors\? Say \.where\(…\), or \.all_rows\(\)$",
        ),
        (lambda: delete_from(Doors).where(*[]).sql(), QueryError, "^delete every row of doors"),
        (lambda: delete_from(Doors).returning(Door).sql(), QueryError, "^delete every row of doors"),
        (lambda: update(Doors).find(1).sql(), QueryError, r"^nothing to set in doors: say \.set\(…\)$"),
        (
            lambda: update(Doors).find(1).set(Doors.note.to("x"), Doors.note.to("y")),
            QueryError,
            r"^doors\.note is set twice$",
        ),
        (
            lambda: update(Doors).set(DoorPatch(note="x")).set(Doors.note.to("y")),
            QueryError,
            r"^doors\.note is set twice$",
        ),
        (
            lambda: update(Doors).set(DoorPatch(note="x"), DoorPatch(note="y")),
            QueryError,
            r"^doors\.note is set twice$",
        ),
        (lambda: update(Doors).set(Keys.note.to("x")), QueryError, r"^keys\.note is not a column of doors$"),
        (lambda: update(Doors).set(Halls.note.to("x")), QueryError, r"^halls\.note is not a column of doors$"),
        (lambda: update(Doors).set(KeyPatch("x")), QueryError, "^KeyPatch is a changeset of keys, not of doors$"),
        (
            lambda: update(Doors).set(Door("x")),
            QueryError,
            "^set takes assignments and changesets, not a Door: say Doors",
        ),
        (
            lambda: update(Doors).set({"note": "x"}),
            QueryError,
            "^set takes assignments and changesets, not a dict: say Doors",
        ),
        (
            lambda: update(Doors).set(Doors.note == "x"),
            QueryError,
            "^set takes assignments and changesets, not the expression, which is boolean: say Doors",
        ),
        (lambda: update(Doors).set(DoorPatch(note=5)), ValidationError, r"note: doors\.note is text \(str\), not int$"),
        (
            lambda: update(Doors).set(Doors.width.to(Keys.door)).find(1).sql(),
            QueryError,
            "table keys is not in this query",
        ),
        (
            lambda: update(Doors).find(1).set(Doors.width.to(fn.count())).sql(),
            QueryError,
            "^an aggregate cannot stand in SET$",
        ),
        (
            lambda: update(Doors).where(fn.count() > 1).set(Doors.width.to(1)).sql(),
            QueryError,
            "aggregate cannot stand in WHERE",
        ),
        (
            lambda: update(Doors).where(Keys.door == 1).set(Doors.width.to(1)).sql(),
            QueryError,
            "table keys is not in this",
        ),
        (lambda: delete_from(Doors).where(Keys.door == 1).sql(), QueryError, "table keys is not in this query"),
        (lambda: delete_from(Doors).where(True), QueryError, "^where takes predicates"),
        (lambda: update(Doors).where(Doors.id), QueryError, "^where takes predicates"),
        (lambda: update(Doors).find("1"), QueryError, r"^doors\.id is integer \(int\), not str$"),
        (lambda: update(Keys).find(1), QueryError, "is a tuple of 2"),
        (lambda: update(Halls), QueryError, "^halls is an alias; write to the table doors itself$"),
        (lambda: delete_from(Halls), QueryError, "^halls is an alias; write to the table doors itself$"),
        (lambda: update(Door), QueryError, r"not the model Door: say update\(Doors\)$"),
        (lambda: delete_from(5), QueryError, "^delete_from takes a table, not an int$"),
        (
            lambda: delete_from(Doors).find(1).returning(fn.count()).sql(),
            QueryError,
            "aggregate cannot stand in RETURNING",
        ),
    ],
)
def test_a_write_that_cannot_mean_anything_is_refused(
    tx: Any, build: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        build()
    assert len(doors(tx, "id")) == 3


def test_a_select_is_not_executed_and_a_write_is_not_fetched(tx: Any) -> None:
    with pytest.raises(QueryError, match=r"^execute takes an INSERT, UPDATE, DELETE or TRUNCATE"):
        tx.execute(select(Door))
    with pytest.raises(QueryError):
        tx.fetch_all(delete_from(Doors).all_rows())
    assert len(doors(tx, "id")) == 3


def test_a_copy_of_a_write_leaves_its_parent_as_it_was() -> None:
    parent = update(Doors).where(Doors.id == 1).set(Doors.note.to("x"))
    before = (parent.parts(), parent.sql())
    parent.where(Doors.id == 2)
    parent.set(Doors.width.to(5))
    parent.all_rows()
    parent.find(7)
    parent.returning(Door)
    assert (parent.parts(), parent.sql()) == before
    removal = delete_from(Doors).where(Doors.id == 1)
    rendered = removal.sql()
    removal.where(Doors.id == 2)
    removal.find(1)
    assert removal.sql() == rendered


def test_an_update_that_breaks_a_constraint_changes_nothing(database: Database) -> None:
    with database.begin() as tx:
        tx.execute(insert_into(Doors).values(Door("x", id=1), Door("y", id=2)))
        with pytest.raises(Db), tx.savepoint() as inside:
            inside.execute(update(Doors).all_rows().set(Doors.id.to(Doors.id / 0)))
        assert doors(tx, "id") == [(1,), (2,)]
