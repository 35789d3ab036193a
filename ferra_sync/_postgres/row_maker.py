"""Rows to Python and Python to parameters: for each selection one generated function, made on first use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache, partial
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeAlias

import attrs
import psycopg
from psycopg.adapt import PyFormat
from psycopg.types.array import ArrayLoader

from ferra_sync._expression.shapes import Item, Items
from ferra_sync._expression.sqltypes import BOOLEAN, FieldType, SqlType
from ferra_sync._model import documents
from ferra_sync._model.model import ModelMeta
from ferra_sync._postgres.adapters import ADAPTERS
from ferra_sync.errors import QueryError

RowMaker: TypeAlias = Callable[[Sequence[Any]], Any]
Conversion: TypeAlias = Callable[[Any], Any]
UNWRITABLE: Final = (AttributeError, KeyError, TypeError, ValueError)

_UNREADABLE: Final = (KeyError, OverflowError, TypeError, ValueError)


def dump_of(sql_type: SqlType[Any]) -> Conversion | None:
    """Return what turns a value of `sql_type` into what psycopg is given; None: nothing needs to."""
    structured = sql_type.structured
    if structured is not None:
        return partial(documents.dump, structured)
    element = sql_type.element
    if sql_type.kind is FieldType.ARRAY and element is not None and element.kind is FieldType.ARRAY:
        return lambda values: [None if value is None else _array_text(element, value) for value in values]
    if sql_type.kind is FieldType.ARRAY and element is not None and element.structured is not None:
        dump = dump_of(element)
        return lambda values: [None if value is None or dump is None else dump(value) for value in values]
    return sql_type.dump


def _array_text(sql_type: SqlType[Any], value: Any) -> str:  # noqa: ANN401 - a list of the type's own elements
    """Return an array as PostgreSQL spells it, `{1,2}`."""
    dump = dump_of(sql_type)
    converted = list(value if dump is None else dump(value))
    text = ADAPTERS.get_dumper(list, PyFormat.TEXT)(list).dump(converted)
    return "" if text is None else bytes(text).decode()


class _TextArray(ArrayLoader):
    """Reads `{a,b}` where the server sent an array of a type that psycopg does not know."""

    base_oid = 25

    def texts(self, value: str) -> list[Any]:
        return list(self.load(value.encode()))


def _loaded_array(load: Conversion, value: Any) -> Any:  # noqa: ANN401 - a list, or its text
    return load(_TextArray(0).texts(value) if isinstance(value, str) else value)


_AS_TEXT_PARAMETER: Final[dict[FieldType, Conversion]] = {
    FieldType.SMALLINT: int.__repr__,
    FieldType.INTEGER: int.__repr__,
    FieldType.BIGINT: int.__repr__,
    FieldType.BOOLEAN: {True: "t", False: "f"}.__getitem__,
    FieldType.UUID: attrgetter("hex"),
    FieldType.TIMESTAMP: dt.datetime.isoformat,
    FieldType.TIMESTAMPTZ: dt.datetime.isoformat,
    FieldType.DATE: dt.date.isoformat,
}
"""Everyday values as text, which psycopg writes faster than any other; the cast in the statement says what they are."""


def parameter_dump_of(sql_type: SqlType[Any]) -> Conversion | None:
    """Return what turns a parameter of `sql_type` into what psycopg is given; None: nothing needs to."""
    return _AS_TEXT_PARAMETER.get(sql_type.kind) or dump_of(sql_type)


def dumped(dump: Conversion, value: object, sql_type: SqlType[Any]) -> Any:  # noqa: ANN401 - what psycopg is given
    """Return `value` as psycopg is given it; QueryError where it cannot be written, such as a set as JSON."""
    try:
        return dump(value)
    except UNWRITABLE as error:
        reason = f": {error}" if isinstance(error, documents.MisfitError) else ""
        problem = QueryError(f"a {type(value).__name__} cannot be written as {sql_type}{reason}")
    raise problem  # Outside, for the other error may show the value.


def load_of(sql_type: SqlType[Any]) -> Conversion | None:
    """Return what turns psycopg's value of `sql_type` into ours; None: nothing needs to."""
    structured = sql_type.structured
    if structured is not None:
        return partial(documents.load, structured)
    element = sql_type.element
    if sql_type.kind is FieldType.ARRAY and element is not None and element.structured is not None:
        load = load_of(element)
        return lambda values: [None if value is None or load is None else load(value) for value in values]
    if sql_type.kind is FieldType.ARRAY and not sql_type.binary:
        return partial(_loaded_array, sql_type.load or list)
    return sql_type.load


@attrs.frozen(eq=False)
class Selection:
    """What a select list or RETURNING says in SQL, and what a row of it becomes.

    Attributes:
        items: the models and expressions.
        columns: each expression to write, with its type.
        make_row: one row's values → a model, a value, or a tuple of these.
    """

    items: Items
    columns: Items
    make_row: RowMaker

    @property
    def has_moments(self) -> bool:
        """Whether there is a timestamptz, and none inside an array or a range."""
        kinds = {sql_type.kind for _, sql_type in self.columns}
        return FieldType.TIMESTAMPTZ in kinds and not any(_holds_moments(sql_type) for _, sql_type in self.columns)

    def row_maker_from(self, epoch: dt.datetime) -> RowMaker:
        """Return the row maker for moments that are naive and in UTC: they are put into the zone of `epoch`."""
        return _written(self.items, epoch).make_row


def _holds_moments(sql_type: SqlType[Any]) -> bool:
    element = sql_type.element
    return element is not None and (element.kind is FieldType.TIMESTAMPTZ or _holds_moments(element))


