"""PostgreSQL itself says which operators and functions there are for each pair of types, and of which type they are."""

from __future__ import annotations

import operator
import types
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from databases import database_with

from ferra_sync import Database, QueryError, Table, case, from_, update
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.sqltypes import FieldType

DECLARED: dict[str, Callable[..., Any]] = {
    "small": t.smallint,
    "whole": t.integer,
    "big": t.bigint,
    "exact": t.numeric,
    "money": lambda **o: t.numeric(10, 2, **o),
    "short": t.real,
    "double": t.double_precision,
    "word": t.text,
    "name": lambda **o: t.varchar(9, **o),
    "code": lambda **o: t.char(4, **o),
    "yes": t.boolean,
    "key": t.uuid,
    "day": t.date,
    "clock": t.time,
    "plain": t.timestamp,
    "moment": t.timestamptz,
    "span": t.interval,
    "months": t.calendar_interval,
    "raw": t.bytea,
    "text_json": t.json,
    "data": t.jsonb,
    "host": t.inet,
    "net": t.cidr,
    "mac": t.macaddr,
    "numbers": t.int4range,
    "days": t.daterange,
    "moments": t.tstzrange,
    "words": lambda **o: t.array(t.text(), **o),
    "wholes": lambda **o: t.array(t.integer(), **o),
    "jsons": lambda **o: t.array(t.json(), **o),
}
COLUMNS = {name: t.nullable(declare()) for name, declare in DECLARED.items()}
Kinds: Any = types.new_class(
    "Kinds", (Table,), exec_body=lambda body: body.update(id=t.serial(primary_key=True), **COLUMNS)
)
PAIRS = list(product(DECLARED, repeat=2))

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "{} = {}": operator.eq,
    "{} <> {}": operator.ne,
    "{} < {}": operator.lt,
    "{} <= {}": operator.le,
    "{} > {}": operator.gt,
    "{} >= {}": operator.ge,
    "{} IS DISTINCT FROM {}": lambda a, b: a.is_distinct_from(b),
    "{0} BETWEEN {1} AND {1}": lambda a, b: a.between(b, b),
}
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "{} + {}": operator.add,
    "{} - {}": operator.sub,
    "{} * {}": operator.mul,
    "{} / {}": operator.truediv,
    "{} % {}": operator.mod,
    "coalesce({}, {})": fn.coalesce,
    "greatest({}, {})": fn.greatest,
    "least({}, {})": fn.least,
    "CASE WHEN true THEN {} ELSE {} END": lambda a, b: case((fn.literal(True), a), otherwise=b),
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "- {}": operator.neg,
    "lower({})": fn.lower,
    "upper({})": fn.upper,
    "length({})": fn.length,
    "sum({})": fn.sum,
    "sum(DISTINCT {})": lambda a: fn.sum(a, distinct=True),
    "avg({})": fn.avg,
    "avg(DISTINCT {})": lambda a: fn.avg(a, distinct=True),
    "min({})": fn.min,
    "max({})": fn.max,
    "count({})": fn.count,
    "count(DISTINCT {})": lambda a: fn.count(a, distinct=True),
}

TYPE_OF = """
    CREATE FUNCTION type_of(expression text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE found text;
    BEGIN
        EXECUTE 'SELECT pg_typeof(' || expression || ')::text' INTO found;
        RETURN found;
    EXCEPTION WHEN undefined_function OR ambiguous_function OR datatype_mismatch OR cannot_coerce THEN
        RETURN NULL;
    END $$
"""


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Kinds) as db:
        with db.connection() as connection:
            connection.execute(TYPE_OF)
        yield db


def cast_of(name: str) -> str:
    return getattr(Kinds, name).type.parameter.cast


def answers(db: Database, expressions: list[str]) -> list[str | None]:
    """Return the type of each expression, None where the server has none; all texts are one."""
    with db.connection() as connection:
        rows = connection.execute(
            "SELECT type_of(x) FROM unnest(%s::text[]) WITH ORDINALITY AS u(x, n) ORDER BY n", [expressions]
        ).fetchall()
    texts = {"character varying", "character"}
    return ["text" if found in texts else found for (found,) in rows]


