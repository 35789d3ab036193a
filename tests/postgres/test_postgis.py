"""PostGIS through `t.custom`, `fn.function` and `fn.operator`, on Debian's PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Never, Unpack

import attrs
import pytest
from databases import database_with, fresh_database
from postgis import postgis_server

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    PgRepository,
    Table,
    from_,
    insert_into,
    old,
    select,
    to_dict,
    update,
    validated,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.migrations._ddl import Ddl
from ferra_sync.migrations._drift import differences


@attrs.frozen
class Geometry:
    """As PostGIS itself spells it, in hexadecimal, or as people do."""

    text: str


def geometry(*modifiers: str | int, **options: Unpack[t.ColumnOptions[Geometry]]) -> t.ColumnDef[Geometry, Never]:
    return t.custom("geometry", *modifiers, python=Geometry, dump=lambda value: value.text, load=Geometry, **options)


def geography(*modifiers: str | int, **options: Unpack[t.ColumnOptions[Geometry]]) -> t.ColumnDef[Geometry, Never]:
    return t.custom("geography", *modifiers, python=Geometry, dump=lambda value: value.text, load=Geometry, **options)


def point(x: float, y: float) -> Geometry:
    return Geometry(f"SRID=4326;POINT({x:g} {y:g})")


st_as_text = fn.function("st_asewkt", geometry(), returns=t.text())
st_x = fn.function("st_x", geometry(), returns=t.double_precision())
st_dwithin = fn.function("st_dwithin", geography(), geography(), t.double_precision(), returns=t.boolean())
st_distance = fn.function("st_distance", geography(), geography(), returns=t.double_precision())
st_contains = fn.function("st_contains", geometry(), geometry(), returns=t.boolean())
st_collect = fn.aggregate("st_collect", geometry(), returns=t.nullable(geometry()))
overlaps = fn.operator("&&", geometry(), geometry(), returns=t.boolean())
distance = fn.operator("<->", geometry(), geometry(), returns=t.double_precision(), schema="public")


class Cities(Table):
    name = t.text(primary_key=True)
    at = geometry("Point", 4326)
    area = t.nullable(geometry("Polygon", 4326))
    gates = t.array(geometry(), default=[])
    ground = t.nullable(geography())


@attrs.frozen
class City(FerraModel[Cities]):
    name: str
    at: Geometry
    area: Geometry | None = None
    gates: list[Geometry] = SERVER_DEFAULT
    ground: Geometry | None = None


@attrs.frozen
class Spot(FerraModel[Cities]):
    name: str
    at: Geometry


SQUARE = Geometry("SRID=4326;POLYGON((13 52,14 52,14 53,13 53,13 52))")
BERLIN = City("Berlin", point(13.4, 52.5), SQUARE, [point(13.3, 52.5), point(13.5, 52.5)], point(13.4, 52.5))
CITIES = [BERLIN, City("Potsdam", point(13.06, 52.4)), City("Rome", point(12.5, 41.9), ground=point(12.5, 41.9))]


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """In place of the server of the other tests: here every statement is prepared, too."""
    with postgis_server() as url:
        yield url


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Cities) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        PgRepository(City, tx).insert_many(CITIES)
        yield tx


def names(tx: Any, predicate: Any) -> list[str]:
    return tx.fetch_all(from_(Cities).where(predicate).order_by(Cities.name).select(Cities.name))


def test_a_geometry_comes_back_as_postgis_spells_it_and_goes_in_again(tx: Any) -> None:
    city = tx.fetch_one(select(City).find("Berlin"))
    assert city.at.text.startswith("0101000020E6100000")
    assert tx.fetch_value(from_(Cities).find("Berlin").select(st_as_text(Cities.at))) == BERLIN.at.text
    assert len(city.gates) == 2
    assert PgRepository(City, tx).update("Berlin", city) == city
    assert (
        tx.fetch_one(update(Cities).find("Rome").set(Cities.gates.to(city.gates)).returning(Cities.gates)) == city.gates
    )
    assert validated(City, to_dict(city)) == city


def test_every_way_of_writing_many_rows_takes_it(database: Database) -> None:
    cities = PgRepository(City, database)
    spots = PgRepository(Spot, database)
    given = [Spot(f"spot {number}", point(number, 1)) for number in range(5)]
    try:
        assert [row.name for row in spots.insert_many(given[:2])] == ["spot 0", "spot 1"]
        assert spots.copy_in(given[2:]) == 3
        walked = [spot for batch in database.batches(select(Spot), size=2) for spot in batch]
        assert [spot.name for spot in walked] == [spot.name for spot in given]
        read = database.fetch_all(from_(Cities).order_by(Cities.name).select(st_as_text(Cities.at)))
        assert read == [spot.at.text for spot in given]
        assert cities.find_page(1, 2).total == 5
    finally:
        for each in given:
            cities.delete(each.name)


def test_functions_and_operators_find_places(tx: Any) -> None:
    here = point(13.4, 52.5)
    assert names(tx, st_dwithin(Cities.at.cast(geography()), here, 50_000.0)) == ["Berlin", "Potsdam"]
    assert names(tx, overlaps(Cities.at, SQUARE)) == ["Berlin", "Potsdam"]
    assert names(tx, st_contains(Cities.area, Cities.at)) == ["Berlin"]
    assert names(tx, Cities.ground.is_null()) == ["Potsdam"]
    nearest = from_(Cities).order_by(distance(Cities.at, here)).limit(2)
    assert tx.fetch_all(nearest.select(Cities.name)) == ["Berlin", "Potsdam"]
    far = from_(Cities).find("Rome").select(st_distance(Cities.ground, here), st_x(Cities.at))
    metres, x = tx.fetch_one(far)
    assert (round(metres, -4), x) == (1_180_000, 12.5)
    collected = from_(Cities).select(st_as_text(st_collect(Cities.area)))
    assert tx.fetch_value(collected).startswith("SRID=4326;MULTIPOLYGON")
    all_of_them = from_(Cities).select(fn.array_agg(Cities.at, order_by=Cities.name))
    assert tx.fetch_value(all_of_them) == tx.fetch_all(from_(Cities).order_by(Cities.name).select(Cities.at))


def test_what_postgis_refuses_is_an_error_of_the_database(tx: Any) -> None:
    with pytest.raises(Db) as caught:
        tx.execute(update(Cities).find("Rome").set(Cities.at.to(Geometry("SRID=3857;POINT(1 2)"))))
    assert (caught.value.kind, caught.value.sqlstate) == (DbErrorKind.INVALID_DATA, "22023")


class Ordered(Table, name="places"):
    at = t.custom("geometry", python=Geometry, dump=lambda value: value.text, load=Geometry, ordered=True)


@attrs.frozen
class Placed(FerraModel[Ordered]):
    at: Geometry


def test_where_it_is_ordered_it_is_compared_in_lists_too(server_url: str) -> None:
    with database_with(server_url, Ordered) as db:
        db.execute(insert_into(Ordered).values(Placed(point(1, 2)), Placed(point(3, 4))))
        found = from_(Ordered).where(Ordered.at.is_in([point(1, 2), point(5, 6)])).select(st_as_text(Ordered.at))
        assert db.fetch_all(found) == [point(1, 2).text]
        assert db.fetch_value(from_(Ordered).where(Ordered.at == point(3, 4)).select(fn.count())) == 1
        assert len(db.fetch_all(from_(Ordered).distinct().order_by(Ordered.at).select(Ordered.at))) == 2


def test_ddl_has_the_modifiers_and_drift_compares_them(server_url: str) -> None:
    with fresh_database(server_url, Cities) as url, Database.connect(url) as db, db.connection() as connection:
        assert '"at" "geometry"("Point",4326) NOT NULL' in "".join(Ddl().create([Cities]))
        connection.execute("ALTER TABLE cities ALTER area TYPE geometry(Geometry, 4326)")
        said = [str(each) for each in differences(connection, [Cities]) if each.what.table == "cities"]
        assert said == ["column cities.area is geometry(Geometry,4326); declared is geometry(Polygon,4326)"]


@pytest.mark.refused_by_the_server
def test_what_this_server_is_too_old_for_is_told_from_a_missing_table(tx: Any) -> None:
    renamed = update(Cities).find("Rome").set(Cities.name.to("Roma")).returning(old(Cities.name))
    with pytest.raises(Db, match=r"^old\(…\) and new\(…\) need PostgreSQL 18; this server is \d\d$") as caught:
        tx.fetch_one(renamed)
    assert (caught.value.kind, caught.value.sqlstate) == (DbErrorKind.UNDEFINED, "42P01")
