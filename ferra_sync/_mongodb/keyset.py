"""Keyset pages of a collection: the rows after a token, or before one, in an order that tells them apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple
from uuid import UUID

from bson.decimal128 import Decimal128
from bson.int64 import Int64

from ferra_sync._database.keyset import checked_size
from ferra_sync._database.slices import Slice
from ferra_sync._database.tokens import Direction, Tokens
from ferra_sync._expression import shapes
from ferra_sync._expression.column import Column
from ferra_sync._expression.order import Order
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import MAX_BIGINT
from ferra_sync._expression.typevars import R
from ferra_sync._mongodb.filters import Filter
from ferra_sync._mongodb.layout import Document, Layout, Place
from ferra_sync._mongodb.values import exact_decimal
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._query.checks import named
from ferra_sync.errors import InvalidToken, QueryError

Read = Callable[[Filter, list[tuple[str, int]], int], list[Document]]
"""Filter, order and number of rows → the documents."""

_UNFIT: Final = "does not hold values of these types"


class Key(NamedTuple):
    """A column that rows are sorted by: 1 or -1, and whether PostgreSQL has its NULLs where MongoDB has not."""

    place: Place
    direction: int
    moves_nulls: bool


def keys_of(layout: Layout, order_by: Iterable[object], *, is_walked: bool = False) -> list[Key]:
    """Return what rows are sorted by, completed by the primary key: of a walk, in the direction of the last.

    Raises:
        QueryError: one is no column of the table, or is of a type that MongoDB sorts otherwise.
    """
    if not isinstance(order_by, Iterable):
        raise QueryError(f"order_by takes several, as a list, not {named(order_by)}: put it into brackets, […]")
    keys = [_key(layout, each) for each in order_by]
    direction = keys[-1].direction if keys and is_walked else 1
    rest = [place for place in layout.key if all(place is not key.place for key in keys)]
    return [*keys, *(Key(place, direction, moves_nulls=False) for place in rest)]


def _key(layout: Layout, given: object) -> Key:
    if not isinstance(given, (Column, Order)):
        raise QueryError(f"rows are sorted by columns in MongoDB, such as Users.name.desc(), not by {named(given)}")
    match given.shape:
        case ColumnRef() as ref:
            direction, nulls = shapes.ASC, None
        case (shapes.ASC | shapes.DESC as direction, ColumnRef() as ref, nulls):
            pass
        case _:
            raise QueryError("rows are sorted by columns in MongoDB, and by no other expression")
    place = layout.places.get(ref)
    if place is None:
        raise QueryError(f"{ref}: table {ref.table} is not {layout.table.name}, which is looked at alone")
    if not place.codec.has_order:
        raise QueryError(f"{ref} is {ref.type}, which MongoDB sorts otherwise than PostgreSQL")
    is_first = nulls == "first" if nulls is not None else direction == shapes.DESC
    return Key(place, 1 if direction == shapes.ASC else -1, ref.nullable and is_first != (direction == shapes.ASC))


class KeysetPages(NamedTuple):
    """The pages of one order: its keys, what reads documents, and the tokens."""

    keys: Sequence[Key]
    read: Read
    tokens: Tokens
    value: Callable[[Mapping[str, Any], Place], Any]

    def page(self, make: Callable[[Document], R], limit: int, after: object | None, before: object | None) -> Slice[R]:
        """Return the first rows, those after a token, or those before one; as `Executor.fetch_keyset`."""
        size = checked_size("a slice", limit)
        if after is not None and before is not None:
            raise QueryError("a slice begins after one row or ends before another: say after=… or before=…")
        if before is not None:
            return self._before(make, size, before)
        return self._after(make, size, after)

    def _after(self, make: Callable[[Document], R], size: int, token: object | None) -> Slice[R]:
        if token is None:
            found = self._read(size + 1, None)
            return self._slice(make, found[:size], has_next=len(found) > size, has_previous=False)
        direction, position = self._opened("after", token, ("after", "from"))
        is_from = direction == "from"
        found = self._read(size + 1, position, inclusive=is_from)
        if found:
            return self._slice(make, found[:size], has_next=len(found) > size, has_previous=True)
        back = self.tokens.made("before" if is_from else "up to", self._spelled(position))
        return Slice([], str(token), back, has_next=False, has_previous=True)

    def _before(self, make: Callable[[Document], R], size: int, token: object) -> Slice[R]:
        direction, position = self._opened("before", token, ("before", "up to"))
        is_up_to = direction == "up to"
        found = self._read(size + 1, position, inclusive=is_up_to, is_backward=True)
        if found:
            return self._slice(make, found[:size][::-1], has_next=True, has_previous=len(found) > size)
        onward = self.tokens.made("after" if is_up_to else "from", self._spelled(position))
        return Slice([], onward, str(token), has_next=True, has_previous=False)

    def _slice(
        self, make: Callable[[Document], R], found: list[Document], *, has_next: bool, has_previous: bool
    ) -> Slice[R]:
        if not found:
            return Slice([], None, None, has_next=False, has_previous=False)
        first, last = (
            self._spelled([self.value(each, key.place) for key in self.keys]) for each in (found[0], found[-1])
        )
        onward, back = self.tokens.made("after", last), self.tokens.made("before", first)
        return Slice([make(each) for each in found], onward, back, has_next=has_next, has_previous=has_previous)

    def _read(
        self, size: int, position: Sequence[Any] | None, *, inclusive: bool = False, is_backward: bool = False
    ) -> list[Document]:
        turn = -1 if is_backward else 1
        order = [(key.place.path, key.direction * turn) for key in self.keys]
        wanted = {} if position is None else _beyond(order, position, inclusive=inclusive)
        return self.read(wanted, order, size)

    def _opened(self, argument: str, token: object, wanted: Sequence[Direction]) -> tuple[Direction, list[Any]]:
        direction, position, _ = self.tokens.opened(argument, token)
        if direction not in wanted:
            raise InvalidToken(argument, "is for the other direction")
        if len(position) != len(self.keys):
            raise InvalidToken(argument, _UNFIT)
        values = [_read_value(key.place, text) for key, text in zip(self.keys, position, strict=True)]
        if any(value is None for value in values):
            raise InvalidToken(argument, _UNFIT)
        return direction, values

    def _spelled(self, position: Iterable[Any]) -> tuple[str, ...]:
        return tuple(_spelling(value) for value in position)


def keyset_pages(layout: Layout, order_by: Iterable[object], read: Read, settings: DatabaseConfig) -> KeysetPages:
    """Return the pages of an order.

    Raises:
        QueryError: a key may be NULL or is secret, or is no column that MongoDB sorts as PostgreSQL does.
    """
    keys = keys_of(layout, order_by, is_walked=True)
    for key in keys:
        if key.place.ref.nullable:
            raise QueryError(f"{key.place.ref} may be NULL: keyset pages in MongoDB are sorted by what is never NULL")
        if layout.table.is_secret(key.place.ref):
            raise QueryError(f"{key.place.ref} is secret, and a page token would show it")
    order = ",".join(f"{key.place.path} {key.direction}" for key in keys)
    tokens = Tokens(f"mongodb {layout.collection} {order}".encode(), settings)
    return KeysetPages(keys, read, tokens, _stored)


def _stored(document: Mapping[str, Any], place: Place) -> Any:  # noqa: ANN401 - BSON's own types
    found: Any = document
    for step in place.path.split("."):
        found = found[step]
    return found


def _beyond(order: list[tuple[str, int]], position: Sequence[Any], *, inclusive: bool) -> Filter:
    """Return the filter of what comes after a position, key by key."""
    equal: list[Filter] = []
    ways: list[Filter] = []
    for (path, direction), value in zip(order, position, strict=True):
        ways.append({"$and": [*equal, {path: {"$gt" if direction > 0 else "$lt": value}}]})
        equal.append({path: {"$eq": value}})
    return {"$or": [*ways, {"$and": equal}] if inclusive else ways}


def _spelling(value: Any) -> str:  # noqa: ANN401 - BSON's own types
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return value.hex if isinstance(value, UUID) else repr(value) if isinstance(value, float) else str(value)


def _read_value(place: Place, text: str | None) -> Any:  # noqa: ANN401 - BSON's own types
    """Return what a text spells, as a document holds it; None where it spells no value of this type."""
    if text is None:
        return None
    try:
        value = _READERS[place.codec.bson](text)
    except (ValueError, InvalidOperation, OverflowError):
        return None
    return value if place.codec.bson == "decimal" or _spelling(value) == text else None


def _whole(text: str) -> Int64:
    if len(text) > 20 or not -MAX_BIGINT - 1 <= int(text) <= MAX_BIGINT:  # noqa: PLR2004 - digits of an int64
        raise ValueError("no int64")
    return Int64(int(text))


def _decimal(text: str) -> Decimal128:
    return exact_decimal(Decimal(text))


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "long": _whole,
    "string": str,
    "binData": UUID,
    "bool": {"true": True, "false": False}.get,
    "decimal": _decimal,
    "double": float,
    "date": lambda text: dt.datetime.combine(dt.date.fromisoformat(text), dt.time()),
}
