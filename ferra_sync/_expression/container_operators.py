"""What `@>`, `<@`, `&&` and `?` make of documents, arrays and hstore."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from ferra_sync._expression import range_operators
from ferra_sync._expression.coercion import TEXTS
from ferra_sync._expression.documents import KEYED
from ferra_sync._expression.operators import Make, Node, NodeT, escaped, matching, operand, parameter, unordered
from ferra_sync._expression.range_operators import is_ranges
from ferra_sync._expression.shapes import binary
from ferra_sync._expression.sqltypes import BOOLEAN, JSONB, TEXT, FieldType
from ferra_sync.errors import QueryError

_CONTAINERS: Final = KEYED | {FieldType.ARRAY}
_NAMES: Final = {"@>": "contains", "<@": "contained_by", "&&": "overlaps"}


def containing(make: Make[NodeT], left: Node, part: object) -> NodeT:
    """Return `left @> part`; of text whether it occurs."""
    if left.type.kind in TEXTS:
        return matching(make, "like", left, f"%{escaped(part)}%")
    if is_ranges(left):
        return range_operators.containment(make, left, part)
    return containment(make, "@>", left, part)


def within(make: Make[NodeT], left: Node, whole: object) -> NodeT:
    """Return `left <@ whole`; of a value that is no container, in ranges."""
    if left.type.kind in _CONTAINERS:
        return containment(make, "<@", left, whole)
    return range_operators.contained(make, left, whole)


def overlapping(make: Make[NodeT], left: Node, other: object) -> NodeT:
    """Return `left && other`, of arrays or of ranges."""
    if is_ranges(left):
        return range_operators.between_ranges(make, "&&", left, other)
    return containment(make, "&&", left, other)


def containment(make: Make[NodeT], op: str, left: Node, value: object) -> NodeT:
    """Return `left @> value`, `left <@ value`, or of two arrays `left && value`.

    Raises:
        QueryError: the two are not alike, or PostgreSQL has no such operator for them.
    """
    name, kind = _NAMES[op], left.type.kind
    if kind not in _CONTAINERS or (op == "&&" and kind is not FieldType.ARRAY):
        raise _not_taken(name, left)
    if value is None:
        raise QueryError(f"{left.label} {name} None is always NULL")
    if not left.type.has_order:
        raise unordered(left, name)
    right = contained(left, value)
    return make(binary(op, left.shape, right.shape), left.params + right.params, BOOLEAN)


def contained(like: Node, value: object) -> Node:
    """Return a value of the same kind as `like`: of a document whatever JSON spells, or its own class."""
    if isinstance(value, Node):
        return operand(like, value)
    is_document = like.type.kind is FieldType.JSONB and value.__class__ is not like.type.structured
    return parameter(value, JSONB if is_document else like.type, like)


def having_key(make: Make[NodeT], left: Node, key: object) -> NodeT:
    """Return `left ? key`."""
    _require_keys("has_key", left)
    right = _given_key("has_key", key)
    return make(binary("?", left.shape, right.shape), left.params + right.params, BOOLEAN)


def having_keys(make: Make[NodeT], op: str, left: Node, keys: object) -> NodeT:
    """Return `left ?| keys` or `left ?& keys`.

    Raises:
        QueryError: the keys are no collection of strings.
    """
    name = "has_any" if op == "?|" else "has_all"
    _require_keys(name, left)
    right = parameter(_listed(name, keys), TEXT.array, f"the keys of {name}")
    return make(binary(op, left.shape, right.shape), left.params + right.params, BOOLEAN)


def _given_key(name: str, key: object) -> Node:
    if key is None:
        raise QueryError(f"{name} takes a key, not None")
    return parameter(key, TEXT, f"the key of {name}")


def _listed(name: str, keys: object) -> list[Any]:
    if isinstance(keys, (str, bytes)) or not isinstance(keys, Collection):
        raise QueryError(f"{name} takes a collection of keys, not {type(keys).__name__}")
    if None in keys:
        raise QueryError(f"{name} takes keys, of which none is None")
    return list(keys)


def _require_keys(name: str, left: Node) -> None:
    if left.type.kind not in KEYED:
        raise _not_taken(name, left)


def _not_taken(name: str, left: Node) -> QueryError:
    if left.type.kind is FieldType.JSON:
        return QueryError(f"{left.label} is json, which {name} cannot take: declare jsonb, or say .cast(t.jsonb())")
    takes = {"contains": "text, documents, arrays, hstore and ranges", "overlaps": "arrays and ranges"}
    return QueryError(f"{name} takes {takes.get(name, 'documents and hstore')}; {left.label} is {left.type}")
