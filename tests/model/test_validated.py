"""`validated`: what is taken, what is refused, and that all of it is said at once and without a value."""

from __future__ import annotations

import datetime as dt
import traceback
from decimal import Decimal
from typing import Any, Literal

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import model_of
from type_cases import SUBJECTS, Everything, Inner, Mood, Outer, Subject, every_type

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    FerraModel,
    Insertable,
    SchemaError,
    Table,
    Unset,
    ValidationError,
    validated,
    when_set,
)
from ferra_sync import types as t

SECRET = "hunter2"


class People(Table):
    id = t.serial(primary_key=True)
    name = t.varchar(50)
    email = t.nullable(t.text())
    age = t.integer()
    password = t.text(secret=True)
    nick = t.text(default="")


def not_blank(_row: object, field: attrs.Attribute[Any], value: str) -> None:
    if not value.strip():
        raise ValueError(f"{field.name} is blank")


def of_age(_row: object, _field: attrs.Attribute[Any], value: int) -> None:
    if value < 18:
        raise LookupError(f"{value} is too young")


@attrs.define
class Person(FerraModel[People]):
    name: str = attrs.field(validator=not_blank)
    age: int = attrs.field(validator=of_age)
    password: str = attrs.field(validator=attrs.validators.min_len(8))
    email: str | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class NewPerson(Insertable[People]):
    name: str = attrs.field(validator=not_blank)
    age: int
    password: str
    nick: str = SERVER_DEFAULT


@attrs.define
class PersonPatch(Changeset[People]):
    name: str | Unset = attrs.field(default=UNSET, validator=when_set(not_blank))
    email: str | Unset | None = UNSET
    age: int | Unset = UNSET
    nick: str | Unset = UNSET


GOOD = {"name": "al", "age": 20, "password": "x" * 8}