@lru_cache(maxsize=2048)
def selection(items: Items) -> Selection:
    """Return the columns and the row maker of a list of models and expressions."""
    return _written(items)


def _written(items: Items, epoch: dt.datetime | None = None) -> Selection:
    writer = _RowMakerWriter(epoch)
    results = [writer.item(*item) for item in items]
    return Selection(items, tuple(writer.columns), writer.make_row(results))


class _RowMakerWriter:
    """Writes the Python source of a row maker: straight-line code, without loops and without attrs' own `__init__`.

    Validators and converters do not run on load: what the database holds was checked when it was written.
    """

    def __init__(self, epoch: dt.datetime | None) -> None:
        self.columns: list[Item] = []
        self._lines: list[str] = []
        self._epoch = epoch
        self._names: dict[str, Any] = {}
        self._loads = False

    def item(self, shape: Hashable, sql_type: SqlType[Any]) -> str:
        """Add an item; return the expression for its value."""
        match shape:
            case ("tuple", tuple() as items):
                return f"({''.join(f'{self.item(*item)}, ' for item in items)})"
            case ("model", type() as model):
                return self._model(ModelMeta.of(model))
            case ("maybe", ("model", type() as model)):
                return self._maybe(ModelMeta.of(model))
            case _:
                return self._value(shape, sql_type, nullable=True)

    def make_row(self, results: list[str]) -> RowMaker:
        """Return the function; the cheapest there is where nothing is built."""
        plain = results == [f"v{index}" for index in range(len(results))]
        if plain and not self._lines and not self._loads:
            return itemgetter(0) if len(results) == 1 else tuple
        values = ", ".join(f"v{index}" for index in range(len(self.columns)))
        result = results[0] if len(results) == 1 else f"({', '.join(results)})"
        lines = [f"{values}, = values", *self._lines, f"return {result}"]
        if self._loads:
            lines = [
                "try:",
                *(f"    {line}" for line in lines),
                "except unreadable:",
                "    pass",  # The error shows the value, so it is not in the context of the one that is raised.
                "raise failed()",
            ]
            self._names |= {"unreadable": _UNREADABLE, "failed": _unreadable}
        source = "\n    ".join(["def make_row(values):", *lines])
        exec(source, self._names)  # noqa: S102 - names of fields, which are identifiers, and numbers; no value
        made: RowMaker = self._names["make_row"]
        return made

    def _value(self, shape: Hashable, sql_type: SqlType[Any], *, nullable: bool) -> str:
        name = f"v{len(self.columns)}"
        self.columns.append((shape, sql_type))
        if sql_type.kind is FieldType.TIMESTAMPTZ and self._epoch is not None:
            self._names |= {"epoch": self._epoch, "naive": self._epoch.astimezone(dt.UTC).replace(tzinfo=None)}
            loaded = f"(epoch + ({name} - naive))"
        elif (load := load_of(sql_type)) is not None:
            loaded = f"{self._bind('load', load)}({name})"
        else:
            return name
        self._loads = True
        return f"({loaded} if {name} is not None else None)" if nullable else loaded

    def _model(self, meta: ModelMeta, indent: str = "") -> str:
        row = f"r{len(self.columns)}"
        model = self._bind("model", meta.model)
        lines = [f"{row} = {self._bind('new', meta.model.__new__)}({model})"]
        for field in meta.fields:
            value = self._value(field.ref, field.ref.type, nullable=field.nullable)
            lines.append(self._assignment(meta.model, row, field.name, value))
        lines.extend(self._rest(meta, row))
        self._lines.extend(indent + line for line in lines)
        return row

    def _maybe(self, meta: ModelMeta) -> str:
        """Write a model that is None where the outer join found no row."""
        start, first = len(self._lines), len(self.columns)
        row = self._model(meta, indent="    ")
        body = self._lines[start:]
        del self._lines[start:]
        self._lines += [f"if {self._is_missing(meta, first)}:", f"    {row} = None", "else:", *body]
        return row

    def _is_missing(self, meta: ModelMeta, first: int) -> str:
        """Return the test for no row: a column that is never NULL is; else the server is asked, in one more column."""
        for index, field in enumerate(meta.fields):
            if not field.nullable:
                return f"v{first + index} is None"
        self.columns.append((("is row", meta.table.ref), BOOLEAN))
        return f"not v{len(self.columns) - 1}"

    def _assignment(self, model: type, row: str, name: str, value: str) -> str:
        """Return the shortest way past validators, converters and frozenness to set one attribute."""
        if "__setattr__" not in {attribute for cls in model.__mro__[:-1] for attribute in vars(cls)}:
            return f"{row}.{name} = {value}"
        setter = getattr(getattr(model, name, None), "__set__", None)
        if setter is None:
            return f"{row}.__dict__[{name!r}] = {value}"
        return f"{self._bind('set', setter)}({row}, {value})"

    def _rest(self, meta: ModelMeta, row: str) -> list[str]:
        """Return the lines for what is no column: defaults, attrs' cached hash, `__attrs_post_init__`."""
        mapped = {field.name for field in meta.fields}
        lines = []
        for attribute in attrs.fields(meta.model):
            if attribute.name not in mapped and attribute.default is not attrs.NOTHING:
                default = self._default(attribute.default, row)
                lines.append(self._assignment(meta.model, row, attribute.name, default))
        if "_attrs_cached_hash" in getattr(meta.model.__hash__, "__code__", _unreadable.__code__).co_names:
            lines.append(self._assignment(meta.model, row, "_attrs_cached_hash", "None"))
        if hasattr(meta.model, "__attrs_post_init__"):
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


def _unreadable() -> psycopg.DataError:
    return psycopg.DataError("a value in the row does not fit its Python type")
