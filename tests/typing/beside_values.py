"""Functions of a value and another in a select list: what both checkers infer and, in the marked lines, reject."""

from __future__ import annotations

from typing import assert_type

from ferra_sync import Database, Table, any_, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()


class Rows(Table):
    id = t.serial(primary_key=True)
    whole = t.integer()
    loose = t.nullable(t.integer())
    text = t.text()
    word = t.nullable(t.text())
    tags = t.array(t.text())
    slots = t.array(t.nullable(t.text()))
    grid = t.array(t.array(t.integer()))
    traits = t.hstore()


query = from_(Rows)

# Beside another row

before = fn.lag(Rows.whole, 1, default=Rows.whole).over(order_by=Rows.id)
assert_type(db.fetch_all(query.select(Rows.id, before)), list[tuple[int, int]])
after = fn.lead(Rows.whole, 1, default=Rows.loose).over(order_by=Rows.id)
assert_type(db.fetch_all(query.select(Rows.id, after)), list[tuple[int, int | None]])
counts = fn.lag(fn.count(), 1, default=fn.sum(Rows.whole)).over(order_by=Rows.whole)
assert_type(db.fetch_all(query.group_by(Rows.whole).select(Rows.whole, counts)), list[tuple[int, int | None]])

# Elements of arrays

assert_type(db.fetch_all(query.select(fn.array_append(Rows.tags, Rows.text))), list[list[str]])
assert_type(db.fetch_all(query.select(fn.array_append(Rows.slots, Rows.word))), list[list[str | None]])
assert_type(db.fetch_all(query.select(fn.array_prepend("a", Rows.tags))), list[list[str]])
assert_type(db.fetch_all(query.select(fn.array_prepend("a", Rows.slots))), list[list[str | None]])
assert_type(db.fetch_all(query.select(fn.array_prepend(None, Rows.slots))), list[list[str | None]])
assert_type(
    db.fetch_all(query.select(Rows.id, fn.array_remove(Rows.tags, Rows.word), fn.array_replace(Rows.slots, "a", None))),
    list[tuple[int, list[str], list[str | None]]],
)
query.where(Rows.whole == any_(Rows.grid), Rows.traits == {"a": "b"}, Rows.traits != {"a": None})

# Rejected

query.select(fn.array_append(Rows.tags, Rows.word))  # R465 what may be NULL, to an array without such
query.select(fn.array_append(Rows.tags, 3))  # R466 an element of another type
query.select(fn.array_prepend(Rows.word, Rows.tags))  # R467 what may be NULL, before an array without such
query.select(fn.array_prepend(None, Rows.tags))  # R468 None before it
query.select(fn.array_remove(Rows.tags, Rows.whole))  # R469 an element of another type that is taken away
query.select(fn.array_replace(Rows.tags, 3, 4))  # R470 … that is replaced
query.select(fn.array_position(Rows.tags, 3))  # R471 … that is looked for
query.select(Rows.id, fn.lag(Rows.whole, 1, default="a").over())  # R472 a default of another type
query.where(Rows.text == any_(Rows.grid))  # R473 a text beside numbers
query.where(Rows.traits == {"a": 1})  # R474 pairs of no texts
