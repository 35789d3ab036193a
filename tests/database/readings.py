"""A table of many kinds of values, each with duplicates, NULLs and the ends of its type, to be sorted in any order."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs

from ferra_sync import FerraModel, Table
from ferra_sync import types as t


class Mood(enum.Enum):
    SAD = "sad"
    OK = "ok"
    GLAD = "glad"


class Sensors(Table):
    id = t.integer(primary_key=True)
    name = t.text(unique=True)
    nickname = t.nullable(t.text())


class Readings(Table):
    id = t.integer(primary_key=True)
    sensor_id = t.nullable(t.integer(references=Sensors.id))
    level = t.integer()
    maybe_level = t.nullable(t.smallint())
    label = t.nullable(t.varchar(20))
    price = t.nullable(t.numeric())
    ratio = t.nullable(t.double_precision())
    small_ratio = t.nullable(t.real())
    seen_at = t.nullable(t.timestamptz())
    local_at = t.nullable(t.timestamp())
    day = t.nullable(t.date())
    clock = t.nullable(t.time())
    token = t.nullable(t.uuid())
    is_on = t.nullable(t.boolean())
    raw = t.nullable(t.bytea())
    mood = t.nullable(t.enum(Mood))
    span = t.nullable(t.int4range())
    took = t.nullable(t.interval())
    tags = t.nullable(t.array(t.text()))
    about = t.nullable(t.jsonb())
    host = t.nullable(t.inet())


@attrs.frozen
class Reading(FerraModel[Readings]):
    """A model with few of the columns."""

    id: int
    level: int
    label: str | None


@attrs.frozen
class Full(FerraModel[Readings]):
    """A model with all columns whose values Python has."""

    id: int
    maybe_level: int | None
    price: Decimal | None
    ratio: float | None
    local_at: datetime | None
    day: date | None
    mood: Mood | None


@attrs.frozen
class Sensor(FerraModel[Sensors]):
    id: int
    name: str


COUNT = 40

ROWS = f"""
INSERT INTO sensors SELECT n, 's' || n, nullif('n' || n % 2, 'n0') FROM generate_series(1, 5) AS n;
INSERT INTO readings SELECT n, nullif(n % 6, 0), n % 4, nullif(n % 3, 1),
    (ARRAY['a', 'B', 'ä', 'Z', '', 'a"b,\\c', NULL])[n % 7 + 1],
    (ARRAY['NaN', '1.10', '1.1', '-99999999999999999999.000000000000000001', 'Infinity', NULL]::numeric[])[n % 6 + 1],
    (ARRAY['NaN', 'Infinity', '-Infinity', '0.1', '-0', '1e-300', NULL]::float8[])[n % 7 + 1],
    (ARRAY['NaN', 'Infinity', '0.1', '16777217', NULL]::real[])[n % 5 + 1],
    (ARRAY['infinity', '2024-05-06 07:08:09.123456+00', '2024-05-06 07:08:09.123457+02:30', '0044-03-15 00:00+00 BC',
           '12345-01-01 00:00+00', NULL]::timestamptz[])[n % 6 + 1],
    (ARRAY['2024-05-06 07:08:09.000001', '2024-05-06', NULL]::timestamp[])[n % 3 + 1],
    (ARRAY['2024-05-06', '0001-01-01', '9999-12-31', NULL]::date[])[n % 4 + 1],
    (ARRAY['24:00', '00:00', '23:59:59.999999', NULL]::time[])[n % 4 + 1],
    CASE WHEN n % 5 > 0 THEN md5((n % 5)::text)::uuid END,
    (ARRAY[true, false, NULL])[n % 3 + 1],
    (ARRAY['\\x', '\\x00ff', '\\x01', NULL]::bytea[])[n % 4 + 1],
    (ARRAY['sad', 'ok', 'glad', NULL]::mood[])[n % 4 + 1],
    (ARRAY['[1,5)', 'empty', '(,3)', '[2,)', NULL]::int4range[])[n % 5 + 1],
    (ARRAY['1 day', '-1 hour', '24:00:00', '00:00:00.000001', NULL]::interval[])[n % 5 + 1],
    CASE n % 4 WHEN 0 THEN ARRAY['a', NULL] WHEN 1 THEN ARRAY['"', ','] WHEN 2 THEN '{{}}'::text[] END,
    (ARRAY['1.10', '1.1000000000000000000001', '"x"', '{{"a": [null]}}', NULL]::jsonb[])[n % 5 + 1],
    (ARRAY['10.0.0.1/8', '10.0.0.2', '::1', NULL]::inet[])[n % 4 + 1]
    FROM generate_series(1, {COUNT}) AS n ORDER BY md5(n::text);
"""

COLUMNS: list[Any] = [
    column for name, column in Readings.__ferra_table__.attributes.items() if name not in {"id", "sensor_id"}
]
