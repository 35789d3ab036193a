"""Where the rows of a query have the values that they are sorted by, and how PostgreSQL spells these."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeAlias

import attrs

from ferra_sync._expression import shapes
from ferra_sync._expression.nulls import strict
from ferra_sync._expression.references import FunctionRef, TableRef
from ferra_sync._expression.shapes import Item, Items
from ferra_sync._expression.sqltypes import JSONB, TEXT, FieldType
from ferra_sync._model.model import ROW, ModelMeta
from ferra_sync._query.select import Select
from ferra_sync._query.sharing import are_same
from ferra_sync._query.unique_order import Key
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError, SchemaError

Position: TypeAlias = tuple[str | None, ...]
"""A row's values of the keys, as PostgreSQL spells them; None is NULL."""

_Spell: TypeAlias = Callable[[Any], str]

_EXACT: Final[dict[FieldType, _Spell]] = {
    FieldType.SMALLINT: int.__repr__,
    FieldType.INTEGER: int.__repr__,
    FieldType.BIGINT: int.__repr__,
    FieldType.NUMERIC: str,
    FieldType.REAL: repr,
    FieldType.DOUBLE_PRECISION: repr,
    FieldType.TEXT: str,
    FieldType.VARCHAR: str,
    FieldType.CHAR: str,
    FieldType.CITEXT: str,
    FieldType.BOOLEAN: {True: "true", False: "false"}.__getitem__,
    FieldType.UUID: lambda value: str(value.hex),
    FieldType.BYTEA: lambda value: f"\\x{bytes(value).hex()}",
}
"""The types whose values Python has exactly, all of them, and what spells these."""

_MOMENTS: Final = frozenset({FieldType.DATE, FieldType.TIME, FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ})
"""Python lacks some of their values, such as infinity: where a row has one it is exact."""

_IN_ROWS: Final[dict[FieldType, _Spell]] = {
    **_EXACT,
    **dict.fromkeys(_MOMENTS, lambda value: str(value.isoformat())),
    FieldType.ENUM: lambda value: str(value.value),
}

_TO_JSONB: Final = FunctionRef("to_jsonb", nulls=strict, returns=JSONB)
"""Spells moments as ISO 8601 does, whatever DateStyle says."""


@attrs.frozen(eq=False)
class Reading:
    """How the values of its keys are read from each row of a query.

    Attributes:
        keys: what the rows are sorted by.
        added: the columns that are selected beside the rows, which are pairs of a row and these then; None: none.
        places: of each key what takes its value from a row.
        spells: of each key what spells its value.
    """

    keys: Sequence[Key]
    added: Items | None
    places: Sequence[Callable[[Any], Any]]
    spells: Sequence[_Spell]

    def widened(self, query: Select[Any, Any, Any]) -> Select[Any, Any, Any]:
        """Return the query with what is added to its rows."""
        if self.added is None:
            return query
        params = tuple(value for key in self.keys for value in key.expr.params)
        items = (*query.as_one_item(), (shapes.several(self.added), ROW))
        return query._with(items=items, item_params=(query.item_values(), params))

    def rows(self, found: list[Any]) -> list[Any]:
        """Return rows as the query was given."""
        return found if self.added is None else [row for row, _ in found]

    def position_of(self, row: Any) -> Position:  # noqa: ANN401 - a row of the query
        """Return the position of a row.

        Raises:
            SchemaError: a key is NULL that is declared not to be.
        """
        position = []
        for key, place, spell in zip(self.keys, self.places, self.spells, strict=True):
            value = place(row)
            if value is None and not key.nullable:
                raise SchemaError(f"{key.expr.label} is NULL in a row, and is declared not to be")
            position.append(None if value is None else spell(value))
        return tuple(position)


def reading(query: Select[Any, Any, Any], keys: Sequence[Key]) -> Reading:
    """Return how the values of `keys` are read; columns are added where a row has not all of them.

    Raises:
        QueryError: distinct rows have a key of a type whose values Python has not exactly.
    """
    found = [_place_of(query, key) for key in keys]
    places = [place for place in found if place is not None]
    if len(places) == len(keys):
        return Reading(keys, None, places, [_IN_ROWS[key.expr.type.kind] for key in keys])
    if query._said.get("distinct") == ():
        lacking = next(key.expr for key, place in zip(keys, found, strict=True) if place is None)
        raise QueryError(
            f"{lacking.label} is {lacking.type}, which distinct rows cannot be walked along: say .cast(t.text())"
        )
    columns, spells = zip(*map(_fetched, keys), strict=True)
    return Reading(keys, columns, [_added(number) for number in range(len(keys))], spells)


def _added(number: int) -> Callable[[Any], Any]:
    return lambda row: row[1][number]


def _place_of(query: Select[Any, Any, Any], key: Key) -> Callable[[Any], Any] | None:
    """Return what takes the value of a key from a row; None where no row has it exactly."""
    if key.expr.type.kind not in _IN_ROWS:
        return None
    is_alone = len(query.items) == 1
    for number, ((shape, _), params) in enumerate(zip(query.items, query._said.get("item_params", ()), strict=True)):
        item = _itself if is_alone else itemgetter(number)
        if shape == key.expr.shape and are_same(params, key.expr.params):
            return item
        name = _field_of(shape, key.expr.shape)
        if name is not None:
            return attrgetter(name) if is_alone else _attribute_of(item, name)
    return None


def _itself(row: Any) -> Any:  # noqa: ANN401 - a row of one item
    return row


def _attribute_of(item: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(item(row), name)


def _field_of(shape: Hashable, column: Hashable) -> str | None:
    """Return the name of the field that a model has of a column, or None."""
    match shape:
        case (shapes.MODEL, type() as model, TableRef() as table):
            attributes = table_meta(table.owner).attributes
            fields = ModelMeta.of(model).fields
            return next((field.name for field in fields if attributes[field.key].ref is column), None)
        case _:
            return None


def _fetched(key: Key) -> tuple[Item, _Spell]:
    """Return the column that has the values of a key, and what spells these."""
    shape, sql_type = key.expr.shape, key.expr.type
    if sql_type.kind in _EXACT:
        return (shape, sql_type), _EXACT[sql_type.kind]
    if sql_type.kind in _MOMENTS:
        return (shapes.cast(shapes.call(_TO_JSONB, shape), TEXT), TEXT), lambda text: text.strip('"')
    return (shapes.cast(shape, TEXT), TEXT), str
