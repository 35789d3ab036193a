"""Whether a query or a function makes what a derived table declares: its columns by number, type and nullability."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import attrs

from ferra_sync._compiler.checks import written_out
from ferra_sync._compiler.selected import nullable_columns, selected_by
from ferra_sync._compiler.shapes import CompoundShape, RowsShape, SelectShape, WriteShape
from ferra_sync._expression import shapes
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.nullability import may_be_null
from ferra_sync._expression.references import ColumnRef, FunctionRef
from ferra_sync._expression.set_returning import SetColumn, SetReturning
from ferra_sync._expression.shapes import Item, cast, leaves
from ferra_sync._expression.sqltypes import BIGINT, FieldType, SqlType
from ferra_sync._query.checks import named
from ferra_sync._schema.table import TableMeta, table_meta
from ferra_sync.errors import QueryError

_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.VARCHAR})
"""The same to who reads and compares them."""

_SIZED: Final = _TEXTS | {FieldType.CHAR, FieldType.NUMERIC}
"""Of several lengths or precisions each."""


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
    found = zip(columns, nullable, _secrets(shape), strict=True)
    made = [
        _Made(_label(each, number), sql_type, may, secret)
        for number, ((each, sql_type), may, secret) in enumerate(found, start=1)
    ]
    _check(table, "the query", made)


def as_declared(table: TableMeta, shape: RowsShape) -> RowsShape:
    """Return a query with its columns cast to those of `table`: WITH RECURSIVE takes no other length of a text."""
    if isinstance(shape, CompoundShape):
        return shape._replace(parts=tuple(as_declared(table, part) for part in shape.parts))
    columns = zip(selected_by(shape).columns, table.attributes.values(), strict=True)
    return shape._replace(items=tuple(_cast(item, column.type) for item, column in columns))


def _cast(item: Item, declared: SqlType[Any]) -> Item:
    if (declared.element or declared).kind not in _SIZED:
        return item
    expression, _ = item
    to = _unsized(declared.parameter)
    return cast(expression, to), to


@lru_cache(maxsize=1024)
def _unsized(sql_type: SqlType[Any]) -> SqlType[Any]:
    """Return a type of any length; `char` alone is of one."""
    return attrs.evolve(sql_type, ddl=sql_type.cast)


def returned_rows(name: str, call: AnyExpr) -> SetReturning[Any, Any, Any]:
    """Return the rows of a function in FROM, one column of the type that the call has.

    Raises:
        QueryError: it is no call of a function of single rows.
    """
    match call.shape:
        case (shapes.CALL, FunctionRef(aggregate=False, operator=False) as function, *arguments):
            nullable = may_be_null(call.shape, iter(call.params))
            return SetReturning(
                shapes.call(function, *arguments), call.params, (SetColumn(function.name, call.type, nullable),)
            )
        case _:
            raise QueryError(f"{name}.of takes the call of a function that returns rows, not {named(call)}")


def check_function(table: TableMeta, call: Hashable, columns: Sequence[SetColumn], *, ordinality: bool) -> None:
    """Raise QueryError where the columns of a function that returns rows are not those of `table`."""
    made = [_Made(each.name, each.type, each.nullable, _secret(call, each.type)) for each in columns]
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


def _secrets(shape: RowsShape | WriteShape) -> list[ColumnRef | None]:
    """Return of each column of a query a secret one that it shows, if there is one."""
    if isinstance(shape, CompoundShape):
        by_place = zip(*map(_secrets, shape.parts), strict=True)
        return [next((secret for secret in place if secret is not None), None) for place in by_place]
    columns = selected_by(shape).columns
    results: Iterable[Hashable] = [expression for expression, _ in columns]
    if isinstance(shape, SelectShape):
        results = written_out(results, shape)
    return [_secret(each, sql_type) for each, (_, sql_type) in zip(results, columns, strict=True)]


def _secret(shape: Hashable, sql_type: SqlType[Any]) -> ColumnRef | None:
    """Return a secret column that an expression shows, if there is one; yes or no shows nothing."""
    if sql_type.kind is FieldType.BOOLEAN:
        return None
    refs = (leaf for leaf in leaves(shape) if isinstance(leaf, ColumnRef))
    return next((ref for ref in refs if table_meta(ref.table.owner).is_secret(ref)), None)
