"""`claim`: rows of a queue, locked or leased."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from ferra_sync._database.runner import Runner, prepared
from ferra_sync._expression.described import described
from ferra_sync._expression.typevars import R
from ferra_sync._postgres.statement import statement_of
from ferra_sync._query.claim import Lease, claimable
from ferra_sync._query.select import Select
from ferra_sync.errors import QueryError


def claimed(runner: Runner, query: Select[Any, Any, R], rows: int, lease: Lease[Any] | None) -> list[R]:
    """Do what `Executor.claim` says."""
    if lease is None:
        if not runner._keeps_locks:
            raise QueryError("without a lease rows are claimed until a transaction ends: say tx.claim(…), or lease=…")
        return runner._rows(*prepared(claimable(query, rows)))
    if not isinstance(lease, Lease):
        raise QueryError(f"lease takes a Lease, not {described(lease)}")
    shape, params = lease.claiming(query, rows)
    pairs = runner._rows(statement_of(shape), params)
    return [row for row, _ in sorted(pairs, key=itemgetter(1))]
