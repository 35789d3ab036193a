"""Bits of whole numbers, and what PostgreSQL casts by itself: whole numbers beside fractions, days beside moments."""

# pyright: strict

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Never, assert_type

from domain import Comments, Events, Posts, Users

from ferra_sync import Expr, In, Plain, Predicate, Table, case, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

today = date(2024, 2, 29)
noon = datetime(2024, 2, 29, 12, tzinfo=UTC)
hour = timedelta(hours=1)
month = t.Interval(months=1)


class Shifts(Table):
    day = t.date()
    last_day = t.nullable(t.date())
    begins = t.timestamp()
    ends = t.nullable(t.timestamp())
    public = t.boolean()


# Bits

assert_type(Events.seats & 4, Expr[In[Events], int, Never, Plain])
assert_type(Events.seats | Events.taken, Expr[In[Events], int, None, Plain])
assert_type(Events.seats ^ Users.id, Expr[In[Events] | In[Users], int, Never, Plain])
assert_type(~Events.taken, Expr[In[Events], int, None, Plain])
assert_type(Events.seats << 2, Expr[In[Events], int, Never, Plain])
assert_type(Events.seats >> Events.taken, Expr[In[Events], int, None, Plain])
from_(Events).where(Events.seats & 4 == 4, ~((Events.seats & 1 == 1) | Events.public))
from_(Events).select(fn.max(Events.seats) & 1, fn.count())

Events.price & 1  # R713 the bits of a numeric
Events.seats | Decimal(1)  # R714 … beside a whole number
Events.seats ^ Events.ratio  # R715 … of a float
Users.name << 1  # R716 a shift of a text
Events.seats >> "1"  # R717 a shift by a text
~Events.price  # R718 the inverse of a numeric
Events.seats & Events.public  # R719 a predicate beside a number
Events.public & 1  # R720 a number beside a predicate
from_(Users).select(Users.id & Posts.id)  # R721 the bits of another table
from_(Events).where(Events.seats & 4)  # R722 a number for a predicate
from_(Events).where(Events.seats == 1 & Events.taken == 2)  # R723 comparisons without brackets

# A day beside a moment

from_(Shifts).where(
    Shifts.day + fn.interval(days=90) < today,
    Shifts.day + hour == today,
    (Shifts.day + hour).between(Shifts.day, today),
    (Shifts.day + hour).is_distinct_from(Shifts.last_day),
    (Shifts.day + hour).is_in([today]),
    Shifts.day < datetime(2024, 2, 29),  # noqa: DTZ001 - without a zone
)
assert_type(fn.coalesce(Shifts.ends, Shifts.day), Expr[In[Shifts], datetime, Never, Plain])
assert_type(fn.coalesce(Shifts.last_day, Shifts.begins), Expr[In[Shifts], datetime, Never, Plain])
assert_type(fn.coalesce(Shifts.last_day + hour, today), Expr[In[Shifts], datetime, Never, Plain])
assert_type(fn.nullif(Shifts.begins, Shifts.day), Expr[In[Shifts], datetime, None, Plain])
assert_type(fn.greatest(Shifts.begins, Shifts.last_day), Expr[In[Shifts], datetime, Never, Plain])
assert_type(fn.least(Shifts.last_day, Shifts.ends), Expr[In[Shifts], datetime, None, Plain])
assert_type(case((Shifts.public, Shifts.day), otherwise=Shifts.begins), Expr[In[Shifts], datetime, Never, Plain])
assert_type(case((Shifts.public, Shifts.begins), otherwise=Shifts.day), Expr[In[Shifts], datetime, Never, Plain])
assert_type(case((Shifts.public, Shifts.day + hour), otherwise=today), Expr[In[Shifts], datetime, Never, Plain])

from_(Events).where(Events.starts_at < hour)  # R724 a span for a moment
from_(Events).where(Events.opens < today)  # R725 a day for a time
fn.coalesce(Events.starts_at, hour)  # R726 a span where there is no moment
fn.greatest(Events.opens, Events.day)  # R727 a day beside a time

# A whole number beside a fraction

from_(Events).where(
    Events.seats.is_distinct_from(Events.price),
    Events.seats.is_not_distinct_from(Events.ratio),
    Events.seats.between(Events.discount, Events.ratio),
    Events.seats.between(Events.price, 3),
    Events.seats.between(3, Events.price),
)
assert_type(Events.seats.between(Events.taken, Events.taken), Expr[In[Events], bool, None, Plain])
assert_type(fn.greatest(Events.seats, Events.price), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.least(Events.taken, Events.ratio), Expr[In[Events], float, Never, Plain])
assert_type(fn.greatest(Events.taken, Events.discount, Events.taken), Expr[In[Events], Decimal, None, Plain])
assert_type(case((Events.public, Events.seats), otherwise=Events.price), Expr[In[Events], Decimal, Never, Plain])
assert_type(case((Events.public, 0), otherwise=Events.price), Expr[In[Events], Decimal, Never, Plain])
assert_type(case((Events.public, Events.taken), otherwise=Events.ratio), Expr[In[Events], float, None, Plain])

