"""FROM: a table and its joins, and its groups, before anything is selected.

A LEFT JOIN adds nothing to `Sel`, so that a bare column or model of the nullable side does not type-check; `maybe(…)`
and `.nullable()` do, for `select` takes `Opt[App]` too.
"""

from __future__ import annotations

from typing import Any, Never, overload

from ferra_sync._expression.expression import Expr
from ferra_sync._expression.grouping import GroupingSets
from ferra_sync._expression.markers import In, Opt, Plain
from ferra_sync._expression.rows import Inner
from ferra_sync._expression.typevars import App, S, Sel
from ferra_sync._query.arity import Selecting, SelectingGroups
from ferra_sync._query.checks import check_predicates
from ferra_sync._query.correlated import Correlated
from ferra_sync._query.source import Source
from ferra_sync._schema.declaration import Joinable, TableClass
from ferra_sync._schema.table import TableT
from ferra_sync.errors import QueryError


class From(Selecting[Sel, App], Inner[Never, Never]):
    """FROM and its joins, before anything is selected."""

    __slots__ = ()

    def correlate(self, table: TableClass[In[S]]) -> Correlated[Sel | In[S], App | In[S], In[S]]:
        """Name a table of the query around this one: it becomes a subquery, whose clauses may name its columns.

        Raises:
            QueryError: the table, or another of its name, is in this query too.
        """
        return self._correlated(Correlated, table)

    def inner_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> From[Sel | In[S], App | In[S]]:
        """Join the rows that match; ON comes from the foreign key where `on` is not given.

        Raises:
            QueryError: the table is there already, or no foreign key or more than one leads to it.
        """
        return self._joined(From, "inner", table, on)

    def left_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> From[Sel, App | In[S]]:
        """Join the rows that match, and keep those on the left that match none."""
        return self._joined(From, "left", table, on)

    def right_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> From[In[S], App | In[S]]:
        """Join the rows that match, and keep those of `table` that match none: all before it becomes nullable."""
        return self._joined(From, "right", table, on)

    def full_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> From[Never, App | In[S]]:
        """Join the rows that match, and keep those of both sides that match none."""
        return self._joined(From, "full", table, on)

    def cross_join(self, table: Joinable[In[S], App]) -> From[Sel | In[S], App | In[S]]:
        """Join every row with every row."""
        return self._joined(From, "cross", table, None)

    def joins_alone(self, clause: str) -> Source:
        """Return its tables and joins, and its WITH; QueryError where it says more."""
        if self._said:
            raise QueryError(f"{clause} takes tables and joins, and this from_(…) says {', '.join(self._said)} too")
        return self._source

    @overload
    def group_by(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - there are no sets
        self, *keys: Expr[App | Opt[App], Any, Any, Plain]
    ) -> Grouped[Sel, App]: ...
    @overload
    def group_by(
        self, *keys: Expr[App | Opt[App], Any, Any, Plain] | GroupingSets[App | Opt[App]]
    ) -> Grouped[Never, App]: ...
    def group_by(self, *keys: Any) -> Grouped[Any, App]:
        """Make one row of all that share these values; then plain columns of the keys and aggregates may mix.

        Beside `rollup(…)`, `cube(…)` and `grouping_sets(…)` keys may be NULL: select them as `.nullable()`.
        """
        return self._grouped(Grouped, keys)

    def having(self, *predicates: Expr[App | Opt[App], bool, None, Any]) -> Grouped[Sel, App]:
        """Make one row of all rows, where all predicates hold for them, or none; what is selected is aggregates."""
        return self._as(Grouped).having(*predicates)


class Grouped(SelectingGroups[Sel, App], Inner[Never, Never]):
    """A GROUP BY."""

    __slots__ = ()

    def having(self, *predicates: Expr[App | Opt[App], bool, None, Any]) -> Grouped[Sel, App]:
        """Keep the groups for which all predicates hold."""
        check_predicates("having", predicates)
        return self._with(having=self._said.get("having", ()) + predicates)


@overload
def from_(table: type[TableT]) -> From[In[TableT], In[TableT]]: ...
@overload
def from_(table: Joinable[In[S], Never]) -> From[In[S], In[S]]: ...
def from_(table: Joinable[Any, Any]) -> From[Any, Any]:
    """Begin a SELECT from a table, or from rows that are made here; joins follow, and `.select(…)`."""
    return From(Source.of(table))
