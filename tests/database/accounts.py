"""Two accounts, and what is asked of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from tables import truncate

from ferra_sync import SERVER_DEFAULT, FerraModel, PgRepository, Table, Transaction, from_, insert_into, select
from ferra_sync import functions as fn
from ferra_sync import types as t


class Accounts(Table):
    id = t.serial(primary_key=True)
    owner = t.text(unique=True)
    balance = t.integer(default=0)


@attrs.define
class Account(FerraModel[Accounts]):
    owner: str
    balance: int = 0
    id: int = SERVER_DEFAULT


ROWS = f"{truncate(Accounts)}; INSERT INTO accounts (owner, balance) VALUES ('ann', 100), ('bob', 100)"
TOTAL = from_(Accounts).select(fn.sum(Accounts.balance))
OWNERS = select(Accounts.owner).order_by(Accounts.id)
ADD_CY = insert_into(Accounts).values(Account("cy"))


def setting(tx: Transaction, name: str) -> str:
    row = tx._acquire().execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return str(row[0])


USES: list[Callable[[Transaction], Any]] = [
    lambda tx: tx.fetch_all(OWNERS),
    lambda tx: tx.fetch_one(OWNERS),
    lambda tx: tx.fetch_optional(OWNERS),
    lambda tx: tx.fetch_value(TOTAL),
    lambda tx: tx.fetch_page(select(Account)),
    lambda tx: tx.execute(ADD_CY),
    lambda tx: list(tx.stream(OWNERS)),
    lambda tx: list(tx.batches(select(Account))),
    lambda tx: tx.savepoint(),
    lambda tx: tx.commit(),
    lambda tx: tx.rollback(),
    lambda tx: PgRepository(Account, tx).insert_many([Account("cy")]),
    lambda tx: PgRepository(Account, tx).copy_in([Account("cy")]),
]
