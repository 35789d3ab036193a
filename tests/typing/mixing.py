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

from_(Events).select(fn.max(Events.price) + 1, Events.price)  # R611 a sum of an aggregate and a number
from_(Users).select(fn.max(Users.id) - 1, Users.name)  # R612 … a difference
from_(Users).select(2 * fn.max(Users.id), Users.name)  # R613 … a product
from_(Users).select(fn.max(Users.name) + "x", Users.name)  # R614 … a text
from_(Events).select(fn.max(Events.starts_at) + fn.interval(days=1), Events.price)  # R615 … a moment
from_(Users).select(fn.max(Users.id) == 1, Users.name)  # R616 a comparison of an aggregate
from_(Users).select(fn.replace(fn.max(Users.name), "a", "b"), Users.name)  # R617 a function of one
from_(Users).select(fn.round(fn.avg(Users.id), 1), Users.name)  # R618 … with a value
from_(Users).select(fn.coalesce(fn.max(Users.id), 2), Users.name)  # R619 … a default
from_(Events).select(fn.max(Events.tags).contains(["a"]), Events.tags)  # R620 what an array contains
from_(Events).select(fn.max(Events.tags).overlaps(["a"]), Events.tags)  # R621 … has in common
from_(Events).select(fn.max(Events.tags)[1], Events.tags)  # R622 … has in a place
from_(Users).select(fn.max(Users.name).matches("x"), Users.name)  # R623 a text that is matched
from_(Users).select(fn.max(Users.name).is_similar("x"), Users.name)  # R624 … that is similar
from_(Posts).select(fn.array_agg(Posts.id).contained_by([1]), Posts.id)  # R625 what is in an array
from_(Users).select(fn.max(Users.id) & 1, Users.name)  # R626 the bits of an aggregate
from_(Users).select(fn.max(Users.id) ^ 1, Users.name)  # R627 …
from_(Users).select(fn.max(Users.id) << 1, Users.name)  # R628 … that are shifted
from_(Users).select(~fn.max(Users.id), Users.name)  # R629 … inverted
from_(Users).select(fn.max(Users.id) & Users.id, Users.name)  # R630 … beside a column's
from_(Users).select(fn.max(Users.id).between(1, 2), Users.name)  # R631 an aggregate between values
from_(Users).select(fn.max(Users.id).between(Users.id, Users.id), Users.name)  # R632 … columns
from_(Users).select(fn.greatest(fn.max(Users.id), 1), Users.name)  # R633 the greater of an aggregate and a value
from_(Users).select(fn.nullif(fn.max(Users.id), 1), Users.name)  # R634 one of the two
from_(Events).select(fn.overlaps((fn.max(Events.day), hour), (today, hour)), Events.day)  # R635 an aggregate's period
