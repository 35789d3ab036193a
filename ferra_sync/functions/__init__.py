"""SQL functions.

Any other is declared with its types: `similarity = function("similarity", t.text(), t.text(), returns=t.real())`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ferra_sync._expression.published import on_first_use

if TYPE_CHECKING:
    from ferra_sync.functions._aggregates import (
        avg,
        bool_and,
        bool_or,
        count,
        every,
        max,  # noqa: A004 - SQL's name
        min,  # noqa: A004 - SQL's name
        sum,  # noqa: A004 - SQL's name
    )
    from ferra_sync.functions._collecting import array_agg, jsonb_agg, jsonb_object_agg, string_agg
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
    from ferra_sync.functions._sets import (
        generate_series,
        jsonb_array_elements,
        jsonb_array_elements_text,
        jsonb_each,
        jsonb_each_text,
        jsonb_object_keys,
        regexp_matches,
        regexp_split_to_table,
        string_to_table,
        unnest,
    )
    from ferra_sync.functions._statistics import (
        mode,
        percentile_cont,
        percentile_disc,
        stddev,
        stddev_pop,
        var_pop,
        variance,
    )
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
    "abs",
    "age",
    "aggregate",
    "array_agg",
    "at_time_zone",
    "avg",
    "bool_and",
    "bool_or",
    "btrim",
    "ceil",
    "char_length",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "cume_dist",
    "current_date",
    "current_timestamp",
    "date_trunc",
    "dense_rank",
    "every",
    "exp",
    "extract",
    "first_value",
    "floor",
    "format",
    "function",
    "gen_random_uuid",
    "generate_series",
    "greatest",
    "initcap",
    "interval",
    "jsonb_agg",
    "jsonb_array_elements",
    "jsonb_array_elements_text",
    "jsonb_each",
    "jsonb_each_text",
    "jsonb_object_agg",
    "jsonb_object_keys",
    "lag",
    "last_value",
    "lead",
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
    "mode",
    "now",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "power",
    "random",
    "rank",
    "regexp_matches",
    "regexp_replace",
    "regexp_split_to_table",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_number",
    "rpad",
    "rtrim",
    "sign",
    "split_part",
    "sqrt",
    "starts_with",
    "stddev",
    "stddev_pop",
    "string_agg",
    "string_to_table",
    "strpos",
    "substring",
    "sum",
    "to_char",
    "to_date",
    "trim",
    "trunc",
    "unnest",
    "upper",
    "var_pop",
    "variance",
    "width_bucket",
]

_HOMES: Final = {
    "_aggregates": "avg bool_and bool_or count every max min sum",
    "_collecting": "array_agg jsonb_agg jsonb_object_agg string_agg",
    "_conditionals": "coalesce greatest least nullif",
    "_declared": "aggregate function",
    "_literals": "literal",
    "_moments": "age at_time_zone current_date current_timestamp date_trunc extract interval localtimestamp"
    " make_date now to_char to_date",
    "_numbers": "abs ceil exp floor ln log mod power round sign sqrt trunc width_bucket",
    "_random": "gen_random_uuid random",
    "_sets": "generate_series jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text"
    " jsonb_object_keys regexp_matches regexp_split_to_table string_to_table unnest",
    "_statistics": "mode percentile_cont percentile_disc stddev stddev_pop var_pop variance",
    "_text": "btrim char_length concat concat_ws format initcap left length lower lpad ltrim md5"
    " regexp_replace repeat replace reverse right rpad rtrim split_part starts_with strpos"
    " substring trim upper",
    "_windows": "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number",
}
"""What each file gives, for it is imported when the first of its functions is asked for."""

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(__name__, _HOMES)
