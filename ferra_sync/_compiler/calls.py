"""Calls: of functions, of aggregates with what they say of their rows, and of functions over windows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Final, TypeAlias

from pypika.terms import Term

from ferra_sync._compiler.terms import Call, Raw, Template, operator_name
from ferra_sync._expression import shapes
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.shapes import Form, children, has_aggregate, has_window, windowed
from ferra_sync.errors import QueryError

Lower: TypeAlias = Callable[[Iterable[Hashable]], list[Term]]
"""Lowers expressions, in order."""

_OFFSETS: Final = ("preceding", "following")


def call_term(shape: Hashable, lower: Lower) -> Term:
    """Return the term of a call, or what stands in the brackets of OVER.

    Raises:
        QueryError: an aggregate or a function over a window stands where PostgreSQL takes none.
    """
    _check(shape)
    return _term(shape, lower)


def aggregated(shape: Hashable) -> Form:
    """Return what an aggregate takes row by row: its arguments, its order and its filter.

    It is one of the query whose columns these are. Before WITHIN GROUP the arguments are of the whole group.
    """
    match shape:
        case (shapes.FILTER, call, predicate):
            return (*aggregated(call), predicate)
        case (shapes.ORDERED, call, *orders):
            return (*aggregated(call), *orders)
        case (shapes.WITHIN_GROUP, _, order):
            return (order,)
        case _:
            return children(shape)[1:]


def function_of(shape: Hashable) -> FunctionRef:
    """Return the function of a call, whatever it says of its rows."""
    first = children(shape)[0]
    return first if isinstance(first, FunctionRef) else function_of(first)


def _term(shape: Hashable, lower: Lower) -> Term:
    match shape:
        case (shapes.ORDERED, call, *orders):
            return _call(call, lower, orders)
        case (shapes.WITHIN_GROUP, call, order):
            return Template("{} WITHIN GROUP (ORDER BY {})", _term(call, lower), *lower([order]))
        case (shapes.FILTER, call, predicate):
            return Template("{} FILTER (WHERE {})", _term(call, lower), *lower([predicate]))
        case (shapes.OVER, call, rows):
            return Template("{} OVER ({})", _term(call, lower), *lower([rows]))
        case (shapes.WINDOW, partition, orders, *frame):
            return _window(partition, orders, frame, lower)
        case _:
            return _call(shape, lower)


def _call(shape: Hashable, lower: Lower, orders: Iterable[Hashable] = ()) -> Term:
    match shape:
        case (shapes.CALL, FunctionRef(operator=True) as operator, *operands):
            return Template(f"({{}} {operator_name(operator)} {{}})", *lower(operands))
        case (shapes.CALL | shapes.CALL_DISTINCT as form, FunctionRef() as function, *arguments):
            terms = lower(arguments)
            return Call(function, terms, distinct=form == shapes.CALL_DISTINCT, orders=lower(orders))
        case (shapes.COUNT_ROWS, FunctionRef() as function):
            return Call(function, [Raw("*")])
        case _:
            raise QueryError(f"{shape} is no call")


def _window(partition: Hashable, orders: Hashable, frame: list[Hashable], lower: Lower) -> Term:
    parts: list[str] = []
    terms: list[Term] = []
    for words, keys in (("PARTITION BY", children(partition)), ("ORDER BY", children(orders))):
        if keys:
            parts.append(f"{words} {', '.join(['{}'] * len(keys))}")
            terms += lower(keys)
    for each in frame:
        parts.append(_frame(each))
        terms += lower(children(each))
    return Template(" ".join(parts), *terms)


def _frame(shape: Hashable) -> str:
    match shape:
        case (shapes.FRAME, str() as mode, str() as start, str() as end, exclude, *_):
            excluded = "" if exclude is None else f" EXCLUDE {exclude}"
            return f"{mode} BETWEEN {_bound(start)} AND {_bound(end)}{excluded}".upper()
        case _:
            raise QueryError(f"{shape} is no frame")


def _bound(kind: str) -> str:
    return f"{{}} {kind}" if kind in _OFFSETS else kind


def _check(shape: Hashable) -> None:
    match shape:
        case (shapes.OVER, call, rows):
            if has_window(*windowed(call, rows)):
                raise QueryError("a function over a window cannot stand inside another one, nor in a window")
            _check_filter(call)
        case (shapes.WINDOW, *parts):
            if has_window(*parts):
                raise QueryError("a function over a window cannot stand in another window")
        case (shapes.FILTER, call, _):
            _check_filter(shape)
            _check(call)
        case (shapes.ORDERED | shapes.WITHIN_GROUP, call, *orders):
            _check_arguments(call, orders)
        case _:
            _check_arguments(shape, ())


def _check_filter(call: Hashable) -> None:
    match call:
        case (shapes.FILTER, _, predicate) if has_aggregate(predicate):
            raise QueryError("an aggregate cannot stand in FILTER")
        case (shapes.FILTER, _, predicate) if has_window(predicate):
            raise QueryError("a function over a window cannot stand in FILTER, which comes before it")


def _check_arguments(call: Hashable, orders: Iterable[Hashable]) -> None:
    """An aggregate is over rows, and what it takes is known for each of them."""
    function, *arguments = children(call)
    if isinstance(function, FunctionRef) and function.aggregate:
        if has_aggregate(*arguments, *orders):
            raise QueryError(f"an aggregate cannot stand inside {function}")
        if has_window(*arguments, *orders):
            raise QueryError(f"a function over a window cannot stand inside {function}, which comes before it")
