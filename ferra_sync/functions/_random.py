"""Functions that give another value at each call."""

from __future__ import annotations

from typing import Final, Never
from uuid import UUID

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.nulls import never
from ferra_sync._expression.shapes import FunctionRef
from ferra_sync.functions._calls import call

_GEN_RANDOM_UUID: Final = FunctionRef("gen_random_uuid", nulls=never)


def gen_random_uuid() -> Expr[Never, UUID, Never, Never]:
    """A random UUID of version 4."""
    return call(_GEN_RANDOM_UUID, sql.UUID_)
