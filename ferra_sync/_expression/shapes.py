"""Shapes: what a query says, without any value.

A shape is a nested tuple, `("=", ColumnRef, SqlType)`: its first item names the operation, a `SqlType` stands where a
parameter goes, and the values of these parameters travel beside it, in the same order. Equal shapes are the same SQL.
The leaves are compared by identity; whole statements are named tuples. Two named tuples of equal fields are equal,
whatever their classes, so the cache of statements asks for the class too, and a field never holds more than one class
of them, nor true beside 1.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Final, TypeAlias

import attrs

from ferra_sync._expression.nulls import Rule, always
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.values import Value

Item: TypeAlias = tuple[Hashable, SqlType[Any]]
"""The shape of a selected expression, and its type."""

Items: TypeAlias = tuple[Item, ...]

DEFAULT: Final = ("default",)
"""Where a value would stand: what the server puts in."""


@attrs.frozen(eq=False, repr=False)
class TableRef(Value):
    """A table as FROM names it, `schema.name AS alias`; `owner` is the class that declares it."""

    owner: type[Any]
    name: str
    schema: str | None = None
    alias: str | None = None

    @property
    def qualifier(self) -> str:
        """What a column of this table is qualified with."""
        return self.alias or self.name

    def __repr__(self) -> str:
        return self.qualifier


def is_same_table(one: TableRef, other: TableRef) -> bool:
    """Whether both are the same table in the database, aliases aside."""
    return one.name == other.name and one.schema == other.schema


@attrs.frozen(eq=False, repr=False)
class ColumnRef(Value):
    """A column of a table; `nullable`: as declared."""

    table: TableRef
    name: str
    type: SqlType[Any]
    nullable: bool

    def __repr__(self) -> str:
        return f"{self.table}.{self.name}"


@attrs.frozen(eq=False, repr=False)
class FunctionRef(Value):
    """A function of PostgreSQL.

    Attributes:
        name, schema: as SQL spells it.
        aggregate: whether it is over many rows.
        nulls: when it returns NULL.
        returns: its type; None where that depends on its arguments.
    """

    name: str
    schema: str | None = None
    aggregate: bool = False
    nulls: Rule = always
    returns: SqlType[Any] | None = None

    def __repr__(self) -> str:
        return self.name


def leaves(shape: Hashable) -> Iterator[Hashable]:
    """Yield the leaves of a shape, left to right."""
    waiting = [shape]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting.extend(reversed(part))
        else:
            yield part


def has_aggregate(shape: Hashable) -> bool:
    """Whether a function over many rows is called anywhere in `shape`."""
    return any(isinstance(leaf, FunctionRef) and leaf.aggregate for leaf in leaves(shape))
