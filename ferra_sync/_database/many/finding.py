"""Rows found, or deleted, by many keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain, count
from typing import Any, Literal, TypeAlias

import psycopg

from ferra_sync._compiler.bulk_shapes import KeysShape
from ferra_sync._compiler.shapes import DeleteShape
from ferra_sync._database.many.chunks import Chunk, chunks
from ferra_sync._database.progress import Progress, tell
from ferra_sync._database.runner import Runner
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import binary, maybe, operation, row
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.rows import FieldValues, arrays_of
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync.errors import NotFound, QueryError

Missing: TypeAlias = Literal["refuse", "omit"]
"""What is done about a key that has no row: `refuse` it, or `omit` it from what is returned."""

KeyValues: TypeAlias = Callable[[Any], tuple[Any, ...]]
"""A key → the value of each of its columns; QueryError where it is none, NotFound where no row can have it."""


def find_many(  # noqa: PLR0913 - what the verb of a repository takes
    executor: Runner,
    meta: ModelMeta,
    keys: Iterable[Any],
    key_values: KeyValues,
    *,
    missing: Missing,
    progress: Progress | None = None,
) -> list[Any]:
    """Return the rows with these keys, in their order: one for each key.

    Raises:
        QueryError: a key has the wrong type or number of values; it says which.
        NotFound: with `missing="refuse"`, there is no row with a key; it says which.
    """
    if missing not in ("refuse", "omit"):
        raise QueryError('missing is "refuse" or "omit"')
    statement, width = _found(meta), len(_key_refs(meta))
    found: list[Any] = []
    done = 0
    for chunk in chunks(keys):
        columns, places = _columns(chunk, key_values, width)
        rows = executor._rows(statement, columns) if places else []
        if any(row is None for row in rows) or len(rows) < len(chunk.rows):
            if missing == "refuse":
                place = _first_absent(places, rows)
                raise NotFound(meta.table.name, meta.table.shown_key(chunk.rows[place]), chunk.first + place)
            rows = [row for row in rows if row is not None]
        found += rows
        done = chunk.end
        tell(progress, done)
    if not done:
        tell(progress, 0)
    return found


def delete_many(
    executor: Runner, meta: ModelMeta, keys: Iterable[Any], key_values: KeyValues, progress: Progress | None = None
) -> int:
    """Delete the rows with these keys, any number of them, all or none; return how many there were.

    Raises:
        QueryError: a key has the wrong type or number of values; it says which.
        FerraDbError: the database said no, and nothing was deleted.
    """
    read = chunks(keys)
    first = next(read, None)
    if first is None:
        tell(progress, 0)
        return 0
    statement, width = _deleted(meta), len(_key_refs(meta))
    deleted = 0
    with executor._atomic() as tx:
        for chunk in chain((first,), read):
            columns, places = _columns(chunk, key_values, width)
            deleted += tx._affected(statement, columns) if places else 0
            tell(progress, chunk.end)
    return deleted


def first_missing(connection: psycopg.Connection[Any], key: tuple[ColumnRef, ...], columns: FieldValues) -> int | None:
    """Return the place of the first of these keys, a sequence of values for each column, that has no row."""
    places: list[int] = wire.send(connection, _missing(key), columns, wire.ROWS)
    return places[0] - 1 if places else None


def _columns(chunk: Chunk, key_values: KeyValues, width: int) -> tuple[FieldValues, list[int]]:
    """Return the values of each column of the keys that a row may have, and the places of these keys."""
    rows: list[tuple[Any, ...]] = []
    places: list[int] = []
    for place, key in enumerate(chunk.rows):
        try:
            rows.append(key_values(key))
        except NotFound:
            continue  # A number that its column cannot hold.
        except QueryError as error:
            raise QueryError(f"keys[{chunk.first + place}]: {error}") from None
        places.append(place)
    return (tuple(zip(*rows, strict=True)) if rows else ((),) * width), places


def _first_absent(places: Sequence[int], rows: Sequence[object]) -> int:
    """Return the first place that has no row; `rows` are those, or None, of the places given."""
    there = {place for place, row in zip(places, rows, strict=True) if row is not None}
    return next(place for place in count() if place not in there)


def _key_refs(meta: ModelMeta) -> tuple[ColumnRef, ...]:
    return tuple(column.ref for column in meta.table.required_key)


@lru_cache(maxsize=1024)
def _found(meta: ModelMeta) -> Statement:
    key = _key_refs(meta)
    items = ((maybe(meta.row.shape), meta.row.type),)
    return statement_of(KeysShape(meta.table.ref, key, arrays_of(key), "rows", items))


@lru_cache(maxsize=1024)
def _missing(key: tuple[ColumnRef, ...]) -> Statement:
    return statement_of(KeysShape(key[0].table, key, arrays_of(key), "missing"))


@lru_cache(maxsize=1024)
def _deleted(meta: ModelMeta) -> Statement:
    key = _key_refs(meta)
    arrays = arrays_of(key)
    is_one = binary("= any", key[0], arrays[0]) if len(key) == 1 else operation("in rows", row(*key), row(*arrays))
    return statement_of(DeleteShape(table=meta.table.ref, where=(is_one,)))
