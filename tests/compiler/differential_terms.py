"""Random tables and expressions, each said twice: in ferra_sync, and as SQL written by hand here, values and all.

The SQL is the judge. It shares nothing with the compiler: names are qualified and values are literals with their type.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import attrs
import differential_ranges as ranges
from tables import model_of

from ferra_sync import FerraModel, Table, case
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import Multirange, Range


class Mood(enum.Enum):
    SAD = "sad"
    OK = "ok"
    HAPPY = "happy"


class Kind(NamedTuple):
    """A type of columns: how both sides say it, what its values are, and which Python class a model's field has."""

    name: str
    declare: Callable[[], Any]
    values: tuple[Any, ...]
    cls: Any
    family: str


def _day(day: int, zone: dt.tzinfo | None) -> dt.datetime:
    return dt.datetime(2026, 3, day, 12 * (day % 2), tzinfo=zone)


_TEXTS = ("", "a", "A", "ab", "ab ", "a%", "b_", "it's", 'q"q', "\\", "é")
KINDS = {
    kind.name: kind
    for kind in (
        Kind("smallint", t.smallint, (0, 1, 2, 7, -3), int, "whole"),
        Kind("integer", t.integer, (0, 1, 2, 10, -3), int, "whole"),
        Kind("bigint", t.bigint, (0, 1, 2, 10**10), int, "whole"),
        Kind("numeric", t.numeric, tuple(map(Decimal, ("0", "1", "1.0", "1.50", "-2.25"))), Decimal, "number"),
        Kind("numeric(8,2)", lambda: t.numeric(8, 2), tuple(map(Decimal, ("0.10", "1", "-2.25"))), Decimal, "number"),
        Kind("double precision", t.double_precision, (0.0, 0.5, -1.25, 1e10), float, "float"),
        Kind("text", t.text, _TEXTS, str, "text"),
        Kind("varchar(6)", lambda: t.varchar(6), _TEXTS, str, "text"),
        Kind("char(4)", lambda: t.char(4), ("", "a", "ab", "ab c", "é"), str, "char"),
        Kind("boolean", t.boolean, (True, False), bool, "boolean"),
        Kind("date", t.date, tuple(_day(day, None).date() for day in (1, 2, 3)), dt.date, "date"),
        Kind("timestamp", t.timestamp, tuple(_day(day, None) for day in (1, 2, 3)), dt.datetime, "timestamp"),
        Kind("timestamptz", t.timestamptz, tuple(_day(day, dt.UTC) for day in (1, 2, 3)), dt.datetime, "timestamptz"),
        Kind("uuid", t.uuid, tuple(UUID(int=number) for number in (1, 2, 2**127)), UUID, "uuid"),
        Kind("jsonb", t.jsonb, ({"a": 1}, {"a": True}, [1, "x"], "s", 1.5), object, "jsonb"),
        Kind("mood", lambda: t.enum(Mood), tuple(Mood), Mood, "enum"),
        Kind("int4range", t.int4range, ranges.RANGES, Range[int], "range"),
        Kind("int4multirange", t.int4multirange, ranges.MULTIRANGES, Multirange[int], "multirange"),
        Kind("integer[]", lambda: t.array(t.integer()), ([], [1], [1, 2]), list[int], "array"),
    )
}
NAMES = (
    "length",
    "count",
    "lower",
    "order",
    "name",
    "Value",
    "sum",
    'qu"ote',
    "text",
    "true",
    "coalesce",
    "user",
    "%s",
)
RANGES = ("range", "multirange")
ORDERED = (
    *("whole", "number", "float", "text", "char", "date", "timestamp", "timestamptz", "enum", "boolean", "uuid"),
    *RANGES,
)


