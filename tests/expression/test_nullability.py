"""Where an expression over columns may be NULL, PostgreSQL has rows in which it is; where not, it has none."""

from __future__ import annotations

import ast
import inspect
import operator
import textwrap
import types
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import product
from typing import Any, Final

import pytest
from databases import database_with
from none_in_rows import items_that_may_be_none
from psycopg.types.json import Json, Jsonb
from tables import model_of

from ferra_sync import (
    JSON_NULL,
    Database,
    Expr,
    FerraDbError,
    FerraModel,
    Table,
    case,
    exists,
    following,
    from_,
    index,
    maybe,
    rows,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.terms import TEMPLATES
from ferra_sync._expression.nullability import RULES, _Nullability, may_be_null
from ferra_sync._expression.sqltypes import BOOLEAN, INTEGER, SqlType
from ferra_sync.types import Range

KINDS: Final[dict[str, tuple[Callable[[], Any], tuple[Any, Any]]]] = {
    "whole": (t.integer, (1, 2)),
    "word": (t.text, ("a", "b")),
    "flag": (t.boolean, (True, False)),
    "list": (lambda: t.array(t.nullable(t.integer())), ([1, None], [])),
    "data": (t.jsonb, (Jsonb(1), Jsonb(None))),
    "raw": (t.json, (Json({"a": None}), Json(None))),
    "ages": (t.int4range, (Range(1, 5), Range(empty=True))),
    "vector": (t.tsvector, ("'a':1", "")),
    "query": (t.tsquery, ("'a'", "")),
}
SLOTS: Final = 3
"""Of each kind there are so many columns that are never NULL, and beside each another that may be."""

COLUMNS: Final = {
    f"{kind}_{slot}{suffix}": t.nullable(declare()) if suffix else declare()
    for (kind, (declare, _)), slot, suffix in product(KINDS.items(), range(SLOTS), ("", "_or_null"))
}
OF_TRIGRAMS: Final = classmethod(lambda cls: [index(cls.word_0, using="gist", operator_class="gist_trgm_ops")])
"""With this index the table brings the extension along."""
BODY: Final = {"id": t.integer(primary_key=True), **COLUMNS, "__constraints__": OF_TRIGRAMS}
Facts: Any = types.new_class("Facts", (Table,), exec_body=lambda body: body.update(BODY))
Others: Any = types.new_class("Others", (Facts,), {"alias": "others"})
Fact: Any = model_of(FerraModel[Facts], whole_0_or_null=int | None)


def _rows() -> Iterator[list[Any]]:
    """Yield rows in which each slot's columns have every combination of two values, and NULL, beside the others'."""
    for number, row in enumerate(product(product((0, 1), (0, 1, None)), repeat=SLOTS)):
        values: list[Any] = [number]
        for _, pair in KINDS.values():
            for plain, or_null in row:
                values += [pair[plain], None if or_null is None else pair[or_null]]
        yield values


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Facts) as db:
        with db.connection() as connection:
            places = ", ".join(["%s"] * (len(COLUMNS) + 1))
            connection.cursor().executemany(f"INSERT INTO facts VALUES ({places})".encode(), list(_rows()))
        yield db


def composed(form: str, of: SqlType[Any] = BOOLEAN) -> Callable[..., Any]:
    """Return what makes an expression that the toolkit itself composes."""
    return lambda *given: Expr((form, *(each.shape for each in given)), (), of)


def row_of(*given: Any) -> tuple[Any, ...]:
    return tuple(each.shape for each in given)


COMPARED: Final[dict[str, Callable[..., Any]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is distinct from": lambda a, b: a.is_distinct_from(b),
    "is not distinct from": lambda a, b: a.is_not_distinct_from(b),
}
COMPUTED: Final = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod}
ONE_OR_NULL: Final = from_(Facts).where(Facts.whole_0_or_null.is_distinct_from(2)).select(Facts.whole_0_or_null)


def element(depth: int) -> Callable[..., Any]:
    return lambda array, place: Expr(("[]" * depth, array.shape, *[place.shape] * depth), (), INTEGER)


