"""Enums of another schema, domains and custom types: what both checkers infer, and what they reject."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_type

from domain import Users
from stations import Point, Season, Station, Stations, Weather, geometry, spelled

from ferra_sync import Database, from_, insert_into, maybe, select, update
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()

# Rows

rows = from_(Stations)
assert_type(db.fetch_all(rows.select(Stations.weather, Stations.season)), list[tuple[Weather, Season | None]])
assert_type(
    db.fetch_all(rows.select(Stations.contact, Stations.price, Stations.prices)),
    list[tuple[str, Decimal, list[Decimal]]],
)
assert_type(db.fetch_all(rows.select(Stations.scores)), list[list[int] | None])
assert_type(
    db.fetch_all(rows.select(Stations.at, Stations.path, Stations.last_at)),
    list[tuple[Point, list[Point], Point | None]],
)
assert_type(db.fetch_all(rows.select(Stations.embedding)), list[list[float]])
assert_type(db.fetch_all(rows.select(fn.max(Stations.weather))), list[Weather | None])
assert_type(
    db.fetch_all(from_(Users).left_join(Stations).select(Users.id, maybe(Station), Stations.at.nullable())),
    list[tuple[int, Station | None, Point | None]],
)
insert_into(Stations).values(Station(Weather.FAIR, "a@b", Decimal(1), Point(1, 2)))
update(Stations).find(1).set(Stations.at.to(Point(1, 2)), Stations.price.to(Decimal(2)), Stations.contact.to("a@b"))

# Expressions

select(Station).where(Stations.weather > Weather.FAIR, Stations.weather.between(Weather.FAIR, Weather.FOUL))
select(Station).where(Stations.contact.endswith(".org"), Stations.price * 2 > Decimal(3), Stations.price >= 1)
select(Station).order_by(Stations.weather.desc(), Stations.contact)
select(Station).where(Stations.weather.is_in([Weather.FAIR]), Stations.last_at.is_not_null())
assert_type(db.fetch_value(rows.select(Stations.at.cast(t.text()))), str)

# Functions and operators

st_dwithin = fn.function("st_dwithin", geometry(), geometry(), t.double_precision(), returns=t.boolean())
distance = fn.operator("<->", geometry(), t.nullable(geometry()), returns=t.double_precision())
overlaps = fn.operator("&&", geometry(), geometry(), returns=t.nullable(t.boolean()), schema="public")
select(Station).where(st_dwithin(Stations.at, Point(1, 2), 100.0), overlaps(Stations.at, Point(1, 2)))
select(Station).order_by(distance(Stations.at, Stations.last_at), distance(Stations.at, Point(1, 2)).desc())
assert_type(
    db.fetch_all(rows.select(distance(Stations.at, Point(1, 2)), overlaps(Stations.at, Point(1, 2)))),
    list[tuple[float, bool | None]],
)

# Refused

t.enum(Weather, schema=1)  # R580 a schema that is no string
select(Station).where(Stations.weather > Season.SUMMER)  # R581 the order of another enum
select(Station).where(Stations.weather > "fair")  # R582 an enum's label in a comparison
t.domain("email", t.text(), default=1)  # R583 a default of another type than the domain is over
t.domain("email", t.nullable(t.text()))  # R584 a domain over a type that is nullable
t.domain("email", str)  # R585 a domain over a Python type
t.domain("email", t.text(), check=lambda value: value + 1)  # R586 a text and a number in a domain's check
t.domain("email", t.text(), check=lambda value: value + "!")  # R587 a domain's check that is no predicate
t.domain("email", t.text(), check=lambda value: value == Users.name)  # R588 a column in a domain's check
select(Station).where(Stations.contact == 1)  # R589 a number beside a domain over text
select(Station).where(Stations.price.contains("1"))  # R590 the text of a domain over numbers
update(Stations).find(1).set(Stations.contact.to(1))  # R591 a value of another type than the domain is over
t.custom("x", python=Point, dump=str)  # R592 a type that nothing reads
t.custom("x", python=Point, dump=spelled, load=float)  # R593 what reads another class
t.custom("x", python=Point, dump=Point.parse, load=Point.parse)  # R594 what writes another class
t.custom("x", python=Point, dump=spelled, load=Point.parse, default="1 2")  # R595 a text for the class by default
t.custom("x", 1.5, python=Point, dump=spelled, load=Point.parse)  # R596 a modifier that is a fraction
t.custom("x", "Point", Point, spelled, Point.parse)  # R597 the class by position
select(Station).where(Stations.at == "1 2")  # R598 the text of a custom type
update(Stations).find(1).set(Stations.at.to("1 2"))  # R599 … that is assigned
update(Stations).find(1).set(Stations.at.to(None))  # R600 NULL for a custom type
st_dwithin(Stations.at, "1 2", 100.0)  # R601 … that is given to a function of it
distance(Stations.at, "1 2")  # R602 … and to an operator
distance(Stations.contact, Point(1, 2))  # R603 an operator of another type
distance(Stations.at)  # R604 an operator with one operand
fn.operator("<->", geometry(), returns=t.double_precision())  # R605 … that is declared so
fn.operator("<->", Point, Point, returns=t.double_precision())  # R606 an operator of Python types
select(Station).where(distance(Stations.at, Point(1, 2)))  # R607 an operator that is no predicate
from_(Users).where(distance(Stations.at, Point(1, 2)) < 1)  # R608 … of a table that is not there
