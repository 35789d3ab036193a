"""Rows to be inserted by the many, over keys of every kind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import functions as fn
from ferra_sync import types as t


class Rows(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    tag = t.nullable(t.text(unique=True))
    size = t.integer(default=7)


@attrs.define
class Row(FerraModel[Rows]):
    name: str
    tag: str | None = None
    size: int = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


class Uuids(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    name = t.text()


@attrs.define
class UuidRow(FerraModel[Uuids]):
    name: str
    id: UUID = SERVER_DEFAULT


class Identities(Table):
    id = t.identity(primary_key=True)
    name = t.text()


@attrs.define
class IdentityRow(FerraModel[Identities]):
    name: str
    id: int = SERVER_DEFAULT


class Always(Table):
    id = t.identity(always=True, primary_key=True)
    name = t.text()


@attrs.define
class AlwaysRow(FerraModel[Always]):
    name: str
    id: int = SERVER_DEFAULT


class Words(Table, name='odd "words"', schema="side"):
    word = t.text(primary_key=True, name="the word")
    name = t.text()


@attrs.define
class Word(FerraModel[Words]):
    word: str
    name: str


def names(rows: list[Any]) -> list[str]:
    return [row.name for row in rows]


class Numbers(Table, name="rows"):
    """Named as the arrays of a statement are."""

    id = t.integer(primary_key=True)
    name = t.text()


@attrs.define
class Number(FerraModel[Numbers]):
    name: str
    id: int
