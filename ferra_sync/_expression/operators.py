"""What an operator makes of its operands: each is checked once, here, and their shapes and values are composed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable
from copy import deepcopy
from types import NoneType
from typing import Any, Final, TypeAlias, TypeVar

from ferra_sync._expression import shapes
from ferra_sync._expression.arrays import innermost
from ferra_sync._expression.coercion import TEXTS, all_compared, compared, mismatch
from ferra_sync._expression.described import described
from ferra_sync._expression.identifiers import checked
from ferra_sync._expression.numbers import rounded
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.rows import Rows
from ferra_sync._expression.shapes import binary, operation
from ferra_sync._expression.sqltypes import BOOLEAN, REAL, TEXT, FieldType, SqlType, type_of
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError, SchemaError


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


class Untold(Node):
    """Values whose SQL type is that of what they are compared with."""

    __slots__ = ()

    @abstractmethod
    def beside(self, like: Node) -> Node:
        """Return them as parameters beside `like`; QueryError where they are of another type."""


NodeT = TypeVar("NodeT", bound=Node)
Make: TypeAlias = Callable[[Hashable, tuple[Any, ...], SqlType[Any]], NodeT]
"""The class of the result."""

_EQUALITY: Final = frozenset({"=", "<>"})
_IN: Final = {"= any": "in", "<> all": "not in"}
"""What a list's operator is of a query: PostgreSQL plans NOT IN (SELECT …) well, and not <> ALL (SELECT …)."""


def parameter(value: Any, sql_type: SqlType[Any], of: object) -> Node:  # noqa: ANN401 - checked here
    """Return `value` as a parameter of `sql_type`; None is NULL. What can be changed afterwards is copied.

    Raises:
        QueryError: the value is of another type; `of` says for what it was meant.
    """
    sql_type = sql_type.parameter
    if value is not None and value.__class__ is not sql_type.quick:
        if value.__class__ is not sql_type.exact:
            complaint = sql_type.complaint(value)
            if complaint is not None:
                raise QueryError(f"{of.label if isinstance(of, Node) else of} {complaint}")
        if sql_type.is_mutable:
            value = taken(value, sql_type)
    return Node(sql_type, (value,), sql_type)


def taken(value: Any, sql_type: SqlType[Any]) -> Any:  # noqa: ANN401 - of the type's own classes
    """Return a copy of `value`, which can be changed."""
    element = sql_type.element
    if isinstance(value, bytes):
        return value
    if sql_type.kind is FieldType.BYTEA:
        return bytes(value)
    if element is not None and not element.is_mutable:
        return sql_type.classes[0](value)
    if element is not None and element.kind is FieldType.BYTEA:
        return [None if each is None else bytes(each) for each in value]
    try:
        return deepcopy(value)
    except Exception:  # noqa: BLE001 - a class's own __deepcopy__ may raise anything
        problem = QueryError(f"a {type(value).__name__} cannot be written as {sql_type}")
    raise problem


def beside(like: Node, value: object, sql_type: SqlType[Any]) -> Node:
    """Return `value` as a parameter beside `like`: of a wider type where it is a number that `sql_type` cannot hold.

    Raises:
        QueryError: the value is of another type, or no type holds it.
    """
    if sql_type.rank is None and value.__class__ is not sql_type.classes[0]:
        sql_type, value = compared(sql_type, value)
    node = parameter(value, sql_type, like)
    holds = node.type.holds
    if holds is None or value is None or holds(value):
        return node
    wider = _wider(node.type, (value,))
    if wider is None:
        raise QueryError(f"{like.label} is {like.type}, which has no number this big")
    return Node(wider, node.params, wider)


def _wider(sql_type: SqlType[Any], values: Iterable[Any]) -> SqlType[Any] | None:
    """Return the narrowest type from `sql_type` on that holds the values, or None."""
    wanted: SqlType[Any] | None = sql_type
    while wanted is not None and wanted.holds is not None and not all(map(wanted.holds, values)):
        wanted = wanted.wider
    return wanted


