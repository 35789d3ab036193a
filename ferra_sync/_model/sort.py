"""Orders from what came from outside, by an allow-list: `-created_at,title`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Generic

from ferra_sync._expression import shapes
from ferra_sync._expression.column import Column
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.operators import Node
from ferra_sync._expression.order import Order
from ferra_sync._expression.typevars import S2, S, S_co
from ferra_sync._expression.values import Value
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import SchemaError, ValidationError

_KEY: Final = "sort"
"""What messages call what is parsed."""


class Sort(Value, Generic[S_co]):
    """What may be sorted by, each under a name: `Sort.of(Posts.created_at, Posts.title)`.

    What is of several tables is joined: `Sort.of(Posts.title) | Sort.of(Users.username)`.
    """

    __slots__ = ("_orders",)

    _orders: Mapping[str, tuple[Order[Any, Any], Order[Any, Any]]]
    """By name the order, and the order that `-` in front of the name makes of it."""

    def __init__(self, orders: Mapping[str, tuple[Order[S_co, Any], Order[S_co, Any]]]) -> None:
        self._orders = orders

    def __repr__(self) -> str:
        return f"<Sort {', '.join(self._orders)}>"

    @property
    def names(self) -> tuple[str, ...]:
        """What may be sorted by."""
        return tuple(self._orders)

    def __or__(self, other: Sort[S2]) -> Sort[S_co | S2]:
        """Return what may be sorted by where the tables of both are there.

        Raises:
            SchemaError: two have one name.
        """
        for name in self._orders.keys() & other._orders.keys():
            raise _taken(name)
        return Sort({**self._orders, **other._orders})

    @staticmethod
    def of(*columns: Column[S, Any, Any], **named: Order[S, Any] | Expr[S, Any, Any, Any]) -> Sort[S]:
        """Return what may be sorted by: columns by their attributes' names, whatever else by a name that is given.

        An order says which direction its name means: `newest=Posts.created_at.desc()`.

        Raises:
            SchemaError: one is no column, or no expression and no order, or two have one name.
            QueryError: one is of a type that has no order.
        """
        orders: dict[str, tuple[Order[S, Any], Order[S, Any]]] = {}
        for name, given in (*_with_names(columns), *named.items()):
            if name in orders:
                raise _taken(name)
            if not isinstance(given, (Order, Expr)):
                raise SchemaError(f"Sort.of: {name} is a column, an expression or an order, not {described(given)}")
            order = given if isinstance(given, Order) else given.asc()
            orders[name] = (order, _reversed(order))
        return Sort(orders)

    def parse(self, given: str | Sequence[str] | None) -> tuple[Order[S_co, Any], ...]:
        """Return the orders that `given` names, with commas between them or one by one, for `order_by`.

        `-` in front of a name reverses it; where its order says where NULLs go, they stay there. None, and what is
        blank, is no order.

        Raises:
            ValidationError: a name is not among the allowed ones, which the message lists, or is there twice.
        """
        texts = () if given is None else (given,) if isinstance(given, str) else given
        if not isinstance(texts, Sequence) or not all(isinstance(text, str) for text in texts):
            raise ValidationError("Sort", {_KEY: "takes texts"})
        names = [name for text in texts for each in text.split(",") if (name := each.strip())]
        bare = [name.removeprefix("-") for name in names]
        if not self._orders.keys() >= set(bare) or len(set(bare)) < len(bare):
            allowed = ", ".join(self._orders)
            raise ValidationError("Sort", {_KEY: f"takes {allowed}, each once, with - in front to reverse it"})
        return tuple([self._orders[key][name.startswith("-")] for key, name in zip(bare, names, strict=True)])


def _with_names(columns: tuple[Any, ...]) -> Iterator[tuple[str, Column[Any, Any, Any]]]:
    for column in columns:
        if not isinstance(column, Column):
            raise SchemaError("Sort.of takes columns; what is none needs a name: shout=fn.upper(Posts.title)")
        attributes = table_meta(column.ref.table.owner).attributes
        yield next(name for name, each in attributes.items() if each.ref is column.ref), column


def _reversed(order: Order[S, Any]) -> Order[S, Any]:
    """Return the other direction; NULLs stay where the order says that they go."""
    shape: Any = order.shape
    direction, operand, nulls = shape
    node = Node(operand, order.params, order.type)
    return Order(node, shapes.DESC, nulls) if direction == shapes.ASC else Order(node, shapes.ASC, nulls)


def _taken(name: str) -> SchemaError:
    return SchemaError(f"Sort: two are called {name}: give one another name, {name}_of_users=Users.{name}")
