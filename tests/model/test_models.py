"""What models promise of their tables, and their metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Any, Literal
from uuid import UUID

import attrs
import pytest
from databases import database_with
from people import Address, Colour, Dict, Frozen, People, Person, Pets, written

from ferra_sync import (
    Changeset,
    Database,
    FerraModel,
    FieldType,
    Insertable,
    ModelMeta,
    QueryError,
    SchemaError,
    Table,
    Unset,
    insert_into,
    select,
)
from ferra_sync import types as t


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, People, Pets) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


def read(**annotations: Any) -> Callable[[], Any]:
    return lambda: _made("Bad", FerraModel[People], annotations)


def insertable(**annotations: Any) -> Callable[[], Any]:
    return lambda: _made("Bad", Insertable[People], annotations)


def changeset(**annotations: Any) -> Callable[[], Any]:
    return lambda: _made("Bad", Changeset[People], annotations)


def _made(name: str, base: Any, annotations: dict[str, Any]) -> Any:
    import types  # noqa: PLC0415 - types is the name of ours at the top

    made = types.new_class(name, (base,), exec_body=lambda body: body.update({"__annotations__": annotations}))
    return attrs.define(made)


# --- what models promise ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (read(nam=str), r"^Bad\.nam: People has no column nam$"),
        (read(id=str), r"^Bad\.id is str; People\.id is integer \(int\)$"),
        (read(id=UUID), r"^Bad\.id is UUID; People\.id is integer \(int\)$"),
        (read(name=bytes), r"^Bad\.name is bytes; People\.name is varchar\(50\) \(str\)$"),
        (read(name=int | str), r"^Bad\.name is int \| str; People\.name is varchar\(50\) \(str\)$"),
        (read(name=str | None), r"^Bad\.name may be None; People\.name is not nullable$"),
        (read(name=None), r"^Bad\.name may be None; People\.name is not nullable$"),
        (read(email=str), r"^Bad\.email is never None; People\.email is nullable$"),
        (read(colour=str), r"^Bad\.colour is str; People\.colour is \"colour\" \(Colour\)$"),
        (read(address=dict[str, Any]), r"^Bad\.address is dict\[str, Any\]; People\.address is jsonb \(Address\)$"),
        (read(address=Address), r"^Bad\.address is never None; People\.address is nullable$"),
        (read(tags=list[int]), r"^Bad\.tags is list\[int\]; People\.tags is text\[\] \(list\)$"),
        (read(tags=str), r"^Bad\.tags is str; People\.tags is text\[\]"),
        (read(tags=tuple[str, ...]), r"^Bad\.tags is tuple\[str, \.\.\.\]; People\.tags is text\[\]"),
        (read(age=float), r"^Bad\.age is float; People\.age is integer \(int\)$"),
        (read(age=bool), r"^Bad\.age is bool; People\.age is integer \(int\)$"),
        (read(age=Decimal), r"^Bad\.age is Decimal; People\.age is integer \(int\)$"),
        (read(age=IPv4Address), r"^Bad\.age is IPv4Address; People\.age is integer \(int\)$"),
        (read(age=Literal["1"]), r"^Bad\.age is Literal\['1'\]; People\.age is integer \(int\)$"),
        (read(), r"^Bad has no field that is a column of People: annotate one, id: int$"),
        (insertable(email=str), r"^Bad lacks name: People has no default there$"),
        (insertable(name=str, nam=str), r"^Bad\.nam: People has no column nam$"),
        (insertable(name=str | None), r"^Bad\.name may be None; People\.name is not nullable$"),
        (changeset(name=str | None), r"^Bad\.name may be None; People\.name is not nullable$"),
        (changeset(name=int | Unset), r"^Bad\.name is .*; People\.name is varchar\(50\) \(str\)$"),
        (changeset(nam=str | Unset), r"^Bad\.nam: People has no column nam$"),
    ],
)
def test_a_model_that_does_not_agree_with_its_table_is_refused_when_it_is_made(
    declare: Callable[[], object], message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        declare()


def test_two_fields_for_one_column_are_refused() -> None:
    with pytest.raises(SchemaError, match=r"^Twice has two fields for one column$"):

        @attrs.define
        class Twice(FerraModel[People]):
            name: str = attrs.field(alias="first")
            _also: str = attrs.field(alias="name")


def test_an_insertable_may_promise_more_than_the_table_asks(tx: Any) -> None:
    @attrs.define
    class Strict(Insertable[People]):
        name: str
        email: str

    tx.execute(insert_into(People).values(Strict("al", "e")))
    assert tx.fetch_one(select(People.email)) == "e"


def test_an_insertable_of_an_always_generated_column_is_refused() -> None:
    class Numbered(Table):
        id = t.identity(always=True)
        name = t.text()

    with pytest.raises(SchemaError, match=r"^Bad\.id: Numbered\.id is always numbered by the server"):
        _made("Bad", Insertable[Numbered], {"id": int, "name": str})


def test_what_is_no_model_is_named_so() -> None:
    class NotAttrs(FerraModel[People]):
        id: int

    with pytest.raises(SchemaError, match=r"^NotAttrs is not an attrs class: decorate it with @attrs.define$"):
        select(NotAttrs)
    for nothing in (int, "User", None, Address):
        with pytest.raises((SchemaError, QueryError)):
            ModelMeta.of(nothing)
        with pytest.raises((SchemaError, QueryError)):
            select(nothing)


def test_a_subclass_that_attrs_has_not_made_is_refused() -> None:
    class Half(Person):
        age: int

    with pytest.raises(SchemaError, match=r"^Half is not an attrs class"):
        select(Half)


def test_a_model_that_lacks_a_required_column_is_read_and_not_inserted(tx: Any) -> None:
    @attrs.define
    class Nameless(FerraModel[People]):
        id: int

    made = written(tx)
    assert tx.fetch_one(select(Nameless)) == Nameless(made.id)
    assert [ref.name for ref in ModelMeta.of(Nameless).missing] == ["name"]
    with pytest.raises(QueryError, match=r"^Nameless cannot be inserted: it lacks name, which people requires$"):
        insert_into(People).values(Nameless(5))


# --- metadata --------------------------------------------------------------------------------------------------------


def test_a_model_s_metadata_describes_its_fields() -> None:
    meta = ModelMeta.of(Person)
    assert (meta.model, meta.purpose, meta.table.name) == (Person, "read", "people")
    assert [field.name for field in meta.fields] == ["name", "email", "colour", "address", "tags", "id"]
    facts = {
        field.name: (field.type, field.nullable, field.primary_key, field.unique, field.has_default)
        for field in meta.fields
    }
    assert facts == {
        "name": (FieldType.VARCHAR, False, False, True, False),
        "email": (FieldType.TEXT, True, False, False, False),
        "colour": (FieldType.ENUM, False, False, False, True),
        "address": (FieldType.JSONB, True, False, False, False),
        "tags": (FieldType.ARRAY, False, False, False, True),
        "id": (FieldType.INTEGER, False, True, False, True),
    }
    assert meta.by_column["colour"].annotation is Colour
    assert meta.key_of(Person("al", id=5)) == (5,)
    assert ModelMeta.of(Person) is meta


def test_a_model_without_the_key_says_so() -> None:
    @attrs.define
    class Keyless(FerraModel[People]):
        name: str

    with pytest.raises(QueryError, match=r"^Keyless lacks people\.id, which is in the primary key$"):
        ModelMeta.of(Keyless).key_of(Keyless("al"))


def test_models_of_one_table_are_independent(tx: Any) -> None:
    written(tx)
    assert {type(tx.fetch_one(select(model))) for model in (Frozen, Dict, Person)} == {Frozen, Dict, Person}
