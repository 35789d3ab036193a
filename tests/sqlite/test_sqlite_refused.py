"""What SQLite has otherwise than PostgreSQL, or not at all, is refused by name, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import attrs
import pytest
from cells import Cell, Cells, Notes

from ferra_sync import (
    SERVER_DEFAULT,
    Constraint,
    Derived,
    FerraModel,
    SqliteDatabase,
    Table,
    check,
    delete_from,
    depth_first,
    from_,
    index,
    insert_into,
    only,
    rollup,
    row,
    select,
    truncate,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.errors import QueryError


class Numbers(Derived):
    number = t.integer()


class Away(Table, schema="other"):
    id = t.integer(primary_key=True)


class Marks(Table):
    id = t.integer(primary_key=True)
    mark = t.integer(default=fn.literal(2) + 1)


@attrs.define
class Mark(FerraModel[Marks]):
    id: int
    mark: int = SERVER_DEFAULT


class Ids(Table):
    id = t.serial(primary_key=True)


@attrs.define
class Id(FerraModel[Ids]):
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db() -> Iterator[SqliteDatabase]:
    with SqliteDatabase.connect() as db:
        db.create_tables(Cells, Notes, Marks, Ids)
        yield db


def _chain(**options: Any) -> Any:
    start = from_(Cells).where(Cells.id == 1).select(Cells.id)
    return from_(Numbers).with_(
        Numbers.recursive(start, lambda last: from_(last).where(last.number < 3).select(last.number + 1), **options)
    )


QUERIES: dict[str, Callable[[], Any]] = {
    "SEARCH or CYCLE": lambda: _chain(search=depth_first(Numbers.number)).select(Numbers.number),
    "write in WITH": lambda: (
        from_(Numbers).with_(Numbers.cte(delete_from(Cells).all_rows().returning(Cells.id))).select(Numbers.number)
    ),
    "function in FROM": lambda: from_(Numbers.of(fn.generate_series(1, 3))).select(Numbers.number),
    "LATERAL": lambda: (
        from_(Cells)
        .inner_join(Numbers.lateral(from_(Notes).correlate(Cells).where(Notes.cell_id == Cells.id).select(Notes.id)))
        .select(Numbers.number)
    ),
    "TABLESAMPLE or ONLY": lambda: from_(only(Cells)).select(Cells.id),
    "ROLLUP": lambda: from_(Cells).group_by(rollup(Cells.whole)).select(fn.count()),
    "HAVING without groups": lambda: from_(Cells).having(fn.literal(1) == 1).select(fn.literal(1)),
    "sorted values": lambda: from_(Cells).select(fn.percentile_disc(0.5).within_group(Cells.whole)),
    "aggregate of sorted": lambda: from_(Cells).select(fn.string_agg(Cells.name, ",", order_by=Cells.id)),
    "has no schema other": lambda: from_(Away).select(Away.id),
    "FOR UPDATE": lambda: select(Cell).for_update(),
    "no table|truncate": lambda: truncate(Ids),
    "no multiset|such statement": lambda: from_(Cells).select(from_(Notes).select(Notes.id).multiset()),
    "= DEFAULT": lambda: update(Ids).where(Ids.id == 1).set(Ids.id.to(SERVER_DEFAULT)),
    "computes with values": lambda: insert_into(Marks).values(Mark(1)),
    "TABLESAMPLE": lambda: delete_from(Notes).using(only(Cells)).where(Notes.cell_id == Cells.id),
    "timestamptz with -": lambda: from_(Cells).select(Cells.at - Cells.at),
    "NaN and no infinity": lambda: from_(Cells).where(Cells.price + 1 > Decimal("NaN")).select(Cells.id),
}


@pytest.mark.parametrize("words", QUERIES)
def test_a_statement_is_refused(db: SqliteDatabase, words: str) -> None:
    query = QUERIES[words]()
    ask: Any = db.fetch_all if hasattr(query, "items") else db.execute
    with pytest.raises(QueryError, match=words):
        ask(query)


def test_rows_of_defaults_alone_are_inserted(db: SqliteDatabase) -> None:
    assert db.fetch_one(insert_into(Ids).default_values().returning(Id)) == Id(1)
    assert db.repository(Id).insert(Id()) == Id(2)


def _with(*constraints: Callable[[Any], Constraint[Any]], **columns: Any) -> type[Table]:
    """Return a table with these columns and constraints beside its key."""

    def declared(cls: Any) -> Sequence[Constraint[Any]]:
        return [make(cls) for make in constraints]

    body = {"id": t.integer(primary_key=True), **columns, "__constraints__": classmethod(declared)}
    return type("Declared", (Table,), body)


TABLES: dict[str, Callable[[], type[Table]]] = {
    "no generated column": lambda: _with(double=t.integer(generated_as=lambda: fn.literal(1) + 1)),
    "numbers a primary key of one column alone": lambda: _with(number=t.serial()),
    "is not kept in SQLite: declare t.jsonb": lambda: _with(tags=t.array(t.text())),
    "is not kept in SQLite: declare t.bigint": lambda: _with(span=t.interval()),
    r"numeric is not kept in SQLite": lambda: _with(amount=t.numeric()),
    "is not kept in SQLite: declare another": lambda: _with(age=t.domain("age", t.integer())),
    "no index but a B-tree": lambda: _with(lambda cls: index(cls.word, using="hash"), word=t.text()),
    "no index of an expression": lambda: _with(lambda cls: index(fn.length(cls.word)), word=t.text()),
    "computed number or text": lambda: _with(lambda cls: check(cls.a + 1 > 0, name="c"), a=t.integer()),
    "literal of such a value": lambda: _with(lambda cls: check(cls.raw != b"x", name="c"), raw=t.bytea()),
    "SQLite has no schema other": lambda: Away,
}


@pytest.mark.parametrize("words", TABLES)
def test_a_declaration_is_refused(db: SqliteDatabase, words: str) -> None:
    table = TABLES[words]()
    with pytest.raises(QueryError, match=words):
        db.create_tables(table)


def test_checks_and_indexes_hold_texts_numbers_and_lists() -> None:
    table: Any = _with(
        lambda cls: check(cls.word.is_in(["it's", "b"]) & (cls.a > 0.5), name="c"),
        lambda cls: index(cls.a.desc(), where=cls.word == "it's"),
        word=t.text(),
        a=t.double_precision(),
    )
    with SqliteDatabase.connect() as db:
        db.create_tables(table)


@pytest.mark.parametrize(
    "call",
    [
        lambda db: db.copy_out(select(Cell)),
        lambda db: db.claim(select(Cell), 1),
        lambda db: db.notify("a", "b"),
        lambda db: db._occupied("a walk"),
        lambda db: db.fetch_all(from_(Cells).where(row(Cells.is_on, Cells.raw).is_in([(True, b"")]) == Cells.id)),
    ],
)
def test_verbs_of_postgresql_alone_are_refused(db: SqliteDatabase, call: Callable[[Any], object]) -> None:
    with pytest.raises(QueryError):
        call(db)
