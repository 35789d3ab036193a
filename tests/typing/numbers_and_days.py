"""Numbers, days, moments and intervals as SQL has them: good code that raises no false alarm in either checker."""

# pyright: strict

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Never, assert_type

from domain import Comments, Events

from ferra_sync import Aggregate, Database, Expr, In, Opt, Plain, Table, from_, select, update
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()
now = datetime.now(UTC)
today = date(2024, 2, 29)
hour = timedelta(hours=1)
month = t.Interval(months=1)
half = Decimal("0.5")


class Prices(Table):
    amount = t.numeric(10, 2, default=0)
    tax = t.nullable(t.numeric(default=0))
    period = t.calendar_interval(default=timedelta(days=30))


# Whole and exact numbers

from_(Events).where(Events.price > 10, Events.price != 0, 100 >= Events.price, Events.discount == 0)
from_(Events).where(Events.price.between(1, 10), Events.price.between(Decimal(1), 10), Events.price.is_in([1, half]))
from_(Events).where(Events.price > Events.seats, Events.seats < Events.price, Events.seats == Events.discount)
from_(Events).where(Events.price.is_distinct_from(0), Events.discount.is_not_distinct_from(Events.seats))
from_(Events).where(Events.price * Events.seats > 100, Events.price - Events.taken >= 0)
update(Events).all_rows().set(Events.price.to(10), Events.discount.to(0), Events.price.to(Events.seats))
update(Events).all_rows().set(Events.price.to(Events.price * 2), Events.discount.to(Events.seats - 1))
assert_type(Events.price * 2, Expr[In[Events], Decimal, Never, Plain])
assert_type(2 * Events.price, Expr[In[Events], Decimal, Never, Plain])
assert_type(1 - Events.discount, Expr[In[Events], Decimal, None, Plain])
assert_type(Events.price / Events.seats, Expr[In[Events], Decimal, Never, Plain])
assert_type(Events.seats * Events.price, Expr[In[Events], Decimal, Never, Plain])
assert_type(Events.seats * half, Expr[In[Events], Decimal, Never, Plain])
assert_type(half * Events.seats, Expr[In[Events], Decimal, Never, Plain])
assert_type(Events.taken * Events.price, Expr[In[Events], Decimal, None, Plain])
assert_type(Events.price % 2, Expr[In[Events], Decimal, Never, Plain])
assert_type(Events.seats % 7, Expr[In[Events], int, Never, Plain])
assert_type(Events.seats / 2 + 1, Expr[In[Events], int, Never, Plain])
assert_type(fn.coalesce(Events.discount, 0), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.coalesce(Events.discount, Events.price), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.coalesce(Events.discount, Events.seats), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.coalesce(Events.discount * Events.seats, 0), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.literal(1, t.numeric()) * Events.seats, Expr[In[Events], Decimal, Never, Plain])
assert_type(db.fetch_all(select(Events.price * Events.seats)), list[Decimal])
assert_type(
    db.fetch_all(from_(Comments).select(fn.sum(Comments.likes), fn.avg(Comments.likes))),
    list[tuple[int | None, Decimal | None]],
)

# Floating point

from_(Events).where(
    Events.ratio > 1, Events.ratio == Events.seats, Events.seats > Events.ratio, Events.ratio.is_in([1])
)
assert_type(Events.ratio * 2, Expr[In[Events], float, Never, Plain])
assert_type(1 - Events.ratio, Expr[In[Events], float, Never, Plain])
assert_type(Events.seats * 1.5, Expr[In[Events], float, Never, Plain])
assert_type(0.1 * Events.taken, Expr[In[Events], float, None, Plain])
assert_type(Events.seats * Events.ratio, Expr[In[Events], float, Never, Plain])
assert_type(Events.ratio / Events.seats, Expr[In[Events], float, Never, Plain])

# Days

