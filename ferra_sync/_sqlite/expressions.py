"""SQLite's dialect of expressions: what is not named here is refused."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable
from typing import Any, Final, NamedTuple

from ferra_sync._expression import shapes
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._sqlite.given import giver, refused
from ferra_sync._sqlite.lists import beside_each_other, list_giver
from ferra_sync._sqlite.storage import (
    BOOLEAN,
    MOMENT,
    NUMBER,
    TEXT,
    UUID_TEXT,
    Convert,
    Storage,
    storage_of,
)
from ferra_sync.errors import QueryError

_EQUAL: Final = {"=": "=", "<>": "<>", "is distinct from": "IS NOT", "is not distinct from": "IS"}
_ORDERED: Final = frozenset({"<", "<=", ">", ">="})
_LISTS: Final = {"= any": "IN", "<> all": "NOT IN"}
_NULLS: Final = {"is null": "IS NULL", "is not null": "IS NOT NULL"}
_SUMS: Final = frozenset({"+", "-"})


class Lowered(NamedTuple):
    sql: str
    storage: Storage


def sqlite_definition(shape: Hashable, params: Iterable[Any]) -> str:
    """Return the text of an expression over one table, as CHECK and an index have it: its values are literals."""
    return _Definition(params).term(shape).sql


class Expressions:
    """Lowers one statement; parameters are numbered in the order in which they are met."""

    def __init__(self) -> None:
        self.gives: list[Convert] = []
        self.assigning = False
        self.tables: list[TableRef] = []

    def predicate(self, shape: Hashable) -> str:
        """Return a condition; QueryError where it is none."""
        sql, storage = self.term(shape)
        if storage is not BOOLEAN:
            raise refused("condition that is no boolean")
        return sql

    def term(self, shape: Hashable) -> Lowered:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of node
        """Return an expression, and how its values are kept; QueryError where SQLite serves none such."""
        match shape:
            case ColumnRef():
                return Lowered(self._column(shape), storage_of(shape.type))
            case SqlType():
                storage = storage_of(shape)
                return Lowered(self.value(shape, storage), storage)
            case (shapes.AND | shapes.OR as op, *operands):
                return Lowered(f"({f' {op.upper()} '.join(map(self.predicate, operands))})", BOOLEAN)
            case ("not", operand):
                return Lowered(f"(NOT {self.predicate(operand)})", BOOLEAN)
            case (str() as op, operand) if op in _NULLS:
                return Lowered(f"({self.term(operand).sql} {_NULLS[op]})", BOOLEAN)
            case (str() as op, (shapes.ROW, *left), (shapes.ROW, *right)) if op in _EQUAL or op in _ORDERED:
                return self._rows(op, left, right)
            case (str() as op, left, right) if op in _EQUAL or op in _ORDERED:
                return self._compared(op, left, right)
            case ("between", operand, low, high):
                return self._between(operand, low, high)
            case (str() as op, operand, SqlType() as given) if op in _LISTS:
                return self._listed(op, operand, given)
            case ("in rows", (shapes.ROW, *columns), (shapes.ROW, *_)):
                return self._in_rows(columns)
            case ("like", operand, SqlType() as given):
                sql, storage = self.term(operand)
                if storage.family != "text":
                    raise refused(f"LIKE of {storage.family}")
                return Lowered(f"({sql} LIKE {self.value(given, TEXT)} ESCAPE '\\')", BOOLEAN)
            case (str() as op, left, right) if op in _SUMS and self.assigning:
                sql, storage = self.term(left)
                if storage.family != "number":
                    raise refused(f"{op} of {storage.family}")
                return Lowered(f"({sql} {op} {self.beside(right, storage)})", storage)
            case (shapes.EXCLUDED, ColumnRef() as column):
                return Lowered(f"excluded.{quoted(column.name)}", storage_of(column.type))
            case (shapes.COUNT_ROWS, _):
                return Lowered("count(*)", NUMBER)
            case (shapes.CALL, FunctionRef(schema=None, name=name), *arguments):
                return self._call(name, arguments)
            case (str() as form, *_):
                raise refused(form.upper())
            case _:
                raise refused("such expression")

    def _column(self, ref: ColumnRef) -> str:
        if ref.table not in self.tables:
            raise QueryError(f"{ref}: table {ref.table} is not in this query")
        return f"{quoted(ref.table.qualifier)}.{quoted(ref.name)}"

    def _rows(self, op: str, left: list[Hashable], right: list[Hashable]) -> Lowered:
        terms = self._operands(left)
        for _, storage in terms:
            check_order(storage, op)
        values = [self.beside(each, term.storage) for each, term in zip(right, terms, strict=True)]
        sql = f"(({', '.join(term.sql for term in terms)}) {_EQUAL.get(op, op)} ({', '.join(values)}))"
        return Lowered(sql, BOOLEAN)

    def _operands(self, operands: Iterable[Hashable]) -> list[Lowered]:
        return [self.term(each) for each in operands]

    def _compared(self, op: str, left: Hashable, right: Hashable) -> Lowered:
        sql, storage = self.term(left)
        _check_equal(storage, op)
        if op in _ORDERED:
            check_order(storage, op)
        return Lowered(f"({sql} {_EQUAL.get(op, op)} {self.beside(right, storage)})", BOOLEAN)

    def _between(self, operand: Hashable, low: Hashable, high: Hashable) -> Lowered:
        sql, storage = self.term(operand)
        check_order(storage, "BETWEEN")
        return Lowered(f"({sql} BETWEEN {self.beside(low, storage)} AND {self.beside(high, storage)})", BOOLEAN)

    def _listed(self, op: str, operand: Hashable, given: SqlType[Any]) -> Lowered:
        sql, storage = self.term(operand)
        if not storage.listed or given.element is None:
            raise refused(f"list of {storage.family}")
        give = giver(given.element, storage)
        self.gives.append(lambda values: json.dumps([None if each is None else give(each) for each in values]))
        return Lowered(f"({sql} {_LISTS[op]} (SELECT value FROM json_each(?{len(self.gives)})))", BOOLEAN)  # noqa: S608

    def _in_rows(self, columns: list[Hashable]) -> Lowered:
        """Return whether columns are those of a row of lists, one for each."""
        refs = [column for column in columns if isinstance(column, ColumnRef)]
        if len(refs) < len(columns):
            raise refused("row IN of anything but columns")
        first = len(self.gives) + 1
        self.gives += map(list_giver, refs)
        names = ", ".join(self.term(ref).sql for ref in refs)
        values = ", ".join(f"k{number}.value" for number in range(first, first + len(refs)))
        return Lowered(f"(({names}) IN (SELECT {values} FROM {beside_each_other(first, len(refs))}))", BOOLEAN)  # noqa: S608

    def _call(self, name: str, arguments: list[Hashable]) -> Lowered:
        match name, arguments:
            case ("now", []):
                return Lowered("ferra_now()", MOMENT)
            case ("gen_random_uuid", []):
                return Lowered("ferra_uuid()", UUID_TEXT)
            case ("count", [operand]):
                return Lowered(f"count({self.term(operand).sql})", NUMBER)
            case ("min" | "max", [operand]):
                sql, storage = self.term(operand)
                check_order(storage, name)
                return Lowered(f"{name}({sql})", storage)
            case ("sum", [operand]):
                sql, storage = self.term(operand)
                if storage.family != "number":
                    raise refused(f"sum of {storage.family}")
                return Lowered(f"sum({sql})", storage)
            case ("lower" | "upper", _):
                raise refused(f"{name}(…), which knows ASCII alone")
            case _:
                raise refused(f"{name}(…)")

    def beside(self, shape: Hashable, storage: Storage) -> str:
        """Return what is compared with, or stored as, what has this storage."""
        if isinstance(shape, SqlType):
            return self.value(shape, storage)
        sql, found = self.term(shape)
        if not found.is_comparable_to(storage):
            raise refused(f"{found.family} beside {storage.family}, or of another scale")
        return sql

    def value(self, sql_type: SqlType[Any], storage: Storage) -> str:
        """Return the place of a parameter beside what has this storage."""
        self.gives.append(giver(sql_type, storage))
        return f"?{len(self.gives)}"


class _Definition(Expressions):
    """Lowers an expression that names its columns without their table."""

    def __init__(self, params: Iterable[Any]) -> None:
        super().__init__()
        self._params = iter(params)

    def _column(self, ref: ColumnRef) -> str:
        return quoted(ref.name)

    def value(self, sql_type: SqlType[Any], storage: Storage) -> str:
        """Return the place of a parameter beside what has this storage."""
        return _literal(giver(sql_type, storage)(next(self._params)))

    def _listed(self, op: str, operand: Hashable, given: SqlType[Any]) -> Lowered:
        sql, storage = self.term(operand)
        if given.element is None:
            raise refused(f"list of {given}")
        give = giver(given.element, storage)
        values = ", ".join(_literal(give(each)) for each in next(self._params))
        return Lowered(f"({sql} {_LISTS[op]} ({values}))", BOOLEAN)


def _literal(kept: object) -> str:
    if isinstance(kept, str):
        return "'" + kept.replace("'", "''") + "'"
    if isinstance(kept, (int, float)):
        return repr(kept)
    raise refused("literal of such a value")


def _check_equal(storage: Storage, op: str) -> None:
    if not storage.equal:
        raise refused(f"{op} of {storage.family}")


def check_order(storage: Storage, op: str) -> None:
    """Raise QueryError where SQLite sorts values otherwise than PostgreSQL."""
    _check_equal(storage, op)
    if not storage.ordered:
        raise refused(f"{op} of {storage.family}")
