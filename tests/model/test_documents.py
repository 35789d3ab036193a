"""Documents of attrs classes: what is written is what is read, and what does not fit is an error by name."""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    JSON_NULL,
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    PgRepository,
    QueryError,
    Table,
    Unset,
    ValidationError,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import Interval

SECRET = "hunter2"


class Tone(enum.Enum):
    LOUD = "loud"
    ONE = 1


class Size(enum.IntEnum):
    SMALL = 1


class Word(enum.StrEnum):
    YES = "yes"


@attrs.frozen
class Leaf:
    at: dt.datetime
    tags: tuple[str, ...] = ()


@attrs.define
class Other:
    number: int


@attrs.define
class Tree:
    name: str
    yes: bool
    whole: int
    ratio: float
    price: Decimal
    key: UUID
    tone: Tone
    size: Size
    word: Word
    leaf: Leaf
    day: dt.date
    clock: dt.time
    age: dt.timedelta
    span: Interval
    raw: bytes
    leaves: list[Leaf]
    numbers: set[int]
    pair: tuple[int, str]
    by_name: dict[str, Leaf]
    by_number: dict[int, float]
    by_key: dict[UUID, bool]
    choice: Leaf | Other | None
    loose: int | float | str | None
    kind: Literal["a", 1]
    anything: Any
    maybe: str | None = None


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
MOMENTS = st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - the bounds have none
FINITE = st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.builds(Leaf, MOMENTS, st.lists(TEXTS, max_size=2).map(tuple))
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
TREES = st.builds(
    Tree,
    name=TEXTS,
    yes=st.booleans(),
    whole=st.integers(),
    ratio=FINITE,
    price=st.decimals(places=3) | st.just(Decimal("NaN")),
    key=st.uuids(),
    tone=st.sampled_from(Tone),
    size=st.sampled_from(Size),
    word=st.sampled_from(Word),
    leaf=LEAVES,
    day=st.dates(),
    clock=st.times(),
    age=st.timedeltas(dt.timedelta(-1000), dt.timedelta(1000)),
    span=st.builds(Interval, st.integers(-99, 99), st.integers(-99, 99), st.integers(-(10**12), 10**12)),
    raw=st.binary(max_size=5),
    leaves=st.lists(LEAVES, max_size=2),
    numbers=st.sets(st.integers(), max_size=3),
    pair=st.tuples(st.integers(), TEXTS),
    by_name=st.dictionaries(TEXTS, LEAVES, max_size=2),
    by_number=st.dictionaries(st.integers(), FINITE, max_size=2),
    by_key=st.dictionaries(st.uuids(), st.booleans(), max_size=2),
    choice=st.none() | LEAVES | st.builds(Other, st.integers()),
    loose=st.none() | st.integers() | TEXTS | FINITE.filter(lambda value: value != int(value)),
    kind=st.sampled_from(["a", 1]),
    anything=ANY,
    maybe=st.none() | TEXTS,
)
EXAMPLE: dict[str, Any] = {
    "name": "a", "yes": True, "whole": 1, "ratio": 1.5, "price": "1.50", "key": str(UUID(int=1)), "tone": "loud",
    "size": 1, "word": "yes", "leaf": {"at": "2024-01-01T00:00:00+00:00", "tags": ["x"]}, "day": "2024-01-01",
    "clock": "12:00:00", "age": 60.0, "span": "P1M2DT3.000000S", "raw": "VE", "leaves": [], "numbers": [1],
    "pair": [1, "a"], "by_name": {}, "by_number": {"1": 2.5}, "by_key": {}, "choice": {"number": 1}, "loose": 1,
    "kind": "a", "anything": [None], "maybe": None,
}  # fmt: skip


class Docs(Table):
    id = t.serial(primary_key=True)
    tree = t.nullable(t.jsonb(Tree))
    trees = t.array(t.nullable(t.jsonb(Tree)), default=[])
    old = t.nullable(t.json(Leaf))
    data = t.nullable(t.jsonb())
    many = t.array(t.nullable(t.jsonb()), default=[])


@attrs.define
class Doc(FerraModel[Docs]):
    tree: Tree | None = None
    trees: list[Tree | None] = SERVER_DEFAULT
    old: Leaf | None = None
    data: Any = None
    many: list[Any] = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@attrs.define
class DocPatch(Changeset[Docs]):
    data: Any | Unset = UNSET


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Docs, Looses) as db:
        yield db


def same(one: Tree, other: Tree) -> bool:
    """Equality in which a NaN of the price is itself."""
    return str(one.price) == str(other.price) and attrs.evolve(one, price=Decimal(0)) == attrs.evolve(
        other, price=Decimal(0)
    )


