"""Fields of filters that both checkers reject, each marked line for the reason beside it."""

from __future__ import annotations

from uuid import UUID

import attrs
from domain import Events, Posts, Users

from ferra_sync import Filter, Predicate, Unset, by
from ferra_sync import functions as fn


def titled(text: str) -> Predicate[Posts]:
    return Posts.title.icontains(text)


@attrs.define
class WrongFilter(Filter[Events]):
    number: int | Unset = by(Events.name.icontains)  # R835 a number for a part of a text
    moment: str | Unset = by(Events.starts_at.__gt__)  # R836 a text for a moment
    owner: str | Unset = by(Events.owner_id)  # R837 a text for a number that is to be equal
    mood: str | Unset = by(Events.mood)  # R838 … for an enum
    tags: list[int] | Unset = by(Events.tags.overlaps)  # R839 numbers for texts of an array
    ids: list[str] | Unset = by(Events.id.is_in)  # R840 texts for a list of UUIDs
    one: UUID | Unset = by(Events.id.is_in)  # R841 a value for a list of them
    price: str | Unset = by(Events.price.__le__)  # R842 a text for a Decimal
    public: str | Unset = by(Events.public.__ne__)  # R843 … for a bool
    size: int | Unset | None = by(Users.hair_color)  # R844 a number for a text that may be NULL
    title: int | Unset = by(titled)  # R845 a number for a function's text
    most: int | Unset = by(fn.max(Events.seats).__gt__)  # R846 an aggregate
    count: int | Unset = by(fn.count())  # R847 … that is to be equal
    always: str = by(Events.name.icontains)  # R848 a field that is never UNSET
    text: str | Unset = by("name")  # R849 a column's name