OPERATORS: Final[list[tuple[str, tuple[str, ...], Callable[..., Any]]]] = [
    *((op, (kind, kind), make) for op, make in COMPARED.items() for kind in ("whole", "word", "flag", "list", "data")),
    *((op, ("whole", "whole"), make) for op, make in COMPUTED.items()),
    ("= any", ("whole",), lambda a: a.is_in([1])),
    ("<> all", ("word",), lambda a: a.is_not_in(["a"])),
    ("between", ("whole", "whole", "whole"), lambda a, b, c: a.between(b, c)),
    *((op, (kind,), composed(op)) for op in ("is null", "is not null") for kind in KINDS),
    ("not", ("flag",), operator.invert),
    ("and", ("flag", "flag", "flag"), lambda a, b, c: a & b & c),
    ("or", ("flag", "flag"), operator.or_),
    ("neg", ("whole",), operator.neg),
    *((op, ("whole", "whole"), make) for op, make in (("&", operator.and_), ("|", operator.or_), ("#", operator.xor))),
    *((op, ("whole", "whole"), make) for op, make in (("<<", operator.lshift), (">>", operator.rshift))),
    ("bit not", ("whole",), operator.invert),
    ("||", ("word", "word"), operator.add),
    ("||", ("word",), lambda a: "x" + a),
    ("array ||", ("list", "list"), operator.add),
    ("array ||", ("list",), lambda a: a + [1]),  # noqa: RUF005 - an expression
    ("->", ("data",), lambda a: a.get("a")),
    ("->>", ("data",), lambda a: a.text(0)),
    ("#-", ("data",), lambda a: (a + [1]).without(0)),  # noqa: RUF005 - an expression
    ("@>", ("data", "data"), lambda a, b: a.contains(b)),
    ("@>", ("list", "list"), lambda a, b: a.contains(b)),
    ("<@", ("list", "list"), lambda a, b: a.contained_by(b)),
    ("&&", ("list", "list"), lambda a, b: a.overlaps(b)),
    ("?", ("data",), lambda a: a.has_key("a")),
    ("?|", ("data",), lambda a: a.has_any(["a"])),
    ("?&", ("data",), lambda a: a.has_all(["a"])),
    ("[n:n]", ("list", "whole", "whole"), lambda a, b, c: a[b:c]),
    ("[n:]", ("list", "whole"), lambda a, b: a[b:]),
    ("[:n]", ("list", "whole"), lambda a, b: a[:b]),
    *(("[]" * depth, ("list", "whole"), element(depth)) for depth in range(1, 7)),
    ("like", ("word",), lambda a: a.like("a%")),
    ("ilike", ("word",), lambda a: a.icontains("a")),
    ("~", ("word",), lambda a: a.matches("^a")),
    ("~*", ("word",), lambda a: a.collate("C").imatches("^a")),
    ("row", ("whole", "whole"), lambda a, b: Expr((">", ("row", *row_of(a, b)), ("row", *row_of(b, a))), (), BOOLEAN)),
    (
        "in rows",
        ("whole", "whole"),
        lambda a, b: Expr(
            ("in rows", ("row", a.shape, b.shape), ("row", INTEGER.array, INTEGER.array)), ([1], [2]), BOOLEAN
        ),
    ),
    ("@>", ("ages", "whole"), lambda a, b: a.contains(b)),
    ("<@", ("whole", "ages"), lambda a, b: a.contained_by(b)),
    *((op, ("ages", "ages"), composed(op)) for op in ("&&", "-|-", "<<", ">>", "&<", "&>")),
    ("*", ("ages", "ages"), operator.mul),
    ("@@", ("vector", "query"), lambda a, b: a.matches(b)),
    ("!!", ("query",), operator.invert),
    ("||", ("vector", "vector"), operator.add),
    ("||", ("query", "query"), operator.or_),
    ("&&", ("query", "query"), operator.and_),
    ("%", ("word", "word"), lambda a, b: a.is_similar(b)),
    ("<->", ("word", "word"), lambda a, b: a.distance(b)),
    ("in", ("whole",), lambda a: a.is_in(ONE_OR_NULL)),
    ("not in", ("whole",), lambda a: a.is_not_in(ONE_OR_NULL)),
    ("exists", (), lambda: exists(from_(Facts))),
    ("exists", ("whole",), lambda a: exists(from_(Others).where(Others.whole_0 == 3).correlate(Facts).where(a == 1))),
    ("array", ("word",), lambda a: from_(Others).correlate(Facts).where(Others.id == 99).select(a).array()),
    ("once", ("whole",), lambda a: composed("once", a.type)(a)),
    *(("stamp", (kind,) * 3, lambda a, b, c: composed("stamp", a.type)(a, b, c)) for kind in ("whole", "list")),
    ("stamp json", ("raw",) * 3, lambda a, b, c: composed("stamp json", a.type)(a, b, c)),
]


def scalar_of(value: int) -> Any:
    return from_(Others).where(Others.id == value, Others.whole_1_or_null.is_null()).select(Others.whole_0).scalar()


