from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator
from decimal import Decimal
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Literal, NewType, Optional, TypeVar
from uuid import UUID

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Database,
    FerraModel,
    FieldType,
    Insertable,
    ModelMeta,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    Unset,
    ValidationError,
    from_,
    insert_into,
    select,
    update,
    when_set,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

if TYPE_CHECKING:
    from nowhere import Missing


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen
class Address:
    street: str
    at: dt.datetime | None = None


class People(Table):
    id = t.serial(primary_key=True)
    name = t.varchar(50, unique=True)
    email = t.nullable(t.text())
    colour = t.enum(Colour, default=Colour.RED)
    address = t.nullable(t.jsonb(Address))
    tags = t.array(t.text(), default=[])
    age = t.integer(default=0)
    klass = t.text(name="class", default="x")


class Pets(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    name = t.text()
    owner_id = t.nullable(t.integer(references=People.id))


@attrs.define
class Person(FerraModel[People]):
    name: str
    email: str | None = None
    colour: Colour = SERVER_DEFAULT
    address: Address | None = None
    tags: list[str] = attrs.Factory(list)
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, People, Pets) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


HOME = Address("1 Main St", dt.datetime(2024, 1, 1, tzinfo=dt.UTC))


def written(tx: Any, **values: Any) -> Person:
    return tx.fetch_one(insert_into(People).values(Person(**{"name": "al", **values})).returning(Person))


# --- every way to write an attrs class -------------------------------------------------------------------------------


@attrs.frozen
class Frozen(FerraModel[People]):
    id: int
    name: str


@attrs.define(slots=False)
class Dict(FerraModel[People]):
    id: int
    name: str


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


# --- SERVER_DEFAULT and UNSET ----------------------------------------------------------------------------------------


def test_the_sentinels_are_false_and_print_as_their_names() -> None:
    assert (repr(UNSET), repr(SERVER_DEFAULT)) == ("UNSET", "SERVER_DEFAULT")
    assert not UNSET
    assert not SERVER_DEFAULT
    assert UNSET is not SERVER_DEFAULT


def test_server_default_leaves_a_column_to_the_server(tx: Any) -> None:
    made = written(tx)
    assert (made.colour, made.tags) == (Colour.RED, [])
    assert isinstance(made.id, int)
    assert written(tx, name="bo", colour=Colour.BLUE, id=99).colour is Colour.BLUE


def test_server_default_where_there_is_none_is_null(tx: Any) -> None:
    assert written(tx, email=SERVER_DEFAULT).email is None


def test_unset_is_no_value_of_a_row(database: Database) -> None:
    repository = PgRepository(Person, database)
    row, fine = Person(name=UNSET), Person("fine")
    ways: list[Callable[[], object]] = [
        lambda: database.execute(insert_into(People).values(row)),
        lambda: database.execute(insert_into(People).values(fine, row)),
        lambda: repository.insert(row),
        lambda: repository.insert_many([fine, row]),
        lambda: repository.copy_in([fine, row]),
    ]
    for way in ways:
        with pytest.raises((QueryError, ValidationError), match="name"):
            way()
    assert repository.count() == 0


@attrs.define
class PersonPatch(Changeset[People]):
    name: str | Unset = UNSET
    email: str | Unset | None = UNSET
    colour: Colour | Unset = UNSET
    age: int | Unset = attrs.field(default=UNSET, validator=when_set(attrs.validators.ge(10)))


def test_a_changeset_sets_what_is_not_unset(tx: Any) -> None:
    made = written(tx, email="e", colour=Colour.BLUE)
    change = update(People).find(made.id)
    assert tx.fetch_one(change.set(PersonPatch(name="bo")).returning(Person)) == attrs.evolve(made, name="bo")
    assert tx.fetch_one(change.set(PersonPatch(email=None)).returning(People.email)) is None
    assert tx.fetch_one(change.set(PersonPatch(colour=SERVER_DEFAULT)).returning(People.colour)) is Colour.RED


