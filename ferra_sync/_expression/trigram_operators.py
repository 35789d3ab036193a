"""What the operators of the extension `pg_trgm` make of two texts."""

from __future__ import annotations

from ferra_sync._expression.coercion import TEXTS
from ferra_sync._expression.operators import Make, Node, NodeT, parameter
from ferra_sync._expression.shapes import binary
from ferra_sync._expression.sqltypes import BOOLEAN, REAL, TEXT
from ferra_sync.errors import QueryError


def similar(make: Make[NodeT], text: Node, other: object) -> NodeT:
    """Return `text % other`."""
    right = _text("%", text, other)
    return make(binary("%", text.shape, right.shape), text.params + right.params, BOOLEAN)


def distance(make: Make[NodeT], text: Node, other: object) -> NodeT:
    """Return `text <-> other`."""
    right = _text("<->", text, other)
    return make(binary("<->", text.shape, right.shape), text.params + right.params, REAL)


def _text(op: str, text: Node, other: object) -> Node:
    """Return what stands beside `text`; QueryError where one of the two is none."""
    if other is None:
        raise QueryError(f"{text.label} {op} None is always NULL")
    right = other if isinstance(other, Node) else parameter(other, TEXT, f"what {op} compares")
    for each in (text, right):
        if each.type.kind not in TEXTS:
            raise QueryError(f"{op} takes text; {each.label} is {each.type}")
    return right
