"""What the rows of a query hold: of a SELECT its select list, of a set operation what its queries have together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, Final

import attrs

from ferra_sync._compiler.checks import written_out
from ferra_sync._compiler.grouping import in_some_sets
from ferra_sync._compiler.nullable_side import nullable_side
from ferra_sync._compiler.old_new import lacking
from ferra_sync._compiler.shapes import CompoundShape, RowsShape, SelectShape, SetOperator, WriteShape
from ferra_sync._expression import shapes
from ferra_sync._expression.coercion import resolved
from ferra_sync._expression.nullability import may_be_null
from ferra_sync._expression.nulls import Rule
from ferra_sync._expression.operators import cure_of_order
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import Item, place
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._model.select_list import Cell, Entry, Instance, SelectList, nested_in, select_list
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


def selected_by(shape: RowsShape | WriteShape) -> SelectList:
    """Return what a query selects, or a write returns; of a set operation, as its queries have it together.

    Raises:
        QueryError: the queries of a set operation select rows of several kinds, or lock theirs.
    """
    match shape:
        case SelectShape():
            return select_list(shape.items, _missing(shape))
        case CompoundShape():
            return _selected_together(shape)
        case write:
            return select_list(write.returning, lacking(write))


def _missing(shape: SelectShape) -> frozenset[Hashable]:
    """Return the tables of which a row may lack theirs, and the keys that a grouping set lacks."""
    lacked = in_some_sets(shape.group_by)
    return nullable_side(shape.table, shape.joins) | lacked | frozenset(written_out(lacked, shape))


@lru_cache(maxsize=1024)
def nullable_columns(shape: RowsShape | WriteShape, *, has_null: bool) -> tuple[bool, ...]:
    """Return of each column of a query whether it may be NULL; `has_null`: whether one of its values is None."""
    match shape:
        case CompoundShape():
            parts = [nullable_columns(part, has_null=has_null) for part in shape.parts]
            return tuple(map(_NULLS[shape.operator], zip(*parts, strict=True)))
        case SelectShape():
            missing = _missing(shape)
            selected = select_list(shape.items, missing)
            columns = written_out((column for column, _ in selected.columns), shape)
        case write:
            missing = lacking(write)
            selected = select_list(write.returning, missing)
            columns = (column for column, _ in selected.columns)
    lost = {each.position for model in _lost(selected.entries) for each in model.entries if isinstance(each, Cell)}
    values = None if has_null else repeat(...)
    return tuple(may_be_null(each, values, missing=missing) or at in lost for at, each in enumerate(columns))


def _lost(entries: Iterable[Entry]) -> Iterator[Instance]:
    """Yield the models of which an outer join may find no row."""
    for entry in entries:
        if isinstance(entry, tuple):
            yield from _lost(entry)
        elif isinstance(entry, Instance) and entry.witness is not None:
            yield entry


@lru_cache(maxsize=1024)
def _selected_together(shape: CompoundShape) -> SelectList:
    operator, lists = shape.operator, [selected_by(part) for part in shape.parts]
    for part in shape.parts:
        if isinstance(part, SelectShape) and part.locks:
            raise QueryError(f"{part.locks[0]} cannot lock rows of a set operation: {operator} makes them")
    if any(map(nested_in, lists)):
        raise QueryError(f"{operator} cannot combine multisets: say .multiset() of what it makes")
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
        raise QueryError(f"{_label(first)} is {found}, which {operator} cannot compare: {cure_of_order(found)}")
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
