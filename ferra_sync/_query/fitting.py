"""Whether a query or a function makes what a derived table declares: its columns by number, type and nullability."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ferra_sync._compiler.selected import nullable_columns, selected_by
from ferra_sync._compiler.shapes import RowsShape, WriteShape
from ferra_sync._expression.set_returning import SetColumn
from ferra_sync._expression.shapes import ColumnRef, leaves
from ferra_sync._expression.sqltypes import BIGINT, FieldType, SqlType
from ferra_sync._schema.table import TableMeta, table_meta
from ferra_sync.errors import QueryError

_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.VARCHAR})
"""The same to who reads and compares them."""


class _Made(NamedTuple):
    """A column that is made: its label, its type, whether it may be NULL, and a secret column that it shows."""

    label: str
    type: SqlType[Any]
    nullable: bool
    secret: ColumnRef | None = None


def check_query(table: TableMeta, shape: RowsShape | WriteShape, params: tuple[Any, ...]) -> None:
    """Raise QueryError where the columns of a query are not those of `table`."""
    _check_shape(table, shape, has_null=any(value is None for value in params))


@lru_cache(maxsize=1024, typed=True)
def _check_shape(table: TableMeta, shape: RowsShape | WriteShape, *, has_null: bool) -> None:
    columns, nullable = selected_by(shape).columns, nullable_columns(shape, has_null=has_null)
    pairs = enumerate(zip(columns, nullable, strict=True), start=1)
    made = [_Made(_label(each, n), sql_type, may, _secret(each, sql_type)) for n, ((each, sql_type), may) in pairs]
    _check(table, "the query", made)


def check_function(table: TableMeta, columns: Sequence[SetColumn], *, ordinality: bool) -> None:
    """Raise QueryError where the columns of a function that returns rows are not those of `table`."""
    made = [_Made(column.name, column.type, column.nullable) for column in columns]
    if ordinality:
        made.append(_Made("the ordinality", BIGINT, nullable=False))
    _check(table, "the function", made)


def _check(table: TableMeta, maker: str, made: Sequence[_Made]) -> None:
    declared = table.attributes
    owner = table.ref.owner.__name__
    if len(made) != len(declared):
        raise QueryError(f"{owner} has {len(declared)} columns ({', '.join(declared)}); {maker} has {len(made)}")
    for (attribute, column), given in zip(declared.items(), made, strict=True):
        name = f"{owner}.{attribute}"
        if not _agree(column.type, given.type):
            raise QueryError(f"{name} is {column.type}; {given.label} is {given.type}: declare that, or say .cast(…)")
        if given.nullable and not column.nullable_in_table:
            raise QueryError(
                f"{name} is never NULL; {given.label} may be: declare t.nullable(…), or say fn.coalesce(…)"
            )
        if given.secret is not None and not table.declarations[attribute].is_secret:
            raise QueryError(f"{name} is made from {given.secret}, which is secret: declare secret=True")


def _agree(declared: SqlType[Any], given: SqlType[Any]) -> bool:
    """Whether a column of the type `given` is read, and compared, as one of the type `declared`."""
    if declared.kind in _TEXTS:
        return given.kind in _TEXTS
    return declared.cast == given.cast and declared.structured in {None, given.structured}


def _label(shape: Hashable, number: int) -> str:
    return repr(shape) if isinstance(shape, ColumnRef) else f"column {number}"


def _secret(shape: Hashable, sql_type: SqlType[Any]) -> ColumnRef | None:
    """Return a secret column that an expression shows, if there is one; yes or no shows nothing."""
    if sql_type.kind is FieldType.BOOLEAN:
        return None
    refs = (leaf for leaf in leaves(shape) if isinstance(leaf, ColumnRef))
    return next((ref for ref in refs if table_meta(ref.table.owner).is_secret(ref)), None)
