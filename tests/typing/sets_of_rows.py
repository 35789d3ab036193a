"""Functions that return rows: what both checkers infer and, in the marked lines, reject."""

# pyright: strict

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Never, assert_type

from domain import Events, Users

from ferra_sync import In, SetReturning, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

MOMENT = datetime(2024, 1, 1, tzinfo=UTC)

assert_type(fn.generate_series(1, 3), SetReturning[Never, int, Never])
assert_type(fn.generate_series(1, Events.seats, Events.taken), SetReturning[In[Events], int, Never])
assert_type(fn.generate_series(Decimal(1), 3), SetReturning[Never, Decimal, Never])
assert_type(fn.generate_series(Events.price, Events.seats), SetReturning[In[Events], Decimal, Never])
assert_type(
    fn.generate_series(Events.starts_at, Events.ends_at, timedelta(days=1)), SetReturning[In[Events], datetime, Never]
)
assert_type(fn.generate_series(MOMENT, MOMENT, fn.interval(months=1)), SetReturning[Never, datetime, Never])
assert_type(fn.unnest(Events.tags), SetReturning[In[Events], str, Never])
assert_type(fn.unnest(Events.scores), SetReturning[In[Events], int | None, Never])
assert_type(fn.unnest(fn.literal([1, 2], t.array(t.integer()))), SetReturning[Never, int, Never])
assert_type(fn.unnest(Events.tags, Events.scores), SetReturning[In[Events], tuple[str | None, int | None], Never])
assert_type(fn.jsonb_array_elements(Events.extra), SetReturning[In[Events], Any, Never])
assert_type(fn.jsonb_array_elements_text(Events.extra), SetReturning[In[Events], str, None])
assert_type(fn.jsonb_each(Events.address), SetReturning[In[Events], tuple[str, Any], Never])
assert_type(fn.jsonb_each_text(Events.extra), SetReturning[In[Events], tuple[str, str | None], Never])
assert_type(fn.jsonb_object_keys(Events.colour), SetReturning[In[Events], str, Never])
assert_type(fn.regexp_matches(Users.name, "a(b)?", "g"), SetReturning[In[Users], list[str | None], Never])
assert_type(fn.regexp_split_to_table(Users.hair_color, " +"), SetReturning[In[Users], str, Never])
assert_type(fn.string_to_table(Users.name, Users.hair_color), SetReturning[In[Users], str, Never])

# Rejected

fn.generate_series(1, "3")  # R702 a text for a number
fn.generate_series(1.5, 3)  # R703 a series of floats
fn.generate_series(Events.starts_at, Events.ends_at)  # R704 moments without a step
fn.generate_series(MOMENT, MOMENT, 1)  # R705 a number for a step of time
fn.unnest(Users.name)  # R706 the elements of a text
fn.unnest([1, 2])  # R707 a list, which says no type
fn.jsonb_each(Users)  # R708 the keys of a table
fn.string_to_table(Users.id, ",")  # R709 the parts of an integer
from_(Users).select(fn.generate_series(1, 3))  # R710 rows in a select list
from_(Users).where(Users.id == fn.generate_series(1, 3))  # R711 rows in a comparison
fn.unnest(fn.array_agg(Users.name))  # R712 the elements of an aggregate
