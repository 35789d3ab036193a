"""Types that no function of `types` declares: by their name, a Python class, and what writes and reads their text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple, cast

import attrs
import pytest
from databases import database_with
from hypothesis import given
from hypothesis import strategies as st
from tables import model_of
from type_cases import TEXTS

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Database,
    Db,
    DbErrorKind,
    Derived,
    FerraModel,
    FieldType,
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
    to_dict,
    update,
    validated,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


@attrs.frozen
class Point:
    x: float
    y: float

    def __str__(self) -> str:
        return f"({self.x:g},{self.y:g})"

    @classmethod
    def parse(cls, text: str) -> Point:
        x, y = text.strip("()").split(",")
        return cls(float(x), float(y))


class Box(NamedTuple):
    """Between the elements of its arrays PostgreSQL puts a semicolon."""

    high: Point
    low: Point

    def __str__(self) -> str:
        return f"{self.high},{self.low}"

    @classmethod
    def parse(cls, text: str) -> Box:
        high, low = text[1:-1].split("),(")
        return cls(Point.parse(high), Point.parse(low))


def cents(text: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9.-]", "", text))


def bits(*modifiers: int, **options: Any) -> Any:
    return t.custom("bit", *modifiers, python=str, dump=str, load=str, ordered=True, **options)


POINT = t.custom("point", python=Point, dump=str, load=Point.parse)
BOX = t.custom("box", python=Box, dump=str, load=Box.parse, ordered=True)
PRICE = t.custom("money", python=Decimal, dump=str, load=cents)
SQUARE = Box(Point(1, 1), Point(0, 0))


class Places(Table):
    code = bits(4, primary_key=True)
    at = POINT
    path = t.array(POINT, default=[])
    area = t.nullable(t.custom("box", python=Box, dump=str, load=Box.parse, schema="pg_catalog"))
    areas = t.array(BOX, default=[SQUARE, SQUARE])
    price = t.custom("money", python=Decimal, dump=str, load=cents, ordered=True, default=Decimal("1.50"))
    flags = t.custom(
        "int2vector",
        python=list[int],
        dump=lambda value: " ".join(map(str, value)),
        load=lambda text: [int(each) for each in text.split()],
        default=[1, 2],
    )
    of_domain = t.nullable(t.domain("corner", POINT, check=lambda value: value.is_null() | value.is_not_null()))


@attrs.frozen
class Place(FerraModel[Places]):
    code: str
    at: Point
    path: list[Point] = SERVER_DEFAULT
    area: Box | None = None
    areas: list[Box] = attrs.Factory(list)
    price: Decimal = SERVER_DEFAULT
    flags: list[int] = SERVER_DEFAULT
    of_domain: Point | None = None


@attrs.define
class PlacePatch(Changeset[Places]):
    area: Box | Unset | None = UNSET


HOME = Place("0001", Point(1, 2), [Point(0, 0), Point(1, 1)], SQUARE, [SQUARE, SQUARE], Decimal(-2), [3], Point(5, 6))
AWAY = Place("1001", Point(3.5, -4), [], None, [], Decimal("1.50"), [1, 2])
GIVEN = Place("1001", Point(3.5, -4))


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Places) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        assert PgRepository(Place, tx).insert_many([HOME, GIVEN]) == [HOME, AWAY]
        yield tx


def test_it_is_read_as_its_class(tx: Any) -> None:
    assert tx.fetch_all(select(Place).order_by(Places.code)) == [HOME, AWAY]
    assert list(tx.stream(select(Place).order_by(Places.code))) == [HOME, AWAY]
    assert tx.fetch_one(from_(Places).find("0001").select(Places.at, Places.path)) == (HOME.at, HOME.path)
    assert ModelMeta.of(Place).by_column["at"].type is FieldType.CUSTOM


def test_it_is_written_by_every_verb(database: Database) -> None:
    places = PgRepository(Place, database)
    try:
        assert places.insert(GIVEN) == AWAY
        assert places.save(attrs.evolve(AWAY, at=Point(0, 0))).at == Point(0, 0)
        assert database.fetch_one(update(Places).find("1001").set(PlacePatch(SQUARE)).returning(Places.area)) == SQUARE
        assert database.execute(update(Places).find("1001").set(Places.path.to([Point(7, 8)]))) == 1
        assert places.update("1001", attrs.evolve(AWAY, areas=[SQUARE])).areas == [SQUARE]
    finally:
        places.delete("1001")


def test_rows_are_copied_in(database: Database) -> None:
    places = PgRepository(Place, database)
    rows = [attrs.evolve(HOME, areas=[]), AWAY]
    try:
        assert places.copy_in(rows) == 2
        assert sorted(places.find_all(), key=lambda place: place.code) == rows
    finally:
        for each in rows:
            places.delete(each.code)


def test_an_array_with_another_separator_is_refused_by_copy_and_by_nothing_else(database: Database) -> None:
    with pytest.raises(Db) as caught:
        PgRepository(Place, database).copy_in([HOME])
    assert caught.value.kind is DbErrorKind.INVALID_DATA


@pytest.mark.parametrize(
    "predicate",
    [
        Places.code == "0001",
        Places.code < "1000",
        Places.code.is_in(["0001", "1111"]),
        Places.price.between(Decimal(-3), Decimal(0)),
        Places.price.is_in([Decimal(-2)]),
        Places.area.is_not_null(),
        fn.coalesce(Places.price, Decimal(0)) < Decimal(0),
        fn.function("box", POINT, POINT, returns=BOX)(Places.at, Point(1, 2)) == Box(Point(1, 2), Point(1, 2)),
    ],
    ids=repr,
)
def test_it_is_compared_where_it_says_so(tx: Any, predicate: Any) -> None:
    assert tx.fetch_all(from_(Places).where(predicate).select(Places.code)) == ["0001"]


def test_it_is_sorted_grouped_and_walked_where_it_says_so(tx: Any) -> None:
    assert tx.fetch_all(from_(Places).order_by(Places.code.desc()).select(Places.code)) == ["1001", "0001"]
    assert tx.fetch_all(from_(Places).group_by(Places.code).order_by(Places.code).select(Places.code, fn.count())) == [
        ("0001", 1),
        ("1001", 1),
    ]
    assert [[row.code for row in batch] for batch in tx.batches(select(Place), size=1)] == [["0001"], ["1001"]]
    assert tx.fetch_all(from_(Places).distinct().order_by(Places.price).select(Places.price)) == [
        Decimal(-2),
        Decimal("1.50"),
    ]
    both = from_(Places).select(Places.code).union(from_(Places).select(Places.code)).order_by(Places.code)
    assert tx.fetch_all(both) == ["0001", "1001"]
    greatest = fn.aggregate("max", PRICE, returns=t.nullable(PRICE))
    assert tx.fetch_value(from_(Places).select(greatest(Places.price))) == Decimal("1.50")
    assert tx.fetch_value(from_(Places).select(fn.array_agg(Places.code, order_by=Places.code))) == ["0001", "1001"]


@pytest.mark.parametrize(
    "build",
    [
        lambda: Places.at == Point(0, 0),
        lambda: Places.at.is_in([Point(0, 0)]),
        lambda: Places.path == [Point(0, 0)],
        Places.at.asc,
        lambda: from_(Places).order_by(Places.at),
        lambda: from_(Places).group_by(Places.at),
        lambda: Places.at.between(Point(0, 0), Point(1, 1)),
        lambda: Places.at.is_distinct_from(Point(0, 0)),
        lambda: fn.count(Places.at, distinct=True),
        lambda: fn.greatest(Places.at, Places.at),
    ],
)
def test_without_an_order_it_is_neither_compared_nor_sorted(build: Callable[[], Any]) -> None:
    said = r"is \"point\"(\[\])?, which .* cannot take: declare (ordered=True where PostgreSQL compares it|jsonb), or"
    with pytest.raises(QueryError, match=said):
        build()


def test_postgresql_has_no_least_of_it() -> None:
    with pytest.raises(QueryError, match=r'PostgreSQL has no max of "money"'):
        fn.max(Places.price)


def test_functions_and_operators_of_it_are_declared(tx: Any) -> None:
    distance = fn.operator("<->", POINT, POINT, returns=t.double_precision())
    same = fn.operator("~=", POINT, POINT, returns=t.boolean(), schema="pg_catalog")
    width = fn.function("width", BOX, returns=t.double_precision())
    nearest = from_(Places).order_by(distance(Places.at, Point(0, 0)), Places.code.desc())
    assert tx.fetch_all(nearest.select(Places.code, distance(Places.at, Point(1, 0)))) == [
        ("0001", 2.0),
        ("1001", distance_of(2.5, 4)),
    ]
    assert tx.fetch_all(from_(Places).where(same(Places.at, Point(1, 2))).select(Places.code)) == ["0001"]
    assert tx.fetch_all(from_(Places).where(same(Places.at, Places.of_domain)).select(Places.code)) == []
    assert tx.fetch_all(from_(Places).order_by(Places.code).select(width(Places.area.cast(BOX)))) == [1.0, None]


def distance_of(x: float, y: float) -> float:
    return float(Decimal(x * x + y * y).sqrt())


def test_its_arrays_are_cast_to_be_read_from_distinct_rows(tx: Any) -> None:
    areas = from_(Places).select(Places.areas)
    with pytest.raises(QueryError, match=r'^"box"\[\] cannot be read from distinct rows or a set operation: select'):
        tx.fetch_all(areas.union_all(areas))
    texts = from_(Places).where(Places.code == "0001").select(Places.areas.cast(t.array(t.text())))
    assert tx.fetch_all(texts.union(texts)) == [["(1,1),(0,0)"] * 2]


def test_a_model_goes_to_json_as_the_text_and_comes_back(tx: Any) -> None:
    assert to_dict(HOME) == {
        "code": "0001",
        "at": "(1,2)",
        "path": ["(0,0)", "(1,1)"],
        "area": "(1,1),(0,0)",
        "areas": ["(1,1),(0,0)"] * 2,
        "price": "-2",
        "flags": [3],
        "of_domain": "(5,6)",
    }
    assert validated(Place, to_dict(HOME)) == HOME
    assert to_dict(AWAY)["area"] is None
    with pytest.raises(ValidationError) as caught:
        validated(Place, to_dict(HOME) | {"at": "nowhere"})
    assert list(caught.value.errors) == ["at"]
    assert "nowhere" not in str(caught.value)
    rows = from_(Places).order_by(Places.code).limit(1)
    assert tx.fetch_json(rows.select(Places.at, Places.path)) == [{"at": "(1,2)", "path": ["(0,0)", "(1,1)"]}]
    assert tx.fetch_json(rows.select(Places.at)) == [{"at": "(1,2)"}]


def test_what_can_be_changed_is_copied_when_a_query_is_built(tx: Any) -> None:
    flags = [7]
    query = update(Places).find("0001").set(Places.flags.to(flags))
    flags.append(8)
    tx.execute(query)
    assert tx.fetch_one(select(Places.flags).find("0001")) == [7]


class Stops(Derived):
    at = POINT
    path = t.array(POINT)
    areas = t.array(BOX)
    price = t.custom("money", python=Decimal, dump=str, load=cents, ordered=True)
    corner = t.domain("corner", POINT)


class Parts(Derived):
    part = BOX


def test_derived_tables_have_it(tx: Any) -> None:
    given = (Point(1, 2), [Point(3, 4)], [SQUARE, SQUARE], Decimal(-2), Point(5, 6))
    columns = (Stops.at, Stops.path, Stops.areas, Stops.price, Stops.corner)
    assert tx.fetch_all(from_(Stops.values([given])).select(*columns)) == [given]
    theirs = (
        from_(Places)
        .where(Places.code == "0001")
        .select(Places.at, Places.path, Places.areas, Places.price, fn.coalesce(Places.of_domain, Places.at))
    )
    read = (HOME.at, HOME.path, HOME.areas, HOME.price, HOME.of_domain)
    assert tx.fetch_all(from_(Stops.of(theirs)).select(*columns)) == [read]
    assert tx.fetch_all(from_(Stops.cte(theirs)).where(Stops.price < Decimal(0)).select(*columns)) == [read]
    unnested = Parts.of(fn.unnest(Places.areas))
    assert tx.fetch_all(from_(Places).inner_join(unnested, on=Places.code == "0001").select(Parts.part)) == [SQUARE] * 2


def broken(text: str) -> Any:
    raise ArithmeticError(text)


class Broken(Table, name="places"):
    at = t.custom("point", python=Point, dump=broken, load=broken)
    code = t.custom("bit", 4, python=str, dump=cast("Any", lambda _value: 1), load=str, ordered=True)


def test_what_its_dump_or_load_raises_shows_no_value(tx: Any) -> None:
    with pytest.raises(QueryError, match=r"^a Point cannot be written as point: dump raised ArithmeticError$"):
        tx.execute(update(Broken).all_rows().set(Broken.at.to(Point(1, 2))))
    with pytest.raises(QueryError, match=r"^a str cannot be written as bit: dump returned an int, not a text$"):
        tx.fetch_all(from_(Broken).where(Broken.code == "0001").select(fn.count()))
    with pytest.raises(Db, match="a point in the row cannot be read as Point: load raised ArithmeticError") as caught:
        tx.fetch_all(select(Broken.at))
    assert "(" not in str(caught.value).partition("load")[2]


def test_its_modifiers_are_of_its_column_alone(tx: Any) -> None:
    assert tx.fetch_all(from_(Places).where(Places.code == "00010").select(Places.code)) == []
    assert tx.fetch_value(from_(Places).limit(1).select(fn.literal("10101", bits()).cast(bits(3)))) == "101"


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (lambda **o: t.custom("", **o), "a type's name is empty"),
        (lambda **o: t.custom("x", schema="", **o), "a type's schema is empty"),
        (lambda **o: t.custom("x", 1.5, **o), "a modifier of x is a name or a whole number, not a float"),
        (lambda **o: t.custom("x", -1, **o), "a modifier of x is a name or a whole number, not an int"),
        (lambda **o: t.custom("x", True, **o), "a modifier of x is a name or a whole number, not a bool"),
        (lambda **o: t.custom("x", "", **o), "a modifier of x is empty"),
        (
            lambda **o: t.custom("x", **o | {"python": object}),
            "x: python is the class of its values, not the class obj",
        ),
        (lambda **o: t.custom("x", **o | {"python": 1}), "x: python is the class of its values, not an int"),
        (lambda **o: t.custom("x", **o | {"dump": "str"}), "x: dump is a function, not a str"),
        (lambda **o: t.custom("x", **o | {"load": None}), "x: load is a function, not None"),
        (lambda **o: t.custom("x", ordered=1, **o), "x: ordered is True or False, not an int"),
    ],
)
def test_what_is_no_type_is_refused_where_it_is_declared(declare: Callable[..., Any], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        declare(python=str, dump=str, load=str)


@pytest.mark.parametrize(
    "symbol", ["", "a", "< >", "--", "/*", "+/*", "*-", "=>", "<" * 64, 1, "{}", "(", '"', "$1", ";"]
)
def test_what_is_no_operators_symbol_is_refused(symbol: Any) -> None:
    with pytest.raises(SchemaError, match="operator"):
        fn.operator(symbol, POINT, POINT, returns=t.boolean())


@pytest.mark.parametrize("symbol", ["&&", "<->", "@-", "|&>", "?", "-", "`", "^@", "<<|"])
def test_what_postgresql_takes_for_a_symbol_is_taken(symbol: str) -> None:
    made = fn.operator(symbol, POINT, POINT, returns=t.text())
    assert repr(made(Places.at, Places.at).shape).startswith(f"('call', {symbol}, ")


def test_a_model_annotates_its_class() -> None:
    with pytest.raises(SchemaError, match=r"at is str; Places\.at is .*Point"):
        model_of(FerraModel[Places], at=str)


@attrs.frozen
class Word:
    text: str


WORDS = TEXTS.map(Word)


class Words(Table):
    id = t.serial(primary_key=True)
    word = t.custom("text", python=Word, dump=lambda word: word.text, load=Word, ordered=True)
    many = t.array(t.nullable(t.custom("text", python=Word, dump=lambda word: word.text, load=Word)))


@attrs.frozen
class Wording(FerraModel[Words]):
    word: Word
    many: list[Word | None]
    id: int = attrs.field(default=SERVER_DEFAULT, eq=False)


@pytest.fixture(scope="module")
def worded(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Words) as db:
        yield db


@given(words=st.lists(st.builds(Wording, WORDS, st.lists(st.none() | WORDS, max_size=3)), min_size=1, max_size=3))
def test_any_text_comes_back_as_it_went(worded: Database, words: list[Wording]) -> None:
    with worded.begin() as tx:
        repository = PgRepository(Wording, tx)
        assert repository.insert_many(words) == words
        assert repository.copy_in(words) == len(words)
        assert tx.fetch_all(select(Wording).order_by(Words.id)) == words * 2
        assert tx.fetch_all(select(Wording).where(Words.word.is_in([each.word for each in words]))) != []
        assert tx.fetch_one(insert_into(Words).values(words[0]).returning(Wording)) == words[0]


class Moments(Table):
    at = t.custom("timetz", python=dt.time, dump=dt.time.isoformat, load=dt.time.fromisoformat, ordered=True)


def test_what_psycopg_knows_is_read_without_a_cast_too(server_url: str) -> None:
    noon = dt.time(12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    with database_with(server_url, Moments) as db:
        db.execute(insert_into(Moments).values(model_of(FerraModel[Moments], at=dt.time)(noon)))
        moments = from_(Moments).select(Moments.at)
        assert db.fetch_all(moments) == db.fetch_all(moments.union(moments)) == [noon]
