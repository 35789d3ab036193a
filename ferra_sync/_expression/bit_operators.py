"""What `& | ^ ~ << >>` make of the bits of whole numbers."""

from __future__ import annotations

from typing import Final

from ferra_sync._expression.coercion import common
from ferra_sync._expression.operators import Make, Node, NodeT, beside
from ferra_sync._expression.shapes import binary, operation
from ferra_sync._expression.sqltypes import INTEGER, FieldType
from ferra_sync.errors import QueryError

_COUNTS: Final = frozenset({FieldType.SMALLINT, FieldType.INTEGER})
_WHOLE: Final = _COUNTS | {FieldType.BIGINT}


def combined(make: Make[NodeT], op: str, left: Node, value: object) -> NodeT:
    """Return `left op value`, of the wider of their two types.

    Raises:
        QueryError: one of them is no smallint, integer or bigint.
    """
    _require_whole(op, left)
    right = _right(op, left, value)
    _require_whole(op, right)
    return make(binary(op, left.shape, right.shape), left.params + right.params, common(left.type, right.type))


def shifted(make: Make[NodeT], op: str, left: Node, places: object) -> NodeT:
    """Return `left op places`, of the type of `left`; PostgreSQL counts places in an integer.

    Raises:
        QueryError: `left` is no smallint, integer or bigint, or `places` no smallint or integer.
    """
    _require_whole(op, left)
    count = places if isinstance(places, Node) else _right(op, Node(INTEGER, (), INTEGER), places)
    if count.type.kind not in _COUNTS:
        raise QueryError(f"{op} takes a number of places; {count.label} is {count.type}: say .cast(t.integer())")
    return make(binary(op, left.shape, count.shape), left.params + count.params, left.type.parameter)


def inverted(make: Make[NodeT], value: Node) -> NodeT:
    """Return `~ value`."""
    _require_whole("~", value)
    return make(operation("bit not", value.shape), value.params, value.type.parameter)


def _right(op: str, left: Node, value: object) -> Node:
    if value is None:
        raise QueryError(f"{left.label} {op} None is always NULL")
    return value if isinstance(value, Node) else beside(left, value, left.type)


def _require_whole(op: str, node: Node) -> None:
    if node.type.kind not in _WHOLE:
        raise QueryError(f"{op} takes smallint, integer and bigint; {node.label} is {node.type}")
