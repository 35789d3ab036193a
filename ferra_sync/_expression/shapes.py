"""Shapes: what a query says, without any value.

A shape is a leaf, or a nested tuple that begins with the name of its form. A `SqlType` is the place of a parameter; the
values travel beside the shape, in the order in which `leaves` meets their places. Equal shapes are the same SQL. The
other leaves are compared by identity. Nothing but the functions below builds a shape.

    ColumnRef, SqlType, FunctionRef, TableRef   the leaves
    (operator, operand, …)                      `operation`, `binary`, `connective`: one of `nullability.RULES`
    ("row", operand, …)                         `row`: several expressions compared, or grouped by, as one
    ("grouping sets", kind, part, …)            `grouping_sets`: rows of keys, or further sets
    ("call", function, argument, …)             `call`
    ("call distinct", function, argument)       `call`: of each value once
    ("count rows", function)                    `count_rows`: `count(*)`
    ("case", predicate, value, …, otherwise)    `case`: of an even number of parts, there is no `otherwise`
    ("ordered", call, order, …)                 `ordered`: an aggregate that takes its rows in this order
    ("within group", call, order)               `within_group`: an aggregate of sorted values
    ("filter", call, predicate)                 `filtered`: an aggregate of the rows for which the predicate holds
    ("over", call, window)                      `over`: a function over the rows of a window
    ("window", keys, keys, frame)               `window`: what it is divided by and sorted by; the frame may be absent
    ("keys", operand, …)                        `keys`
    ("frame", mode, start, end, exclude, …)     `frame`: the types of the offsets come last
    ("cast", operand, SqlType)                  `cast`: here the type is no parameter
    ("collate", operand, name)                  `collated`
    ("stamp", column, given, stamp)             `stamp`: the stamp, or what is given where the column has another value
    ("stamp json", column, given, stamp)        `stamp`, of a column of json
    ("is row", table)                           `is_row`: whether an outer join has found a row
    ("excluded", column)                        `excluded`: what an INSERT that met a conflict was to write
    ("default",)                                `DEFAULT`: what the server puts in
    ("value",)                                  `VALUE`: in a domain's check, what it checks
    ("shared", number)                          `shared`: an expression that the statement has once
    ("asc", operand, nulls)                     `order`; `nulls` is None, "first" or "last"
    ("desc", operand, nulls)                    `order`
    ("model", class, table)                     `model`: all its columns, of its table or of an alias of that
    ("maybe", model)                            `maybe`: the same, of the nullable side of an outer join
    ("tuple", types, shape, …)                  `several`: what is selected together
    ("result", name)                            `result`: a column of a statement that was written by hand
    ("place", number)                           `place`: a column of the result, from 1
    ("subquery", statement)                     `subquery`: the rows of a query inside another
    ("multiset", subquery)                      `multiset`: all of them as one item of a select list
    ("any", subquery)                           `quantified`: right of a comparison, one of the rows
    ("all", subquery)                           `quantified`: each of them
    ("any of", array)                           `quantified_array`: right of a comparison, one of the elements
    ("all of", array)                           `quantified_array`: each of them

Whole statements are named tuples of shapes. Two named tuples of equal fields are equal, whatever their classes, so the
cache of statements asks for the class too, and a field never holds two as long that begin alike, nor true beside 1.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, Literal, Protocol, TypeAlias, TypeVar

from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.sqltypes import SqlType

Item: TypeAlias = tuple[Hashable, SqlType[Any]]
"""The shape of a selected expression, and its type."""

Items: TypeAlias = tuple[Item, ...]

Form: TypeAlias = tuple[Hashable, ...]
"""A shape that is no leaf."""

AND: Final = "and"
OR: Final = "or"
ROW: Final = "row"
GROUPING_SETS: Final = "grouping sets"
CALL: Final = "call"
CALL_DISTINCT: Final = "call distinct"
COUNT_ROWS: Final = "count rows"
CASE: Final = "case"
ORDERED: Final = "ordered"
WITHIN_GROUP: Final = "within group"
FILTER: Final = "filter"
OVER: Final = "over"
WINDOW: Final = "window"
KEYS: Final = "keys"
FRAME: Final = "frame"
CAST: Final = "cast"
COLLATE: Final = "collate"
STAMP: Final = "stamp"
STAMP_JSON: Final = "stamp json"
IS_ROW: Final = "is row"
EXCLUDED: Final = "excluded"
SHARED: Final = "shared"
ASC: Final = "asc"
DESC: Final = "desc"
MODEL: Final = "model"
MAYBE: Final = "maybe"
TUPLE: Final = "tuple"
RESULT: Final = "result"
PLACE: Final = "place"
SUBQUERY: Final = "subquery"
MULTISET: Final = "multiset"
ANY: Final = "any"
ALL: Final = "all"
ANY_OF: Final = "any of"
ALL_OF: Final = "all of"

DEFAULT: Final[Form] = ("default",)
"""Where a value would stand: what the server puts in."""

VALUE: Final[Form] = ("value",)
"""In a domain's check, the value that it checks."""

PartT = TypeVar("PartT")

Nulls: TypeAlias = Literal["first", "last"]

