"""Documents, arrays and hstore: what both checkers infer and, in the marked lines, reject."""

# pyright: strict

from __future__ import annotations

from decimal import Decimal
from typing import Any, Never, assert_type

import attrs
from domain import Address, Events, Mood, Posts, Users

from ferra_sync import Aggregate, Expr, FerraModel, In, Opt, Plain, Table, all_, any_, from_
from ferra_sync import functions as fn
from ferra_sync import types as t


class Goods(Table):
    id = t.serial(primary_key=True)
    traits = t.hstore()
    more = t.nullable(t.hstore())
    grid = t.array(t.array(t.integer()))
    words = t.nullable(t.array(t.array(t.nullable(t.text()))))
    cube = t.array(t.array(t.array(t.boolean())))
    plain = t.json()


@attrs.frozen
class Good(FerraModel[Goods]):
    traits: dict[str, str | None]
    more: dict[str, str | None] | None
    grid: list[list[int]]
    words: list[list[str | None]] | None
    cube: list[list[list[bool]]]


# Into documents

assert_type(Events.extra.get("a", 0, "b"), Expr[In[Events], Any, None, Plain])
assert_type(Events.address.get("city"), Expr[In[Events], Any, None, Plain])
assert_type(Goods.plain.get(-1), Expr[In[Goods], Any, None, Plain])
assert_type(Events.colour.text("red"), Expr[In[Events], str, None, Plain])
assert_type(Goods.traits.text("made"), Expr[In[Goods], str, None, Plain])
assert_type(Events.extra.get("a").cast(t.integer()), Expr[In[Events], int, None, Plain])
assert_type(Events.extra.without("a", 0), Expr[In[Events], Any, Never, Plain])
assert_type(Events.colour.without("red"), Expr[In[Events], Any, None, Plain])
assert_type(Events.address.has_key("city"), Expr[In[Events], bool, Never, Plain])
assert_type(Goods.more.has_any(["a", "b"]), Expr[In[Goods], bool, None, Plain])
assert_type(Events.extra.has_all({"a"}), Expr[In[Events], bool, Never, Plain])
from_(Events).where(Events.extra.get("a") == 1, Events.extra.text("b") == "c", Events.address.text("city").ilike("r%"))
from_(Events).order_by(Events.extra.get("a").desc())

# What contains what

assert_type(Events.extra.contains({"a": [1, None]}), Expr[In[Events], bool, Never, Plain])
assert_type(Events.address.contains({"city": "Rome"}), Expr[In[Events], bool, Never, Plain])
assert_type(Events.address.contains(Address("x", "Rome")), Expr[In[Events], bool, Never, Plain])
assert_type(Events.address.contains(Events.colour), Expr[In[Events], bool, None, Plain])
assert_type(Events.extra.contained_by(Events.address), Expr[In[Events], bool, Never, Plain])
assert_type(Events.colour.contained_by({"red": 1}), Expr[In[Events], bool, None, Plain])
assert_type(Events.tags.contains(["a"]), Expr[In[Events], bool, Never, Plain])
assert_type(Events.scores.contains([1, None]), Expr[In[Events], bool, Never, Plain])
assert_type(
    Events.tags.contained_by(fn.string_to_array(Users.hair_color, ",")), Expr[In[Events] | In[Users], bool, None, Plain]
)
assert_type(Events.tags.overlaps(["a", "b"]), Expr[In[Events], bool, Never, Plain])
assert_type(Goods.grid.overlaps([[1]]), Expr[In[Goods], bool, Never, Plain])
assert_type(Goods.traits.contains({"a": "b", "c": None}), Expr[In[Goods], bool, Never, Plain])
assert_type(Goods.traits.contained_by(Goods.more), Expr[In[Goods], bool, None, Plain])
assert_type(Users.name.contains("a"), Expr[In[Users], bool, Never, Plain])

# More and less

assert_type(Events.extra + {"a": 1}, Expr[In[Events], Any, Never, Plain])
assert_type(Events.address + {"zip": 1}, Expr[In[Events], Any, Never, Plain])
assert_type(Events.address + Events.colour, Expr[In[Events], Any, None, Plain])
assert_type(Events.extra - "a", Expr[In[Events], Any, Never, Plain])
assert_type(Events.address - ["zip"], Expr[In[Events], Any, Never, Plain])
assert_type(Events.colour - Users.name, Expr[In[Events] | In[Users], Any, None, Plain])
assert_type(Goods.traits + {"a": None}, Expr[In[Goods], dict[str, str | None], Never, Plain])
assert_type(Goods.traits + Goods.more, Expr[In[Goods], dict[str, str | None], None, Plain])
assert_type(Goods.traits - "a", Expr[In[Goods], dict[str, str | None], Never, Plain])
assert_type(Goods.more - ["a"], Expr[In[Goods], dict[str, str | None], None, Plain])
assert_type(Goods.traits - Goods.traits, Expr[In[Goods], dict[str, str | None], Never, Plain])
assert_type(fn.akeys(Goods.more), Expr[In[Goods], list[str], None, Plain])
assert_type(fn.avals(Goods.traits), Expr[In[Goods], list[str | None], Never, Plain])
assert_type(fn.hstore_to_jsonb(Goods.traits), Expr[In[Goods], Any, Never, Plain])

