"""An expression in a table's definition, as DEFAULT, CHECK and an index have it: over one table, without parameters."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeAlias

from pypika.terms import Term

from ferra_sync._compiler.expressions import Lowering, column_term
from ferra_sync._compiler.terms import Raw
from ferra_sync._expression import shapes
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import SqlType

WriteLiteral: TypeAlias = Callable[[SqlType[Any]], str]
"""Writes the next value, in the order of the places, as a literal that reads as this type."""

Renamed: TypeAlias = Callable[[SqlType[Any]], SqlType[Any]]
"""A type as it is called here."""


def definition(shape: Hashable, literal: WriteLiteral, renamed: Renamed) -> str:
    """Return the text of `shape`, with what `literal` writes where a query would have its parameters.

    Raises:
        QueryError: it cannot stand in an expression.
    """
    text: str = _Definition(literal, renamed).term(shape).get_sql()
    return text


class _Definition(Lowering):
    """Lowers an expression that names its columns without their table, which is the only one."""

    def __init__(self, literal: WriteLiteral, renamed: Renamed) -> None:
        super().__init__(())
        self._literal = literal
        self._renamed = renamed

    def term(self, shape: Hashable) -> Term:
        match shape:
            case ColumnRef():
                return column_term(quoted(shape.name), shape, self._renamed(shape.type).cast)
            case SqlType():
                return Raw(f"{self._literal(shape)}::{self._renamed(shape).cast}")
            case (shapes.CAST, operand, SqlType() as to):
                return super().term(shapes.cast(operand, self._renamed(to)))
            case shapes.VALUE:
                return Raw("VALUE")
            case _:
                return super().term(shape)

    def _untyped(self, sql_type: Any) -> Term:  # noqa: ANN401 - as the compiler of queries has it
        return Raw(self._literal(sql_type))