def operand(like: Node, value: object) -> Node:
    """Return `value` as a node: itself where it is one, else a parameter of the type of `like`.

    Raises:
        QueryError: it is of a type that PostgreSQL does not compare with that of `like`.
    """
    if not isinstance(value, Node):
        return beside(like, value, like.type)
    if value.type is not like.type and not like.type.is_comparable_to(value.type):
        if isinstance(value, Untold):
            return value.beside(like)
        raise mismatch(like.label, like.type, value.label, value.type)
    return value


def joined(make: Make[NodeT], op: str, left: Node, value: object, result: SqlType[Any]) -> NodeT:
    """Return `left op value`."""
    right = operand(left, value)
    return make(binary(op, left.shape, right.shape), left.params + right.params, result)


def comparison(make: Make[NodeT], op: str, left: Node, value: object) -> NodeT:
    """Return a comparison; NULL is refused, for it is never true."""
    sql_type = left.type.parameter
    if value.__class__ is sql_type.quick:
        sure = sql_type.sure
        if sure is None or (sure[0] <= value and sure[1] >= value):
            return make(binary(op, left.shape, sql_type), (*left.params, value), BOOLEAN)
    if value is None:
        raise QueryError(f"{left.label} {op} None is never true; use .is_null() or .is_not_null()")
    _check_compared(op, left)
    right = operand(left, value)
    return make(binary(op, left.shape, right.shape), left.params + right.params, BOOLEAN)


def _check_compared(op: str, left: Node) -> None:
    if not left.type.has_order or (left.type.kind is FieldType.HSTORE and op not in _EQUALITY):
        raise unordered(left, op)


def distinction(make: Make[NodeT], op: str, left: Node, value: object) -> NodeT:
    """Return a comparison in which NULL may stand."""
    if not left.type.has_order:
        raise unordered(left, op)
    return joined(make, op, left, value, BOOLEAN)


def between(make: Make[NodeT], left: Node, low: object, high: object) -> NodeT:
    """Return `left BETWEEN low AND high`."""
    if low is None or high is None:
        raise QueryError(f"{left.label} between None is never true")
    _check_compared("between", left)
    first, last = operand(left, low), operand(left, high)
    shape = operation("between", left.shape, first.shape, last.shape)
    return make(shape, left.params + first.params + last.params, BOOLEAN)


