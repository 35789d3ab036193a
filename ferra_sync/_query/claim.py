"""Rows of a queue: picked in their order, past those that others have, and leased where there is a lease."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Generic, Never

from ferra_sync._compiler.shapes import ClaimShape, UpdateShape
from ferra_sync._expression.column import Assignable, Assignment, Column
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import In, Plain
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._expression.typevars import S
from ferra_sync._expression.values import Value
from ferra_sync._model.keyed import OfTable
from ferra_sync._model.model import FerraModel, ModelMeta
from ferra_sync._query.checks import named
from ferra_sync._query.keys import key_is
from ferra_sync._query.select import Select
from ferra_sync._query.update import Update
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError
from ferra_sync.functions._clocks import statement_timestamp

_COUNTS: Final = frozenset({FieldType.SMALLINT, FieldType.INTEGER, FieldType.BIGINT})


class Lease(Value, Generic[S]):
    """How rows of a queue are leased: `Lease(Tasks.leased_until, timedelta(minutes=5), attempts=Tasks.attempts)`.

    A row is one's own from `claim` on until its lease is over; then it can be claimed again. No two leases of a row end
    at the same moment, so the moment tells whose it is.

    Args:
        until: the nullable column of type timestamptz that says until when a row is leased; NULL: it is not.
        duration: how long a lease lasts.
        attempts: the column in which claims are counted, if there is one.

    Raises:
        QueryError: a column is of another type or another table, or the duration is not more than 0.
    """

    __slots__ = ("_table", "attempts", "duration", "until")

    until: Column[In[S], Any, None]
    duration: timedelta
    attempts: Column[In[S], int, Never] | None

    def __init__(
        self,
        until: Assignable[S, None, datetime],
        duration: timedelta,
        *,
        attempts: Assignable[S, Never, int] | None = None,
    ) -> None:
        if not isinstance(until, Column) or until.type.kind is not FieldType.TIMESTAMPTZ:
            raise QueryError(f"a lease ends at a column of timestamptz, not at {named(until)}")
        if not until.nullable_in_table:
            raise QueryError(f"{until.ref} is not nullable: NULL says that a row is not leased")
        if not isinstance(duration, timedelta) or duration <= timedelta(0):
            raise QueryError(f"a lease lasts for a timedelta of more than 0, not for {described(duration)}")
        self._table = table_meta(until.ref.table.owner)
        self.until = until
        self.duration = duration
        self.attempts = None if attempts is None else _check_count(attempts, until.ref)

    def held(self, row: OfTable[In[S]]) -> Expr[In[S], bool, None, Plain]:
        """Return the predicate that this row is there and still leased as it was when it was claimed.

        It belongs into the `where` of whatever ends the lease: `update(Tasks).where(lease.held(task)).set(…)` affects
        no row where another has it by now.

        Raises:
            QueryError: the row's model is of another table, or lacks the key or the end of the lease; or that is None.
        """
        given: object = row
        if not isinstance(given, FerraModel):
            raise QueryError(f"held takes a row of {self._table.name}, not {named(given)}")
        meta = ModelMeta.of(type(given))
        if meta.table is not self._table:
            raise QueryError(f"{meta.model.__name__} is a model of {meta.table.name}, not of {self._table.name}")
        field = meta.by_column.get(self.until.name)
        if field is None:
            raise QueryError(f"{meta.model.__name__} lacks {self.until.ref}, which tells whose the row is")
        moment = getattr(given, field.name)
        if moment is None:
            raise QueryError(f"this {meta.model.__name__} is not leased: {self.until.ref} is None")
        key = meta.key_of(given)
        held: Expr[In[S], bool, None, Plain] = self.until == moment
        for predicate in key_is(self._table, key if len(self._table.required_key) > 1 else key[0]):
            held &= predicate
        return held

    def claiming(self, query: Select[Any, In[S], Any], rows: int) -> tuple[ClaimShape, tuple[Any, ...]]:
        """Return the shape and the values of what leases up to `rows` rows of `query`.

        Raises:
            QueryError: the query is of other tables than the lease's own.
        """
        if not isinstance(query, Select):
            raise QueryError(f"claim takes a SELECT, not {named(query)}")
        if query.target is not self.until.ref.table or len(query._source.tables) > 1:
            name = self._table.ref.owner.__name__
            raise QueryError(f"a lease is of rows of {name} alone: filter by other tables with exists(…)")
        is_free = self.until.is_null() | (self.until <= statement_timestamp())
        picked, params = claimable(query, rows).where(is_free).only_key().parts()
        update: Update[Any] = Update(self._table).all_rows().set(*self._assignments())
        shape, values = update.with_returning(query.as_one_item(), query.item_values())
        if not isinstance(shape, UpdateShape):
            raise TypeError("an UPDATE has the shape of one")
        key = tuple(column.ref for column in self._table.required_key)
        return ClaimShape(picked, shape, key), params + values

    def _assignments(self) -> list[Assignment[Any]]:
        later: Any = statement_timestamp() + self.duration
        until: Any = self.until
        counted: Any = self.attempts
        return [until.to(later)] + ([] if counted is None else [counted.to(counted + 1)])


def claimable(query: Select[Any, Any, Any], rows: int) -> Select[Any, Any, Any]:
    """Return the query of the first `rows` rows that nobody has locked, which locks them.

    Raises:
        QueryError: it limits its rows itself, or has no order and no primary key.
    """
    if not isinstance(query, Select):
        raise QueryError(f"claim takes a SELECT, not {named(query)}")
    if not is_whole_number(rows, 1):
        raise QueryError("claim takes the most rows that are claimed, a whole number from 1 up")
    said = query._said
    if "limit" in said or "offset" in said:
        raise QueryError("claim says itself how many rows: leave limit and offset out")
    ordered = query if said.get("order_by") else query.order_by(*query._source.root.required_key)
    table: Any = query._source.root.ref.owner
    return ordered.limit(rows).for_update(of=table, skip_locked=True)


def _check_count(attempts: object, until: ColumnRef) -> Column[Any, Any, Any]:
    if not isinstance(attempts, Column) or attempts.type.kind not in _COUNTS:
        raise QueryError(f"attempts are counted in a column of whole numbers, not in {named(attempts)}")
    if attempts.ref.table is not until.table:
        raise QueryError(f"{attempts.ref} is a column of {attempts.ref.table}, and {until} of {until.table}")
    if attempts.nullable_in_table:
        raise QueryError(f"{attempts.ref} is nullable, and NULL + 1 is NULL: let it begin with 0")
    return attempts
