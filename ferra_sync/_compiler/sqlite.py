"""SQLite's dialect: from a statement's shape to its SQL. What is not named here is refused, before anything is sent."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Hashable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import attrs

from ferra_sync._compiler.shapes import (
    ConflictShape,
    CountShape,
    DeleteShape,
    InsertShape,
    JoinShape,
    SelectShape,
    StatementShape,
    UpdateShape,
)
from ferra_sync._compiler.sqlite_storage import (
    BOOLEAN,
    MOMENT,
    NUMBER,
    TEXT,
    UUID_TEXT,
    Convert,
    Storage,
    storage_of,
)
from ferra_sync._expression import shapes
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.shapes import Items
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.select_list import select_list
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError

_EQUAL: Final = {"=": "=", "<>": "<>", "is distinct from": "IS NOT", "is not distinct from": "IS"}
_ORDERED: Final = frozenset({"<", "<=", ">", ">="})
_LISTS: Final = {"= any": "IN", "<> all": "NOT IN"}
_NULLS: Final = {"is null": "IS NULL", "is not null": "IS NOT NULL"}
_SUMS: Final = frozenset({"+", "-"})
_JOINS: Final = {"inner": "INNER", "left": "LEFT", "cross": "CROSS"}
_FIRST: Final = {
    (shapes.ASC, None): "ASC NULLS LAST",
    (shapes.DESC, None): "DESC NULLS FIRST",
    (shapes.ASC, "first"): "ASC NULLS FIRST",
    (shapes.ASC, "last"): "ASC NULLS LAST",
    (shapes.DESC, "first"): "DESC NULLS FIRST",
    (shapes.DESC, "last"): "DESC NULLS LAST",
}


@attrs.frozen(eq=False)
class SqliteSql:
    """A statement of SQLite's.

    Attributes:
        sql: the text, with `?n` for each parameter.
        gives: what makes of each value, ?1 first, what SQLite is given.
        constants: the values of the parameters after those: of defaults that SQLite is not told of.
        loads: what makes of each column what psycopg would have; None: it is that.
        writes: the table that it writes; None: it reads.
    """

    sql: str
    gives: tuple[Convert, ...]
    loads: tuple[Convert | None, ...]
    constants: tuple[Any, ...] = ()
    writes: TableRef | None = None


class _Term(NamedTuple):
    sql: str
    storage: Storage


@lru_cache(maxsize=4096, typed=True)
def sqlite_sql(shape: StatementShape) -> SqliteSql:
    """Return what a statement is in SQLite.

    Raises:
        QueryError: SQLite has no such thing, or answers otherwise than PostgreSQL.
    """
    match shape:
        case SelectShape():
            return _Lowering().select(shape)
        case CountShape(select=SelectShape() as rows, estimate=False):
            counted = _Lowering().select(rows)
            return SqliteSql(f"SELECT count(*) FROM ({counted.sql})", counted.gives, (None,))  # noqa: S608
        case CountShape(estimate=True):
            raise _refused("an estimated count")
        case InsertShape():
            return _Lowering().insert(shape)
        case UpdateShape():
            return _Lowering().update(shape)
        case DeleteShape():
            return _Lowering().delete(shape)
        case _:
            raise _refused(type(shape).__name__.removesuffix("Shape").lower())


def sqlite_definition(shape: Hashable, params: Iterable[Any]) -> str:
    """Return the text of an expression over one table, as CHECK and an index have it: its values are literals."""
    return _Definition(params).term(shape).sql


def _refused(what: object) -> QueryError:
    return QueryError(f"SQLite serves no {what}: ask PostgreSQL, or say it in Python")


class _Lowering:
    """Lowers one statement; parameters are numbered in the order in which they are met."""

    def __init__(self) -> None:
        self.gives: list[Convert] = []
        self._assigning = False
        self._tables: list[TableRef] = []

    # Statements

    def select(self, shape: SelectShape) -> SqliteSql:
        for what, said in (
            ("WITH", shape.ctes),
            ("query in FROM", shape.derived),
            ("TABLESAMPLE or ONLY", shape.parts),
            ("grouping by values", shape.shared),
            ("DISTINCT ON", shape.distinct),
            ("GROUP BY", shape.group_by),
            ("HAVING", shape.having),
            ("FOR UPDATE", shape.locks),
            ("correlated query", shape.outer),
        ):
            if said:
                raise _refused(what)
        self._tables = list(shape.tables)
        items, loads = self._items(shape.items)
        distinct = "" if shape.distinct is None else "DISTINCT "
        words = [f"SELECT {distinct}{items}"]
        if shape.table is not None:
            words.append(f"FROM {_named(shape.table)}")
        words += [self._join(join) for join in shape.joins]
        words += self._where(shape.where)
        if shape.order_by:
            words.append(f"ORDER BY {', '.join(map(self._order, shape.order_by))}")
        if shape.limit is not None or shape.offset is not None:
            words.append(f"LIMIT {'-1' if shape.limit is None else self._value(shape.limit, NUMBER)}")
        if shape.offset is not None:
            words.append(f"OFFSET {self._value(shape.offset, NUMBER)}")
        return SqliteSql(" ".join(words), tuple(self.gives), loads)

    def insert(self, shape: InsertShape) -> SqliteSql:
        for what, said in (
            ("WITH", shape.ctes),
            ("INSERT of a query", shape.query),
            ("INSERT of arrays", shape.arrays),
        ):
            if said:
                raise _refused(what)
        self._tables = [shape.table]
        rows = [
            [self._written(ref, value) for ref, value in zip(shape.columns, row, strict=True)] for row in shape.rows
        ]
        conflict = "" if shape.conflict is None else self._conflict(shape.conflict)
        items, loads = self._items(shape.returning)
        left = [ref for ref in _defaulted(shape.table) if ref not in shape.columns]
        constants: list[Any] = []
        columns = (*shape.columns, *left)
        texts = [
            [
                self._default(ref, constants) if text is None else text
                for ref, text in zip(columns, [*row, *[None] * len(left)], strict=True)
            ]
            for row in rows or [[]]
        ]
        words = [f"INSERT INTO {_named(shape.table)}"]
        if columns:
            words.append(f"({', '.join(quoted(ref.name) for ref in columns)}) VALUES")
            words.append(", ".join(f"({', '.join(row)})" for row in texts))
        else:
            words.append("DEFAULT VALUES")
        sql = " ".join(words) + conflict + (f" RETURNING {items}" if shape.returning else "")
        return SqliteSql(sql, tuple(self.gives), loads, tuple(constants), shape.table)

    def update(self, shape: UpdateShape) -> SqliteSql:
        for what, said in (("WITH", shape.ctes), ("UPDATE … FROM", shape.source)):
            if said:
                raise _refused(what)
        self._tables = [shape.table]
        changes = ", ".join(self._assignment(*each) for each in shape.assignments)
        words = [f"UPDATE {_named(shape.table)} SET {changes}", *self._where(shape.where)]  # noqa: S608 - quoted names and numbered places
        items, loads = self._items(shape.returning)
        sql = " ".join(words) + (f" RETURNING {items}" if shape.returning else "")
        return SqliteSql(sql, tuple(self.gives), loads, writes=shape.table)

    def delete(self, shape: DeleteShape) -> SqliteSql:
        for what, said in (("WITH", shape.ctes), ("DELETE … USING", shape.source)):
            if said:
                raise _refused(what)
        self._tables = [shape.table]
        words = [f"DELETE FROM {_named(shape.table)}", *self._where(shape.where)]  # noqa: S608 - quoted names
        items, loads = self._items(shape.returning)
        sql = " ".join(words) + (f" RETURNING {items}" if shape.returning else "")
        return SqliteSql(sql, tuple(self.gives), loads, writes=shape.table)

    # Clauses

    def _items(self, items: Items) -> tuple[str, tuple[Convert | None, ...]]:
        lowered = [self._item(shape, sql_type) for shape, sql_type in select_list(items).columns]
        return ", ".join(sql for sql, _ in lowered) or "1", tuple(load for _, load in lowered)

    def _item(self, shape: Hashable, sql_type: SqlType[Any]) -> tuple[str, Convert | None]:
        match shape:
            case (shapes.CAST, (shapes.CALL, FunctionRef(name="to_jsonb", schema=None), inner), SqlType() as to):
                return self._spelled(inner, to)
            case (shapes.CAST, inner, SqlType() as to) if to.kind is FieldType.TEXT:
                return self._spelled(inner, to)
            case _:
                sql, storage = self.term(shape)
                load = storage.load
                if load is None and sql_type.rank is not None and sql_type.classes == (Decimal,):
                    load = Decimal
                return sql, load

    def _spelled(self, inner: Hashable, _to: SqlType[Any]) -> tuple[str, Convert]:
        """Return what is read as PostgreSQL spells it: the keys of a position."""
        sql, storage = self.term(inner)
        load = storage.load or (lambda kept: kept)
        return sql, lambda kept: _spelling(load(kept))

    def _join(self, join: JoinShape) -> str:
        how = _JOINS.get(join.how)
        if how is None:
            raise _refused(f"{join.how.upper()} JOIN")
        on = "" if join.on is None else f" ON {self._predicate(join.on)}"
        return f"{how} JOIN {_named(join.table)}{on}"

    def _where(self, where: Iterable[Hashable]) -> list[str]:
        predicates = [self._predicate(each) for each in where]
        return [f"WHERE {' AND '.join(predicates)}"] if predicates else []

    def _order(self, shape: Hashable) -> str:
        match shape:
            case (shapes.ASC | shapes.DESC as direction, operand, None | "first" | "last" as nulls):
                sql, storage = self.term(operand)
                _check_order(storage, "ORDER BY")
                return f"{sql} {_FIRST[direction, nulls]}"
            case _:
                return self._order((shapes.ASC, shape, None))

    def _conflict(self, shape: ConflictShape) -> str:
        if shape.constraint is not None:
            raise QueryError("SQLite knows no ON CONFLICT ON CONSTRAINT: name the columns")
        if shape.predicate is not None or not all(isinstance(each, ColumnRef) for each in shape.target):
            raise _refused("conflict target but columns")
        names = ", ".join(quoted(ref.name) for ref in shape.target if isinstance(ref, ColumnRef))
        target = f" ON CONFLICT ({names})" if names else " ON CONFLICT"
        if not shape.excluded and not shape.assignments:
            return f"{target} DO NOTHING"
        changes = [f"{quoted(ref.name)} = excluded.{quoted(ref.name)}" for ref in shape.excluded]
        changes += [self._assignment(*each) for each in shape.assignments]
        return " ".join([f"{target} DO UPDATE SET {', '.join(changes)}", *self._where(shape.where)])

    def _assignment(self, ref: ColumnRef, value: Hashable) -> str:
        text = self._written(ref, value)
        if text is None:
            raise _refused("SET … = DEFAULT")
        return f"{quoted(ref.name)} = {text}"

    def _written(self, ref: ColumnRef, value: Hashable) -> str | None:
        """Return what a column is set to; None for its default."""
        storage = storage_of(ref.type)
        self._assigning = True
        try:
            match value:
                case SqlType():
                    self.gives.append(storage.store)
                    return f"?{len(self.gives)}"
                case shapes.DEFAULT:
                    return None
                case (shapes.STAMP, ColumnRef() as column, given, stamped):
                    kept = self.term(column).sql
                    carried = self._written(ref, given)
                    stamp = self.term(stamped).sql
                    return f"CASE WHEN {kept} IS {carried} THEN {stamp} ELSE {carried} END"
                case _:
                    return self._beside(value, storage)
        finally:
            self._assigning = False

    def _default(self, ref: ColumnRef, constants: list[Any]) -> str:
        """Return what a column has where a row leaves it to the database."""
        declaration = table_meta(ref.table.owner).declaration_of(ref)
        if "default" not in declaration.options:
            return "NULL"  # Of an INTEGER PRIMARY KEY the next number.
        default = declaration.options["default"]
        if isinstance(default, Expr):
            if default.params:
                raise _refused(f"default of {ref} that computes with values")
            return self._beside(default.shape, storage_of(ref.type))
        constants.append(None if default is None else storage_of(ref.type).store(default))
        return f"?{len(self.gives) + len(constants)}"

    # Expressions

    def _predicate(self, shape: Hashable) -> str:
        sql, storage = self.term(shape)
        if storage is not BOOLEAN:
            raise _refused("condition that is no boolean")
        return sql

    def term(self, shape: Hashable) -> _Term:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of node
        match shape:
            case ColumnRef():
                return _Term(self._column(shape), storage_of(shape.type))
            case SqlType():
                storage = storage_of(shape)
                return _Term(self._value(shape, storage), storage)
            case (shapes.AND | shapes.OR as op, *operands):
                return _Term(f"({f' {op.upper()} '.join(map(self._predicate, operands))})", BOOLEAN)
            case ("not", operand):
                return _Term(f"(NOT {self._predicate(operand)})", BOOLEAN)
            case (str() as op, operand) if op in _NULLS:
                return _Term(f"({self.term(operand).sql} {_NULLS[op]})", BOOLEAN)
            case (str() as op, (shapes.ROW, *left), (shapes.ROW, *right)) if op in _EQUAL or op in _ORDERED:
                return self._rows(op, left, right)
            case (str() as op, left, right) if op in _EQUAL or op in _ORDERED:
                return self._compared(op, left, right)
            case ("between", operand, low, high):
                return self._between(operand, low, high)
            case (str() as op, operand, SqlType() as given) if op in _LISTS:
                return self._listed(op, operand, given)
            case ("like", operand, SqlType() as given):
                sql, storage = self.term(operand)
                if storage.family != "text":
                    raise _refused(f"LIKE of {storage.family}")
                return _Term(f"({sql} LIKE {self._value(given, TEXT)} ESCAPE '\\')", BOOLEAN)
            case (str() as op, left, right) if op in _SUMS and self._assigning:
                sql, storage = self.term(left)
                if storage.family != "number":
                    raise _refused(f"{op} of {storage.family}")
                return _Term(f"({sql} {op} {self._beside(right, storage)})", storage)
            case (shapes.EXCLUDED, ColumnRef() as column):
                return _Term(f"excluded.{quoted(column.name)}", storage_of(column.type))
            case (shapes.COUNT_ROWS, _):
                return _Term("count(*)", NUMBER)
            case (shapes.CALL, FunctionRef(schema=None, name=name), *arguments):
                return self._call(name, arguments)
            case (str() as form, *_):
                raise _refused(form.upper())
            case _:
                raise _refused("such expression")

    def _column(self, ref: ColumnRef) -> str:
        if ref.table not in self._tables:
            raise QueryError(f"{ref}: table {ref.table} is not in this query")
        return f"{quoted(ref.table.qualifier)}.{quoted(ref.name)}"

    def _rows(self, op: str, left: list[Hashable], right: list[Hashable]) -> _Term:
        terms = self._operands(left)
        for _, storage in terms:
            _check_order(storage, op)
        values = [self._beside(each, term.storage) for each, term in zip(right, terms, strict=True)]
        sql = f"(({', '.join(term.sql for term in terms)}) {_EQUAL.get(op, op)} ({', '.join(values)}))"
        return _Term(sql, BOOLEAN)

    def _operands(self, operands: Iterable[Hashable]) -> list[_Term]:
        return [self.term(each) for each in operands]

    def _compared(self, op: str, left: Hashable, right: Hashable) -> _Term:
        sql, storage = self.term(left)
        _check_equal(storage, op)
        if op in _ORDERED:
            _check_order(storage, op)
        return _Term(f"({sql} {_EQUAL.get(op, op)} {self._beside(right, storage)})", BOOLEAN)

    def _between(self, operand: Hashable, low: Hashable, high: Hashable) -> _Term:
        sql, storage = self.term(operand)
        _check_order(storage, "BETWEEN")
        return _Term(f"({sql} BETWEEN {self._beside(low, storage)} AND {self._beside(high, storage)})", BOOLEAN)

    def _listed(self, op: str, operand: Hashable, given: SqlType[Any]) -> _Term:
        sql, storage = self.term(operand)
        if not storage.listed or given.element is None:
            raise _refused(f"list of {storage.family}")
        give = _giver(given.element, storage)
        self.gives.append(lambda values: json.dumps([None if each is None else give(each) for each in values]))
        return _Term(f"({sql} {_LISTS[op]} (SELECT value FROM json_each(?{len(self.gives)})))", BOOLEAN)  # noqa: S608

    def _call(self, name: str, arguments: list[Hashable]) -> _Term:
        match name, arguments:
            case ("now", []):
                return _Term("ferra_now()", MOMENT)
            case ("gen_random_uuid", []):
                return _Term("ferra_uuid()", UUID_TEXT)
            case ("count", [operand]):
                return _Term(f"count({self.term(operand).sql})", NUMBER)
            case ("min" | "max", [operand]):
                sql, storage = self.term(operand)
                _check_order(storage, name)
                return _Term(f"{name}({sql})", storage)
            case ("sum", [operand]):
                sql, storage = self.term(operand)
                if storage.family != "number":
                    raise _refused(f"sum of {storage.family}")
                return _Term(f"sum({sql})", storage)
            case ("lower" | "upper", _):
                raise _refused(f"{name}(…), which knows ASCII alone")
            case _:
                raise _refused(f"{name}(…)")

    def _beside(self, shape: Hashable, storage: Storage) -> str:
        """Return what is compared with, or stored as, what has this storage."""
        if isinstance(shape, SqlType):
            return self._value(shape, storage)
        sql, found = self.term(shape)
        if not found.is_comparable_to(storage):
            raise _refused(f"{found.family} beside {storage.family}, or of another scale")
        return sql

    def _value(self, sql_type: SqlType[Any], storage: Storage) -> str:
        self.gives.append(_giver(sql_type, storage))
        return f"?{len(self.gives)}"


class _Definition(_Lowering):
    """Lowers an expression that names its columns without their table."""

    def __init__(self, params: Iterable[Any]) -> None:
        super().__init__()
        self._params = iter(params)

    def _column(self, ref: ColumnRef) -> str:
        return quoted(ref.name)

    def _value(self, sql_type: SqlType[Any], storage: Storage) -> str:
        return _literal(_giver(sql_type, storage)(next(self._params)))

    def _listed(self, op: str, operand: Hashable, given: SqlType[Any]) -> _Term:
        sql, storage = self.term(operand)
        if given.element is None:
            raise _refused(f"list of {given}")
        give = _giver(given.element, storage)
        values = ", ".join(_literal(give(each)) for each in next(self._params))
        return _Term(f"({sql} {_LISTS[op]} ({values}))", BOOLEAN)


def _literal(kept: object) -> str:
    if isinstance(kept, str):
        return "'" + kept.replace("'", "''") + "'"
    if isinstance(kept, (int, float)):
        return repr(kept)
    raise _refused("literal of such a value")


def _giver(sql_type: SqlType[Any], storage: Storage) -> Convert:
    """Return what makes of a parameter's value what is compared with this storage."""
    kind, give = sql_type.kind, storage.given
    if kind is FieldType.TEXT and storage.family != "text":  # Spelled by a position.
        parse = _PARSED.get(storage.family)
        if parse is None:
            raise _refused(f"{sql_type} beside {storage.family}")
        return lambda text: give(parse(text))
    is_number = sql_type.rank is not None and sql_type.kind not in {FieldType.REAL, FieldType.DOUBLE_PRECISION}
    if storage.family == "number":
        is_fit = is_number
    elif storage.family in {"float", "float4"}:
        is_fit = sql_type.rank is not None
    elif storage.family == "timestamp":
        is_fit = kind in {FieldType.TIMESTAMP, FieldType.DATE}
    else:
        is_fit = storage_of(sql_type).family == storage.family
    if not is_fit:
        raise _refused(f"{sql_type} beside {storage.family}")
    return give


_PARSED: Final[dict[str, Convert]] = {
    "number": Decimal,
    "float": float,
    "float4": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "uuid": UUID,
    "bytea": lambda text: bytes.fromhex(text[2:]),
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timestamp": dt.datetime.fromisoformat,
    "timestamptz": dt.datetime.fromisoformat,
}


def _spelling(value: Any) -> str:  # noqa: ANN401 - a value of any type
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def _check_equal(storage: Storage, op: str) -> None:
    if not storage.equal:
        raise _refused(f"{op} of {storage.family}")


def _check_order(storage: Storage, op: str) -> None:
    _check_equal(storage, op)
    if not storage.ordered:
        raise _refused(f"{op} of {storage.family}")


def _named(table: TableRef) -> str:
    if table.schema is not None:
        raise QueryError(f"{table}: SQLite has no schema {table.schema}")
    alias = "" if table.alias is None else f" AS {quoted(table.alias)}"
    return f"{quoted(table.name)}{alias}"


def _defaulted(table: TableRef) -> list[ColumnRef]:
    """Return the columns whose defaults are written out, for SQLite is not told of them."""
    meta = table_meta(table.owner)
    return [column.ref for name, column in meta.attributes.items() if "default" in meta.declarations[name].options]
