"""What an operator makes of its operands: each is checked once, here, and their shapes and values are composed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import Any, Final, TypeAlias, TypeVar

from ferra_sync._shapes import ColumnRef
from ferra_sync._sqltypes import BOOLEAN, DOUBLE_PRECISION, INTERVAL, REAL, TEXT, FieldType, SqlType
from ferra_sync._values import Value
from ferra_sync.errors import QueryError


class Node(Value):
    """An expression without its Python types: a frozen value.

    Attributes:
        shape: the expression without its values, hashable.
        params: the values, in the order in which the shape names their places.
        type: its SQL type.
    """

    __slots__ = ("params", "shape", "type")

    shape: Hashable
    params: tuple[Any, ...]
    type: SqlType[Any]

    def __init__(self, shape: Hashable, params: tuple[Any, ...], type: SqlType[Any]) -> None:
        self.shape = shape
        self.params = params
        self.type = type

    @property
    def label(self) -> str:
        """How messages call it."""
        return repr(self.shape) if isinstance(self.shape, ColumnRef) else "the expression"


N = TypeVar("N", bound=Node)
Make: TypeAlias = Callable[[Hashable, tuple[Any, ...], SqlType[Any]], N]
"""The class of the result."""


def parameter(value: object, sql_type: SqlType[Any], of: object) -> Node:
    """Return `value` as a parameter of `sql_type`; None is NULL.

    Raises:
        QueryError: the value is of another type; `of` says for what it was meant.
    """
    place = sql_type.parameter
    if value is not None and value.__class__ is not place.exact:
        complaint = place.complaint(value)
        if complaint is not None:
            raise QueryError(f"{of.label if isinstance(of, Node) else of} {complaint}")
    return Node(place, (value,), place)


def operand(like: Node, value: object) -> Node:
    """Return `value` as a node: itself where it is one, else a parameter of the type of `like`.

    Raises:
        QueryError: it is of a type that PostgreSQL does not compare with that of `like`.
    """
    if not isinstance(value, Node):
        return parameter(value, like.type, like)
    if value.type is not like.type and not like.type.is_comparable_to(value.type):
        raise QueryError(f"{like.label} is {like.type}; {value.label} is {value.type}")
    return value


def joined(make: Make[N], op: str, left: Node, value: object, result: SqlType[Any]) -> N:
    """Return `left op value`."""
    right = operand(left, value)
    return make((op, left.shape, right.shape), left.params + right.params, result)


def comparison(make: Make[N], op: str, left: Node, value: object) -> N:
    """Return a comparison; NULL is refused, for it is never true."""
    place = left.type.parameter
    if value.__class__ is place.exact:
        return make((op, left.shape, place), (*left.params, value), BOOLEAN)
    if value is None:
        raise QueryError(f"{left.label} {op} None is never true; use .is_null() or .is_not_null()")
    return joined(make, op, left, value, BOOLEAN)


def between(make: Make[N], left: Node, low: object, high: object) -> N:
    """Return `left BETWEEN low AND high`."""
    if low is None or high is None:
        raise QueryError(f"{left.label} between None is never true")
    first, last = operand(left, low), operand(left, high)
    return make(("between", left.shape, first.shape, last.shape), left.params + first.params + last.params, BOOLEAN)


def membership(make: Make[N], op: str, left: Node, values: object) -> N:
    """Return `left = ANY(values)` or `left <> ALL(values)`."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Collection):
        raise QueryError(f"{left.label}: a collection of values is needed, not {type(values).__name__}")
    if left.type.kind is FieldType.ARRAY:
        raise QueryError(f"{left.label} is an array; {op} compares single values")
    listed: list[Any] = list(values)
    place = left.type.parameter.array
    complaint = place.complaint(listed)
    if complaint is not None:
        raise QueryError(f"{left.label}: the list {complaint}")
    if None in set(map(_class_or_none, listed)):
        raise QueryError(f"{left.label}: None is never in a list; use .is_null()")
    return make((op, left.shape, place), (*left.params, listed), BOOLEAN)


