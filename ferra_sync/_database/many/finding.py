"""Rows found, or deleted, by many keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Literal, TypeAlias

import psycopg

from ferra_sync._compiler.shapes import DeleteShape, KeysShape
from ferra_sync._database.executor import Executor
from ferra_sync._database.many.chunks import Chunk, chunks
from ferra_sync._database.progress import Progress, tell
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import binary, operation, row
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
    executor: Executor,
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
    statement, refs = _found(meta), _key_refs(meta)
    found: list[Any] = []
    done = 0
    for chunk in chunks(keys):
        columns, places = _columns(chunk, key_values, len(refs))
        if missing == "refuse" and len(places) < len(chunk.rows):
            raise _not_found(meta, chunk, _absent(places))
        rows = executor._rows(statement, columns) if places else []
        if missing == "refuse" and len(rows) < len(places):
            raise _not_found(meta, chunk, _first_missing_of(executor, refs, columns))
        found += rows
        done = chunk.end
        tell(progress, done)
    if not done:
        tell(progress, 0)
    return found


def delete_many(
    executor: Executor, meta: ModelMeta, keys: Iterable[Any], key_values: KeyValues, progress: Progress | None = None
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
        connection = tx._acquire()
        for chunk in chain((first,), read):
            columns, places = _columns(chunk, key_values, width)
            deleted += wire.send(connection, statement, columns, wire.AFFECTED) if places else 0
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


def _absent(places: Sequence[int]) -> int:
    """Return the first of the numbers from 0 that is none of the places."""
    return next((number for number, place in enumerate(places) if number != place), len(places))


def _first_missing_of(executor: Executor, key: tuple[ColumnRef, ...], columns: FieldValues) -> int:
    """Return the place of the first key without a row; where another session has written it since, that of the last."""
    places: list[int] = executor._rows(_missing(key), columns)
    return places[0] - 1 if places else len(columns[0]) - 1


def _not_found(meta: ModelMeta, chunk: Chunk, place: int) -> NotFound:
    return NotFound(meta.table.name, meta.table.shown_key(chunk.rows[place]), chunk.first + place)


def _key_refs(meta: ModelMeta) -> tuple[ColumnRef, ...]:
    return tuple(column.ref for column in meta.table.required_key)


@lru_cache(maxsize=1024)
def _found(meta: ModelMeta) -> Statement:
    key = _key_refs(meta)
    return statement_of(KeysShape(meta.table.ref, key, arrays_of(key), "rows", meta.items))


@lru_cache(maxsize=1024)
def _missing(key: tuple[ColumnRef, ...]) -> Statement:
    return statement_of(KeysShape(key[0].table, key, arrays_of(key), "missing"))


@lru_cache(maxsize=1024)
def _deleted(meta: ModelMeta) -> Statement:
    key = _key_refs(meta)
    arrays = arrays_of(key)
    is_one = binary("= any", key[0], arrays[0]) if len(key) == 1 else operation("in rows", row(*key), row(*arrays))
    return statement_of(DeleteShape(table=meta.table.ref, where=(is_one,)))
