"""Columns, and what an UPDATE assigns to them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from ferra_sync._coercion import is_assignable, mismatch
from ferra_sync._expressions import Expr
from ferra_sync._kinds import Plain
from ferra_sync._nodes import Node, parameter
from ferra_sync._sentinels import SERVER_DEFAULT, UNSET
from ferra_sync._shapes import DEFAULT, ColumnRef
from ferra_sync.errors import QueryError

S = TypeVar("S")
V = TypeVar("V")
S_co = TypeVar("S_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)


class Column(Expr[S_co, T_co, Plain]):
    """A column of a table. It is an expression, and it knows its table's name and nothing else of the table."""

    __slots__ = ("nullable_in_table", "ref")

    ref: ColumnRef
    nullable_in_table: bool

    def __init__(self, ref: ColumnRef, *, nullable: bool) -> None:
        super().__init__(ref, (), ref.type)
        self.ref = ref
        self.nullable_in_table = nullable

    @property
    def name(self) -> str:
        """The column's name in PostgreSQL."""
        return self.ref.name

    def to(self: Column[S, V], value: V | Expr[S, V, Plain]) -> Assignment[S]:
        """Assign a value, an expression over the same row, or `SERVER_DEFAULT`, in an UPDATE.

        Raises:
            QueryError: the value is of another type, or None where the column is not nullable.
        """
        if value is SERVER_DEFAULT:
            return Assignment(self.ref, DEFAULT, ())
        if value is UNSET:
            raise QueryError(f"{self.ref} cannot be set to UNSET: leave the assignment out")
        if value is None and not self.nullable_in_table:
            raise QueryError(f"{self.ref} is not nullable")
        if not isinstance(value, Node):
            assigned = parameter(value, self.type, self)
        elif is_assignable(self.type, value.type):
            assigned = value
        else:
            raise _cut(self, value)
        return Assignment(self.ref, assigned.shape, assigned.params)


def _cut(column: Node, assigned: Node) -> QueryError:
    """Return what to raise where the column would not keep what is assigned."""
    if column.type.depends_on_zone_with(assigned.type) or not column.type.is_comparable_to(assigned.type):
        return mismatch(column.label, column.type, assigned.label, assigned.type)
    return QueryError(
        f"{column.label} is {column.type}; {assigned.label} is {assigned.type} and would be cut: say .cast(…)"
    )


class Assignment(Generic[S_co]):
    """`column = value` in an UPDATE."""

    __slots__ = ("column", "params", "shape")

    column: ColumnRef
    params: tuple[Any, ...]

    def __init__(self, column: ColumnRef, shape: Hashable, params: tuple[Any, ...]) -> None:
        self.column = column
        self.shape: tuple[ColumnRef, Hashable] = (column, shape)
        self.params = params