def membership(make: Make[NodeT], op: str, left: Node, values: object) -> NodeT:
    """Return `left = ANY(values)` or `left <> ALL(values)`; of a query `left IN (…)` or `left NOT IN (…)`."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Collection):
        if isinstance(values, Rows):
            return _membership_in_rows(make, _IN[op], left, values)
        raise QueryError(f"{left.label}: a collection of values is needed, not {type(values).__name__}")
    check_listed(op, left)
    sql_type, listed = listing(left, list(values))
    return make(binary(op, left.shape, sql_type), (*left.params, listed), BOOLEAN)


def check_listed(op: str, left: Node) -> None:
    """Raise QueryError where `op` cannot look for it in a list, for want of such a list or of `=`."""
    if left.type.kind is FieldType.ARRAY:
        raise QueryError(f"{left.label} is an array; {op} compares single values")
    if not left.type.has_order:
        raise unordered(left, op)


def _membership_in_rows(make: Make[NodeT], op: str, left: Node, rows: Rows[Any, Any, Any]) -> NodeT:
    if not left.type.has_order:
        raise unordered(left, op)
    right = operand(left, Node(*rows.only_column(op)))
    return make(binary(op, left.shape, right.shape), left.params + right.params, BOOLEAN)


def listing(like: Node, values: list[Any], *, nulls: bool = False) -> tuple[SqlType[Any], list[Any]]:
    """Return the array that has room for all of `values`, and these; `nulls` says whether None may be among them.

    Raises:
        QueryError: one of them is of another type than `like`, or no type holds it.
    """
    element = like.type.parameter
    classes = set(map(type, values))
    if classes - {element.exact, NoneType}:
        element, values = all_compared(element, values)
        complaint = element.array.complaint(values)
        if complaint is not None:
            raise QueryError(f"{like.label}: the list {complaint}")
    if NoneType in classes and not nulls:
        raise QueryError(f"{like.label}: None is never in a list; use .is_null()")
    if element.is_mutable:
        return element.array, taken(values, element.array)
    if element.holds is None or (classes == {element.quick} and _are_sure(element, values)):
        return element.array, values
    return _held(like, element, values)


def _are_sure(element: SqlType[Any], values: list[Any]) -> bool:
    """Whether two looks at a list of whole numbers tell that the type holds them all."""
    if element.sure is None:
        return True
    return element.is_whole and bool(element.sure[0] <= min(values) and max(values) <= element.sure[1])


def _held(like: Node, element: SqlType[Any], values: list[Any]) -> tuple[SqlType[Any], list[Any]]:
    wider = _wider(element, [value for value in values if value is not None])
    if wider is None:
        raise QueryError(f"{like.label}: the list holds a number that {like.type} has not")
    if element is REAL and wider is not REAL:
        # Those that a column of four bytes can hold are found as it holds them.
        values = [rounded(value) if _wider(REAL, (value,)) is REAL else value for value in values]
    return wider.array, values


def connective(make: Make[NodeT], op: str, left: Node, right: object) -> NodeT:
    """Return `left AND right` or `left OR right`, as flat as they came."""
    if not isinstance(right, Node):
        raise QueryError(f"{op} takes two predicates, not {type(right).__name__}; bracket them: (a == 1) & (b == 2)")
    require_boolean(left, op)
    require_boolean(right, op)
    return make(shapes.connective(op, left.shape, right.shape), left.params + right.params, BOOLEAN)


def is_predicate(given: object) -> bool:
    """Whether it is a boolean expression."""
    return isinstance(given, Node) and given.type.kind is FieldType.BOOLEAN


def require_boolean(node: Node, op: str) -> None:
    """Raise QueryError where `node` is no predicate."""
    if not is_predicate(node):
        raise QueryError(f"{op} takes predicates; {node.label} is {node.type}")


def unordered(node: Node, op: str) -> QueryError:
    """Return what to raise where `op` compares or sorts a type that PostgreSQL neither compares nor sorts."""
    return QueryError(f"{node.label} is {node.type}, which {op} cannot take: {cure_of_order(node.type)}")


def cure_of_order(sql_type: SqlType[Any]) -> str:
    """Return what to say instead of a type, or of arrays of it, that PostgreSQL neither compares nor sorts."""
    if sql_type.kind is FieldType.ARRAY and sql_type.element is None:
        return "it is selected, and stands in no expression"
    is_custom = innermost(sql_type).kind is FieldType.CUSTOM
    return f"declare {'ordered=True where PostgreSQL compares it' if is_custom else 'jsonb'}, or say .cast(…)"


def cast(make: Make[NodeT], left: Node, to: object) -> NodeT:
    """Return `CAST(left AS to)`."""
    sql_type = type_of(to)
    if sql_type is None:
        raise QueryError(f"cast takes a type such as t.text(), not {described(to)}")
    return make(shapes.cast(left.shape, sql_type), left.params, sql_type)


def matching(make: Make[NodeT], op: str, text: Node, pattern: object) -> NodeT:
    """Return `text LIKE pattern`, or another operator between a text and a pattern."""
    if text.type.kind not in TEXTS:
        raise QueryError(f"{op} takes text; {text.label} is {text.type}")
    if not isinstance(pattern, str):
        raise QueryError(f"{op} takes a string, not {type(pattern).__name__}")
    return make(binary(op, text.shape, TEXT), (*text.params, pattern), BOOLEAN)


def collated(make: Make[NodeT], text: Node, collation: object) -> NodeT:
    """Return `text COLLATE collation`."""
    if text.type.kind not in TEXTS:
        raise QueryError(f"collate takes text; {text.label} is {text.type}")
    try:
        name = checked(collation, "a collation")
    except SchemaError as error:
        raise QueryError(str(error)) from None
    return make(shapes.collated(text.shape, name), text.params, text.type)


def escaped(part: object) -> str:
    r"""Return `part` with LIKE's three special characters escaped by `\`, PostgreSQL's default."""
    if not isinstance(part, str):
        raise QueryError(f"a part of a text is a string, not {type(part).__name__}")
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
