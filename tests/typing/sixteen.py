"""Rows, RETURNING and functions of sixteen, and what both checkers say to seventeen."""

# fmt: off

from __future__ import annotations

from datetime import date
from typing import Never, assert_type

from domain import Event, Events, Posts, Users

from ferra_sync import Database, Expr, In, Plain, delete_from, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

db = Database.connect()
day, count, text = Events.day, fn.count(), t.text()
name, gone = Users.name, delete_from(Events)

assert_type(
    db.fetch_one(
        from_(Events).select(
            Events.seats, day, day, day, day, day, day, day, day, day, day, day, day, day, day, Events.taken
        )
    ),
    tuple[int, date, date, date, date, date, date, date, date, date, date, date, date, date, date, int | None],
)
assert_type(
    db.fetch_one(
        from_(Events).group_by(Events.seats).select(
            Events.seats, count, count, count, count, count, count, count, count, count, count, count, count, count,
            count, fn.max(Events.day),
        )
    ),
    tuple[int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, date | None],
)
assert_type(
    db.fetch_one(
        delete_from(Events).all_rows().returning(
            Event, day, day, day, day, day, day, day, day, day, day, day, day, day, day, Events.taken
        )
    ),
    tuple[Event, date, date, date, date, date, date, date, date, date, date, date, date, date, date, int | None],
)

concat = fn.function(
    "concat", text, text, text, text, text, text, text, text, text, text, text, text, text, text, text,
    t.nullable(t.text()), returns=text,
)
assert_type(
    concat(
        name, Posts.title, name, name, name, name, name, name, name, name, name, name, name, name, name,
        Users.hair_color,
    ),
    Expr[In[Users] | In[Posts], str, Never, Plain],
)
assert_type(
    concat(name, "", "", "", "", "", "", "", "", "", "", "", "", "", "", None), Expr[In[Users], str, Never, Plain]
)

from_(Events).select(day, day, day, day, day, day, day, day, day, day, day, day, day, day, day, day, day)  # R334 a row
gone.returning(day, day, day, day, day, day, day, day, day, day, day, day, day, day, day, day, day)  # R335 …
concat(name, "", "", "", "", "", "", "", "", "", "", "", "", "", "", 3)  # R336 a sixteenth argument of another type
