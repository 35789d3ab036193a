"""What shapes refer to: tables, columns and functions, each compared by identity."""

from __future__ import annotations

from typing import Any

import attrs

from ferra_sync._expression.nulls import Rule, always
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.values import Value


@attrs.frozen(eq=False, repr=False)
class TableRef(Value):
    """A table as FROM names it, `schema.name AS alias`; `owner` is the class that declares it.

    `is_derived`: its rows are made by a query of the statement, or by a function.
    """

    owner: type[Any]
    name: str
    schema: str | None = None
    alias: str | None = None
    is_derived: bool = False

    @property
    def qualifier(self) -> str:
        """What a column of this table is qualified with."""
        return self.alias or self.name

    @property
    def declared_by(self) -> type[Any]:
        """The class that declares the columns: where `owner` is an alias, what it is an alias of."""
        return next(cls for cls in reversed(self.owner.__mro__) if "__ferra_table__" in vars(cls))

    def __repr__(self) -> str:
        return self.qualifier


def is_same_table(one: TableRef, other: TableRef) -> bool:
    """Whether both are the same table in the database, aliases aside."""
    return (one.name, one.schema, one.is_derived) == (other.name, other.schema, other.is_derived)


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
    """A function of PostgreSQL, or an operator that is declared like one.

    Attributes:
        name, schema: as SQL spells it.
        aggregate: whether it is over many rows.
        nulls: when it returns NULL.
        returns: its type; None where that depends on its arguments.
        operator: whether it stands between two operands, and its name is the symbol.
    """

    name: str
    schema: str | None = None
    aggregate: bool = False
    nulls: Rule = always
    returns: SqlType[Any] | None = None
    operator: bool = False

    def __repr__(self) -> str:
        return self.name