_LENGTH = re.compile(r"\(.*\)")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any, of: Kind | str) -> str:
    """Return a value as SQL with its type, which neither cuts nor pads it."""
    name = _LENGTH.sub("", of if isinstance(of, str) else of.name).replace("char", "bpchar").replace("varbp", "var")
    if value is None:
        return f"NULL::{name}"
    if name == "jsonb":
        spelled = json.dumps(value)
    elif isinstance(value, (Range, Multirange)):
        spelled = ranges.spelled(value)
    elif isinstance(value, list):
        spelled = "{" + ",".join(map(str, value)) + "}"
    else:
        spelled = value.value if isinstance(value, enum.Enum) else str(value)
    escaped = spelled.replace("'", "''")
    return f"'{escaped}'::{name}"


class Term(NamedTuple):
    """An expression, said twice; `parts` are what it is made of, for GROUP BY."""

    expr: Any
    sql: str
    kind: Kind
    plain: bool = False
    """Whether it is a column."""


@attrs.frozen(eq=False)
class Source:
    """A table, said twice: its class and a model of it; its columns are terms.

    Of a derived one `made` is what makes its rows, and `spelled` is how the judge's FROM says it.
    """

    name: str
    table: Any
    model: Any
    fields: tuple[str, ...]
    columns: tuple[Term, ...]
    made: Any = None
    spelled: str = ""

    @property
    def rows(self) -> Any:
        """What `from_` and the joins are given."""
        return self.table if self.made is None else self.made

    @property
    def sql(self) -> str:
        """What the judge's FROM is given."""
        return self.spelled or f'"{self.name}"'

    @property
    def id(self) -> Term:
        return self.columns[0]


def random_source(dice: Random, number: int) -> tuple[Source, list[str]]:
    """Return a table of random columns, and the statements that make and fill it."""
    name = f"t{number}"
    kinds = {"id": KINDS["integer"], "other": KINDS["integer"]}
    kinds |= {each: dice.choice(list(KINDS.values())) for each in dice.sample(NAMES, dice.randint(3, 6))}
    optional = {each: each != "id" and dice.random() < 0.6 for each in kinds}
    attributes = {each: f"c{position}" for position, each in enumerate(kinds)}
    body: dict[str, Any] = {}
    for each, kind in kinds.items():
        declared = KINDS[kind.name].declare if each != "id" else lambda: t.integer(primary_key=True)
        column = declared()
        column.options["name"] = each
        body[attributes[each]] = t.nullable(column) if optional[each] else column
    table: Any = type(f"T{number}", (Table,), body, name=name)  # type: ignore[call-overload] # Table's keyword
    chosen = dice.sample(list(kinds), dice.randint(1, len(kinds)))
    fields = {attributes[each]: kinds[each].cls | None if optional[each] else kinds[each].cls for each in chosen}
    columns = tuple(
        Term(getattr(table, attributes[each]), f"{quoted(name)}.{quoted(each)}", kind, plain=True)
        for each, kind in kinds.items()
    )
    model = model_of(FerraModel[table], **fields)
    return Source(name, table, model, tuple(chosen), columns), list(_statements(dice, name, kinds, optional))


def _statements(dice: Random, name: str, kinds: dict[str, Kind], optional: dict[str, bool]) -> Sequence[str]:
    listed = ", ".join(
        f"{quoted(each)} {kind.name}{'' if optional[each] else ' NOT NULL'}{' PRIMARY KEY' if each == 'id' else ''}"
        for each, kind in kinds.items()
    )
    rows = []
    for number in range(dice.randint(0, 14)):
        values = {
            each: None if optional[each] and dice.random() < 0.4 else dice.choice(kind.values)
            for each, kind in kinds.items()
        }
        values |= {"id": number} | ({"other": dice.randint(0, 16)} if values["other"] is not None else {})
        rows.append(f"({', '.join(literal(values[each], kind) for each, kind in kinds.items())})")
    made = [f"CREATE TABLE {name} ({listed})"]
    return [*made, f"INSERT INTO {name} VALUES {', '.join(rows)}"] if rows else made


