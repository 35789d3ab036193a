"""Filters, of whose fields both checkers find the operators to take what their annotations say."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import attrs
from domain import Comments, Events, Mood, Posts, Users

from ferra_sync import Filter, Predicate, Unset, by, exists, from_
from ferra_sync import functions as fn


def titled(text: str) -> Predicate[Posts]:
    return Posts.title.icontains(text)


@attrs.define
class PostFilter(Filter[Posts]):
    title_contains: str | Unset = by(Posts.title.icontains)
    title: str | Unset = by(titled)
    text: str | Unset = by(lambda text: Posts.title.icontains(text) | Posts.title.startswith(text))
    author: int | Unset = by(Posts.user_id)
    published: bool | Unset = by(Posts.published)
    ids: list[int] | Unset = by(Posts.id.is_in)
    other_than: list[int] | Unset = by(lambda ids: ~Posts.id.is_in(ids))
    commented: bool | Unset = by(
        lambda _: exists(from_(Comments).correlate(Posts).where(Comments.post_id == Posts.id)), name="has-comments"
    )


@attrs.frozen
class UserFilter(Filter[Users]):
    name: str | Unset = by(fn.lower(Users.name))
    hair: str | Unset | None = by(Users.hair_color, validator=attrs.validators.optional(attrs.validators.min_len(1)))
    hair_or_not: str | Unset | None = by(Users.hair_color.is_not_distinct_from)
    has_hair: bool | Unset = by(lambda has: Users.hair_color.is_not_null() if has else Users.hair_color.is_null())


@attrs.define
class EventFilter(Filter[Events]):
    id: UUID | Unset = by(Events.id)
    ids: list[UUID] | Unset = by(Events.id.is_in)
    after: datetime | Unset = by(Events.starts_at.__gt__)
    at: datetime | Unset = by(Events.starts_at)
    days: list[date] | Unset = by(Events.day.is_in)
    since: date | Unset = by(Events.day.__ge__)
    opens: time | Unset = by(Events.opens.__ge__)
    shorter: timedelta | Unset = by(Events.duration.__lt__)
    price: Decimal | Unset = by(Events.price)
    max_price: Decimal | Unset = by(Events.price.__le__)
    ratio: float | Unset = by(Events.ratio.__le__)
    mood: Mood | Unset = by(Events.mood)
    moods: list[Mood] | Unset = by(Events.mood.is_in)
    unlike: Mood | Unset = by(Events.mood.__ne__)
    tags: list[str] | Unset = by(Events.tags.overlaps)
    extra: dict[str, int] | Unset = by(Events.extra.contains)
    key: str | Unset = by(Events.extra.has_key)
    during: datetime | Unset = by(Events.period.contains)


@attrs.define
class PostOfUserFilter(Filter[Posts, Users]):
    title: str | Unset = by(Posts.title)
    name: str | Unset = by(Users.name)