Mode: TypeAlias = Literal["rows", "range", "groups"]

BoundKind: TypeAlias = Literal["unbounded preceding", "preceding", "current row", "following", "unbounded following"]

Exclusion: TypeAlias = Literal["current row", "group", "ties", "no others"]


class InnerStatement(Protocol):
    """A statement that stands inside an expression: a named tuple.

    `outer` are the tables of the query around it that it names; `expressions` returns what it is made of, in the order
    of its parameters.
    """

    @property
    def outer(self) -> tuple[TableRef, ...]: ...

    def expressions(self) -> Form: ...

    def __hash__(self) -> int: ...


def operation(operator: str, *operands: Hashable) -> Form:
    """Return an operator over its operands."""
    return (operator, *operands)


def binary(operator: str, left: Hashable, right: Hashable) -> Form:
    """Return an operator between two operands."""
    return (operator, left, right)


def connective(operator: str, left: Hashable, right: Hashable) -> Form:
    """Return `left AND right` or `left OR right`, as flat as they came."""
    flat = left if isinstance(left, tuple) and left[0] == operator else (operator, left)
    return (*flat, right)


def row(*operands: Hashable) -> Form:
    """Return several expressions that are compared, or grouped by, as one."""
    return (ROW, *operands)


def grouping_sets(kind: Literal["rollup", "cube", "grouping sets"], *parts: Form) -> Form:
    """Return sets of keys: each part a row of keys, or further sets."""
    return (GROUPING_SETS, kind, *parts)


def call(function: FunctionRef, *arguments: Hashable, distinct: bool = False) -> Form:
    """Return a function of its arguments; `distinct`: of each value once."""
    return (CALL_DISTINCT if distinct else CALL, function, *arguments)


def count_rows(function: FunctionRef) -> Form:
    """Return the count of all rows."""
    return (COUNT_ROWS, function)


def case(branches: Iterable[tuple[Hashable, Hashable]], *otherwise: Hashable) -> Form:
    """Return the value of the first branch whose predicate is true, else `otherwise`, where there is one, or NULL."""
    return (CASE, *chain.from_iterable(branches), *otherwise)


