"""What a repository sends: the statements of one model, compiled once for all its repositories."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import compress
from typing import Any, NamedTuple, TypeAlias

import attrs

from ferra_sync._compiler import compiled
from ferra_sync._constraints import Columns
from ferra_sync._expressions import parameter
from ferra_sync._models import FieldMeta, ModelMeta
from ferra_sync._queries import key_parts
from ferra_sync._rows import Given, given, place, value_list
from ferra_sync._shapes import (
    ColumnRef,
    ConflictShape,
    DeleteShape,
    InsertShape,
    Items,
    SelectShape,
    StatementShape,
    UpdateShape,
)
from ferra_sync._statements import Statement
from ferra_sync.errors import NotFound, QueryError

Params: TypeAlias = tuple[Any, ...]


class Write(NamedTuple):
    """A statement that writes rows in which the same fields have a value.

    `sent` are the fields whose values are parameters; `stamps` are the parameters of the on_update columns.
    """

    statement: Statement
    sent: Given
    stamps: Params

    def params(self, values: Params) -> Params:
        """Return the parameters for the values of a row."""
        return tuple(compress(values, self.sent)) + self.stamps


@attrs.frozen(eq=False)
class Plan:
    """The statements of one model over one table with a primary key.

    Attributes:
        has_identity: whether the key is always an identity, so that an upsert must be allowed to name it.
    """

    meta: ModelMeta
    key: Columns
    key_fields: tuple[FieldMeta, ...]
    items: Items
    find: Statement
    exists: Statement
    delete: Statement
    has_identity: bool

    def key_values(self, key: Any) -> Params:  # noqa: ANN401 - checked here
        """Return the values of a key: the one, or those of a tuple.

        Raises:
            QueryError: the key has the wrong type or number of values, or one of them is None.
            NotFound: one of them is a number that its column cannot hold, so no row has this key.
        """
        only = self.key[0].type
        if len(self.key) == 1 and key.__class__ is only.quick:
            sure = only.sure
            if sure is None or (sure[0] <= key and sure[1] >= key):
                return (key,)
        columns, values = key_parts(self.meta.table, key)
        checked = tuple(_checked(column.ref, value) for column, value in zip(columns, values, strict=True))
        for column, value in zip(columns, checked, strict=True):
            if column.type.holds is not None and not column.type.holds(value):
                raise NotFound(self.meta.table.name, key)
        return checked

    def key_of(self, values: Params) -> Params:
        """Return the key among the values of a row."""
        return tuple(values[self.meta.fields.index(field)] for field in self.key_fields)

    def insert(self, values: Params, *, or_update: bool = False) -> tuple[Statement, Params]:
        """Return the INSERT of a row with these values, and its parameters; with `or_update` the upsert."""
        write = _insert(self, given(values), or_update)
        return write.statement, write.params(values)

    def update(self, values: Params, key: Params) -> tuple[Statement, Params]:
        """Return the UPDATE that sets every other column to these values, and its parameters."""
        write = _update(self, given(values))
        return write.statement, write.params(values) + key

    def changed(self) -> Iterator[bool]:
        """Yield for each field whether an UPDATE sets it to the row's value: neither the key nor a stamp."""
        stamped = {ref for ref, _ in self.meta.table.on_update}
        for field in self.meta.fields:
            yield not field.primary_key and field.ref not in stamped

    @property
    def stamps(self) -> tuple[tuple[tuple[ColumnRef, Any], ...], Params]:
        """The on_update columns with the shapes of what they are set to, and the values of these."""
        stamps = self.meta.table.on_update
        params = tuple(value for _, expr in stamps for value in expr.params)
        return tuple((ref, expr.shape) for ref, expr in stamps), params

    @property
    def where(self) -> tuple[Any, ...]:
        """The predicates that find a row by its key."""
        return tuple(("=", column.ref, column.type.parameter) for column in self.key)


def _checked(ref: ColumnRef, value: object) -> Any:  # noqa: ANN401 - of the column's own type
    if value is None:
        raise QueryError(f"{ref} is a primary key, which is never None")
    return parameter(value, ref.type, ref).params[0]


@lru_cache(maxsize=4096)
def _insert(plan: Plan, fields: Given, or_update: bool) -> Write:  # noqa: FBT001 - a key of the cache
    row = value_list(plan.meta, fields)
    conflict, stamps = _conflict(plan) if or_update else (None, ())
    overriding = or_update and plan.has_identity
    shape = InsertShape(plan.meta.table.ref, plan.meta.refs, (row,), (), conflict, plan.items, overriding)
    return Write(compiled(shape), fields, stamps)


def _conflict(plan: Plan) -> tuple[ConflictShape, Params]:
    assignments, stamps = plan.stamps
    key = tuple(column.ref for column in plan.key)
    changed = tuple(field.ref for field in compress(plan.meta.fields, plan.changed()))
    # DO NOTHING would return no row, so a model of nothing but its key sets the key to itself.
    excluded = changed or (() if assignments else key)
    return ConflictShape(key, excluded, assignments), stamps


@lru_cache(maxsize=4096)
def _update(plan: Plan, fields: Given) -> Write:
    assignments, stamps = plan.stamps
    changed = tuple(plan.changed())
    pairs = zip(compress(plan.meta.fields, changed), compress(fields, changed), strict=True)
    assigned = tuple((field.ref, place(field.ref, is_given=is_given)) for field, is_given in pairs)
    if not assigned and not assignments:
        return Write(plan.find, (False,) * len(fields), ())
    shape: StatementShape = UpdateShape(plan.meta.table.ref, (*assigned, *assignments), plan.where, plan.items)
    sent = tuple(change and is_given for change, is_given in zip(changed, fields, strict=True))
    return Write(compiled(shape), sent, stamps)


@lru_cache(maxsize=1024)
def plan_of(meta: ModelMeta) -> Plan:
    """Return the plan of a model.

    Raises:
        QueryError: the table has no primary key, or the model lacks a column of it.
    """
    table, key = meta.table, meta.table.primary_key
    key_fields = meta.key_fields
    items = ((meta.row.shape, meta.row.type),)
    where = tuple(("=", column.ref, column.type.parameter) for column in key)
    find = compiled(SelectShape((), None, items, table.ref, (), where, None, (), None, None))
    key_items = tuple((column.ref, column.type) for column in key)
    exists = compiled(SelectShape((), None, key_items, table.ref, (), where, None, (), None, None))
    delete = compiled(DeleteShape(table.ref, where, ()))
    has_identity = any(table.declaration_of(column.ref).generated == "identity always" for column in key)
    return Plan(meta, key, key_fields, items, find, exists, delete, has_identity)
