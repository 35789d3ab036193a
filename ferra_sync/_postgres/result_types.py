"""The types of a result's columns: what the declarations promise, held against what the server says."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Final, NamedTuple

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from ferra_sync._expression.arrays import innermost
from ferra_sync._expression.domains import readable
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import Item, Items
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.select_list import RowsType
from ferra_sync.errors import SchemaError

_TYPES: Final = psycopg.adapters.types
_TEXTS: Final = frozenset({"text", "varchar", "name"})
"""Types that differ in nothing that a reader or a comparison sees."""
_READ_AS_TEXT: Final = _TEXTS | {"citext"}
_TEXT: Final = _TYPES["text"].oid
_BASE: Final = b"""
WITH RECURSIVE chain(oid, base) AS (
    SELECT oid, typbasetype FROM pg_catalog.pg_type WHERE oid = $1::oid
    UNION ALL SELECT t.oid, t.typbasetype FROM chain JOIN pg_catalog.pg_type AS t ON t.oid = chain.base
) SELECT oid FROM chain WHERE base = 0"""


class Promise(NamedTuple):
    """What one column of a result is expected to be; `oids` is None where the server's own types cannot be known."""

    shape: Hashable
    type: SqlType[object]
    oids: frozenset[int] | None


def promises(columns: Items, *, binary: bool) -> tuple[Promise, ...]:
    """Return what is expected of a result with these columns; `binary` is the format that it is asked for in.

    Of a multiset nothing is: what the arrays in it hold they tell themselves.
    """
    return tuple(
        Promise(shape, sql_type, None if isinstance(sql_type, RowsType) else _oids(shape, sql_type, binary))
        for shape, sql_type in columns
    )


def check(promised: Iterable[Promise], result: PGresult, connection: PGconn) -> dict[int, int]:
    """Compare a result, which costs nothing to ask, with what was promised of it.

    Return where there is a type of this database that reads as text, citext, and the type's number.

    Raises:
        SchemaError: a column is of another type, by name.
    """
    texts = {}
    for number, promise in enumerate(promised):
        oid = result.ftype(number)
        if promise.oids is None or oid in promise.oids:
            continue
        name = _name(oid, connection)
        if promise.type.cast not in _READ_AS_TEXT or name.rpartition(".")[2] != "citext":
            is_column = isinstance(promise.shape, ColumnRef)
            label = repr(promise.shape) if is_column else f"expression {number + 1} of the select list"
            raise SchemaError(f"{label} is declared {promise.type}; the database has {name}")
        texts[number] = oid
    return texts


def element_type(promise: Promise, oid: int, connection: PGconn, *, is_array: bool) -> int:
    """Return the type as which the elements of an array are read, and compare theirs with what was promised.

    It is another where the database has a domain, whose base it tells where it sends one value, or citext.

    Args:
        promise: what is expected of them.
        oid: their type, as the array tells it.
        connection: where it came.
        is_array: whether they are arrays, and should not be.

    Raises:
        SchemaError: they are of another type, by name.
    """
    expected = frozenset() if is_array else promise.oids
    if expected is None or oid in expected:
        return oid
    base = oid if is_array or _TYPES.get(oid) is not None else _base(oid, connection)
    if base in expected:
        return base
    is_text = not is_array and promise.type.cast in _READ_AS_TEXT
    if is_text and _name(base, connection).rpartition(".")[2] == "citext":
        return _TEXT
    label = repr(promise.shape) if isinstance(promise.shape, ColumnRef) else "an expression of a multiset"
    name = f"{_name(oid, connection)}{'[]' if is_array else ''}"
    raise SchemaError(f"{label} is declared {promise.type}; the database has {name}")


def element_promise(column: Item) -> Promise:
    """Return what is expected of the elements of an array of a column's values; of one that is an array, of its own."""
    shape, sql_type = column
    oids = _oids(shape, sql_type, binary=True)
    infos = [_TYPES.get(oid) for oid in oids or ()]
    return Promise(shape, sql_type, None if oids is None else frozenset(info.oid for info in infos if info is not None))


def array_oid(sql_type: SqlType[object]) -> int:
    """Return the type of arrays of a type, as psycopg reads them: what it does not know is read as text."""
    element = innermost(sql_type)
    known = _TYPES.get(element.cast if element.binary else "text") or _TYPES["text"]
    return known.array_oid


def _base(oid: int, connection: PGconn) -> int:
    """Return the type that a domain is over, those between left out; of another type itself."""
    answer = connection.exec_params(_BASE, [b"%d" % oid])
    found = answer.get_value(0, 0) if answer.status == ExecStatus.TUPLES_OK and answer.ntuples else None
    return oid if found is None else int(found)


def _oids(shape: Hashable, sql_type: SqlType[object], binary: bool) -> frozenset[int] | None:  # noqa: FBT001 - an option of its only caller
    """Return the types that read as `sql_type` does; enums have a number of their own in each database."""
    is_array = sql_type.kind is FieldType.ARRAY
    element = innermost(sql_type)
    if sql_type.binary or readable(sql_type) == sql_type.cast:
        names = set(_alike(element, is_column=isinstance(shape, ColumnRef)))
    elif binary:
        names = {"text"}  # The statement casts it.
    else:
        return None
    infos = [info for info in map(_TYPES.get, names) if info is not None]  # citext has none.
    return frozenset(info.array_oid if is_array else info.oid for info in infos)


def _alike(sql_type: SqlType[object], *, is_column: bool) -> Iterator[str]:
    """Yield the names of the types that may come; functions of a text choose among its types by themselves."""
    yield sql_type.cast
    if sql_type.cast in _TEXTS:
        yield from _TEXTS
    if not is_column and sql_type.classes == (str,):
        yield from (*_TEXTS, "bpchar")


def _name(oid: int, connection: PGconn) -> str:
    """Return a type's name as the server spells it."""
    known = _TYPES.get(oid)
    if known is not None:
        return known.regtype if oid == known.oid else f"{known.regtype}[]"
    answer = connection.exec_params(b"SELECT pg_catalog.format_type($1::oid, NULL)", [b"%d" % oid])
    named = answer.get_value(0, 0) if answer.status == ExecStatus.TUPLES_OK else None
    return f"type {oid}" if named is None else bytes(named).decode()
