"""Rows to Python: for each select list one generated function, made on first use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeAlias

import attrs
import psycopg

from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._expression.unreadable import UnreadableError
from ferra_sync._model.select_list import Cell, Entry, Instance, SelectList
from ferra_sync._postgres.conversions import load_of

RowMaker: TypeAlias = Callable[[Sequence[Any]], Any]
"""One row's values → a model, a value, or a tuple of these."""

_UNREADABLE: Final = (KeyError, OverflowError, TypeError, ValueError)


@lru_cache(maxsize=2048)
def row_maker(selected: SelectList) -> RowMaker:
    """Return what makes rows of `selected`."""
    return _Writer(None).row_maker(selected)


def row_maker_from(selected: SelectList, epoch: dt.datetime) -> RowMaker:
    """Return what makes rows whose moments come naive and in UTC: they are put into the zone of `epoch`."""
    return _Writer(epoch).row_maker(selected)


class _Writer:
    """Writes the Python source of a row maker: straight-line code, without loops and without attrs' own `__init__`.

    Validators and converters do not run on load: what the database holds was checked when it was written.
    """

    def __init__(self, epoch: dt.datetime | None) -> None:
        self._lines: list[str] = []
        self._epoch = epoch
        self._names: dict[str, Any] = {}
        self._loads = False

    def row_maker(self, selected: SelectList) -> RowMaker:
        """Return the function; the cheapest there is where nothing is built."""
        results = [self._entry(entry) for entry in selected.entries]
        names = [f"v{position}" for position in range(len(selected.columns))]
        if results == names and not self._lines and not self._loads:
            return itemgetter(0) if len(results) == 1 else tuple
        result = results[0] if len(results) == 1 else f"({', '.join(results)})"
        return self._function([f"{', '.join(names)}, = values", *self._lines, f"return {result}"])

    def _entry(self, entry: Entry) -> str:
        """Write what an entry needs; return the expression for its value."""
        if isinstance(entry, Cell):
            return self._value(entry)
        if isinstance(entry, Instance):
            return self._instance(entry) if entry.witness is None else self._maybe(entry, entry.witness)
        return f"({''.join(f'{self._entry(each)}, ' for each in entry)})"

    def _function(self, lines: list[str]) -> RowMaker:
        if self._loads:
            lines = [
                "try:",
                *(f"    {line}" for line in lines),
                "except unreadable as error:",
                "    problem = failed(error)",
                "raise problem",  # Outside, for the other error shows the value.
            ]
            self._names |= {"unreadable": _UNREADABLE, "failed": _failed}
        source = "\n    ".join(["def make_row(values):", *lines])
        exec(source, self._names)  # noqa: S102 - names of fields, which are identifiers, and numbers; no value
        made: RowMaker = self._names["make_row"]
        return made

    def _value(self, cell: Cell) -> str:
        name = f"v{cell.position}"
        if cell.type.kind is FieldType.TIMESTAMPTZ and self._epoch is not None:
            self._names |= {"epoch": self._epoch, "naive": self._epoch.astimezone(dt.UTC).replace(tzinfo=None)}
            loaded = f"(epoch + ({name} - naive))"
        elif (load := load_of(cell.type)) is not None:
            loaded = f"{self._bind('load', load)}({name})"
        else:
            return name
        self._loads = True
        return f"({loaded} if {name} is not None else None)" if cell.nullable else loaded

    def _instance(self, entry: Instance, indent: str = "") -> str:
        values = [self._entry(each) for each in entry.entries]
        row = f"r{len(self._names)}"
        lines = [f"{row} = {self._bind('new', entry.model.__new__)}({self._bind('model', entry.model)})"]
        lines += [self._assignment(entry.model, row, *pair) for pair in zip(entry.fields, values, strict=True)]
        lines += self._rest(entry, row)
        self._lines.extend(indent + line for line in lines)
        return row

    def _maybe(self, entry: Instance, witness: Cell) -> str:
        """Write a model that is None where the outer join found no row."""
        start = len(self._lines)
        row = self._instance(entry, indent="    ")
        body = self._lines[start:]
        name = f"v{witness.position}"
        missing = f"{name} is None" if witness in entry.entries else f"not {name}"
        self._lines[start:] = [f"if {missing}:", f"    {row} = None", "else:", *body]
        return row

    def _assignment(self, model: type, row: str, name: str, value: str) -> str:
        """Return the shortest way past validators, converters and frozenness to set one attribute."""
        if "__setattr__" not in {attribute for cls in model.__mro__[:-1] for attribute in vars(cls)}:
            return f"{row}.{name} = {value}"
        setter = getattr(getattr(model, name, None), "__set__", None)
        if setter is None:
            return f"{row}.__dict__[{name!r}] = {value}"
        return f"{self._bind('set', setter)}({row}, {value})"

    def _rest(self, entry: Instance, row: str) -> list[str]:
        """Return the lines for what is no column: defaults, attrs' cached hash, `__attrs_post_init__`."""
        model, lines = entry.model, []
        for attribute in attrs.fields(model):
            if attribute.name not in entry.fields and attribute.default is not attrs.NOTHING:
                default = self._default(attribute.default, row)
                lines.append(self._assignment(model, row, attribute.name, default))
        if _caches_hash(model):
            lines.append(self._assignment(model, row, "_attrs_cached_hash", "None"))
        if hasattr(model, "__attrs_post_init__"):
            lines.append(f"{row}.__attrs_post_init__()")
        return lines

    def _default(self, default: Any, row: str) -> str:  # noqa: ANN401 - of the attribute's own type
        factory = getattr(default, "factory", None)
        if factory is None:
            return self._bind("default", default)
        return f"{self._bind('factory', factory)}({row if default.takes_self else ''})"

    def _bind(self, prefix: str, value: object) -> str:
        name = f"{prefix}{len(self._names)}"
        self._names[name] = value
        return name


def _caches_hash(model: type) -> bool:
    """Whether attrs' `cache_hash=True` was asked for: its `__hash__` reads a slot that `__init__` would have set."""
    code = getattr(model.__hash__, "__code__", None)
    return code is not None and "_attrs_cached_hash" in code.co_names


def _failed(error: Exception) -> psycopg.DataError:
    is_told = isinstance(error, UnreadableError)
    return psycopg.DataError(str(error) if is_told else "a value in the row does not fit its Python type")
