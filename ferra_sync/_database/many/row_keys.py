"""The keys by which rows that are given are told apart, and rows of one key among them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import Any, Final

import psycopg

from ferra_sync._compiler.bulk_shapes import KeysShape
from ferra_sync._database.many.chunks import Batch, Chunk
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.rows import arrays_of
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync.errors import ValidationError

_COMPARED_HERE: Final = frozenset(
    {
        FieldType.SMALLINT,
        FieldType.INTEGER,
        FieldType.BIGINT,
        FieldType.TEXT,
        FieldType.VARCHAR,
        FieldType.BOOLEAN,
        FieldType.UUID,
        FieldType.DATE,
        FieldType.ENUM,
    }
)
"""Types of which Python calls equal what the server does; of others it is asked: citext, numeric(8,2), char(3)."""


def keys_of(
    connection: psycopg.Connection[Any], fields: Sequence[FieldMeta], columns: Sequence[Sequence[Any]]
) -> Sequence[Hashable]:
    """Return what tells the keys of rows apart, one for each row: it is equal where the server calls them equal.

    Raises:
        FerraDbError: the server says no.
    """
    if all(field.type in _COMPARED_HERE for field in fields):
        columns = [_quick(field, column) for field, column in zip(fields, columns, strict=True)]
        return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
    statement = _hashes(tuple(field.ref for field in fields))
    hashes: list[Hashable] = wire.send(connection, statement, tuple(map(list, columns)), wire.ROWS)
    return hashes


def _quick(field: FieldMeta, column: Sequence[Any]) -> Sequence[Any]:
    """Return the values, or what tells them apart sooner: a UUID's hash is Python's own work."""
    return list(map(attrgetter("int"), column)) if field.type is FieldType.UUID else column


@lru_cache(maxsize=1024)
def _hashes(key: tuple[ColumnRef, ...]) -> Statement:
    return statement_of(KeysShape(table=key[0].table, key=key, arrays=arrays_of(key), wanted="hashes"))


def key_left_out(meta: ModelMeta, field: FieldMeta, row: int) -> ValidationError:
    """Return the error of a row that is to be updated and leaves its key to the server."""
    wrong = {field.name: f"{field.ref} is the key by which the row is found, and is left to the server"}
    return ValidationError(meta.model.__name__, wrong, row)


def key_is_none(meta: ModelMeta, field: FieldMeta, row: int) -> ValidationError:
    """Return the error of a row that has no value in the key of an upsert."""
    wrong = {field.name: f"{field.ref} is in the key of the upsert, which is never None"}
    return ValidationError(meta.model.__name__, wrong, row)


class SeenKeys:
    """The keys met so far, each with the number of its row."""

    def __init__(self, meta: ModelMeta, fields: Sequence[FieldMeta]) -> None:
        self._meta = meta
        self._fields = fields
        self._rows: dict[Hashable, int] = {}

    def add(self, chunk: Chunk, batch: Batch, keys: Sequence[Hashable]) -> None:
        """Remember the keys of a batch's rows.

        Raises:
            ValidationError: two rows have one; it says which.
        """
        numbers = [chunk.first + position for position in batch.positions]
        rows = dict(zip(keys, numbers, strict=True))
        if len(rows) == len(keys) and rows.keys().isdisjoint(self._rows):
            self._rows.update(rows)
            return
        for key, number in zip(keys, numbers, strict=True):
            other = self._rows.setdefault(key, number)
            if other != number:
                name = self._fields[0].name if len(self._fields) == 1 else ""
                wrong = {name: f"the key is that of rows[{min(other, number)}] too"}
                raise ValidationError(self._meta.model.__name__, wrong, max(other, number))


def told_apart(batches: list[Batch], keys: list[Sequence[Hashable]]) -> tuple[list[Batch], list[Batch]]:
    """Return batches in which no key is met twice, and those of the rows whose keys these have, in the rows' order."""
    if len(set(chain.from_iterable(keys))) == sum(map(len, keys)):
        return batches, []
    met: set[Hashable] = set()
    firsts: list[list[int]] = [[] for _ in batches]
    others: list[tuple[int, int]] = []
    rows = ((position, at, place) for at, batch in enumerate(batches) for place, position in enumerate(batch.positions))
    for _, at, place in sorted(rows):
        key = keys[at][place]
        if key in met:
            others.append((at, place))
        else:
            met.add(key)
            firsts[at].append(place)
    parts = groupby(others, key=itemgetter(0))
    return (
        [batch.at(places) for batch, places in zip(batches, firsts, strict=True) if places],
        [batches[at].at([place for _, place in part]) for at, part in parts],
    )
