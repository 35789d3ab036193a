"""The bits of whole numbers, on the server."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import Database, Db, Insertable, QueryError, Table, check, from_, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t


class Masks(Table):
    id = t.serial(primary_key=True)
    small = t.smallint()
    whole = t.integer()
    big = t.bigint()
    missing = t.nullable(t.integer())
    exact = t.numeric(default=1)
    word = t.text(default="")
    low = t.integer(generated_as=lambda: Masks.whole & 7)

    @classmethod
    def __constraints__(cls) -> Any:
        return (check(cls.small & 1 == 0),)


@attrs.frozen
class Mask(Insertable[Masks]):
    small: int
    whole: int
    big: int


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Masks) as db:
        db.execute(insert_into(Masks).values(Mask(12, 10, 2**40 + 1)))
        yield db


@pytest.mark.parametrize(
    ("expr", "value", "type_name"),
    [
        (Masks.whole & 6, 10 & 6, "integer"),
        (Masks.whole | 6, 10 | 6, "integer"),
        (Masks.whole ^ 6, 10 ^ 6, "integer"),
        (~Masks.whole, ~10, "integer"),
        (Masks.whole << 2, 40, "integer"),
        (Masks.whole >> 1, 5, "integer"),
        (Masks.small & 4, 4, "smallint"),
        (~Masks.small, ~12, "smallint"),
        (Masks.small << Masks.whole, 12288, "smallint"),
        (Masks.small | Masks.whole, 12 | 10, "integer"),
        (Masks.small & Masks.big, 0, "bigint"),
        (Masks.whole ^ Masks.big, 10 ^ (2**40 + 1), "bigint"),
        (Masks.small | 70_000, 12 | 70_000, "integer"),
        (Masks.whole | 2**40, 10 | 2**40, "bigint"),
        (Masks.big >> Masks.small, (2**40 + 1) >> 12, "bigint"),
        (Masks.missing & 1, None, "integer"),
        (Masks.low, 2, "integer"),
        ((Masks.whole & 2 == 2) & ~(Masks.whole & 1 == 1), True, "boolean"),
        (fn.max(Masks.whole) & 3, 2, "integer"),
    ],
)
def test_the_bits_and_their_type_are_those_of_the_server(
    db: Database, expr: Any, value: object, type_name: str
) -> None:
    typeof = fn.function("pg_typeof", expr.type, returns=t.nullable(t.text()))

    assert db.fetch_one(from_(Masks).select(expr)) == value
    assert str(expr.type) == type_name
    assert db.fetch_value(from_(Masks).select(typeof(expr).cast(t.nullable(t.text())))) == type_name


def test_a_constraint_of_bits_holds(db: Database) -> None:
    with pytest.raises(Db):
        db.execute(insert_into(Masks).values(Mask(1, 1, 1)))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Masks.exact & 1, r"^& takes smallint, integer and bigint; masks\.exact is numeric$"),
        (lambda: Masks.whole | Masks.exact, r"^\| takes smallint, integer and bigint; masks\.exact is numeric$"),
        (lambda: Masks.word ^ 1, r"^# takes smallint, integer and bigint; masks\.word is text$"),
        (lambda: ~Masks.exact, r"^~ takes smallint, integer and bigint; masks\.exact is numeric$"),
        (lambda: fn.sum(Masks.big) & 1, r"^& takes smallint, integer and bigint; the expression is numeric$"),
        (lambda: Masks.whole & True, r"^masks\.whole is integer \(int\), not bool$"),
        (lambda: Masks.whole & Decimal(1), r"^masks\.whole is integer \(int\), not Decimal$"),
        (lambda: Masks.whole & None, r"^masks\.whole & None is always NULL$"),
        (lambda: Masks.big | 2**70, r"^\| takes smallint, integer and bigint; the expression is numeric$"),
        (lambda: Masks.whole << Masks.big, r"^<< takes a number of places; masks\.big is bigint: say \.cast"),
        (lambda: Masks.whole << 2**40, r"^<< takes a number of places; the expression is bigint: say \.cast"),
        (lambda: Masks.word >> 1, r"^>> takes smallint, integer and bigint; masks\.word is text$"),
        (lambda: (Masks.id == 1) << 1, r"^<< takes smallint, integer and bigint; the expression is boolean$"),
    ],
)
def test_what_has_no_bits_is_refused_by_name(build: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        build()