class Terms:
    """Makes random terms over some columns."""

    def __init__(self, dice: Random, columns: Sequence[Term]) -> None:
        self.dice = dice
        self.columns = columns

    def any(self, depth: int = 2) -> Term:
        """Return a term of any kind: mostly a column."""
        column = self.dice.choice(self.columns)
        if depth == 0 or self.dice.random() < 0.4:
            return column
        return self.dice.choice(_MAKERS.get(column.kind.family, (_cast, _coalesce)))(self, column, depth - 1)

    def of(self, families: Sequence[str], depth: int = 1) -> Term | None:
        """Return a term of one of these families, or None where none was found."""
        found = (self.any(depth) for _ in range(4))
        return next((term for term in found if term.kind.family in families), None)

    def value(self, kind: Kind) -> Any:
        return self.dice.choice(kind.values)

    def predicate(self, depth: int = 2) -> Term:
        """Return a predicate."""
        if depth and self.dice.random() < 0.35:
            return self._connected(depth - 1)
        term = self.any(1)
        choices = [_null, _member, _distinct_from] if term.kind.family != "jsonb" else [_null, _distinct_from]
        if term.kind.family in ORDERED:
            choices += [_compared, _between, _compared]
        if term.kind.family == "text":
            choices += [_like, _like]
        if term.kind.family in RANGES:
            choices += [_ranged, _ranged]
        if term.kind.family == "boolean":
            return term
        return self.dice.choice(choices)(self, term)

    def _connected(self, depth: int) -> Term:
        one, other = self.predicate(depth), self.predicate(depth)
        match self.dice.randrange(3):
            case 0:
                return _boolean(one.expr & other.expr, f"({one.sql} AND {other.sql})")
            case 1:
                return _boolean(one.expr | other.expr, f"({one.sql} OR {other.sql})")
            case _:
                return _boolean(~one.expr, f"(NOT {one.sql})")


def _boolean(expr: Any, sql: str) -> Term:
    return Term(expr, sql, KINDS["boolean"])


def _null(terms: Terms, term: Term) -> Term:
    if terms.dice.random() < 0.5:
        return _boolean(term.expr.is_null(), f"({term.sql} IS NULL)")
    return _boolean(term.expr.is_not_null(), f"({term.sql} IS NOT NULL)")


def _member(terms: Terms, term: Term) -> Term:
    if term.kind.family == "array":
        return _null(terms, term)
    values = [terms.value(term.kind) for _ in range(terms.dice.randint(0, 3))]
    listed = ", ".join(literal(value, term.kind) for value in values)
    if not values:
        return _boolean(term.expr.is_in(values), f"({term.sql} = ANY(ARRAY[]::{term.kind.name}[]))")
    if terms.dice.random() < 0.5:
        return _boolean(term.expr.is_in(values), f"({term.sql} IN ({listed}))")
    return _boolean(term.expr.is_not_in(values), f"({term.sql} NOT IN ({listed}))")


def _distinct_from(terms: Terms, term: Term) -> Term:
    value = None if terms.dice.random() < 0.3 else terms.value(term.kind)
    spelled = literal(value, term.kind)
    return _boolean(term.expr.is_distinct_from(value), f"({term.sql} IS DISTINCT FROM {spelled})")


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _compared(terms: Terms, term: Term) -> Term:
    op = terms.dice.choice(list(_COMPARISONS))
    alike = [each for each in terms.columns if each.kind.family == term.kind.family and each.kind.family != "char"]
    if alike and terms.dice.random() < 0.3:
        other = terms.dice.choice(alike)
        return _boolean(_COMPARISONS[op](term.expr, other.expr), f"({term.sql} {op} {other.sql})")
    value = terms.value(term.kind)
    return _boolean(_COMPARISONS[op](term.expr, value), f"({term.sql} {op} {literal(value, term.kind)})")


def _between(terms: Terms, term: Term) -> Term:
    low, high = terms.value(term.kind), terms.value(term.kind)
    spelled = f"({term.sql} BETWEEN {literal(low, term.kind)} AND {literal(high, term.kind)})"
    return _boolean(term.expr.between(low, high), spelled)


