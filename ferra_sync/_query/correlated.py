"""FROM inside another query, some of whose tables it names: `from_(Posts).correlate(Users)`.

It is no query alone: a class of its own, which neither a verb nor a derived table takes. What it selects is an
expression over those tables, and fits where they are.
"""

from __future__ import annotations

from typing import Any, Generic, overload

from ferra_sync._expression.expression import Expr
from ferra_sync._expression.grouping import GroupingSets
from ferra_sync._expression.markers import In, Opt, Plain
from ferra_sync._expression.typevars import App, S, S_co, Sel
from ferra_sync._query.checks import check_predicates
from ferra_sync._query.correlated_arity import SelectingInner, SelectingInnerGroups
from ferra_sync._schema.declaration import Joinable, TableClass


class Correlated(SelectingInner[Sel, App, S_co], Generic[Sel, App, S_co]):
    """FROM and its joins inside a query of the tables S, before anything is selected."""

    __slots__ = ()

    def correlate(self, table: TableClass[In[S]]) -> Correlated[Sel | In[S], App | In[S], S_co | In[S]]:
        """Name one more table of the query around it."""
        return self._correlated(Correlated, table)

    def inner_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> Correlated[Sel | In[S], App | In[S], S_co]:
        """Join the rows that match; ON comes from the foreign key where `on` is not given."""
        return self._joined(Correlated, "inner", table, on)

    def left_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> Correlated[Sel, App | In[S], S_co]:
        """Join the rows that match, and keep those on the left that match none."""
        return self._joined(Correlated, "left", table, on)

    def right_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> Correlated[S_co | In[S], App | In[S], S_co]:
        """Join the rows that match, and keep those of `table` that match none: all before it becomes nullable."""
        return self._joined(Correlated, "right", table, on)

    def full_join(
        self, table: Joinable[In[S], App], *, on: Expr[App | In[S] | Opt[App | In[S]], bool, None, Plain] | None = None
    ) -> Correlated[S_co, App | In[S], S_co]:
        """Join the rows that match, and keep those of both sides that match none."""
        return self._joined(Correlated, "full", table, on)

    def cross_join(self, table: Joinable[In[S], App]) -> Correlated[Sel | In[S], App | In[S], S_co]:
        """Join every row with every row."""
        return self._joined(Correlated, "cross", table, None)

    @overload
    def group_by(  # pyright: ignore[reportOverlappingOverload] - there are no sets
        self, *keys: Expr[App | Opt[App], Any, Any, Plain]
    ) -> CorrelatedGroups[Sel, App, S_co]: ...
    @overload
    def group_by(
        self, *keys: Expr[App | Opt[App], Any, Any, Plain] | GroupingSets[App | Opt[App]]
    ) -> CorrelatedGroups[S_co, App, S_co]: ...
    def group_by(self, *keys: Any) -> CorrelatedGroups[Any, App, S_co]:
        """Make one row of all that share these values; then plain columns of the keys and aggregates may mix."""
        return self._grouped(CorrelatedGroups, keys)


class CorrelatedGroups(SelectingInnerGroups[Sel, App, S_co], Generic[Sel, App, S_co]):
    """A GROUP BY inside another query."""

    __slots__ = ()

    def having(self, *predicates: Expr[App | Opt[App], bool, None, Any]) -> CorrelatedGroups[Sel, App, S_co]:
        """Keep the groups for which all predicates hold."""
        check_predicates("having", predicates)
        return self._with(having=self._said.get("having", ()) + predicates)
