"""How queries show themselves: as the SQL that they are, on several lines and without a value."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeAlias

from ferra_sync._compiler.compiler import compiled
from ferra_sync._compiler.shapes import RowsShape, StatementShape, WriteShape
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError, SchemaError

Parts: TypeAlias = tuple[RowsShape | WriteShape, tuple[Any, ...]]
"""A query's shape and its values, $1 first."""


class Shown(Value):
    """What has a statement's shape, or lacks something of one."""

    __slots__ = ()

    @abstractmethod
    def parts(self) -> tuple[StatementShape, tuple[Any, ...]]:
        """Return the shape, and the values beside it.

        Raises:
            QueryError: the query is not complete.
        """

    @property
    @abstractmethod
    def target(self) -> TableRef | None:
        """The table that the query is about; None where it is about none."""

    def __repr__(self) -> str:
        try:
            sql = compiled(self.parts()[0]).sql
            from ferra_sync._compiler.layout import laid_out  # noqa: PLC0415 - for those who look

            return laid_out(sql)
        except (QueryError, SchemaError) as error:
            lack = str(error)
        except RecursionError:
            lack = str(too_deep())
        about = "" if self.target is None else f" on {self.target}"
        return f"<{type(self).__name__}{about}: {lack}>"

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - for notebooks

        return f"<pre>{escape(repr(self))}</pre>"


def too_deep() -> QueryError:
    """Return the error for an expression that Python's own stack cannot walk."""
    return QueryError("the expression is nested too deeply")