Events.seats.between(1.5, 2)  # R728 a float for a whole number
fn.greatest(Events.seats, Users.name)  # R729 a text beside a number

# An interval with months beside one without

from_(Events).where(Events.duration < month, Events.duration.is_distinct_from(Events.repeats))
assert_type(fn.coalesce(Events.pause, month), Expr[In[Events], t.Interval, Never, Plain])
assert_type(fn.coalesce(Events.notice, hour), Expr[In[Events], t.Interval, Never, Plain])
assert_type(fn.nullif(Events.duration, Events.repeats), Expr[In[Events], timedelta, None, Plain])
assert_type(fn.greatest(Events.duration, Events.repeats), Expr[In[Events], t.Interval, Never, Plain])

# The tables of CASE

both = from_(Posts).inner_join(Users)
both.select(case((Posts.id > 1, "x"), otherwise=Users.name))
both.select(fn.coalesce(case((Posts.id > 1, Users.hair_color)), "x"))
both.select(fn.max(case((Posts.id > 1, Posts.title), (Users.id > 1, Users.name))))
assert_type(
    case((Posts.id > 1, "x"), (Users.id > 1, "y"), otherwise=Users.name),
    Expr[In[Posts] | In[Users], str, Never, Plain],
)

from_(Users).select(case((Posts.id > 1, "x"), otherwise=Users.name))  # R730 another table's predicate
from_(Users).select(case((Users.id > 1, "x"), otherwise=Posts.title))  # R731 … value
from_(Users).select(fn.coalesce(case((Users.id > 1, "x"), otherwise=Posts.title), "y"))  # R732 … in a function
from_(Users).select(fn.nullif(case((Users.id > 1, Posts.title)), "y"))  # R733 …
from_(Users).select(fn.greatest(case((Users.id > 1, Posts.title), otherwise="x"), "y"))  # R734 …
from_(Users).select(fn.count(case((Users.id > 1, "x"), otherwise=Posts.title), distinct=True))  # R735 … counted
both.select(fn.coalesce(case((Posts.id > 1, "x"), otherwise=Comments.body), "y"))  # R736 … of a third

# Periods that overlap

assert_type(
    fn.overlaps((Events.starts_at, Events.ends_at), (noon, hour)),
    Expr[In[Events], bool, None, Plain],
)
from_(Events).where(
    fn.overlaps((Events.day, Events.duration), (today, month)),
    fn.overlaps((Events.starts_at, Events.duration), (noon, Events.starts_at)),
    fn.overlaps((Events.opens, hour), (Events.opens, Events.duration)),
)

fn.overlaps((Events.seats, 1), (Events.seats, 2))  # R737 numbers are no period
fn.overlaps((Events.starts_at, 1), (noon, hour))  # R738 a number for an end
from_(Users).select(fn.overlaps((Events.starts_at, hour), (noon, hour)))  # R739 another table's period

# Moments of numbers and of texts, and patterns

assert_type(fn.make_timestamp(Users.id, 2, 3, 4), Expr[In[Users], datetime, Never, Plain])
assert_type(fn.make_timestamptz(2024, Events.taken, 3, zone="UTC"), Expr[In[Events], datetime, None, Plain])
assert_type(fn.make_time(1, 2, Events.ratio) > fn.make_time(1), Expr[In[Events], bool, Never, Plain])
assert_type(fn.to_timestamp(Users.hair_color, "YYYY"), Expr[In[Users], datetime, None, Plain])
assert_type(fn.to_timestamp(Users.id), Expr[In[Users], datetime, Never, Plain])
assert_type(fn.regexp_count(Users.hair_color, "a"), Expr[In[Users], int, None, Plain])
assert_type(fn.regexp_like(Users.name, Users.name), Expr[In[Users], bool, Never, Plain])

fn.make_timestamp(Users.name, 1, 1)  # R740 a text for a year
fn.to_timestamp(Users.id, "YYYY")  # R741 a number with a pattern
fn.to_timestamp(Users.name)  # R742 a text without one
fn.regexp_count(Users.id, "1")  # R743 a pattern beside a number

# Predicates over several tables


def and_published(one: Predicate[Posts, Users]) -> Predicate[Posts, Users]:
    """The predicate, of published posts."""
    return one & Posts.published


def busy() -> list[Predicate[Posts, Users]]:
    """Filters of a join."""
    return [Posts.published, Users.hair_color == "red", and_published(Posts.user_id == Users.id)]


fresh: list[Predicate[Posts]] = [Posts.published]
four: Predicate[Posts, Users, Comments, Events] = (Posts.id == Users.id) & (Comments.id == Events.seats)
both.where(*busy(), *fresh, and_published(Users.name == "x"))
from_(Posts).where(*fresh)
from_(Users).where(*busy())  # R744 filters of two tables where one is
busy().append(Comments.id == 1)  # R755 a filter of a third
fresh.append(Users.id == Posts.user_id)  # R756 a filter of two tables among those of one
and_published(Comments.id == Users.id)  # R757 a third where two are named
both.where(four)  # R758 four where two are
