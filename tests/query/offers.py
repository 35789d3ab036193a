"""Offers of sellers, and the filters that a list of them has."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Literal
from uuid import UUID

import attrs

from ferra_sync import FerraModel, Filter, Sort, Table, Unset, by, exists, from_
from ferra_sync import functions as fn
from ferra_sync import types as t


class State(enum.Enum):
    NEW = "new"
    USED = "used"


class Sellers(Table):
    id = t.integer(primary_key=True)
    name = t.text()


class Offers(Table):
    id = t.integer(primary_key=True)
    seller_id = t.integer(references=Sellers.id)
    title = t.text()
    note = t.nullable(t.text())
    price = t.numeric(10, 2)
    weight = t.nullable(t.double_precision())
    sold = t.boolean()
    state = t.enum(State)
    code = t.uuid()
    made_at = t.timestamptz()
    until = t.nullable(t.date())
    tags = t.array(t.text())


class Bids(Table):
    id = t.integer(primary_key=True)
    offer_id = t.integer(references=Offers.id)


@attrs.frozen
class Offer(FerraModel[Offers]):
    id: int
    title: str
    note: str | None


@attrs.frozen
class OfferFilter(Filter[Offers]):
    title_contains: str | Unset = by(Offers.title.icontains)
    text: str | Unset = by(lambda text: Offers.title.icontains(text) | Offers.note.icontains(text))
    note: str | Unset | None = by(Offers.note)
    ids: list[int] | Unset = by(Offers.id.is_in, name="id")
    min_price: Decimal | Unset = by(Offers.price.__ge__)
    max_price: Decimal | Unset = by(Offers.price.__le__)
    lighter: float | Unset = by(Offers.weight.__lt__)
    sold: bool | Unset = by(Offers.sold)
    state: State | Unset = by(Offers.state)
    states: list[State] | Unset = by(Offers.state.is_in)
    word: Literal["new", "used"] | Unset = by(lambda word: Offers.state == State(word))
    code: UUID | Unset = by(Offers.code)
    made_after: dt.datetime | Unset = by(Offers.made_at.__gt__)
    until: dt.date | Unset | None = by(Offers.until)
    tag: list[str] | Unset = by(Offers.tags.overlaps)
    long: str | Unset = by(Offers.title, validator=attrs.validators.min_len(3))
    has_bids: bool | Unset = by(
        lambda has: _bids if has else ~_bids,
        name="has-bids",
    )


_bids = exists(from_(Bids).correlate(Offers).where(Bids.offer_id == Offers.id))


@attrs.define
class SellerFilter(Filter[Sellers]):
    name: str | Unset = by(fn.lower(Sellers.name))


@attrs.define
class SoldByFilter(Filter[Offers, Sellers]):
    title: str | Unset = by(Offers.title)
    seller: str | Unset = by(Sellers.name)


SORT = Sort.of(
    Offers.id,
    Offers.price,
    Offers.note,
    heaviest=Offers.weight.desc(nulls="last"),
    length=fn.char_length(Offers.title) * 2,
)
