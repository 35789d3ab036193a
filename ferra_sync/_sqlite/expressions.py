"""SQLite's dialect of expressions: what is not named here is refused.

The statement was compiled for PostgreSQL before: what cannot mean anything does not come here.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Sequence
from typing import Any, Final

from ferra_sync._expression import shapes
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.operations import Op
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._schema.table import table_meta
from ferra_sync._sqlite.functions import aggregate_of, check_equal, check_order, function_of
from ferra_sync._sqlite.given import giver, refused, unread
from ferra_sync._sqlite.lists import column, elements, listing, rows
from ferra_sync._sqlite.moments import EXTRACTED
from ferra_sync._sqlite.numbers import Lowered, common, compared, computed, decimal, fitted, masked, negated, ranged
from ferra_sync._sqlite.storage import BIGINT, BOOLEAN, DECIMAL, LOCAL, TEXT, Convert, Storage, computed_as, storage_of
from ferra_sync._sqlite.windows import frame_text

_EQUAL: Final = {Op.EQUAL: "=", Op.UNEQUAL: "<>", Op.DISTINCT: "IS NOT", Op.NOT_DISTINCT: "IS"}
_ORDERED: Final = frozenset({"<", "<=", ">", ">="})
_COMPARED: Final = _ORDERED.union(_EQUAL)
_LISTS: Final = {Op.IN_LIST: "IN", Op.NOT_IN_LIST: "NOT IN"}
_QUERIES: Final = {Op.IN_QUERY: "IN", Op.NOT_IN_QUERY: "NOT IN"}
_QUANTIFIED: Final = {
    (Op.EQUAL, shapes.ANY): Op.IN_QUERY,
    (Op.UNEQUAL, shapes.ALL): Op.NOT_IN_QUERY,
    (Op.EQUAL, shapes.ANY_OF): Op.IN_LIST,
    (Op.UNEQUAL, shapes.ALL_OF): Op.NOT_IN_LIST,
}
_QUANTIFIERS: Final = frozenset({shapes.ANY, shapes.ALL, shapes.ANY_OF, shapes.ALL_OF})
_NULLS: Final = {Op.IS_NULL: "IS NULL", Op.IS_NOT_NULL: "IS NOT NULL"}
_ARITHMETIC: Final = frozenset("+-*/%")
_FIRST: Final = {
    (shapes.ASC, None): "ASC NULLS LAST",
    (shapes.DESC, None): "DESC NULLS FIRST",
    (shapes.ASC, "first"): "ASC NULLS FIRST",
    (shapes.ASC, "last"): "ASC NULLS LAST",
    (shapes.DESC, "first"): "DESC NULLS FIRST",
    (shapes.DESC, "last"): "DESC NULLS LAST",
}
_CALLS: Final = frozenset(
    {
        shapes.CALL,
        shapes.CALL_DISTINCT,
        shapes.COUNT_ROWS,
        shapes.FILTER,
        shapes.OVER,
        shapes.ORDERED,
        shapes.WITHIN_GROUP,
    }
)


class Expressions:
    """Lowers one statement; parameters are numbered in the order in which they are met."""

    def __init__(self, gives: list[Convert] | None = None) -> None:
        self.gives: list[Convert] = [] if gives is None else gives
        self._shared: list[Lowered] = []

    def share(self, expressions: Iterable[Hashable]) -> None:
        """Lower the expressions that a statement shares, windows among them."""
        for shape in expressions:
            is_window = isinstance(shape, tuple) and shape[0] == shapes.WINDOW
            self._shared.append(Lowered(self._window(shape), BOOLEAN) if is_window else self.term(shape))

    def predicate(self, shape: Hashable) -> str:
        """Return a condition; QueryError where it is none."""
        sql, storage = self.term(shape)
        if storage.family != "boolean":
            raise refused("condition that is no boolean")
        return sql

    def term(self, shape: Hashable) -> Lowered:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of node
        """Return an expression, and how its values are kept; QueryError where SQLite serves none such."""
        match shape:
            case ColumnRef():
                return self.column(shape)
            case SqlType(kind=FieldType.TEXT) if shape.ddl != TEXT.family:
                self.gives.append(unread)
                return Lowered(f"?{len(self.gives)}", TEXT)
            case SqlType():
                storage = computed_as(shape)
                return Lowered(self.value(shape, storage), storage)
            case (shapes.AND | shapes.OR as op, *operands):
                return Lowered(f"({f' {op.upper()} '.join(map(self.predicate, operands))})", BOOLEAN)
            case (Op.NOT, operand):
                return Lowered(f"(NOT {self.predicate(operand)})", BOOLEAN)
            case (str() as op, operand) if op in _NULLS:
                return Lowered(f"({self.term(operand).sql} {_NULLS[op]})", BOOLEAN)
            case (str() as op, *operands) if op in _COMPARED:
                return self._comparison(op, *operands)
            case (Op.BETWEEN, operand, low, high):
                return self._between(operand, low, high)
            case (str() as op, operand, SqlType() as given) if op in _LISTS:
                return self._listed(op, operand, given)
            case (str() as op, operand, (shapes.SUBQUERY, rows)) if op in _QUERIES:
                return self.membership(_QUERIES[op], operand, rows)
            case (Op.LIKE, operand, SqlType() as given):
                return Lowered(
                    f"({self._of_text(operand, 'LIKE')} LIKE {self.value(given, TEXT)} ESCAPE '\\')", BOOLEAN
                )
            case (Op.JOINED, left, right):
                return Lowered(f"({self._of_text(left, '||')} || {self._of_text(right, '||')})", TEXT)
            case (str() as op, left, right) if op in _ARITHMETIC:
                return computed(op, self.term(left), self.term(right))
            case (Op.BITS_AND | Op.BITS_OR | Op.BITS_XOR | Op.BITS_NOT as op, *operands):
                return masked(op, *map(self.term, operands))
            case (Op.IN_ROWS, (shapes.ROW, *operands), (shapes.ROW, *arrays)):
                return self._among(operands, arrays)
            case (Op.NEGATIVE, operand):
                return negated(self.term(operand))
            case (shapes.CASE, *parts):
                return self._case(parts)
            case (shapes.CAST, operand, SqlType() as to):
                return self._cast(operand, to)
            case (shapes.COLLATE, operand, "C"):
                return Lowered(self._of_text(operand, "COLLATE"), TEXT)
            case (shapes.SUBQUERY, rows):
                return self.scalar(rows)
            case (Op.EXISTS, (shapes.SUBQUERY, rows)):
                return self.existence(rows)
            case (Op.ONCE, operand):
                return self.term(operand)
            case (shapes.SHARED, int() as number):
                return self._shared[number]
            case (shapes.IS_ROW, TableRef() as table):
                return self._is_row(table)
            case (shapes.EXCLUDED, ColumnRef() as column):
                return Lowered(f"excluded.{quoted(column.name)}", storage_of(column.type))
            case (str() as form, *_) if form in _CALLS:
                return self._call(shape)
            case (str() as form, *_):
                raise refused(form.upper())
            case _:
                raise refused("such expression")

    def column(self, ref: ColumnRef) -> Lowered:
        """Return a column, with its table."""
        return Lowered(f"{quoted(ref.table.qualifier)}.{quoted(ref.name)}", storage_of(ref.type))

    def order(self, shape: Hashable) -> str:
        """Return a key of ORDER BY; NULLs come where PostgreSQL has them."""
        match shape:
            case (shapes.ASC | shapes.DESC as direction, operand, None | "first" | "last" as nulls):
                term = self.term(operand)
                check_order(term.storage, "ORDER BY")
                return f"{compared(term)} {_FIRST[direction, nulls]}"
            case _:
                return self.order((shapes.ASC, shape, None))

    def key(self, shape: Hashable) -> str:
        """Return a key of GROUP BY or PARTITION BY."""
        term = self.term(shape)
        check_equal(term.storage, "GROUP BY")
        return compared(term)

    # Queries inside expressions, which a definition has not

    def membership(self, op: str, operand: Hashable, rows: object) -> Lowered:  # noqa: ARG002 - see the class below
        """Return `operand IN (rows)`."""
        raise refused("query inside a definition")

    def scalar(self, rows: object) -> Lowered:  # noqa: ARG002
        """Return the one value of a query."""
        raise refused("query inside a definition")

    def existence(self, rows: object) -> Lowered:  # noqa: ARG002
        """Return whether a query has rows."""
        raise refused("query inside a definition")

    # Comparisons

    def _comparison(self, op: str, left: Hashable, right: Hashable) -> Lowered:
        match left, right:
            case (shapes.ROW, *operands), (shapes.ROW, *others):
                return self._rows(op, operands, others)
            case _, (str() as quantifier, values) if quantifier in _QUANTIFIERS:
                as_list = _QUANTIFIED.get((op, quantifier))
                if as_list is None:
                    raise refused(f"{op} {quantifier[:3].upper()}(…)")
                return self.term((as_list, left, values))
            case _:
                one, other = self._beside(self.term(left), right, op)
                return Lowered(f"({compared(one, other)} {_EQUAL.get(op, op)} {other})", BOOLEAN)

    def _beside(self, term: Lowered, other: Hashable, op: str) -> tuple[Lowered, str]:
        """Return both sides of a comparison, as they are kept together; a value alone is given as the other is kept."""
        if isinstance(other, SqlType):
            self._check(term.storage, op)
            return term, self.value(other, term.storage)
        right = self.term(other)
        storage = common([term.storage, right.storage])
        self._check(storage, op)
        return Lowered(fitted(term, storage), storage), fitted(right, storage)

    def _check(self, storage: Storage, op: str) -> None:
        check_equal(storage, op) if op in _EQUAL else check_order(storage, op)

    def _rows(self, op: str, left: Sequence[Hashable], right: Sequence[Hashable]) -> Lowered:
        """Return a comparison of rows, whose parameters are numbered left side first."""
        terms = [self.term(each) for each in left]
        pairs = [self._beside(term, other, op) for term, other in zip(terms, right, strict=True)]
        ones, others = ", ".join(compared(one, other) for one, other in pairs), ", ".join(other for _, other in pairs)
        return Lowered(f"(({ones}) {_EQUAL.get(op, op)} ({others}))", BOOLEAN)

    def _between(self, operand: Hashable, low: Hashable, high: Hashable) -> Lowered:
        term = self.term(operand)
        (first, least), (second, most) = (self._beside(term, bound, "<") for bound in (low, high))
        return Lowered(f"({compared(first, least)} >= {least} AND {compared(second, most)} <= {most})", BOOLEAN)

    def _listed(self, op: str, operand: Hashable, given: SqlType[Any]) -> Lowered:
        term = self.term(operand)
        check_equal(term.storage, "IN")
        return Lowered(f"({compared(term)} {_LISTS[op]} ({self.values(element_of(given), term.storage)}))", BOOLEAN)

    def _among(self, operands: Sequence[Hashable], arrays: Sequence[Any]) -> Lowered:
        """Return whether rows are among those that lists make, of which each is one parameter."""
        terms = [self.term(each) for each in operands]
        given = [computed_as(element_of(array)) for array in arrays]
        storages = [common([term.storage, each]) for term, each in zip(terms, given, strict=True)]
        for storage in storages:
            check_equal(storage, "IN")
        pairs = zip(terms, storages, strict=True)
        left = ", ".join(compared(Lowered(fitted(term, storage), storage)) for term, storage in pairs)
        names = [f"c{number}" for number in range(len(arrays))]
        return Lowered(f"(({left}) IN ({self.rows_of(arrays, storages, names)}))", BOOLEAN)

    def rows_of(self, arrays: Sequence[SqlType[Any]], storages: Sequence[Storage], names: Sequence[str]) -> str:
        """Return the query of the rows that arrays make, each array one parameter."""
        first = len(self.gives) + 1
        for array, storage in zip(arrays, storages, strict=True):
            self.gives.append(column(giver(element_of(array), storage), storage))
        return f"SELECT {', '.join(map(quoted, names))} FROM ({rows(first, storages, names)})"  # noqa: S608 - see there

    # Values

    def value(self, sql_type: SqlType[Any], storage: Storage) -> str:
        """Return the place of a parameter beside what has this storage."""
        self.gives.append(giver(sql_type, storage))
        return f"?{len(self.gives)}"

    def values(self, element: SqlType[Any], storage: Storage) -> str:
        """Return what stands in the brackets of IN: the values of a list, which is one parameter."""
        self.gives.append(listing(giver(element, storage), storage))
        return elements(len(self.gives), storage)

    def _of_text(self, shape: Hashable, op: str) -> str:
        sql, storage = self.term(shape)
        if storage.family != "text":
            raise refused(f"{op} of {storage.family}")
        return sql

    def _case(self, parts: Sequence[Hashable]) -> Lowered:
        lowered = [self.term(part) for part in parts]
        values = shapes.case_values(lowered)
        storage = common(value.storage for value in values)
        whens = zip(lowered[::2], lowered[1::2], strict=False)
        text = " ".join(f"WHEN {when.sql} THEN {fitted(then, storage)}" for when, then in whens)
        last = f" ELSE {fitted(lowered[-1], storage)}" if len(lowered) % 2 else ""
        return Lowered(f"(CASE {text}{last} END)", storage)

    def _cast(self, operand: Hashable, to: SqlType[Any]) -> Lowered:
        term = self.term(operand)
        if to.kind in {FieldType.TEXT, FieldType.VARCHAR} and to.base is None:
            return _spelled(term, to)
        return ranged(term, computed_as(to))

    def _is_row(self, table: TableRef) -> Lowered:
        key = next(iter(table_meta(table.owner).primary_key), None)
        if key is None:
            raise refused(f"maybe(…) of {table}, which has no primary key and no selected column that is never NULL")
        return Lowered(f"({quoted(table.qualifier)}.{quoted(key.ref.name)} IS NOT NULL)", BOOLEAN)

    # Calls

    def _call(self, shape: Hashable) -> Lowered:
        match shape:
            case (shapes.CALL, FunctionRef(schema=None, name="extract"), SqlType(), operand):
                return self._extracted(operand)
            case (shapes.CALL, FunctionRef(schema=None, name="date_trunc"), SqlType(), operand, *zone):
                return self._begun(operand, zone)
            case (shapes.CALL, FunctionRef(schema=None, aggregate=False, operator=False, name=name), *arguments):
                return function_of(name, [self.term(each) for each in arguments])
            case (shapes.OVER, call, rows):
                return self._aggregate(call, rows)
            case _:
                return self._aggregate(shape)

    def _extracted(self, operand: Hashable) -> Lowered:
        field = self._word("extract", EXTRACTED)
        term = self.term(operand)
        if term.storage.family not in {"date", "time", "timestamp"}:
            raise refused(f"extract from {term.storage.family}, which depends on the session's time zone")
        kept = fitted(term, LOCAL) if term.storage.family == "date" else term.sql
        return Lowered(f"ferra_extract({field}, {kept})", DECIMAL)

    def _begun(self, operand: Hashable, zone: Sequence[Hashable]) -> Lowered:
        unit = self._word("date_trunc", None)
        term = self.term(operand)
        if zone:
            self._word("zone but UTC", frozenset({"UTC"}))
        elif term.storage.family != "timestamp":
            raise refused(f"date_trunc of {term.storage.family} without a zone: the session's decides")
        return Lowered(f"ferra_date_trunc({unit}, {term.sql})", term.storage)

    def _word(self, what: str, known: Container[str] | None) -> str:
        """Return the place of a parameter that is one of some words."""

        def give(word: str) -> str:
            if known is not None and word not in known:
                raise refused(f"{what} {word}")
            return word

        self.gives.append(give)
        return f"?{len(self.gives)}"

    def _aggregate(self, call: Hashable, window: Hashable = None) -> Lowered:
        """Return an aggregate, of the rows that are kept, over the window."""
        kept = ""
        match call:
            case (shapes.FILTER, inner, predicate):
                arguments = self._arguments(inner)
                kept = self.predicate(predicate)
            case inner:
                arguments = self._arguments(inner)
        over = "" if window is None else f" OVER ({self._window(window)})"
        match inner:
            case (
                shapes.CALL | shapes.CALL_DISTINCT | shapes.COUNT_ROWS as form,
                FunctionRef(schema=None) as called,
                *_,
            ):
                distinct = "DISTINCT " if form == shapes.CALL_DISTINCT else ""
                return aggregate_of(called.name, arguments, distinct=distinct, kept=kept, over=over)
            case _:
                raise refused("aggregate of sorted values")

    def _arguments(self, call: Hashable) -> list[Lowered]:
        match call:
            case (shapes.CALL | shapes.CALL_DISTINCT, _, *arguments):
                return [self.term(each) for each in arguments]
            case _:
                return []

    def _window(self, shape: Hashable) -> str:
        match shape:
            case (shapes.SHARED, int() as number):
                return self._shared[number].sql
            case (shapes.WINDOW, (shapes.KEYS, *keys), (shapes.KEYS, *orders), *frame):
                words = [f"PARTITION BY {', '.join(map(self.key, keys))}"] if keys else []
                words += [f"ORDER BY {', '.join(map(self.order, orders))}"] if orders else []
                words += [frame_text(each, lambda given: self.value(given, BIGINT)) for each in frame]
                return " ".join(words)
            case _:
                raise refused("such window")


def element_of(array: SqlType[Any]) -> SqlType[Any]:
    """Return the type of the elements of a list."""
    if array.element is None:
        raise refused(f"list of {array}")
    return array.element


def _spelled(term: Lowered, to: SqlType[Any]) -> Lowered:
    """Return an expression as text."""
    sql, storage = term
    match storage.family:
        case "text" | "enum" | "uuid":
            text = sql
        case "decimal":
            text = f"({sql} || '')"  # Without the collation of its column.
        case "number":
            text = f"CAST({sql} AS TEXT)" if storage.bits else decimal(term)
        case "boolean":
            text = f"(CASE {sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
        case family:
            raise refused(f"text of {family}")
    most = to.ddl.partition("(")[2].rstrip(")")
    return Lowered(f"substr({text}, 1, {most})" if most else text, TEXT)