def built(build: Callable[..., Any], *names: str) -> Any:
    """Return our expression, or None where it is refused."""
    try:
        return build(*(getattr(Kinds, name) for name in names))
    except QueryError:
        return None


def judged(db: Database, template: str, build: Callable[..., Any], cases: list[tuple[str, ...]]) -> Iterator[Any]:
    """Yield for each case its names, our expression, the server's type, and what the server calls ours."""
    found = answers(db, [template.format(*(f"NULL::{cast_of(name)}" for name in names)) for names in cases])
    ours = [built(build, *names) for names in cases]
    casts = {expr.type.cast for expr in ours if expr is not None}
    spelled = dict(zip(casts, answers(db, [f"NULL::{cast}" for cast in casts]), strict=True))
    for names, server, expr in zip(cases, found, ours, strict=True):
        yield names, expr, server, None if expr is None else spelled[expr.type.cast]


def kinds_of(names: tuple[str, ...]) -> set[FieldType]:
    return {getattr(Kinds, name).type.kind for name in names}


def depends_on_the_zone(names: tuple[str, ...]) -> bool:
    kinds = kinds_of(names)
    return FieldType.TIMESTAMPTZ in kinds and bool(kinds & {FieldType.DATE, FieldType.TIMESTAMP, FieldType.TIME})


def is_json(names: tuple[str, ...]) -> bool:
    return all(name in {"text_json", "jsons"} for name in names)


@pytest.mark.parametrize("template", COMPARISONS)
def test_types_are_compared_where_the_server_has_the_operator(db: Database, template: str) -> None:
    """We refuse what depends on the session's time zone, a time as an interval, and arrays of json."""
    differences = [
        (names, server)
        for names, expr, server, _ in judged(db, template, COMPARISONS[template], PAIRS)
        if (expr is None) != (server is None)
        and not (server is not None and depends_on_the_zone(names))
        and kinds_of(names) != {FieldType.TIME, FieldType.INTERVAL}
        and not is_json(names)
    ]
    assert differences == []


def test_what_depends_on_the_time_zone_is_refused_by_name() -> None:
    for one, other in (("day", "moment"), ("moment", "plain"), ("clock", "moment")):
        left, right = getattr(Kinds, one), getattr(Kinds, other)
        ways = [
            lambda: left == right,  # noqa: B023 - used at once
            lambda: left < right,  # noqa: B023
            lambda: left.is_distinct_from(right),  # noqa: B023
            lambda: left.between(right, right),  # noqa: B023
            lambda: fn.coalesce(left, right),  # noqa: B023
            lambda: left - right,  # noqa: B023
            lambda: left.to(right),  # noqa: B023
            lambda: from_(Kinds).inner_join(Others, on=left == getattr(Others, other)),  # noqa: B023
        ]
        for way in ways:
            with pytest.raises(QueryError, match=r"session's time zone; say it with \.cast"):
                way()


class Others(Kinds, alias="others"):
    pass


# What PostgreSQL has and we do not: of other families than numbers, texts, days and moments.
OTHER = {
    FieldType.INET,
    FieldType.CIDR,
    FieldType.RANGE,
    FieldType.JSONB,
    FieldType.JSON,
    FieldType.TIME,
    FieldType.BYTEA,
    FieldType.ARRAY,
}


@pytest.mark.parametrize("template", ARITHMETIC)
def test_what_an_operator_makes_of_two_types_is_of_the_server_s_type(db: Database, template: str) -> None:
    for names, expr, server, ours in judged(db, template, ARITHMETIC[template], PAIRS):
        if expr is not None and expr.shape[0] in {"||", "array ||"}:
            assert answers(db, ["NULL::{} || NULL::{}".format(*map(cast_of, names))]) == [ours]
        elif expr is not None:
            assert (names, server) == (names, ours)
        elif server is not None:
            assert depends_on_the_zone(names) or kinds_of(names) & OTHER, names


@pytest.mark.parametrize("template", FUNCTIONS)
def test_what_a_function_makes_of_a_type_is_of_the_server_s_type(db: Database, template: str) -> None:
    for names, expr, server, ours in judged(db, template, FUNCTIONS[template], [(name,) for name in DECLARED]):
        if expr is not None:
            assert (names, server) == (names, ours)
        elif server is not None:  # bytea has min and max since PostgreSQL 18 alone.
            assert kinds_of(names) & (OTHER if "count" not in template else {FieldType.JSON, FieldType.ARRAY}), names


