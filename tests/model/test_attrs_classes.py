"""Every way to write an attrs class is read as a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, NewType, Optional, TypeVar
from uuid import UUID

import attrs
import pytest
from databases import database_with
from people import HOME, Colour, Dict, Frozen, People, Pets, written

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, ModelMeta, SchemaError, Table, from_, insert_into, select

if TYPE_CHECKING:
    from nowhere import Missing


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, People, Pets) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


@attrs.frozen(slots=False)
class FrozenDict(FerraModel[People]):
    id: int
    name: str


@attrs.define(kw_only=True)
class KeywordOnly(FerraModel[People]):
    id: int = 0
    name: str


@attrs.define(init=False)
class NoInit(FerraModel[People]):
    id: int
    name: str


@attrs.define(unsafe_hash=True, cache_hash=True)
class Hashed(FerraModel[People]):
    id: int
    name: str


@attrs.frozen(cache_hash=True)
class FrozenHashed(FerraModel[People]):
    id: int
    name: str


@attrs.frozen(cache_hash=True, slots=False)
class FrozenHashedDict(FerraModel[People]):
    id: int
    name: str


@attrs.define
class Inherited(Frozen):
    email: str | None


@attrs.define
class WithDictParent(Dict):
    email: str | None


@attrs.define(eq=False)
class ByIdentity(FerraModel[People]):
    id: int
    name: str


class Described:
    """A plain class that a model may also inherit from."""

    def describe(self) -> str:
        return f"{self.name}!"


@attrs.define
class WithMethods(Described, FerraModel[People]):
    kind: ClassVar[str] = "person"
    id: int
    name: str

    @property
    def shout(self) -> str:
        return self.name.upper()


@attrs.define
class OldStyle(FerraModel[People]):
    email: Optional[str]  # noqa: UP045 - the older way to write it
    id: int
    name: str = attrs.field()


CLASSES = [
    Frozen, Dict, FrozenDict, KeywordOnly, NoInit, Hashed, FrozenHashed, FrozenHashedDict, Inherited, WithDictParent,
    WithMethods, OldStyle,
]  # fmt: skip


@pytest.mark.parametrize("model", CLASSES, ids=lambda model: model.__name__)
def test_every_kind_of_attrs_class_is_read(tx: Any, model: Any) -> None:
    made = written(tx)
    row = tx.fetch_one(select(model))
    assert type(row) is model
    assert (row.id, row.name) == (made.id, "al")
    if model is not NoInit:
        given = {field.name: getattr(row, field.name) for field in attrs.fields(model)}
        assert row == model(**given)
        if model.__hash__ is not None:
            assert hash(row) == hash(model(**given))
    assert repr(row).startswith(f"{model.__name__}(")
    assert attrs.evolve(row, name="bo").name == "bo" if model is not NoInit else True


def test_a_frozen_row_stays_frozen(tx: Any) -> None:
    written(tx)
    for model in (Frozen, FrozenDict, FrozenHashed):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            tx.fetch_one(select(model)).name = "bo"


def test_a_model_keeps_its_methods_and_class_variables(tx: Any) -> None:
    written(tx)
    row = tx.fetch_one(select(WithMethods))
    assert (row.describe(), row.shout, row.kind) == ("al!", "AL", "person")


@attrs.define
class Private(FerraModel[People]):
    id: int
    _name: str
    mail: str | None = attrs.field(default=None, alias="email")


def test_private_attributes_and_aliases_are_the_columns_of_their_argument_s_name(tx: Any) -> None:
    made = tx.fetch_one(insert_into(People).values(Private(id=7, name="al", email="e")).returning(Private))
    assert (made.id, made._name, made.mail) == (7, "al", "e")
    assert tx.fetch_one(select(Private).where(People.email == "e")) == made


@attrs.define
class Renamed(FerraModel[People]):
    id: int
    name: str
    klass: str


def test_a_field_is_named_as_the_table_s_attribute_and_not_as_the_column(tx: Any) -> None:
    tx.execute(insert_into(People).values(Renamed(1, "al", "c")))
    assert tx.fetch_one(select(Renamed)) == Renamed(1, "al", "c")
    assert [field.column for field in ModelMeta.of(Renamed).fields] == ["id", "name", "class"]


calls: list[str] = []


def recorded(name: str) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        calls.append(name)
        return value

    return convert


def validated(instance: object, attribute: Any, value: Any) -> None:
    calls.append("validator")


@attrs.define
class Noted(FerraModel[People]):
    id: int = attrs.field(converter=recorded("converter"))
    name: str = attrs.field(validator=validated, on_setattr=attrs.setters.validate)
    extra: int = attrs.field(init=False, default=5)
    items: list[int] = attrs.field(init=False, factory=list)
    doubled: int = attrs.field(init=False, default=attrs.Factory(lambda self: self.id * 2, takes_self=True))
    undefined: int = attrs.field(init=False)
    after: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.after = f"{self.name}!"


@attrs.frozen
class FrozenNoted(FerraModel[People]):
    id: int = attrs.field(converter=recorded("converter"))
    name: str = attrs.field(validator=validated)
    items: list[int] = attrs.field(init=False, factory=list)
    after: str = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "after", f"{self.name}!")


@pytest.mark.parametrize("model", [Noted, FrozenNoted])
def test_validators_and_converters_do_not_run_on_load_and_post_init_does(tx: Any, model: Any) -> None:
    written(tx)
    written(tx, name="bo")
    calls.clear()
    rows = tx.fetch_all(select(model).order_by(People.id))
    assert calls == []
    assert [row.after for row in rows] == ["al!", "bo!"]
    assert rows[0].items == []
    assert rows[0].items is not rows[1].items


def test_fields_without_a_column_get_their_defaults_on_load(tx: Any) -> None:
    made = written(tx)
    row = tx.fetch_one(select(Noted))
    assert (row.extra, row.doubled) == (5, made.id * 2)
    assert not hasattr(row, "undefined")


def test_validators_run_before_a_write(tx: Any) -> None:
    row = Noted(1, "al")
    calls.clear()
    tx.execute(insert_into(People).values(row))
    assert calls == ["validator"]
    tx.execute(insert_into(People).values(*(Noted(n, f"n{n}") for n in (2, 3))))
    assert calls.count("validator") == 1 + 2 + 2


T = TypeVar("T", bound=Table)


@attrs.define
class Named(FerraModel[T], Generic[T]):
    name: str

    def greet(self) -> str:
        return f"hello {self.name}"


@attrs.define
class NamedPerson(Named[People]):
    id: int


@attrs.define
class NamedPet(Named[Pets]):
    id: UUID = SERVER_DEFAULT


def test_a_generic_class_between_serves_several_tables(tx: Any) -> None:
    written(tx)
    assert tx.fetch_one(select(NamedPerson)).greet() == "hello al"
    assert tx.fetch_one(insert_into(Pets).values(NamedPet("rex")).returning(NamedPet)).greet() == "hello rex"
    with pytest.raises(SchemaError, match=r"^Named says no table"):
        select(Named)


@attrs.define
class Loose(FerraModel[People]):
    id: Any
    name: Annotated[str, "documented"]
    colour: Colour
    address: object


Key = NewType("Key", int)


@attrs.define
class Typed(FerraModel[People]):
    id: Key
    name: Literal["al", "bo"]
    tags: list[str]


def test_annotations_may_say_it_in_other_words(tx: Any) -> None:
    made = written(tx, address=HOME, tags=["a"])
    assert tx.fetch_one(select(Loose)) == Loose(made.id, "al", Colour.RED, HOME)
    assert tx.fetch_one(select(Typed)) == Typed(Key(made.id), "al", ["a"])


@attrs.define
class EarlyPerson(FerraModel[People]):
    id: int
    colour: LaterColour


LaterColour = Colour


@attrs.define
class Never(FerraModel[People]):
    id: int
    name: Missing


@attrs.define
class WrongLater(FerraModel[People]):
    id: LaterInt


LaterInt = str


def test_an_annotation_that_comes_later_is_resolved_on_first_use(tx: Any) -> None:
    made = written(tx)
    assert tx.fetch_one(select(EarlyPerson)) == EarlyPerson(made.id, Colour.RED)


def test_an_annotation_that_cannot_be_resolved_is_named_on_first_use() -> None:
    for use in (lambda: select(Never), lambda: ModelMeta.of(Never), lambda: from_(People).select(Never)):
        with pytest.raises(
            SchemaError, match=r"^Never\.\w+: its annotation cannot be resolved .*'Missing' is not defined$"
        ):
            use()
    with pytest.raises(SchemaError, match=r"^WrongLater\.id is str; People\.id is integer \(int\)$"):
        select(WrongLater)


def test_a_model_may_be_a_subset_of_the_columns_in_any_order(tx: Any) -> None:
    @attrs.define
    class Part(FerraModel[People]):
        tags: list[str]
        name: str

    written(tx, tags=["x"])
    query = select(Part)
    assert query.sql().text == 'SELECT "tags","name" FROM "people"' or "*" not in query.sql().text
    assert tx.fetch_one(query) == Part(["x"], "al")
