"""Derived tables: classes whose rows a query makes, a function, or the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal, Never, Self, overload

from ferra_sync._compiler.derived import CYCLE_PATH, IS_CYCLE, SEARCH_ORDER
from ferra_sync._compiler.shapes import CompoundShape, CteShape, DerivedShape, SetOperator, ValuesShape
from ferra_sync._expression.column import Column
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import In, Plain
from ferra_sync._expression.operators import listing
from ferra_sync._expression.rows import Rows
from ferra_sync._expression.set_returning import SetReturning
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typevars import R, S
from ferra_sync._query.checks import advice, named
from ferra_sync._query.fitting import as_declared, check_function, check_query, returned_rows
from ferra_sync._query.from_item import Cte, DerivedRows, RecursiveCte
from ferra_sync._query.query import RowQuery
from ferra_sync._query.search import Search, cycle_shape, search_shape
from ferra_sync._query.selection import CorrelatedSelect
from ferra_sync._query.set_operations import Combinable
from ferra_sync._query.subquery import Subquery
from ferra_sync._schema.table import Relation, TableMeta, declare
from ferra_sync.errors import QueryError, SchemaError

_OPTIONS: Final = frozenset({"name", "secret", "references"})
"""What a column that a query makes can have of a table's."""

_OPERATORS: Final[dict[str, SetOperator]] = {"all": "UNION ALL", "distinct": "UNION"}


class Derived(Relation):
    """Rows that a query makes, used as a table: `class Counts(Derived)` declares its columns, in the query's order.

    `Counts.of(query)` stands in FROM, `Counts.cte(query)` in WITH; the class itself names the columns, as
    `Counts.posts`, and, inside a statement whose WITH has it, the table. Columns have the options `name`, `secret` and
    `references`, which gives joins their ON. A `FerraModel[Counts]` reads its rows.

    Raises:
        SchemaError: when the class is made, and what it declares cannot be.
    """

    def __init_subclass__(cls, *, name: str | None = None, alias: str | None = None) -> None:
        super().__init_subclass__()
        declare(cls, Derived, name=name, alias=alias)
        for attribute, declaration in cls.__ferra_table__.declarations.items():
            others = [
                *(declaration.options.keys() - _OPTIONS),
                *([declaration.generated] if declaration.generated else []),
            ]
            if others:
                raise SchemaError(f"{cls.__name__}.{attribute} is made by a query, which has no {others[0]}")
        if cls.__constraints__():
            raise SchemaError(f"{cls.__name__} is made by a query, which has no constraints")

    @overload
    @classmethod
    def of(cls, rows: Combinable[Any, Any]) -> DerivedRows[In[Self], Never]: ...
    @overload
    @classmethod
    def of(cls, rows: SetReturning[S, Any, Any], *, ordinality: bool = False) -> DerivedRows[In[Self], S]: ...
    @overload
    @classmethod
    def of(cls, rows: Expr[S, Any, Any, Plain], *, ordinality: bool = False) -> DerivedRows[In[Self], S]: ...
    @classmethod
    def of(cls, rows: object, *, ordinality: bool = False) -> DerivedRows[Any, Any]:
        """Return the rows of a query in FROM; or of a function, which may take columns of the tables before it.

        A function that has no name in `fn` is declared by `fn.function`, with the type of its one column.
        `ordinality`: a last column numbers the rows of the function, from 1.

        Raises:
            QueryError: the columns are not those that the class declares, by number, type or nullability.
        """
        meta = cls.__ferra_table__
        if isinstance(rows, Expr):
            rows = returned_rows(cls.__name__, rows)
        if isinstance(rows, SetReturning):
            check_function(meta, rows.shape, rows.columns, ordinality=ordinality)
            return DerivedRows(DerivedShape(meta.ref, rows.shape, ordinality=ordinality), rows.params)
        if not isinstance(rows, Combinable):
            raise QueryError(f"{cls.__name__}.of takes a SELECT, a set operation or a function of rows, {_not(rows)}")
        shape, params = rows.parts()
        check_query(meta, shape, params)
        return DerivedRows(DerivedShape(meta.ref, shape), params)

    @classmethod
    def lateral(cls, query: Rows[Any, S, Any]) -> DerivedRows[In[Self], S]:
        """Return the rows of a query in FROM that is asked anew for each row of the tables that it is correlated to.

        Raises:
            QueryError: the columns are not those that the class declares, by number, type or nullability.
        """
        if not isinstance(query, Subquery):
            raise QueryError(f"{cls.__name__}.lateral takes a SELECT or a set operation, {_not(query)}")
        meta = cls.__ferra_table__
        shape, params = query.parts()
        check_query(meta, shape, params)
        return DerivedRows(DerivedShape(meta.ref, shape, lateral=True), params)

    @classmethod
    def values(cls, rows: Iterable[Sequence[object]]) -> DerivedRows[In[Self], Never]:
        """Return rows that the caller gives, each a value for every column: one shape for any number of them.

        Raises:
            QueryError: a row has more or fewer values, or one of another type.
        """
        meta = cls.__ferra_table__
        columns = list(meta.attributes.values())
        if not isinstance(rows, Iterable) or isinstance(rows, (str, bytes)):
            raise QueryError(f"{cls.__name__}.values takes a list of rows, {_not(rows)}")
        given = list(rows)
        for row in given:
            if not isinstance(row, (tuple, list)):
                raise QueryError(f"{cls.__name__}.values takes rows as tuples, not {named(row)}")
            if len(row) != len(columns):
                raise QueryError(f"{cls.__name__} has {len(columns)} columns; a row of its values has {len(row)}")
        by_column = zip(*given, strict=True) if given else ((),) * len(columns)
        pairs = [_listed(column, list(values)) for column, values in zip(columns, by_column, strict=True)]
        arrays, params = zip(*pairs, strict=True)
        return DerivedRows(DerivedShape(meta.ref, ValuesShape(arrays)), params)

    @classmethod
    def cte(cls, query: RowQuery[Any], *, materialized: bool | None = None) -> Cte[In[Self]]:
        """Return the rows of a query in WITH, or of an INSERT, UPDATE or DELETE that returns some.

        `materialized`: whether it is run once and kept, or is part of the query that reads it; None: as PostgreSQL
        thinks best.

        Raises:
            QueryError: the columns are not those that the class declares, by number, type or nullability.
        """
        meta = _own(cls)
        if not isinstance(query, RowQuery):
            raise QueryError(
                f"{cls.__name__}.cte takes a SELECT, a set operation or what says .returning(…), {_not(query)}"
            )
        if materialized is not None and not isinstance(materialized, bool):
            raise QueryError(f"materialized is True, False or None, not {named(materialized)}")
        shape, params = query.parts()
        check_query(meta, shape, params)
        return Cte(CteShape(meta.ref, shape, materialized=materialized), params)

    @classmethod
    def recursive(
        cls,
        start: Combinable[Any, R],
        step: Callable[[type[Self]], Combinable[Any, R]],
        *,
        union: Literal["all", "distinct"] = "all",
        search: Search[In[Self]] | None = None,
        cycle: Sequence[Column[In[Self], Any, Any]] = (),
    ) -> RecursiveCte[In[Self]]:
        """Return the rows of a query in WITH RECURSIVE: those of `start`, and over again what `step` makes of them.

        Args:
            start: the first rows.
            step: makes the query of the next rows, which reads the last ones by the class that it is given.
            union: whether a row that was there already comes again.
            search: `depth_first(…)` or `breadth_first(…)`; then `search_order` sorts the rows so.
            cycle: columns; a row that repeats their values on its way is `is_cycle`, and nothing is made of it.

        Raises:
            QueryError: the columns are not those that the class declares, by number, type or nullability.
        """
        meta = _own(cls)
        _check_added(meta)
        if union not in _OPERATORS:
            raise QueryError('union is "all" or "distinct"')
        parts = []
        for query in (start, step(cls)):
            if not isinstance(query, Combinable):
                raise QueryError(f"{cls.__name__}.recursive takes SELECTs or set operations, {_not(query)}")
            shape, params = query.parts()
            check_query(meta, shape, params)
            parts.append((as_declared(meta, shape), params))
        (first, values), (then, more) = parts
        rows = CompoundShape(operator=_OPERATORS[union], parts=(first, then))
        found = CteShape(
            meta.ref,
            rows,
            is_recursive=True,
            search=search_shape(search, meta.ref),
            cycle=cycle_shape(tuple(cycle), meta.ref),
        )
        return RecursiveCte(found, values + more)


