"""Rows that are written by the thousand, each to values of its own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg

from benchmarks.case import Case, Given, Run
from benchmarks.contenders.ferra import Ferra, Note, Notes
from benchmarks.contenders.psycopg_floor import Floor
from benchmarks.data import article_id

ROWS = 10_000
FILL = (
    "TRUNCATE notes; INSERT INTO notes (id, title, content, stars, published)"
    " SELECT id, 'Note ' || n, 'what there is to say, in a line', n + CASE WHEN n % 3 = 2 THEN 1 ELSE 0 END, n % 2 = 0"
    " FROM unnest({keys}::uuid[]) WITH ORDINALITY AS given (id, place), LATERAL (SELECT place - 1 AS n) AS numbered"
    " WHERE {which}; ANALYZE notes"
)
"""Of the rows that are there, every second has other stars than those that are given."""

_WRITE = (
    "INSERT INTO notes (id, title, content, stars, published) SELECT id, title, content, stars, published FROM given"
    " ORDER BY n ON CONFLICT (id) DO UPDATE SET title = excluded.title, content = excluded.content,"
    " stars = excluded.stars, published = excluded.published"
    " WHERE (notes.title, notes.content, notes.stars, notes.published)"
    " IS DISTINCT FROM (excluded.title, excluded.content, excluded.stars, excluded.published)"
    " RETURNING id, xmax = 0 AS is_new"
)
_ANSWER = "SELECT n, is_new FROM written JOIN given USING (id)"
_UNNEST = (
    "WITH given AS (SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::text[], $4::integer[], $5::boolean[])"
    f" WITH ORDINALITY AS u (id, title, content, stars, published, n)), written AS ({_WRITE}) {_ANSWER}"
).encode()
_MAKE = b"""
CREATE TEMPORARY TABLE given (
    id uuid, title varchar, content text, stars integer, published boolean, n serial
) ON COMMIT DROP
"""
_COPY = b"COPY given (id, title, content, stars, published) FROM STDIN"
_FROM_COPY = f"WITH written AS ({_WRITE}) {_ANSWER}".encode()
_UPDATE = (
    b"UPDATE notes SET title = u.title, content = u.content, stars = u.stars, published = u.published"
    b" FROM unnest($1::uuid[], $2::varchar[], $3::text[], $4::integer[], $5::boolean[])"
    b" AS u (id, title, content, stars, published) WHERE notes.id = u.id"
)


WRITTEN = (Notes.title, Notes.content, Notes.stars, Notes.published)


class _ManyRows(Case):
    """Each is given what it takes: tuples, dictionaries or models."""

    which: str

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:  # noqa: ARG002
        self.after_block(connection)

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        rows = [(article_id(n), f"Note {n}", "what there is to say, in a line", n, n % 2 == 0) for n in range(ROWS)]
        rng.shuffle(rows)
        return [rows] * calls

    def after_block(self, connection: psycopg.Connection[Any]) -> None:
        keys = f"'{{{','.join(str(article_id(n)) for n in range(ROWS))}}}'"
        connection.execute(FILL.format(keys=keys, which=self.which).encode())


class UpsertMany(_ManyRows):
    """A third of the rows is new, a third is changed, a third is the same. The peers do not say which."""

    name = "upsert_many"
    title = "upsert 10,000 rows, and say which were inserted, updated, unchanged; the peers do not say it"
    order = 62
    budget = 1.10
    reference = "best"
    factors: ClassVar = {"sqlalchemy_orm": 2, "django": 2, "peewee": 2}
    which = "n % 3 > 0"

    def plain(self, result: Any) -> object:
        return len(result)

    def floor(self, floor: Floor) -> Run:
        """COPY to a temporary table that numbers the rows."""

        def run(rows: Sequence[Any]) -> object:
            connection = floor.pool.getconn()
            try:
                with connection.transaction():
                    cursor = psycopg.RawCursor(connection)
                    cursor.execute(_MAKE, prepare=False)
                    with cursor.copy(_COPY) as copy:
                        for row in rows:
                            copy.write_row(row)
                    written = cursor.execute(_FROM_COPY, binary=True, prepare=False).fetchall()
                return _outcomes(len(rows), written)
            finally:
                floor.pool.putconn(connection)

        return run

    def unnest(self, floor: Floor) -> Run:
        return lambda rows: _outcomes(len(rows), floor.all(_UNNEST, _arrays(rows), _plain))

    def ferra(self, ferra: Ferra) -> Run:
        return Given(_notes, ferra.notes.upsert_many)


class UpdateMany(_ManyRows):
    name = "update_many"
    title = "update 10,000 rows by key, each to values of its own"
    order = 64
    budget = 1.10
    factors: ClassVar = {"sqlalchemy_orm": 2, "django": 4, "peewee": 4}
    which = "true"

    def floor(self, floor: Floor) -> Run:
        def run(rows: Sequence[Any]) -> object:
            connection = floor.pool.getconn()
            try:
                return psycopg.RawCursor(connection).execute(_UPDATE, _arrays(rows)).rowcount
            finally:
                floor.pool.putconn(connection)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return Given(_notes, lambda notes: ferra.notes.update_many(notes, columns=WRITTEN))


def _notes(rows: Sequence[Any]) -> list[Note]:
    return [Note(*values, id=key) for key, *values in rows]


def _outcomes(width: int, written: Sequence[tuple[int, bool]]) -> Sequence[str]:
    outcomes = ["unchanged"] * width
    for place, is_new in written:
        outcomes[place - 1] = "inserted" if is_new else "updated"
    return outcomes


def _plain(_cursor: object) -> Any:
    return tuple


def _arrays(rows: Sequence[Any]) -> list[str]:
    """Return an array's literal for each column: made here it is several times faster than by psycopg."""
    keys, titles, contents, stars, published = zip(*rows, strict=True)
    return [
        f"{{{','.join([key.hex for key in keys])}}}",
        _texts(titles),
        _texts(contents),
        f"{{{','.join(map(str, stars))}}}",
        f"{{{','.join(['t' if each else 'f' for each in published])}}}",
    ]


def _texts(texts: Sequence[str]) -> str:
    escaped = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    joined = '","'.join(escaped)
    return f'{{"{joined}"}}'


CASES: Sequence[Case] = [UpsertMany(), UpdateMany()]
