"""INSERT, UPDATE and DELETE of SQLite's."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from ferra_sync._compiler.shapes import ConflictShape, DeleteShape, InsertShape, UpdateShape
from ferra_sync._expression import shapes
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.shapes import Items, columns_of
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._model.select_list import select_list
from ferra_sync._schema.table import table_meta
from ferra_sync._sqlite import lists
from ferra_sync._sqlite.given import refused
from ferra_sync._sqlite.numbers import Lowered, compared, fitted
from ferra_sync._sqlite.queries import Queries, named
from ferra_sync._sqlite.storage import Storage, storage_of
from ferra_sync.errors import QueryError


class Writing(Queries):
    """Lowers one statement that writes.

    Attributes:
        constants: the values of the parameters behind those of the statement: of defaults that SQLite is not told of.
        returned: how what comes back is kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self.constants: list[Any] = []
        self.returned: tuple[Storage, ...] = ()

    def insert(self, shape: InsertShape) -> str:
        """Return an INSERT."""
        head = self.with_queries(shape.ctes)
        names = [ref.name for ref in shape.columns]
        kept = [storage_of(ref.type) for ref in shape.columns]
        queried = None if shape.query is None else self.rows(shape.query)
        given = self._arrays(kept, names) if shape.arrays else ""
        rows = [
            [self._written(ref, value) for ref, value in zip(shape.columns, row, strict=True)] for row in shape.rows
        ]
        conflict = "" if shape.conflict is None else self._conflict(shape.conflict)
        returning = self._returning(shape.table, shape.returning)
        left = [ref for ref in _defaulted(shape.table) if ref not in shape.columns]
        columns = (*shape.columns, *left)
        into = f"{head}INSERT INTO {named(shape.table)}"
        if not columns:
            return f"{into} DEFAULT VALUES{conflict}{returning}"
        into += f" ({', '.join(quoted(ref.name) for ref in columns)})"
        if queried is not None or given:
            source = given if queried is None else queried.text(None, names)
            storages = kept if queried is None else queried.storages
            terms = [Lowered(quoted(name), storage) for name, storage in zip(names, storages, strict=True)]
            items = [_stored(term, storage) for term, storage in zip(terms, kept, strict=True)]
            listed = ", ".join([*items, *map(self._default, left)])
            # WHERE, for else ON CONFLICT would be the ON of a join.
            order = f" ORDER BY {quoted(lists.ORDINAL)}" if given else ""
            return f"{into} SELECT {listed} FROM ({source}) WHERE true{order}{conflict}{returning}"  # noqa: S608 - ours
        texts = [
            [
                self._default(ref) if text is None else text
                for ref, text in zip(columns, [*row, *[None] * len(left)], strict=True)
            ]
            for row in rows or [[]]
        ]
        values = ", ".join(f"({', '.join(row)})" for row in texts)
        return f"{into} VALUES {values}{conflict}{returning}"

    def _arrays(self, storages: Sequence[Storage], names: Sequence[str]) -> str:
        """Return the query of the rows that arrays make, one for each column."""
        first = len(self.gives) + 1
        self.gives += [lists.column(storage.store, storage) for storage in storages]
        return lists.rows(first, storages, names)

    def update(self, shape: UpdateShape) -> str:
        """Return an UPDATE."""
        head = self.with_queries(shape.ctes)
        source = "" if shape.source is None else f" FROM {self.joined(shape.source)}"
        changes = ", ".join(self._assignment(*each) for each in shape.assignments)
        where = " ".join(["", *self.where(shape.where)])
        returning = self._returning(shape.table, shape.returning)
        return f"{head}UPDATE {named(shape.table)} SET {changes}{source}{where}{returning}"  # noqa: S608 - quoted names

    def delete(self, shape: DeleteShape) -> str:
        """Return a DELETE; what it has USING is asked for each row."""
        head = self.with_queries(shape.ctes)
        source = None if shape.source is None else self.joined(shape.source)
        where = " ".join(["", *self.where(shape.where)])
        if source is not None:
            where = f" WHERE EXISTS (SELECT 1 FROM {source}{where})"  # noqa: S608 - quoted names
        returning = self._returning(shape.table, shape.returning)
        return f"{head}DELETE FROM {named(shape.table)}{where}{returning}"  # noqa: S608 - quoted names

    def _returning(self, table: TableRef, items: Items) -> str:
        results = [result for result, _ in select_list(items).columns]
        if not results:
            return ""
        other = next((ref.table for ref in columns_of(*results) if ref.table is not table), None)
        if other is not None or table.alias is not None:
            raise refused(f"RETURNING of {other or table}, which is not the table itself")
        lowered = [self.item(result) for result in results]
        self.returned = tuple(item.storage for item in lowered)
        return f" RETURNING {', '.join(item.sql for item in lowered)}"

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
        return " ".join([f"{target} DO UPDATE SET {', '.join(changes)}", *self.where(shape.where)])

    def _assignment(self, ref: ColumnRef, value: Hashable) -> str:
        text = self._written(ref, value)
        if text is None:
            raise refused("SET … = DEFAULT")
        return f"{quoted(ref.name)} = {text}"

    def _written(self, ref: ColumnRef, value: Hashable) -> str | None:
        """Return what a column is set to; None for its default."""
        storage = storage_of(ref.type)
        match value:
            case SqlType():
                self.gives.append(storage.store)
                return f"?{len(self.gives)}"
            case shapes.DEFAULT:
                return None
            case (shapes.STAMP, ColumnRef() as column, given, stamped):
                kept = self.term(column)
                carried = self._written(ref, given)
                stamp = self.term(stamped).sql
                return f"CASE WHEN {compared(kept, str(carried))} IS {carried} THEN {stamp} ELSE {carried} END"
            case _:
                return _stored(self.term(value), storage)

    def _default(self, ref: ColumnRef) -> str:
        """Return what a column has where a row leaves it to the database."""
        declaration = table_meta(ref.table.owner).declaration_of(ref)
        if "default" not in declaration.options:
            return "NULL"  # Of an INTEGER PRIMARY KEY the next number.
        default = declaration.options["default"]
        if isinstance(default, Expr):
            if default.params:
                raise refused(f"default of {ref} that computes with values")
            return _stored(self.term(default.shape), storage_of(ref.type))
        self.constants.append(None if default is None else storage_of(ref.type).store(default))
        return f"?{len(self.gives) + len(self.constants)}"


def _stored(term: Lowered, storage: Storage) -> str:
    """Return an expression as a column keeps it: blanks that are too many are cut off."""
    sql = fitted(term, storage)
    is_short = not storage.most or 0 < term.storage.most <= storage.most
    return sql if is_short else f"ferra_cut({sql}, {storage.most})"


def _defaulted(table: TableRef) -> list[ColumnRef]:
    """Return the columns whose defaults are written out, for SQLite is not told of them."""
    meta = table_meta(table.owner)
    return [column.ref for name, column in meta.attributes.items() if "default" in meta.declarations[name].options]
