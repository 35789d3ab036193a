"""Copies and pickles: queries and their parts are values of one process, models and errors go everywhere."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable, Iterator
from typing import Any, Final

import attrs
import pytest
from databases import database_with
from hypothesis import given
from hypothesis import strategies as st

import ferra_sync
from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Conflict,
    DatabaseConfig,
    Databases,
    Db,
    DbErrorKind,
    FerraModel,
    ModelMeta,
    NotFound,
    Page,
    PgRepository,
    Table,
    Unset,
    ValidationError,
    check,
    delete_from,
    foreign_key,
    from_,
    index,
    insert_into,
    maybe,
    of,
    select,
    unique,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._compiler.compiler import compiled


class Owners(Table):
    id = t.integer(primary_key=True)


class Pets(Table):
    id = t.serial(primary_key=True)
    owner_id = t.nullable(t.integer(references=Owners.id))
    name = t.text()


class Others(Pets, alias="others"):
    pass


@attrs.define
class Pet(FerraModel[Pets]):
    name: str
    owner_id: int | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class Patch(Changeset[Pets]):
    name: str | Unset = UNSET


VALUES: Final[dict[str, Any]] = {
    "a column": Pets.id,
    "an alias's column": Others.id,
    "an expression": (Pets.id > 3) & Pets.name.contains("x"),
    "a literal": fn.literal([1], t.array(t.integer())),
    "an aggregate": fn.count(Pets.id),
    "maybe": maybe(Pet),
    "a model of an alias": of(Others, Pet),
    "an order": Pets.id.desc(nulls="last"),
    "an assignment": Pets.name.to("x"),
    "a FROM": from_(Pets).left_join(Others, on=Others.id == Pets.id),
    "a GROUP BY": from_(Pets).group_by(Pets.name),
    "a SELECT": select(Pet).where(Pets.id.is_in([1, 2])).order_by(Pets.id).limit(3),
    "a set operation": select(Pet).union(select(of(Others, Pet))).order_by(Pets.id).limit(3),
    "an INSERT": insert_into(Pets).values(Pet("x")),
    "a RETURNING": insert_into(Pets).values(Pet("x")).returning(Pet),
    "an UPDATE": update(Pets).find(1).set(Pets.name.to("y")),
    "a DELETE": delete_from(Pets).find(1),
    "a declaration": t.text(default="x"),
    "a type": Pets.id.type,
    "a length of varchar": t.varchar(3).sql_type,
    "a function": fn.function("lower", t.text(), returns=t.text()),
    "a table's metadata": Pets.__ferra_table__,
    "a model's metadata": ModelMeta.of(Pet),
    "a field's metadata": ModelMeta.of(Pet).fields[0],
    "a table's reference": Pets.id.ref.table,
    "a column's reference": Pets.id.ref,
    "unique": unique(Pets.name),
    "check": check(Pets.id > 0),
    "index": index(Pets.name),
    "a foreign key": foreign_key(Pets.owner_id, references=Owners.id),
}


@dataclasses.dataclass
class Held:
    value: Any


@attrs.define
class Kept:
    value: Any
    more: list[Any]


@pytest.mark.parametrize("name", VALUES)
def test_a_copy_of_a_value_is_the_value(name: str) -> None:
    value = VALUES[name]
    assert copy.copy(value) is value
    assert copy.deepcopy(value) is value


def holders() -> st.SearchStrategy[Any]:
    names = st.sampled_from(sorted(VALUES)).map(VALUES.__getitem__)
    return st.recursive(
        names,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner, inner),
            st.dictionaries(st.text(max_size=2), inner, max_size=3),
            inner.map(Held),
            st.builds(Kept, inner, st.lists(inner, max_size=2)),
        ),
        max_leaves=8,
    )


def leaves(held: Any) -> Iterator[Any]:
    if isinstance(held, (list, tuple)):
        for each in held:
            yield from leaves(each)
    elif isinstance(held, dict):
        yield from leaves(list(held.values()))
    elif isinstance(held, Held):
        yield from leaves(held.value)
    elif isinstance(held, Kept):
        yield from leaves([held.value, held.more])
    else:
        yield held


@given(holders())
def test_a_deep_copy_of_what_holds_values_holds_the_same_values(held: Any) -> None:
    copied = copy.deepcopy(held)
    assert all(one is other for one, other in zip(leaves(held), leaves(copied), strict=True))


def test_a_copied_query_is_compiled_no_second_time() -> None:
    held = Held(select(Pet).where(Pets.name == "x"))
    held.value.sql()
    misses = compiled.cache_info().misses
    copied = copy.deepcopy(held)
    assert copied.value.where(copied.value.target.owner.id > 1).sql() == held.value.where(Pets.id > 1).sql()
    assert copied.value.sql() == held.value.sql()
    assert compiled.cache_info().misses == misses + 1, "the longer query alone"
    assert dataclasses.asdict(held)["value"] is held.value


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_a_value_is_refused_by_name(protocol: int) -> None:
    for value in VALUES.values():
        with pytest.raises(TypeError, match=r"^an? \w+ cannot be pickled: build it in the process that runs it$"):
            pickle.dumps([value], protocol)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_models_pages_tables_and_sentinels_pickle(protocol: int) -> None:
    page = Page([Pet("a", 1, 2), Pet("b")], 7, 1, 2)
    for thing in (Pet("a", 1, 2), page, Patch(), Patch("x"), DatabaseConfig("postgres://u:p@h/d"), DbErrorKind.TIMEOUT):
        for made in (pickle.loads(pickle.dumps(thing, protocol)), copy.copy(thing), copy.deepcopy(thing)):
            assert made == thing
            assert type(made) is type(thing)
    for same in (UNSET, SERVER_DEFAULT, Pets, Others, Pet):
        assert pickle.loads(pickle.dumps(same, protocol)) is same
        assert copy.copy(same) is copy.deepcopy(same) is same
    assert pickle.loads(pickle.dumps(Pet("a"), protocol)).id is SERVER_DEFAULT
    assert copy.deepcopy([Patch()])[0].name is UNSET


ERRORS: Final = [
    NotFound("films", (3, 7)),
    NotFound("films"),
    Conflict("films_title_key", ("title", "year"), "films"),
    Db("no", kind=DbErrorKind.DEADLOCK, sqlstate="40P01", constraint="c", table="t", column="x"),
    ferra_sync.FerraDbError("no"),
    ValidationError("Film", {"title": "is empty", "year": "is none"}),
    ferra_sync.QueryError("no"),
    ferra_sync.SchemaError("no"),
    ferra_sync.ConfigError("no"),
    ferra_sync.EmbeddedError("no"),
    ferra_sync.InvalidToken("after", "has expired"),
    ferra_sync.JobError("nightly", "Conflict"),
    ferra_sync.MigrationError("no"),
]


def test_every_public_error_has_a_case_here() -> None:
    public = {each for name in ferra_sync.__all__ if _is_error(each := getattr(ferra_sync, name))}
    assert public == {type(error) for error in ERRORS}


def _is_error(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, Exception)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "through",
    [copy.copy, copy.deepcopy, *(lambda e, p=p: pickle.loads(pickle.dumps(e, p)) for p in (0, 2, 5))],
)
def test_an_error_keeps_what_it_says(error: Exception, through: Callable[[Exception], Exception]) -> None:
    made = through(error)
    assert type(made) is type(error)
    assert str(made) == str(error)
    assert vars(made) == vars(error)


def test_what_holds_connections_is_neither_copied_nor_pickled(server_url: str) -> None:
    with database_with(server_url, Owners, Pets) as db, db.transaction() as tx, tx.savepoint() as savepoint:
        databases = Databases({"main": DatabaseConfig("postgres://h/d")})
        for handle in (db, tx, savepoint, databases):
            message = rf"^a {type(handle).__name__} cannot be copied or pickled: connect in the process that uses it$"
            for leave in (pickle.dumps, copy.copy, copy.deepcopy):
                with pytest.raises(TypeError, match=message):
                    leave(handle)
        repository = PgRepository(Pet, db)
        assert copy.deepcopy(Held(repository)).value is repository
        with pytest.raises(TypeError, match=r"^a PgRepository cannot be pickled"):
            pickle.dumps(repository)
        assert tx.fetch_all(select(Pet)) == []
