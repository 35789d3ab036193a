"""TRUNCATE: `truncate(Users, Posts, cascade=True)`."""

from __future__ import annotations

from typing import Any

from ferra_sync._compiler.compiler import compiled
from ferra_sync._compiler.shapes import TruncateShape
from ferra_sync._expression.references import TableRef
from ferra_sync._query.checks import named, table_of
from ferra_sync._query.query import Rendered
from ferra_sync._query.shown import Shown
from ferra_sync._query.writes import writable
from ferra_sync._schema.table import Table
from ferra_sync.errors import QueryError


class Truncate(Shown):
    """A TRUNCATE, which `execute` runs; the server does not say how many rows there were, and `execute` returns 0."""

    __slots__ = ("_shape",)

    _shape: TruncateShape

    def __init__(self, shape: TruncateShape) -> None:
        self._shape = shape

    @property
    def target(self) -> TableRef:
        """The first table."""
        return self._shape.tables[0]

    def parts(self) -> tuple[TruncateShape, tuple[Any, ...]]:
        """Return the shape; it has no values."""
        return self._shape, ()

    def sql(self) -> Rendered:
        """Return the text, as it would be sent."""
        return Rendered(compiled(self._shape).sql, ())


def truncate(*tables: type[Table], cascade: bool = False, restart_identity: bool = False) -> Truncate:
    """Delete every row of these tables at once, for `execute`; a transaction undoes it like all else.

    Args:
        tables: all of them together, so that they may reference each other.
        cascade: whether tables that reference them are emptied too.
        restart_identity: whether the numbers of their identities and serials begin again.

    Raises:
        QueryError: there is no table, or one is none, an alias, or made by a query.
    """
    if not tables:
        raise QueryError("truncate takes at least one table")
    for option, given in (("cascade", cascade), ("restart_identity", restart_identity)):
        if not isinstance(given, bool):
            raise QueryError(f"{option} is True or False, not {named(given)}")
    refs = tuple(dict.fromkeys(writable(table_of("truncate", table)).ref for table in tables))
    return Truncate(TruncateShape(refs, cascade, restart_identity))
