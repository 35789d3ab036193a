"""What psycopg is given for a value of a type, and what its values become."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeAlias

from psycopg.adapt import PyFormat
from psycopg.types.array import ArrayLoader

from ferra_sync._expression.arrays import innermost, travels_as_texts
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model import documents
from ferra_sync._model.misfit import MisfitError
from ferra_sync._postgres.adapters import ADAPTERS
from ferra_sync.errors import QueryError

Conversion: TypeAlias = Callable[[Any], Any]
UNWRITABLE: Final = (AttributeError, KeyError, TypeError, ValueError)


def dump_of(sql_type: SqlType[Any]) -> Conversion | None:
    """Return what turns a value of `sql_type` into what psycopg is given; None: nothing needs to."""
    structured = sql_type.structured
    if structured is not None:
        return partial(documents.dump, structured)
    element = sql_type.element
    if element is not None and travels_as_texts(sql_type):
        return lambda values: [None if value is None else _array_text(element, value) for value in values]
    if element is not None and innermost(sql_type).structured is not None:
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
        reason = f": {error}" if isinstance(error, MisfitError) else ""
        problem = QueryError(f"a {type(value).__name__} cannot be written as {sql_type}{reason}")
    raise problem  # Outside, for the other error may show the value.


def load_of(sql_type: SqlType[Any]) -> Conversion | None:
    """Return what turns psycopg's value of `sql_type` into ours; None: nothing needs to."""
    structured = sql_type.structured
    if structured is not None:
        return partial(documents.load, structured)
    element = sql_type.element
    if element is not None and innermost(sql_type).structured is not None:
        load = load_of(element)
        return lambda values: [None if value is None or load is None else load(value) for value in values]
    if sql_type.kind is FieldType.ARRAY and not sql_type.binary:
        return partial(_loaded_array, sql_type.load or list)
    return sql_type.load
