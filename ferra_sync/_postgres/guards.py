"""Which writes may store rows that Python then cannot read, so that they must be undone where that happens."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import attrs

from ferra_sync._compiler.shapes import (
    ClaimShape,
    CompoundShape,
    DeleteShape,
    InsertShape,
    SelectShape,
    StatementShape,
    UpdateShape,
    WriteShape,
    write_in_with,
)
from ferra_sync._expression import shapes
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.references import ColumnRef, FunctionRef
from ferra_sync._expression.shapes import DEFAULT, Items, leaves
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.select_list import models_in, select_list
from ferra_sync._postgres.conversions import load_of
from ferra_sync._schema.table import table_meta

_LIMITED: Final = frozenset(
    {FieldType.DATE, FieldType.TIME, FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ, FieldType.INTERVAL}
)
"""Types of which the server has values that Python has not: `infinity`, the year 20000, 24:00, a million years."""


def is_doubtful(shape: StatementShape) -> bool:
    """Whether reading what a write returns may fail: by code of the model's own, by a conversion, or by a moment.

    A moment is read without a doubt where the statement itself says what it is: a parameter, now, or nothing. What is
    read beside a write in WITH is not looked at.
    """
    if isinstance(shape, (SelectShape, CompoundShape)):
        return write_in_with(shape) is not None
    if isinstance(shape, ClaimShape):
        shape = shape.update
    if not isinstance(shape, (InsertShape, UpdateShape, DeleteShape)):
        return False
    if _runs_code(shape.returning):
        return True
    for expression, sql_type in select_list(shape.returning).columns:
        if load_of(sql_type) is not None:
            return True
        if _is_limited(sql_type) and not (isinstance(expression, ColumnRef) and _is_known(expression, shape)):
            return True
    return False


def _runs_code(items: Items) -> bool:
    return any(
        hasattr(meta.model, "__attrs_post_init__")
        or any(getattr(each.default, "takes_self", False) for each in attrs.fields(meta.model))
        for meta in models_in(items)
    )


def _is_limited(sql_type: SqlType[Any]) -> bool:
    return sql_type.kind in _LIMITED or (sql_type.element is not None and _is_limited(sql_type.element))


def _is_known(ref: ColumnRef, shape: WriteShape) -> bool:
    """Whether the statement says what the column of each row that it returns is."""
    if ref.table is not shape.table:
        return False  # What else the write reads, and the row that was there before.
    match shape:
        case InsertShape(query=query) if query is not None and ref in shape.columns:
            return False
        case InsertShape(arrays=arrays, conflict=None):
            return (bool(arrays) and ref in shape.columns) or _is_inserted_known(ref, shape)
        case InsertShape(conflict=conflict) if conflict is not None:
            is_set = ref in conflict.excluded or _is_set_known(ref, conflict.assignments)
            return is_set and _is_inserted_known(ref, shape)
        case UpdateShape():
            return _is_set_known(ref, shape.assignments)
        case _:
            return False


def _is_inserted_known(ref: ColumnRef, shape: InsertShape) -> bool:
    if ref not in shape.columns:
        return _is_sure(ref, DEFAULT)
    place = shape.columns.index(ref)
    return all(_is_sure(ref, row[place]) for row in shape.rows)


def _is_set_known(ref: ColumnRef, assignments: tuple[tuple[ColumnRef, Hashable], ...]) -> bool:
    return any(column is ref and _is_sure(ref, value) for column, value in assignments)


def _is_sure(ref: ColumnRef, value: Hashable) -> bool:
    """Whether what a column is set to is made of parameters and now alone; its default: what is declared of it."""
    match value:
        case shapes.DEFAULT:
            return _has_sure_default(ref)
        case (shapes.STAMP | shapes.STAMP_JSON, _, _, stamp):
            return _is_sure(ref, stamp)
        case _:
            return all(
                isinstance(leaf, SqlType) or (isinstance(leaf, FunctionRef) and leaf.name == "now")
                for leaf in leaves(value)
            )


def _has_sure_default(ref: ColumnRef) -> bool:
    declaration = table_meta(ref.table.owner).declaration_of(ref)
    if "default" not in declaration.options:
        return declaration.generated is None
    default = declaration.options["default"]
    return not isinstance(default, Expr) or _is_sure(ref, default.shape)
