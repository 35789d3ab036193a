"""A SELECT with its select list, whether it stands alone or inside another query: it can be a value and lock rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Literal, Self, TypeAlias

from ferra_sync._compiler.shapes import LockShape, Strength
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.typevars import App, G_co, R_co, S_co, Sel
from ferra_sync._query.checks import table_of
from ferra_sync._query.clauses import Clauses
from ferra_sync._query.subquery import Subquery
from ferra_sync._schema.declaration import TableClass
from ferra_sync.errors import QueryError

Locked: TypeAlias = "TableClass[App] | Sequence[TableClass[App]] | None"
"""A table of the query, or several; None: all of them."""


class Selection(Clauses[Sel, App], Subquery[R_co, S_co, G_co], Generic[Sel, App, R_co, S_co, G_co]):
    """A SELECT whose rows are `R_co`."""

    __slots__ = ()

    def for_update(self, *, of: Locked[App] = None, nowait: bool = False, skip_locked: bool = False) -> Self:
        """Lock the rows against writes and locks of others until the transaction ends.

        Where others have locked one, this waits; with `nowait` it is a `Db`, with `skip_locked` the row is left out.
        With `of` the rows of these tables alone are locked, and further locks may be of others; without, a lock stands
        in for those before it.

        Raises:
            QueryError: both are asked for, or `of` is no table of the query; or, when the query is compiled, it makes
                rows distinct, groups or aggregates them, or locks the nullable side of an outer join.
        """
        return self._locking("UPDATE", of, nowait=nowait, skip_locked=skip_locked)

    def for_no_key_update(self, *, of: Locked[App] = None, nowait: bool = False, skip_locked: bool = False) -> Self:
        """Lock the rows as an UPDATE of no key does: others may still reference them; else as `for_update`."""
        return self._locking("NO KEY UPDATE", of, nowait=nowait, skip_locked=skip_locked)

    def for_share(self, *, of: Locked[App] = None, nowait: bool = False, skip_locked: bool = False) -> Self:
        """Lock the rows against writes of others, who may share the lock; else as `for_update`."""
        return self._locking("SHARE", of, nowait=nowait, skip_locked=skip_locked)

    def for_key_share(self, *, of: Locked[App] = None, nowait: bool = False, skip_locked: bool = False) -> Self:
        """Lock the rows as a reference to them does, against DELETE and other keys; else as `for_update`."""
        return self._locking("KEY SHARE", of, nowait=nowait, skip_locked=skip_locked)

    def _locking(self, strength: Strength, of: object, *, nowait: bool, skip_locked: bool) -> Self:
        lock = LockShape(strength, _wait(nowait=nowait, skip_locked=skip_locked), self._locked(strength, of))
        others = [each for each in self._said.get("locks", ()) if each.of and not set(each.of) <= set(lock.of)]
        return self._with(locks=(*others, lock) if lock.of else (lock,))

    def _locked(self, strength: Strength, of: object) -> tuple[TableRef, ...]:
        if of is None:
            return ()
        clause = f"for_{strength.lower().replace(' ', '_')}"
        given: Sequence[Any] = of if isinstance(of, Sequence) else (of,)
        tables = tuple(dict.fromkeys(table_of(clause, each).ref for each in given))
        for table in tables:
            if all(known.ref is not table for known in self._source.tables):
                raise QueryError(f"{clause} locks tables of the query, and {table} is none of them")
            if table.is_derived:
                raise QueryError(f"{clause} locks rows of tables, and {table} is none: lock inside the query of it")
        if not tables:
            raise QueryError(f"{clause} takes of=… with at least one table, or no of, for all tables of the query")
        return tables


class CorrelatedSelect(Selection[Sel, App, R_co, S_co, Plain], Generic[Sel, App, R_co, S_co]):
    """A SELECT that names tables of the query around it, S, and is no query without that."""

    __slots__ = ()


def _wait(*, nowait: bool, skip_locked: bool) -> Literal["NOWAIT", "SKIP LOCKED"] | None:
    if nowait and skip_locked:
        raise QueryError("rows that are locked are an error or are left out: nowait or skip_locked, not both")
    if nowait:
        return "NOWAIT"
    return "SKIP LOCKED" if skip_locked else None
