"""What reads a statement's rows on a connection: psycopg's own loaders, and a shorter way for moments in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

import psycopg
from psycopg.adapt import AdaptersMap

from ferra_sync._adapters import ADAPTERS, NAIVE_ADAPTERS
from ferra_sync._mapping import RowMaker, Selection

RowFactory: TypeAlias = Callable[[Any], RowMaker]
"""psycopg's: a cursor → what makes its rows."""

_EPOCH: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Reader(NamedTuple):
    """What a cursor reads values with, and what makes a row of them."""

    adapters: AdaptersMap
    row_factory: RowFactory


class Readers:
    """The readers of one statement's rows, one for each time zone that it has met.

    psycopg takes each timestamptz through the session's zone, which costs several times what a timestamp does. In a
    zone whose offset never changes, UTC above all, the moment is read as a timestamp and one addition puts it there.
    """

    __slots__ = ("_by_zone", "_selection", "plain")

    plain: Reader

    def __init__(self, make_row: RowMaker, selection: Selection | None = None) -> None:
        """Make the readers of values as psycopg loads them; of a binary `selection` the faster ones too."""
        self.plain = Reader(ADAPTERS, lambda _cursor: make_row)
        self._selection = selection if selection is not None and selection.has_moments else None
        self._by_zone: dict[bytes | None, Reader] = {}

    def on(self, connection: psycopg.Connection[Any]) -> Reader:
        """Return the reader for what `connection` is going to answer."""
        if self._selection is None:
            return self.plain
        zone = connection.pgconn.parameter_status(b"TimeZone")
        reader = self._by_zone.get(zone)
        if reader is None:
            reader = self._by_zone[zone] = self._in(connection.info.timezone, self._selection)
        return reader

    def _in(self, zone: dt.tzinfo, selection: Selection) -> Reader:
        if zone.utcoffset(None) is None:
            return self.plain
        make_row = selection.row_maker_from(_EPOCH.astimezone(zone))
        return Reader(NAIVE_ADAPTERS, lambda _cursor: make_row)
