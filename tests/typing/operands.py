"""Patterns, collations and the functions of angles, pairs, bits and clocks: accepted, and rejected where marked."""

# pyright: strict

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Never, assert_type

from domain import Events, Users

from ferra_sync import Aggregate, Expr, In, Opt, Plain, from_
from ferra_sync import functions as fn

hour = timedelta(hours=1)
epoch = datetime(1970, 1, 1, tzinfo=UTC)

# Text

from_(Users).where(Users.name.matches("^a"), ~Users.hair_color.imatches("red|blond"))
assert_type(Users.hair_color.matches("^a"), Expr[In[Users], bool, None, Plain])
assert_type(Users.name.imatches("^a"), Expr[In[Users], bool, Never, Plain])
assert_type(fn.max(Users.name).matches("^a"), Expr[Opt[In[Users]], bool, None, Aggregate])
assert_type(Users.name.collate("C"), Expr[In[Users], str, Never, Plain])
from_(Users).where(Users.name.collate("C") < "Z").order_by(Users.hair_color.collate("C").desc())
assert_type(fn.regexp_match(Users.name, "(a)(b)?"), Expr[In[Users], list[str | None], None, Plain])
assert_type(fn.translate(Users.hair_color, "ab", Users.name), Expr[In[Users], str, None, Plain])
assert_type(fn.ascii(Users.name), Expr[In[Users], int, Never, Plain])
assert_type(fn.chr(Users.id), Expr[In[Users], str, Never, Plain])
assert_type(fn.chr(65), Expr[Never, str, Never, Never])

Users.name.matches(1)  # R609 a number for a pattern
Users.id.imatches("1")  # R610 a pattern beside a number
Users.id.collate("C")  # R611 a collation of numbers
fn.regexp_match(Users.id, "1")  # R612 a pattern beside a number
fn.chr(Users.name)  # R613 the character of a text

# Numbers

assert_type(fn.gcd(Events.seats, 4), Expr[In[Events], int, Never, Plain])
assert_type(fn.lcm(Events.price, Events.taken), Expr[In[Events], Decimal, None, Plain])
assert_type(fn.div(Events.seats, 4), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.cbrt(Events.seats), Expr[In[Events], float, Never, Plain])
assert_type(fn.sin(fn.radians(Events.ratio)), Expr[In[Events], float, Never, Plain])
assert_type(fn.atan2(Events.ratio, Events.taken), Expr[In[Events], float, None, Plain])
assert_type(fn.pi(), Expr[Never, float, Never, Never])

fn.gcd(Events.ratio, 2)  # R614 a float has no divisors
fn.sin(Users.name)  # R615 the sine of a text

# Aggregates

assert_type(fn.bit_or(Events.seats) + 1, Expr[Opt[In[Events]], int, None, Aggregate])
assert_type(fn.var_samp(Events.seats) + 1, Expr[Opt[In[Events]], Decimal, None, Aggregate])
assert_type(fn.corr(Events.ratio, Events.price) + 1, Expr[Opt[In[Events]], float, None, Aggregate])
assert_type(fn.regr_count(Events.ratio, Events.seats) + 1, Expr[Opt[In[Events]], int, Never, Aggregate])

fn.bit_and(Users.name)  # R616 the bits of a text
fn.regr_slope(Users.name, Users.id)  # R617 a line through texts
from_(Events).select(fn.corr(Events.ratio, Events.price), Events.seats)  # R618 a column beside an aggregate

# Moments

assert_type(fn.date_bin(hour, Events.ends_at, epoch), Expr[In[Events], datetime, None, Plain])
assert_type(fn.to_timestamp(Events.seats), Expr[In[Events], datetime, Never, Plain])
assert_type(fn.clock_timestamp(), Expr[Never, datetime, Never, Never])
assert_type(fn.isfinite(Events.last_day), Expr[In[Events], bool, None, Plain])
assert_type(fn.justify_interval(Events.pause) == hour, Expr[In[Events], bool, None, Plain])

fn.date_bin(hour, Events.day, epoch)  # R619 a day is in no stretch of hours
fn.justify_days(Events.seats)  # R620 a number is no interval
