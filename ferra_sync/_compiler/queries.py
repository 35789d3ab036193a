"""Whole queries, and the queries inside them: in expressions, in FROM, in WITH, in set operations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from pypika.queries import Selectable
from pypika.terms import Term

from ferra_sync._compiler.checks import check_joins, check_select
from ferra_sync._compiler.compiled import Compiled, check_readable, finished
from ferra_sync._compiler.derived import (
    ADDED,
    SEARCH_ORDER,
    DerivedTable,
    TablePart,
    cte_term,
    function_rows,
    values_term,
    with_queries,
)
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.multisets import multiset_term
from ferra_sync._compiler.recursion import check_recursive
from ferra_sync._compiler.select import condition, select_builder
from ferra_sync._compiler.selected import selected_by
from ferra_sync._compiler.set_operations import compound_term
from ferra_sync._compiler.shapes import (
    CompoundShape,
    CteShape,
    DeleteShape,
    DerivedShape,
    FromShape,
    InsertShape,
    PartShape,
    RowsShape,
    SelectShape,
    UpdateShape,
    ValuesShape,
    WriteShape,
)
from ferra_sync._compiler.terms import Joined, Subquery
from ferra_sync._compiler.write import delete_builder, insert_builder, update_builder
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError


class QueryLowering(Lowering):
    """Lowers the expressions of one statement, and the queries inside them.

    A query sees the WITH of those around it, each name from where it is made on.
    """

    def __init__(
        self, tables: Iterable[TableRef] = (), outer: Collection[TableRef] = (), *, around: QueryLowering | None = None
    ) -> None:
        """Lower a query over `tables`, inside the statement `around` it."""
        super().__init__(tables, outer, around=around)
        self._ctes: dict[str, CteShape] = {} if around is None else dict(around._ctes)
        self._later: frozenset[str] = frozenset() if around is None else around._later
        self._depth: int = 0 if around is None else around._depth + 1
        self.excludes = False

    def subquery(self, statement: object) -> Term:
        if isinstance(statement, (SelectShape, CompoundShape)):
            return Subquery(self.rows(statement))
        return super().subquery(statement)

    def multiset(self, statement: object) -> Term:
        if isinstance(statement, (SelectShape, CompoundShape)):
            return multiset_term(Subquery(self.rows(statement)), selected_by(statement).columns)
        return super().multiset(statement)

    def table(self, ref: TableRef) -> Selectable:
        """Return the term of a table in FROM.

        Raises:
            QueryError: a derived table has no query here, or a table has the name of a query in WITH.
        """
        term = super().table(ref)
        if isinstance(term, DerivedTable):
            return term
        cte = self._ctes.get(ref.name) if ref.schema is None else None
        if ref.schema is None and ref.name in self._later:
            raise QueryError(f"{ref} would be the query of that name in WITH RECURSIVE: with_(…) it before this one")
        owner = ref.declared_by
        named = None if cte is None else cte.table.declared_by
        if ref.is_derived and named is not owner:
            raise QueryError(
                f"no query makes the rows of {ref} here: say from_({owner.__name__}.of(…)), "
                f"or {owner.__name__}.cte(…) here or around"
            )
        if not ref.is_derived and named is not None:
            raise QueryError(
                f'{ref} would be the query of that name in WITH: class {named.__name__}(Derived, name="…")'
            )
        return term

    def _spelled(self, ref: ColumnRef) -> str:
        if ref.name in ADDED and all(each.ref is not ref for each in table_meta(ref.table.owner).attributes.values()):
            cte = None if isinstance(self._tables.get(ref.table), DerivedTable) else self._ctes.get(ref.table.name)
            if cte is None or not (cte.search if ref.name == SEARCH_ORDER else cte.cycle):
                raise QueryError(f"{ref}: another query makes the rows of {ref.table} here, which adds no such column")
        return super()._spelled(ref)

    def rows(self, shape: RowsShape, *, binary: bool = False) -> Any:  # noqa: ANN401 - PyPika's builder, or a term
        """Return what makes the rows of a query inside this statement, or of the statement itself.

        Raises:
            QueryError: it cannot mean anything.
        """
        inside = QueryLowering(shape.tables, shape.outer, around=self)
        ctes = inside._with(shape.ctes)
        if isinstance(shape, CompoundShape):
            rows: Any = compound_term(shape, inside, inside.rows)
        else:
            check_select(shape)
            inside._derive(shape.derived)
            inside._take_parts(shape.parts)
            rows = select_builder(shape, inside, binary=binary)
        return with_queries(shape.ctes, ctes, rows)

    def write(self, shape: WriteShape, *, binary: bool = False) -> Any:  # noqa: ANN401 - PyPika's builder, or a term
        """Return what an INSERT, UPDATE or DELETE is; QueryError where it cannot mean anything."""
        source = None if isinstance(shape, InsertShape) else shape.source
        inside = QueryLowering((shape.table, *(() if source is None else source.tables)), around=self)
        ctes = inside._with(shape.ctes)
        match shape:
            case InsertShape():
                rows = None if shape.query is None else inside.rows(shape.query)
                builder = insert_builder(shape, inside, rows=rows, binary=binary)
            case UpdateShape():
                builder = update_builder(shape, inside, inside._from(source), binary=binary)
            case DeleteShape():
                builder = delete_builder(shape, inside, inside._from(source), binary=binary)
        return with_queries(shape.ctes, ctes, builder)

    def _from(self, source: FromShape | None) -> Selectable | None:
        """Return what an UPDATE or a DELETE reads beside its own table."""
        if source is None:
            return None
        check_joins(source.table, source.joins, source.derived)
        self._derive(source.derived)
        self._take_parts(source.parts)
        joins = [
            (join.how.upper(), self.table(join.table), None if join.how == "cross" else condition(join, self))
            for join in source.joins
        ]
        return Joined(self.table(source.table), joins)

    def _with(self, ctes: Sequence[CteShape]) -> list[Term]:
        names = [cte.table.name for cte in ctes]
        is_recursive = any(cte.is_recursive for cte in ctes)
        around, terms = self._later, []
        for number, cte in enumerate(ctes):
            if cte.table.name in names[:number]:
                raise QueryError(f"{cte.table} is in WITH twice: give one of them a class of its own")
            # WITH RECURSIVE lets each of its queries name itself and the later ones, whatever has that name around.
            self._later = around.union(names[number + cte.is_recursive :] if is_recursive else ())
            terms.append(self._cte(cte))
            around -= {cte.table.name}
        self._later = around
        return terms

    def _cte(self, shape: CteShape) -> Term:
        if shape.is_recursive:
            check_recursive(shape)
            self._ctes[shape.table.name] = shape
        rows = (
            self.rows(shape.rows)
            if isinstance(shape.rows, (SelectShape, CompoundShape))
            else self._inner_write(shape.rows)
        )
        self._ctes[shape.table.name] = shape
        return cte_term(shape, rows)

    def _inner_write(self, shape: WriteShape) -> Any:  # noqa: ANN401 - PyPika's builder
        """Return a write in WITH, which stands in the statement's own and in no other."""
        if self._depth > 1:
            raise QueryError(
                f"a write stands in the WITH of the whole statement: {shape.table} is written further inside"
            )
        return self.write(shape)

    def _take_parts(self, parts: Iterable[PartShape]) -> None:
        for part in parts:
            self._tables[part.table] = TablePart(part, self.terms(part.expressions()))

    def _derive(self, derived: Iterable[DerivedShape]) -> None:
        for each in derived:
            match each.rows:
                case SelectShape() | CompoundShape():
                    term: Term = Subquery(self.rows(each.rows))
                case ValuesShape(arrays=arrays):
                    term = values_term(self.terms(arrays), each.table)
                case call:
                    term = function_rows(self.term(call), each)
            self._tables[each.table] = DerivedTable(each, term)


def compile_rows(shape: RowsShape) -> Compiled:
    """Return the statement of a SELECT or of a set operation; QueryError where it cannot mean anything."""
    lowering, selected = QueryLowering(), selected_by(shape)
    # A cast of what psycopg cannot read in binary would make other values equal, and sort them by other rules.
    is_bound = isinstance(shape, CompoundShape) or shape.distinct == ()
    binary = not is_bound or all(sql_type.binary for _, sql_type in selected.columns)
    if not binary:
        check_readable(selected.columns)
    return finished(lowering.rows(shape, binary=binary), lowering, selected, binary=binary)


def compile_write(shape: WriteShape) -> Compiled:
    """Return the statement of an INSERT, UPDATE or DELETE; QueryError where it cannot mean anything."""
    lowering = QueryLowering()
    return finished(lowering.write(shape, binary=True), lowering, selected_by(shape))
