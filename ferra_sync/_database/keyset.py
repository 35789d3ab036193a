"""The walk along the keys of a query: the one way in which keyset pages, batches and jobs ask for rows after others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple

from ferra_sync._compiler.compiler import CACHED_SHAPES
from ferra_sync._compiler.shapes import SelectShape
from ferra_sync._database.runner import Runner, only_reading, prepared
from ferra_sync._database.spellings import is_spelling
from ferra_sync._database.tokens import Direction, Tokens
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.shapes import operation
from ferra_sync._expression.sqltypes import BOOLEAN, MAX_BIGINT
from ferra_sync._expression.typevars import R
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._query.positions import Position, Reading, reading
from ferra_sync._query.rows_after import rows_after, rows_up_to, spelled_as
from ferra_sync._query.select import Select, selection_of
from ferra_sync._query.unique_order import Key, UniqueOrder, check_shown, unique_order
from ferra_sync.errors import Db, DbErrorKind, InvalidToken, QueryError

_UNFIT: Final = "does not hold values of these types"


class Batch(NamedTuple, Generic[R]):
    """Some rows, in the order of the walk.

    Attributes:
        rows: the rows.
        first: the position of the first row; None where there is none.
        last: that of the last row.
        has_more: whether there are more rows the way they were read; without `peek`, whether there may be.
    """

    rows: list[R]
    first: Position | None
    last: Position | None
    has_more: bool


class KeysetWalk(Generic[R]):
    """A query walked along its own order, which is completed so that no two rows are equal in it.

    A walk has no state: each `read` says after which row it begins. To resume a walk, in another process too, keep
    `text_of(batch.last)` and give `position(text)` of the same query to the next `read`:

        walk = KeysetWalk(query)
        batch = walk.read(tx, 1000, after=None if kept is None else walk.position(kept))
        kept = walk.text_of(batch.last)  # None where there was no row: the walk is at its end.

    Rows that are written behind a position are not seen, those ahead are. Where the first key may be NULL, the rows
    that have NULL there are a statement of their own, so that a batch in which they begin takes two.

    Raises:
        QueryError: nothing tells the rows apart, or the query has a limit, an offset or a function over a window, or is
            one row of an aggregate.
    """

    def __init__(self, query: Select[Any, Any, R], config: DatabaseConfig | None = None) -> None:
        (self._keys, self._inner), self._reading = _way_of(query)
        self._is_grouped = "group_by" in query._said
        self._config = config
        self._query = self._reading.widened(query)
        self._forward = self._sorted(self._keys)
        self._statement, _ = only_reading(*prepared(self._forward))

    @cached_property
    def tokens(self) -> Tokens:
        """What makes and reads the tokens of the query.

        Raises:
            QueryError: it sorts by a secret column.
        """
        check_shown(self._keys)
        return Tokens(self._statement.sql, self._config)

    def text_of(self, position: Position | None) -> str | None:
        """Return a position as text, which is a plain token to everybody who reads it; None of None."""
        return None if position is None else self.tokens.made("after", position)

    def position(self, text: str) -> Position:
        """Return the position that `text_of` has spelled.

        Raises:
            InvalidToken: it is that of another query or another order, or none at all.
        """
        found = self.tokens.opened("position", text)
        return self._checked("position", found.position)

    def read(  # noqa: PLR0913 - from where to where
        self,
        executor: Runner,
        size: int,
        *,
        after: Position | None = None,
        inclusive: bool = False,
        up_to: Position | None = None,
        peek: bool = False,
    ) -> Batch[R]:
        """Return the first rows after a position, or from the beginning.

        Args:
            executor: where they are read.
            size: how many; fewer are the last ones.
            after: the position; None: the beginning.
            inclusive: whether the row there is one of them.
            up_to: the position of the last row that may be one; None: the end.
            peek: whether one row more is asked for, so that the batch knows whether there are more.
        """
        query = self._forward if up_to is None else self._kept(self._forward, rows_up_to(self._keys, up_to))
        rows = self._read(executor, query, self._keys, size + peek, after, inclusive=inclusive)
        return self._batch(rows, size, peek=peek)

    def read_back(
        self, executor: Runner, size: int, *, before: Position, inclusive: bool = False, peek: bool = False
    ) -> Batch[R]:
        """Return the last `size` rows before a position, in the order of the walk; `inclusive`: the row there too."""
        keys = tuple(key.reversed() for key in self._keys)
        rows = self._read(executor, self._sorted(keys), keys, size + peek, before, inclusive=inclusive)
        return self._batch(rows, size, peek=peek, is_backward=True)

    def position_at(self, executor: Runner, number: int) -> Position | None:
        """Return the position of the row with this number, from 0; None past the end. The server counts up to it."""
        rows = executor._rows(*prepared(self._forward.offset(number).limit(1)))
        return self._reading.position_of(rows[0]) if rows else None

    def opened(self, executor: Runner, argument: str, token: object) -> tuple[Direction, Position]:
        """Return what a token says that came from outside.

        Raises:
            InvalidToken: it is none of this query, has expired, was changed, or holds what is no value of its type.
        """
        direction, position, is_trusted = self.tokens.opened(argument, token)
        position = self._checked(argument, position)
        if not is_trusted:
            _check_values(executor, argument, self._keys, position)
        return direction, position

    def _checked(self, argument: str, position: Position) -> Position:
        if len(position) != len(self._keys) or any(
            value is None and not key.nullable for key, value in zip(self._keys, position, strict=True)
        ):
            raise InvalidToken(argument, _UNFIT)
        return position

    def _sorted(self, keys: Iterable[Key]) -> Select[Any, Any, Any]:
        orders = (*(key.order for key in keys), *self._inner)
        return self._query._with(order_by=orders)

    def _kept(self, query: Select[Any, Any, Any], predicate: AnyExpr) -> Select[Any, Any, Any]:
        """Return the rows for which `predicate` holds: of groups it is asked when they are made."""
        if self._is_grouped:
            return query._with(having=(*query._said.get("having", ()), predicate))
        return query.where(predicate)

    def _read(  # noqa: PLR0913 - where from, and how far
        self,
        executor: Runner,
        query: Select[Any, Any, Any],
        keys: Sequence[Key],
        size: int,
        position: Position | None,
        *,
        inclusive: bool = False,
    ) -> list[Any]:
        if position is None:
            return executor._rows(*prepared(query.limit(size)))
        rows: list[Any] = []
        for predicate in rows_after(keys, position, inclusive=inclusive):
            if len(rows) < size:
                rows += executor._rows(*prepared(self._kept(query, predicate).limit(size - len(rows))))
        return rows

    def _batch(self, rows: list[Any], size: int, *, peek: bool, is_backward: bool = False) -> Batch[R]:
        has_more = len(rows) >= size + peek
        del rows[size:]
        if is_backward:
            rows.reverse()
        if not rows:
            return Batch([], None, None, has_more=False)
        at = self._reading.position_of
        return Batch(self._reading.rows(rows), at(rows[0]), at(rows[-1]), has_more)


def _way_of(query: Select[Any, Any, Any]) -> tuple[UniqueOrder, Reading]:
    """Return the order of a query, and how its values are read: the same for all queries of one shape without values.

    Raises:
        QueryError: nothing tells the rows apart, or they are not to be read in parts.
    """
    said = query._said
    params = [*said.get("item_params", ()), *[each.params for each in said.get("order_by", ())]]
    if "group_by" in said or any(params) or any(each.params for each in said.get("distinct", ())):
        return _way(query)
    shape, _ = query.parts()
    known = _WAYS.get(shape)
    if known is None:
        if len(_WAYS) >= CACHED_SHAPES:
            _WAYS.clear()
        known = _WAYS[shape] = _way(query)
    return known


def _way(query: Select[Any, Any, Any]) -> tuple[UniqueOrder, Reading]:
    order = unique_order(query)
    return order, reading(query, order.keys)


_WAYS: Final[dict[SelectShape, tuple[UniqueOrder, Reading]]] = {}


def checked_size(name: str, size: int) -> int:
    """Return a number of rows; QueryError where it is no whole number from 1 up."""
    if not is_whole_number(size, 1):
        raise QueryError(f"{name} has at least 1 row")
    return min(size, MAX_BIGINT - 1)


def _check_values(executor: Runner, argument: str, keys: tuple[Key, ...], position: Position) -> None:
    """Raise InvalidToken where a value is none of its key's type; what Python cannot tell, the server is asked."""
    asked: list[AnyExpr] = []
    for key, text in zip(keys, position, strict=True):
        is_one = text is None or is_spelling(key.expr.type.parameter, text)
        if is_one is None:
            spelled = spelled_as(key.expr.type)
            asked.append(Expr(operation("is null", spelled), (text,), BOOLEAN))
        elif not is_one:
            raise InvalidToken(argument, _UNFIT)
    if asked and not _is_taken(executor, asked):
        raise InvalidToken(argument, _UNFIT)


def _is_taken(executor: Runner, asked: list[AnyExpr]) -> bool:
    """Whether the server can read the values."""
    statement, params = prepared(selection_of(tuple(asked)))
    try:
        with executor._undone() as asking:
            asking._rows(statement, params)
    except Db as error:
        if error.kind is DbErrorKind.INVALID_DATA:
            return False
        raise
    return True