def _like(terms: Terms, term: Term) -> Term:
    part = terms.dice.choice(_TEXTS)
    if terms.dice.random() < 0.5:
        return _boolean(term.expr.contains(part), f"(position({literal(part, 'text')} in {term.sql}) > 0)")
    spelled = f"(left({term.sql}, length({literal(part, 'text')})) = {literal(part, 'text')})"
    return _boolean(term.expr.startswith(part), spelled)


def _ranged(terms: Terms, term: Term) -> Term:
    if terms.dice.random() < 0.2:
        number = terms.value(KINDS["integer"])
        return _boolean(term.expr.contains(number), f"({term.sql} @> {number})")
    op = terms.dice.choice(list(ranges.OPERATORS))
    alike = [each for each in terms.columns if each.kind.family in RANGES]
    if alike and terms.dice.random() < 0.5:
        other = terms.dice.choice(alike)
        return _boolean(ranges.OPERATORS[op](term.expr, other.expr), f"({term.sql} {op} {other.sql})")
    kind = KINDS[terms.dice.choice(["int4range", "int4multirange"])]
    value = terms.value(kind)
    return _boolean(ranges.OPERATORS[op](term.expr, value), f"({term.sql} {op} {literal(value, kind)})")


def _bound(terms: Terms, term: Term, _depth: int) -> Term:
    name = terms.dice.choice(["lower", "upper"])
    return Term(getattr(fn, name)(term.expr), f"{name}({term.sql})", KINDS["integer"])


def _shared(terms: Terms, term: Term, _depth: int) -> Term:
    value = terms.value(term.kind)
    return Term(term.expr * value, f"({term.sql} * {literal(value, term.kind)})", term.kind)


def _united(terms: Terms, term: Term, _depth: int) -> Term:
    value = terms.value(term.kind)
    spelled, op = literal(value, term.kind), terms.dice.choice("+-")
    return Term(term.expr + value if op == "+" else term.expr - value, f"({term.sql} {op} {spelled})", term.kind)


def _cast(terms: Terms, term: Term, _depth: int) -> Term:
    if terms.dice.random() < 0.5 or term.kind.family not in {"text", "whole"}:
        return Term(term.expr.cast(t.nullable(t.text())), f"({term.sql})::text", KINDS["text"])
    if term.kind.family == "whole":
        return Term(term.expr.cast(t.nullable(t.numeric())), f"({term.sql})::numeric", KINDS["numeric"])
    return Term(term.expr.cast(t.nullable(t.varchar(1))), f"({term.sql})::varchar(1)", KINDS["text"])


def _coalesce(terms: Terms, term: Term, _depth: int) -> Term:
    value = terms.value(term.kind)
    kind = KINDS["text"] if term.kind.family == "text" else term.kind
    return Term(fn.coalesce(term.expr, value), f"coalesce({term.sql}, {literal(value, kind)})", kind)


def _cased(terms: Terms, term: Term, _depth: int) -> Term:
    name = terms.dice.choice(["lower", "upper"])
    return Term(getattr(fn, name)(term.expr), f"{name}({term.sql})", KINDS["text"])


def _length(_terms: Terms, term: Term, _depth: int) -> Term:
    return Term(fn.length(term.expr), f"length({term.sql})", KINDS["integer"])


def _joined(terms: Terms, term: Term, depth: int) -> Term:
    part = terms.dice.choice(_TEXTS)
    if depth and terms.dice.random() < 0.5:
        other = terms.of(("text",), depth - 1)
        if other is not None:
            return Term(term.expr + other.expr, f"({term.sql}::text || {other.sql}::text)", KINDS["text"])
    return Term(term.expr + part, f"({term.sql}::text || {literal(part, 'text')})", KINDS["text"])


