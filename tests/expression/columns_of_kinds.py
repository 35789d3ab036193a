"""Tables with columns of many kinds: numbers, texts, and one of nearly every type."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import types as t

UTC = dt.UTC
NAIVE = dt.datetime.fromisoformat("2024-01-01T00:00:00")


class Numbers(Table):
    id = t.serial(primary_key=True)
    n = t.nullable(t.numeric())
    m = t.nullable(t.numeric())
    yes = t.nullable(t.boolean())


class Texts(Table):
    id = t.serial(primary_key=True)
    word = t.text()
    other = t.nullable(t.varchar(40))
    padded = t.char(4, default="")


class Kinds(Table):
    id = t.serial(primary_key=True)
    small = t.smallint(default=7)
    whole = t.integer(default=-7)
    big = t.bigint(default=2**40)
    exact = t.numeric(10, 2, default=Decimal("2.50"))
    short = t.real(default=0.1)
    double = t.double_precision(default=0.1)
    at = t.timestamptz(default=dt.datetime(2024, 1, 1, tzinfo=UTC))
    plain = t.timestamp(default=NAIVE)
    span = t.interval(default=dt.timedelta(hours=1))
    day = t.date(default=dt.date(2024, 1, 1))
    words = t.array(t.text(), default=["a"])
    data = t.jsonb(default={"a": 1})
    maybe_whole = t.nullable(t.integer())


@attrs.define
class Number(FerraModel[Numbers]):
    n: Decimal | None
    m: Decimal | None
    yes: bool | None
    id: int = SERVER_DEFAULT


@attrs.define
class Text(FerraModel[Texts]):
    word: str
    other: str | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class Kind(FerraModel[Kinds]):
    maybe_whole: int | None = None
    id: int = SERVER_DEFAULT


ROWS = [
    (n, m, yes)
    for n, m in ((3, -2), (0, 0), (-7, 5), (None, 1), (2, None), (None, None), (1, 3), (5, 5))
    for yes in (True, False, None)
]
