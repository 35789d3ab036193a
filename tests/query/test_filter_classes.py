"""Filter classes: what is refused when one is made, with the field's name."""

from __future__ import annotations

import datetime as dt
import types
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import attrs
import pytest
from offers import Bids, OfferFilter, Offers, Sellers, State

from ferra_sync import (
    UNSET,
    Derived,
    Filter,
    QueryError,
    SchemaError,
    Table,
    Unset,
    by,
    exists,
    from_,
    row,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


def made(annotation: Any, field: Any, *tables: Any) -> type[Any]:
    """Return a filter class of one field."""
    body: dict[str, Any] = {"__annotations__": {} if annotation is None else {"field": annotation}, "field": field}
    return attrs.define(
        types.new_class("Made", (Filter[tables or Offers],), exec_body=lambda space: space.update(body))
    )


@pytest.mark.parametrize(
    ("annotation", "field", "message"),
    [
        (int | Unset, by(Offers.title.icontains), "Made.field is int: a part of a text is a string, not int"),
        (str | Unset | None, by(Offers.title.icontains), "Made.field may be None: a part of a text is a string"),
        (str | int | Unset, by(Offers.id), r"Made.field is str: offers.id is integer \(int\), not str"),
        (dt.date | Unset, by(Offers.made_at.__gt__), "Made.field is date: offers.made_at is timestamptz"),
        (State | Unset, by(Offers.title), "Made.field is State: offers.title is text"),
        (list[str] | Unset, by(Offers.id.is_in), "Made.field is list: offers.id: the list holds an element"),
        (list[int | None] | Unset, by(Offers.id.is_in), "Made.field is list: offers.id: None is never in a list"),
        (int | Unset, by(Offers.id.is_in), "Made.field is int: offers.id: a collection of values is needed, not int"),
        (int | Unset | None, by(Offers.id), "Made.field may be None; offers.id is not nullable"),
        (str | Unset | None, by(Offers.note.__eq__), "Made.field may be None: offers.note = None is never true"),
        (int | Unset, by(Offers.id.__add__), r"Made.field: by\(…\) makes no predicate of its value, but integer"),
        (str | Unset, by(str.upper), r"Made.field: by\(…\) makes no predicate of its value, but str"),
        (int | Unset, by(lambda: Offers.sold), r"Made.field is int: .* takes 0 positional arguments but 1 was given"),
        (int | Unset, by(fn.max(Offers.id).__gt__), "Made.field: a filter keeps rows before they are grouped"),
        (int | Unset, by((fn.row_number().over(order_by=Offers.id)).__lt__), "so no aggregate and no window"),
        (str | Unset, by(Sellers.name), r"sellers.name is not a column of Offers: write Filter\[Offers, Sellers\]"),
        (str, by(Offers.title), r"Made.field may be left out: write str \| Unset"),
        (str | Unset, UNSET, r"Made.field does not say how it filters: write = by\(…\)"),
        (str | Unset, attrs.field(default=UNSET), "Made.field does not say how it filters"),
        (None, by(Offers.title), r"Made.field has no annotation: write field: … \| Unset = by\(…\)"),
    ],
)  # fmt: skip
def test_a_field_that_does_not_fit_its_operator_is_refused_by_name(annotation, field, message):
    with pytest.raises(SchemaError, match=message):
        made(annotation, field)


@pytest.mark.parametrize(
    ("annotation", "field"),
    [
        (dt.datetime | Unset, by(Offers.made_at.__gt__)),
        (dt.date | Unset, by(Offers.until.__gt__)),
        (dt.datetime | Unset, by(Offers.until.__gt__)),
        (int | Unset, by(Offers.price.__lt__)),
        (Decimal | int | Unset, by(Offers.price.__lt__)),
        (tuple[UUID, ...] | Unset, by(Offers.code.is_in)),
        (list[dt.datetime] | Unset, by(Offers.made_at.is_in)),
        (frozenset[State] | Unset, by(Offers.state.is_in)),
        (str | Unset | None, by(Offers.note.is_not_distinct_from)),
        (str | Unset | None, by(fn.lower(Offers.note))),
        (Any, by(Offers.title)),
        (Any | None, by(Offers.note)),
        (dict[str, int] | Unset, by(lambda each: Offers.id == each["id"])),
        (str | Unset, by(lambda name: Offers.state == State[name])),
        (int | Unset, by(lambda each: row(Offers.id, Offers.seller_id) > row(each, each))),
        (int | Unset, by(lambda each: exists(from_(Bids).correlate(Offers).where(Bids.id == each, Offers.sold)))),
    ],
)
def test_a_field_that_fits_its_operator_is_taken(annotation, field):
    assert select(Offers.id).filter(made(annotation, field)()).parts() == select(Offers.id).parts()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("title", "by takes an operator, Posts.title.icontains, or an expression, not a str"),
        (None, "not None"),
    ],
)
def test_what_is_no_operator_is_refused(wrong, message):
    with pytest.raises(SchemaError, match=message):
        by(wrong)


