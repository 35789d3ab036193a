"""Columns, and what an UPDATE assigns to them."""

from __future__ import annotations

import sys
from collections.abc import Hashable
from typing import Any, Generic, Literal, Never, Protocol, TypeAlias, overload

from ferra_sync._expression.coercion import is_assignable, mismatch
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import In, Opt, Plain, Settable
from ferra_sync._expression.operators import Node, parameter
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import SERVER_DEFAULT, UNSET
from ferra_sync._expression.shapes import DEFAULT
from ferra_sync._expression.sqltypes import Accepting
from ferra_sync._expression.typevars import N, N_co, S, S_co, Sa, T_contra, V_co, W, W_co
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError

if sys.version_info >= (3, 13):
    from typing import TypeVar
else:
    from typing_extensions import TypeVar

Generated: TypeAlias = Literal["serial", "identity", "identity always", "stored"]
"""How the server makes a column's values: it numbers the rows, or computes a value from other columns and stores it."""


class Column(Expr[S_co, V_co, N_co, Plain], Generic[S_co, V_co, N_co]):
    """A column of a table. It is an expression, and it knows its table's name and nothing else of the table."""

    __slots__ = ("generated", "has_default", "ref")

    ref: ColumnRef
    generated: Generated | None
    has_default: bool

    def __init__(self, ref: ColumnRef, *, generated: Generated | None = None, has_default: bool = False) -> None:
        super().__init__(ref, (), ref.type)
        self.ref = ref
        self.generated = generated
        self.has_default = has_default

    @property
    def name(self) -> str:
        """The column's name in PostgreSQL."""
        return self.ref.name

    @property
    def nullable_in_table(self) -> bool:
        """Whether it is declared nullable; in a query, an outer join may make any column so."""
        return self.ref.nullable

    def __ferra_column__(self: Column[In[S], Any, N]) -> Settable[S, N]:
        raise TypeError("only the type checker asks what a column takes")

    def __ferra_stores__(self: Assignable[S, N, W], value: W | N, /) -> In[S]:
        raise TypeError("only the type checker asks what a column stores")

    @overload
    def to(self: Assignable[S, Never, W], value: W | Expr[Sa, W, Never, Plain]) -> Assignment[S, Sa]: ...
    @overload
    def to(self: Assignable[S, None, W], value: W | Expr[Sa, W, None, Plain] | None) -> Assignment[S, Sa]: ...
    def to(self, value: object) -> Assignment[Any, Any]:
        """Assign a value, an expression over the rows that the write reads, or `SERVER_DEFAULT`.

        Raises:
            QueryError: the value is of another type, or None where the column is not nullable; the column has no
                default, or only the server writes it.
        """
        if self.generated == "stored":
            raise QueryError(f"{self.ref} is generated from other columns and cannot be set")
        if value is SERVER_DEFAULT:
            return self._to_default()
        if self.generated == "identity always":
            raise QueryError(f"{self.ref} is always numbered by the server: it can be set to SERVER_DEFAULT alone")
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

    def _to_default(self) -> Assignment[Any, Any]:
        if not self.has_default and not self.nullable_in_table:
            raise QueryError(f"{self.ref} has no default, so it cannot be set to SERVER_DEFAULT")
        return Assignment(self.ref, DEFAULT, ())


def _cut(column: Node, assigned: Node) -> QueryError:
    """Return what to raise where the column would not keep what is assigned."""
    if column.type.depends_on_zone_with(assigned.type) or not column.type.is_comparable_to(assigned.type):
        return mismatch(column.label, column.type, assigned.label, assigned.type)
    return QueryError(
        f"{column.label} is {column.type}; {assigned.label} is {assigned.type} and would be cut: say .cast(…)"
    )


Named_co = TypeVar("Named_co", covariant=True, default=In[S] | Opt[In[S]])
"""The tables that an assigned value names; where it is left out, its own table."""


class Assignable(Protocol[S, N, W_co]):
    """A column of the table S that takes a W, and NULL where N is None."""

    @property
    def type(self) -> Accepting[W_co]: ...

    def __ferra_column__(self) -> Settable[S, N]: ...


class Storing(Protocol[S, T_contra]):
    """A column of the table S that takes a T, whatever that is: its own null, or a value."""

    def __ferra_stores__(self, value: T_contra, /) -> In[S]: ...


class Assignment(Value, Generic[S, Named_co]):
    """`column = value` in an UPDATE, or in DO UPDATE: of the table S, with a value that names the tables `Named_co`."""

    __slots__ = ("column", "params", "shape")

    column: ColumnRef
    params: tuple[Any, ...]

    def __init__(self, column: ColumnRef, shape: Hashable, params: tuple[Any, ...]) -> None:
        self.column = column
        self.shape: tuple[ColumnRef, Hashable] = (column, shape)
        self.params = params
