"""What psycopg is given for a value of a type, and what its values become."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeAlias

from psycopg.adapt import PyFormat
from psycopg.types.array import ArrayLoader

from ferra_sync._expression.arrays import innermost, travels_as_texts
from ferra_sync._expression.sqltypes import UUID_, FieldType, SqlType
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


_UUIDS: Final = struct.Struct("!iiiii")
_ONE_DIMENSION: Final = (1, 0, 2950)
"""How many dimensions the array has, whether there is NULL in it, and the number of its elements' type, uuid."""
_UUID_LENGTH: Final = struct.pack("!i", 16)


def _binary_uuids(values: Any) -> Any:  # noqa: ANN401 - a list of them, or an array's text
    """Return UUIDs as an array in binary, a fifth of the work that its text is; what is no list of them as it is."""
    try:
        elements = [value.int.to_bytes(16) for value in values]
    except AttributeError:
        return values
    if not elements:
        return values
    head = _UUIDS.pack(*_ONE_DIMENSION, len(elements), 1)
    return b"".join((head, _UUID_LENGTH, _UUID_LENGTH.join(elements)))


def parameter_dump_of(sql_type: SqlType[Any]) -> Conversion | None:
    """Return what turns a parameter of `sql_type` into what psycopg is given; None: nothing needs to."""
    if sql_type.element is UUID_ and sql_type.kind is FieldType.ARRAY:
        return _binary_uuids
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
