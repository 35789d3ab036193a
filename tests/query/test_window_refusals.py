"""Windows and aggregates out of place are refused by name, before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from players import Players, Teams

from ferra_sync import (
    Database,
    Frame,
    QueryError,
    SchemaError,
    Table,
    check,
    current_row,
    delete_from,
    following,
    from_,
    groups,
    preceding,
    range_,
    rows,
    unbounded_following,
    unbounded_preceding,
    update,
    window,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

NUMBER = fn.row_number().over(order_by=Players.id)
IN_ORDER = window(order_by=Players.id)
PLAYERS = from_(Players)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        (PLAYERS.where(NUMBER == 1).select(Players.id), "cannot stand in WHERE: select it, or sort by it"),
        (PLAYERS.group_by(NUMBER).select(fn.count()), "cannot stand in GROUP BY"),
        (PLAYERS.group_by(Players.id).having(NUMBER == 1).select(Players.id), "cannot stand in HAVING"),
        (PLAYERS.inner_join(Teams, on=NUMBER == 1).select(Players.id), "cannot stand in ON"),
        (update(Players).where(NUMBER == 1).set(Players.score.to(1)), "cannot stand in WHERE"),
        (update(Players).all_rows().set(Players.score.to(NUMBER.cast(t.integer()))), "cannot stand in SET"),
        (delete_from(Players).all_rows().returning(NUMBER), "cannot stand in RETURNING"),
        (PLAYERS.distinct().where(fn.sum(Players.score + 1) > 3).select(fn.sum(Players.score + 1)), "stand in WHERE"),
        (PLAYERS.select(fn.sum(NUMBER)), "over a window cannot stand inside sum"),
        (PLAYERS.select(fn.lag(NUMBER).over(IN_ORDER)), "cannot stand inside another one"),
        (PLAYERS.select(fn.rank().over(order_by=NUMBER)), "cannot stand inside another one, nor in a window"),
        (PLAYERS.select(fn.count().filter(fn.count() > 1)), "an aggregate cannot stand in FILTER"),
        (PLAYERS.select(fn.count().filter(fn.count() > 1).over()), "an aggregate cannot stand in FILTER"),
        (PLAYERS.select(fn.count().filter(NUMBER > 1)), "over a window cannot stand in FILTER"),
        (PLAYERS.select(fn.array_agg(Players.name, order_by=fn.count())), "cannot stand inside array_agg"),
        (PLAYERS.select(fn.array_agg(Players.name, order_by=NUMBER)), "cannot stand inside array_agg"),
        (PLAYERS.select(fn.mode().within_group(fn.count())), "an aggregate cannot stand inside mode"),
        (PLAYERS.select(fn.sum(fn.count().filter(Players.score > 1))), "an aggregate cannot stand inside sum"),
        (PLAYERS.select(fn.count(), Players.id), "players.id stands beside an aggregate"),
        (PLAYERS.select(fn.count().filter(Players.score > 1), Players.id), "players.id stands beside an aggregate"),
        (PLAYERS.group_by(Players.kind).select(NUMBER), "players.id is neither in group_by nor inside an aggregate"),
        (
            PLAYERS.group_by(Players.kind).select(fn.sum(Players.score).over()),
            "players.score is neither in group_by nor inside an aggregate",
        ),
        (
            PLAYERS.group_by(Players.kind).select(fn.count().filter(Players.score > 1).over()),
            "players.score is neither in group_by nor inside an aggregate",
        ),
        (PLAYERS.having(fn.count() > 1).select(Players.id), "players.id is neither in group_by nor inside"),
        (PLAYERS.having(Players.score > 1).select(fn.count()), "players.score is neither in group_by nor inside"),
        (PLAYERS.select(NUMBER).for_update(), "cannot lock rows beside a function over a window"),
        (PLAYERS.order_by(NUMBER).select(Players.id).for_share(), "cannot lock rows beside a function over a window"),
        (PLAYERS.having(fn.count() > 1).select(fn.count()).for_update(), "cannot lock rows made of several"),
    ],
)  # fmt: skip
def test_what_stands_out_of_place_is_refused(query: Any, problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        query.sql()


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: fn.count(Players.id, distinct=True).over(), "an aggregate of distinct values over no window"),
        (lambda: fn.array_agg(Players.id, order_by=Players.id).over(), "an order_by of its own over no window"),
        (lambda: fn.mode().within_group(Players.id).over(), "an aggregate of sorted values over no window"),
        (
            lambda: fn.count(Players.id, distinct=True).filter(Players.score > 1).over(),
            "an aggregate of distinct values over no window",
        ),
        (lambda: fn.count().filter(Players.id), "filter takes a predicate"),
        (lambda: fn.count().filter(True), "filter takes a predicate"),
        (lambda: fn.count().over(Players.id), r"over takes a window\(…\)"),
        (lambda: fn.count().over(IN_ORDER, order_by=Players.id), "not both"),
        (lambda: window(partition_by="id"), "partition_by takes columns and expressions, not str"),
        (lambda: window(partition_by=[Players.id, 3]), "partition_by takes columns and expressions, not int"),
        (lambda: window(order_by=3), "order_by takes columns and expressions, not int"),
        (lambda: window(order_by=fn.literal({}, t.json())), "json, which order_by cannot take"),
        (lambda: window(partition_by=Players.id.asc()), "partition_by takes columns and expressions, not Order"),
        (lambda: window(frame=preceding(1)), r"frame is rows\(…\), range_\(…\) or groups\(…\)"),
        (lambda: Frame("rows; --", current_row, current_row, None), "a frame is of rows, a range or groups"),
        (lambda: rows(1), "rows takes bounds such as preceding"),
        (lambda: rows(preceding(1), exclude="all"), "exclude is 'current row'"),
        (lambda: rows(following(1)), "cannot reach from following to current row"),
        (lambda: rows(current_row, preceding(1)), "cannot reach from current row to preceding"),
        (lambda: rows(unbounded_following, unbounded_following), "cannot reach from unbounded following"),
        (lambda: rows(unbounded_preceding, unbounded_preceding), "to unbounded preceding"),
        (lambda: preceding(-1), "reaches 0 or more far"),
        (lambda: preceding(Decimal("NaN")), "reaches 0 or more far"),
        (lambda: preceding(float("nan")), "reaches 0 or more far"),
        (lambda: following(dt.timedelta(-1)), "reaches 0 or more far"),
        (lambda: following(t.Interval(months=1, days=-31)), "reaches 0 or more far"),
        (lambda: preceding("1"), "a number or an interval far, not a str"),
        (lambda: preceding(True), "a number or an interval far, not a bool"),
        (lambda: window(frame=rows(preceding(1.5))), "rows are counted in whole numbers, not in float"),
        (lambda: window(frame=groups(preceding(1))), "groups are rows of equal order_by"),
        (lambda: window(frame=range_(preceding(1))), "it takes exactly one order_by"),
        (
            lambda: window(order_by=[Players.id, Players.name], frame=range_(preceding(1))),
            "it takes exactly one order_by",
        ),
        (lambda: window(order_by=Players.name, frame=range_(preceding(1))), "numbers, days, moments and intervals"),
        (lambda: window(order_by=Players.id, frame=range_(preceding(dt.timedelta(1)))), "bigint"),
        (lambda: fn.ntile(0), "ntile takes a whole number from 1"),
        (lambda: fn.nth_value(Players.id, 0), "nth_value takes a whole number from 1"),
        (lambda: fn.lag(Players.id, -1), "lag takes a whole number from 0"),
        (lambda: fn.lag(Players.id, default="x"), "integer"),
        (lambda: fn.lag("x"), "lag takes a column or an expression"),
        (lambda: fn.percentile_cont(2), "percentile_cont takes a number from 0 to 1"),
        (lambda: fn.percentile_cont(0.5).within_group(Players.name), "percentile_cont takes numbers or intervals"),
        (lambda: fn.bool_and(Players.id), "bool_and takes booleans"),
        (lambda: fn.stddev(Players.name), "stddev takes numbers"),
        (lambda: fn.array_agg(Players.tags), "array_agg takes no arrays"),
        (lambda: fn.string_agg(Players.id, ","), "string_agg takes text"),
        (lambda: fn.string_agg(Players.name, 1), "string_agg's delimiter"),
        (lambda: fn.jsonb_object_agg(Players.id, Players.name), "takes text as keys"),
        (
            lambda: fn.array_agg(Players.name, distinct=True, order_by=Players.id),
            "takes no order_by but its own arguments",
        ),
        (
            lambda: fn.array_agg(Players.score + 1, distinct=True, order_by=Players.score + 1),
            "takes no order_by but its own arguments",
        ),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_at_once(make: Callable[[], Any], problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        make()


def test_batches_with_a_window_are_refused(empty_db: Database) -> None:
    with pytest.raises(QueryError, match="a function over a window would see no others"):
        list(empty_db.batches(PLAYERS.select(Players.id, NUMBER), size=2))


def test_a_function_over_a_window_is_no_expression_before_it_says_over() -> None:
    with pytest.raises(QueryError, match=r"a function that has not said \.over\(…\) cannot be selected"):
        PLAYERS.select(fn.row_number())  # type: ignore[call-overload]
    assert repr(fn.row_number()) == "<WindowFunction ('call', row_number)>"
    assert repr(window()).startswith("<Window ('window'")


def test_a_tables_definition_takes_no_window() -> None:
    with pytest.raises(SchemaError, match="a function over a window cannot stand in a check"):
        check(NUMBER > 0)
    with pytest.raises(SchemaError, match="is a function over a window, which it cannot be"):

        class Stamped(Table):
            id = t.bigint(default=fn.row_number().over())

    with pytest.raises(SchemaError, match="a function over a window reads others"):
        _ = Computed.__ferra_table__.generated


class Computed(Table):
    number = t.bigint(generated_as=lambda: fn.row_number().over(order_by=Computed.number))