from_(Events).where(
    Events.day >= today, Events.day + 1 > today, Events.day - today > 7, Events.last_day - Events.day < 3
)
assert_type(Events.day + 7, Expr[In[Events], date, Never, Plain])
assert_type(7 + Events.day, Expr[In[Events], date, Never, Plain])
assert_type(Events.day - Events.taken, Expr[In[Events], date, None, Plain])
assert_type(Events.last_day - Events.day, Expr[In[Events], int, None, Plain])
assert_type(today - Events.day, Expr[In[Events], int, Never, Plain])
assert_type(today + Events.seats, Expr[In[Events], date, Never, Plain])
assert_type(Events.day + hour, Expr[In[Events], datetime, Never, Plain])
assert_type(Events.day - Events.repeats, Expr[In[Events], datetime, Never, Plain])
assert_type(Events.day + Events.opens, Expr[In[Events], datetime, Never, Plain])
assert_type(Events.day + time(18, 30), Expr[In[Events], datetime, Never, Plain])

# Moments and times

from_(Events).where(
    Events.starts_at + Events.duration < now, now - Events.starts_at > hour, now < Events.ends_at + hour
)
assert_type(Events.starts_at + month, Expr[In[Events], datetime, Never, Plain])
assert_type(Events.ends_at - Events.repeats, Expr[In[Events], datetime, None, Plain])
assert_type(now + Events.duration, Expr[In[Events], datetime, Never, Plain])
assert_type(hour + Events.starts_at, Expr[In[Events], datetime, Never, Plain])
assert_type(now - Events.ends_at, Expr[In[Events], timedelta, None, Plain])
assert_type(Events.opens + hour, Expr[In[Events], time, Never, Plain])
assert_type(Events.opens - time(8), Expr[In[Events], timedelta, Never, Plain])
assert_type(fn.now() - Events.starts_at, Expr[In[Events], timedelta, Never, Plain])

# Intervals

from_(Events).where(Events.repeats == month, Events.repeats > hour, Events.repeats.is_in([hour, month]))
update(Events).all_rows().set(Events.repeats.to(hour), Events.notice.to(Events.duration), Events.notice.to(None))
assert_type(Events.duration * 2, Expr[In[Events], timedelta, Never, Plain])
assert_type(1.5 * Events.duration, Expr[In[Events], timedelta, Never, Plain])
assert_type(Events.seats * hour, Expr[In[Events], timedelta, Never, Plain])
assert_type(Events.pause / Events.seats, Expr[In[Events], timedelta, None, Plain])
assert_type(hour - Events.pause, Expr[In[Events], timedelta, None, Plain])
assert_type(-Events.repeats, Expr[In[Events], t.Interval, Never, Plain])
assert_type(Events.duration + month, Expr[In[Events], t.Interval, Never, Plain])
assert_type(Events.notice - hour, Expr[In[Events], t.Interval, None, Plain])
assert_type(fn.sum(Events.repeats) * 2 > hour, Expr[Opt[In[Events]], bool, None, Aggregate])

# One or the other

assert_type(fn.nullif(Events.price, 0), Expr[In[Events], Decimal, None, Plain])
assert_type(fn.nullif(Events.price, Events.seats), Expr[In[Events], Decimal, None, Plain])
assert_type(fn.nullif(Events.seats, Events.price), Expr[In[Events], int, None, Plain])
assert_type(Events.price / fn.nullif(Events.price, 0), Expr[In[Events], Decimal, None, Plain])
assert_type(fn.coalesce(Events.taken, Events.price), Expr[In[Events], Decimal, Never, Plain])
assert_type(fn.coalesce(Events.taken, Events.ratio), Expr[In[Events], float, Never, Plain])
assert_type(fn.coalesce(Events.discount, Events.ratio), Expr[In[Events], float, Never, Plain])
assert_type(fn.coalesce(Events.pause, Events.repeats), Expr[In[Events], t.Interval, Never, Plain])
