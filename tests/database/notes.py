"""Notes, some of them there from the start."""

from __future__ import annotations

import attrs

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


DDL = """
CREATE TABLE notes (id serial PRIMARY KEY, title text NOT NULL UNIQUE, stars integer NOT NULL DEFAULT 0, body text);
CREATE TABLE cells (x integer, y integer, mark text NOT NULL, PRIMARY KEY (x, y));
"""
ROWS = """
TRUNCATE notes, cells RESTART IDENTITY;
INSERT INTO notes (title, stars) VALUES ('one', 1), ('two', 2), ('three', 3);
INSERT INTO cells VALUES (1, 2, 'a'), (2, 1, 'b');
"""
