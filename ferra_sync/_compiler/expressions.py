"""From the shape of an expression to a PyPika term, with its parameters numbered in the order they are met."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from typing import Any, Final

from pypika import Table
from pypika.queries import Selectable
from pypika.terms import Term

from ferra_sync._compiler.calls import aggregated, call_term, function_of
from ferra_sync._compiler.terms import TEMPLATES, Chain, Placeholder, Raw, Template, case_term
from ferra_sync._expression import shapes
from ferra_sync._expression.domains import is_veiled
from ferra_sync._expression.grouping import GROUPING
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.shapes import children, columns_of
from ferra_sync._expression.sqltypes import TEXT, VARCHAR, SqlType
from ferra_sync._schema.old_new import which_row
from ferra_sync.errors import QueryError

_COMPARISONS: Final = frozenset(
    {"=", "<>", "<", "<=", ">", ">=", "between", "is distinct from", "is not distinct from", "= any", "<> all"}
    | {"like", "ilike", "~", "~*"}
)
_CALLS: Final = frozenset(
    {shapes.CALL, shapes.CALL_DISTINCT, shapes.COUNT_ROWS, shapes.ORDERED, shapes.WITHIN_GROUP, shapes.FILTER}
)
_QUANTIFIED: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
_QUANTIFIERS: Final = {shapes.ANY_OF: "ANY", shapes.ALL_OF: "ALL"}
_TEXTS: Final = (TEXT, VARCHAR)
_TEXT_VALUES: Final = (*_TEXTS, TEXT.array, VARCHAR.array)
_NULLS: Final = {None: "", "first": " NULLS FIRST", "last": " NULLS LAST"}


class Lowering:
    """Lowers the expressions of one statement.

    Attributes:
        parameter_types: the type of each parameter, $1 first.
        outer: the tables of the statement around it that it names.
        excludes: whether what it lowers may name the row that an INSERT could not write.
    """

    excludes = True

    def __init__(
        self, tables: Iterable[TableRef], outer: Collection[TableRef] = (), *, around: Lowering | None = None
    ) -> None:
        """Lower a query over `tables`, whose parameters are numbered on from those of the statement `around` it."""
        self.parameter_types: list[SqlType[Any]] = [] if around is None else around.parameter_types
        self.outer = outer
        self._around = around
        self._shared: list[Term] = []
        self._tables: dict[TableRef, Selectable] = {}
        for ref in (*outer, *tables):
            if any(known.qualifier == ref.qualifier for known in self._tables):
                raise QueryError(f"{ref} is in this query twice: give one of them an alias")
            self._tables[ref] = table_term(ref)
        for ref in outer:
            if around is None or ref not in around._tables:
                raise QueryError(f"a query correlated to {ref} stands inside a query of that table, and in no other")

    def has(self, ref: TableRef) -> bool:
        """Whether this statement, or one around it, has the table."""
        return ref in self._tables or (self._around is not None and self._around.has(ref))

    def table(self, ref: TableRef) -> Selectable:
        """Return what FROM has for `ref`."""
        return self._tables[ref]

    def term(self, shape: Hashable) -> Term:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of node
        """Return the term of `shape`.

        Raises:
            QueryError: a column's table is not in the statement, or a model stands where an expression belongs.
        """
        match shape:
            case ColumnRef():
                return self._column(shape)
            case SqlType():
                self.parameter_types.append(shape)
                return Placeholder(len(self.parameter_types), shape.cast)
            case (str() as op, *operands) if op in TEMPLATES:
                return Template(TEMPLATES[op], *self._operands(op, operands))
            case (shapes.AND | shapes.OR as op, *operands):
                return Chain(f" {op.upper()} ", self.terms(operands))
            case (shapes.ROW, *operands):
                return Chain(", ", self.terms(operands))
            case (shapes.OVER | shapes.WINDOW, *_):
                return call_term(shape, self.terms)
            case (str() as form, *_) if form in _CALLS:
                self._check_outer(shape)
                return call_term(shape, self.keys if GROUPING in shape else self.terms)
            case (shapes.CASE, *parts):
                return case_term(self.terms(parts))
            case (shapes.CAST, operand, SqlType() as to):
                return Template("CAST({} AS {})", self.term(operand), Raw(to.ddl))
            case (shapes.COLLATE, operand, str() as collation):
                return Template("({} COLLATE {})", self.term(operand), Raw(quoted(collation)))
            case (shapes.ASC | shapes.DESC as direction, operand, None | "first" | "last" as nulls):
                return Template("{} {}{}", self.term(operand), Raw(direction.upper()), Raw(_NULLS[nulls]))
            case (shapes.IS_ROW, TableRef() as table):
                return Raw(f"({quoted(table.qualifier)}.* IS DISTINCT FROM NULL)")
            case (shapes.EXCLUDED, ColumnRef() as column):
                if not self.excludes:
                    raise QueryError(f"excluded({column.name}) stands in do_update(…) of an INSERT, and nowhere else")
                return column_term(f"excluded.{quoted(column.name)}", column)
            case shapes.DEFAULT:
                return Raw("DEFAULT")
            case shapes.VALUE:
                raise QueryError("the value that a domain's check is given stands in that check, and nowhere else")
            case (shapes.SUBQUERY, statement):
                return self.subquery(statement)
            case (shapes.ANY | shapes.ALL | shapes.ANY_OF | shapes.ALL_OF as quantifier, _):
                raise QueryError(f"{quantifier[:3]}_(…) stands beside a column in a comparison, and nowhere else")
            case (shapes.SHARED, int() as number):
                return self._shared[number]
            case (shapes.PLACE, int() as number):
                return Raw(str(number))
            case (shapes.MULTISET, _):
                raise QueryError("a multiset is selected as it is by a SELECT, and stands in no expression")
            case _:
                raise QueryError("a model is selected as a whole and stands in no expression")

    def admit(self, aliases: Iterable[TableRef]) -> None:
        """Let what follows name these aliases of the table that is written: RETURNING has its old and its new row.

        Raises:
            QueryError: one is of another table, or a table of the statement has its name.
        """
        target = next(iter(self._tables), None)
        for ref in aliases:
            if target is None or ref.owner.__mro__[1] is not target.owner:
                raise QueryError(f"{ref}(…) of {ref.name}: the statement writes {target}")
            if any(known.qualifier == ref.qualifier for known in self._tables):
                raise QueryError(f"{ref} is a table of this statement: give that an alias of another name")
            self._tables[ref] = table_term(ref)

    def selected(self, shape: Hashable) -> Term:
        """Return the term of an item of a SELECT, where alone a multiset stands; QueryError as `term`."""
        match shape:
            case (shapes.MULTISET, (shapes.SUBQUERY, statement)):
                return self.multiset(statement)
            case _:
                return self.term(shape)

    def multiset(self, statement: object) -> Term:
        """Return all rows of a query inside this statement as one value."""
        raise QueryError(f"a {type(statement).__name__} cannot stand here")

    def subquery(self, statement: object) -> Term:
        """Return a query inside this statement, in brackets."""
        raise QueryError(f"a {type(statement).__name__} cannot stand here")

    def share(self, expressions: Iterable[Hashable]) -> None:
        """Lower the expressions that a statement shares."""
        for shape in expressions:  # A later one may be made of those before it.
            self._shared.append(self.term(shape))

    def terms(self, expressions: Iterable[Hashable]) -> list[Term]:
        """Return the term of each shape, in order."""
        return [self.term(shape) for shape in expressions]

    def keys(self, group_by: Iterable[Hashable]) -> list[Term]:
        """Return the terms of keys: a column as it is, for the server to know it again, by its table or in a query."""
        return [self._key(each) for each in group_by]

    def _key(self, shape: Hashable) -> Term:
        match shape:
            case ColumnRef():
                return Raw(self._spelled(shape))
            case (shapes.ROW, *keys):
                return Chain(", ", self.keys(keys))
            case (shapes.GROUPING_SETS, str() as kind, *sets):
                return Template(f"{kind.upper()} {{}}", Chain(", ", self.keys(sets)))
            case _:
                return self.term(shape)

    def conjunction(self, predicates: Iterable[Hashable]) -> Term:
        """Return the predicates joined by AND."""
        return Chain(" AND ", self.terms(predicates))

    def _operands(self, op: str, operands: list[Hashable]) -> list[Term]:
        """Return the terms of an operator's operands.

        A value beside a column of text takes that column's own type, whatever it is: citext compares by its own rules.
        """
        first, *others = operands
        match others:
            case [(shapes.ANY | shapes.ALL as quantifier, rows)] if op in _QUANTIFIED:
                return [self.term(first), Template(f"{quantifier.upper()} {{}}", self.term(rows))]
            case [(shapes.ANY_OF | shapes.ALL_OF as form, array)] if op in _QUANTIFIED:
                return [self.term(first), Template(f"{_QUANTIFIERS[form]} ({{}})", self._beside(first, array))]
            case [(shapes.ROW, *values)] if op in _COMPARISONS:
                return [self.term(first), Chain(", ", list(map(self._beside, children(first), values)))]
            case _ if op in _COMPARISONS:
                return [self.term(first), *(self._beside(first, each) for each in others)]
            case _:
                return self.terms(operands)

    def _beside(self, column: Hashable, other: Hashable) -> Term:
        """Return the term of what is compared with a column, or with another expression."""
        is_text = isinstance(column, ColumnRef) and column.type.parameter in _TEXTS
        return self._untyped(other) if is_text and other in _TEXT_VALUES else self.term(other)

    def _untyped(self, sql_type: Any) -> Term:  # noqa: ANN401 - a SqlType, which the caller has seen
        self.parameter_types.append(sql_type)
        return Raw(f"${len(self.parameter_types)}")

    def _check_outer(self, call: Hashable) -> None:
        function = function_of(call)
        tables = {column.table for column in columns_of(*aggregated(call))} if function.aggregate else set()
        if tables and tables <= set(self.outer):
            raise QueryError(f"{function} of columns of {', '.join(map(str, tables))} alone is one of the query around")

    def _column(self, ref: ColumnRef) -> Term:
        return column_term(self._spelled(ref), ref)

    def _spelled(self, ref: ColumnRef) -> str:
        """Return a column with its table: alone, its name in ORDER BY and DISTINCT ON would mean a result first."""
        if ref.table not in self._tables:
            raise QueryError(f"{ref}: table {ref.table} is not in this query{self._cure(ref.table)}")
        return f"{quoted(ref.table.qualifier)}.{quoted(ref.name)}"

    def _cure(self, table: TableRef) -> str:
        """Return what to say where `table` stands in a query around this one, or in RETURNING alone."""
        if which_row(table) is not None:
            return ": old(…) and new(…) stand in returning, and nowhere else"
        is_around = self._around is not None and self._around.has(table)
        return f": say .correlate({table.owner.__name__})" if is_around else ""


def column_term(spelled: str, ref: ColumnRef, cast: str | None = None) -> Term:
    """Return a column in an expression, so that operators of any enum or any array take it."""
    return Raw(f"CAST({spelled} AS {cast or ref.type.cast})" if is_veiled(ref.type) else spelled)


def table_term(ref: TableRef) -> Table:
    """Return `schema.name AS alias` for PyPika."""
    return Table(ref.name, schema=ref.schema, alias=ref.alias)


def qualified_name(table: TableRef) -> str:
    """Return `"schema"."table"`, or the table alone where it has no schema of its own."""
    return quoted(table.name) if table.schema is None else f"{quoted(table.schema)}.{quoted(table.name)}"
