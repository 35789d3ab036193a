"""Rows that are inserted together and told apart by their keys, known before they are written.

Keys that the rows bring, and random ones made here, are compared here; others the server joins to their places.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, NamedTuple

import psycopg

from ferra_sync._compiler.bulk_shapes import BulkInsertShape
from ferra_sync._compiler.expressions import qualified_name
from ferra_sync._compiler.shapes import StatementShape
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.references import ColumnRef, FunctionRef
from ferra_sync._expression.shapes import call, cast, operation
from ferra_sync._expression.sqltypes import REGCLASS, TEXT, FieldType
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.rows import FieldValues, arrays_of
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import statement_of
from ferra_sync._query.insert import insert_of_arrays
from ferra_sync._schema.table import TableMeta
from ferra_sync.functions._random import gen_random_uuid

_NEXTVAL: Final = FunctionRef("nextval")
_SEQUENCE: Final = FunctionRef("pg_get_serial_sequence")

_RANDOM_UUID: Final = gen_random_uuid().shape
_VERSION_4: Final = 4 << 76 | 0b10 << 62
_FREE_BITS: Final = ~(0b1111 << 76 | 0b11 << 62)
"""The bits of a UUID that RFC 9562 leaves to chance in version 4."""

_EXACT: Final = frozenset(
    {FieldType.SMALLINT, FieldType.INTEGER, FieldType.BIGINT, FieldType.TEXT, FieldType.UUID, FieldType.DATE}
)
"""Types whose values come back as they went; numeric(8,2) is rounded on the way, varchar(3) loses blanks."""


class Unordered(Exception):  # noqa: N818 - caught where another way is taken
    """The rows did not come back with the keys by which they were to be told apart."""


def insert_keyed(
    connection: psycopg.Connection[Any], meta: ModelMeta, fields: tuple[FieldMeta, ...], columns: FieldValues
) -> list[Any]:
    """Insert rows of these values, a sequence for each of `fields`; return them in this order.

    Raises:
        Unordered: their keys do not say it.
        FerraDbError: the database said no.
    """
    width = len(columns[0])
    order = _order(meta, fields, columns)
    if order is None and (key := _random_key(meta, fields)) is not None:
        numbers = _random_numbers(width)
        fields, columns = (*fields, key), (*columns, _array_of(numbers))
        order = _Order(numbers, attrgetter(f"{key.name}.int"))
    shape, params = _insert(meta, fields, columns, in_order=order is None)
    rows = wire.send(connection, statement_of(shape), params, wire.ROWS)
    if len(rows) != width:
        raise Unordered
    return rows if order is None else order.of(rows)


class _Order(NamedTuple):
    """The keys of the rows as they were given: RETURNING keeps to them as a rule, but promises nothing."""

    keys: list[Any]
    key_of: Callable[[Any], Any]

    def of(self, rows: list[Any]) -> list[Any]:
        """Return the rows in this order; Unordered where one has a key that was not given."""
        if list(map(self.key_of, rows)) == self.keys:
            return rows
        by_key = {self.key_of(row): row for row in rows}
        try:
            return [by_key[key] for key in self.keys]
        except KeyError:
            raise Unordered from None


def _order(meta: ModelMeta, fields: tuple[FieldMeta, ...], columns: FieldValues) -> _Order | None:
    """Return the order where each row brings all of its key, and the server keeps that as it is; else None."""
    sent = dict(zip(fields, columns, strict=True))
    key = [field for field in meta.fields if field.primary_key]
    is_known = len(key) == len(meta.table.primary_key) and all(field in sent for field in key)
    if not key or not is_known or any(field.type not in _EXACT for field in key):
        return None
    given = [sent[field] for field in key]
    keys = list(given[0]) if len(given) == 1 else list(zip(*given, strict=True))
    return _Order(keys, attrgetter(*(field.name for field in key)))


def _random_key(meta: ModelMeta, fields: tuple[FieldMeta, ...]) -> FieldMeta | None:
    """Return the field of a key that `gen_random_uuid()` would fill in."""
    if len(meta.table.primary_key) != 1:
        return None
    ref = meta.table.primary_key[0].ref
    field = meta.by_column.get(ref.name)
    is_random = field not in fields and _default_of(meta.table, ref).shape == _RANDOM_UUID
    return field if is_random else None


def _random_numbers(count: int) -> list[int]:
    """Return random UUIDs of version 4, such as the server's, as numbers: Python's own class takes longer to make."""
    random, number = os.urandom(16 * count), int.from_bytes
    return [number(random[at : at + 16]) & _FREE_BITS | _VERSION_4 for at in range(0, len(random), 16)]


def _array_of(uuids: list[int]) -> str:
    return f"{{{','.join([f'{uuid:032x}' for uuid in uuids])}}}"


def _insert(
    meta: ModelMeta, fields: tuple[FieldMeta, ...], columns: FieldValues, *, in_order: bool
) -> tuple[StatementShape, tuple[Any, ...]]:
    """Return the INSERT and its parameters; `in_order`: the server is to put the rows in order, by their key."""
    refs = tuple(field.ref for field in fields)
    key = tuple(column.ref for column in meta.table.primary_key)
    if not key or not in_order:
        return insert_of_arrays(meta.table, refs, returning=meta.items), columns
    generated = [(ref, _default_of(meta.table, ref)) for ref in key if ref not in refs]
    shapes = tuple((ref, expr.shape) for ref, expr in generated)
    values = tuple(value for _, expr in generated for value in expr.params)
    shape = BulkInsertShape(
        table=meta.table.ref,
        columns=refs,
        arrays=arrays_of(refs),
        generated=shapes,
        key=key,
        returning=meta.items,
        overriding=meta.table.is_numbered_always(ref for ref, _ in generated),
    )
    return shape, (*columns, *values)


def _default_of(table: TableMeta, ref: ColumnRef) -> AnyExpr:
    """Return what the server fills a key column in with, so that the key is known before the row is written."""
    declaration = table.declaration_of(ref)
    if declaration.generated is not None:
        sequence = operation("once", cast(call(_SEQUENCE, TEXT, TEXT), REGCLASS))
        return Expr(call(_NEXTVAL, sequence), (qualified_name(table.ref), ref.name), ref.type)
    default = declaration.options.get("default")
    return default if isinstance(default, Expr) else parameter(default, ref.type, ref)
