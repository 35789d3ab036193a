"""Windows: the rows beside each row that a function sees, and the functions that see them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Final, Generic, Never, TypeAlias, TypeVar, overload

from ferra_sync._expression import shapes
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.frame import Frame
from ferra_sync._expression.operators import Node, unordered
from ferra_sync._expression.order import Order
from ferra_sync._expression.shapes import Form
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typevars import G2, G3, S2, G, G_co, N_co, S, S_co, V_co
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError

P1 = TypeVar("P1")
P2 = TypeVar("P2")
P3 = TypeVar("P3")
P4 = TypeVar("P4")
O1 = TypeVar("O1")
O2 = TypeVar("O2")
O3 = TypeVar("O3")
O4 = TypeVar("O4")

# Texts, for to evaluate them takes a millisecond of the import.
_Key: TypeAlias = "Expr[S, Any, Any, G]"
_Way: TypeAlias = "Expr[S, Any, Any, G] | Order[S, G]"

# In a tuple each keeps its tables: of several in a sequence mypy knows only what they have in common.
_Keys2: TypeAlias = "tuple[_Key[P1, G], _Key[P2, G]]"
_Keys3: TypeAlias = "tuple[_Key[P1, G], _Key[P2, G], _Key[P3, G]]"
_Keys4: TypeAlias = "tuple[_Key[P1, G], _Key[P2, G], _Key[P3, G], _Key[P4, G]]"
Keys: TypeAlias = "_Key[P1, G] | _Keys2[P1, G, P2] | _Keys3[P1, G, P2, P3] | _Keys4[P1, G, P2, P3, P4]"
"""One expression, or up to four."""

_Orders2: TypeAlias = "tuple[_Way[O1, G], _Way[O2, G]]"
_Orders3: TypeAlias = "tuple[_Way[O1, G], _Way[O2, G], _Way[O3, G]]"
_Orders4: TypeAlias = "tuple[_Way[O1, G], _Way[O2, G], _Way[O3, G], _Way[O4, G]]"
Orders: TypeAlias = "_Way[O1, G] | _Orders2[O1, G, O2] | _Orders3[O1, G, O2, O3] | _Orders4[O1, G, O2, O3, O4]"
"""What rows are sorted by, one or up to four, ascending where an order does not say `.desc()`."""

NO_KEYS: Final = ()
"""No `partition_by`, or no `order_by`."""


class Window(Value, Generic[S_co, G_co]):
    """The rows of equal keys, sorted, and of these a frame; a function sees them around each row."""

    __slots__ = ("params", "shape")

    shape: Form
    params: tuple[Any, ...]

    def __init__(self, partition_by: object, order_by: object, frame: Frame | None) -> None:
        if frame is not None and not isinstance(frame, Frame):
            raise QueryError("frame is rows(…), range_(…) or groups(…)")
        keys, orders = expressions("partition_by", partition_by), sorted_by("order_by", order_by)
        params = values_of(*keys, *orders)
        reach: Form | None = None
        if frame is not None:
            reach, offsets = frame.lowered([each.type for each in orders])
            params += offsets
        self.shape = shapes.window(
            shapes.keys(*(each.shape for each in keys)), shapes.keys(*(each.shape for each in orders)), reach
        )
        self.params = tuple(params)

    def __repr__(self) -> str:
        return f"<Window {self.shape!r}>"


@overload
def window(*, frame: Frame | None = None) -> Window[Never, Never]: ...
@overload
def window(*, partition_by: Keys[P1, G, P2, P3, P4], frame: Frame | None = None) -> Window[P1 | P2 | P3 | P4, G]: ...
@overload
def window(*, order_by: Orders[O1, G, O2, O3, O4], frame: Frame | None = None) -> Window[O1 | O2 | O3 | O4, G]: ...
@overload
def window(
    *, partition_by: Keys[P1, G, P2, P3, P4], order_by: Orders[O1, G2, O2, O3, O4], frame: Frame | None = None
) -> Window[P1 | P2 | P3 | P4 | O1 | O2 | O3 | O4, G | G2]: ...
def window(
    *, partition_by: object = NO_KEYS, order_by: object = NO_KEYS, frame: Frame | None = None
) -> Window[Any, Any]:
    """Describe the rows that a function sees; several items may share it, and are computed together.

    Without `order_by` these are all rows of equal keys; with it, without a frame, those up to the present row.

    Raises:
        QueryError: a key is no expression, or the frame needs another order.
    """
    return Window(partition_by, order_by, frame)


class Windowed(Generic[S_co, V_co, N_co, G_co]):
    """What is called over a window."""

    __slots__ = ()

    @overload
    def over(self, window: Window[S2, G2], /) -> Expr[S_co | S2, V_co, N_co, G_co | G2]: ...
    @overload
    def over(self, /, *, frame: Frame | None = None) -> Expr[S_co, V_co, N_co, G_co]: ...
    @overload
    def over(
        self, /, *, partition_by: Keys[P1, G2, P2, P3, P4], frame: Frame | None = None
    ) -> Expr[S_co | P1 | P2 | P3 | P4, V_co, N_co, G_co | G2]: ...
    @overload
    def over(
        self, /, *, order_by: Orders[O1, G2, O2, O3, O4], frame: Frame | None = None
    ) -> Expr[S_co | O1 | O2 | O3 | O4, V_co, N_co, G_co | G2]: ...
    @overload
    def over(
        self,
        /,
        *,
        partition_by: Keys[P1, G2, P2, P3, P4],
        order_by: Orders[O1, G3, O2, O3, O4],
        frame: Frame | None = None,
    ) -> Expr[S_co | P1 | P2 | P3 | P4 | O1 | O2 | O3 | O4, V_co, N_co, G_co | G2 | G3]: ...
    def over(
        self,
        window: Window[Any, Any] | None = None,
        /,
        *,
        partition_by: Any = NO_KEYS,
        order_by: Any = NO_KEYS,
        frame: Frame | None = None,
    ) -> AnyExpr:
        """The function over a window, beside each row: one that `window(…)` made, or what `window` takes.

        Raises:
            QueryError: it aggregates distinct or sorted values, which PostgreSQL has over no window.
        """
        call = self._windowed_call()
        rows = chosen(window, partition_by, order_by, frame)
        return Expr(shapes.over(call.shape, rows.shape), call.params + rows.params, call.type)

    @abstractmethod
    def _windowed_call(self) -> Node:
        """Return the call; QueryError where PostgreSQL has it over no window."""


class WindowFunction(Value, Windowed[S_co, V_co, N_co, G_co], Generic[S_co, V_co, N_co, G_co]):
    """A function that is called over a window alone: no expression before it says `.over(…)`."""

    __slots__ = ("_call",)

    _call: Node

    def __init__(self, call: Form, params: tuple[Any, ...], type: SqlType[V_co]) -> None:
        self._call = Node(call, params, type)

    def __repr__(self) -> str:
        return f"<WindowFunction {self._call.shape!r}>"

    def _windowed_call(self) -> Node:
        return self._call


def chosen(given: object, partition_by: object, order_by: object, frame: Frame | None) -> Window[Any, Any]:
    """Return the window that `over` is given, or that it describes."""
    if given is None:
        return Window(partition_by, order_by, frame)
    if not isinstance(given, Window):
        raise QueryError("over takes a window(…), or partition_by=…, order_by=… and frame=…")
    if partition_by is not NO_KEYS or order_by is not NO_KEYS or frame is not None:
        raise QueryError("over takes a window(…) or what makes one, not both")
    return given


def values_of(*parts: AnyExpr | Order[Any, Any]) -> list[Any]:
    """Return the values of expressions and orders, in order."""
    return [value for part in parts for value in part.params]


def expressions(clause: str, given: object) -> tuple[AnyExpr, ...]:
    """Return the one expression, or the several, that a clause is given.

    Raises:
        QueryError: one of them is none, or of a type that is neither compared nor sorted.
    """
    several = _several(given)
    for each in several:
        if not isinstance(each, Expr):
            raise QueryError(f"{clause} takes columns and expressions, not {type(each).__name__}")
        if not each.type.has_order:
            raise unordered(each, clause)
    return several


def sorted_by(clause: str, given: object) -> tuple[Order[Any, Any], ...]:
    """Return the one order, or the several, that a clause is given, ascending where it is an expression."""
    return tuple([each if isinstance(each, Order) else expressions(clause, each)[0].asc() for each in _several(given)])


def _several(given: object) -> tuple[Any, ...]:
    return tuple(given) if isinstance(given, (tuple, list)) else (given,)
