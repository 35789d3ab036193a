"""ON CONFLICT: what an INSERT does with a row that a unique index has already."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from pypika.terms import Term

from ferra_sync._compiler.checks import check_plain
from ferra_sync._compiler.definition import definition
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.shapes import ConflictShape
from ferra_sync._compiler.terms import Raw, Template
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync.errors import QueryError


def conflict_term(shape: ConflictShape, lowering: Lowering) -> Term:
    """Return what stands behind ON CONFLICT."""
    target = Raw(_target(shape))
    if not shape.excluded and not shape.assignments:
        return Template("{}DO NOTHING", target)
    check_plain((*(value for _, value in shape.assignments), *shape.where), "DO UPDATE")
    lowering.excludes = True
    changes = list(_changes(shape, lowering))
    where = [lowering.conjunction(shape.where)] if shape.where else []
    lowering.excludes = False
    listed = ", ".join(["{}"] * len(changes))
    return Template(f"{{}}DO UPDATE SET {listed}{' WHERE {}' if where else ''}", target, *changes, *where)


def _changes(shape: ConflictShape, lowering: Lowering) -> Iterator[Term]:
    for column in shape.excluded:
        yield Raw(f"{quoted(column.name)}=EXCLUDED.{quoted(column.name)}")
    for column, value in shape.assignments:
        yield Template("{}={}", Raw(quoted(column.name)), lowering.term(value))


def _target(shape: ConflictShape) -> str:
    if shape.constraint is not None:
        return f"ON CONSTRAINT {quoted(shape.constraint)} "
    if not shape.target:
        return ""
    where = "" if shape.predicate is None else f"WHERE {_as_declared(shape.predicate)} "
    return f"({', '.join(map(_key, shape.target))}) {where}"


def _key(shape: Hashable) -> str:
    return quoted(shape.name) if isinstance(shape, ColumnRef) else f"({_as_declared(shape)})"


def _as_declared(shape: Hashable) -> str:
    """Return the text of an expression as the index has it, its columns without their table."""
    return definition(shape, _no_literal, lambda sql_type: sql_type)


def _no_literal(sql_type: SqlType[object]) -> str:
    raise QueryError(f"a conflict target holds no values, and here is one of {sql_type}")
