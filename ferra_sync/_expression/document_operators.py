"""What leads into documents and hstore, and what `+` and `-` make of them."""

from __future__ import annotations

from typing import Any, Final

from ferra_sync._expression.container_operators import contained
from ferra_sync._expression.described import described
from ferra_sync._expression.documents import DOCUMENTS, Step, checked_steps, spelled_path
from ferra_sync._expression.hstore import HSTORE
from ferra_sync._expression.operators import Make, Node, NodeT, parameter
from ferra_sync._expression.shapes import binary
from ferra_sync._expression.sqltypes import INTEGER, JSON, JSONB, TEXT, FieldType, SqlType
from ferra_sync.errors import QueryError

_UNTYPED: Final[dict[FieldType, SqlType[Any]]] = {
    FieldType.JSON: JSON,
    FieldType.JSONB: JSONB,
    FieldType.HSTORE: HSTORE,
}
_PLACES: Final = frozenset({FieldType.SMALLINT, FieldType.INTEGER})
_REMOVABLE: Final = {
    FieldType.JSONB: "a key, a list of keys or a place",
    FieldType.HSTORE: "a key, a list of keys or an hstore",
}


def reached(make: Make[NodeT], left: Node, steps: object) -> NodeT:
    """Return `left -> key -> place …`, a document.

    Raises:
        QueryError: `left` is no document, there is no step, or one is neither a key nor a place.
    """
    around, last = _before("get", left, steps)
    return _step(make, "->", around, last, around.type)


def reached_text(make: Make[NodeT], left: Node, steps: object) -> NodeT:
    """Return `left -> key … ->> key`, or the value of an hstore's key, as text.

    Raises:
        QueryError: as `reached` does; an hstore has several steps.
    """
    if left.type.kind is FieldType.HSTORE:
        return _value(make, left, steps)
    around, last = _before("text", left, steps)
    return _step(make, "->>", around, last, TEXT)


def _before(name: str, left: Node, steps: object) -> tuple[Node, Step]:
    """Return the document to which all steps but the last lead, and that."""
    if left.type.kind not in DOCUMENTS:
        raise QueryError(f"{name} takes documents; {left.label} is {left.type}")
    *between, last = checked_steps(name, steps)
    untyped = _UNTYPED[left.type.kind]
    around = Node(left.shape, left.params, untyped)
    for step in between:
        around = _step(Node, "->", around, step, untyped)
    return around, last


def _step(make: Make[NodeT], op: str, left: Node, step: Step, result: SqlType[Any]) -> NodeT:
    place = TEXT if isinstance(step, str) else INTEGER
    return make(binary(op, left.shape, place), (*left.params, step), result)


def _value(make: Make[NodeT], left: Node, steps: object) -> NodeT:
    (key, *more) = checked_steps("text", steps)
    if more or not isinstance(key, str):
        raise QueryError(f"{left.label} is hstore, whose values are found by one key")
    return _step(make, "->", left, key, TEXT)


def without(make: Make[NodeT], left: Node, steps: object) -> NodeT:
    """Return `left #- path`.

    Raises:
        QueryError: `left` is no jsonb, there is no step, or one is neither a key nor a place.
    """
    if left.type.kind is not FieldType.JSONB:
        raise QueryError(f"without takes jsonb; {left.label} is {left.type}")
    return make(binary("#-", left.shape, TEXT.array), (*left.params, spelled_path("without", steps)), JSONB)


def changed(make: Make[NodeT], op: str, left: Node, value: object) -> NodeT:
    """Return `left || value` for `+`, or `left - value`.

    Raises:
        QueryError: PostgreSQL has no such operator for the two.
    """
    if op not in {"+", "-"}:
        raise QueryError(f"{op} takes numbers; {left.label} is {left.type}")
    result = _UNTYPED[left.type.kind]
    right = contained(left, value) if op == "+" else _removable(left, value)
    sign = "||" if op == "+" else "-"
    return make(binary(sign, left.shape, right.shape), left.params + right.params, result)


def _removable(left: Node, value: object) -> Node:
    """Return what may be taken away: a key, keys, a place of a document, an hstore of an hstore."""
    is_hstore = left.type.kind is FieldType.HSTORE
    if isinstance(value, Node):
        given = value.type
        is_kept = given.kind is FieldType.HSTORE if is_hstore else given.kind in _PLACES
        if is_kept or TEXT.is_comparable_to(given) or given.cast == TEXT.array.cast:
            return value
        raise _not_removable(left, str(given))
    if isinstance(value, str):
        return parameter(value, TEXT, left)
    if isinstance(value, (list, tuple)):
        return parameter(list(value), TEXT.array, f"a key of {left.label}")
    if is_hstore and isinstance(value, dict):
        return parameter(value, HSTORE, left)
    if not is_hstore and isinstance(value, int) and not isinstance(value, bool):
        return parameter(value, INTEGER, left)
    raise _not_removable(left, described(value))


def _not_removable(left: Node, given: str) -> QueryError:
    return QueryError(f"{left.label} is {left.type}, of which - takes {_REMOVABLE[left.type.kind]}, not {given}")
