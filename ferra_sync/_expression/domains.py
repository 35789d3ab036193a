"""Domains: another type, by a name of its own, whose values the server checks when they are written.

The server sends a domain's values as those of its base, and operators and functions take them so. There are two
exceptions, which are cast to their base in every expression: operators of any enum take no domain for one, and an array
of a domain is a type of its own.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import attrs

from ferra_sync._expression.arrays import innermost
from ferra_sync._expression.named_types import named
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import T


def domain(
    name: str, base: SqlType[T], schema: str | None, check: tuple[Hashable, tuple[Any, ...]] | None
) -> SqlType[T]:
    """Return a domain over `base`, which DDL makes where there is a check, of this shape and these values.

    Parameters are of the base: a cast to the domain would check what is only compared.
    """
    return attrs.evolve(
        base,
        ddl=named(name, schema, "a domain"),
        base=base,
        check=check,
        schema=None if check is None else schema,
        parameter=base.parameter,
    )


def is_veiled(sql_type: SqlType[Any]) -> bool:
    """Whether an operator of any enum or any array does not see that it is one."""
    if sql_type.kind is FieldType.ENUM:
        return sql_type.base is not None
    return sql_type.kind is FieldType.ARRAY and sql_type.element is not None and sql_type.element.base is not None


def readable(sql_type: SqlType[Any]) -> str:
    """Return what a result that is not `binary` is cast to."""
    if sql_type.kind is not FieldType.ARRAY or sql_type.element is None:
        return "text"
    return sql_type.cast if innermost(sql_type).parameter.array.binary else "text[]"
