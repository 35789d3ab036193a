"""Rows to be written by the many over keys that the server compares by its own rules, and what one of them becomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import attrs
import pytest

from ferra_sync import SERVER_DEFAULT, FerraModel, Outcome, Table, unique
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.many import chunks


class Entries(Table):
    id = t.identity(primary_key=True)
    code = t.citext(unique=True)
    price = t.nullable(t.numeric(6, 1))
    label = t.nullable(t.citext())
    doc = t.nullable(t.json())
    size = t.integer(default=7)
    created_at = t.timestamptz(default=fn.clock_timestamp())
    updated_at = t.timestamptz(default=fn.clock_timestamp(), on_update=fn.clock_timestamp())


@attrs.define
class Entry(FerraModel[Entries]):
    code: str
    price: Decimal | None = None
    label: str | None = None
    doc: Any = None
    size: int = SERVER_DEFAULT
    id: int = SERVER_DEFAULT
    created_at: datetime = SERVER_DEFAULT
    updated_at: datetime = SERVER_DEFAULT


class Seats(Table):
    hall = t.text(primary_key=True)
    number = t.integer(primary_key=True)
    guest = t.nullable(t.text(unique=True))


@attrs.define
class Seat(FerraModel[Seats]):
    hall: str
    number: int
    guest: str | None = None


class Prices(Table):
    """Two keys more that PostgreSQL rounds or pads, and one that may be NULL."""

    id = t.numeric(8, 2, primary_key=True)
    code = t.char(3)
    at = t.timestamptz()
    place = t.nullable(t.integer())

    @classmethod
    def __constraints__(cls) -> list[Any]:
        return [unique(cls.code, cls.at), unique(cls.place)]


@attrs.define
class Price(FerraModel[Prices]):
    id: Decimal
    code: str
    at: datetime
    place: int | None = None


@contextmanager
def chunks_of(size: int) -> Iterator[None]:
    """Let the many be read so many rows at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK", size)
        yield


def upserted(stored: dict[str, Entry], row: Entry) -> Outcome:
    """Do in Python what an upsert by `code` does with a row."""
    price = None if row.price is None else row.price.quantize(Decimal("0.1"), ROUND_HALF_UP)
    given = attrs.evolve(row, price=price)
    known = stored.get(row.code.lower())
    if known is None:
        stored[row.code.lower()] = attrs.evolve(given, size=7 if row.size is SERVER_DEFAULT else row.size)
        return Outcome.INSERTED
    changed = attrs.evolve(given, code=known.code, size=known.size if row.size is SERVER_DEFAULT else row.size)
    stored[row.code.lower()] = changed
    return Outcome.UNCHANGED if changed == known else Outcome.UPDATED


def plain(row: Entry) -> Entry:
    """Return a row without what the server alone says."""
    return attrs.evolve(row, id=SERVER_DEFAULT, created_at=SERVER_DEFAULT, updated_at=SERVER_DEFAULT)
