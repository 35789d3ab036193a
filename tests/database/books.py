"""Books on shelves, many of them of equal years."""

from __future__ import annotations

import attrs
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, Table
from ferra_sync import types as t


class Shelves(Table):
    id = t.integer(primary_key=True)
    room = t.nullable(t.integer())


class Books(Table):
    id = t.serial(primary_key=True)
    shelf = t.nullable(t.integer(references=Shelves.id))
    year = t.integer()


@attrs.define
class Shelf(FerraModel[Shelves]):
    id: int
    room: int | None


@attrs.define
class Book(FerraModel[Books]):
    shelf: int | None
    year: int
    id: int = SERVER_DEFAULT


LATER = "SELECT setval('books_id_seq', 1000000)"
"""What the server numbers comes after what `fill` does."""
EMPTY = "DELETE FROM books; DELETE FROM shelves"

on_a_server = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
sizes = st.integers(min_value=1, max_value=12)


def fill(db: Database, books: list[tuple[int | None, int]]) -> None:
    with db.connection() as connection, connection.cursor() as cursor:
        cursor.execute(EMPTY)
        cursor.execute("INSERT INTO shelves VALUES (0, 1), (1, 1), (2, 2), (3, NULL)")
        if books:
            cursor.execute(
                "INSERT INTO books (shelf, year, id) SELECT * FROM unnest(%s::int[], %s::int[]) WITH ORDINALITY",
                ([shelf for shelf, _ in books], [year for _, year in books]),
            )


def shelf_of_ten(db: Database) -> None:
    fill(db, [(0, 2000 + number % 2) for number in range(10)])
