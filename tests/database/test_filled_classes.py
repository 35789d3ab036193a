from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    Database,
    FerraModel,
    NotFound,
    SchemaError,
    Table,
    from_,
    insert_into,
    maybe,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Towns(Table):
    id = t.integer(primary_key=True)
    name = t.text()
    mayor = t.nullable(t.text())
    size = t.numeric(8, 2, default=Decimal(1))
    founded = t.timestamptz(default=dt.datetime(1300, 1, 1, tzinfo=dt.UTC))
    notes = t.jsonb(default={})


class Streets(Table):
    id = t.integer(primary_key=True)
    town_id = t.integer(references=Towns.id)
    name = t.text()


@attrs.frozen
class Town(FerraModel[Towns]):
    id: int
    name: str
    mayor: str | None = None


@attrs.frozen
class Street(FerraModel[Streets]):
    id: int
    town_id: int
    name: str


@attrs.frozen
class Count:
    town: str
    streets: int


@attrs.define
class Pair:
    town: Town
    street: Street | None


@attrs.define(slots=False)
class Whole:
    town: Town


@attrs.frozen(cache_hash=True)
class Odd:
    _id: int = attrs.field(validator=attrs.validators.lt(0), converter=str)
    mayor: str | None
    moment: dt.datetime | None
    notes: dict[str, Any]
    seen: list[int] = attrs.field(factory=list, init=False)
    size: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        self.seen.append(self._id)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Towns, Streets) as database:
        database.execute(insert_into(Towns).values(Town(1, "Rye", "Ann"), Town(2, "Deal"), Town(3, "Hove")))
        database.execute(insert_into(Streets).values(Street(1, 1, "West"), Street(2, 1, "East"), Street(3, 2, "Quay")))
        yield database


joined = from_(Towns).left_join(Streets)
counts = joined.group_by(Towns.id, Towns.name).order_by(Towns.id).select(Towns.name, fn.count(Streets.id.nullable()))
COUNTS = [Count("Rye", 2), Count("Deal", 1), Count("Hove", 0)]


def test_each_row_fills_a_class_by_position(db: Database) -> None:
    assert db.fetch_all(counts, as_=Count) == COUNTS
    assert db.fetch_one(counts, as_=Count) == COUNTS[0]
    assert db.fetch_optional(counts, as_=Count) == COUNTS[0]
    assert db.fetch_optional(counts.where(Towns.id > 9), as_=Count) is None
    assert list(db.stream(counts, as_=Count)) == COUNTS
    assert db.fetch_page(counts, 2, 2, as_=Count).items == COUNTS[2:]
    assert db.fetch_page(counts, 2, 2, as_=Count).total == 3
    with pytest.raises(NotFound):
        db.fetch_one(counts.where(Towns.id > 9), as_=Count)
    with db.begin() as tx:
        assert tx.fetch_all(counts, as_=Count) == COUNTS


def test_a_model_is_one_field_and_from_the_nullable_side_it_may_be_none(db: Database) -> None:
    rows = db.fetch_all(joined.order_by(Towns.id, Streets.id).select(Town, maybe(Street)), as_=Pair)
    rye, deal, hove = Town(1, "Rye", "Ann"), Town(2, "Deal"), Town(3, "Hove")
    assert rows == [
        Pair(rye, Street(1, 1, "West")),
        Pair(rye, Street(2, 1, "East")),
        Pair(deal, Street(3, 2, "Quay")),
        Pair(hove, None),
    ]
    assert db.fetch_all(select(Town).find(3), as_=Whole) == [Whole(hove)]


def test_the_rows_of_set_operations_and_of_returning_fill_a_class_too(db: Database) -> None:
    places = from_(Towns).select(Towns.name, Towns.id).union(from_(Streets).select(Streets.name, Streets.id))
    assert db.fetch_all(places.order_by(Towns.name).limit(2), as_=Count) == [Count("Deal", 2), Count("East", 2)]
    renamed = update(Towns).find(2).set(Towns.name.to("Deal")).returning(Towns.name, Towns.id)
    assert db.fetch_one(renamed, as_=Count) == Count("Deal", 2)


