"""SQL functions.

Any other is declared with its types: `similarity = function("similarity", t.text(), t.text(), returns=t.real())`.
"""

from __future__ import annotations

from ferra_sync._expression.published import publish
from ferra_sync.functions._aggregates import (
    avg,
    bool_and,
    bool_or,
    count,
    every,
    max,  # noqa: A004 - SQL's names, the next two too
    min,  # noqa: A004
    sum,  # noqa: A004
)
from ferra_sync.functions._collecting import array_agg, jsonb_agg, jsonb_object_agg, string_agg
from ferra_sync.functions._conditionals import coalesce, nullif
from ferra_sync.functions._declared import aggregate, function
from ferra_sync.functions._literals import literal
from ferra_sync.functions._moments import now
from ferra_sync.functions._random import gen_random_uuid
from ferra_sync.functions._statistics import (
    mode,
    percentile_cont,
    percentile_disc,
    stddev,
    stddev_pop,
    var_pop,
    variance,
)
from ferra_sync.functions._text import length, lower, upper
from ferra_sync.functions._windows import (
    cume_dist,
    dense_rank,
    first_value,
    lag,
    last_value,
    lead,
    nth_value,
    ntile,
    percent_rank,
    rank,
    row_number,
)

__all__ = [
    "aggregate",
    "array_agg",
    "avg",
    "bool_and",
    "bool_or",
    "coalesce",
    "count",
    "cume_dist",
    "dense_rank",
    "every",
    "first_value",
    "function",
    "gen_random_uuid",
    "jsonb_agg",
    "jsonb_object_agg",
    "lag",
    "last_value",
    "lead",
    "length",
    "literal",
    "lower",
    "max",
    "min",
    "mode",
    "now",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "rank",
    "row_number",
    "stddev",
    "stddev_pop",
    "string_agg",
    "sum",
    "upper",
    "var_pop",
    "variance",
]

publish(__name__, __all__)
