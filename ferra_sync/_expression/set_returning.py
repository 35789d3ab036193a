"""Functions that return rows: they stand in FROM alone, so they have no operators and are no expressions."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, Never

from ferra_sync._expression.shapes import Form
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typevars import N_co, S_co, V_co
from ferra_sync._expression.values import Value


class SetColumn(NamedTuple):
    """One column of the rows: as PostgreSQL names it, its type, and whether it may be NULL."""

    name: str
    type: SqlType[Any]
    nullable: bool


class SetReturning(Value, Generic[S_co, V_co, N_co]):
    """A function's call that returns rows.

    S: the tables whose columns are among its arguments. A row's value is `V | N`: of several columns V is a tuple.

    Attributes:
        shape: the call without its values.
        params: the values, in order.
        columns: those of its rows.
    """

    __slots__ = ("columns", "params", "shape")

    shape: Form
    params: tuple[Any, ...]
    columns: tuple[SetColumn, ...]

    def __init__(self, shape: Form, params: tuple[Any, ...], columns: tuple[SetColumn, ...]) -> None:
        self.shape = shape
        self.params = params
        self.columns = columns

    @property
    def type(self) -> SqlType[Any]:
        """The type of the first column, which may be the only one."""
        return self.columns[0].type

    def __bool__(self) -> Never:
        raise TypeError("a function that returns rows has no truth value in Python; it stands in FROM")

    def __repr__(self) -> str:
        return f"<SetReturning {self.shape!r}>"

    def __ferra_tables__(self) -> S_co:
        raise TypeError("only the type checker asks which tables its arguments need")

    def __ferra_row__(self) -> V_co | N_co:
        raise TypeError("only the type checker asks what a row is")
