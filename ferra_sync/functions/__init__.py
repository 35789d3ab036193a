"""SQL functions.

Any other is declared with its types: `similarity = function("similarity", t.text(), t.text(), returns=t.real())`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ferra_sync._expression.published import on_first_use

if TYPE_CHECKING:
    from ferra_sync.functions._aggregates import (
        avg,
        bit_and,
        bit_or,
        bool_and,
        bool_or,
        count,
        every,
        max,  # noqa: A004 - SQL's name
        min,  # noqa: A004 - SQL's name
        sum,  # noqa: A004 - SQL's name
    )
    from ferra_sync.functions._angles import acos, asin, atan, atan2, cos, cot, degrees, pi, radians, sin, tan
    from ferra_sync.functions._arrays import (
        array_append,
        array_length,
        array_position,
        array_positions,
        array_prepend,
        array_remove,
        array_replace,
        array_to_string,
        cardinality,
        string_to_array,
    )
    from ferra_sync.functions._clocks import (
        clock_timestamp,
        date_bin,
        isfinite,
        justify_days,
        justify_hours,
        justify_interval,
        make_time,
        make_timestamp,
        make_timestamptz,
        statement_timestamp,
        to_timestamp,
    )
    from ferra_sync.functions._collecting import array_agg, jsonb_agg, jsonb_object_agg, string_agg
    from ferra_sync.functions._conditionals import coalesce, greatest, least, nullif
    from ferra_sync.functions._declared import aggregate, function, operator
    from ferra_sync.functions._documents import (
        jsonb_array_length,
        jsonb_build_array,
        jsonb_build_object,
        jsonb_insert,
        jsonb_path_exists,
        jsonb_path_match,
        jsonb_path_query_first,
        jsonb_pretty,
        jsonb_set,
        jsonb_strip_nulls,
        jsonb_typeof,
        to_jsonb,
    )
    from ferra_sync.functions._full_text import (
        numnode,
        phraseto_tsquery,
        plainto_tsquery,
        setweight,
        to_tsquery,
        to_tsvector,
        ts_headline,
        ts_rank,
        ts_rank_cd,
        websearch_to_tsquery,
    )
    from ferra_sync.functions._grouping import grouping
    from ferra_sync.functions._hstore import akeys, avals, hstore_to_jsonb
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
        cbrt,
        ceil,
        div,
        exp,
        floor,
        gcd,
        lcm,
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
    from ferra_sync.functions._pairs import (
        corr,
        covar_pop,
        covar_samp,
        regr_avgx,
        regr_avgy,
        regr_count,
        regr_intercept,
        regr_r2,
        regr_slope,
        regr_sxx,
        regr_sxy,
        regr_syy,
    )
    from ferra_sync.functions._periods import overlaps
    from ferra_sync.functions._random import gen_random_uuid, random
    from ferra_sync.functions._ranges import (
        daterange,
        int4range,
        int8range,
        isempty,
        lower_inc,
        lower_inf,
        multirange,
        numrange,
        range_agg,
        range_intersect_agg,
        range_merge,
        tsrange,
        tstzrange,
        upper_inc,
        upper_inf,
    )
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
        stddev_samp,
        var_pop,
        var_samp,
        variance,
    )
    from ferra_sync.functions._text import (
        ascii,  # noqa: A004 - SQL's name
        btrim,
        char_length,
        chr,  # noqa: A004 - SQL's name
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
        regexp_count,
        regexp_like,
        regexp_match,
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
        translate,
        trim,
        upper,
    )
    from ferra_sync.functions._trigrams import show_trgm, similarity, word_similarity
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

# fmt: off
__all__ = [
    "abs", "acos", "age", "aggregate", "akeys", "array_agg", "array_append", "array_length", "array_position",
    "array_positions", "array_prepend", "array_remove", "array_replace", "array_to_string", "ascii", "asin",
    "at_time_zone", "atan", "atan2", "avals", "avg", "bit_and", "bit_or", "bool_and", "bool_or", "btrim", "cardinality",
    "cbrt", "ceil", "char_length", "chr", "clock_timestamp", "coalesce", "concat", "concat_ws", "corr", "cos", "cot",
    "count", "covar_pop", "covar_samp", "cume_dist", "current_date", "current_timestamp", "date_bin", "date_trunc",
    "daterange", "degrees", "dense_rank", "div", "every", "exp", "extract", "first_value", "floor", "format",
    "function", "gcd", "gen_random_uuid", "generate_series", "greatest", "grouping", "hstore_to_jsonb", "initcap",
    "int4range", "int8range", "interval", "isempty", "isfinite", "jsonb_agg", "jsonb_array_elements",
    "jsonb_array_elements_text", "jsonb_array_length", "jsonb_build_array", "jsonb_build_object", "jsonb_each",
    "jsonb_each_text", "jsonb_insert", "jsonb_object_agg", "jsonb_object_keys", "jsonb_path_exists", "jsonb_path_match",
    "jsonb_path_query_first", "jsonb_pretty", "jsonb_set", "jsonb_strip_nulls", "jsonb_typeof", "justify_days",
    "justify_hours", "justify_interval", "lag", "last_value", "lcm", "lead", "least", "left", "length", "literal", "ln",
    "localtimestamp", "log", "lower", "lower_inc", "lower_inf", "lpad", "ltrim", "make_date", "make_time",
    "make_timestamp", "make_timestamptz", "max", "md5", "min", "mod", "mode", "multirange", "now", "nth_value", "ntile",
    "nullif", "numnode", "numrange", "operator", "overlaps", "percent_rank", "percentile_cont", "percentile_disc",
    "phraseto_tsquery", "pi", "plainto_tsquery", "power", "radians", "random", "range_agg", "range_intersect_agg",
    "range_merge", "rank", "regexp_count", "regexp_like", "regexp_match", "regexp_matches", "regexp_replace",
    "regexp_split_to_table", "regr_avgx", "regr_avgy", "regr_count", "regr_intercept", "regr_r2", "regr_slope",
    "regr_sxx", "regr_sxy", "regr_syy", "repeat", "replace", "reverse", "right", "round", "row_number", "rpad", "rtrim",
    "setweight", "show_trgm", "sign", "similarity", "sin", "split_part", "sqrt", "starts_with", "statement_timestamp",
    "stddev", "stddev_pop", "stddev_samp", "string_agg", "string_to_array", "string_to_table", "strpos", "substring",
    "sum", "tan", "to_char", "to_date", "to_jsonb", "to_timestamp", "to_tsquery", "to_tsvector", "translate", "trim",
    "trunc", "ts_headline", "ts_rank", "ts_rank_cd", "tsrange", "tstzrange", "unnest", "upper", "upper_inc",
    "upper_inf", "var_pop", "var_samp", "variance", "websearch_to_tsquery", "width_bucket", "word_similarity",
]
# fmt: on

_HOMES: Final = {
    "_aggregates": "avg bit_and bit_or bool_and bool_or count every max min sum",
    "_angles": "acos asin atan atan2 cos cot degrees pi radians sin tan",
    "_arrays": "array_append array_length array_position array_positions array_prepend array_remove"
    " array_replace array_to_string cardinality string_to_array",
    "_clocks": "clock_timestamp date_bin isfinite justify_days justify_hours justify_interval"
    " make_time make_timestamp make_timestamptz statement_timestamp to_timestamp",
    "_collecting": "array_agg jsonb_agg jsonb_object_agg string_agg",
    "_conditionals": "coalesce greatest least nullif",
    "_declared": "aggregate function operator",
    "_documents": "jsonb_array_length jsonb_build_array jsonb_build_object jsonb_insert jsonb_path_exists"
    " jsonb_path_match jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls"
    " jsonb_typeof to_jsonb",
    "_full_text": "numnode phraseto_tsquery plainto_tsquery setweight to_tsquery to_tsvector ts_headline"
    " ts_rank ts_rank_cd websearch_to_tsquery",
    "_grouping": "grouping",
    "_hstore": "akeys avals hstore_to_jsonb",
    "_literals": "literal",
    "_moments": "age at_time_zone current_date current_timestamp date_trunc extract interval localtimestamp"
    " make_date now to_char to_date",
    "_numbers": "abs cbrt ceil div exp floor gcd lcm ln log mod power round sign sqrt trunc width_bucket",
    "_pairs": "corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope"
    " regr_sxx regr_sxy regr_syy",
    "_periods": "overlaps",
    "_random": "gen_random_uuid random",
    "_ranges": "daterange int4range int8range isempty lower_inc lower_inf multirange numrange range_agg"
    " range_intersect_agg range_merge tsrange tstzrange upper_inc upper_inf",
    "_sets": "generate_series jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text"
    " jsonb_object_keys regexp_matches regexp_split_to_table string_to_table unnest",
    "_statistics": "mode percentile_cont percentile_disc stddev stddev_pop stddev_samp var_pop var_samp variance",
    "_text": "ascii btrim char_length chr concat concat_ws format initcap left length lower lpad ltrim md5"
    " regexp_count regexp_like regexp_match regexp_replace repeat replace reverse right rpad rtrim split_part"
    " starts_with strpos substring translate trim upper",
    "_trigrams": "show_trgm similarity word_similarity",
    "_windows": "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number",
}
"""What each file gives, for it is imported when the first of its functions is asked for."""

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(__name__, _HOMES)