plain = fn.function("chr", t.integer(), returns=t.text())
lenient = fn.function("concat", t.nullable(t.text()), t.text(), returns=t.text())
emptied = fn.function("nullif", t.text(), t.text(), returns=t.nullable(t.text()))
OTHERS: Final[list[tuple[str, tuple[str, ...], Callable[..., Any]]]] = [
    ("coalesce", ("word", "word"), fn.coalesce),
    ("coalesce with a value", ("list",), lambda a: fn.coalesce(a, [1])),
    ("coalesce with None", ("word",), lambda a: fn.coalesce(a, None)),
    ("lower", ("word",), fn.lower),
    ("upper", ("word",), fn.upper),
    ("length", ("word",), fn.length),
    ("now", (), fn.now),
    ("gen_random_uuid", (), fn.gen_random_uuid),
    ("a value", (), lambda: fn.literal(3)),
    ("a document that is null", (), lambda: fn.literal(JSON_NULL, t.jsonb())),
    ("None", (), lambda: fn.literal(None, t.text())),
    ("a value, then None", ("whole",), lambda a: fn.literal(1) + a + fn.literal(None, t.integer())),
    ("None that is compared with, then a value", ("whole",), lambda a: a.is_distinct_from(None) & (fn.literal(1) == 1)),
    ("a declared function", ("whole",), plain),
    ("a declared function that takes NULL", ("word",), lambda a: lenient(a, "x")),
    ("a declared function that is given None", (), lambda: plain(fn.literal(None, t.integer()))),
    ("a declared function that returns NULL", ("word", "word"), emptied),
    ("a scalar, then a value", ("whole",), lambda a: scalar_of(1) + fn.coalesce(scalar_of(2), 1) + a),
    ("a scalar, or a value", ("whole",), lambda a: fn.coalesce(scalar_of(9), 1) + a + 1),
    ("a cast", ("whole",), lambda a: a.cast(t.text())),
    ("a cast of a list", ("list",), lambda a: a.cast(t.text())),
    ("a cast of a document to text", ("data",), lambda a: a.cast(t.text())),
    ("a cast of a document to json", ("data",), lambda a: a.cast(t.json())),
    ("is row", (), lambda: Expr(("is row", Facts.__ferra_table__.ref), (), BOOLEAN)),
    ("a model", (), lambda: Fact),
    ("a number of the row", (), lambda: fn.row_number().over()),
    ("the row before", ("word",), lambda a: fn.lag(a).over(partition_by=Facts.id)),
    ("the row itself, or a default", ("word",), lambda a: fn.lag(a, 0, default="x").over(order_by=Facts.id)),
    ("the default of no row", ("word",), lambda a: fn.lead(Facts.word_2, default=a).over(partition_by=Facts.id)),
    ("the first row of no frame", ("word",), lambda a: fn.first_value(a).over(frame=rows(following(1), following(2)))),
    ("a count over a window", ("word",), lambda a: fn.count(a).over(partition_by=Facts.whole_2 + 1)),
    ("a sum over no frame", ("whole",), lambda a: fn.sum(a).over(frame=rows(following(1), following(2)))),
]


def operands(kinds: tuple[str, ...]) -> Iterator[list[Any]]:
    """Yield columns of these kinds, each in turn one that is never NULL and one that may be."""
    for suffixes in product(("", "_or_null"), repeat=len(kinds)):
        slots = enumerate(zip(kinds, suffixes, strict=True))
        yield [getattr(Facts, f"{kind}_{slot}{suffix}") for slot, (kind, suffix) in slots]


@pytest.mark.parametrize(("name", "kinds", "make"), [*OPERATORS, *OTHERS])
def test_what_may_be_null_is_null_in_some_row_and_what_never_is_in_none(db: Database, name, kinds, make) -> None:
    for columns in operands(kinds):
        query = from_(Facts).select(make(*columns))

        assert [any(value is None for value in db.fetch_all(query))] == items_that_may_be_none(query), columns


JSON_CASTS: Final = [
    *(lambda a, to=to: a.cast(to()) for to in (t.smallint, t.integer, t.bigint, t.numeric, t.real, t.double_precision)),
    lambda a: fn.coalesce(a, 1).cast(t.integer()),
    lambda a: fn.function("jsonb_strip_nulls", t.jsonb(), returns=t.jsonb())(a).cast(t.integer()),
    lambda a: a.cast(t.json()).cast(t.jsonb()).cast(t.integer()),
    lambda _: fn.literal(JSON_NULL, t.jsonb()).cast(t.boolean()),
    lambda a: case((Facts.flag_0, a), otherwise=a).cast(t.integer()),
    lambda a: fn.greatest(a, JSON_NULL).cast(t.integer()),
]


@pytest.mark.parametrize("make", JSON_CASTS)
def test_the_document_null_cast_to_a_number_or_a_boolean_is_null(db: Database, make) -> None:
    query = from_(Facts).select(make(Facts.data_0))

    assert items_that_may_be_none(query) == [True]
    with db.connection() as connection:
        is_error = connection.info.server_version < 180_000
    with pytest.raises(FerraDbError) if is_error else nullcontext():
        assert None in db.fetch_all(query)


