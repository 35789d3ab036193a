"""Films, and tables with keys of other kinds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import attrs

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import functions as fn
from ferra_sync import types as t


class Films(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    title = t.varchar(20, unique=True)
    year = t.integer()
    rating = t.nullable(t.numeric(3, 1))
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())


@attrs.define
class Film(FerraModel[Films]):
    title: str = attrs.field(validator=attrs.validators.min_len(1))
    year: int = attrs.field(validator=[attrs.validators.ge(1888), attrs.validators.lt(3000)])
    rating: Decimal | None = None
    id: UUID = SERVER_DEFAULT
    created_at: datetime = SERVER_DEFAULT
    updated_at: datetime = SERVER_DEFAULT


@attrs.frozen
class FilmTitle(FerraModel[Films]):
    """A part of a row: readable, not insertable."""

    id: UUID
    title: str


class Seats(Table):
    hall = t.text(primary_key=True)
    number = t.integer(primary_key=True)
    taken = t.boolean(default=False)


@attrs.define
class Seat(FerraModel[Seats]):
    hall: str
    number: int
    taken: bool = False


class Serials(Table):
    id = t.serial(primary_key=True)
    name = t.text()


@attrs.define
class Serial(FerraModel[Serials]):
    name: str
    id: int = SERVER_DEFAULT
