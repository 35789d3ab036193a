"""The generated check of a row: it is sure only of what a closer look accepts, and takes the same values."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from ipaddress import ip_address
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    JSON_NULL,
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    FerraModel,
    ModelMeta,
    Table,
    Unset,
    ValidationError,
    when_set,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._model.row_checks import row_check, rows_check
from ferra_sync._model.rows import _looked_at, checked_rows


class Mood(enum.Enum):
    GLAD = "glad"


class Label(str):
    __slots__ = ()


@attrs.frozen
class Inner:
    n: int


class Things(Table):
    id = t.identity(always=True, primary_key=True)
    name = t.varchar(20, default="x")
    size = t.nullable(t.integer())
    price = t.numeric()
    at = t.timestamptz(default=fn.now())
    day = t.nullable(t.date())
    data = t.nullable(t.jsonb())
    inner = t.nullable(t.jsonb(Inner))
    tags = t.array(t.text(), default=[])
    mood = t.nullable(t.enum(Mood))
    ip = t.nullable(t.inet())
    flag = t.nullable(t.boolean())
    key = t.nullable(t.uuid())


def long_enough(_row: object, _attribute: object, value: Any) -> None:
    if len(value) < 2:
        raise ValueError("too short")


@attrs.define
class Thing(FerraModel[Things]):
    id: int = SERVER_DEFAULT
    name: str = attrs.field(default=SERVER_DEFAULT, validator=when_set(long_enough))
    size: int | None = None
    price: Decimal = Decimal(1)
    at: dt.datetime = SERVER_DEFAULT
    day: dt.date | None = None
    data: Any = None
    inner: Inner | None = None
    tags: list[str] = SERVER_DEFAULT
    mood: Mood | None = None
    ip: Any = None
    flag: bool | None = None
    key: UUID | None = None


@attrs.define
class ThingPatch(Changeset[Things]):
    name: str | Unset = UNSET
    size: int | Unset | None = UNSET
    price: Decimal | Unset = UNSET


VALUES = [
    SERVER_DEFAULT,
    UNSET,
    None,
    JSON_NULL,
    True,
    1,
    2**70,
    1.5,
    Decimal("1.5"),
    "ab",
    Label("ab"),
    "a",
    b"ab",
    dt.date(2024, 1, 2),
    dt.datetime(2024, 1, 2),  # noqa: DTZ001 - one without a zone
    dt.datetime(2024, 1, 2, tzinfo=dt.UTC),
    {"a": 1},
    ["a"],
    [1],
    Inner(1),
    Mood.GLAD,
    ip_address("::1"),
    ip_address("127.0.0.1"),
    UUID(int=1),
]
NAMES = [field.name for field in attrs.fields(Thing)]


def made(model: type, values: dict[str, Any]) -> Any:
    row = object.__new__(model)
    for field in attrs.fields(model):
        object.__setattr__(row, field.name, values.get(field.name, field.default))
    return row


def looked_at(model: type, row: object, verb: Any) -> tuple[Any, ...] | None:
    try:
        return _looked_at(ModelMeta.of(model), row, verb, None)
    except ValidationError:
        return None


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=3))
@pytest.mark.parametrize("verb", ["insert", "update", "save", "change"])
def test_what_the_check_is_sure_of_a_closer_look_accepts_too(verb, values):
    model = ThingPatch if verb == "change" else Thing
    row = made(model, values)
    sure, looked = row_check(ModelMeta.of(model), verb)(row), looked_at(model, row, verb)
    assert sure is None or sure == looked
    if looked is not None and Label not in map(type, looked):
        assert sure == looked


def test_a_row_that_needs_a_closer_look_is_given_away_and_those_after_it_are_left():
    rows = [Thing(name=name) for name in ("ab", "cd", Label("ef"), "gh")]
    remaining = iter(rows)
    assert len(rows_check(ModelMeta.of(Thing))(remaining)) == 2
    assert next(remaining) is rows[3]
    assert [values[1] for values in checked_rows(ModelMeta.of(Thing), rows).values] == ["ab", "cd", "ef", "gh"]


def test_with_a_pattern_only_the_values_that_are_given_are_taken():
    meta = ModelMeta.of(Thing)
    pattern = tuple(name in {"name", "size"} for name in NAMES)
    rows = [made(Thing, dict.fromkeys(NAMES, SERVER_DEFAULT) | {"name": "ab", "size": 1})]
    assert rows_check(meta, pattern)(rows) == []  # price has no default
    pattern = tuple(name not in {"id", "at", "tags"} for name in NAMES)
    assert rows_check(meta, pattern)([Thing(name="ab")])[0][:3] == ("ab", None, Decimal(1))
    assert rows_check(meta, pattern)([Thing()]) == []


@pytest.mark.parametrize("at", [0, 1, 5])
def test_a_bad_row_among_many_is_named_with_all_that_is_wrong(at):
    rows = [Thing(name="ab") for _ in range(6)]
    rows[at] = made(Thing, {"name": "ab", "size": "s3cret", "price": None})
    with pytest.raises(ValidationError) as caught:
        checked_rows(ModelMeta.of(Thing), rows)
    assert (caught.value.row, sorted(caught.value.errors)) == (at, ["price", "size"])
    assert "s3cret" not in str(caught.value)


def test_validators_that_are_switched_off_are_not_asked():
    row = made(Thing, {"name": "a"})
    check = row_check(ModelMeta.of(Thing), "insert")
    assert check(row) is None
    with attrs.validators.disabled():
        assert check(row) is not None
