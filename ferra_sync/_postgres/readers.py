"""What reads a statement's rows on a connection: psycopg's own loaders, and a shorter way for moments in time."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, cast

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.types.string import TextBinaryLoader, TextLoader

from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.select_list import RowsType, SelectList, nested_in
from ferra_sync._postgres.adapters import ADAPTERS, NAIVE_ADAPTERS
from ferra_sync._postgres.result_types import check, promises
from ferra_sync._postgres.row_maker import RowMaker, row_maker, row_maker_from

if TYPE_CHECKING:
    from ferra_sync._postgres.multisets import Multisets

RowFactory: TypeAlias = Callable[[Any], RowMaker]
"""psycopg's: a cursor → what makes its rows."""

_EPOCH: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_MOST_VERIFIED: Final = 4096
"""After so many statements a connection forgets which it has seen answered, and their types are looked at again."""


class Reader(NamedTuple):
    """What a cursor reads values with, and what makes a row of them."""

    adapters: AdaptersMap
    row_factory: RowFactory


class Readers:
    """The readers of one statement's rows, one for each time zone that it has met.

    psycopg takes each timestamptz through the session's zone, which costs several times what a timestamp does. In a
    zone whose offset never changes, UTC above all, the moment is read as a timestamp and one addition puts it there.

    The first result on each connection is compared with what the declarations promise of its types.
    """

    __slots__ = ("_by_zone", "_is_nested", "_moments", "_plain", "_promises")

    def __init__(self, selected: SelectList, *, binary: bool = True) -> None:
        self._is_nested = nested_in(selected)
        self._plain = Reader(ADAPTERS, self._factory(selected, None))
        self._promises = promises(selected.columns, binary=binary)
        self._moments = selected if binary and _has_moments(selected) else None
        self._by_zone: dict[bytes | None, Reader] = {}

    def on(self, connection: psycopg.Connection[Any]) -> Reader:
        """Return the reader for what `connection` is going to answer."""
        reader = self._plain
        if self._moments is not None:
            zone = connection.pgconn.parameter_status(b"TimeZone")
            known = self._by_zone.get(zone)
            if known is None:
                known = self._by_zone[zone] = self._in(connection.info.timezone, self._moments)
            reader = known
        is_verified = not self._promises or self in getattr(connection, "verified", ())
        return reader if is_verified else self._verifying(reader, connection)

    def _in(self, zone: dt.tzinfo, selected: SelectList) -> Reader:
        if zone.utcoffset(None) is None:
            return self._plain
        return Reader(NAIVE_ADAPTERS, self._factory(selected, _EPOCH.astimezone(zone)))

    def _factory(self, selected: SelectList, epoch: dt.datetime | None) -> RowFactory:
        if self._is_nested:
            from ferra_sync._postgres.multisets import Multisets  # noqa: PLC0415 - for those who nest rows

            return Multisets(selected, epoch)
        make_row = row_maker(selected) if epoch is None else row_maker_from(selected, epoch)
        return lambda _cursor: make_row

    def _verifying(self, reader: Reader, connection: psycopg.Connection[Any]) -> Reader:
        """Return a reader that looks at the result's types before it makes rows; SchemaError where they differ."""

        def row_factory(cursor: psycopg.Cursor[Any]) -> RowMaker:
            result = cursor.pgresult
            if result is None or not result.nfields:
                return reader.row_factory(cursor)
            texts = check(self._promises, result, connection.pgconn)
            if self._is_nested:
                multisets = cast("Multisets", reader.row_factory)
                make_row = multisets.verifying(cursor, partial(self._remember, connection))
            else:
                make_row = reader.row_factory(cursor)
                self._remember(connection)
            return _reading_texts(make_row, texts, connection.info.encoding) if texts else make_row

        return Reader(reader.adapters, row_factory)

    def _remember(self, connection: psycopg.Connection[Any]) -> None:
        verified: set[Readers] | None = getattr(connection, "verified", None)
        if verified is not None:
            if len(verified) >= _MOST_VERIFIED:
                verified.clear()
            verified.add(self)


def _reading_texts(make_row: RowMaker, texts: dict[int, int], encoding: str) -> RowMaker:
    """Let `texts` be read as text from now on, and return what makes rows of this result, which began without that.

    A number means another type in another database; there no column that is promised to be text passes the check.
    """
    for oid, adapters in itertools.product(texts.values(), (ADAPTERS, NAIVE_ADAPTERS)):
        adapters.register_loader(oid, TextLoader)
        adapters.register_loader(oid, TextBinaryLoader)

    def make(values: Sequence[Any]) -> Any:  # noqa: ANN401 - a row is of any class
        row = list(values)
        for position in texts:
            if isinstance(row[position], bytes):
                row[position] = row[position].decode(encoding)
        return make_row(row)

    return make


def _has_moments(selected: SelectList) -> bool:
    """Whether there is a timestamptz, and none inside an array or a range."""
    types = list(_types(selected))
    return any(each.kind is FieldType.TIMESTAMPTZ for each in types) and not any(map(_holds_moments, types))


def _types(selected: SelectList) -> Iterator[SqlType[Any]]:
    """Yield the type of each column, those of multisets too."""
    for _, sql_type in selected.columns:
        if isinstance(sql_type, RowsType):
            yield from _types(sql_type.rows)
        else:
            yield sql_type


def _holds_moments(sql_type: SqlType[Any]) -> bool:
    element = sql_type.element
    return element is not None and (element.kind is FieldType.TIMESTAMPTZ or _holds_moments(element))