def test_a_changeset_s_validators_see_what_is_set(tx: Any) -> None:
    made = written(tx)
    patch = PersonPatch(age=20)
    assert tx.fetch_one(update(People).find(made.id).set(patch).returning(People.age)) == 20
    with pytest.raises(ValueError, match=">= 10"):
        PersonPatch(age=5)


def test_a_changeset_with_a_wrong_value_is_refused_field_by_field() -> None:
    patch = PersonPatch(name="a")
    patch.name, patch.email, patch.colour = 5, 6, None
    with pytest.raises(ValidationError) as caught:
        update(People).find(1).set(patch)
    assert set(caught.value.errors) == {"name", "email", "colour"}
    assert caught.value.errors["colour"] == "people.colour is not nullable"


# --- validation ------------------------------------------------------------------------------------------------------


@attrs.define(on_setattr=attrs.setters.NO_OP)
class Checked(Insertable[People]):
    name: str = attrs.field(validator=[attrs.validators.min_len(3), attrs.validators.matches_re(r"[a-z]+")])
    age: int = attrs.field(default=20, validator=[attrs.validators.ge(10), attrs.validators.lt(100)])
    tags: list[str] = attrs.field(
        factory=list, validator=attrs.validators.deep_iterable(attrs.validators.in_(["red", "green"]))
    )
    email: str | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.min_len(2)))

    @age.validator
    def _no_thirteen(self, _attribute: Any, value: int) -> None:
        if value == 13:
            raise ValueError("age 13 is unlucky")


def bad(**values: Any) -> Checked:
    row = Checked("fine")
    for name, value in values.items():
        setattr(row, name, value)
    return row


@pytest.mark.parametrize(
    ("values", "field", "part"),
    [
        ({"name": "ab"}, "name", "3"),
        ({"age": 1}, "age", ">= 10"),
        ({"age": 100}, "age", "< 100"),
        ({"age": 13}, "age", "unlucky"),
        ({"age": "1"}, "age", r"people.age is integer (int), not str"),
        ({"tags": ["hunter2"]}, "tags", "['red', 'green']"),
        ({"tags": ["red", 5]}, "tags", "people.tags holds an element that is text (str), not int"),
        ({"email": "x"}, "email", "2"),
        ({"name": "hunter2"}, "name", "match"),
        ({"name": None}, "name", "people.name is not nullable"),
    ],
)
def test_a_row_that_its_validators_reject_is_not_written(
    database: Database, values: dict[str, Any], field: str, part: str
) -> None:
    for rows in ([bad(**values)], [bad(), bad(**values)]):
        with pytest.raises(ValidationError) as caught:
            database.execute(insert_into(People).values(*rows))
        assert set(caught.value.errors) == {field}
        assert part in caught.value.errors[field]
        assert "hunter2" not in str(caught.value)
        assert caught.value.model == "Checked"


def test_every_field_that_is_wrong_is_listed() -> None:
    with pytest.raises(ValidationError) as caught:
        insert_into(People).values(bad(name="hunter2", age=5, email=7))
    assert set(caught.value.errors) == {"name", "age", "email"}
    assert str(caught.value).startswith("Checked is not valid: ")
    assert "hunter2" not in str(caught.value)


def test_a_validator_that_raises_something_of_its_own_still_names_the_field() -> None:
    class OwnError(Exception):
        pass

    def own(instance: object, attribute: Any, value: Any) -> None:
        if value == "hunter2":
            raise OwnError("no")

    @attrs.define(on_setattr=attrs.setters.NO_OP)
    class Own(Insertable[People]):
        name: str = attrs.field(validator=own)

    row = Own("fine")
    row.name = "hunter2"
    with pytest.raises((OwnError, ValidationError)):
        insert_into(People).values(row)


def test_validators_that_attrs_was_told_not_to_run_do_not_run(tx: Any) -> None:
    with attrs.validators.disabled():
        assert tx.execute(insert_into(People).values(bad(age=5))) == 1


# --- what models promise ---------------------------------------------------------------------------------------------


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
