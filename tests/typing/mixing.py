"""An aggregate with a value beside it is an aggregate still, and stands beside no plain column."""

from __future__ import annotations

from datetime import date, timedelta

from domain import Events, Posts, Users

from ferra_sync import from_
from ferra_sync import functions as fn

hour = timedelta(hours=1)
today = date(2024, 2, 29)

from_(Users).select(fn.max(Users.id) + 1, fn.count())
from_(Events).select(fn.max(Events.tags)[1], fn.count())

from_(Events).select(fn.max(Events.price) + 1, Events.price)  # R565 a sum of an aggregate and a number
from_(Users).select(fn.max(Users.id) - 1, Users.name)  # R566 … a difference
from_(Users).select(2 * fn.max(Users.id), Users.name)  # R567 … a product
from_(Users).select(fn.max(Users.name) + "x", Users.name)  # R568 … a text
from_(Events).select(fn.max(Events.starts_at) + fn.interval(days=1), Events.price)  # R569 … a moment
from_(Users).select(fn.max(Users.id) == 1, Users.name)  # R570 a comparison of an aggregate
from_(Users).select(fn.replace(fn.max(Users.name), "a", "b"), Users.name)  # R571 a function of one
from_(Users).select(fn.round(fn.avg(Users.id), 1), Users.name)  # R572 … with a value
from_(Users).select(fn.coalesce(fn.max(Users.id), 2), Users.name)  # R573 … a default
from_(Events).select(fn.max(Events.tags).contains(["a"]), Events.tags)  # R574 what an array contains
from_(Events).select(fn.max(Events.tags).overlaps(["a"]), Events.tags)  # R575 … has in common
from_(Events).select(fn.max(Events.tags)[1], Events.tags)  # R576 … has in a place
from_(Users).select(fn.max(Users.name).matches("x"), Users.name)  # R577 a text that is matched
from_(Users).select(fn.max(Users.name).is_similar("x"), Users.name)  # R578 … that is similar
from_(Posts).select(fn.array_agg(Posts.id).contained_by([1]), Posts.id)  # R579 what is in an array
from_(Users).select(fn.max(Users.id) & 1, Users.name)  # R745 the bits of an aggregate
from_(Users).select(fn.max(Users.id) ^ 1, Users.name)  # R746 …
from_(Users).select(fn.max(Users.id) << 1, Users.name)  # R747 … that are shifted
from_(Users).select(~fn.max(Users.id), Users.name)  # R748 … inverted
from_(Users).select(fn.max(Users.id) & Users.id, Users.name)  # R749 … beside a column's
from_(Users).select(fn.max(Users.id).between(1, 2), Users.name)  # R750 an aggregate between values
from_(Users).select(fn.max(Users.id).between(Users.id, Users.id), Users.name)  # R751 … columns
from_(Users).select(fn.greatest(fn.max(Users.id), 1), Users.name)  # R752 the greater of an aggregate and a value
from_(Users).select(fn.nullif(fn.max(Users.id), 1), Users.name)  # R753 one of the two
from_(Events).select(fn.overlaps((fn.max(Events.day), hour), (today, hour)), Events.day)  # R754 an aggregate's period
