"""Of each function PostgreSQL says the same as we do: its type, where it is NULL, and what DDL makes of it."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from databases import database_with
from none_in_rows import items_that_may_be_none

from ferra_sync import Database, Expr, Table, case, from_, index
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression import shapes
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import TEXT
from ferra_sync.migrations._literals import expression
from ferra_sync.types import Multirange, Range

KINDS: Final[dict[str, tuple[Callable[[], Any], Any]]] = {
    "word": (t.text, "2024-03-05 abc"),
    "code": (lambda: t.varchar(40), "a-b-c"),
    "padded": (lambda: t.char(4), "a"),
    "small": (t.smallint, 2),
    "whole": (t.integer, 3),
    "big": (t.bigint, 4),
    "exact": (t.numeric, Decimal("2.5")),
    "money": (lambda: t.numeric(10, 2), Decimal("7.25")),
    "short": (t.real, 1.5),
    "double": (t.double_precision, 2.5),
    "day": (t.date, dt.date(2024, 3, 5)),
    "clock": (t.time, dt.time(12, 30)),
    "plain": (t.timestamp, dt.datetime(2024, 3, 5, 6, 7, 8)),  # noqa: DTZ001 - a timestamp has no zone
    "moment": (t.timestamptz, dt.datetime(2024, 3, 5, 6, 7, 8, tzinfo=dt.UTC)),
    "span": (t.interval, dt.timedelta(days=3, hours=5)),
    "months": (t.calendar_interval, dt.timedelta(days=40)),
    "data": (t.jsonb, "null"),
    "words": (lambda: t.array(t.text()), ["a"]),
    "ages": (t.int4range, Range(1, 5)),
    "prices": (t.numrange, Range(Decimal(1), Decimal(2), "[]")),
    "stay": (t.daterange, Range(dt.date(2024, 3, 5), None)),
    "everything": (t.tstzrange, Range(None, None)),
    "spans": (t.int8multirange, Multirange([Range(1, 5), Range(7, None)])),
    "nothing": (t.tsmultirange, Multirange()),
    "vector": (t.tsvector, "'abc':2 'cat':1A"),
    "query": (t.tsquery, "'cat' | 'dog'"),
}
SLOTS: Final = 3
COLUMNS: Final = {
    f"{kind}_{slot}{suffix}": t.nullable(declare()) if suffix else declare()
    for (kind, (declare, _)), slot, suffix in product(KINDS.items(), range(SLOTS), ("", "_or_null"))
}
OF_TRIGRAMS: Final = classmethod(lambda cls: [index(cls.word_0, using="gist", operator_class="gist_trgm_ops")])
"""With this index the table brings the extension along."""
BODY: Final = {"id": t.integer(primary_key=True), "flag": t.boolean(), **COLUMNS, "__constraints__": OF_TRIGRAMS}
Facts: Any = types.new_class("Facts", (Table,), exec_body=lambda body: body.update(BODY))
NUMBERS: Final = ("small", "whole", "big", "exact", "money", "short", "double")
MOMENTS: Final = ("day", "plain", "moment")
TEXTS: Final = ("word", "code", "padded")
EXACT: Final = ("small", "whole", "big", "exact", "money")
SPANS: Final = ("span", "months")

Case = tuple[str, tuple[str, ...], Callable[..., Any]]


def each(name: str, kinds: tuple[str, ...], make: Callable[..., Any]) -> list[Case]:
    """Return a case for each kind of the first argument; the function's name may have words after it."""
    return [(name, (kind,), make) for kind in kinds]


def to_one_digit(function: Any) -> Callable[..., Any]:
    return lambda value: function(value, 1)


