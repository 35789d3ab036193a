"""A query as an expression has it: its rows, and what it needs of the query around it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any, Generic, TypeAlias

from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typevars import G_co, R_co, S_co

OnlyColumn: TypeAlias = tuple[Hashable, tuple[Any, ...], SqlType[Any]]
"""A subquery's shape, its values, and the type of its one column."""

Columns: TypeAlias = tuple[Hashable, tuple[Any, ...], tuple[SqlType[Any], ...]]
"""A subquery's shape, its values, and the types of its columns."""


class Inner(Generic[S_co, G_co]):
    """A query that may stand inside another.

    S: the tables of the query around it that it names. G: Plain where it names some; else Never, for it is a constant.
    """

    __slots__ = ()


class Rows(Inner[S_co, G_co], Generic[R_co, S_co, G_co]):
    """One whose rows are `R_co`."""

    __slots__ = ()

    @abstractmethod
    def as_columns(self) -> Columns:
        """Return it as a row of expressions has it."""

    @abstractmethod
    def only_column(self, what: str) -> OnlyColumn:
        """Return it as an expression has it; QueryError where it has several columns, and `what` takes one."""
