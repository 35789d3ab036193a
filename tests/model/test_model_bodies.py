"""What a model may look like: a field that was meant is a field, or the class is refused by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

import attrs
import pytest

from ferra_sync import (
    SERVER_DEFAULT,
    Changeset,
    FerraModel,
    Insertable,
    ModelMeta,
    QueryError,
    SchemaError,
    Table,
    from_,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class People(Table):
    id = t.integer(primary_key=True)
    name = t.text(default="")
    born = t.nullable(t.date())


class Pets(Table):
    id = t.integer(primary_key=True)
    name = t.text()


T = TypeVar("T", bound=Table)
X = TypeVar("X")


@attrs.define
class Pair(FerraModel[T], Generic[X, T]):
    id: int


def model(base: Any, annotations: dict[str, Any] | None = None, **body: Any) -> Any:
    """Return the attrs class `Bad` over `base`, made as a class statement makes it."""
    names: dict[str, Any] = {"__annotations__": annotations or {}, "__module__": __name__, **body}
    bases = base if isinstance(base, tuple) else (base,)
    real = tuple(
        each for base in bases for each in getattr(base, "__mro_entries__", lambda _bases, b=base: (b,))(bases)
    )
    return attrs.define(type("Bad", real, {"__orig_bases__": bases, **names}))


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: model(FerraModel[People], name=attrs.field()), r"^Bad\.name has no annotation: write name: str$"),
        (lambda: model(FerraModel[People], name=""), r"^Bad\.name has no annotation, so it is no field: write name: "),
        (lambda: model(FerraModel[People], {"id": int}, name=""), r"^Bad\.name has no annotation, so it is no field"),
        (lambda: model(FerraModel[People], {"id": int}, name=t.text()), r"^Bad\.name has no annotation, so it is no"),
        (lambda: model(FerraModel[People]), r"^Bad has no field that is a column of People: annotate one, id: int$"),
        (lambda: model(FerraModel["People"], {"id": int}), r'^Bad: .* not the string "People": write People itself'),
        (lambda: model(Insertable["People"], {"id": int}), r"^Bad: Insertable\[…\] takes a table, not the string"),
        (lambda: model(FerraModel, {"id": int}), r"^Bad says no table: write FerraModel\[…\]$"),
        (lambda: model(Changeset, {"id": int}), r"^Bad says no table: write Changeset\[…\]$"),
        (lambda: model(FerraModel[Table], {"id": int}), r"^Bad: FerraModel\[…\] takes a table, not the class Table$"),
        (lambda: model(FerraModel[int], {"id": int}), r"^Bad: FerraModel\[…\] takes a table, not the class int$"),
        (lambda: model(FerraModel[People.id], {"id": int}), r"^Bad: FerraModel\[…\] takes a table, not a Column$"),
        (lambda: model(FerraModel[from_(People)], {"id": int}), r"^Bad: FerraModel\[…\] takes a table, not a From$"),
        (lambda: model(FerraModel[Pair], {"id": int}), r"^Bad: FerraModel\[…\] takes a table, not the class Pair$"),
        (lambda: model(FerraModel[None], {"id": int}), r"^Bad: FerraModel\[…\] takes a table, not the class NoneType$"),
        (lambda: model(FerraModel[Any], {"id": int}), r"^Bad: FerraModel\[…\] takes a table, not"),
        (lambda: FerraModel[People, Pets], r"^FerraModel\[…\] is a model of one table, not of 2$"),
        (
            lambda: model((FerraModel[People], Insertable[People]), {"id": int}),
            r"^Bad is FerraModel and Insertable: a model is one of them$",
        ),
        (
            lambda: model((Pair[int, People], FerraModel[Pets.id]), {"id": int}),
            r"^Bad: FerraModel\[…\] takes a table, not a Column$",
        ),
        (
            lambda: model((Pair[int, People], FerraModel[Pets]), {"id": int}),
            r"^Bad names People and Pets: one table alone$",
        ),
        (
            lambda: model(FerraModel[People], {"id": int, "name": str}, name=fn.upper(People.name)),
            r"^Bad\.name has a default that is SQL, which belongs to People: write SERVER_DEFAULT$",
        ),
        (
            lambda: model(FerraModel[People], {"id": int, "name": str}, name=t.text()),
            r"^Bad\.name has a default that is SQL",
        ),
        (
            lambda: model(FerraModel[People], {"id": "int |"}),
            r"^Bad\.id: its annotation cannot be resolved at run time",
        ),
        (lambda: model(FerraModel[People], {"id": int, "name": "dt.nothing"}), r"^Bad\.name: .*has no attribute 'noth"),
        (lambda: model(FerraModel[People], {"id": int, "name": "'a' | None"}), r"^Bad\.name: .*unsupported operand"),
    ],
)
def test_a_model_that_lacks_what_makes_it_one_is_refused_when_it_is_made(
    declare: Callable[[], object], message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        declare()


def test_a_name_that_an_annotation_lacks_is_said_on_first_use() -> None:
    made = model(FerraModel[People], {"id": int, "name": "Strr"})
    for use in (select, ModelMeta.of):
        with pytest.raises(SchemaError, match=r"^Bad\.name: its annotation .* name 'Strr' is not defined$"):
            use(made)


def test_a_field_of_a_base_class_that_attrs_has_not_made_is_refused() -> None:
    class Named:
        name: str

    with pytest.raises(SchemaError, match=r"^Bad\.name is annotated and no field: decorate the class"):

        @attrs.define
        class Bad(Named, FerraModel[People]):
            id: int


def test_a_default_that_attrs_does_not_see_is_refused() -> None:
    @attrs.define
    class Base(FerraModel[People]):
        id: int
        name: str = "a"

    with pytest.raises(SchemaError, match=r"^Other\.name has no annotation"):

        @attrs.define
        class Other(Base):
            name = "b"


def test_what_is_no_field_by_intent_stays_what_it_is() -> None:
    @attrs.define
    class Fine(FerraModel[People]):
        born: ClassVar[dt.date | None] = None
        id: int

        @property
        def name(self) -> str:
            return "computed"

    assert [field.name for field in ModelMeta.of(Fine).fields] == ["id"]
    assert Fine(1).name == "computed"


def test_a_generic_class_between_may_have_parameters_of_its_own() -> None:
    @attrs.define
    class Person(Pair[Pets, People]):
        name: str = SERVER_DEFAULT

    assert ModelMeta.of(Person).table is People.__ferra_table__
    with pytest.raises(SchemaError, match=r"^Pair says no table: it is generic, so name one, Pair\[…\]$"):
        select(Pair)


def test_a_plain_base_class_of_models_needs_no_table() -> None:
    class Greets(FerraModel):
        def greet(self) -> str:
            return "hello"

    @attrs.define
    class Person(Greets, FerraModel[People]):
        id: int

    assert Person(1).greet() == "hello"
    assert ModelMeta.of(Person).table is People.__ferra_table__


def test_no_message_shows_a_row_that_was_given_for_a_class() -> None:
    row = model(FerraModel[People], {"id": int, "name": str})(1, "s3cret")
    uses: tuple[Callable[[Any], object], ...] = (ModelMeta.of, select, from_, from_(People).select)
    for use in uses:
        with pytest.raises((SchemaError, QueryError)) as caught:
            use(row)
        assert "s3cret" not in str(caught.value)