TEXT_CASES: Final[list[Case]] = [
    *[
        one
        for name in ("lower", "upper", "initcap", "length", "char_length", "reverse", "md5", "trim", "btrim", "ascii")
        for one in each(name, TEXTS, getattr(fn, name))
    ],
    ("substring", ("word", "whole"), fn.substring),
    ("substring with a count", ("code", "small", "whole"), fn.substring),
    ("left", ("word", "small"), fn.left),
    ("right", ("padded", "whole"), fn.right),
    ("split_part", ("code", "word", "whole"), fn.split_part),
    ("strpos", ("word", "code"), fn.strpos),
    ("regexp_count", ("word", "code"), fn.regexp_count),
    ("regexp_like", ("word", "code"), fn.regexp_like),
    ("starts_with", ("word", "word"), fn.starts_with),
    ("trim of characters", ("word", "code"), fn.trim),
    ("ltrim", ("word", "code"), fn.ltrim),
    ("rtrim", ("padded",), fn.rtrim),
    ("lpad", ("word", "whole", "code"), fn.lpad),
    ("rpad", ("code", "small"), fn.rpad),
    ("repeat", ("word", "whole"), fn.repeat),
    ("replace", ("word", "code", "word"), fn.replace),
    ("regexp_replace", ("word", "code"), lambda a, b: fn.regexp_replace(a, "[a-c]+", b, "gi")),
    *each("regexp_match", TEXTS, lambda a: fn.regexp_match(a, "(z)(y)?")),
    ("translate", ("word", "code", "word"), fn.translate),
    *each("chr", ("small", "whole"), fn.chr),
    ("concat", ("word", "code", "padded"), fn.concat),
    ("concat_ws", ("code", "word", "word"), fn.concat_ws),
    ("concat_ws with a value", ("word", "word"), lambda a, b: fn.concat_ws(", ", a, b)),
    ("format", ("word", "code"), lambda a, b: fn.format("%s: %s", a, b)),
    ("format of a column", ("word", "code"), fn.format),
]
NUMBER_CASES: Final[list[Case]] = [
    *[
        one
        for name in ("abs", "sign", "ceil", "floor", "round", "trunc", "sqrt", "exp", "ln", "log")
        for one in each(name, NUMBERS, getattr(fn, name))
    ],
    *[one for name in ("round", "trunc") for one in each(f"{name} to digits", EXACT, to_one_digit(getattr(fn, name)))],
    ("round to a column's digits", ("money", "small"), fn.round),
    *each("log to a base", EXACT, lambda a: fn.log(a, Decimal(100))),
    *each("power", NUMBERS, lambda a: fn.power(a, 2)),
    ("power of two columns", ("exact", "whole"), fn.power),
    ("power of two columns", ("whole", "short"), fn.power),
    *[("mod", pair, fn.mod) for pair in product(EXACT, repeat=2)],
    *[(name, pair, getattr(fn, name)) for name in ("gcd", "lcm") for pair in product(EXACT, repeat=2)],
    *[("div", pair, fn.div) for pair in (("exact", "whole"), ("small", "big"))],
    *[one for name in ("cbrt", "degrees", "radians", "sin", "cos") for one in each(name, NUMBERS, getattr(fn, name))],
    *[(name, ("double",), getattr(fn, name)) for name in ("tan", "cot", "atan")],
    *[(name, ("double",), lambda a, name=name: getattr(fn, name)(a / 10)) for name in ("asin", "acos")],
    ("atan2", ("double", "exact"), fn.atan2),
    ("pi", (), fn.pi),
    *each("width_bucket", NUMBERS, lambda a: fn.width_bucket(a, 0, 10, 5)),
    ("width_bucket of a column's count", ("double", "whole"), lambda a, b: fn.width_bucket(a, 0, 10, b)),
    ("abs of a sum", (), lambda: fn.abs(fn.literal(2**70))),
    ("ceil of a sum", (), lambda: fn.ceil(fn.literal(2**70))),
    ("round of a sum", (), lambda: fn.round(fn.literal(2**70), 1)),
    ("random", (), fn.random),
    ("gen_random_uuid", (), fn.gen_random_uuid),
]
DAY_LONG: Final = dt.timedelta(days=1)
MOMENT_CASES: Final[list[Case]] = [
    ("now", (), fn.now),
    ("current_timestamp", (), fn.current_timestamp),
    ("localtimestamp", (), fn.localtimestamp),
    ("current_date", (), fn.current_date),
    ("clock_timestamp", (), fn.clock_timestamp),
    ("statement_timestamp", (), fn.statement_timestamp),
    *each("to_timestamp", NUMBERS, fn.to_timestamp),
    *[("date_bin", (kind, kind), lambda a, b: fn.date_bin(dt.timedelta(hours=1), a, b)) for kind in MOMENTS[1:]],
    *each("isfinite", MOMENTS, fn.isfinite),
    *[
        one
        for name in ("justify_days", "justify_hours", "justify_interval")
        for one in each(name, SPANS, getattr(fn, name))
    ],
    *each("date_trunc", (*MOMENTS, *SPANS), lambda a: fn.date_trunc("month", a)),
    ("date_trunc in a zone", ("moment",), lambda a: fn.date_trunc("day", a, "Europe/Berlin")),
    *each("extract", (*MOMENTS, "clock", *SPANS), lambda a: fn.extract("epoch", a)),
    *each("extract a month", (*MOMENTS, *SPANS), lambda a: fn.extract("month", a)),
    *each("age", MOMENTS, fn.age),
    *[("age of two", pair, fn.age) for pair in product(("day", "plain"), repeat=2)],
    ("age of two", ("moment", "moment"), fn.age),
    *each("at_time_zone", ("plain", "moment"), lambda a: fn.at_time_zone(a, "Europe/Berlin")),
    ("at_time_zone of a column", ("moment", "word"), lambda a, b: fn.at_time_zone(a, fn.replace(b, b, "UTC"))),
    ("to_timestamp of a text", ("word",), lambda a: fn.to_timestamp(fn.left(a, 10), "YYYY-MM-DD")),
    ("make_time", ("small",), lambda a: fn.make_time(a % 24)),
    ("make_timestamp", ("whole", "small"), lambda a, b: fn.make_timestamp(a + 2000, b, 1)),
    ("make_timestamptz", ("whole", "small"), lambda a, b: fn.make_timestamptz(a + 2000, b, 1, zone="UTC")),
    ("overlaps", ("plain", "plain"), lambda a, b: fn.overlaps((a, DAY_LONG), (b, DAY_LONG))),
    ("overlaps of days", ("day", "day"), lambda a, b: fn.overlaps((a, DAY_LONG), (b, DAY_LONG))),
    ("make_date", ("whole", "small"), lambda a, b: fn.make_date(a + 2000, b)),
    ("interval", (), lambda: fn.interval(years=1, days=-3, microseconds=5)),
    *each("to_char", (*MOMENTS, *SPANS), lambda a: fn.to_char(a, "YYYY-MM-DD HH24")),
    *each("to_char of a number", NUMBERS, lambda a: fn.to_char(a, "FM990.00")),
    ("to_date", ("word", "word"), lambda a, b: fn.to_date(fn.left(a, 10), fn.replace(b, b, "YYYY-MM-DD"))),
]
CHOICES: Final[list[Case]] = [
    *[
        (name, pair, getattr(fn, name))
        for name in ("greatest", "least", "coalesce", "nullif")
        for pair in (("whole", "whole"), ("small", "exact"), ("word", "code"), ("day", "plain"), ("words", "words"))
    ],
    *[(name, ("big", "double", "whole"), getattr(fn, name)) for name in ("greatest", "least")],
    ("greatest of a value", ("whole",), lambda a: fn.greatest(a, 2**40)),
    ("least of a document", ("data",), lambda a: fn.least(a, {"a": 1})),
    ("case", ("whole", "exact"), lambda a, b: case((Facts.flag, a), otherwise=b)),
    ("case", ("word", "code"), lambda a, b: case((Facts.flag, a), otherwise=b)),
    ("case without otherwise", ("day",), lambda a: case((Facts.flag, a))),
    ("case of values", (), lambda: case((Facts.flag, 1), (~Facts.flag, 2**70), otherwise=2.5)),
    ("case of a predicate that may be NULL", ("whole",), lambda a: case((a > 1, "x"), otherwise="y")),
    ("case of three", ("word", "word", "word"), lambda a, b, c: case((Facts.flag, a), (Facts.id < 12, b), otherwise=c)),
    ("case of a list", ("words",), lambda a: case((Facts.flag, ["x"]), otherwise=a)),
]
RANGES: Final = ("ages", "prices", "stay", "everything", "spans", "nothing")
RANGE_CASES: Final[list[Case]] = [
    *each("lower of a range", ("everything", "nothing"), fn.lower),
    *each("upper of a range", ("everything", "nothing", "stay", "spans"), fn.upper),
    *[
        one
        for name in ("isempty", "lower_inc", "upper_inc", "lower_inf", "upper_inf")
        for one in each(name, RANGES, getattr(fn, name))
    ],
    ("range_merge", ("ages", "ages"), fn.range_merge),
    ("range_merge", ("stay", "stay"), fn.range_merge),
    ("range_merge with a value", ("prices",), lambda a: fn.range_merge(a, Range(Decimal(7), None))),
    *each("range_merge of a multirange", ("spans", "nothing"), fn.range_merge),
    *each("multirange", ("ages", "prices", "stay", "everything"), fn.multirange),
    ("int4range", ("small", "whole"), fn.int4range),
    ("int4range to infinity", ("whole",), lambda a: fn.int4range(a, None, "(]")),
    ("int8range", ("big", "whole"), lambda a, b: fn.int8range(b, a + 9, "[]")),
    ("int8range of values", (), lambda: fn.int8range(1, 2**40)),
    ("numrange", ("exact", "money"), fn.numrange),
    ("numrange of whole numbers", ("whole",), lambda a: fn.numrange(a, 7)),
    ("daterange", ("day", "day"), fn.daterange),
    ("tsrange", ("day", "plain"), fn.tsrange),
    ("tstzrange", ("moment", "moment"), lambda a, b: fn.tstzrange(a, b, "[]")),
]
SEARCH_CASES: Final[list[Case]] = [
    *each("to_tsvector", TEXTS, lambda a: fn.to_tsvector("english", a)),
    *[
        (name, ("word",), partial(getattr(fn, name), "english"))
        for name in ("plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery")
    ],
    ("to_tsquery", ("code",), lambda a: fn.to_tsquery("simple", fn.replace(a, "-", "&"))),
    ("to_tsquery of a value", (), lambda: fn.to_tsquery("english", "fat & !cats")),
    ("numnode", ("query",), fn.numnode),
    ("ts_rank", ("vector", "query"), fn.ts_rank),
    ("ts_rank with weights", ("vector", "query"), lambda a, b: fn.ts_rank(a, b, weights=(0, 0.5, 1, 1))),
    ("ts_rank_cd", ("vector", "query"), lambda a, b: fn.ts_rank_cd(a, b, normalization=2)),
    ("ts_headline", ("word", "query"), lambda a, b: fn.ts_headline("english", a, b)),
    (
        "ts_headline with options",
        ("code", "query"),
        lambda a, b: fn.ts_headline("english", a, b, "MaxWords=3, MinWords=1"),
    ),
    ("setweight", ("vector",), lambda a: fn.setweight(a, "B")),
    ("similarity", ("word", "code"), fn.similarity),
    ("similarity to a value", ("padded",), lambda a: fn.similarity(a, "abc")),
    ("word_similarity", ("word",), lambda a: fn.word_similarity("abc", a)),
    *each("show_trgm", TEXTS, fn.show_trgm),
]
CASES: Final = [*TEXT_CASES, *NUMBER_CASES, *MOMENT_CASES, *CHOICES, *RANGE_CASES, *SEARCH_CASES]
SUBJECTS: Final = {
    *("_text", "_numbers", "_moments", "_random", "_conditionals"),
    *("_ranges", "_full_text", "_trigrams", "_angles", "_clocks", "_periods"),
}
AGGREGATES: Final = {"range_agg", "range_intersect_agg"}
CHANGING: Final = {
    "random",
    "gen_random_uuid",
    "clock_timestamp",
    "statement_timestamp",
    "now",
    "current_timestamp",
    "localtimestamp",
}


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    """A table with every kind of column thrice, never NULL and NULL in each combination of the three."""
    values = [value for (_, value), _, _ in product(KINDS.values(), range(SLOTS), "ab")]
    nulls = [slot if suffix else None for _, slot, suffix in product(KINDS, range(SLOTS), ("", "_or_null"))]
    masks = product((True, False), product((True, False), repeat=SLOTS))
    rows = [
        (number, flag, *[None if slot is not None and mask[slot] else v for v, slot in zip(values, nulls, strict=True)])
        for number, (flag, mask) in enumerate(masks)
    ]
    with database_with(server_url, Facts) as db:
        with db.connection() as connection:
            places = ", ".join(["%s"] * (len(COLUMNS) + 2))
            connection.cursor().executemany(f"INSERT INTO facts VALUES ({places})".encode(), rows)
        yield db


