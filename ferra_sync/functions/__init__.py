"""SQL functions.

Any other is declared with its types: `similarity = function("similarity", t.text(), t.text(), returns=t.real())`.
"""

from __future__ import annotations

from ferra_sync._expression.published import publish
from ferra_sync.functions._aggregates import avg, count, max, min, sum  # noqa: A004 - SQL's names
from ferra_sync.functions._conditionals import coalesce, greatest, least, nullif
from ferra_sync.functions._declared import aggregate, function
from ferra_sync.functions._literals import literal
from ferra_sync.functions._moments import (
    age,
    at_time_zone,
    current_date,
    current_timestamp,
    date_trunc,
    extract,
    interval,
    localtimestamp,
    make_date,
    now,
    to_char,
    to_date,
)
from ferra_sync.functions._numbers import (
    abs,  # noqa: A004 - SQL's name
    ceil,
    exp,
    floor,
    ln,
    log,
    mod,
    power,
    round,  # noqa: A004 - SQL's name
    sign,
    sqrt,
    trunc,
    width_bucket,
)
from ferra_sync.functions._random import gen_random_uuid, random
from ferra_sync.functions._text import (
    btrim,
    char_length,
    concat,
    concat_ws,
    format,  # noqa: A004 - SQL's name
    initcap,
    left,
    length,
    lower,
    lpad,
    ltrim,
    md5,
    regexp_replace,
    repeat,
    replace,
    reverse,
    right,
    rpad,
    rtrim,
    split_part,
    starts_with,
    strpos,
    substring,
    trim,
    upper,
)

__all__ = [
    "abs",
    "age",
    "aggregate",
    "at_time_zone",
    "avg",
    "btrim",
    "ceil",
    "char_length",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "current_date",
    "current_timestamp",
    "date_trunc",
    "exp",
    "extract",
    "floor",
    "format",
    "function",
    "gen_random_uuid",
    "greatest",
    "initcap",
    "interval",
    "least",
    "left",
    "length",
    "literal",
    "ln",
    "localtimestamp",
    "log",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "max",
    "md5",
    "min",
    "mod",
    "now",
    "nullif",
    "power",
    "random",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "rtrim",
    "sign",
    "split_part",
    "sqrt",
    "starts_with",
    "strpos",
    "substring",
    "sum",
    "to_char",
    "to_date",
    "trim",
    "trunc",
    "upper",
    "width_bucket",
]

publish(__name__, __all__)