def test_everything_that_is_allowed_runs_and_a_result_is_what_its_type_says(db: Database) -> None:
    two = [built(build, *names) for build in (*COMPARISONS.values(), *ARITHMETIC.values()) for names in PAIRS]
    one = [built(build, name) for build in FUNCTIONS.values() for name in DECLARED]
    plain = [expr for expr in two if expr is not None]
    plain += [expr for expr in one[: 4 * len(DECLARED)] if expr is not None]
    aggregates = [expr for expr in one[4 * len(DECLARED) :] if expr is not None]
    assert len(plain) > 600
    for items in (*chunks(plain), *chunks(aggregates)):
        db.fetch_all(from_(Kinds).select(*items))


def chunks(items: list[Any]) -> Iterator[tuple[Any, ...]]:
    return (tuple(items[start : start + 8]) for start in range(0, len(items), 8))


def test_what_may_be_assigned_runs_and_nothing_else_is_cut_or_rounded(db: Database) -> None:
    allowed = set()
    for one, other in PAIRS:
        assignment = built(lambda a, b: a.to(b), one, other)
        if assignment is not None:
            allowed.add((one, other))
            db.execute(update(Kinds).all_rows().set(assignment))
    mixed = {pair for pair in allowed if pair[0] != pair[1]}
    wholes, exacts, floats = {"small", "whole", "big"}, {"exact", "money"}, {"short", "double"}
    numbers = {
        *product(wholes, wholes), *product(exacts, wholes | exacts), *product(floats, wholes | exacts | floats),
    }  # fmt: skip
    texts = {*product({"word", "name", "code"}, repeat=2)}
    expected = numbers | texts | {("plain", "day"), ("host", "net"), ("months", "span")}
    assert mixed == {pair for pair in expected if pair[0] != pair[1]}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Kinds.whole.to(Kinds.exact), r"^kinds\.whole is integer; kinds\.exact is numeric and would be cut"),
        (lambda: Kinds.exact.to(Kinds.double), "would be cut: say .cast"),
        (lambda: Kinds.day.to(Kinds.plain), "would be cut"),
        (lambda: Kinds.net.to(Kinds.host), "would be cut"),
        (lambda: Kinds.span.to(Kinds.months), "would be cut"),
        (lambda: Kinds.text_json == {}, r"^kinds\.text_json is json, which = cannot take: declare jsonb"),
        (lambda: Kinds.text_json.is_in([{}]), "which = any cannot take"),
        (lambda: Kinds.text_json < {}, "which < cannot take"),
        (lambda: Kinds.text_json.is_distinct_from(None), "which is distinct from cannot take"),
        (Kinds.text_json.desc, "which order cannot take"),
        (lambda: Kinds.jsons == [{}], "which = cannot take"),
        (lambda: from_(Kinds).group_by(Kinds.text_json), "json, which group_by cannot take"),
        (lambda: from_(Kinds).order_by(Kinds.text_json), "json, which order_by cannot take"),
        (lambda: from_(Kinds).distinct(Kinds.text_json), "json, which distinct cannot take"),
        (lambda: from_(Kinds).select(Kinds.text_json).distinct().sql(), "json, which distinct cannot take"),
        (lambda: fn.count(Kinds.text_json, distinct=True), r"json, which count\(DISTINCT …\) cannot take"),
        (lambda: fn.max(Kinds.key), "^PostgreSQL has no max of uuid"),
        (lambda: fn.min(Kinds.yes), "^PostgreSQL has no min of boolean"),
        (lambda: fn.max(Kinds.data), "no max of jsonb"),
        (lambda: fn.max(Kinds.numbers), "no max of int4range"),
        (lambda: fn.lower(Kinds.mac), "^lower takes text, not macaddr"),
        (lambda: Kinds.double % 2, "% takes no floats"),
    ],
)
def test_what_the_server_would_refuse_or_cut_is_refused_by_name(build: Callable[[], object], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        build()
