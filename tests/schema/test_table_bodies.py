"""What the body of a table may hold: no column that was meant vanishes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Never

import attrs
import pytest
from databases import database_with
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import FerraModel, SchemaError, Table, from_, insert_into, unique
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.sqltypes import TEXT
from ferra_sync._schema.table import table_meta
from ferra_sync.types import ColumnDef


def short_text() -> ColumnDef[str, Never]:
    return t.varchar(5)


class Owners(Table):
    id = t.integer(primary_key=True)
    name = t.text()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (t.text, r"^Bad\.name is the function text, which was not called: write text\(…\)$"),
        (short_text, r"^Bad\.name is the function short_text, which was not called"),
        (functools.partial(t.varchar, 5), r"^Bad\.name is the function varchar, which was not called"),
        (fn.now, r"^Bad\.name is the function now, which was not called"),
        ((t.text(),), r"^Bad\.name is a tuple: leave out the comma after the declaration$"),
        ((t.text,), r"^Bad\.name is a tuple: leave out the comma"),
        ((t.text(), t.text()), r"^Bad\.name is a tuple of declarations: a column is one declaration"),
        ([t.text()], r"^Bad\.name is a list of declarations"),
        ({"name": t.text()}, r"^Bad\.name is a dict of declarations"),
        (Owners.name, r"^Bad\.name is the column owners\.name of another table: declare one, t\.…\(references=…\)$"),
        (Owners.name.asc(), r"^Bad\.name is an expression"),
        (fn.now(), r"^Bad\.name is an expression: declare a column, t\.…\(default=…\)$"),
        (TEXT, r"^Bad\.name is the type text and no declaration: write t\.…\(\)$"),
        (t.text().sql_type, r"^Bad\.name is the type text"),
        (unique(Owners.name), r"^Bad\.name is a constraint: list it in a classmethod __constraints__$"),
        (attrs.field(), r"^Bad\.name is a field, which belongs to a model"),
        (field(), r"^Bad\.name is a field, which belongs to a model"),
        (str, r"^Bad\.name is the class str: a column is declared by a function"),
        (Owners, r"^Bad\.name is the table Owners: reference a column of it"),
    ],
)
def test_what_was_meant_for_a_column_and_declares_none_is_refused(value: object, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        type("Bad", (Table,), {"id": t.integer(), "name": value})
    mixin = type("Mixin", (), {"name": value})
    with pytest.raises(SchemaError, match=message):
        type("Bad", (mixin, Table), {"id": t.integer()})


@given(st.dictionaries(st.from_regex("[a-z][a-z_]{0,8}", fullmatch=True), st.sampled_from("cftl"), min_size=1))
def test_every_attribute_becomes_a_column_or_is_refused_by_name(body: dict[str, str]) -> None:
    made: dict[str, Callable[[], object]] = {
        "c": t.text,
        "f": lambda: t.text,
        "t": lambda: (t.text(),),
        "l": lambda: [t.text()],
    }
    vanishing = [name for name, kind in body.items() if kind != "c"]
    if vanishing:
        with pytest.raises(SchemaError, match=rf"^Made\.{vanishing[0]} is "):
            type("Made", (Table,), {name: made[kind]() for name, kind in body.items()})
    else:
        table: Any = type("Made", (Table,), {name: made[kind]() for name, kind in body.items()})
        assert list(table_meta(table).attributes) == list(body)


def test_an_annotation_alone_declares_no_column_and_is_refused() -> None:
    message = r"^Bad\.name is annotated and has no value, so it declares no column: write name = t\.…\(\)"
    with pytest.raises(SchemaError, match=message):

        class Bad(Table):
            id = t.integer()
            name: t.text()

    for annotation in (str, t.text(), "t.text()", "str"):
        with pytest.raises(SchemaError, match=message):
            type("Bad", (Table,), {"id": t.integer(), "__annotations__": {"name": annotation}})


@pytest.mark.parametrize("attribute", ["__name", "__constraints__", "__doc__", "__x__"])
def test_a_column_whose_attribute_python_keeps_for_itself_is_refused(attribute: str) -> None:
    with pytest.raises(SchemaError, match=r"^Bad\.__\w+: a column's attribute cannot begin with two underscores: "):
        type("Bad", (Table,), {"id": t.integer(), attribute: t.text()})


def test_a_column_whose_attribute_python_renames_is_refused_with_the_name_to_give() -> None:
    with pytest.raises(SchemaError, match=r'^Bad\._Bad__secret: .* write secret = t\.…\(name="__secret"\)'):

        class Bad(Table):
            __secret = t.text()


def test_tables_take_no_decorator_of_models() -> None:
    body = {"id": t.integer(), "name": t.text()}
    decorators: list[Callable[[Any], Any]] = [
        attrs.define,
        attrs.frozen,
        attrs.define(slots=False),
        dataclass(slots=True),
    ]
    for decorate in decorators:
        with pytest.raises(SchemaError, match=r"^Made is a table, and no decorator .*: write a FerraModel\[Made\]$"):
            decorate(type("Made", (Table,), dict(body)))


def test_constraints_are_listed_by_a_classmethod() -> None:
    for wrong in ([], (), lambda _self: [], classmethod(lambda _cls: None), classmethod(lambda _cls: 5), None):
        with pytest.raises(SchemaError, match=r"^Bad\.__constraints__ is a classmethod that returns a list of"):
            type("Bad", (Table,), {"id": t.integer(), "__constraints__": wrong})


def test_an_alias_has_the_columns_of_its_table_and_no_others() -> None:
    class Pets(Table):
        id = t.integer()

    class Named:
        name = t.text()

    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: type("Boss", (Owners,), {"name": t.text}, alias="b"), r"^Boss\.name is the function text"),
        (lambda: type("Boss", (Owners,), {"name": 5}, alias="b"), r"^Boss\.name hides the column of that name$"),
        (lambda: type("Boss", (Named, Owners), {}, alias="b"), r"^Boss is an alias of owners and cannot add columns$"),
        (lambda: type("Boss", (Owners, Pets), {}, alias="b"), r"^Boss is an alias of owners and of Pets: one table"),
        (lambda: type("Boss", (Owners,), {}, alias="b", name="x"), r"^Boss is an alias of owners, whose name and"),
        (lambda: type("Boss", (Owners,), {}, alias="b", schema="x"), r"^Boss is an alias of owners, whose name and"),
    ]
    for declare, message in refused:
        with pytest.raises(SchemaError, match=message):
            declare()


class Keyed:
    """A plain class that declares columns for several tables."""

    id = t.integer(primary_key=True)
    note = t.nullable(t.text())

    @classmethod
    def label(cls) -> str:
        return cls.__name__


class Cats(Keyed, Table):
    name = t.text()


class Dogs(Keyed, Table):
    owner = t.integer(references=Cats.id)
    note = t.text()


@attrs.frozen
class Cat(FerraModel[Cats]):
    id: int
    note: str | None
    name: str


def test_a_plain_base_class_declares_columns_for_each_of_its_tables(server_url: str) -> None:
    assert list(table_meta(Cats).attributes) == ["id", "note", "name"]
    assert list(table_meta(Dogs).attributes) == ["id", "note", "owner"]
    assert not table_meta(Dogs).declarations["note"].is_nullable
    assert table_meta(Cats).primary_key == (Cats.id,)
    assert Cats.id is not Dogs.id
    assert Cats.label() == "Cats"
    with database_with(server_url, Cats) as db:
        cat = Cat(1, None, "Tom")
        assert db.fetch_one(insert_into(Cats).values(cat).returning(Cat)) == cat
        assert db.fetch_all(from_(Cats).where(Cats.note.is_null()).select(Cats.id)) == [1]


def test_a_column_of_a_base_class_is_not_hidden_by_what_is_no_column() -> None:
    with pytest.raises(SchemaError, match=r"^Bad\.note is a NoneType and hides the column of that name$"):
        type("Bad", (Keyed, Table), {"note": None})


def test_what_is_no_column_stays_what_it_is() -> None:
    def elsewhere() -> int:
        return 3

    class Things(Table):
        """Its docstring."""

        LIMIT: Final = 5
        LABEL = "thing"
        NOTHING = None
        KINDS = ("a", "b")
        TYPES: ClassVar[dict[str, type]] = {"a": int}
        later: ClassVar[str]
        from_elsewhere = elsewhere
        private = object()
        _hidden = 1

        id = t.integer()

        class Inner:
            name = "inner"

        def method(self) -> str:
            return "method"

        @classmethod
        def made(cls) -> str:
            return cls.LABEL

        @staticmethod
        def static() -> int:
            return 1

        @staticmethod
        def declaration() -> ColumnDef[str, Never]:
            return t.text()

        @property
        def prop(self) -> int:
            return 1

        @functools.cached_property
        def cached(self) -> int:
            return 1

    assert list(table_meta(Things).attributes) == ["id"]
    assert (Things.LIMIT, Things.LABEL, Things.made(), Things.static(), Things.Inner.name) == (
        5,
        "thing",
        "thing",
        1,
        "inner",
    )


def test_a_function_that_was_not_called_is_refused_wherever_a_type_is_asked_for() -> None:
    wrong: Any = t.text
    with pytest.raises(SchemaError, match=r"^nullable takes .* nullable\(t\.text\(\)\), not the function text"):
        t.nullable(wrong)
    with pytest.raises(SchemaError, match=r"^array takes a type such as t\.text\(\), not the function text"):
        t.array(wrong)