def case_values(parts: Sequence[PartT]) -> Sequence[PartT]:
    """Return of what stands for the parts of a case that which stands for its values."""
    return (*parts[1::2], *parts[len(parts) // 2 * 2 :])


def ordered(aggregate: Hashable, *orders: Hashable) -> Form:
    """Return an aggregate that takes its rows in an order."""
    return (ORDERED, aggregate, *orders)


def within_group(aggregate: Hashable, sorted_by: Hashable) -> Form:
    """Return an aggregate of sorted values."""
    return (WITHIN_GROUP, aggregate, sorted_by)


def filtered(aggregate: Hashable, predicate: Hashable) -> Form:
    """Return an aggregate of the rows for which `predicate` holds, beside those that hold already."""
    match aggregate:
        case (str() as form, call, before) if form == FILTER:
            return (FILTER, call, connective(AND, before, predicate))
        case _:
            return (FILTER, aggregate, predicate)


def over(function: Hashable, rows: Hashable) -> Form:
    """Return a function over the rows of a window."""
    return (OVER, function, rows)


def window(partition: Form, orders: Form, frame: Form | None) -> Form:
    """Return the rows that a function sees: those of equal keys, sorted, and of these a frame."""
    return (WINDOW, partition, orders) if frame is None else (WINDOW, partition, orders, frame)


def keys(*operands: Hashable) -> Form:
    """Return what a window is divided by, or sorted by."""
    return (KEYS, *operands)


def frame(mode: Mode, start: BoundKind, end: BoundKind, exclude: Exclusion | None, *offsets: SqlType[Any]) -> Form:
    """Return from where to where a window reaches, around each row."""
    return (FRAME, mode, start, end, exclude, *offsets)


def cast(operand: Hashable, to: SqlType[Any]) -> Form:
    """Return an expression as a value of another type."""
    return (CAST, operand, to)


def collated(operand: Hashable, collation: str) -> Form:
    """Return a text that is compared and sorted by a collation."""
    return (COLLATE, operand, collation)


def stamp(column: ColumnRef, given: Hashable, stamped: Hashable, *, is_json: bool) -> Form:
    """Return what an on_update column is set to where it is given a value: the stamp, unless that is another value."""
    return (STAMP_JSON if is_json else STAMP, column, given, stamped)


def is_row(table: TableRef) -> Form:
    """Return whether there is a row of `table`, on the nullable side of an outer join."""
    return (IS_ROW, table)


def excluded(column: ColumnRef) -> Form:
    """Return what an INSERT that met a conflict was to write."""
    return (EXCLUDED, column)


def shared(number: int) -> Form:
    """Return the expression that a statement shares under this number, from 0."""
    return (SHARED, number)


def order(direction: Literal["asc", "desc"], operand: Hashable, nulls: Nulls | None) -> Form:
    """Return an expression with its direction."""
    return (direction, operand, nulls)


def model(cls: type, table: TableRef) -> Form:
    """Return all columns of a model, read from its table or from an alias of it."""
    return (MODEL, cls, table)


def maybe(shape: Hashable) -> Hashable:
    """Return what the nullable side of an outer join has of `shape`: a model or None, an expression as it is."""
    is_model = isinstance(shape, tuple) and shape[0] == MODEL
    return (MAYBE, shape) if is_model else shape


def several(items: Items) -> Form:
    """Return what is selected together, as one item."""
    return (TUPLE, tuple(sql_type for _, sql_type in items), *(shape for shape, _ in items))


def result(name: str) -> Form:
    """Return a column of a statement that was written by hand."""
    return (RESULT, name)


def place(number: int) -> Form:
    """Return the column of the result that is the first, the second, …: what ORDER BY of a set operation takes."""
    return (PLACE, number)


def subquery(statement: InnerStatement) -> Form:
    """Return the rows of a query inside another."""
    return (SUBQUERY, statement)


def multiset(rows: Hashable) -> Form:
    """Return all rows of a subquery, as one item of a select list."""
    return (MULTISET, rows)


def quantified(quantifier: Literal["any", "all"], rows: Hashable) -> Form:
    """Return one of a subquery's rows, or each of them, beside which a comparison puts what it compares."""
    return (quantifier, rows)


def quantified_array(quantifier: Literal["any", "all"], array: Hashable) -> Form:
    """Return one of an array's elements, or each of them, beside which a comparison puts what it compares."""
    return (ANY_OF if quantifier == "any" else ALL_OF, array)


_CHILDREN: Final = {
    CAST: (1, 2),
    COLLATE: (1, 2),
    ASC: (1, 2),
    DESC: (1, 2),
    TUPLE: (2, None),
    GROUPING_SETS: (2, None),
    SHARED: (1, 1),
    RESULT: (1, 1),
    PLACE: (1, 1),
    SUBQUERY: (1, 1),
    FRAME: (5, None),
}
"""From where to where a form has its parts, where these are not all that follows its name.

What a subquery has inside is its own affair: no aggregate of it, nor what it shares, is one of the query around it.
"""


def children(shape: Hashable) -> Form:
    """Return the parts of a form that are shapes, in order; a leaf has none."""
    if not isinstance(shape, tuple):
        return ()
    first, last = _CHILDREN.get(shape[0], (1, None))
    return shape[first:last]


def rebuilt(shape: Hashable, change: Callable[[Hashable], Hashable]) -> Hashable:
    """Return a form with each of its children as `change` makes it, asked in order; a leaf as it is."""
    if not isinstance(shape, tuple):
        return shape
    first, last = _CHILDREN.get(shape[0], (1, None))
    return (*shape[:first], *map(change, shape[first:last]), *(() if last is None else shape[last:]))


def leaves(*shapes: Hashable) -> Iterator[Hashable]:
    """Yield the leaves of shapes, left to right, those inside subqueries too."""
    for leaf in _own_leaves(shapes):
        if isinstance(leaf, tuple):
            yield from leaves(*leaf[1].expressions())
        else:
            yield leaf


def columns_of(*shapes: Hashable) -> Iterator[ColumnRef]:
    """Yield the columns that shapes need of the query that they stand in: of a subquery those that it correlates."""
    for leaf in _own_leaves(shapes):
        if isinstance(leaf, tuple):
            outer = leaf[1].outer
            yield from (column for column in columns_of(*leaf[1].expressions()) if column.table in outer)
        elif isinstance(leaf, ColumnRef):
            yield leaf


def has_aggregate(*shapes: Hashable) -> bool:
    """Whether a function over many rows of this query is called in `shapes`; over a window it makes no row of them."""
    waiting = list(shapes)
    while waiting:
        match waiting.pop():
            case FunctionRef(aggregate=True):
                return True
            case (str() as form, call, rows) if form == OVER:
                waiting.extend(windowed(call, rows))
            case shape:
                waiting.extend(children(shape))
    return False


def has_window(*shapes: Hashable) -> bool:
    """Whether a function over a window is called anywhere in `shapes`."""
    waiting = list(shapes)
    while waiting:
        shape = waiting.pop()
        if isinstance(shape, tuple) and shape[0] == OVER:
            return True
        waiting.extend(children(shape))
    return False


def windowed(call: Hashable, rows: Hashable) -> Form:
    """Return what a function over a window is made of, beside the function itself."""
    match call:
        case (str() as form, function, predicate) if form == FILTER:
            return (*children(function)[1:], predicate, rows)
        case _:
            return (*children(call)[1:], rows)


def subqueries(*shapes: Hashable) -> Iterator[InnerStatement]:
    """Yield the queries that stand in `shapes`, but none that stand in these."""
    return (leaf[1] for leaf in _own_leaves(shapes) if isinstance(leaf, tuple))


def _own_leaves(shapes: Sequence[Hashable]) -> Iterator[Any]:
    """Yield the leaves of shapes, left to right, a subquery as one of them."""
    waiting = list(reversed(shapes))
    while waiting:
        shape = waiting.pop()
        if isinstance(shape, tuple) and shape[0] != SUBQUERY:
            waiting.extend(reversed(children(shape)))
        else:
            yield shape
