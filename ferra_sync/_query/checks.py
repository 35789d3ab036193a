"""What a clause takes; types say it first, and here it is said to those who do not use them."""

from __future__ import annotations

from math import prod
from types import MemberDescriptorType
from typing import Any, Final

from ferra_sync._expression.described import described
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.grouping import GroupingSets
from ferra_sync._expression.operators import unordered
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._expression.window import WindowFunction
from ferra_sync._model.model import ModelMeta, Record
from ferra_sync._schema.table import Relation, TableMeta
from ferra_sync.errors import QueryError, SchemaError

_MAX_SETS: Final = 4096


def check_predicates(clause: str, predicates: tuple[Any, ...]) -> None:
    """Raise QueryError where one of `predicates` is no boolean expression."""
    for predicate in predicates:
        # `is_predicate`, without a call for each.
        if not isinstance(predicate, Expr) or predicate.type.kind is not FieldType.BOOLEAN:
            raise QueryError(f"{clause} takes predicates, not {named(predicate)}: {_comparing(predicate)}")


def _comparing(given: object) -> str:
    plain = "compare a table's columns, Users.id == 1"
    return f"{plain}; a model's attributes are none" if isinstance(given, bool) else plain


def check_expressions(clause: str, expressions: tuple[Any, ...]) -> None:
    """Raise QueryError where one of `expressions` is none, or of a type that is neither compared nor sorted."""
    for expression in expressions:
        if not isinstance(expression, Expr):
            raise QueryError(f"{clause} takes columns and expressions, not {named(expression)}: name them, Users.id")
        if not expression.type.has_order:
            raise unordered(expression, clause)


def check_keys(keys: tuple[Any, ...]) -> None:
    """Raise QueryError where `group_by` is given no key, or what is none, or more grouping sets than PostgreSQL has."""
    if not keys:
        raise QueryError("group_by takes at least one expression")
    for key in keys:
        check_expressions("group_by", key.keys if isinstance(key, GroupingSets) else (key,))
    if prod(key.sets for key in keys if isinstance(key, GroupingSets)) > _MAX_SETS:
        raise QueryError(f"group_by makes more than {_MAX_SETS} grouping sets: the numbers of sets multiply")


def table_of(clause: str, given: object) -> TableMeta:
    """Return what a table says of itself; QueryError where `given` is none, with the table that was meant."""
    meta = getattr(given, "__ferra_table__", None)
    if isinstance(meta, TableMeta):
        return meta
    meant = _table_meant(given)
    advice = "" if meant is None else f": say {clause}({meant.owner.__name__})"
    raise QueryError(f"{clause} takes a table, not {named(given)}{advice}")


def rows_meta(rows: tuple[Any, ...], table: TableMeta) -> ModelMeta:
    """Return what is known of the class of the first of `rows`; QueryError where it is no row of `table`."""
    try:
        meta = ModelMeta.of(type(rows[0]))
    except SchemaError:
        if isinstance(rows[0], Record):
            raise
        advice = f", such as those of an Insertable[{table.ref.owner.__name__}]"
        if isinstance(rows[0], (list, tuple, set)):
            advice = ": say values(*rows), or insert_many of a repository"
        raise QueryError(f"values takes instances of models{advice}, not {named(rows[0])}") from None
    if meta.table is not table:
        raise QueryError(f"{meta.model.__name__} is a row of {meta.table.name}, not of {table.name}")
    return meta


def named(given: object) -> str:
    """Return how messages call what was given."""
    if isinstance(given, Expr):
        return f"{given.label}, which is {given.type}"
    if isinstance(given, WindowFunction):
        return "a function that has not said .over(…)"
    if isinstance(given, MemberDescriptorType):
        return f"{given.__objclass__.__name__}.{given.__name__}, which is no column of a table"
    if isinstance(given, type) and issubclass(given, Relation):
        return f"the table {given.__name__}"
    if isinstance(given, type) and issubclass(given, Record):
        return f"the model {given.__name__}"
    return described(given)


def advice(given: object) -> str:
    """Return what to write instead of `given` where a query that can be run is asked for."""
    if isinstance(given, type) and issubclass(given, Record):
        return f": say select({given.__name__})"
    if isinstance(given, type) and issubclass(given, Relation):
        return f": say from_({given.__name__}).select(…)"
    if isinstance(given, str):
        return ": SQL of one's own runs on db.connection()"
    return ": fetch_all reads what says .select(…) or .returning(…), execute writes"


def spelled(ref: ColumnRef) -> str:
    """Return a column as Python names it, `Users.id`."""
    table = ref.table.owner
    attributes = table.__ferra_table__.attributes
    return f"{table.__name__}.{next(name for name, column in attributes.items() if column.ref is ref)}"


def _table_meant(given: object) -> TableRef | None:
    """Return the table of a model, of a row, of a column or of a query."""
    if isinstance(given, Record) or (isinstance(given, type) and issubclass(given, Record)):
        try:
            return ModelMeta.of(given if isinstance(given, type) else type(given)).table.ref
        except SchemaError:
            return None
    target = getattr(getattr(given, "ref", None), "table", None) or getattr(given, "target", None)
    return target if isinstance(target, TableRef) else None
