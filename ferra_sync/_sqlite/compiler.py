"""SQLite's dialect: from a statement's shape to its SQL. What is not named here is refused, before anything is sent."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

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
from ferra_sync._expression import shapes
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.shapes import Items
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.select_list import select_list
from ferra_sync._schema.table import table_meta
from ferra_sync._sqlite.expressions import Expressions, check_order
from ferra_sync._sqlite.given import refused, spelling
from ferra_sync._sqlite.storage import (
    NUMBER,
    Convert,
    storage_of,
)
from ferra_sync.errors import QueryError

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
            raise refused("an estimated count")
        case InsertShape():
            return _Lowering().insert(shape)
        case UpdateShape():
            return _Lowering().update(shape)
        case DeleteShape():
            return _Lowering().delete(shape)
        case _:
            raise refused(type(shape).__name__.removesuffix("Shape").lower())


class _Lowering(Expressions):
    """Lowers one statement."""

    def select(self, shape: SelectShape) -> SqliteSql:
        """Return a SELECT."""
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
                raise refused(what)
        self.tables = list(shape.tables)
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
            words.append(f"LIMIT {'-1' if shape.limit is None else self.value(shape.limit, NUMBER)}")
        if shape.offset is not None:
            words.append(f"OFFSET {self.value(shape.offset, NUMBER)}")
        return SqliteSql(" ".join(words), tuple(self.gives), loads)

    def insert(self, shape: InsertShape) -> SqliteSql:
        """Return an INSERT."""
        for what, said in (
            ("WITH", shape.ctes),
            ("INSERT of a query", shape.query),
            ("INSERT of arrays", shape.arrays),
        ):
            if said:
                raise refused(what)
        self.tables = [shape.table]
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
        """Return an UPDATE."""
        for what, said in (("WITH", shape.ctes), ("UPDATE … FROM", shape.source)):
            if said:
                raise refused(what)
        self.tables = [shape.table]
        changes = ", ".join(self._assignment(*each) for each in shape.assignments)
        words = [f"UPDATE {_named(shape.table)} SET {changes}", *self._where(shape.where)]  # noqa: S608 - quoted names and numbered places
        items, loads = self._items(shape.returning)
        sql = " ".join(words) + (f" RETURNING {items}" if shape.returning else "")
        return SqliteSql(sql, tuple(self.gives), loads, writes=shape.table)

    def delete(self, shape: DeleteShape) -> SqliteSql:
        """Return a DELETE."""
        for what, said in (("WITH", shape.ctes), ("DELETE … USING", shape.source)):
            if said:
                raise refused(what)
        self.tables = [shape.table]
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
        return sql, lambda kept: spelling(load(kept))

    def _join(self, join: JoinShape) -> str:
        how = _JOINS.get(join.how)
        if how is None:
            raise refused(f"{join.how.upper()} JOIN")
        on = "" if join.on is None else f" ON {self.predicate(join.on)}"
        return f"{how} JOIN {_named(join.table)}{on}"

    def _where(self, where: Iterable[Hashable]) -> list[str]:
        predicates = [self.predicate(each) for each in where]
        return [f"WHERE {' AND '.join(predicates)}"] if predicates else []

    def _order(self, shape: Hashable) -> str:
        match shape:
            case (shapes.ASC | shapes.DESC as direction, operand, None | "first" | "last" as nulls):
                sql, storage = self.term(operand)
                check_order(storage, "ORDER BY")
                return f"{sql} {_FIRST[direction, nulls]}"
            case _:
                return self._order((shapes.ASC, shape, None))

    def _conflict(self, shape: ConflictShape) -> str:
        if shape.constraint is not None:
            raise QueryError("SQLite knows no ON CONFLICT ON CONSTRAINT: name the columns")
        if shape.predicate is not None or not all(isinstance(each, ColumnRef) for each in shape.target):
            raise refused("conflict target but columns")
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
            raise refused("SET … = DEFAULT")
        return f"{quoted(ref.name)} = {text}"

    def _written(self, ref: ColumnRef, value: Hashable) -> str | None:
        """Return what a column is set to; None for its default."""
        storage = storage_of(ref.type)
        before, self.assigning = self.assigning, True
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
                    return self.beside(value, storage)
        finally:
            self.assigning = before

    def _default(self, ref: ColumnRef, constants: list[Any]) -> str:
        """Return what a column has where a row leaves it to the database."""
        declaration = table_meta(ref.table.owner).declaration_of(ref)
        if "default" not in declaration.options:
            return "NULL"  # Of an INTEGER PRIMARY KEY the next number.
        default = declaration.options["default"]
        if isinstance(default, Expr):
            if default.params:
                raise refused(f"default of {ref} that computes with values")
            return self.beside(default.shape, storage_of(ref.type))
        constants.append(None if default is None else storage_of(ref.type).store(default))
        return f"?{len(self.gives) + len(constants)}"


def _named(table: TableRef) -> str:
    if table.schema is not None:
        raise QueryError(f"{table}: SQLite has no schema {table.schema}")
    alias = "" if table.alias is None else f" AS {quoted(table.alias)}"
    return f"{quoted(table.name)}{alias}"


def _defaulted(table: TableRef) -> list[ColumnRef]:
    """Return the columns whose defaults are written out, for SQLite is not told of them."""
    meta = table_meta(table.owner)
    return [column.ref for name, column in meta.attributes.items() if "default" in meta.declarations[name].options]
