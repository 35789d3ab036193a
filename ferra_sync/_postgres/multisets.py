"""What loads the arrays of multisets on a cursor, and what looks at the types that they tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.adapt import Transformer

from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.select_list import SelectList
from ferra_sync._postgres.result_types import Promise, array_oid, element_promise, element_type
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

        A multiset without rows tells nothing of its types, and what is read as another type is so each time.
        """
        waiting = sum(len(each.by_place) for each in self._promised)

        def seen() -> None:
            nonlocal waiting
            waiting -= 1
            if not waiting:
                verified()

        pairs = zip(self._types, self._promised, strict=True)
        return self._bind(
            *(_Checking(_load(types, cursor), promised, cursor.connection, seen) for types, promised in pairs)
        )


class _Checking:
    """Loads arrays, and compares what the first ones tell of their elements with what was promised."""

    def __init__(
        self, load: Load, promised: _Promised, connection: psycopg.Connection[Any], seen: Callable[[], None]
    ) -> None:
        self._load = load
        self._waiting = dict(promised.by_place)
        self._dimensions = promised.dimensions
        self._connection = connection
        self._seen = seen
        self._read_as: dict[int, bytes] = {}

    def __call__(self, arrays: Sequence[Any]) -> Sequence[Any]:
        for number in [number for number in self._waiting if arrays[number] is not None]:
            self._check(number, arrays[number])
        if not self._read_as:
            return self._load(arrays)
        renamed = list(arrays)
        for number, read_as in self._read_as.items():
            array = renamed[number]
            renamed[number] = None if array is None else b"".join((array[:8], read_as, array[12:]))
        return self._load(renamed)

    def _check(self, number: int, array: bytes) -> None:
        promise, oid = self._waiting.pop(number), int.from_bytes(array[_ELEMENT], "big")
        read_as = self._type(promise, oid, is_array=array[:4] > self._dimensions)
        if read_as == oid:
            self._seen()
        else:
            self._read_as[number] = read_as.to_bytes(4, "big")

    def _type(self, promise: Promise, oid: int, *, is_array: bool) -> int:
        """Return what the elements are read as: the connection remembers what it had to ask for."""
        known: dict[object, int] = getattr(self._connection, "element_types", {})
        key = promise.type, promise.oids, oid, is_array
        if key not in known:
            known[key] = element_type(promise, oid, self._connection.pgconn, is_array=is_array)
        return known[key]


def _load(types: Sequence[int], cursor: psycopg.Cursor[Any]) -> Load:
    transformer = Transformer(cursor)
    transformer.set_loader_types(types, _BINARY)
    return transformer.load_sequence


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
