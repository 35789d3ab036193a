"""What loads the arrays of multisets on a cursor, and what looks at the types that they tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.adapt import Transformer
from psycopg.pq.abc import PGconn

from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.select_list import SelectList
from ferra_sync._postgres.result_types import Promise, array_oid, check_element, element_promise
from ferra_sync._postgres.row_maker import Arrays, Load, RowMaker, nested_row_maker

_BINARY: Final = psycopg.pq.Format.BINARY
_BYTES: Final = psycopg.adapters.types["bytea"].array_oid
_ONE: Final = b"\0\0\0\1"
_MOST: Final = b"\0\0\0\6"
_ELEMENT: Final = slice(8, 12)
"""Where an array tells the type of its elements, after its dimensions and its flags."""


class _Promised(NamedTuple):
    """What is promised of the elements of arrays, by place, but of those that are bytes of further arrays.

    `dimensions` is how many an array may have, as it tells them.
    """

    by_place: dict[int, Promise]
    dimensions: bytes


class Multisets:
    """The arrays of one statement's multisets: their types as they are read, and as they are promised."""

    def __init__(self, selected: SelectList, epoch: dt.datetime | None) -> None:
        """Read rows of `selected`; with `epoch` their moments come naive and in UTC, and are put into its zone."""
        maker = nested_row_maker(selected, epoch)
        self._bind = maker.bind
        self._types = list(map(_types, maker.arrays))
        self._promised = list(map(_promised, maker.arrays))

    def __call__(self, cursor: psycopg.Cursor[Any]) -> RowMaker:
        """Return what makes the rows of a result."""
        return self._bind(*(_load(types, cursor) for types in self._types))

    def verifying(self, cursor: psycopg.Cursor[Any], verified: Callable[[], None]) -> RowMaker:
        """Return the same, which looks at the types of the first arrays, and calls `verified` when it has seen each.

        A multiset without rows tells nothing of its types.
        """
        connection = cursor.connection.pgconn
        waiting = sum(len(each.by_place) for each in self._promised)

        def seen() -> None:
            nonlocal waiting
            waiting -= 1
            if not waiting:
                verified()

        pairs = zip(self._types, self._promised, strict=True)
        return self._bind(*(_checked(_load(types, cursor), promised, connection, seen) for types, promised in pairs))


def _load(types: Sequence[int], cursor: psycopg.Cursor[Any]) -> Load:
    transformer = Transformer(cursor)
    transformer.set_loader_types(types, _BINARY)
    return transformer.load_sequence


def _checked(load: Load, promised: _Promised, connection: PGconn, seen: Callable[[], None]) -> Load:
    waiting = dict(promised.by_place)
    limit = promised.dimensions

    def checking(arrays: Sequence[Any]) -> Sequence[Any]:
        for number in [number for number in waiting if arrays[number] is not None]:
            array, promise = arrays[number], waiting.pop(number)
            check_element(promise, int.from_bytes(array[_ELEMENT], "big"), connection, is_array=array[:4] > limit)
            seen()
        return load(arrays)

    return checking


def _types(arrays: Arrays) -> list[int]:
    """Return the types of the arrays."""
    types = [sql_type for _, sql_type in arrays.columns]
    return [
        _BYTES if arrays.of_rows and sql_type.kind is FieldType.ARRAY else array_oid(sql_type) for sql_type in types
    ]


def _promised(arrays: Arrays) -> _Promised:
    by_place = {
        number: element_promise(column)
        for number, column in enumerate(arrays.columns)
        if not arrays.of_rows or column[1].kind is not FieldType.ARRAY
    }
    return _Promised(by_place, _ONE if arrays.of_rows else _MOST)
