"""Rows to Python: for each select list one generated function, made on first use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

import attrs
import psycopg

from ferra_sync._expression.shapes import Items
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._expression.unreadable import UnreadableError
from ferra_sync._model.select_list import Cell, Entry, Instance, Nested, SelectList
from ferra_sync._postgres.conversions import load_of

RowMaker: TypeAlias = Callable[[Sequence[Any]], Any]
"""One row's values → a model, a value, or a tuple of these."""

Load: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]
"""Arrays as the server sends them, and None → the lists that they are, and None."""


class Arrays(NamedTuple):
    """What a `Load` is given: an array for each of a multiset's columns, or one that is itself a value of a column."""

    columns: Items
    of_rows: bool


class NestedMaker(NamedTuple):
    """What makes rows that have multisets in them, once `bind` is given as many loads as there are `arrays`."""

    bind: Callable[..., RowMaker]
    arrays: tuple[Arrays, ...]


MISFIT: Final = psycopg.DataError
"""What a row maker raises where a value does not fit its Python type."""

_UNREADABLE: Final = (KeyError, OverflowError, TypeError, ValueError)


@lru_cache(maxsize=2048)
def row_maker(selected: SelectList) -> RowMaker:
    """Return what makes rows of `selected`."""
    return _Writer(None).row_maker(selected)


def row_maker_from(selected: SelectList, epoch: dt.datetime) -> RowMaker:
    """Return what makes rows whose moments come naive and in UTC: they are put into the zone of `epoch`."""
    return _Writer(epoch).row_maker(selected)


def nested_row_maker(selected: SelectList, epoch: dt.datetime | None) -> NestedMaker:
    """Return what makes rows of `selected`, in which there are multisets; `epoch` is that of `row_maker_from`."""
    writer = _Writer(epoch)
    bind = writer.nested_row_maker(selected)
    return NestedMaker(bind, tuple(writer.arrays))