@settings(max_examples=20, deadline=None)
@given(trees=st.lists(TREES, min_size=1, max_size=3))
def test_what_an_object_writes_is_what_it_reads(db: Database, trees: list[Tree]) -> None:
    with db.begin() as tx:
        rows = [Doc(tree, [tree, None], tree.leaf, tree.anything, [JSON_NULL, None]) for tree in trees]
        made = tx.fetch_all(insert_into(Docs).values(*rows).returning(Doc))
        for row, tree in zip(made, trees, strict=True):
            assert same(row.tree, tree)
            assert same(row.trees[0], tree)
            assert row.trees[1:] == [None]
            assert row.old == tree.leaf
            found = select(Docs.id).where(Docs.tree == tree, Docs.tree.is_in([tree]), Docs.id == row.id)
            assert tx.fetch_all(found) == [row.id]


def stored(tx: Any, document: Any, column: str = "tree") -> None:
    tx._acquire().execute(f"INSERT INTO docs ({column}) VALUES (%s)", [json.dumps(document)])


def test_the_example_fits(db: Database) -> None:
    with db.begin() as tx:
        stored(tx, EXAMPLE)
        stored(tx, {key: value for key, value in EXAMPLE.items() if key != "maybe"})
        one, other = tx.fetch_all(select(Docs.tree))
        assert one == other
        assert (one.choice, one.kind, one.by_number) == (Other(1), "a", {1: 2.5})


WRONG: dict[str, list[Any]] = {
    "name": [None, 1, True, ["a"], {}],
    "yes": ["false", 0, 1, None, "x"],
    "whole": [1.9, 1.0, "1", True, None],
    "ratio": ["1.5", True, None, [1.5]],
    "price": [1.5, True, None, SECRET],
    "key": [1, SECRET, None],
    "tone": ["LOUD", True, 1.0, None, []],
    "size": [True, 1.0, "1", 2],
    "word": ["YES", 1, None],
    "leaf": [None, SECRET, [], {}, {"at": SECRET}, {"at": EXAMPLE["leaf"]["at"], "tags": "ab"}],
    "day": [1, SECRET, "2024-01-01T00:00:00", None],
    "clock": [1, SECRET],
    "age": ["60", True, None],
    "span": [60, SECRET, None],
    "raw": [1, None],
    "leaves": [None, {}, "ab", [None], [{"at": 1}]],
    "numbers": [{}, "12", ["1"], [True], 5],
    "pair": [[1], [1, "a", "b"], ["1", "a"], "1a", {"1": "a"}],
    "by_name": [[], None, {SECRET: SECRET}],
    "by_number": [{"01": 1.5}, {"x": 1.5}, {"1": "1.5"}, []],
    "by_key": [{SECRET: True}, {str(UUID(int=1)): 1}],
    "choice": [SECRET, {}, {"number": "1"}, {"number": 1, "at": EXAMPLE["leaf"]["at"]}],
    "loose": [True, [], {}],
    "kind": ["b", True, 1.0, None],
    "maybe": [1, False, []],
    SECRET: [1],
}


@pytest.mark.parametrize("name", WRONG)
def test_a_document_that_does_not_fit_is_an_error_by_name_without_the_value(db: Database, name: str) -> None:
    for wrong in WRONG[name]:
        with db.begin() as tx:
            stored(tx, {**EXAMPLE, name: wrong})
            with pytest.raises(Db, match="a document does not fit its class: Tree") as caught:
                tx.fetch_all(select(Docs.tree))
        assert caught.value.kind is DbErrorKind.INVALID_DATA
        assert name == SECRET or f"Tree.{name}" in str(caught.value)
        shown: BaseException | None = caught.value
        while shown is not None:
            assert SECRET not in f"{shown!r} {getattr(shown, '__notes__', '')}"
            shown = shown.__cause__ or shown.__context__


def test_json_null_is_no_object_of_a_class_and_sql_null_is(db: Database) -> None:
    with db.begin() as tx:
        stored(tx, None)
        with pytest.raises(Db, match="does not fit its class: Tree"):
            tx.fetch_all(select(Docs.tree))
    with db.begin() as tx:
        assert tx.fetch_one(insert_into(Docs).values(Doc()).returning(Docs.tree)) is None


@attrs.frozen
class Grown(Leaf):
    more: int = 1


@attrs.define
class Loose:
    key: UUID | str
    ratio: float = 0.5


class Looses(Table):
    id = t.serial(primary_key=True)
    loose = t.jsonb(Loose)
    leaf = t.json(Leaf)


@attrs.define
class LooseRow(FerraModel[Looses]):
    loose: Any
    leaf: Any
    id: int = SERVER_DEFAULT


