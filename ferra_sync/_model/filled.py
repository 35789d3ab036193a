"""Rows as instances of a plain attrs class: `db.fetch_all(query, as_=Row)`, an item of the row for each field."""

from __future__ import annotations

from typing import Any, get_args, get_origin

import attrs

from ferra_sync._expression.described import described
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import Item
from ferra_sync._model import type_hints
from ferra_sync._model.names import name_of
from ferra_sync._model.select_list import Cell, Entry, Instance, Nested, SelectList
from ferra_sync.errors import SchemaError


def filled(cls: type, selected: SelectList) -> SelectList:
    """Return `selected` with rows that are instances of `cls`.

    Raises:
        SchemaError: its fields are not the items by number, type or nullability.
    """
    fields = _fields(cls)
    labels = [_label(item, position) for position, item in enumerate(selected.items, start=1)]
    if len(fields) != len(labels):
        held = f"{len(labels)} item{'s' if len(labels) > 1 else ''} ({', '.join(labels)})"
        raise SchemaError(f"{cls.__name__}: a row has {held}, a field each; the class has {len(fields)}")
    for field, label, entry in zip(fields, labels, selected.entries, strict=True):
        _check(f"{cls.__name__}.{field.name}", field.type, label, entry)
    return attrs.evolve(selected, entries=(Instance(cls, tuple(field.name for field in fields), selected.entries),))


def attrs_class(given: Any) -> type:  # noqa: ANN401 - checked here
    """Return `given` if rows can be instances of it; SchemaError where it is no attrs class."""
    if isinstance(given, type) and "__attrs_attrs__" in given.__dict__:
        return given
    raise SchemaError(f"as_ takes an attrs class, not {described(given)}: decorate a class with @attrs.frozen")


def _fields(cls: type[Any]) -> list[attrs.Attribute[Any]]:
    """Return the fields that `__init__` takes, with their annotations resolved."""
    try:
        hints = type_hints.resolved(cls)
    except NameError as error:
        raise type_hints.unresolved(cls, error) from None
    return [each.evolve(type=hints.get(each.name, each.type)) for each in attrs.fields(cls) if each.init]


def _check(here: str, annotation: object, there: str, entry: Entry) -> None:
    if annotation is None:
        raise SchemaError(f"{here} has no annotation: write what {there} is")
    if isinstance(entry, Cell):
        if not type_hints.fits(annotation, entry.type):
            is_of = f"{entry.type} ({entry.type.python_name})"
            raise SchemaError(f"{here} is {type_hints.spelled(annotation)}; {there} is {is_of}")
        is_missing, may = entry.nullable and entry.type.classes != (object,), "NULL"
    elif isinstance(entry, Instance):
        if not any(_takes(member, entry.model) for member in type_hints.members(annotation)):
            raise SchemaError(f"{here} is {type_hints.spelled(annotation)}; {there} is a {entry.model.__name__}")
        is_missing, may = entry.witness is not None, "missing"
    elif isinstance(entry, Nested):
        _check_rows(here, annotation, there, entry.rows.entries)
        return
    else:
        raise SchemaError(f"{here}: {there} is several values")
    if is_missing and not type_hints.allows_none(annotation):
        raise SchemaError(f"{here} is never None; {there} may be {may}")


def _check_rows(here: str, annotation: object, there: str, entries: tuple[Entry, ...]) -> None:
    """Raise SchemaError where a field is no list of such rows; one whose annotation says less takes any."""
    of_rows = [get_args(member) for member in type_hints.members(annotation) if get_origin(member) is list]
    if not of_rows:
        if any(member in {Any, object, list} for member in type_hints.members(annotation)):
            return
        raise SchemaError(f"{here} is {type_hints.spelled(annotation)}; {there} is a list of rows")
    (row,) = of_rows[0]
    if len(entries) == 1:
        _check(f"a row of {here}", row, f"a row of {there}", entries[0])
        return
    parts = get_args(row)
    if get_origin(row) is not tuple or len(parts) != len(entries):
        if row is Any:
            return
        raise SchemaError(f"a row of {here} is {type_hints.spelled(row)}; that of {there} is a tuple of {len(entries)}")
    for number, (part, entry) in enumerate(zip(parts, entries, strict=True), start=1):
        _check(f"item {number} of a row of {here}", part, f"that of {there}", entry)


def _takes(member: Any, model: type) -> bool:  # noqa: ANN401 - annotations are of every class
    return member is Any or (isinstance(member, type) and issubclass(model, member))


def _label(item: Item, position: int) -> str:
    shape, _ = item
    return repr(shape) if isinstance(shape, ColumnRef) else name_of(shape, position).short
