"""A part of a table, as FROM and joins take it: without the tables that inherit from it, or a sample of its rows."""

from __future__ import annotations

from typing import Any, Literal, Never, TypeAlias, get_args

from ferra_sync._compiler.shapes import PartShape
from ferra_sync._expression.markers import In
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.sqltypes import DOUBLE_PRECISION
from ferra_sync._expression.typevars import S, T_co
from ferra_sync._query.checks import table_of
from ferra_sync._query.from_item import FromItem
from ferra_sync._schema.declaration import TableClass
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError

Method: TypeAlias = Literal["bernoulli", "system"]


class TablePart(FromItem[T_co, Never]):
    """A part of a table."""

    __slots__ = ("shape",)

    shape: PartShape

    def __init__(self, table: TableMeta, shape: PartShape, params: tuple[Any, ...] = ()) -> None:
        super().__init__(table, params)
        self.shape = shape


def only(table: TableClass[In[S]]) -> TablePart[In[S]]:
    """`ONLY`: the rows of the table itself, without those of tables that inherit from it.

    Raises:
        QueryError: it is no table, or is a part of one already.
    """
    if isinstance(table, TablePart):
        raise QueryError("only takes a table: say tablesample(only(…), …)")
    meta = _stored("only", table)
    return TablePart(meta, PartShape(meta.ref, only=True))


def tablesample(
    table: TableClass[In[S]], method: Method, percent: float, *, repeatable: float | None = None
) -> TablePart[In[S]]:
    """`TABLESAMPLE`: so many percent of the rows, about, at random.

    Args:
        table: a table, or `only(…)` of one.
        method: `"bernoulli"` takes each row by itself, `"system"` whole pages of the table, which is quicker.
        percent: from 0 to 100.
        repeatable: with the same number an unchanged table gives the same rows.

    Raises:
        QueryError: it is no table, or a sample already, or there is no such method or share.
    """
    shape = table.shape if isinstance(table, TablePart) else None
    if shape is not None and shape.method is not None:
        raise QueryError("tablesample takes a table or only(…), not a sample")
    meta = _stored("tablesample", table)
    if not isinstance(method, str) or method not in get_args(Method):
        raise QueryError('tablesample takes the method "bernoulli" or "system"')
    if not _is_number(percent) or not 0 <= percent <= 100:  # noqa: PLR2004 - of a hundred
        raise QueryError("tablesample takes a percentage from 0 to 100")
    if repeatable is not None and not _is_number(repeatable):
        raise QueryError("repeatable is a number")
    seed = () if repeatable is None else (float(repeatable),)
    sampled = (shape or PartShape(meta.ref))._replace(method=method, percent=DOUBLE_PRECISION)
    if seed:
        sampled = sampled._replace(seed=DOUBLE_PRECISION)
    return TablePart(meta, sampled, (float(percent), *seed))


def _is_number(given: object) -> bool:
    """Whether it is a number that PostgreSQL takes, which a NaN is not."""
    return (isinstance(given, float) and given == given) or is_whole_number(given, -(2**53), 2**53)  # noqa: PLR0124 - NaN


def _stored(clause: str, table: object) -> TableMeta:
    meta = table_of(clause, table)
    if meta.ref.is_derived:
        raise QueryError(f"{clause} takes a table whose rows are stored, and those of {meta.ref} are made by a query")
    return meta
