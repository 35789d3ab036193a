"""A table of every kind of column that SQLite keeps, and one that refers to it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
from hypothesis import strategies as st

from ferra_sync import FerraModel, Table
from ferra_sync import types as t


class Cells(Table):
    id = t.integer(primary_key=True)
    whole = t.nullable(t.integer())
    price = t.nullable(t.numeric(8, 2))
    real = t.nullable(t.double_precision())
    name = t.nullable(t.text())
    is_on = t.nullable(t.boolean())
    key = t.nullable(t.uuid())
    day = t.nullable(t.date())
    clock = t.nullable(t.time())
    local = t.nullable(t.timestamp())
    at = t.nullable(t.timestamptz())
    raw = t.nullable(t.bytea())


@attrs.define
class Cell(FerraModel[Cells]):
    id: int
    whole: int | None
    price: Decimal | None
    real: float | None
    name: str | None
    is_on: bool | None
    key: UUID | None
    day: dt.date | None
    clock: dt.time | None
    local: dt.datetime | None
    at: dt.datetime | None
    raw: bytes | None


@attrs.define
class Bare(FerraModel[Cells]):
    """A cell in which all else is NULL."""

    id: int


class Notes(Table):
    id = t.integer(primary_key=True)
    cell_id = t.nullable(t.integer(references=Cells.id, on_delete="cascade"))
    stars = t.smallint()
    views = t.bigint()
    weight = t.nullable(t.numeric(9, 4))
    share = t.nullable(t.real())


@attrs.define
class Note(FerraModel[Notes]):
    id: int
    cell_id: int | None
    stars: int
    views: int
    weight: Decimal | None
    share: float | None = None


_LOCAL = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001 - of timestamps
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "whole": st.integers(-3, 3) | st.integers(-(2**31), 2**31 - 1),
    "price": st.decimals(-999, 999, places=2),
    "real": st.floats(allow_nan=False),
    "name": st.text(st.sampled_from("aAbzé%_\\😀\uff5a "), max_size=4),
    "is_on": st.booleans(),
    "key": st.uuids(),
    "day": st.dates(dt.date(1, 1, 1)),
    "clock": st.times(),
    "local": _LOCAL,
    "at": _LOCAL.map(lambda moment: moment.replace(tzinfo=dt.UTC)),
    "raw": st.binary(max_size=3),
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | each for name, each in VALUES.items()}), min_size=1, max_size=12
).map(lambda rows: [Cell(id=number, **row) for number, row in enumerate(rows)])
NOTES = st.lists(
    st.fixed_dictionaries(
        {
            "cell_id": st.none() | st.integers(0, 14),
            "stars": st.integers(-2, 2) | st.integers(-(2**15), 2**15 - 1),
            "views": st.integers(-9, 9) | st.integers(-(2**63), 2**63 - 1),
            "weight": st.none() | st.decimals(-99, 99, places=4),
            "share": st.none() | st.floats(width=32, allow_nan=False),
        }
    ),
    max_size=9,
)


def notes_of(rows: list[Cell], drawn: list[dict[str, Any]]) -> list[Note]:
    """Return notes of these cells."""
    ids = {row.id for row in rows}
    return [
        Note(number, **{**note, "cell_id": note["cell_id"] if note["cell_id"] in ids else None})
        for number, note in enumerate(drawn)
    ]


def empty(number: int) -> Cell:
    """Return a cell in which all else is NULL."""
    return Cell(number, *[None] * (len(attrs.fields(Cell)) - 1))


def full(number: int) -> Cell:
    """Return a cell without NULL; its values are such as JSON has not."""
    day = dt.date(2024, 2, number)
    local = dt.datetime(2024, 2, number, 3, 4, 5, 6)  # noqa: DTZ001 - of a timestamp
    key = UUID(int=number)
    return Cell(
        number,
        1,
        Decimal("0.10"),
        0.1 + 1 / number,
        "x",
        True,
        key,
        day,
        dt.time(1),
        local,
        local.replace(tzinfo=dt.UTC),
        b"\0\xff",
    )
