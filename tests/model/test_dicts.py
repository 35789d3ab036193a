"""A dict out and a dict in: `validated(M, to_dict(m)) == m`, and what JSON says of each type."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import model_of
from type_cases import CASES, Everything, Inner, Mood, Outer, Subject, every_type, same

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    FerraModel,
    Insertable,
    ModelMeta,
    Page,
    SchemaError,
    Unset,
    ValidationError,
    to_dict,
    to_json,
    validated,
)
from ferra_sync.types import Multirange, Range

MOMENT = dt.datetime(2024, 5, 6, 7, 8, 9, 10, tzinfo=dt.UTC)

SPELLED: dict[str, tuple[Any, Any]] = {
    "a Decimal": (Decimal("9.90"), "9.90"),
    "a large Decimal": (Decimal("1E+40"), "1E+40"),
    "no number": (float("nan"), "NaN"),
    "no end": (float("-inf"), "-Infinity"),
    "a UUID": (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    "a date": (MOMENT.date(), "2024-05-06"),
    "a time": (MOMENT.time(), "07:08:09.000010"),
    "a moment": (MOMENT, "2024-05-06T07:08:09.000010+00:00"),
    "a moment in a zone": (MOMENT.astimezone(ZoneInfo("Asia/Kolkata")), "2024-05-06T12:38:09.000010+05:30"),
    "a duration": (dt.timedelta(1, 7384, 500_000), "P1DT2H3M4.500000S"),
    "a negative duration": (-dt.timedelta(microseconds=1), "-P0DT0H0M0.000001S"),
    "bytes": (b"\x00\xff", "AP8="),
    "an address": (IPv4Address("10.0.0.1"), "10.0.0.1"),
    "an interface": (IPv6Interface("::1/64"), "::1/64"),
    "a range": (Range(1, 5), "[1,5)"),
    "an open range of days": (Range(None, dt.date(2024, 5, 6), "(]"), "(,2024-05-06]"),
    "a range of moments": (Range(MOMENT, None, "[)"), "[2024-05-06T07:08:09.000010+00:00,)"),
    "an empty range": (Range(empty=True), "empty"),
    "a multirange": (Multirange([Range(1, 5), Range(7, None)]), "{[1,5),[7,)}"),
    "an empty multirange": (Multirange(), "{}"),
    "an enum": (Mood.SAD, "sad"),
    "a document": (Inner(MOMENT, ("a",)), {"at": MOMENT.isoformat(), "tags": ["a"]}),
    "a list": ([Decimal(1), None, (True, b"")], ["1", None, [True, ""]]),
    "an object": ({"a": Decimal(1), 2: None}, {"a": "1", "2": None}),
}


@pytest.mark.parametrize(("value", "spelled"), SPELLED.values(), ids=SPELLED)
def test_json_has_a_spelling_for_values_of_every_kind(value: Any, spelled: Any) -> None:
    assert json.loads(to_json([value])) == [spelled]


def test_json_has_no_spelling_for_what_no_column_holds() -> None:
    with pytest.raises(TypeError, match=r"^JSON has no spelling for a object$"):
        to_json(object())
    with pytest.raises(SchemaError, match="not a model"):
        to_dict(Inner(MOMENT))  # type: ignore[arg-type]  # the mistake


@every_type
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_model_is_its_own_dict_read_again(of: Subject, data: st.DataObject) -> None:
    values, nullable = of.case.values, st.none() | of.case.values
    row = of.model(data.draw(values), data.draw(st.lists(nullable, max_size=3)), data.draw(nullable), 5)
    text = json.dumps(to_dict(row), allow_nan=False)
    again = validated(of.model, json.loads(text))
    assert type(again) is type(row)
    for name in ("value", "many", "other", "id"):
        assert same(getattr(again, name), getattr(row, name))


@every_type
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_a_value_that_is_itself_is_taken_as_it_is(of: Subject, data: st.DataObject) -> None:
    value = data.draw(of.case.values)
    assert same(validated(of.model, {"value": value, "many": [value]}).value, value)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_insertables_and_changesets_are_their_own_dicts_read_again(data: st.DataObject) -> None:
    cases = {case.name: case for case in CASES}
    table = Everything.__ferra_table__
    names = {"day": "date", "outer": "jsonb_of", "price": "numeric_ps", "span": "interval", "ages": "int4range"}
    fields = {name: table.attributes[name].type.classes[0] for name in names}
    patch = model_of(Changeset[Everything], **{name: (cls | Unset, UNSET) for name, cls in fields.items()})
    values = {
        name: data.draw(cases[case].values.filter(lambda value: value == value))  # noqa: PLR0124 - NaN is not itself
        for name, case in names.items()
        if data.draw(st.booleans())
    }
    row = patch(**values)
    assert to_dict(row).keys() == values.keys()
    assert validated(patch, to_dict(row)) == row


@attrs.define
class Whole(FerraModel[Everything]):
    """Fields by other names than their columns have."""

    price: Decimal
    day: dt.date | None
    _hidden: str
    cost: float = attrs.field(alias="weight", default=1.0)
    id: int = SERVER_DEFAULT
    note: str = attrs.field(init=False, default="none")
    tags: list[str] = attrs.field(init=False, factory=list)


def test_the_keys_are_the_columns_attributes_whatever_the_fields_and_columns_are_called() -> None:
    row = Whole(Decimal(1), None, "h", 2.0)
    assert to_dict(row) == {"price": "1", "day": None, "hidden": "h", "weight": 2.0, "tags": []}
    del (data := to_dict(row))["tags"]
    assert validated(Whole, data) == row
    assert {field.name: field.key for field in ModelMeta.of(Whole).fields}["_hidden"] == "hidden"


def test_a_field_that_its_class_fills_in_cannot_be_given() -> None:
    for key in ("tags", "note", "_hidden", "cost"):
        with pytest.raises(ValidationError) as caught:
            validated(Whole, {"price": 1, "day": None, "hidden": "h", key: ["x"]})
        assert caught.value.errors == {key: "is unknown"}


def test_what_is_left_to_the_server_or_alone_is_in_no_dict() -> None:
    patch = model_of(Changeset[Everything], price=(Decimal | Unset, UNSET), day=(dt.date | Unset | None, UNSET))
    assert to_dict(patch(price=SERVER_DEFAULT)) == {}
    assert to_dict(patch(day=None)) == {"day": None}
    assert "id" not in to_dict(Whole(Decimal(1), None, "h"))


def test_pages_lists_and_pairs_of_models_are_json() -> None:
    row = Whole(Decimal(1), None, "h")
    item = to_dict(row)
    assert json.loads(to_json([row, (row, None)])) == [item, [item, None]]
    page = Page([row], 1, 1, 20)
    assert json.loads(to_json(page)) == page.to_dict()
    assert page.to_dict()["items"] == [item]
    assert to_json({"é": page.items}) == '{"é":[' + to_json(row) + "]}"


def test_an_insertable_may_hold_an_address_of_one_class_only() -> None:
    narrow = model_of(Insertable[Everything], **_annotations(host=IPv4Address))
    data = to_dict(narrow(**_values(host=IPv4Address("10.0.0.1"))))
    assert validated(narrow, data).host == IPv4Address("10.0.0.1")
    with pytest.raises(ValidationError) as caught:
        validated(narrow, data | {"host": "::1"})
    assert caught.value.errors == {"host": "everything.host is IPv4Address here"}
    wide = model_of(Insertable[Everything], **_annotations())
    assert validated(wide, data | {"host": "10.0.0.1/24"}).host == IPv4Interface("10.0.0.1/24")


def _annotations(**others: Any) -> dict[str, Any]:
    columns = Everything.__ferra_table__.declarations.items()
    found = {name: column.sql_type.classes[0] for name, column in columns if not column.has_default}
    found |= {"host": IPv4Address | IPv4Interface, "ages": Range[int], "tags": list[str]}
    return found | others


def _values(**others: Any) -> dict[str, Any]:
    return {
        "price": Decimal(1),
        "weight": 1.0,
        "day": MOMENT.date(),
        "at": MOMENT,
        "span": dt.timedelta(1),
        "raw": b"",
        "ages": Range(1, 2),
        "mood": Mood.SAD,
        "document": {"a": 1},
        "outer": Outer("o", Inner(MOMENT)),
        "tags": [],
        "hidden": "h",
    } | others
