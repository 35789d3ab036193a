"""Rows that are read as they are written: never all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, count, islice
from typing import Any, Final, NamedTuple

from ferra_sync._expression.typevars import T
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.rows import CheckedRows, FieldValues, Given, given

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


def chunks(rows: Iterable[T]) -> Iterator[Chunk]:
    """Yield the rows in chunks, each read when it is asked for."""
    remaining = iter(rows)
    for first in count(step=CHUNK):
        chunk = list(islice(remaining, CHUNK))
        if not chunk:
            return
        yield Chunk(first, chunk)


def batches(
    fields: tuple[FieldMeta, ...], checked: CheckedRows, positions: Sequence[int] | None = None
) -> Iterator[Batch]:
    """Yield the rows at these positions, or all, in batches that one statement can write."""
    if positions is None and checked.is_uniform:
        pattern = checked.given
        columns = tuple(compress(checked.columns, pattern))
        yield Batch(range(len(checked.values)), tuple(compress(fields, pattern)), columns)
        return
    by_pattern: dict[Given, list[int]] = {}
    for position in range(len(checked.values)) if positions is None else positions:
        by_pattern.setdefault(given(checked.values[position]), []).append(position)
    for pattern, alike in by_pattern.items():
        rows = zip(*(checked.values[position] for position in alike), strict=True)
        yield Batch(alike, tuple(compress(fields, pattern)), tuple(compress(rows, pattern)))
