"""Set operations: from the shape to the statement.

Each query stands in brackets of its own, so that its ORDER BY and LIMIT are its own too; PyPika's set operations have
none around those that are nested.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

import attrs
from pypika.terms import Term

from ferra_sync._compiler.compiled import Compiled, finished
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.select import select_builder, selected_by
from ferra_sync._compiler.shapes import CompoundShape, RowsShape, SelectShape, SetOperator
from ferra_sync._compiler.terms import Template
from ferra_sync._expression import shapes
from ferra_sync._expression.coercion import resolved
from ferra_sync._expression.nulls import Rule
from ferra_sync._expression.shapes import ColumnRef, Item, place
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._model.select_list import Cell, Entry, Instance, SelectList
from ferra_sync.errors import QueryError

_NULLS: Final[dict[SetOperator, Rule]] = {
    "UNION": any,
    "UNION ALL": any,
    "INTERSECT": all,
    "INTERSECT ALL": all,
    "EXCEPT": itemgetter(0),
    "EXCEPT ALL": itemgetter(0),
}
"""Whether a column may be NULL in each query → whether it may be in the result."""


def compile_compound(shape: CompoundShape) -> Compiled:
    """Return the statement of a set operation; QueryError where it cannot mean anything."""
    lowering, selected = Lowering(()), _selected_by(shape)
    # To cast what psycopg cannot read in binary would make other values equal, and sort them by other rules.
    binary = all(sql_type.binary for _, sql_type in selected.columns)
    return finished(_term(shape, lowering), lowering, selected, binary=binary)


def _term(shape: RowsShape, lowering: Lowering) -> Any:  # noqa: ANN401 - a builder of PyPika's, or a term
    if isinstance(shape, SelectShape):
        return select_builder(shape, lowering, binary=False)
    terms: list[Term] = [_term(part, lowering) for part in shape.parts]
    text = f" {shape.operator} ".join(["({})"] * len(terms))
    if shape.order_by:
        text += f" ORDER BY {', '.join(['{}'] * len(shape.order_by))}"
        terms += lowering.terms(shape.order_by)
    for clause, rows in (("LIMIT", shape.limit), ("OFFSET", shape.offset)):
        if rows is not None:
            text += f" {clause} {{}}"
            terms.append(lowering.term(rows))
    return Template(text, *terms)


def _selected_by(shape: RowsShape) -> SelectList:
    """Return what a query selects; of a set operation, as its queries have it together.

    Raises:
        QueryError: they select rows of several kinds, or lock theirs.
    """
    if isinstance(shape, SelectShape):
        return selected_by(shape)
    operator, lists = shape.operator, [_selected_by(part) for part in shape.parts]
    for part in shape.parts:
        if isinstance(part, SelectShape) and part.lock is not None:
            raise QueryError(f"{part.lock} cannot lock rows of a set operation: {operator} makes them")
    if len({len(each.entries) for each in lists}) > 1:
        numbers = " and ".join(str(len(each.entries)) for each in lists)
        raise QueryError(f"{operator} takes queries of as many items each; these have {numbers}")
    by_place = list(zip(*(each.entries for each in lists), strict=True))
    for entries in by_place:
        _check_kind(operator, entries)
    columns = tuple(
        (place(number), _common_type(operator, items))
        for number, items in enumerate(zip(*(each.columns for each in lists), strict=True), start=1)
    )
    joined = [_joined(_NULLS[operator], entries, columns) for entries in by_place]
    return SelectList(lists[0].items, columns, tuple(joined))


def _check_kind(operator: SetOperator, entries: Iterable[Entry]) -> None:
    """Raise QueryError where a place has a model in one query, and something else in another."""
    kinds = list(dict.fromkeys(map(_kind, entries)))
    if len(kinds) > 1:
        raise QueryError(f"{operator} takes rows of the same items, not {' beside '.join(kinds)}")


def _kind(entry: Entry) -> str:
    if not isinstance(entry, Instance):
        return "a column"
    name = entry.model.__name__
    return name if entry.witness is None else f"maybe({name})"


def _common_type(operator: SetOperator, items: Sequence[Item]) -> SqlType[Any]:
    first, *others = items
    (_, found) = first
    for other in others:
        common = resolved(found, other[1])
        if common is None:
            raise QueryError(
                f"{operator} takes rows of the same types: {_label(first)} is {first[1]}; "
                f"{_label(other)} is {other[1]}: say .cast(…)"
            )
        found = common
    if operator != "UNION ALL" and not found.has_order:
        raise QueryError(f"{_label(first)} is {found}, which {operator} cannot compare: declare jsonb, or say .cast(…)")
    return found.parameter


def _label(item: Item) -> str:
    match item:
        case (ColumnRef() as ref, _):
            return repr(ref)
        case ((shapes.PLACE, int() as number), _):
            return f"column {number}"
        case _:
            return "the expression"


def _joined(rule: Rule, entries: Sequence[Entry], columns: Sequence[Item]) -> Entry:
    """Return an item as the queries have it together: a model is the same in all of them."""
    first = entries[0]
    if not isinstance(first, Cell):
        return first
    nullable = rule([isinstance(each, Cell) and each.nullable for each in entries])
    return attrs.evolve(first, type=columns[first.position][1], nullable=nullable)
