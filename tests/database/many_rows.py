"""A table of more rows than are read at a time, in groups, and one of few."""

from __future__ import annotations

from uuid import UUID

import attrs
from tables import truncate

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import types as t

COUNT = 10_500


class Groups(Table):
    id = t.integer(primary_key=True)
    name = t.text()


class Items(Table):
    id = t.integer(primary_key=True)
    group_id = t.nullable(t.integer(references=Groups.id))
    token = t.uuid()
    payload = t.bytea()


class Few(Table):
    id = t.serial(primary_key=True)
    name = t.text()


@attrs.define
class Group(FerraModel[Groups]):
    id: int
    name: str


@attrs.define
class Item(FerraModel[Items]):
    id: int
    group_id: int | None
    token: UUID
    payload: bytes


@attrs.define
class One(FerraModel[Few]):
    name: str
    id: int = SERVER_DEFAULT


ROWS = f"""
INSERT INTO groups VALUES (0, 'zero'), (1, 'one'), (2, 'two');
INSERT INTO items SELECT n, nullif(n % 4, 3), md5(n::text)::uuid, decode(md5(n::text), 'hex')
    FROM generate_series(1, {COUNT}) AS n ORDER BY md5(n::text);
"""
FEW = f"{truncate(Few)}; INSERT INTO few (name) SELECT 'n' || n FROM generate_series(1, 10) AS n"
