"""Keyset pages: a slice of a query's rows, with what leads to those beside it."""

from __future__ import annotations

from typing import Any, Final, Generic

import attrs

from ferra_sync._database.keyset import Batch, KeysetWalk, checked_size
from ferra_sync._database.runner import Runner
from ferra_sync._database.tokens import Direction
from ferra_sync._expression.typevars import R, T
from ferra_sync._model.json import spelled, spelling
from ferra_sync._query.positions import Position
from ferra_sync._query.select import Select
from ferra_sync.errors import InvalidToken, QueryError


@attrs.frozen
class Slice(Generic[T]):
    """Some rows of a query, in its order.

    Nothing is counted. On the side towards which the rows were read it is known whether there are more, for one row
    more was asked for; on the other side the token says that there was one when it was made.

    Attributes:
        items: the rows.
        next: the token of the rows after the last one, for `after`, which is there at the end too: rows may be added.
            None where there is neither a row nor a token that was given.
        previous: the token of the rows before the first one, for `before`; None likewise.
        has_next: whether rows follow; with `before`: True, for the row of that token did.
        has_previous: whether rows go before; with `after`: True, for the row of that token did; with neither: False.
    """

    items: list[T]
    next: str | None
    previous: str | None
    has_next: bool
    has_previous: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the slice as JSON's own types, models as `to_dict` has them."""
        return {
            "items": spelled(self.items),
            "next": self.next,
            "previous": self.previous,
            "has_next": self.has_next,
            "has_previous": self.has_previous,
        }


spelling.register(Slice, Slice.to_dict)


def slice_of(
    executor: Runner, query: Select[Any, Any, R], limit: int, after: str | None, before: str | None
) -> Slice[R]:
    """Return the first `limit` rows, those after a token, or those before one; see `Executor.fetch_keyset`."""
    size = checked_size("a slice", limit)
    if after is not None and before is not None:
        raise QueryError("a slice begins after one row or ends before another: say after=… or before=…")
    walk = KeysetWalk(query, executor._settings)
    _ = walk.tokens  # Refused before anything is sent.
    if before is not None:
        return _before(executor, walk, size, before)
    return _after(executor, walk, size, after)


def _after(executor: Runner, walk: KeysetWalk[R], size: int, token: str | None) -> Slice[R]:
    if token is None:
        return _slice(walk, walk.read(executor, size, peek=True), has_previous=False)
    direction, position = _opened(executor, walk, "after", token)
    is_from = direction == "from"
    batch = walk.read(executor, size, after=position, inclusive=is_from, peek=True)
    if batch.rows:
        return _slice(walk, batch, has_previous=True)
    back = walk.tokens.made("before" if is_from else "up to", position)
    return Slice([], token, back, has_next=False, has_previous=True)


def _before(executor: Runner, walk: KeysetWalk[R], size: int, token: str) -> Slice[R]:
    direction, position = _opened(executor, walk, "before", token)
    is_up_to = direction == "up to"
    batch = walk.read_back(executor, size, before=position, inclusive=is_up_to, peek=True)
    if batch.rows:
        return _slice(walk, batch, has_next=True)
    onward = walk.tokens.made("after" if is_up_to else "from", position)
    return Slice([], onward, token, has_next=True, has_previous=False)


def _slice(
    walk: KeysetWalk[R], batch: Batch[R], *, has_next: bool | None = None, has_previous: bool | None = None
) -> Slice[R]:
    """Return the slice of a batch; on the side where nothing is said the batch knows whether there is more."""
    if batch.first is None or batch.last is None:
        return Slice(batch.rows, None, None, has_next=False, has_previous=False)
    return Slice(
        batch.rows,
        walk.tokens.made("after", batch.last),
        walk.tokens.made("before", batch.first),
        has_next=batch.has_more if has_next is None else has_next,
        has_previous=batch.has_more if has_previous is None else has_previous,
    )


_DIRECTIONS: Final[dict[str, frozenset[Direction]]] = {
    "after": frozenset({"after", "from"}),
    "before": frozenset({"before", "up to"}),
}


def _opened(executor: Runner, walk: KeysetWalk[R], argument: str, token: str) -> tuple[Direction, Position]:
    direction, position = walk.opened(executor, argument, token)
    if direction not in _DIRECTIONS[argument]:
        raise InvalidToken(argument, "is for the other direction")
    return direction, position
