"""Types of a length or a precision: `varchar(50)`, `char(3)`, `numeric(10,2)`."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Final

import attrs

from ferra_sync._expression.sqltypes import BPCHAR, NUMERIC, VARCHAR, SqlType
from ferra_sync._expression.typevars import T
from ferra_sync.errors import SchemaError

_MAX_LENGTH: Final = 10_485_760
_MAX_PRECISION: Final = 1000


def varchar(length: int) -> SqlType[str]:
    """Return `varchar(length)`; SchemaError for a length that PostgreSQL has not."""
    _check_length(length)
    return _sized(VARCHAR, f"varchar({length})")


def char(length: int) -> SqlType[str]:
    """Return `char(length)`; SchemaError for a length that PostgreSQL has not."""
    _check_length(length)
    return _sized(BPCHAR, f"char({length})")


def _check_length(length: int) -> None:
    if type(length) is not int or not 1 <= length <= _MAX_LENGTH:
        raise SchemaError(f"a length is a whole number from 1 to {_MAX_LENGTH}")


def numeric(precision: int | None, scale: int | None) -> SqlType[Decimal]:
    """Return `numeric(precision, scale)`; SchemaError for figures that PostgreSQL does not take."""
    if precision is None:
        if scale is not None:
            raise SchemaError("numeric takes a scale only with a precision")
        return NUMERIC
    if type(precision) is not int or not 1 <= precision <= _MAX_PRECISION:
        raise SchemaError(f"numeric's precision is a whole number from 1 to {_MAX_PRECISION}")
    if scale is not None and (type(scale) is not int or not 0 <= scale <= precision):
        raise SchemaError("numeric's scale is a whole number from 0 to its precision")
    figures = f"{precision}" if scale is None else f"{precision},{scale}"
    return _sized(NUMERIC, f"numeric({figures})")


@lru_cache(maxsize=1024)
def _sized(plain: SqlType[T], ddl: str) -> SqlType[T]:
    """Return a type of a length or a precision: the same each time, for a cast to it has one shape."""
    return attrs.evolve(plain, ddl=ddl, parameter=plain)