def problems(model: Any, data: Any, **options: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        validated(model, data, **options)
    error = caught.value
    assert (error.__cause__, error.__context__) == (None, None)
    assert SECRET not in "".join(traceback.format_exception(error))
    return error.errors


def assert_quiet(model: Any, data: Any) -> None:
    """The data becomes a model, or an error that shows nothing of it."""
    try:
        made = validated(model, data)
    except ValidationError as error:
        made = error
    if isinstance(made, ValidationError):
        assert (made.__cause__, made.__context__) == (None, None)
        assert SECRET not in "".join(traceback.format_exception(made))
    else:
        assert type(made) is model


def test_good_data_becomes_a_model() -> None:
    assert validated(Person, GOOD) == Person("al", 20, "x" * 8)
    assert validated(Person, GOOD | {"id": 5, "email": None}) == Person("al", 20, "x" * 8, None, 5)
    assert validated(NewPerson, GOOD) == NewPerson("al", 20, "x" * 8, SERVER_DEFAULT)


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_fields() -> None:
    found = problems(Person, {"password": SECRET, "age": 17, "email": 5, "name": "  ", "x": 1})
    assert list(found) == ["name", "age", "password", "email", "x"]
    assert found == {
        "name": "name is blank",
        "age": "… is too young",
        "password": "is rejected by the min_len validator for 8",
        "email": "people.email is text (str), not int",
        "x": "is unknown",
    }


def test_attrs_own_init_stops_at_the_first() -> None:
    with pytest.raises(ValueError, match=r"^name is blank$"):
        Person("", 17, "")


def test_missing_fields_are_named() -> None:
    assert problems(Person, {"age": 20}) == {"name": "is missing", "password": "is missing"}
    assert problems(NewPerson, {}) == {"name": "is missing", "age": "is missing", "password": "is missing"}


def test_unknown_keys_are_refused_or_ignored_as_is_said() -> None:
    data = GOOD | {"is_admin": True, "__init__": 1}
    assert problems(Person, data) == {"is_admin": "is unknown", "__init__": "is unknown"}
    assert validated(Person, data, unknown="ignore") == Person("al", 20, "x" * 8)
    assert problems(Person, GOOD | {5: 1}) == {"": "has a key that is no text"}
    with pytest.raises(ValueError, match="refuse"):
        validated(Person, GOOD, unknown="allow")  # type: ignore[arg-type]  # the mistake


@pytest.mark.parametrize("data", [[GOOD], "name", None, 5])
def test_what_is_no_object_is_said_so(data: Any) -> None:
    assert list(problems(Person, data)) == [""]


def test_an_absent_key_of_a_changeset_is_unset_and_null_is_null() -> None:
    assert validated(PersonPatch, {}) == PersonPatch()
    assert validated(PersonPatch, {"email": None, "age": UNSET}) == PersonPatch(email=None)
    assert validated(PersonPatch, {"nick": SERVER_DEFAULT}) == PersonPatch(nick=SERVER_DEFAULT)
    assert problems(PersonPatch, {"age": SERVER_DEFAULT}) == {
        "age": "people.age has no default, so it cannot be SERVER_DEFAULT"
    }
    assert problems(PersonPatch, {"name": None}) == {"name": "people.name is not nullable"}
    assert problems(PersonPatch, {"name": " ", "age": None}) == {
        "name": "name is blank",
        "age": "people.age is not nullable",
    }


def test_a_field_of_a_changeset_without_a_default_is_unset_or_missing_as_its_annotation_says() -> None:
    patch = model_of(Changeset[People], name=str, age=int | Unset)
    assert validated(patch, {"name": "al"}) == patch("al", UNSET)
    assert problems(patch, {}) == {"name": "is missing"}


def test_unset_is_no_value_of_a_row() -> None:
    assert problems(NewPerson, GOOD | {"age": UNSET}) == {
        "age": "people.age cannot be UNSET: only a changeset's field can"
    }


def test_null_is_measured_by_the_column_and_by_the_annotation() -> None:
    assert problems(Person, GOOD | {"age": None}) == {"age": "people.age is not nullable"}
    strict = model_of(Insertable[People], name=str, age=int, password=str, email=str)
    assert problems(strict, GOOD | {"email": None}) == {"email": "people.email is str here"}


def test_a_literal_is_one_of_its_values() -> None:
    model = model_of(FerraModel[People], name=Literal["al", "bo"])
    assert validated(model, {"name": "bo"}).name == "bo"
    assert problems(model, {"name": SECRET}) == {"name": "people.name is Literal['al', 'bo'] here"}


STRICT: dict[str, list[Any]] = {
    "integer": ["1", 1.0, True, Decimal(1), b"1"],
    "double": ["1", True, Decimal(1), "nan", "inf", 2**53 + 1, 10**400],
    "numeric": [1.0, "", " 1", "1_0", "x", True, "-"],
    "text": [1, None, b"a", ["a"], Decimal(1)],
    "boolean": [1, 0, "true", "", None],
    "uuid": ["x", 5, "", b"0" * 16],
    "date": ["2024-02-30", "", 20240101, "2024-05-06T00:00:00", dt.datetime(2024, 5, 6, tzinfo=dt.UTC)],
    "time": ["25:00", "10:00+02:00", 10],
    "timestamp": ["2024-05-06", "2024-05-06T00:00:00Z", 0, dt.date(2024, 5, 6)],
    "timestamptz": ["2024-05-06T00:00:00", "2024-05-06", "now", 0],
    "interval": [5, 5.0, "P", "PT", "P1M", "P1Y", "PT1.1234567S", "1 day", "P9999999999D", "P-1D"],
    "bytea": ["*", "AP8", "é", 5, [1]],
    "jsonb": [{1, 2}, b"x", Decimal(1), float("nan"), {"a": dt.date(2024, 5, 6)}],
    "jsonb_of": ["x", [], 5, {}, {"name": "x"}, {"name": "x", "inner": {"at": "x"}}],
    "inet": ["x", 5, "10.0.0.1/99", ""],
    "cidr": ["10.0.0.1/24", "x", 5],
    "int4range": ["[1,2", "[a,b)", "[1;2)", 5, "", "[1.5,2)", "[1,2,3)", {"lower": 1}],
    "tstzrange": ["[x,)", "[2024-05-06,)"],
    "enum": ["angry", 5, "SAD", None],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in STRICT.items() for value in values])
