"""The kinds of columns and the tables of random queries, said twice: in ours and in SQL."""

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

from ferra_sync import FerraModel, Table
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


_PATTERNS = ("", "a", "^A", "b$", "[a-b]+", "é|q", "^.?$", "[%_]")
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


def random_source(dice: Random, number: int, of: Sequence[Kind] = tuple(KINDS.values())) -> tuple[Source, list[str]]:
    """Return a table of random columns, and the statements that make and fill it."""
    name = f"t{number}"
    kinds = {"id": KINDS["integer"], "other": KINDS["integer"]}
    kinds |= {each: dice.choice(of) for each in dice.sample(NAMES, dice.randint(3, 6))}
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