def _not(given: object) -> str:
    """Return what was given instead of a query, and what to do about it."""
    if isinstance(given, CorrelatedSelect):
        return "not a correlated one: say .lateral(…)"
    return f"not {named(given)}{advice(given)}"


def _own(cls: type[Derived]) -> TableMeta:
    """Return what a class says of itself; QueryError for an alias, for WITH has names of its own."""
    meta = cls.__ferra_table__
    if meta.ref.alias is not None:
        declared = meta.ref.declared_by.__name__
        raise QueryError(f"{cls.__name__} is an alias: say {declared}.cte(…), and join the class {cls.__name__}")
    return meta


def _check_added(table: TableMeta) -> None:
    """Raise QueryError where a column has the name of one that SEARCH or CYCLE adds."""
    for column in table.attributes.values():
        if column.name in {SEARCH_ORDER, IS_CYCLE, CYCLE_PATH}:
            raise QueryError(f"{column.ref}: a recursive query may add a column of that name itself: say name=…")


def _listed(column: Column[Any, Any, Any], values: list[Any]) -> tuple[SqlType[Any], list[Any]]:
    """Return the array of a column's values; QueryError where one of them is no value of the column."""
    if not column.nullable_in_table and any(value is None for value in values):
        raise QueryError(f"{column.ref} is never NULL, and a row has None there: declare t.nullable(…)")
    array, listed = listing(column, values, nulls=column.nullable_in_table)
    if array is not column.type.parameter.array:
        raise QueryError(f"{column.ref}: the list holds a number that {column.type} has not")
    return array, listed
