"""A statement has at most 65,535 parameters; one that has more is refused by name, before anything is sent."""

from __future__ import annotations

import functools
import operator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    SERVER_DEFAULT,
    FerraModel,
    PgRepository,
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
from ferra_sync._compiler import compiled

MESSAGE = r"^\d+ parameters are more than the \d+ of one statement: is_in\(…\) takes any number of values as one, "


class Numbers(Table):
    id = t.integer(primary_key=True)
    n = t.integer(default=0)
    m = t.integer(default=0)


@attrs.frozen
class Number(FerraModel[Numbers]):
    id: int
    n: int = SERVER_DEFAULT
    m: int = SERVER_DEFAULT


def rows(parameters: int) -> list[Number]:
    """Return rows that leave different columns to the server, so that each value is a parameter of its own."""
    whole, rest = divmod(parameters, 3)
    return [*(Number(index, 1, 1) for index in range(whole)), *(Number(whole + index) for index in range(rest))]


def test_the_greatest_statement_is_sent_and_a_greater_one_is_refused(server_url: str) -> None:
    greatest = insert_into(Numbers).values(*rows(65_533 - 2), Number(-1), Number(-2))
    with database_with(server_url, Numbers) as db:
        with pytest.raises(QueryError, match=r"^65536 parameters are more than the 65535 of one statement"):
            db.execute(insert_into(Numbers).values(*rows(65_534), Number(-1), Number(-2)))
        assert db.execute(greatest) == db.fetch_value(from_(Numbers).select(fn.count()))
        assert len(PgRepository(Number, db).find_by(Numbers.id.is_in(range(70_000)))) > 20_000


def many(count: int) -> Any:
    return functools.reduce(operator.or_, [Numbers.n == number for number in range(count)])


@pytest.mark.parametrize(
    "query",
    [
        select(Number).where(*[Numbers.n != number for number in range(7)]),
        select(Number).where(many(7)),
        from_(Numbers).select(many(7)),
        from_(Numbers).order_by(many(7)).select(Number),
        from_(Numbers).distinct(many(7)).select(Number),
        from_(Numbers).group_by(Numbers.n).having(many(7)).select(Numbers.n),
        select(Number).where(many(5)).limit(1).offset(1),
        update(Numbers).set(Numbers.n.to(1)).where(many(6)),
        delete_from(Numbers).where(many(7)),
        delete_from(Numbers).where(many(6)).returning(Numbers.n + 1),
        insert_into(Numbers).values(*rows(7)),
    ],
)
def test_every_statement_with_too_many_parameters_is_refused(query: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MAX_PARAMETERS", 6)
    with pytest.raises(QueryError, match=MESSAGE):
        query.sql()
