"""A table whose rows a job counts up, and the works and queries that its workers import."""

from __future__ import annotations

import os
from typing import Any

import attrs

from ferra_sync import FerraModel, Select, Table, Transaction, select, update
from ferra_sync import types as t


class Counted(Table):
    id = t.integer(primary_key=True)
    times = t.integer(default=0)
    by = t.integer(default=0)


@attrs.define
class CountedRow(FerraModel[Counted]):
    id: int
    times: int


def counted(count: int) -> str:
    return f"TRUNCATE counted; INSERT INTO counted SELECT n FROM generate_series(1, {count}) AS n"


def all_rows() -> Select[Any, Any, CountedRow]:
    return select(CountedRow)


def count_up(tx: Transaction, batch: list[CountedRow]) -> None:
    ids = [row.id for row in batch]
    tx.execute(
        update(Counted)
        .where(Counted.id.is_in(ids))
        .set(Counted.times.to(Counted.times + 1), Counted.by.to(os.getpid()))
    )


def fail_at_13(tx: Transaction, batch: list[CountedRow]) -> None:
    count_up(tx, batch)
    if any(row.id == 13 for row in batch):
        raise ValueError("13 is a secret")


def die_at_13(tx: Transaction, batch: list[CountedRow]) -> None:
    count_up(tx, batch)
    if any(row.id == 13 for row in batch):
        os._exit(7)


def all_rows_up_to(last: int) -> Select[Any, Any, CountedRow]:
    return select(CountedRow).where(Counted.id <= last)


def rows_of_a_process() -> Select[Any, Any, CountedRow]:
    """Another query in each process."""
    return select(CountedRow).where(Counted.id > -os.getpid())