def test_an_option_that_there_is_not_is_refused():
    with pytest.raises(SchemaError, match="a field of a filter has no option alias, default"):
        by(Offers.title, default="x", alias="y")
    with pytest.raises(SchemaError, match="the name of a field of a filter is a text, not a list"):
        by(Offers.title, name=["title"])
    with pytest.raises(SchemaError, match="when_set takes validators"):
        by(Offers.title, validator="long")


def test_two_fields_of_one_name_outside_are_refused():
    with pytest.raises(SchemaError, match="Two: two of its fields are called title"):

        @attrs.define
        class Two(Filter[Offers]):
            title: str | Unset = by(Offers.title)
            other: str | Unset = by(Offers.title, name="title")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (OfferFilter, r"Filter\[…\] takes tables, Filter\[Posts, Users\], not the class OfferFilter"),
        (Offers | Sellers, r"Filter\[…\] takes tables, Filter\[Posts, Users\], not an? "),
    ],
)
def test_a_filter_is_of_tables(table, message):
    with pytest.raises(SchemaError, match=message):
        made(str | Unset, by(Offers.title), table)


def test_a_filter_says_its_table():
    with pytest.raises(SchemaError, match=r"Nothing says no table: write Filter\[…\]"):

        @attrs.define
        class Nothing(Filter):
            title: str | Unset = by(Offers.title)


def test_a_class_that_attrs_has_not_made_is_refused():
    class Bare(Filter[Offers]):
        title: str | Unset = by(Offers.title)

    with pytest.raises(SchemaError, match=r"Bare is not an attrs class: decorate it with @attrs\.define"):
        select(Offers.id).filter(Bare())
    with pytest.raises(SchemaError, match="Bare is not an attrs class"):
        Bare.parse("title=a")


class Managers(Sellers, alias="managers"):
    pass


class Counts(Derived):
    seller_id = t.integer()
    offers = t.bigint()


def test_a_filter_may_be_of_an_alias_or_of_a_derived_table():
    @attrs.define
    class ManagerFilter(Filter[Managers]):
        name: str | Unset = by(Managers.name)

    @attrs.define
    class CountFilter(Filter[Counts]):
        more_than: int | Unset = by(Counts.offers.__gt__)

    assert (
        'WHERE (("managers"."name" = $1))' in from_(Managers).filter(ManagerFilter("a")).select(Managers.id).sql().text
    )
    counts = Counts.of(from_(Offers).group_by(Offers.seller_id).select(Offers.seller_id, fn.count()))
    assert '"counts"."offers" > $1' in from_(counts).filter(CountFilter(3)).select(Counts.seller_id).sql().text
    with pytest.raises(SchemaError, match=r"sellers\.name is not a column of Managers"):
        made(str | Unset, by(Sellers.name), Managers)


def test_a_filter_class_goes_on_from_another():
    @attrs.define
    class Narrow(OfferFilter):
        shorter: int | Unset = by(fn.char_length(Offers.title).__lt__)

    narrow = Narrow.parse("sold=yes&shorter=9")
    assert (narrow.sold, narrow.shorter) == (True, 9)
    assert len(select(Offers.id).filter(narrow).parts()[1]) == 2


S = TypeVar("S", bound=Table)


def test_a_filter_class_may_leave_its_table_open():
    @attrs.define
    class Open(Filter[S]):
        sold: bool | Unset = by(Offers.sold)

    assert select(Offers.id).filter(Open(sold=True)).parts()[1] == (True,)


@attrs.define
class Later(Filter[Offers]):
    state: LaterState | Unset = by(Offers.state)


LaterState = State


def test_an_annotation_may_name_a_class_that_comes_later():
    assert Later.parse("state=new").state is State.NEW


def test_an_annotation_that_names_what_is_not_there_is_refused_on_first_use():
    @attrs.define
    class Never(Filter[Offers]):
        state: Nowhere | Unset = by(Offers.state)  # noqa: F821 - that is the point

    with pytest.raises(SchemaError, match=r"Never\.state: its annotation cannot be resolved"):
        select(Offers.id).filter(Never())


def test_a_function_is_asked_again_for_each_value():
    def even(number: int) -> Any:
        if number % 2:
            raise QueryError("odd")
        return Offers.id == number

    with pytest.raises(SchemaError, match=r"Made\.field is int: odd"):
        made(int | Unset, by(even))
