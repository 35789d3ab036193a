"""Arrays of arrays: PostgreSQL's are rectangular, and have one type whatever their depth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from ferra_sync._expression.sqltypes import FieldType, SqlType

MAX_DEPTH: Final = 6
"""The dimensions that PostgreSQL has at most."""


def array_of(element: SqlType[Any], *, nulls: bool) -> SqlType[Any]:
    """Return the type of a column of arrays of these; `nulls`: NULL may be among them."""
    if element.kind is FieldType.ARRAY:
        return _nested(element)
    return element.array_with_nulls if nulls else element.array


@lru_cache(maxsize=1024)
def _nested(inner: SqlType[Any]) -> SqlType[list[Any]]:
    dump, load = inner.dump, inner.load
    return SqlType(
        kind=FieldType.ARRAY,
        ddl=f"{inner.ddl}[]",
        cast=f"{inner.cast}[]",
        classes=(list,),
        also=(tuple,),
        binary=inner.binary,
        problem=_rectangular(inner),
        dump=None if dump is None else lambda values: [dump(value) for value in values],
        load=None if load is None else lambda values: [load(value) for value in values],
        element=inner,
        optional=inner.optional,
    )


def _rectangular(inner: SqlType[Any]) -> Callable[[Iterable[Any]], str | None]:
    depth = depth_of(inner)

    def problem(values: Iterable[Any]) -> str | None:
        for value in values:
            complaint = inner.complaint(value)
            if complaint is not None:
                return f"holds an element that {complaint}"
        sizes = {_sizes(value, depth) for value in values}
        if len(sizes) > 1 or any(0 in each for each in sizes):
            return "holds arrays of different lengths, or empty ones: PostgreSQL's are rectangular"
        return None

    return problem


def _sizes(value: Any, depth: int) -> tuple[int, ...]:  # noqa: ANN401 - a rectangular array of this depth
    """Return the length of an array in each dimension."""
    return (len(value), *(_sizes(value[0], depth - 1) if depth > 1 and value else ()))


def depth_of(array: SqlType[Any]) -> int:
    """Return how many dimensions the values of a type have: none where it is no array."""
    return 0 if array.kind is not FieldType.ARRAY or array.element is None else 1 + depth_of(array.element)


def innermost(sql_type: SqlType[Any]) -> SqlType[Any]:
    """Return the type of what an array holds at last; of another type itself."""
    while sql_type.kind is FieldType.ARRAY and sql_type.element is not None:
        sql_type = sql_type.element
    return sql_type


def travels_as_texts(array: SqlType[Any]) -> bool:
    """Whether it is the array of a bulk statement whose elements are arrays, of any length, spelled as text."""
    return array.element is not None and array.element.kind is FieldType.ARRAY and array.cast == "text[]"
