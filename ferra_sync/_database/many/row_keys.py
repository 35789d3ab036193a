"""The keys by which rows that are given are told apart, and rows of one key among them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final

import psycopg

from ferra_sync._compiler.shapes import KeysShape
from ferra_sync._database.many.chunks import Chunk
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
        return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
    statement = _hashes(tuple(field.ref for field in fields))
    hashes: list[Hashable] = wire.send(connection, statement, tuple(map(list, columns)), wire.ROWS)
    return hashes


@lru_cache(maxsize=1024)
def _hashes(key: tuple[ColumnRef, ...]) -> Statement:
    return statement_of(KeysShape(table=key[0].table, key=key, arrays=arrays_of(key), wanted="hashes"))


class SeenKeys:
    """The keys met so far, each with the number of its row."""

    def __init__(self, meta: ModelMeta, fields: Sequence[FieldMeta]) -> None:
        self._meta = meta
        self._fields = fields
        self._rows: dict[Hashable, int] = {}

    def add(self, chunk: Chunk, keys: Sequence[Hashable]) -> None:
        """Remember the keys of a chunk's rows.

        Raises:
            ValidationError: two rows have one; it says which.
        """
        rows = dict(zip(keys, count(chunk.first), strict=False))
        if len(rows) == len(keys) and rows.keys().isdisjoint(self._rows):
            self._rows.update(rows)
            return
        for number, key in enumerate(keys, chunk.first):
            earlier = self._rows.setdefault(key, number)
            if earlier != number:
                names = self._fields[0].name if len(self._fields) == 1 else ""
                raise ValidationError(
                    self._meta.model.__name__, {names: f"the key is that of rows[{earlier}] too"}, number
                )


def rounds(keys: Sequence[Hashable]) -> list[list[int]]:
    """Return the places of rows in lists in which no key is met twice, the first row of each key in the first list."""
    met: dict[Hashable, int] = {}
    lists: list[list[int]] = []
    for position, key in enumerate(keys):
        number = met.get(key, 0)
        met[key] = number + 1
        if number == len(lists):
            lists.append([])
        lists[number].append(position)
    return lists
