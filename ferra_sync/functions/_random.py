"""Functions that give another value at each call."""

from __future__ import annotations

from typing import Final, Never
from uuid import UUID

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.nulls import never
from ferra_sync.functions._calls import signature

_GEN_RANDOM_UUID: Final = signature("gen_random_uuid", returns=sql.UUID_, nulls=never)
_RANDOM: Final = signature("random", returns=sql.DOUBLE_PRECISION, nulls=never)


def gen_random_uuid() -> Expr[Never, UUID, Never, Never]:
    """A random UUID of version 4."""
    return _GEN_RANDOM_UUID()


def random() -> Expr[Never, float, Never, Never]:
    """A random number from 0 to less than 1, another for each row."""
    return _RANDOM()
