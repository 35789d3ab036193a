"""A SELECT with its select list, whether it stands alone or inside another query: it can be a value and lock rows."""

from __future__ import annotations

from typing import Generic, Literal, Self

from ferra_sync._compiler.shapes import LockShape
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.typevars import App, G_co, R_co, S_co, Sel
from ferra_sync._query.clauses import Clauses
from ferra_sync._query.subquery import Subquery
from ferra_sync.errors import QueryError


class Selection(Clauses[Sel, App], Subquery[R_co, S_co, G_co], Generic[Sel, App, R_co, S_co, G_co]):
    """A SELECT whose rows are `R_co`."""

    __slots__ = ()

    def for_update(self, *, nowait: bool = False, skip_locked: bool = False) -> Self:
        """Lock the rows against writes and locks of others until the transaction ends.

        Where others have locked one, this waits; with `nowait` it is a `Db`, with `skip_locked` the row is left out.

        Raises:
            QueryError: both are asked for; or, when the query is compiled, it makes rows distinct, groups or aggregates
                them, or has an outer join.
        """
        return self._with(lock=LockShape("UPDATE", _wait(nowait=nowait, skip_locked=skip_locked)))

    def for_share(self, *, nowait: bool = False, skip_locked: bool = False) -> Self:
        """Lock the rows against writes of others, who may share the lock; else as `for_update`."""
        return self._with(lock=LockShape("SHARE", _wait(nowait=nowait, skip_locked=skip_locked)))


class CorrelatedSelect(Selection[Sel, App, R_co, S_co, Plain], Generic[Sel, App, R_co, S_co]):
    """A SELECT that names tables of the query around it, S, and is no query without that."""

    __slots__ = ()


def _wait(*, nowait: bool, skip_locked: bool) -> Literal["NOWAIT", "SKIP LOCKED"] | None:
    if nowait and skip_locked:
        raise QueryError("rows that are locked are an error or are left out: nowait or skip_locked, not both")
    if nowait:
        return "NOWAIT"
    return "SKIP LOCKED" if skip_locked else None
