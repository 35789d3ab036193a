"""What a SELECT reads from: a table, and the tables joined to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

from ferra_sync._compiler.shapes import CteShape, DerivedShape, JoinShape, PartShape
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.references import ColumnRef, TableRef, is_same_table
from ferra_sync._expression.shapes import AND, binary, operation
from ferra_sync._query.checks import spelled, table_of
from ferra_sync._query.from_item import Cte, DerivedRows, FromItem, with_more
from ferra_sync._query.table_part import TablePart
from ferra_sync._schema.constraints import ForeignKey
from ferra_sync._schema.declaration import Joinable, TableClass
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError

How: TypeAlias = Literal["inner", "left", "right", "full", "cross"]


class Source(NamedTuple):
    """A table and its joins, or nothing.

    Attributes:
        tables: what is joined so far, the first one first; a SELECT without FROM has none.
        joins: their shapes, without the first.
        params: the values in the ON clauses.
        is_one_row_each: whether no join can repeat a row of the first table.
        outer: the tables of the query around it that it names.
        ctes, cte_params: the queries in WITH, and their values.
        derived, derived_params: the rows that are made in FROM, and their values.
        parts, part_params: the tables that are not read whole, and the values of these.
    """

    tables: tuple[TableMeta, ...]
    joins: tuple[JoinShape, ...] = ()
    params: tuple[Any, ...] = ()
    is_one_row_each: bool = True
    outer: tuple[TableRef, ...] = ()
    ctes: tuple[CteShape, ...] = ()
    cte_params: tuple[Any, ...] = ()
    derived: tuple[DerivedShape, ...] = ()
    derived_params: tuple[Any, ...] = ()
    parts: tuple[PartShape, ...] = ()
    part_params: tuple[Any, ...] = ()

    @classmethod
    def of(cls, table: Joinable[Any, Any]) -> Source:
        """Return a source of one table; QueryError where it is none."""
        source = cls((table_of("from_", table),))
        return source._making(table) if isinstance(table, FromItem) else source

    @property
    def root(self) -> TableMeta:
        """The first table; QueryError where there is none."""
        if not self.tables:
            raise QueryError("this query reads no table: begin with from_(…)")
        return self.tables[0]

    def joined(self, how: How, table: Joinable[Any, Any], on: AnyExpr | None) -> Source:
        """Return this source with one more table, `on` from the foreign key where it is not given.

        Raises:
            QueryError: the table is there already, or no foreign key or more than one leads to it.
        """
        added = self._new(f"{how}_join", "join", table)
        _ = self.root  # Without one there is nothing to join.
        to_one = False
        params: tuple[Any, ...] = ()
        shape: Any = None
        if on is not None:
            shape, params = on.shape, on.params
        elif how != "cross" and not (isinstance(table, DerivedRows) and table.shape.is_dependent):
            shape, to_one = _on(self.tables, added)
        source = Source(  # `_replace` takes three times as long.
            (*self.tables, added),
            (*self.joins, JoinShape(how, added.ref, shape)),
            self.params + params,
            self.is_one_row_each and to_one and how in {"inner", "left"},
            *self[4:],
        )
        return source._making(table) if isinstance(table, FromItem) else source

    def correlated(self, table: TableClass[Any]) -> Source:
        """Return this source inside a query of `table`, whose columns it may name.

        Raises:
            QueryError: the table is there already.
        """
        return self._replace(outer=(*self.outer, self._new("correlate", "correlate", table).ref))

    def with_queries(self, ctes: tuple[Cte[Any], ...]) -> Source:
        """Return this source with more queries in WITH.

        Raises:
            QueryError: one is none, or one of its name is there already.
        """
        shapes, params = with_more(self.ctes, ctes)
        return self._replace(ctes=shapes, cte_params=self.cte_params + params)

    def with_shapes(self, ctes: tuple[CteShape, ...], params: tuple[Any, ...]) -> Source:
        """Return this source with the WITH of another before its own; QueryError where a name is in both."""
        names = {cte.table.name for cte in ctes}
        for cte in self.ctes:
            if cte.table.name in names:
                raise QueryError(f"{cte.table} is in WITH already: name the class where its rows are read again")
        return self._replace(ctes=ctes + self.ctes, cte_params=params + self.cte_params)

    def _making(self, table: FromItem[Any, Any]) -> Source:
        """Return this source with the query of `table`, whose rows it makes, or with what it reads of a table."""
        if isinstance(table, DerivedRows):
            return self._replace(
                derived=(*self.derived, table.shape), derived_params=self.derived_params + table.params
            )
        if isinstance(table, TablePart):
            return self._replace(parts=(*self.parts, table.shape), part_params=self.part_params + table.params)
        return self.with_queries((table,)) if isinstance(table, Cte) else self

    def _new(self, clause: str, verb: str, table: object) -> TableMeta:
        """Return what a table says of itself; QueryError where one of that name is there already."""
        added = table_of(clause, table)
        name = added.ref.qualifier
        if any(name == each.ref.qualifier for each in self.tables) or any(
            name == each.qualifier for each in self.outer
        ):
            owner = added.ref.owner.__name__
            raise QueryError(f"{added.ref} is in this query already: {verb} an alias of it, class …({owner}, alias=…)")
        return added


@lru_cache(maxsize=1024)
def _on(tables: tuple[TableMeta, ...], added: TableMeta) -> tuple[tuple[Any, ...], bool]:
    """Return the ON of the one foreign key between `tables` and `added`, and whether it leads to `added`."""
    found = [(key, True) for known in tables for key in _keys(known, added)]
    found += [(key, False) for known in tables for key in _keys(added, known)]
    names = ", ".join(str(known.ref) for known in tables)
    if not found:
        raise QueryError(f"no foreign key joins {added.ref} to {names}: say on=…")
    if len(found) > 1:
        choices = " or ".join(f"on={_condition(pairs)}" for pairs, _ in found)
        raise QueryError(f"{len(found)} foreign keys join {added.ref} to {names}: say {choices}")
    pairs, to_one = found[0]
    equal = [binary("=", left, right) for left, right in pairs]
    return (equal[0] if len(equal) == 1 else operation(AND, *equal)), to_one


def _condition(pairs: tuple[tuple[ColumnRef, ColumnRef], ...]) -> str:
    equal = [f"{spelled(left)} == {spelled(right)}" for left, right in pairs]
    return equal[0] if len(equal) == 1 else " & ".join(f"({each})" for each in equal)


def _keys(child: TableMeta, parent: TableMeta) -> Iterator[tuple[tuple[ColumnRef, ColumnRef], ...]]:
    """Yield the columns, pair by pair, of each foreign key of `child` that references `parent`."""
    for key in child.foreign_keys:
        if is_same_table(key.targets[0].ref.table, parent.ref):
            yield tuple(_pairs(key, parent))


def _pairs(key: ForeignKey[Any], parent: TableMeta) -> Iterator[tuple[ColumnRef, ColumnRef]]:
    for column, target in zip(key.columns, key.targets, strict=True):
        yield column.ref, column_named(parent, target.ref.name)


def column_named(table: TableMeta, name: str) -> ColumnRef:
    """Return the column of this name, of the table itself or of its alias."""
    return next(column.ref for column in table.attributes.values() if column.name == name)
