"""Whole queries of SQLite's, and the queries inside them: in expressions, in FROM, in WITH, in set operations."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

import attrs

from ferra_sync._compiler.shapes import (
    CompoundShape,
    CteShape,
    DerivedShape,
    FromShape,
    JoinShape,
    RowsShape,
    SelectShape,
    ValuesShape,
)
from ferra_sync._expression import shapes
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.shapes import has_aggregate
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._model.select_list import select_list
from ferra_sync._schema.table import table_meta
from ferra_sync._sqlite.expressions import Expressions, element_of
from ferra_sync._sqlite.functions import check_equal
from ferra_sync._sqlite.given import refused, spelling
from ferra_sync._sqlite.numbers import Lowered, common, compared, fitted
from ferra_sync._sqlite.storage import BIGINT, BOOLEAN, DECIMAL, Storage, computed_as
from ferra_sync.errors import QueryError

_JOINS: Final = {"inner": "INNER", "left": "LEFT", "cross": "CROSS"}
_BOTH_WAYS: Final = {"right": "RIGHT", "full": "FULL"}
_GROUPS_AND_JOINS: Final = (3, 39)
"""The version of SQLite from which on it has these, and HAVING without GROUP BY."""
_OPERATORS: Final = frozenset({"UNION", "UNION ALL", "INTERSECT", "EXCEPT"})
_MATERIALIZED: Final = {None: "", True: "MATERIALIZED ", False: "NOT MATERIALIZED "}
_VALUE: Final = "value"


class Rows(ABC):
    """What makes rows; `is_single`: whether it is one row, whatever there is."""

    is_single: bool = False

    @property
    @abstractmethod
    def storages(self) -> tuple[Storage, ...]:
        """How each column is kept."""

    @abstractmethod
    def text(self, storages: Sequence[Storage] | None = None, names: Sequence[str] = ()) -> str:
        """Return the query, whose columns are kept as `storages` say and have these names, if any are given."""


@attrs.frozen
class _Selected(Rows):
    head: str
    items: tuple[Lowered, ...]
    tail: str
    is_single: bool = False

    @property
    def storages(self) -> tuple[Storage, ...]:
        return tuple(item.storage for item in self.items)

    def text(self, storages: Sequence[Storage] | None = None, names: Sequence[str] = ()) -> str:
        kept = storages or self.storages
        sqls = [compared(Lowered(fitted(item, each), each)) for item, each in zip(self.items, kept, strict=True)]
        if names:
            sqls = [f"{sql} AS {quoted(name)}" for sql, name in zip(sqls, names, strict=True)]
        return f"{self.head}{', '.join(sqls) or '1'}{self.tail}"


@attrs.frozen
class _Combined(Rows):
    head: str
    operator: str
    parts: tuple[Rows, ...]
    kept: tuple[Storage, ...]
    tail: str

    @property
    def storages(self) -> tuple[Storage, ...]:
        return self.kept

    def text(self, storages: Sequence[Storage] | None = None, names: Sequence[str] = ()) -> str:
        together = f" {self.operator} ".join(part.text(self.storages, names) for part in self.parts)
        whole = f"{self.head}{together}{self.tail}"
        if storages is None or all(
            one.is_comparable_to(other) for one, other in zip(storages, self.storages, strict=True)
        ):
            return whole
        columns = names or [f"c{number}" for number in range(1, len(self.storages) + 1)]
        inner = self.text(None, columns)
        items = [Lowered(quoted(name), each) for name, each in zip(columns, self.storages, strict=True)]
        return _Selected("SELECT ", tuple(items), f" FROM ({inner})").text(storages, names)


@attrs.frozen
class _Wrapped(Rows):
    """A query that stands in a set operation with an order, a limit, a WITH or an operator of its own."""

    rows: Rows

    @property
    def storages(self) -> tuple[Storage, ...]:
        return self.rows.storages

    def text(self, storages: Sequence[Storage] | None = None, names: Sequence[str] = ()) -> str:
        return f"SELECT * FROM ({self.rows.text(storages, names)})"  # noqa: S608 - a query of ours


class Queries(Expressions):
    """Lowers the expressions of one query, and the queries inside it.

    A query sees the WITH of those around it. SQLite lets each query of a WITH name all of them, PostgreSQL those before
    it: where that could be another table, it is refused.
    """

    def __init__(self, around: Queries | None = None) -> None:
        super().__init__(None if around is None else around.gives)
        self._made: dict[object, dict[str, Storage]] = {} if around is None else dict(around._made)
        self._derived: dict[TableRef, str] = {}
        self._names: frozenset[str] = frozenset() if around is None else around._names

    def column(self, ref: ColumnRef) -> Lowered:
        if not ref.table.is_derived:
            return super().column(ref)
        columns = self._made.get(ref.table) or self._made.get(ref.table.declared_by, {})
        if _made_name(ref.name) not in columns:
            raise refused(f"column {ref}")
        return Lowered(f"{quoted(ref.table.qualifier)}.{quoted(_made_name(ref.name))}", columns[_made_name(ref.name)])

    # Rows

    def rows(self, shape: RowsShape) -> Rows:
        """Return what makes the rows of a query inside this one, or of the statement itself."""
        inside = Queries(self)
        return inside._combined(shape) if isinstance(shape, CompoundShape) else inside._selected(shape)

    def _selected(self, shape: SelectShape) -> Rows:
        for what, said in (
            ("TABLESAMPLE or ONLY", shape.parts),
            ("DISTINCT ON", shape.distinct),
            ("FOR UPDATE", shape.locks),
            ("HAVING without groups", shape.having and not shape.group_by and not _makes_one_row(shape)),
        ):
            if said:
                raise refused(what)
        head = self.with_queries(shape.ctes)
        self.derive(shape.derived)
        self.share(shape.shared)
        items = tuple(self.item(each) for each, _ in select_list(shape.items).columns)
        if shape.distinct is not None:
            for item in items:
                check_equal(item.storage, "DISTINCT")
        words = [""]
        if shape.table is not None:
            words.append(f"FROM {self.source(shape.table)}")
        words += [self._join(join) for join in shape.joins]
        words += self.where(shape.where)
        if shape.group_by:
            words.append(f"GROUP BY {', '.join(self._group(each) for each in shape.group_by)}")
        if shape.having:
            words.append(f"HAVING {' AND '.join(map(self.predicate, shape.having))}")
        words += self._ordered(shape)
        distinct = "" if shape.distinct is None else "DISTINCT "
        results = [result for result, _ in select_list(shape.items).columns]
        is_single = not shape.group_by and has_aggregate(*results, *shape.having)
        return _Selected(f"{head}SELECT {distinct}", items, " ".join(words), is_single)

    def _combined(self, shape: CompoundShape) -> Rows:
        if shape.operator not in _OPERATORS:
            raise refused(shape.operator)
        head = self.with_queries(shape.ctes)
        parts = tuple(_part(each, self.rows(each)) for each in shape.parts)
        storages = tuple(map(common, zip(*(part.storages for part in parts), strict=True)))
        if shape.operator != "UNION ALL":
            for storage in storages:
                check_equal(storage, shape.operator)
        self._places = storages
        words = ["", *self._ordered(shape)]
        if shape.limit is None and shape.offset is None and any(map(_joins_both_ways, shape.parts)):
            words.append("LIMIT -1")  # Else SQLite 3.40 flattens it into what is around it, and adds rows.
        return _Combined(head, shape.operator, parts, storages, " ".join(words))

    _places: tuple[Storage, ...] = ()
    """How the columns of a set operation are kept, which its ORDER BY names by their places."""

    def term(self, shape: Hashable) -> Lowered:
        match shape:
            case (shapes.PLACE, int() as number):
                return Lowered(str(number), self._places[number - 1])
            case _:
                return super().term(shape)

    def _ordered(self, shape: RowsShape) -> list[str]:
        """Return ORDER BY, LIMIT and OFFSET."""
        words = [f"ORDER BY {', '.join(map(self.order, shape.order_by))}"] if shape.order_by else []
        if shape.limit is not None or shape.offset is not None:
            words.append(f"LIMIT {'-1' if shape.limit is None else self.value(shape.limit, BIGINT)}")
        if shape.offset is not None:
            words.append(f"OFFSET {self.value(shape.offset, BIGINT)}")
        return words

    def item(self, shape: Hashable) -> Lowered:
        """Return a selected expression."""
        match shape:
            case (shapes.CAST, (shapes.CALL, FunctionRef(name="to_jsonb", schema=None), inner), SqlType()):
                return _spelled_by_position(self.term(inner))
            case _:
                return self.term(shape)

    def _group(self, shape: Hashable) -> str:
        match shape:
            case (shapes.GROUPING_SETS, str() as kind, *_):
                raise refused(kind.upper())
            case _:
                return self.key(shape)

    def where(self, where: Iterable[Hashable]) -> list[str]:
        """Return WHERE, of no predicates nothing."""
        predicates = [self.predicate(each) for each in where]
        return [f"WHERE {' AND '.join(predicates)}"] if predicates else []

    # FROM and WITH

    def source(self, table: TableRef) -> str:
        """Return a table, or the query that makes its rows, as FROM has it."""
        if table in self._derived:
            return f"({self._derived[table]}) AS {quoted(table.qualifier)}"
        if not table.is_derived and table.name.casefold() in self._names:
            raise refused(f"table {table.name} beside a query of that name in WITH")
        return named(table)

    def joined(self, source: FromShape) -> str:
        """Return what an UPDATE or a DELETE reads beside its own table."""
        if source.parts:
            raise refused("TABLESAMPLE or ONLY")
        self.derive(source.derived)
        return " ".join([self.source(source.table), *map(self._join, source.joins)])

    def _join(self, join: JoinShape) -> str:
        how = _JOINS.get(join.how) or _BOTH_WAYS[join.how]
        if join.how in _BOTH_WAYS and sqlite3.sqlite_version_info < _GROUPS_AND_JOINS:
            raise refused(f"{how} JOIN before its version 3.39")
        on = "" if join.on is None else f" ON {self.predicate(join.on)}"
        return f"{how} JOIN {self.source(join.table)}{on}"

    def derive(self, derived: Iterable[DerivedShape]) -> None:
        """Lower the rows in FROM that are made here."""
        for each in derived:
            if each.lateral:
                raise refused("LATERAL")
            names = _columns(each.table)
            match each.rows:
                case SelectShape() | CompoundShape():
                    rows = self.rows(each.rows)
                    text, storages = rows.text(None, names), list(rows.storages)
                case ValuesShape(arrays=arrays):
                    storages = [computed_as(element_of(array)) for array in arrays]
                    text = self.rows_of(arrays, storages, names)
                case _:
                    raise refused("function in FROM")
            self._derived[each.table] = text
            self._made[each.table] = dict(zip(names, storages, strict=True))

    def with_queries(self, ctes: Sequence[CteShape]) -> str:
        """Return WITH, of no queries nothing."""
        if not ctes:
            return ""
        self._names = self._names.union(cte.table.name.casefold() for cte in ctes)
        listed = ", ".join([self._cte(cte) for cte in ctes])
        return f"WITH {'RECURSIVE ' if any(cte.is_recursive for cte in ctes) else ''}{listed} "

    def _cte(self, cte: CteShape) -> str:
        if cte.search is not None or cte.cycle:
            raise refused("SEARCH or CYCLE")
        names = _columns(cte.table)
        match cte.rows:
            case CompoundShape() if cte.is_recursive:
                text = self._recursive(cte, cte.rows, names)
            case SelectShape() | CompoundShape():
                rows = self.rows(cte.rows)
                self._made[cte.table.declared_by] = dict(zip(names, rows.storages, strict=True))
                text = rows.text()
            case _:
                raise refused("write in WITH")
        listed = ", ".join(map(quoted, names))
        return f"{quoted(cte.table.name)}({listed}) AS {_MATERIALIZED[cte.materialized]}({text})"

    def _recursive(self, cte: CteShape, shape: CompoundShape, names: Sequence[str]) -> str:
        """Return a start and a step: what the step computes of a numeric may have another scale than the start."""
        inside = Queries(self)
        if shape.ctes or not all(map(_is_plain, shape.parts)) or not _is_step(shape.parts[-1]):
            raise refused("recursive query but a start and a step, both plain SELECTs")
        start = inside.rows(shape.parts[0])
        storages = tuple(DECIMAL if _is_numeric(each) else each for each in start.storages)
        for each in (self, inside):
            each._made[cte.table.declared_by] = dict(zip(names, storages, strict=True))
        step = inside.rows(shape.parts[1])
        return f"{start.text(storages)} {shape.operator} {step.text(storages)}"

    # Queries inside expressions

    def membership(self, op: str, operand: Hashable, rows: object) -> Lowered:
        operands = operand[1:] if isinstance(operand, tuple) and operand[0] == shapes.ROW else (operand,)
        terms = [self.term(each) for each in operands]
        found = self.rows(_query(rows))
        storages = [common(pair) for pair in zip((term.storage for term in terms), found.storages, strict=True)]
        for storage in storages:
            check_equal(storage, op)
        pairs = zip(terms, storages, strict=True)
        left = ", ".join(compared(Lowered(fitted(term, storage), storage)) for term, storage in pairs)
        return Lowered(f"(({left}) {op} ({found.text(storages)}))", BOOLEAN)

    def scalar(self, rows: object) -> Lowered:
        """Return the one value of a query: of several rows it is an error, and not the first."""
        found = self.rows(_query(rows))
        (storage,) = found.storages
        if found.is_single:
            return Lowered(f"({found.text()})", storage)
        one = f"CASE WHEN count(*) > 1 THEN ferra_several(count(*)) ELSE max({_VALUE}) END"
        return Lowered(f"(SELECT {one} FROM ({found.text(None, [_VALUE])}))", storage)  # noqa: S608 - a query of ours

    def existence(self, rows: object) -> Lowered:
        return Lowered(f"EXISTS ({self.rows(_query(rows)).text()})", BOOLEAN)


def _query(statement: object) -> RowsShape:
    if isinstance(statement, (SelectShape, CompoundShape)):
        return statement
    raise refused("write inside an expression")


def _part(shape: RowsShape, rows: Rows) -> Rows:
    return rows if _is_plain(shape) else _Wrapped(rows)


def _is_plain(shape: RowsShape) -> bool:
    """Whether a query can stand in a set operation as it is."""
    own = (shape.ctes, shape.order_by, shape.limit, shape.offset)
    return isinstance(shape, SelectShape) and not any(own)


def _joins_both_ways(shape: RowsShape) -> bool:
    return isinstance(shape, SelectShape) and any(join.how in _BOTH_WAYS for join in shape.joins)


def _makes_one_row(shape: SelectShape) -> bool:
    """Whether SQLite too takes all rows for one group, as it does from 3.39 on where there is an aggregate."""
    return has_aggregate(*shape.having) and sqlite3.sqlite_version_info >= _GROUPS_AND_JOINS


def _is_step(shape: RowsShape) -> bool:
    """Whether it means the same of each row by itself, as SQLite runs it, as of all new rows together."""
    return isinstance(shape, SelectShape) and shape.distinct is None and not (shape.group_by or shape.having)


def _is_numeric(storage: Storage) -> bool:
    return storage.family == "number" and not storage.bits


def _columns(table: TableRef) -> list[str]:
    return [_made_name(column.ref.name) for column in table_meta(table.owner).attributes.values()]


def _made_name(name: str) -> str:
    """Return what a column is called that a query makes: SQLite gives `true` and `false` a name of its own."""
    return f"{name} " if name.casefold() in {"true", "false"} else name


def _spelled_by_position(term: Lowered) -> Lowered:
    """Return a moment as a position spells it."""
    load = term.storage.load or (lambda kept: kept)
    return Lowered(term.sql, attrs.evolve(term.storage, load=lambda kept: spelling(load(kept))))


def named(table: TableRef) -> str:
    """Return a table as FROM has it; QueryError where it is in a schema."""
    if table.schema is not None:
        raise QueryError(f"{table}: SQLite has no schema {table.schema}")
    alias = "" if table.alias is None else f" AS {quoted(table.alias)}"
    return f"{quoted(table.name)}{alias}"
