"""Types as they are called where the schemas that DDL makes them in have other names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.sqltypes import FieldType, SqlType


def renamed(sql_type: SqlType[Any], schemas: Mapping[str, str]) -> SqlType[Any]:
    """Return a type, and what it is made of, with its schema called as `schemas` says."""
    ddl = _within(sql_type.schema, sql_type.ddl, schemas)
    if sql_type.base is not None:
        base = renamed(sql_type.base, schemas)
        return attrs.evolve(sql_type, ddl=ddl, cast=base.cast, base=base)
    if sql_type.kind is FieldType.ARRAY and sql_type.element is not None:
        element = renamed(sql_type.element, schemas)
        return sql_type if element is sql_type.element else element.array
    return sql_type if ddl == sql_type.ddl else attrs.evolve(sql_type, ddl=ddl, cast=ddl)


def _within(schema: str | None, spelled: str, schemas: Mapping[str, str]) -> str:
    if schema is None or schema not in schemas:
        return spelled
    return quoted(schemas[schema]) + spelled.removeprefix(quoted(schema))
