"""Tables and models of enums of another schema, domains and custom types."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Never, Unpack

import attrs
from domain import Users

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import types as t


class Weather(enum.Enum):
    FAIR = "fair"
    FOUL = "foul"


class Season(enum.Enum):
    SUMMER = "summer"


@attrs.frozen
class Point:
    x: float
    y: float

    @classmethod
    def parse(cls, text: str) -> Point:
        x, y = text.split()
        return cls(float(x), float(y))


def spelled(point: Point) -> str:
    return f"{point.x} {point.y}"


def geometry(*modifiers: str | int, **options: Unpack[t.ColumnOptions[Point]]) -> t.ColumnDef[Point, Never]:
    return t.custom("geometry", *modifiers, python=Point, dump=spelled, load=Point.parse, **options)


def email(**options: Unpack[t.ColumnOptions[str]]) -> t.ColumnDef[str, Never]:
    return t.domain("email", t.text(), check=lambda value: value.contains("@"), **options)


class Stations(Table):
    id = t.identity(primary_key=True)
    weather = t.enum(Weather, schema="app", default=Weather.FAIR)
    season = t.nullable(t.enum(Season, "time_of_year", schema="app"))
    contact = email(unique=True)
    price = t.domain("price", t.numeric(8, 2), schema="shop", check=lambda value: value >= 0)
    prices = t.array(t.domain("price", t.numeric(8, 2)))
    scores = t.nullable(t.domain("scores", t.array(t.integer())))
    at = geometry("Point", 4326)
    path = t.array(geometry())
    last_at = t.nullable(geometry())
    embedding = t.custom("vector", 3, python=list[float], dump=str, load=lambda text: [float(text)], ordered=True)
    user_id = t.integer(references=Users.id)


@attrs.frozen
class Station(FerraModel[Stations]):
    weather: Weather
    contact: str
    price: Decimal
    at: Point
    id: int = SERVER_DEFAULT
