"""Which items of a row may be None: that hangs on the query's joins, and on nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from databases import database_with
from none_in_rows import broken_promises, items_that_may_be_none
from tables import model_of

from ferra_sync import Database, FerraModel, Table, delete_from, from_, insert_into, maybe, select, update
from ferra_sync import functions as fn
from ferra_sync import types as t


class Suns(Table):
    id = t.integer(primary_key=True)
    name = t.nullable(t.text())


class Moons(Table):
    id = t.integer(primary_key=True)


class Stars(Table):
    id = t.integer(primary_key=True)


class Twins(Suns, alias="twins"):
    pass


Sun: Any = model_of(FerraModel[Suns], id=int, name=str | None)
Moon: Any = model_of(FerraModel[Moons], id=int)
Star: Any = model_of(FerraModel[Stars], id=int)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Suns, Moons, Stars) as db:
        db.execute(insert_into(Suns).values(Sun(1, "a"), Sun(2, None), Sun(3, "c")))
        db.execute(insert_into(Moons).values(Moon(2), Moon(4)))
        db.execute(insert_into(Stars).values(Star(3), Star(5)))
        yield db


def joined(query: Any, how: str, table: Any) -> Any:
    """Join by the first table's id; an inner join that comes later by nothing, or it would leave out what lacks one."""
    if how == "cross":
        return query.cross_join(table)
    on = fn.literal(value=True) if how == "inner" and table is Stars else Suns.id == table.id
    return getattr(query, f"{how}_join")(table, on=on)


WAYS = ("inner", "left", "right", "full", "cross")


@pytest.mark.parametrize(("first", "second"), list(product(WAYS, WAYS)))
def test_a_column_of_the_nullable_side_may_be_null_and_no_other(db: Database, first: str, second: str) -> None:
    query = joined(joined(from_(Suns), first, Moons), second, Stars).select(Suns.id, Moons.id, Stars.id)
    rows = db.fetch_all(query)

    assert [any(row[place] is None for row in rows) for place in range(3)] == items_that_may_be_none(query)


def test_what_is_made_of_a_column_of_the_nullable_side_may_be_null_where_the_column_may(db: Database) -> None:
    query = from_(Suns).left_join(Moons, on=Suns.id == Moons.id)
    items = query.select(Suns.id + Moons.id, fn.coalesce(Moons.id, 0), Moons.id.is_null(), Moons.id == 2, maybe(Moon))
    grouped = query.group_by(Suns.id, Moons.id).select(Suns.id, Moons.id, fn.count(Moons.id), fn.sum(Suns.id))

    assert items_that_may_be_none(items) == [True, False, False, True, True]
    assert items_that_may_be_none(grouped) == [False, True, False, True]
    assert broken_promises(items, db.fetch_all(items)) == broken_promises(grouped, db.fetch_all(grouped)) == []


def test_an_alias_is_another_table_than_its_own(db: Database) -> None:
    query = from_(Suns).left_join(Twins, on=Suns.id == Twins.id + 1).select(Suns.id, Twins.id, Suns.name)

    assert items_that_may_be_none(query) == [False, True, True]
    assert broken_promises(query, db.fetch_all(query)) == []


def test_values_of_several_items_and_clauses_are_each_their_own_s(db: Database) -> None:
    none = fn.literal(None, t.integer())
    query = from_(Suns).distinct().where(Suns.id > 0).select(Suns.id + 1, Suns.id + none, Suns.id.between(1, 2), Sun)

    assert items_that_may_be_none(query) == [False, True, False, False]
    assert broken_promises(query, db.fetch_all(query)) == []
    assert items_that_may_be_none(select(Suns.name)) == [True]


def test_what_a_write_returns_may_be_null_where_its_columns_may(db: Database) -> None:
    writes = [
        insert_into(Suns).values(Sun(7, None)),
        update(Suns).find(7).set(Suns.name.to("x")),
        delete_from(Suns).where(Suns.id == 7),
    ]
    for write in writes:
        query = write.returning(Suns.id + 1, Suns.name, Suns.name.is_null(), Suns.name == "x", Sun)

        assert items_that_may_be_none(query) == [False, True, False, True, False]
        assert broken_promises(query, db.fetch_all(query)) == []
