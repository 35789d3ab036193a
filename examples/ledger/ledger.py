"""Accounts and what moves between them: a project whose tests use the fixtures of ferra_sync's pytest plugin."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs
from attrs.validators import ge

from ferra_sync import (
    SERVER_DEFAULT,
    Constraint,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    Table,
    check,
    from_,
    insert_into,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Accounts(Table):
    id = t.identity(primary_key=True)
    owner = t.varchar(50, unique=True)
    balance = t.numeric(12, 2)

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (check(cls.balance >= Decimal(0), name="accounts_balance_not_negative"),)


class Entries(Table):
    id = t.identity(primary_key=True)
    account_id = t.bigint(references=Accounts.id, index=True)
    amount = t.numeric(12, 2)


@attrs.define
class Account(FerraModel[Accounts]):
    owner: str
    balance: Decimal = attrs.field(default=Decimal(0), validator=ge(Decimal(0)))
    id: int = SERVER_DEFAULT


@attrs.define
class Entry(FerraModel[Entries]):
    account_id: int
    amount: Decimal
    id: int = SERVER_DEFAULT


class NotEnoughError(Exception):
    """There is less in the account than was to be taken from it."""


def transfer(db: Database, source: int, target: int, amount: Decimal) -> None:
    """Move an amount, and write it down on both sides; NotEnoughError where the source has less."""
    try:
        with db.transaction() as tx:
            for account, change in ((source, -amount), (target, amount)):
                tx.execute(update(Accounts).find(account).set(Accounts.balance.to(Accounts.balance + change)))
            tx.execute(insert_into(Entries).values(Entry(source, -amount), Entry(target, amount)))
    except Db as error:
        if error.kind is not DbErrorKind.CHECK_VIOLATION:
            raise
        raise NotEnoughError(source) from None


def statements(db: Database) -> dict[str, list[Decimal]]:
    """Return the amounts of each owner's entries, in their order: one query, however many owners there are."""
    pairs = db.fetch_all(
        from_(Entries).inner_join(Accounts).order_by(Entries.id).select(Accounts.owner, Entries.amount)
    )
    found: dict[str, list[Decimal]] = {}
    for owner, amount in pairs:
        found.setdefault(owner, []).append(amount)
    return found


def total(db: Database) -> Decimal:
    """Return what is in all accounts together."""
    return db.fetch_value(from_(Accounts).select(fn.coalesce(fn.sum(Accounts.balance), Decimal(0))))
