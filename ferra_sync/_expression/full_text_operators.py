"""What the operators of full text search make of vectors and queries."""

from __future__ import annotations

from ferra_sync._expression.operators import Make, Node, NodeT
from ferra_sync._expression.shapes import binary, operation
from ferra_sync._expression.sqltypes import BOOLEAN, TSQUERY, FieldType
from ferra_sync.errors import QueryError


def search(make: Make[NodeT], vector: Node, query: object) -> NodeT:
    """Return `vector @@ query`.

    Raises:
        QueryError: the one is no tsvector, or the other no tsquery.
    """
    if vector.type.kind is not FieldType.TSVECTOR:
        raise QueryError(f"a tsquery is sought in a tsvector; {vector.label} is {vector.type}: say fn.to_tsvector(…)")
    asked = _query("@@", query)
    return make(binary("@@", vector.shape, asked.shape), vector.params + asked.params, BOOLEAN)


def combined(make: Make[NodeT], op: str, query: Node, other: object) -> NodeT:
    """Return `query && other` or `query || other`, both of them queries."""
    asked = _query(op, other)
    return make(binary(op, query.shape, asked.shape), query.params + asked.params, TSQUERY)


def negated(make: Make[NodeT], query: Node) -> NodeT:
    """Return `!! query`: what does not answer it."""
    return make(operation("!!", query.shape), query.params, TSQUERY)


def _query(op: str, value: object) -> Node:
    if isinstance(value, Node) and value.type.kind is FieldType.TSQUERY:
        return value
    found = str(value.type) if isinstance(value, Node) else type(value).__name__
    raise QueryError(f"{op} takes a tsquery, not {found}: say fn.websearch_to_tsquery(…)")
