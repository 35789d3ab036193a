"""Functions of days and moments."""

from __future__ import annotations

import datetime as dt
from typing import Final, Never

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.nulls import never
from ferra_sync._expression.shapes import FunctionRef
from ferra_sync.functions._calls import call

_NOW: Final = FunctionRef("now", nulls=never)


def now() -> Expr[Never, dt.datetime, Never, Never]:
    """The moment at which the transaction began."""
    return call(_NOW, sql.TIMESTAMPTZ)
