"""Rows that are read as they are written: never all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count, islice
from typing import Any, Final, NamedTuple

from ferra_sync._expression.typevars import T
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.row_checks import Verb, rows_check
from ferra_sync._model.rows import FieldValues, Given, checked_rows, given

CHUNK: Final = 10_000
"""How many rows are read at a time, and go into one statement."""


class Chunk(NamedTuple):
    """Some of the rows, and the number of the first, counted from 0."""

    first: int
    rows: list[Any]

    @property
    def end(self) -> int:
        """How many rows there are up to its last."""
        return self.first + len(self.rows)


class Batch(NamedTuple):
    """Rows of a chunk that one statement can write, for all leave the same columns to the server.

    Their places in the chunk, the fields that they give, and the values of these.
    """

    positions: Sequence[int]
    fields: tuple[FieldMeta, ...]
    columns: FieldValues

    def of(self, fields: Sequence[FieldMeta]) -> FieldValues:
        """Return the values of some of its fields."""
        return tuple(self.columns[self.fields.index(field)] for field in fields)

    def at(self, places: Sequence[int]) -> Batch:
        """Return the rows at these places among its own."""
        columns = tuple(tuple(column[place] for place in places) for column in self.columns)
        return Batch([self.positions[place] for place in places], self.fields, columns)


def chunks(rows: Iterable[T]) -> Iterator[Chunk]:
    """Yield the rows in chunks, each read when it is asked for."""
    remaining = iter(rows)
    for first in count(step=CHUNK):
        chunk = list(islice(remaining, CHUNK))
        if not chunk:
            return
        yield Chunk(first, chunk)


def batches(meta: ModelMeta, chunk: Chunk, verb: Verb) -> list[Batch]:
    """Return the rows of a chunk, checked, in batches that one statement can write.

    Raises:
        QueryError: the rows are of several classes, or the class lacks a column that must be given.
        ValidationError: a value is of the wrong type or the server's own to give, or a validator of the model rejects
            it; it says in which row.
    """
    pattern = checked_rows(meta, chunk.rows[:1], verb, first=chunk.first).given
    values = rows_check(meta, pattern, verb)(iter(chunk.rows))
    if len(values) == len(chunk.rows):  # As a rule all rows leave the same to the server, and nothing is wrong.
        return [Batch(range(len(values)), tuple(compress(meta.fields, pattern)), tuple(zip(*values, strict=True)))]
    by_pattern: dict[Given, list[int]] = {}
    checked = checked_rows(meta, chunk.rows, verb, first=chunk.first).values
    for position, row in enumerate(checked):
        by_pattern.setdefault(given(row), []).append(position)
    return [_batch(meta, checked, pattern, positions) for pattern, positions in by_pattern.items()]


def _batch(meta: ModelMeta, checked: list[tuple[Any, ...]], pattern: Given, positions: list[int]) -> Batch:
    columns = zip(*(checked[position] for position in positions), strict=True)
    return Batch(positions, tuple(compress(meta.fields, pattern)), tuple(compress(columns, pattern)))
