from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    Database,
    Db,
    FerraModel,
    Plan,
    QueryError,
    Table,
    delete_from,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

SECRET = "hunter2"


class Shelves(Table):
    id = t.integer(primary_key=True)
    label = t.text()


class Tomes(Table):
    id = t.integer(primary_key=True)
    shelf_id = t.integer(references=Shelves.id)
    title = t.text()


@attrs.frozen
class Shelf(FerraModel[Shelves]):
    id: int
    label: str


@attrs.frozen
class Tome(FerraModel[Tomes]):
    id: int
    shelf_id: int
    title: str


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Shelves, Tomes) as database:
        database.execute(insert_into(Shelves).values(*[Shelf(number, "x") for number in range(9)]))
        database.execute(insert_into(Tomes).values(*[Tome(number, number % 9, "x") for number in range(400)]))
        yield database


named = select(Tome).where(Tomes.title == SECRET, Tomes.id > 4711)
shelved = from_(Tomes).inner_join(Shelves).where(Shelves.label == SECRET).order_by(Tomes.title).select(Tome, Shelf)
written = [
    insert_into(Shelves).values(Shelf(90, SECRET)),
    insert_into(Shelves).values(Shelf(90, SECRET)).returning(Shelf),
    update(Tomes).all_rows().set(Tomes.title.to(SECRET)),
    update(Tomes).find(3).set(Tomes.title.to(SECRET)).returning(Tomes.title),
    delete_from(Tomes).where(Tomes.id > 3),
]


def state(db: Any) -> Any:
    return db.fetch_all(select(Tome).order_by(Tomes.id)), db.fetch_all(select(Shelf).order_by(Shelves.id))


@pytest.mark.parametrize("query", [named, shelved, named.union(named).limit(2), select(fn.now()), *written])
def test_a_query_is_explained_with_its_values_and_shows_none(db: Database, query: Any) -> None:
    before = state(db)
    for plan in (query.explain(db), query.explain(db, analyze=True, buffers=True)):
        assert isinstance(plan, Plan)
        shown = repr(plan) + str(plan) + plan._repr_html_() + repr(plan.root)
        assert SECRET not in shown
        assert "4711" not in shown
        assert shown.count("◀") == 3
        assert plan.slowest in list(plan.root.walk())
    assert state(db) == before


def test_the_plan_is_that_of_the_values_and_raw_has_them(db: Database) -> None:
    plan = select(Tome).where(Tomes.title == SECRET).explain(db)
    assert (plan.root.kind, plan.root.relation) == ("Seq Scan", "tomes")
    assert plan.root.conditions == ("Filter: (title = …::text)",)
    assert SECRET in str(plan.raw)
    assert (plan.root.rows, plan.root.loops, plan.execution_time) == (None, None, None)


def test_analyze_says_what_ran(db: Database) -> None:
    plan = select(Tome).where(Tomes.id < 10).explain(db, analyze=True, buffers=True)
    assert (plan.root.rows, plan.root.loops) == (10, 1)
    assert plan.root.time is not None
    assert plan.execution_time is not None
    assert plan.root.blocks_hit is not None
    assert "10 rows" in repr(plan)


def test_a_transaction_stays_as_it_was(db: Database) -> None:
    with db.begin() as tx:
        tx.execute(delete_from(Tomes).where(Tomes.id > 5))
        before = state(tx)
        plan = delete_from(Tomes).all_rows().explain(tx, analyze=True)
        assert (plan.root.kind, plan.root.children[0].rows) == ("Delete", 6)
        assert state(tx) == before
        with pytest.raises(Db, match="division by zero"):
            from_(Tomes).select(Tomes.id / (Tomes.id - Tomes.id)).explain(tx, analyze=True)
        assert state(tx) == before


def test_rows_that_would_be_locked_can_be_explained_anywhere(db: Database) -> None:
    assert select(Tome).for_update().explain(db, analyze=True).root.kind == "LockRows"


def test_what_cannot_be_explained_is_refused(db: Database) -> None:
    nowhere: Any = None
    with pytest.raises(QueryError, match=r"explain takes a Database or a Transaction, not None"):
        named.explain(nowhere)
    with pytest.raises(QueryError, match="nothing to set in tomes"):
        update(Tomes).explain(db)
    with db.begin() as tx:
        tx.commit()
        with pytest.raises(QueryError, match="the transaction is over"):
            named.explain(tx)
