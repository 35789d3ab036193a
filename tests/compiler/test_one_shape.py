"""A query that is built again has the shape that it had, whatever its values and however many: it is compiled once."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from typing import Any

import pytest

from ferra_sync import Derived, Table, any_, case, depth_first, from_, rollup, row, select, tablesample
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import Multirange, Range


class Mood(enum.Enum):
    SAD = "sad"
    OK = "ok"


class Things(Table):
    id = t.integer(primary_key=True)
    name = t.text()
    doc = t.jsonb()
    tags = t.array(t.text())
    grid = t.array(t.array(t.integer()))
    slot = t.int4range()
    mood = t.enum(Mood)


class Numbers(Derived):
    n = t.integer()


class Parts(Derived):
    part = t.jsonb()
    number = t.bigint()


def counted(number: int) -> Any:
    return Numbers.recursive(
        select(fn.literal(number, t.integer())),
        lambda last: from_(last).where(Numbers.n < number).select(Numbers.n + 1),
        search=depth_first(Numbers.n),
        cycle=(Numbers.n,),
    )


MADE: dict[str, Callable[[int, str], Any]] = {
    "values": lambda n, _: from_(Numbers.values([(n,)] * (n % 4))).select(Numbers.n),
    "a recursive query": lambda n, _: from_(counted(n)).where(~counted(n).is_cycle).select(Numbers.n),
    "a function of rows": lambda n, text: from_(
        Parts.of(fn.jsonb_array_elements(fn.literal([text], t.jsonb())), ordinality=True)
    ).select(Parts.part.get(text, n)),
    "steps into a document": lambda n, text: from_(Things).select(
        Things.doc.get(text, n), Things.doc.text(n, text), Things.doc.without(*[text] * (n % 3 + 1))
    ),
    "places in arrays": lambda n, _: from_(Things).select(Things.tags[n], Things.tags[1:n], Things.grid[n, 1]),
    "grouping sets": lambda n, text: from_(Things).group_by(rollup(Things.doc.text(text), Things.id + n)).select(
        Things.doc.text(text), fn.count()
    ),
    "rows in a list": lambda n, text: from_(Things).where(row(Things.id, Things.name).is_in([(n, text)] * (n % 4)))
    .select(Things.id),
    "a list": lambda n, _: from_(Things).where(Things.id == any_([n] * (n % 5))).select(Things.id),
    "a sample": lambda n, _: from_(tablesample(Things, "bernoulli", n % 100, repeatable=n)).select(Things.id),
    "ranges": lambda n, _: from_(Things).where(Things.slot.overlaps(Multirange([Range(n, n + 1)]))).select(
        fn.int4range(n, None), fn.tstzrange(dt.datetime.fromtimestamp(n, dt.UTC), None), Things.slot.contains(n)
    ),
    "casts": lambda _, text: from_(Things).select(
        Things.name.cast(t.varchar(3)), Things.name.cast(t.char(3)), Things.id.cast(t.numeric(9, 2)),
        Things.name.cast(t.enum(Mood)), Things.tags.cast(t.array(t.varchar(3))),
        Things.grid.cast(t.array(t.array(t.bigint()))), case((Things.name == text, Things.mood), otherwise=Mood.OK),
        fn.literal(Mood.OK, t.enum(Mood)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_it_is_one_shape_for_any_values(make: Callable[[int, str], Any]) -> None:
    shapes = {make(number, text).parts()[0] for number, text in ((1, "a"), (2, "b"), (7, "c"))}
    assert len(shapes) == 1
    assert "77" not in repr(shapes | {make(77, "77").parts()[0]})