class _Writer:
    """Writes the Python source of a row maker: straight-line code, without loops and without attrs' own `__init__`.

    Validators and converters do not run on load: what the database holds was checked when it was written.
    """

    def __init__(self, epoch: dt.datetime | None) -> None:
        self._lines: list[str] = []
        self._epoch = epoch
        self._names: dict[str, Any] = {}
        self._loads = False
        self._prefix = "v"
        self._columns: Items = ()
        self.arrays: list[Arrays] = []

    def row_maker(self, selected: SelectList) -> RowMaker:
        """Return the function; the cheapest there is where nothing is built."""
        results = [self._entry(entry) for entry in selected.entries]
        names = [f"v{position}" for position in range(len(selected.columns))]
        if results == names and not self._lines and not self._loads:
            return itemgetter(0) if len(results) == 1 else tuple
        made: RowMaker = self._named("make_row", self._function(self._returning(names, results)))
        return made

    def nested_row_maker(self, selected: SelectList) -> Callable[..., RowMaker]:
        """Return the function that takes what loads `arrays`, and returns the other."""
        results = [self._entry(entry) for entry in selected.entries]
        names = [f"v{position}" for position in range(len(selected.columns))]
        lines = self._function(self._returning(names, results))
        loads = ", ".join(f"load{number}" for number in range(len(self.arrays)))
        source = [f"def bind({loads}):", *_indented([*lines, "return make_row"])]
        bind: Callable[..., RowMaker] = self._named("bind", source)
        return bind

    def _returning(self, names: list[str], results: list[str]) -> list[str]:
        return [f"{', '.join(names)}, = values", *self._lines, f"return {_tuple(results)}"]

    def _entry(self, entry: Entry) -> str:
        """Write what an entry needs; return the expression for its value."""
        if isinstance(entry, Cell):
            return self._value(entry)
        if isinstance(entry, Nested):
            return self._nested(entry)
        if isinstance(entry, Instance):
            return self._instance(entry) if entry.witness is None else self._maybe(entry, entry.witness)
        return f"({''.join(f'{self._entry(each)}, ' for each in entry)})"

    def _nested(self, entry: Nested) -> str:
        """Write a loop over the rows of a multiset, or less where nothing is built; return the name of the list."""
        arrays = f"{self._prefix}{entry.position}"
        before = self._prefix, self._columns, self._lines
        load = self._load(Arrays(entry.rows.columns, of_rows=True))
        self._prefix, self._columns, self._lines = f"{load}_", entry.rows.columns, []
        results = [self._entry(each) for each in entry.rows.entries]
        names = [f"{self._prefix}{position}" for position in range(len(self._columns))]
        body = self._lines
        self._prefix, self._columns, self._lines = before
        is_plain = results == names and not body
        if is_plain and len(names) == 1:
            return f"({load}({arrays})[0] or [])"
        rows = f"zip(*{load}({arrays}))"
        if is_plain:
            return f"(list({rows}) if {arrays}[0] is not None else [])"
        made = f"{load}_rows"
        loop = [f"for {', '.join(names)}, in {rows}:", *_indented([*body, f"{made}.append({_tuple(results)})"])]
        self._lines += [f"{made} = []", f"if {arrays}[0] is not None:", *_indented(loop)]
        return made

    def _load(self, arrays: Arrays) -> str:
        """Return the name of what loads `arrays`."""
        self.arrays.append(arrays)
        return f"load{len(self.arrays) - 1}"

    def _function(self, lines: list[str]) -> list[str]:
        """Return the source of `make_row`."""
        if self._loads:
            lines = [
                "try:",
                *(f"    {line}" for line in lines),
                "except unreadable as error:",
                "    problem = failed(error)",
                "raise problem",  # Outside, for the other error shows the value.
            ]
            self._names |= {"unreadable": _UNREADABLE, "failed": _failed}
        return ["def make_row(values):", *_indented(lines)]

    def _named(self, name: str, source: list[str]) -> Any:  # noqa: ANN401 - a function, of the caller's own kind
        exec("\n".join(source), self._names)  # noqa: S102 - names of fields, which are identifiers, and numbers; no value
        return self._names[name]

    def _value(self, cell: Cell) -> str:
        name = f"{self._prefix}{cell.position}"
        if cell.type.kind is FieldType.ARRAY and self._columns:
            return self._array(cell, name)
        if cell.type.kind is FieldType.TIMESTAMPTZ and self._epoch is not None:
            self._names |= {"epoch": self._epoch, "naive": self._epoch.astimezone(dt.UTC).replace(tzinfo=None)}
            loaded = f"(epoch + ({name} - naive))"
        elif (load := load_of(cell.type)) is not None:
            loaded = f"{self._bind('convert', load)}({name})"
        else:
            return name
        self._loads = True
        return f"({loaded} if {name} is not None else None)" if cell.nullable else loaded

    def _array(self, cell: Cell, name: str) -> str:
        """Return the expression for an array in a multiset, where it is bytes of its own."""
        load = self._load(Arrays((self._columns[cell.position],), of_rows=False))
        loaded, convert = f"{load}(({name},))[0]", load_of(cell.type)
        if convert is not None:
            self._loads = True
            loaded = f"{self._bind('convert', convert)}({loaded})"
        return f"({loaded} if {name} is not None else None)"

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
        name = f"{self._prefix}{witness.position}"
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


def _tuple(results: list[str]) -> str:
    return results[0] if len(results) == 1 else f"({', '.join(results)})"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _caches_hash(model: type) -> bool:
    """Whether attrs' `cache_hash=True` was asked for: its `__hash__` reads a slot that `__init__` would have set."""
    code = getattr(model.__hash__, "__code__", None)
    return code is not None and "_attrs_cached_hash" in code.co_names


def _failed(error: Exception) -> psycopg.DataError:
    is_told = isinstance(error, UnreadableError)
    return MISFIT(str(error) if is_told else "a value in the row does not fit its Python type")
