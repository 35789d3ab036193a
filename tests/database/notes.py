"""Notes, some of them there from the start."""

from __future__ import annotations

import attrs
from tables import truncate

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import types as t


class Notes(Table):
    id = t.serial(primary_key=True)
    title = t.text(unique=True)
    stars = t.integer(default=0)
    body = t.nullable(t.text())


@attrs.define
class Note(FerraModel[Notes]):
    title: str
    stars: int = 0
    body: str | None = None
    id: int = SERVER_DEFAULT


ROWS = f"{truncate(Notes)}; INSERT INTO notes (title, stars) VALUES ('one', 1), ('two', 2), ('three', 3);"