def test_a_number_that_no_document_was_cast_to_is_never_null(db: Database) -> None:
    declared = fn.function("to_jsonb", t.integer(), returns=t.jsonb())
    counted = fn.function("jsonb_array_length", t.jsonb(), returns=t.integer())
    query = from_(Facts).select(
        declared(Facts.whole_0).cast(t.text()), counted(fn.literal([], t.jsonb())).cast(t.text())
    )

    assert items_that_may_be_none(query) == [False, False]
    assert not any(None in row for row in db.fetch_all(query))


AGGREGATES: Final[list[tuple[str, str, Callable[..., Any]]]] = [
    ("count", "whole", fn.count),
    ("count distinct", "word", lambda a: fn.count(a, distinct=True)),
    ("count(*)", "whole", lambda _: fn.count()),
    ("sum", "whole", fn.sum),
    ("sum distinct", "whole", lambda a: fn.sum(a, distinct=True)),
    ("avg", "whole", fn.avg),
    ("min", "word", fn.min),
    ("max", "word", fn.max),
    ("count of some", "whole", lambda a: fn.count().filter(a > 0)),
    ("sum of some", "whole", lambda a: fn.sum(a).filter(a > 0)),
    ("array_agg", "word", lambda a: fn.array_agg(a, order_by=a)),
    ("jsonb_agg", "data", fn.jsonb_agg),
    ("mode", "word", lambda a: fn.mode().within_group(a)),
    ("declared", "flag", fn.aggregate("bool_and", t.nullable(t.boolean()), returns=t.nullable(t.boolean()))),
    ("promised", "whole", fn.aggregate("regr_count", t.integer(), t.integer(), returns=t.bigint())),
]


@pytest.mark.parametrize(("name", "kind", "make"), AGGREGATES)
def test_an_aggregate_that_may_be_null_is_so_over_no_rows(db: Database, name, kind, make) -> None:
    for (column,) in operands((kind,)):
        of = make(column, column) if name == "promised" else make(column)
        query = from_(Facts).where(Facts.id < 0).select(of)

        assert [value is None for value in db.fetch_all(query)] == items_that_may_be_none(query)


def test_the_values_of_a_list_of_operands_are_told_apart() -> None:
    assert not may_be_null(Facts.whole_0.between(1, 2).shape, iter([1, 2]))
    assert may_be_null(Facts.whole_0.between(1, 2).shape)
    assert not may_be_null((Facts.whole_0 == Facts.whole_1).shape)


def test_every_operator_has_a_rule() -> None:
    assert RULES.keys() == TEMPLATES.keys() | {"and", "or", "row"}
    assert RULES.keys() == {op for op, _, _ in OPERATORS}


def test_every_form_of_expression_that_is_lowered_is_known() -> None:
    orders = {"asc", "desc", "window", "grouping sets"}
    unknown = {"default", "shared", "place"}

    assert forms_of(Lowering.term) - orders - unknown - RULES.keys() <= forms_of(_Nullability.of)


def forms_of(function: Callable[..., Any]) -> set[str]:
    """Return the names by which the cases of a match tell forms apart."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    firsts = (node.patterns[0] for node in ast.walk(tree) if isinstance(node, ast.MatchSequence))
    values = (node.value for first in firsts for node in ast.walk(first) if isinstance(node, ast.MatchValue))
    found = {eval(ast.unparse(value), function.__globals__) for value in values}
    assert found
    return found


_SIGNS: Final = {"like": "~~", "ilike": "~~*"}


def test_postgresql_says_itself_that_its_operators_are_strict_but_for_those_of_arrays(db: Database) -> None:
    of_ranges_and_words = ("@>", "<@", "&&", "-|-", "<<", ">>", "&<", "&>", "@@", "!!")
    comparisons = ("=", "<>", "<", "<=", ">", ">=", "like", "ilike", "~", "~*")
    signs = [_SIGNS.get(op, op) for op in (*comparisons, *COMPUTED, "||", *of_ranges_and_words)]
    with db.connection() as connection:
        found = connection.execute(
            "SELECT o.oprname, o.oprleft::regtype::text, o.oprright::regtype::text FROM pg_operator AS o"
            " JOIN pg_proc AS p ON p.oid = o.oprcode"
            " WHERE NOT p.proisstrict AND o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprname = ANY(%s)",
            [signs],
        ).fetchall()

    assert {(sign, "anycompatiblearray" in sides) for sign, *sides in found} == {("||", True)}


def test_maybe_and_nullable_say_nothing_that_the_joins_do_not(db: Database) -> None:
    query = from_(Facts).select(maybe(Fact), maybe(Facts.whole_0), Facts.whole_0.nullable())

    assert items_that_may_be_none(query) == [True, False, False]