def test_only_what_the_row_has_is_set_and_no_converter_or_validator_runs(db: Database) -> None:
    items = from_(Towns).find(1).select(Towns.id, Towns.mayor, Towns.founded, Towns.notes, Towns.size)
    (odd,) = db.fetch_all(items, as_=Odd)
    assert (odd._id, odd.mayor, odd.notes, odd.size, odd.seen) == (1, "Ann", {}, Decimal(1), [1])
    assert odd.moment == dt.datetime(1300, 1, 1, tzinfo=dt.UTC)
    assert odd == db.fetch_one(items, as_=Odd)


def test_the_same_query_without_a_class_is_tuples_as_before(db: Database) -> None:
    assert db.fetch_all(counts, as_=Count)[0] == Count("Rye", 2)
    assert db.fetch_all(counts)[0] == ("Rye", 2)


@attrs.frozen
class Single:
    name: str


@attrs.frozen
class Swapped:
    streets: int
    town: str


@attrs.frozen
class NeverNone:
    id: int
    mayor: str


@attrs.frozen
class WrongModel:
    street: Street


@attrs.frozen
class NeverMissing:
    town: Town
    street: Street


@attrs.frozen
class Bare:
    town = attrs.field()


@attrs.frozen
class Misspelled:
    town: Strt  # type: ignore[name-defined]  # noqa: F821 - as it is meant


class NotAttrs:
    town: str
    streets: int


REFUSALS = [
    (counts, Single, r"^Single: a row has 2 items \(towns\.name, count\), a field each; the class has 1$"),
    (counts, Swapped, r"Swapped\.streets is int; towns\.name is text \(str\)"),
    (counts, NotAttrs, r"as_ takes an attrs class, not the class NotAttrs: decorate a class with @attrs\.frozen"),
    (counts, [Count], r"as_ takes an attrs class, not a list"),
    (counts, attrs.make_class("Any", {"town": attrs.field()}), r"^Any: a row has 2 items"),
    (select(Towns.name), Bare, r"Bare\.town has no annotation: write what towns\.name is"),
    (select(Towns.name), Misspelled, r"Misspelled\.town: its annotation cannot be resolved at run time"),
    (
        from_(Towns).select(Towns.id, Towns.mayor),
        NeverNone,
        r"NeverNone\.mayor is never None; towns\.mayor may be NULL",
    ),
    (joined.select(Towns.id, Streets.name.nullable()), NeverNone, r"NeverNone\.mayor is never None; streets\.name may"),
    (select(Towns.id).union(select(Streets.id)), Single, r"Single\.name is str; towns\.id is integer \(int\)"),
    (select(Town), WrongModel, r"WrongModel\.street is Street; town is a Town"),
    (joined.select(Town, maybe(Street)), NeverMissing, r"NeverMissing\.street is never None; street may be missing"),
    (select(Town), Town, r"^Town: a row has 1 item \(town\), a field each; the class has 3$"),
]


@pytest.mark.parametrize(("query", "cls", "message"), REFUSALS, ids=range(len(REFUSALS)))
def test_a_class_that_is_not_what_the_query_selects_is_refused_by_name(
    db: Database, query: Any, cls: Any, message: str
) -> None:
    for verb in (db.fetch_all, db.fetch_one, db.fetch_optional, db.stream, db.fetch_page):
        with pytest.raises(SchemaError, match=message):
            verb(query, as_=cls)


def test_a_write_whose_class_does_not_fit_is_not_sent(db: Database) -> None:
    renamed = update(Towns).find(2).set(Towns.name.to("Sandwich")).returning(Towns.name, Towns.size)
    with pytest.raises(SchemaError, match=r"Count\.streets is int; towns\.size is numeric\(8,2\) \(Decimal\)"):
        db.fetch_all(renamed, as_=Count)
    assert db.fetch_value(select(Towns.name).find(2)) == "Deal"