def _calculated(terms: Terms, term: Term, _depth: int) -> Term:
    op = terms.dice.choice("+-*")
    whole = KINDS["numeric"] if term.kind.family == "number" else term.kind
    value = terms.dice.choice([1, 2, 3]) if term.kind.family == "whole" else terms.value(whole)
    other = literal(value, whole)
    made = {"+": lambda: term.expr + value, "-": lambda: term.expr - value, "*": lambda: term.expr * value}[op]()
    return Term(made, f"({term.sql} {op} {other})", whole)


def _moved(terms: Terms, term: Term, _depth: int) -> Term:
    days = terms.dice.choice([-1, 1, 2])
    step = dt.timedelta(days=days)
    moved = term.expr + step if terms.dice.random() < 0.5 else term.expr - -step
    return Term(moved, f"({term.sql} + make_interval(days => {days}))", term.kind)


def _chosen(terms: Terms, term: Term, depth: int) -> Term:
    predicate, value = terms.predicate(depth), terms.value(term.kind)
    kind = KINDS["text"] if term.kind.family == "text" else term.kind
    if terms.dice.random() < 0.3:
        return Term(case((predicate.expr, term.expr)), f"(CASE WHEN {predicate.sql} THEN {term.sql} END)", kind)
    spelled = f"(CASE WHEN {predicate.sql} THEN {term.sql} ELSE {literal(value, kind)} END)"
    return Term(case((predicate.expr, term.expr), otherwise=value), spelled, kind)


def _extreme(terms: Terms, term: Term, _depth: int) -> Term:
    name, value = terms.dice.choice(["greatest", "least"]), terms.value(term.kind)
    return Term(getattr(fn, name)(term.expr, value), f"{name}({term.sql}, {literal(value, term.kind)})", term.kind)


def _cut(terms: Terms, term: Term, _depth: int) -> Term:
    number, part = terms.dice.choice([1, 2, 3]), terms.dice.choice(_TEXTS)
    of = literal(part, "text")
    expr, spelled = terms.dice.choice(
        [
            (fn.left(term.expr, number), f"left({term.sql}, {number})"),
            (fn.substring(term.expr, number, 2), f"substring({term.sql} FROM {number} FOR 2)"),
            (fn.replace(term.expr, part, "x"), f"replace({term.sql}, {of}, 'x')"),
            (fn.trim(term.expr), f"trim({term.sql})"),
            (fn.concat(term.expr, part), f"concat({term.sql}, {of})"),
        ]
    )
    return Term(expr, spelled, KINDS["text"])


def _rounded(terms: Terms, term: Term, _depth: int) -> Term:
    name = terms.dice.choice(["abs", "sign", "ceil", "floor", "round", "trunc"])
    return Term(getattr(fn, name)(term.expr), f"{name}({term.sql})", KINDS["numeric"])


def _begun(terms: Terms, term: Term, _depth: int) -> Term:
    unit: Any = terms.dice.choice(["hour", "day", "month"])
    return Term(fn.date_trunc(unit, term.expr), f"date_trunc('{unit}', {term.sql})", term.kind)


_MAKERS: dict[str, tuple[Callable[[Terms, Term, int], Term], ...]] = {
    "text": (_cast, _coalesce, _cased, _length, _joined, _joined, _cut, _chosen),
    "char": (_cast, _joined),  # Of '' and '    ', which are one to DISTINCT, either may stay.
    "whole": (_cast, _coalesce, _calculated, _calculated, _extreme, _chosen),
    "number": (_cast, _coalesce, _calculated, _rounded, _chosen),
    "float": (_coalesce, _calculated, _extreme),
    "timestamp": (_coalesce, _moved, _begun),
    "timestamptz": (_coalesce, _moved, _begun, _extreme),
    "date": (_cast, _coalesce, _extreme, _chosen),
    "jsonb": (_cast,),
    "range": (_cast, _coalesce, _extreme, _bound, _shared, _chosen),
    "multirange": (_cast, _coalesce, _bound, _shared, _united, _chosen),
}
