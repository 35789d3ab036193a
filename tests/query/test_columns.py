from __future__ import annotations

import attrs
from players import Player, Players, Team, Teams

from ferra_sync import FerraModel, Table, case, from_, insert_into, maybe, select, update
from ferra_sync import functions as fn
from ferra_sync import types as t


class Bills(Table):
    id = t.integer(primary_key=True)
    sum = t.nullable(t.integer(name="total"))


@attrs.frozen
class Bill(FerraModel[Bills]):
    _sum: int | None
    id: int


def test_a_model_is_the_columns_of_its_fields() -> None:
    assert select(Player).columns == ("name", "score", "team_id", "kind", "id")
    joined = from_(Players).left_join(Teams)
    assert joined.select(Player, maybe(Team)).columns == ("name", "score", "team_id", "kind", "id", "name", "id")


def test_a_column_is_its_attribute_on_the_table() -> None:
    assert select(Bills.sum).columns == ("sum",)
    assert select(Bill).columns == ("sum", "id")
    assert from_(Players).left_join(Teams).select(Players.id, Teams.name.nullable()).columns == ("id", "name")


def test_an_expression_is_its_function_or_its_place() -> None:
    query = from_(Players).select(
        Players.id,
        Players.score + 1,
        fn.upper(Players.name),
        fn.row_number().over(order_by=Players.id),
        fn.sum(Players.score).filter(Players.score > 1).over(),
        fn.length(Players.name).cast(t.text()),
        case((Players.score > 1, "x"), otherwise="y"),
    )
    assert query.columns == ("id", "column2", "upper", "row_number", "sum", "length", "column7")
    assert from_(Players).left_join(Teams).select(maybe(Team), fn.literal(1)).columns == ("name", "id", "column3")


def test_set_operations_have_the_names_of_their_first_query() -> None:
    assert from_(Players).select(Players.score).union(from_(Teams).select(Teams.id)).columns == ("score",)


def test_what_a_write_returns_has_names_too() -> None:
    assert insert_into(Teams).values(Team("a")).returning(Team, Teams.id).columns == ("name", "id", "id")
    assert update(Teams).all_rows().set(Teams.name.to("x")).returning(fn.lower(Teams.name)).columns == ("lower",)