def operands(kinds: tuple[str, ...]) -> Iterator[list[Any]]:
    """Yield columns of these kinds, each in turn one that is never NULL and one that may be."""
    for suffixes in product(("", "_or_null"), repeat=len(kinds)):
        slots = enumerate(zip(kinds, suffixes, strict=True))
        yield [getattr(Facts, f"{kind}_{slot}{suffix}") for slot, (kind, suffix) in slots]


def plain(kinds: tuple[str, ...]) -> list[Any]:
    return next(operands(kinds))


def test_every_function_of_one_row_is_here() -> None:
    ours = {name for name in fn.__all__ if Path(getattr(fn, name).__code__.co_filename).stem in SUBJECTS}
    ours -= AGGREGATES
    assert ours - {name.split()[0] for name, _, _ in CASES} == set()


@pytest.mark.parametrize(("name", "kinds", "make"), CASES)
def test_where_it_may_be_null_it_is_null_in_some_row_and_else_in_none(db: Database, name, kinds, make) -> None:
    for columns in operands(kinds):
        if name == "nullif":
            columns[1] = columns[0]
        query = from_(Facts).select(make(*columns))
        assert [any(value is None for value in db.fetch_all(query))] == items_that_may_be_none(query), columns


def test_postgresql_says_that_it_is_of_the_type_that_we_say(db: Database) -> None:
    built = [make(*plain(kinds)) for _, kinds, make in CASES]
    asked = [Expr(shapes.call(FunctionRef("pg_typeof"), each.shape), each.params, TEXT) for each in built]
    found = db.fetch_all(from_(Facts).where(Facts.id == 0).select(*[each.cast(t.text()) for each in asked]))[0]
    with db.connection() as connection:
        said = connection.execute(
            "SELECT " + ", ".join(f"pg_typeof(NULL::{each.type.cast})::text" for each in built)
        ).fetchone()
    same = {"character varying": "text"}
    names = [(name, kinds) for name, kinds, _ in CASES]
    assert said is not None
    differ = [
        each
        for each in zip(names, found, said, strict=True)
        if same.get(each[1], each[1]) != same.get(each[2], each[2])
    ]
    assert differ == []


def test_its_values_are_of_the_python_class_that_the_type_says(db: Database) -> None:
    built = [make(*plain(kinds)) for _, kinds, make in CASES]
    row = db.fetch_all(from_(Facts).where(Facts.id == 0).select(*built))[0]
    wrong = [
        (case, type(value))
        for case, each, value in zip(CASES, built, row, strict=True)
        if value is not None and not isinstance(value, each.type.classes)
    ]
    assert wrong == []


def test_in_the_text_of_ddl_it_says_the_same_as_in_a_query(db: Database) -> None:
    built = [make(*plain(kinds)) for name, kinds, make in CASES if name not in CHANGING]
    texts = ", ".join(f"({expression(each)})::text" for each in built)
    with db.connection() as connection:
        said = connection.execute(f"SELECT {texts} FROM facts WHERE id = 0".encode()).fetchone()
    assert said == db.fetch_one(from_(Facts).where(Facts.id == 0).select(*[each.cast(t.text()) for each in built]))
