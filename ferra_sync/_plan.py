"""What a repository sends: the statements of one model, compiled once for all its repositories."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import attrs

from ferra_sync._compiler import compiled
from ferra_sync._constraints import Columns
from ferra_sync._expressions import parameter
from ferra_sync._models import FieldMeta, ModelMeta
from ferra_sync._queries import value_lists
from ferra_sync._sentinels import SERVER_DEFAULT
from ferra_sync._shapes import ConflictShape, DeleteShape, InsertShape, Items, SelectShape, UpdateShape
from ferra_sync._statements import Statement
from ferra_sync.errors import QueryError


@attrs.frozen(eq=False)
class Plan:
    """The statements of one model over one table with a primary key."""

    meta: ModelMeta
    key: Columns
    key_fields: tuple[FieldMeta, ...]
    items: Items
    find: Statement
    delete: Statement
    has_identity: bool
    """Whether the key is always an identity: an upsert must be allowed to name it."""

    def key_values(self, key: object) -> tuple[Any, ...]:
        """Return the values of a key: the one, or those of a tuple.

        Raises:
            QueryError: the key has the wrong type or number of values, or one of them is None.
        """
        if len(self.key) == 1:
            only = self.key[0]
            return (key,) if key.__class__ is only.type.exact else (_checked(only.ref, only.type, key),)
        if not isinstance(key, tuple) or len(key) != len(self.key):
            names = ", ".join(column.name for column in self.key)
            raise QueryError(f"the primary key of {self.meta.table.name} is a tuple: ({names})")
        return tuple(_checked(column.ref, column.type, value) for column, value in zip(self.key, key, strict=True))

    def key_of(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the key among the values of a row."""
        return tuple(values[self.meta.fields.index(field)] for field in self.key_fields)

    def insert(self, values: tuple[Any, ...], *, or_update: bool = False) -> tuple[Statement, tuple[Any, ...]]:
        """Return the INSERT of a row with these values, and its parameters; with `or_update` the upsert."""
        refs = tuple(field.ref for field in self.meta.fields)
        rows, params = value_lists(tuple(ref.type.parameter for ref in refs), (values,))
        conflict, stamps = self._conflict() if or_update else (None, ())
        shape = InsertShape(self.meta.table.ref, refs, rows, (), conflict, self.items, or_update and self.has_identity)
        return compiled(shape), (*params, *stamps)

    def update(self, values: tuple[Any, ...], key: tuple[Any, ...]) -> tuple[Statement, tuple[Any, ...]]:
        """Return the UPDATE that sets every other column to these values, and its parameters."""
        stamps = self.meta.table.on_update
        stamped = {ref for ref, _ in stamps}
        pairs = [
            (field.ref, value)
            for field, value in zip(self.meta.fields, values, strict=True)
            if not field.primary_key and field.ref not in stamped
        ]
        if not pairs and not stamps:
            return self.find, key
        defaults = [(ref, ("default",) if value is SERVER_DEFAULT else ref.type.parameter) for ref, value in pairs]
        assignments = (*defaults, *((ref, expr.shape) for ref, expr in stamps))
        given = tuple(value for _, value in pairs if value is not SERVER_DEFAULT)
        stamp_values = tuple(value for _, expr in stamps for value in expr.params)
        where = tuple(("=", column.ref, column.type.parameter) for column in self.key)
        shape = UpdateShape(self.meta.table.ref, assignments, where, self.items)
        return compiled(shape), (*given, *stamp_values, *key)

    def _conflict(self) -> tuple[ConflictShape, tuple[Any, ...]]:
        stamps = self.meta.table.on_update
        stamped = {ref for ref, _ in stamps}
        refs = [field.ref for field in self.meta.fields if not field.primary_key and field.ref not in stamped]
        key = tuple(column.ref for column in self.key)
        assignments = tuple((ref, expr.shape) for ref, expr in stamps)
        # DO NOTHING would return no row, so a model of nothing but its key sets the key to itself.
        excluded = tuple(refs) or (() if assignments else key)
        return ConflictShape(key, excluded, assignments), tuple(value for _, expr in stamps for value in expr.params)


def _checked(name: object, sql_type: Any, value: object) -> Any:  # noqa: ANN401 - of the column's own type
    if value is None:
        raise QueryError(f"{name} is a primary key, which is never None")
    return parameter(value, sql_type, name).params[0]


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
    delete = compiled(DeleteShape(table.ref, where, ()))
    has_identity = any(table.declaration_of(column.ref).generated == "identity always" for column in key)
    return Plan(meta, key, key_fields, items, find, delete, has_identity)
