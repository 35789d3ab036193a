"""psycopg's raw cursor with a statement's own adapters."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.rows import tuple_row

from ferra_sync._postgres.adapters import COPY_ADAPTERS
from ferra_sync._postgres.statement import Statement

TEXT: Final = psycopg.pq.Format.TEXT
BINARY: Final = psycopg.pq.Format.BINARY

_KNOWN_SLOTS: Final = frozenset(
    {
        "_conn",
        "format",
        "_adapters",
        "arraysize",
        "_closed",
        "_results",
        "pgresult",
        "_pos",
        "_iresult",
        "_rowcount",
        "_query",
        "_tx",
        "_last_query",
        "_row_factory",
        "_make_row",
        "_pgconn",
        "_execmany_returning",
        "_statusmessage",
        "__weakref__",
    }
)
"""What a cursor of psycopg 3.3 consists of."""


class _Cursor(psycopg.RawCursor[Any]):
    """psycopg's raw cursor with our adapters: the connection itself stays as psycopg makes it."""

    __slots__ = ("_reader",)

    def __init__(self, connection: psycopg.Connection[Any], statement: Statement) -> None:
        self._reader = statement.readers.on(connection)
        super().__init__(connection, row_factory=self._reader.row_factory)

    @property
    def adapters(self) -> AdaptersMap:
        return self._reader.adapters


class _LeanCursor(psycopg.RawCursor[Any]):
    """The same, made without psycopg's `__init__`, which copies the connection's adapters in 4 µs.

    It sets the private slots that `__init__` sets; a psycopg whose cursor has other slots gets the plain class, and a
    test compares the two attribute by attribute. What would break first: a slot that only some method reads.
    """

    __slots__ = ()

    def __init__(self, connection: psycopg.Connection[Any], statement: Statement) -> None:
        self._conn = connection
        self._pgconn = connection.pgconn
        self._adapters, self._row_factory = statement.readers.on(connection)
        self._last_query = None
        self._closed = False
        self.format = TEXT
        self.arraysize = 1
        self._reset()


class CopyCursor(psycopg.Cursor[Any]):
    """A cursor for COPY, whose rows travel as text."""

    __slots__ = ()

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__(connection, row_factory=tuple_row)

    @property
    def adapters(self) -> AdaptersMap:
        return COPY_ADAPTERS


def _cursor_class() -> type[_Cursor | _LeanCursor]:
    """Return the lean cursor where psycopg's is made of what we know, else psycopg's own way."""
    slots = frozenset(slot for cls in psycopg.RawCursor.__mro__ for slot in vars(cls).get("__slots__", ()))
    return _LeanCursor if slots == _KNOWN_SLOTS else _Cursor


new_cursor: Final = _cursor_class()