# Elements

assert_type(Events.tags[1], Expr[In[Events], str, None, Plain])
assert_type(Events.scores[1], Expr[In[Events], int, None, Plain])
assert_type(Events.scores[Events.seats], Expr[In[Events], int, None, Plain])
assert_type(Events.tags[1:2], Expr[In[Events], list[str], Never, Plain])
assert_type(Goods.grid[1, 2], Expr[In[Goods], int, None, Plain])
assert_type(Goods.words[1, 2], Expr[In[Goods], str, None, Plain])
assert_type(Goods.words[2:], Expr[In[Goods], list[list[str | None]], None, Plain])
assert_type(Goods.cube[1, 1, 1], Expr[In[Goods], Any, None, Plain])
from_(Events).where(Events.tags[1] == "a", Events.scores[1] + 1 > 2, Events.tags[2:] == [])

# Functions of documents

assert_type(fn.jsonb_path_exists(Events.extra, "$.a ? (@ > $b)", {"b": 1}), Expr[In[Events], bool, Never, Plain])
assert_type(fn.jsonb_path_exists(Events.colour, "$.red"), Expr[In[Events], bool, None, Plain])
assert_type(fn.jsonb_path_match(Events.extra, "$.a > 1"), Expr[In[Events], bool, None, Plain])
assert_type(fn.jsonb_path_query_first(Events.address, "$.city"), Expr[In[Events], Any, None, Plain])
assert_type(fn.jsonb_array_length(Events.extra), Expr[In[Events], int, Never, Plain])
assert_type(fn.jsonb_typeof(Events.colour), Expr[In[Events], str, None, Plain])
assert_type(fn.jsonb_pretty(Events.extra), Expr[In[Events], str, Never, Plain])
assert_type(fn.jsonb_set(Events.extra, ["a", 0], {"b": [1, None]}), Expr[In[Events], Any, Never, Plain])
assert_type(fn.jsonb_set(Events.address, ("city",), Events.colour), Expr[In[Events], Any, None, Plain])
assert_type(fn.jsonb_insert(Events.extra, ["a", -1], 1, after=True), Expr[In[Events], Any, Never, Plain])
assert_type(fn.jsonb_strip_nulls(Events.colour), Expr[In[Events], Any, None, Plain])
assert_type(fn.to_jsonb(Events.taken), Expr[In[Events], Any, None, Plain])
assert_type(fn.jsonb_build_object("id", Users.id, "n", 1), Expr[In[Users], Any, Never, Plain])
assert_type(fn.jsonb_build_object("id", Users.id, "title", Posts.title), Expr[In[Users] | In[Posts], Any, Never, Plain])
assert_type(
    fn.jsonb_build_object("a", Users.id, "b", 1, "c", Posts.id, "d", None, "e", Users.name),
    Expr[In[Users] | In[Posts], Any, Never, Plain],
)
assert_type(fn.jsonb_build_object("n", fn.count()), Expr[Never, Any, Never, Aggregate])
assert_type(fn.jsonb_build_array(Users.id, "x", Posts.title), Expr[In[Users] | In[Posts], Any, Never, Plain])
assert_type(fn.jsonb_array_length(fn.jsonb_agg(Users.id)), Expr[Opt[In[Users]], int, None, Aggregate])

# Functions of arrays

assert_type(fn.cardinality(Events.tags), Expr[In[Events], int, Never, Plain])
assert_type(fn.array_length(Events.scores), Expr[In[Events], int, None, Plain])
assert_type(fn.array_length(Events.scores, Events.seats), Expr[In[Events], int, None, Plain])
assert_type(fn.array_append(Events.tags, "x"), Expr[In[Events], list[str], Never, Plain])
assert_type(fn.array_append(Events.tags, Users.name), Expr[In[Events] | In[Users], list[str], Never, Plain])
assert_type(fn.array_append(Events.scores, Events.taken), Expr[In[Events], list[int | None], Never, Plain])
assert_type(fn.array_append(Events.scores, None), Expr[In[Events], list[int | None], Never, Plain])
assert_type(fn.array_prepend("x", Events.tags), Expr[In[Events], list[str], Never, Plain])
assert_type(fn.array_remove(Events.tags, "x"), Expr[In[Events], list[str], Never, Plain])
assert_type(fn.array_replace(Events.scores, None, 0), Expr[In[Events], list[int | None], Never, Plain])
assert_type(fn.array_position(Events.tags, Users.hair_color), Expr[In[Events] | In[Users], int, None, Plain])
assert_type(fn.array_positions(Events.tags, "x"), Expr[In[Events], list[int], Never, Plain])
assert_type(fn.array_to_string(Events.tags, ", "), Expr[In[Events], str, Never, Plain])
assert_type(fn.string_to_array(Users.hair_color, ","), Expr[In[Users], list[str], None, Plain])
assert_type(fn.string_to_array(Users.name, ",", "-"), Expr[In[Users], list[str | None], Never, Plain])
assert_type(fn.array_to_string(fn.string_to_array(Users.name, ",", "-"), ";", "?"), Expr[In[Users], str, Never, Plain])

