"""Shapes: what a query says, without any value.

A shape is a nested tuple, `("=", ColumnRef, SqlType)`: its first item names the operation, a `SqlType` stands where a
parameter goes, and the values of these parameters travel beside it, in the same order. Equal shapes are the same SQL.
The leaves are compared by identity; whole statements are named tuples. Two named tuples of equal fields are equal,
whatever their classes, so the cache of statements asks for the class too, and a field never holds more than one class
of them, nor true beside 1.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import attrs

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
    """A column of a table."""

    table: TableRef
    name: str
    type: SqlType[Any]

    def __repr__(self) -> str:
        return f"{self.table}.{self.name}"


@attrs.frozen(eq=False, repr=False)
class FunctionRef(Value):
    """A function of PostgreSQL."""

    name: str
    schema: str | None = None
    aggregate: bool = False

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


class JoinShape(NamedTuple):
    """A table joined to those before it; `on` is None for a cross join."""

    how: Literal["inner", "left", "right", "full", "cross"]
    table: TableRef
    on: Hashable | None


class GroupShape(NamedTuple):
    """GROUP BY and HAVING; `primary_keys` are those of all tables, for a grouped key determines its row."""

    keys: tuple[Hashable, ...]
    having: tuple[Hashable, ...]
    primary_keys: tuple[tuple[TableRef, tuple[ColumnRef, ...]], ...]


class SelectShape(NamedTuple):
    """A SELECT. Its parameters come in the order of these fields.

    `shared` are the expressions with values that several clauses repeat as `("shared", i)`.
    """

    shared: tuple[Hashable, ...]
    distinct: tuple[Hashable, ...] | None
    items: Items
    table: TableRef
    joins: tuple[JoinShape, ...]
    where: tuple[Hashable, ...]
    group: GroupShape | None
    order: tuple[Hashable, ...]
    limit: SqlType[Any] | None
    offset: SqlType[Any] | None


class CountShape(NamedTuple):
    """The number of rows of a SELECT, or with `estimate` what the planner believes it to be."""

    select: SelectShape
    estimate: bool


class InsertShape(NamedTuple):
    """An INSERT of rows in VALUES, a `SqlType` or `("default",)` for each column; or of arrays, one for each column."""

    table: TableRef
    columns: tuple[ColumnRef, ...]
    rows: tuple[tuple[Hashable, ...], ...]
    arrays: tuple[SqlType[Any], ...]
    conflict: ConflictShape | None
    returning: Items
    overriding: bool = False
    """Whether a column that is always an identity is given a value all the same."""


class BulkInsertShape(NamedTuple):
    """An INSERT of arrays whose rows come back in the order of the arrays.

    `generated` are the key columns that the server fills in, each with the expression that does; `key` tells the rows
    apart.
    """

    table: TableRef
    columns: tuple[ColumnRef, ...]
    arrays: tuple[SqlType[Any], ...]
    generated: tuple[tuple[ColumnRef, Hashable], ...]
    key: tuple[ColumnRef, ...]
    returning: Items
    overriding: bool


class MergeShape(NamedTuple):
    """An INSERT of arrays, spelled as MERGE, whose rows come back each with its place in the arrays."""

    table: TableRef
    columns: tuple[ColumnRef, ...]
    arrays: tuple[SqlType[Any], ...]
    returning: Items


class ConflictShape(NamedTuple):
    """ON CONFLICT (target) DO UPDATE: columns set to what was to be inserted, and assignments; DO NOTHING without."""

    target: tuple[ColumnRef, ...]
    excluded: tuple[ColumnRef, ...]
    assignments: tuple[tuple[ColumnRef, Hashable], ...]


class UpdateShape(NamedTuple):
    """An UPDATE."""

    table: TableRef
    assignments: tuple[tuple[ColumnRef, Hashable], ...]
    where: tuple[Hashable, ...]
    returning: Items


class DeleteShape(NamedTuple):
    """A DELETE."""

    table: TableRef
    where: tuple[Hashable, ...]
    returning: Items


StatementShape: TypeAlias = (
    SelectShape | CountShape | InsertShape | BulkInsertShape | MergeShape | UpdateShape | DeleteShape
)
