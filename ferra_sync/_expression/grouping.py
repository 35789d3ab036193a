"""Grouping sets: several sets of keys in one GROUP BY, and the function that tells of which set a row is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, Final, Generic, Literal, TypeAlias

from ferra_sync._expression import shapes
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.nulls import never
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.row import Row
from ferra_sync._expression.shapes import Form
from ferra_sync._expression.sqltypes import INTEGER
from ferra_sync._expression.typevars import S, S_co
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError

Kind: TypeAlias = Literal["rollup", "cube", "grouping sets"]

Place: TypeAlias = "Callable[[Hashable, tuple[Any, ...]], Hashable]"
"""What a key's shape and values become in a query."""

GROUPING: Final = FunctionRef("grouping", aggregate=True, nulls=never, returns=INTEGER)
MAX_GROUPING: Final = 31
"""So many arguments has GROUPING: the bits of an integer."""

_MAX_CUBE: Final = 12

_Keys: TypeAlias = "Expr[S, Any, Any, Plain] | tuple[Expr[S, Any, Any, Plain], ...] | Row[S, Any, Any, Any, Plain]"
"""One key, or several that come and go together."""


class GroupingSets(Value, Generic[S_co]):
    """Sets of keys. The rows are grouped by each set, and where a set lacks a key, its groups have NULL for it."""

    __slots__ = ("_kind", "_parts")

    _kind: Kind
    _parts: tuple[tuple[AnyExpr, ...] | GroupingSets[Any], ...]

    def __init__(self, kind: Kind, parts: Iterable[object]) -> None:
        self._kind = kind
        self._parts = tuple([_part(kind, each) for each in parts])
        if not self._parts:
            raise QueryError(f"{self} takes at least one key")
        if kind == "cube" and len(self._parts) > _MAX_CUBE:
            raise QueryError(f"cube takes at most {_MAX_CUBE} keys, which are {1 << _MAX_CUBE} sets already")

    def __str__(self) -> str:
        return self._kind.replace(" ", "_")

    def __repr__(self) -> str:
        return f"<GroupingSets {self}>"

    @property
    def keys(self) -> tuple[AnyExpr, ...]:
        """Its keys, as often as they are named."""
        return tuple(key for part in self._parts for key in (part.keys if isinstance(part, GroupingSets) else part))

    @property
    def sets(self) -> int:
        """How many sets there are."""
        match self._kind:
            case "rollup":
                return len(self._parts) + 1
            case "cube":
                return 1 << len(self._parts)
            case _:
                return sum(part.sets if isinstance(part, GroupingSets) else 1 for part in self._parts)

    def shape_with(self, place: Place) -> Form:
        """Return the shape, each key as `place` makes it, asked in order."""
        return shapes.grouping_sets(self._kind, *(_placed(part, place) for part in self._parts))


def _placed(part: tuple[AnyExpr, ...] | GroupingSets[Any], place: Place) -> Form:
    if isinstance(part, GroupingSets):
        return part.shape_with(place)
    return shapes.row(*(place(key.shape, key.params) for key in part))


def _part(kind: Kind, given: object) -> tuple[AnyExpr, ...] | GroupingSets[Any]:
    name = kind.replace(" ", "_")
    if isinstance(given, GroupingSets):
        if kind == "grouping sets":
            return given
        raise QueryError(f"{name} takes keys and tuples of them: say grouping_sets(…) around {given}(…)")
    part: tuple[Any, ...] = given.items if isinstance(given, Row) else given if isinstance(given, tuple) else (given,)
    for each in part:
        if not isinstance(each, Expr):
            raise QueryError(f"{name} takes columns and expressions, and tuples of them, not {described(each)}")
    if not part and kind != "grouping sets":
        raise QueryError(f"the empty set is one of {name}'s already")
    return part


def rollup(*keys: _Keys[S]) -> GroupingSets[S]:
    """`ROLLUP`: groups by all keys, by all but the last, and so on down to one group of all rows.

    Raises:
        QueryError: there is no key, or one is no expression.
    """
    return GroupingSets("rollup", keys)


def cube(*keys: _Keys[S]) -> GroupingSets[S]:
    """`CUBE`: groups by every subset of the keys, of which there are at most 12.

    Raises:
        QueryError: there is no key, or more than 12, or one is no expression.
    """
    return GroupingSets("cube", keys)


def grouping_sets(*sets: _Keys[S] | GroupingSets[S] | tuple[()]) -> GroupingSets[S]:
    """`GROUPING SETS`: groups by each of these, a key, a tuple of keys, or other sets; `()` is one group of all rows.

    Raises:
        QueryError: there is no set, or a key is no expression.
    """
    return GroupingSets("grouping sets", sets)


def grouping_of(keys: Iterable[AnyExpr]) -> AnyExpr:
    """Return `GROUPING(…)` of keys."""
    given = tuple(keys)
    params = tuple([value for key in given for value in key.params])
    return Expr(shapes.call(GROUPING, *(key.shape for key in given)), params, INTEGER)


def keys_of(group_by: Iterable[AnyExpr | GroupingSets[Any]]) -> Iterator[AnyExpr]:
    """Yield the keys of a GROUP BY, those of its grouping sets too."""
    for each in group_by:
        yield from each.keys if isinstance(each, GroupingSets) else (each,)


def placed_key(key: AnyExpr | GroupingSets[Any], place: Place) -> Hashable:
    """Return a key, or sets of keys, as `place` makes each key."""
    return key.shape_with(place) if isinstance(key, GroupingSets) else place(key.shape, key.params)


def telling(group_by: Iterable[AnyExpr | GroupingSets[Any]]) -> Iterator[AnyExpr]:
    """Yield what tells the groups of a GROUP BY apart: its keys, and which of them the set of a group has."""
    for each in group_by:
        if not isinstance(each, GroupingSets):
            yield each
            continue
        yield from each.keys
        for first in range(0, len(each.keys), MAX_GROUPING):
            yield grouping_of(each.keys[first : first + MAX_GROUPING])
