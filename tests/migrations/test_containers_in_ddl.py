"""Documents, arrays and hstore in defaults, generated columns, checks and indexes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    SERVER_DEFAULT,
    Constraint,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    Table,
    check,
    index,
    insert_into,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Logs(Table):
    id = t.serial(primary_key=True)
    data = t.jsonb(default={"title": ["it's", "x"]})
    tags = t.array(t.text(), default=["a", "b"])
    grid = t.array(t.array(t.integer()), default=[[1, 2]])
    traits = t.hstore(default={"a": "b'", "c": None})
    built = t.jsonb(default=fn.jsonb_build_object("a", 1))
    title = t.nullable(t.text(generated_as=lambda: Logs.data.text("title", 0)))
    first = t.nullable(t.text(generated_as=lambda: Logs.tags[1]))
    rest = t.array(t.text(), generated_as=lambda: Logs.tags[2:])
    corner = t.nullable(t.integer(generated_as=lambda: Logs.grid[1, 2]))
    trait = t.nullable(t.text(generated_as=lambda: Logs.traits.text("a")))

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Self]]:
        return (
            check(cls.data.contains({"title": []}) | cls.data.has_any(["a", "b"]), name="titled"),
            check(fn.cardinality(cls.tags) > 0, name="tagged"),
            check(cls.tags.contained_by(["a", "b"]), name="known"),
            check(cls.traits.has_key("a")),
            index(cls.data.text("a", "b")),
            index(cls.tags[1], where=cls.data.has_key("x")),
            index((cls.data - "a").get("b")),
        )


@attrs.frozen
class Log(FerraModel[Logs]):
    data: Any = SERVER_DEFAULT
    tags: list[str] = SERVER_DEFAULT
    grid: list[list[int]] = SERVER_DEFAULT
    traits: dict[str, str | None] = SERVER_DEFAULT
    built: Any = SERVER_DEFAULT
    title: str | None = SERVER_DEFAULT
    first: str | None = SERVER_DEFAULT
    rest: list[str] = SERVER_DEFAULT
    corner: int | None = SERVER_DEFAULT
    trait: str | None = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Logs) as db:
        yield db


def test_defaults_and_generated_columns_are_what_they_say(db: Database) -> None:
    assert db.fetch_one(insert_into(Logs).values(Log()).returning(Log)) == Log(
        {"title": ["it's", "x"]},
        ["a", "b"],
        [[1, 2]],
        {"a": "b'", "c": None},
        {"a": 1},
        title="it's",
        first="a",
        rest=["b"],
        corner=2,
        trait="b'",
    )


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (Log(data={"x": 1}), "titled"),
        (Log(tags=[]), "tagged"),
        (Log(tags=["z"]), "known"),
        (Log(traits={"x": "y"}), "logs_traits_check"),
    ],
)
def test_checks_hold(db: Database, row: Log, constraint: str) -> None:
    with pytest.raises(Db) as caught:
        db.execute(insert_into(Logs).values(row))
    assert (caught.value.kind, caught.value.constraint) == (DbErrorKind.CHECK_VIOLATION, constraint)
