"""What the body of a table declares: its columns; whatever was meant for a column and is none is refused."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.column import Column
from ferra_sync._expression.operators import Node
from ferra_sync._expression.order import Order
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._schema.constraints import Check, ForeignKey, Index, Unique
from ferra_sync._schema.declaration import ColumnDef
from ferra_sync.errors import SchemaError

_CLASS_VARIABLE: Final = re.compile(r"\bClassVar\b")
_FIELDS: Final = (type(attrs.field()), dataclasses.Field)
_PYTHON_TYPES: Final = frozenset(
    cls for value in vars(sql).values() if isinstance(value, SqlType) for cls in value.classes
) - {object}


def declared_columns(cls: type, inherited: type) -> dict[str, ColumnDef[Any, Any]]:
    """Return what `cls` and its plain base classes declare, those of the bases first; nothing of `inherited`.

    Raises:
        SchemaError: an attribute was meant for a column and declares none, hides one, or cannot be one.
    """
    columns: dict[str, ColumnDef[Any, Any]] = {}
    attributes: set[str] = set()
    parts = [part for part in reversed(cls.__mro__) if part not in inherited.__mro__]
    for part in parts:
        for attribute, value in vars(part).items():
            where = f"{cls.__name__}.{attribute}"
            if isinstance(value, ColumnDef):
                _check_attribute(where, attribute, part)
                columns[attribute] = value
            elif attribute in columns:
                raise SchemaError(f"{where} is a {type(value).__name__} and hides the column of that name")
            elif not attribute.startswith("__") and (mistake := _mistake(value, part)) is not None:
                raise SchemaError(f"{where} is {mistake}")
        attributes |= vars(part).keys()
    for attribute in _annotated(parts):
        if attribute not in attributes:
            raise SchemaError(
                f"{cls.__name__}.{attribute} is annotated and has no value, so it declares no column: "
                f"write {attribute} = t.…(), or annotate a ClassVar"
            )
    return columns


def _check_attribute(where: str, attribute: str, part: type) -> None:
    """Python keeps `__name__` for itself, and makes `_Users__name` of `__name`."""
    private = f"_{part.__name__.lstrip('_')}__"
    if attribute.startswith(("__", private)):
        name = attribute.removeprefix(private.removesuffix("__"))
        plain = name.strip("_") or "column"
        raise SchemaError(
            f"{where}: a column's attribute cannot begin with two underscores: "
            f'write {plain} = t.…(name="{name}") if the column is called so'
        )


def _annotated(parts: list[type]) -> Iterator[str]:
    for part in parts:
        for attribute, annotation in inspect.get_annotations(part).items():
            if not _CLASS_VARIABLE.search(str(annotation)):
                yield attribute


def _mistake(value: object, part: type) -> str | None:
    """Return what an attribute is that was meant for a column; None where it may be anything else."""
    if isinstance(value, type):
        return _mistaken_class(value, part)
    if isinstance(value, (tuple, list, set, frozenset, Mapping)):
        return _mistaken_collection(value, part)
    if callable(value):
        return _mistaken_function(value, part)
    if isinstance(value, _FIELDS):
        return "a field, which belongs to a model: write t.…()"
    return _mistaken_value(value)


def _mistaken_class(cls: type, part: type) -> str | None:
    if cls in _PYTHON_TYPES:
        return f"the class {cls.__name__}: a column is declared by a function, t.…()"
    if hasattr(cls, "__ferra_table__") and not _is_inside(cls, part):
        return f"the table {cls.__name__}: reference a column of it, t.…(references={cls.__name__}.…)"
    return None


def _mistaken_collection(values: Any, part: type) -> str | None:  # noqa: ANN401 - of anything
    listed = values.values() if isinstance(values, Mapping) else values
    if not any(_is_declaration(each, part) for each in listed):
        return None
    if isinstance(values, tuple) and len(values) == 1:
        return "a tuple: leave out the comma after the declaration"
    return f"a {type(values).__name__} of declarations: a column is one declaration with a name of its own"


def _is_declaration(value: object, part: type) -> bool:
    return isinstance(value, (ColumnDef, SqlType)) or (callable(value) and _mistaken_function(value, part) is not None)


def _mistaken_function(function: object, part: type) -> str | None:
    """Return what a function is that makes columns or expressions and was not called; methods may be of any kind."""
    if isinstance(function, functools.partial):
        return _mistaken_function(function.func, part)
    name = getattr(function, "__name__", type(function).__name__)
    is_ours = str(getattr(function, "__module__", "")).startswith("ferra_sync.")
    makes_columns = "ColumnDef" in str(getattr(function, "__annotations__", {}).get("return", ""))
    if _is_inside(function, part) or not (is_ours or makes_columns):
        return None
    return f"the function {name}, which was not called: write {name}(…)"


def _mistaken_value(value: object) -> str | None:
    match value:
        case Column():
            return f"the column {value.ref} of another table: declare one, t.…(references=…)"
        case Node() | Order():
            return "an expression: declare a column, t.…(default=…)"
        case SqlType():
            return f"the type {value} and no declaration: write t.…()"
        case Unique() | Check() | Index() | ForeignKey():
            return "a constraint: list it in a classmethod __constraints__"
        case _:
            return None


def _is_inside(value: object, part: type) -> bool:
    """Whether a class or a function was written in the body of `part`."""
    return str(getattr(value, "__qualname__", "")).rpartition(".")[0] == part.__qualname__
