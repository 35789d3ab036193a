"""Where several foreign keys lead to a table, the message names each; the one that is named is the one used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    Constraint,
    Database,
    FerraModel,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    foreign_key,
    from_,
    insert_into,
    select,
    unique,
)
from ferra_sync import types as t


class Seats(Table):
    hall = t.integer(primary_key=True)
    number = t.integer(primary_key=True)


class Tickets(Table):
    id = t.integer(primary_key=True)
    hall = t.integer(name="the hall")
    number = t.integer()
    spare = t.integer()

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (
            foreign_key(cls.hall, cls.number, references=(Seats.hall, Seats.number)),
            foreign_key(cls.hall, cls.spare, references=(Seats.hall, Seats.number)),
            unique(cls.hall, cls.number),
        )


class Sales(Table):
    id = t.integer(primary_key=True)
    ticket_id = t.integer(references=Tickets.id)
    lost = t.nullable(t.integer(references=lambda: Tickets.nothing))


class Resales(Tickets, alias="resales"):
    pass


@attrs.frozen
class Seat(FerraModel[Seats]):
    hall: int
    number: int


@attrs.frozen
class Ticket(FerraModel[Tickets]):
    id: int
    hall: int
    number: int
    spare: int


def test_a_key_of_several_columns_is_named_by_a_column_that_no_other_has(server_url: str) -> None:
    query = select(Ticket)
    with pytest.raises(QueryError, match=r"^2 .* say by=Tickets\.number or by=Tickets\.spare$"):
        query.belonging_to(Seat(1, 2))
    with pytest.raises(
        QueryError, match=r"^by=Tickets\.hall is one part of several foreign keys, \(the hall, number\) "
    ):
        query.belonging_to(Seat(1, 2), by=Tickets.hall)
    with database_with(server_url, Seats, Tickets) as db:
        PgRepository(Seat, db).insert_many([Seat(1, 1), Seat(1, 2), Seat(2, 2)])
        db.execute(insert_into(Tickets).values(Ticket(1, 1, 1, 2), Ticket(2, 1, 2, 1), Ticket(3, 2, 2, 2)))
        assert _ids(db, query.belonging_to(Seat(1, 2), by=Tickets.number)) == [2]
        assert _ids(db, query.belonging_to(Seat(1, 2), by=Tickets.spare)) == [1]
        assert _ids(db, query.belonging_to([Seat(1, 2), Seat(2, 2)], by=Tickets.spare)) == [1, 3]


def _ids(db: Database, query: Any) -> list[int]:
    return [ticket.id for ticket in db.fetch_all(query.order_by(Tickets.id))]


def test_an_alias_is_another_table_to_by() -> None:
    with pytest.raises(QueryError, match=r"^by=Resales\.number is a column of resales, not of tickets$"):
        select(Ticket).belonging_to(Seat(1, 2), by=Resales.number)


def test_by_is_looked_at_where_there_are_no_parents_too() -> None:
    with pytest.raises(QueryError, match=r"^by=Tickets\.id is no foreign key$"):
        select(Ticket).belonging_to([], by=Tickets.id)


def test_a_join_that_several_keys_could_make_names_the_condition_of_each() -> None:
    conditions = (
        r"on=\(Tickets\.hall == Seats\.hall\) & \(Tickets\.number == Seats\.number\) or "
        r"on=\(Tickets\.hall == Seats\.hall\) & \(Tickets\.spare == Seats\.number\)$"
    )
    with pytest.raises(QueryError, match=rf"^2 foreign keys join seats to tickets: say {conditions}"):
        from_(Tickets).inner_join(Seats)
    with pytest.raises(QueryError, match=rf"^2 foreign keys join tickets to seats: say {conditions}"):
        from_(Seats).left_join(Tickets)


def test_a_reference_that_names_nothing_is_refused_where_it_is_first_read() -> None:
    with pytest.raises(SchemaError, match=r"^sales\.lost: what it references cannot be found: .*'nothing'"):
        from_(Sales).inner_join(Tickets)
