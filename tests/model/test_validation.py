"""What validators and sentinels say of a row before it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from databases import database_with
from people import Colour, People, Person, Pets, written

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Database,
    Insertable,
    PgRepository,
    QueryError,
    Unset,
    ValidationError,
    insert_into,
    update,
    when_set,
)


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, People, Pets) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


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