# any_ and all_

assert_type(Events.seats == any_(Events.scores), Expr[In[Events], bool, None, Plain])
assert_type(Users.name != all_(Events.tags), Expr[In[Users] | In[Events], bool, None, Plain])
assert_type(Events.taken < any_([1, 2]), Expr[In[Events], bool, None, Plain])
assert_type(any_(("a", "b")) == Users.name, Expr[In[Users], bool, None, Plain])
from_(Events).where(Events.mood == any_([Mood.CALM]), Events.price > all_([Decimal(1)]))

# Rejected

fn.jsonb_path_exists(Users.name, "$")  # R489 a path into a text
fn.jsonb_path_exists(Events.extra, 1)  # R490 a number for a path
fn.jsonb_array_length(Events.tags)  # R491 an array for a document
fn.jsonb_set(Events.extra, "a", 1)  # R492 a key for a path
fn.jsonb_set(Events.extra, [1.5], 1)  # R493 a step that is neither key nor place
fn.jsonb_set(Events.extra, ["a"], Users.name)  # R494 a text for a document
fn.jsonb_set(Events.extra, ["a"], {1, 2})  # R495 what JSON has no spelling for
fn.jsonb_build_object(Users.id, "id")  # R496 an expression for a key
fn.jsonb_build_object("id")  # R497 a key without a value
from_(Users).select(fn.jsonb_build_object("t", Posts.title))  # R498 a table that is not joined
from_(Users).select(fn.jsonb_build_object("n", fn.count(), "id", Users.id))  # R499 a column beside an aggregate
fn.cardinality(Users.name)  # R500 the number of elements of a text
fn.array_append(Events.tags, 1)  # R501 an element of another type
fn.array_append(Events.tags, None)  # R502 NULL among elements that are never NULL
fn.array_append(Events.tags, Users.hair_color)  # R503 … an expression that may be
fn.array_remove(Events.scores, Users.name)  # R504 an element of another type
fn.array_to_string(Events.scores, ",")  # R505 numbers where texts are taken
positions: list[int] = fn.array_position(Events.tags, "x")  # R506 an expression is no value
from_(Events).inner_join(Users).where(Users.name == any_(Events.scores))  # R507 elements of another type
from_(Users).where(Users.name > all_([1]))  # R508 values of another type
from_(Events).where(Events.seats == any_({1, 2}))  # R509 a set, which is neither an array nor a list
from_(Users).where(Users.name == any_(Events.tags))  # R510 an array of a table that is not joined
any_(Users.name)  # R511 the values of a text
from_(Events).where(any_(Events.tags))  # R512 any_ outside of a comparison
Users.name.get("a")  # R513 a text's key
Events.tags.text("a")  # R514 an array's
Goods.traits.get("a")  # R515 an hstore's value is text
Events.extra.get()  # R516 no step
Events.extra.get(1.5)  # R517 a step that is neither key nor place
Events.seats.without("a")  # R518 an integer without a key
Events.extra.has_key(1)  # R519 a key that is no text
Users.name.has_any(["a"])  # R520 the keys of a text
Events.address.contains({1, 2})  # R521 what JSON has no spelling for
Events.address.contains(Users.name)  # R522 a text in a document
Events.tags.contains("a")  # R523 a text in an array of them
Events.tags.contains([1])  # R524 an array of another type
Events.tags.contains(Events.scores)  # R525 … a column
Goods.traits.contains({"a": 1})  # R526 an hstore of numbers
Users.name.overlaps("a")  # R527 what a text overlaps
from_(Users).where(Events.tags.overlaps(["a"]))  # R528 a table that is not joined
Users.name[1]  # R529 an element of a text
Events.tags["a"]  # R530 a place that is no number
Goods.grid[1, "a"]  # R531 one of two
numbers: Expr[In[Events], int, None, Plain] = Events.tags[1]  # R532 an element of another type
from_(Events).select(Events.address - 1.5)  # R533 neither a key nor a place
from_(Events).select(Events.address + Users.name)  # R534 a text to a document
from_(Goods).select(Goods.traits + {"a": 1})  # R535 an hstore of numbers
from_(Goods).select(Goods.traits - 1)  # R536 the place of an hstore
from_(Events).select(Events.address - Users.name)  # R537 a table that is not joined