def test_nothing_else_is_taken_for_a_value(name: str, value: Any) -> None:
    of = next(each for each in SUBJECTS if each.case.name == name)
    assert problems(of.model, {"value": value, "many": []})["value"].startswith(f"of{name}.value ")
    found = problems(of.model, {"value": value, "many": [value]})
    assert list(found) == (["value"] if value is None else ["value", "many"])


@every_type
def test_a_text_that_spells_no_value_is_in_no_message(of: Subject) -> None:
    for given_ in (SECRET, [SECRET], {"name": SECRET}, [{SECRET: SECRET}], f"[{SECRET},)"):
        assert_quiet(of.model, {"value": given_, "many": given_})


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_comes_it_is_a_model_or_a_validation_error(data: st.DataObject) -> None:
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just(UNSET)
    values = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)
    of = data.draw(st.sampled_from(SUBJECTS))
    keys = st.sampled_from(["value", "many", "other", "id"]) | st.text(max_size=3)
    assert_quiet(of.model, data.draw(st.dictionaries(keys, values, max_size=5)))


# --- what attrs does when a class is made ----------------------------------------------------------------------------


def test_converters_run_and_what_they_refuse_is_said_with_the_rest() -> None:
    def shortened(value: str) -> str:
        if value == SECRET:
            raise KeyError(value)
        return value[:2]

    @attrs.define
    class Short(Insertable[People]):
        name: str = attrs.field(converter=shortened)
        nick: str = attrs.field(converter=attrs.Converter(lambda value, row: f"{value}{row.name}", takes_self=True))
        age: int = attrs.field(validator=of_age)
        password: str = attrs.Factory(lambda row: row.name, takes_self=True)
        email: str | None = attrs.field(converter=[str.strip, str.upper], default="x")

    data = {"name": "alice", "nick": "x", "age": 20, "email": " a "}
    assert validated(Short, data) == Short("alice", "x", 20, email="A")
    assert problems(Short, data | {"name": SECRET, "age": 3}) == {
        "name": "is rejected by its converter",
        "age": "… is too young",
    }


def test_a_validator_sees_the_other_fields() -> None:
    def is_no_name(row: Any, _field: Any, value: str) -> None:
        if value == row.name:
            raise ValueError("the password is the name")

    @attrs.frozen(slots=False)
    class Careful(FerraModel[People]):
        name: str
        password: str = attrs.field(validator=is_no_name)
        age: int = attrs.field(default=20, validator=of_age)

    assert problems(Careful, {"name": "al", "password": "al", "age": 1}) == {
        "password": "the password is the name",
        "age": "… is too young",
    }


def test_what_the_class_itself_refuses_has_no_field_and_no_value() -> None:
    @attrs.define
    class Paired(FerraModel[People]):
        name: str
        password: str

        def __attrs_post_init__(self) -> None:
            if self.name == self.password:
                raise RuntimeError(f"{self.name} twice")

    with pytest.raises(ValidationError, match=r"^Paired is not valid: is rejected by the class when it is made$"):
        validated(Paired, {"name": SECRET, "password": SECRET})
    assert list(problems(Paired, {"name": SECRET, "password": SECRET})) == [""]


def test_validators_that_attrs_was_told_not_to_run_do_not_run() -> None:
    with attrs.validators.disabled():
        assert validated(Person, GOOD | {"age": 1}).age == 1


def test_a_model_that_is_none_is_a_schema_error() -> None:
    with pytest.raises(SchemaError, match="not a model"):
        validated(Inner, {})  # type: ignore[type-var]  # the mistake


def test_a_document_is_read_into_its_class() -> None:
    model = model_of(FerraModel[Everything], outer=Outer | None, mood=Mood)
    data = {"outer": {"name": "o", "inner": {"at": "2024-05-06T00:00:00+00:00"}, "mood": "sad"}, "mood": "happy"}
    made = validated(model, data)
    assert made == model(Outer("o", Inner(dt.datetime(2024, 5, 6, tzinfo=dt.UTC)), mood=Mood.SAD), Mood.HAPPY)


def test_a_field_of_any_type_takes_what_its_column_takes() -> None:
    @attrs.define
    class Loose(FerraModel[People]):
        name: Any

    assert validated(Loose, {"name": "alice"}).name == "alice"
    assert problems(Loose, {"name": 1}) != {}
