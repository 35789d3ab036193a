"""SQL functions.

Any other is declared with its types: `similarity = function("similarity", t.text(), t.text(), returns=t.real())`.
"""

from __future__ import annotations

from ferra_sync._expression.published import publish
from ferra_sync.functions._aggregates import avg, count, max, min, sum  # noqa: A004 - SQL's names
from ferra_sync.functions._conditionals import coalesce, nullif
from ferra_sync.functions._declared import aggregate, function
from ferra_sync.functions._literals import literal
from ferra_sync.functions._moments import now
from ferra_sync.functions._random import gen_random_uuid
from ferra_sync.functions._text import length, lower, upper

__all__ = [
    "aggregate",
    "avg",
    "coalesce",
    "count",
    "function",
    "gen_random_uuid",
    "length",
    "literal",
    "lower",
    "max",
    "min",
    "now",
    "nullif",
    "sum",
    "upper",
]

publish(__name__, __all__)