def _class_or_none(value: object) -> type | None:
    return None if value is None else type(value)


def connective(make: Make[N], op: str, left: Node, right: object) -> N:
    """Return `left AND right` or `left OR right`, as flat as they came."""
    if not isinstance(right, Node):
        raise QueryError(f"{op} takes two predicates, not {type(right).__name__}; bracket them: (a == 1) & (b == 2)")
    require_boolean(left, op)
    require_boolean(right, op)
    flat = left.shape if isinstance(left.shape, tuple) and left.shape[0] == op else (op, left.shape)
    return make((*flat, right.shape), left.params + right.params, BOOLEAN)


def require_boolean(node: Node, op: str) -> None:
    """Raise QueryError where `node` is no predicate."""
    if node.type.kind is not FieldType.BOOLEAN:
        raise QueryError(f"{op} takes predicates; {node.label} is {node.type}")


def require_number(node: Node, op: str) -> None:
    """Raise QueryError where `node` is no number."""
    if node.type.rank is None:
        raise QueryError(f"{op} takes numbers; {node.label} is {node.type}")


def _require_value(left: Node, op: str, value: object) -> None:
    if value is None:
        raise QueryError(f"{left.label} {op} None is always NULL")


def arithmetic(make: Make[N], op: str, left: Node, value: object) -> N:
    """Return `left op value` of two numbers."""
    _require_value(left, op, value)
    require_number(left, op)
    right = operand(left, value)
    return make((op, left.shape, right.shape), left.params + right.params, _wider(left.type, right.type))


def _wider(left: SqlType[Any], right: SqlType[Any]) -> SqlType[Any]:
    """Return the type of a result; real with any other number is double precision."""
    wider = max(left, right, key=lambda each: each.rank or 0).parameter
    return DOUBLE_PRECISION if wider is REAL and left.parameter is not right.parameter else wider


_MOMENTS: Final = frozenset({FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ})
_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.VARCHAR, FieldType.CHAR})


def addition(make: Make[N], op: str, left: Node, value: object) -> N:
    """Return `left + value` or `left - value`: of numbers, moments and intervals; `+` joins texts and arrays."""
    _require_value(left, op, value)
    kind = left.type.kind
    if op == "+" and kind in _TEXTS:
        return joined(make, "||", left, value, TEXT)
    if op == "+" and kind is FieldType.ARRAY:
        return joined(make, "||", left, value, left.type)
    if kind in _MOMENTS:
        return _moved(make, op, left, value)
    if kind is FieldType.INTERVAL:
        return joined(make, op, left, value, INTERVAL)
    return arithmetic(make, op, left, value)


def _moved(make: Make[N], op: str, left: Node, value: object) -> N:
    """Return a moment and an interval added, or the interval between two moments."""
    right = value if isinstance(value, Node) else parameter(value, INTERVAL, f"{left.label} {op}")
    if right.type.kind is not FieldType.INTERVAL and not (op == "-" and right.type.kind is left.type.kind):
        raise QueryError(f"{left.label} is {left.type}; {op} takes an interval, not {right.type}")
    result = left.type if right.type.kind is FieldType.INTERVAL else INTERVAL
    return make((op, left.shape, right.shape), left.params + right.params, result)


def matching(make: Make[N], op: str, text: Node, pattern: object) -> N:
    """Return `text LIKE pattern` or `text ILIKE pattern`."""
    if text.type.kind not in _TEXTS:
        raise QueryError(f"{op} takes text; {text.label} is {text.type}")
    if not isinstance(pattern, str):
        raise QueryError(f"{op} takes a string, not {type(pattern).__name__}")
    return make((op, text.shape, TEXT), (*text.params, pattern), BOOLEAN)


def escaped(part: object) -> str:
    r"""Return `part` with LIKE's three special characters escaped by `\`, PostgreSQL's default."""
    if not isinstance(part, str):
        raise QueryError(f"a part of a text is a string, not {type(part).__name__}")
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
