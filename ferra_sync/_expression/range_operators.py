"""What the operators of ranges and multiranges make of their operands, of which both have bounds of one type."""

from __future__ import annotations

from typing import Any

from ferra_sync._expression.coercion import is_passable, mismatch
from ferra_sync._expression.operators import Make, Node, NodeT, parameter
from ferra_sync._expression.range_types import RANGES, has_ranges, multirange_type, range_type
from ferra_sync._expression.ranges import AnyRange, is_multirange
from ferra_sync._expression.shapes import binary, cast
from ferra_sync._expression.sqltypes import BOOLEAN, INTEGER, FieldType, SqlType
from ferra_sync.errors import QueryError


def is_ranges(node: Node) -> bool:
    """Whether it is a range or a multirange."""
    return node.type.kind in RANGES


def containment(make: Make[NodeT], ranges: Node, value: object) -> NodeT:
    """Return `ranges @> value`, of ranges or of one value between the bounds.

    Raises:
        QueryError: the value is of another type than the bounds.
    """
    _require_ranges("contains", ranges)
    right = _ranges(ranges, value, _bound(ranges))
    if right is None:
        right = _element("contains", ranges, value)
    return make(binary("@>", ranges.shape, right.shape), ranges.params + right.params, BOOLEAN)


def contained(make: Make[NodeT], inner: Node, value: object) -> NodeT:
    """Return `inner <@ value`: ranges, or one value between the bounds, in ranges.

    Raises:
        QueryError: the bounds are of another type, or PostgreSQL has no ranges of it.
    """
    if is_ranges(inner):
        return between_ranges(make, "<@", inner, value)
    bound = _bound(value) if isinstance(value, Node) and is_ranges(value) else inner.type
    if bound.kind is FieldType.SMALLINT:
        bound = INTEGER
    if not has_ranges(bound):
        raise QueryError(f"{inner.label} is {inner.type}, of which PostgreSQL has no ranges")
    right = _ranges(inner, value, bound)
    if right is None:
        raise _no_ranges("contained_by", value)
    left = _passed(inner, bound, right)
    return make(binary("<@", left.shape, right.shape), left.params + right.params, BOOLEAN)


def between_ranges(make: Make[NodeT], op: str, left: Node, value: object) -> NodeT:
    """Return `left op value`, both of them ranges or multiranges.

    Raises:
        QueryError: one of them is neither, or their bounds are of other types.
    """
    _require_ranges(op, left)
    right = _ranges(left, value, _bound(left))
    if right is None:
        raise _no_ranges(op, value)
    return make(binary(op, left.shape, right.shape), left.params + right.params, BOOLEAN)


def _ranges(like: Node, value: object, bound: SqlType[Any]) -> Node | None:
    """Return ranges as a node, which a value becomes with bounds of this type; None for anything else."""
    if isinstance(value, Node):
        if not is_ranges(value):
            return None
        if _bound(value).kind is not bound.kind:
            raise mismatch(like.label, like.type, value.label, value.type)
        return value
    if isinstance(value, AnyRange):
        return parameter(value, range_type(type(value), bound.kind), like)
    return parameter(value, multirange_type(type(value), bound.kind), like) if is_multirange(value) else None


def _element(name: str, ranges: Node, value: object) -> Node:
    """Return what may stand between the bounds of `ranges`."""
    bound = _bound(ranges)
    if isinstance(value, Node):
        return _passed(value, bound, ranges)
    if value is None:
        raise QueryError(f"{ranges.label} {name} None is always NULL")
    node = parameter(value, bound, f"what {ranges.label} contains")
    if bound.holds is not None and not bound.holds(value):
        raise QueryError(f"{ranges.label} is {ranges.type}, which has no bound this big")
    return node


def _passed(node: Node, bound: SqlType[Any], beside: Node) -> Node:
    """Return `node` as a value of exactly the bounds' type, for the operator casts none."""
    if not is_passable(bound, node.type):
        raise mismatch(node.label, node.type, beside.label, beside.type)
    return node if node.type.kind is bound.kind else Node(cast(node.shape, bound), node.params, bound)


def _bound(node: Node) -> SqlType[Any]:
    return node.type.element or node.type


def _require_ranges(op: str, node: Node) -> None:
    if not is_ranges(node):
        raise QueryError(f"{op} takes ranges; {node.label} is {node.type}")


def _no_ranges(op: str, value: object) -> QueryError:
    found = str(value.type) if isinstance(value, Node) else type(value).__name__
    return QueryError(f"{op} takes a range or a multirange, not {found}")