LEAF = Leaf(dt.datetime(2024, 1, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("loose", "leaf"),
    [
        (Loose(str(UUID(int=1))), LEAF),  # It would be read as a UUID.
        (Loose(5), LEAF),
        (Loose("a", float("nan")), LEAF),
        (Loose("a", float("inf")), LEAF),
        (Loose("a", "0.5"), LEAF),
        (Loose("a"), Grown(LEAF.at)),
        (Loose("a"), Leaf("2024-01-01")),
        (Loose("a"), Leaf(LEAF.at, ["a"])),
        (Loose("a"), Leaf(LEAF.at, (1,))),
        (Loose("a"), Leaf(LEAF.at, (JSON_NULL,))),
        (Loose("a"), JSON_NULL),
        ({"key": SECRET}, LEAF),
    ],
)
def test_an_object_that_would_not_be_read_again_is_refused_before_it_is_written(
    db: Database, loose: Any, leaf: Any
) -> None:
    row = LooseRow(loose, leaf)
    looses = PgRepository(LooseRow, db)
    for way in (looses.insert, lambda row: looses.insert_many([row, row]), lambda row: looses.copy_in([row])):
        with pytest.raises((QueryError, ValidationError)) as caught:
            way(row)
        assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_null_and_json_null_stay_apart_both_ways(db: Database) -> None:
    with db.begin() as tx:
        docs = PgRepository(Doc, tx)
        null, nothing = Doc(data=JSON_NULL, many=[JSON_NULL, None, {"a": None}]), Doc(data=None, many=[])
        made = [docs.insert(null), docs.insert(nothing), *docs.insert_many([null, nothing])]
        docs.copy_in([null, nothing])
        made += tx.fetch_all(select(Doc).order_by(Docs.id.desc()).limit(2))[::-1]
        assert [row.data for row in made] == [JSON_NULL, None] * 3
        assert [row.many for row in made] == [[JSON_NULL, None, {"a": None}], []] * 3
        assert list(tx.stream(select(Docs.data).order_by(Docs.id))) == [JSON_NULL, None] * 3
        assert len(tx.fetch_all(select(Docs.id).where(Docs.data == JSON_NULL))) == 3
        assert len(tx.fetch_all(select(Docs.id).where(Docs.data.is_null()))) == 3
        assert tx.fetch_all(select(Docs.data).distinct().order_by(Docs.data)) == [JSON_NULL, None]
        tx.execute(update(Docs).find(made[0].id).set(DocPatch(data=None)))
        tx.execute(update(Docs).find(made[1].id).set(DocPatch(data=JSON_NULL)))
        again = [docs.find_by_id(row.id) for row in made[:2]]
        assert [row.data for row in again] == [None, JSON_NULL]
        assert [docs.save(row).data for row in again] == [None, JSON_NULL]
        assert docs.find_page().to_dict()["items"][0]["data"] is None
    assert not JSON_NULL
    assert repr(JSON_NULL) == "JSON_NULL"


@pytest.mark.parametrize("sentinel", [UNSET, SERVER_DEFAULT])
def test_a_sentinel_is_no_document(sentinel: Any) -> None:
    for build in (lambda: Docs.data == sentinel, lambda: Docs.data.is_in([sentinel]), lambda: Docs.many == [sentinel]):
        with pytest.raises(QueryError, match=f"takes a document, not {sentinel!r}"):
            build()


def test_a_query_does_not_change_when_what_it_was_given_does(db: Database) -> None:
    data, inner, listed, raw = {"a": [1]}, Leaf(LEAF.at), [{"b": 1}], bytearray(b"a")
    tree = Other(1)
    queries: list[tuple[Any, Callable[[], object]]] = [
        (Docs.data == data, lambda: data["a"].append(2)),
        (Docs.data.is_in([data]), data.clear),
        (Docs.many == listed, listed[0].clear),
        (Docs.many == [listed], lambda: listed.append(1)),
        (Docs.data.to(data), lambda: data.update(c=1)),
        (Docs.data.is_distinct_from(listed), listed.clear),
        (fn.coalesce(Docs.data, data), data.clear),
        (fn.literal(tree, t.jsonb(Other)), lambda: setattr(tree, "number", 2)),
        (fn.literal(raw, t.bytea()), lambda: raw.extend(b"b")),
        (fn.literal([raw], t.array(t.bytea())), lambda: raw.extend(b"c")),
    ]
    for built, change in queries:
        before = repr(built.params)
        change()
        assert repr(built.params) == before
    assert inner == LEAF
    with pytest.raises(QueryError, match="a generator cannot be written as jsonb"):
        assert Docs.data == (each for each in ())
    assert db.fetch_all(from_(Docs).where(Docs.data == {"a": 1}).select(Docs.id)) == []
