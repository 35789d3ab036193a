"""What a repository sends: the statements of one model, compiled once for all its repositories."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

import attrs

from ferra_sync._compiler.shapes import ConflictShape, DeleteShape, SelectShape, UpdateShape
from ferra_sync._expression import shapes
from ferra_sync._expression.column import Assignment, Column
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import SERVER_DEFAULT
from ferra_sync._expression.shapes import binary
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.rows import Given, given
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync._query.checks import named
from ferra_sync._query.conflict import taken_over
from ferra_sync._query.insert import insert_of_rows
from ferra_sync._query.keys import key_parts
from ferra_sync._schema.constraints import Columns
from ferra_sync.errors import NotFound, QueryError

Params: TypeAlias = tuple[Any, ...]


class RowWrite(NamedTuple):
    """A statement that writes rows in which the same fields have a value.

    `pick` takes the parameters, in their order, from the values of a row and the constants after them.
    """

    statement: Statement
    pick: Callable[[Params], Params]
    constants: Params

    def params(self, values: Params) -> Params:
        """Return the parameters for the values of a row."""
        return self.pick(values + self.constants)


class _Assignments:
    """What the columns of a row are set to, and from where the parameters come.

    Attributes:
        pairs: each column and what it is set to.
        positions: of each parameter the position among the values of a row and the constants after them.
        constants: the values of the stamps' own parameters.
    """

    def __init__(self, width: int) -> None:
        self.pairs: list[tuple[ColumnRef, Hashable]] = []
        self.positions: list[int] = []
        self.constants: list[Any] = []
        self._width = width

    def value(self, ref: ColumnRef, position: int) -> None:
        """Set a column to the row's value at `position`."""
        self.pairs.append((ref, ref.type.parameter))
        self.positions.append(position)

    def stamp(self, stamp: Assignment[Any], *, unless: Hashable = None, position: int | None = None) -> None:
        """Set an on_update column anew; or, where the row has another value, to `unless`, a parameter at `position`."""
        ref, shape = stamp.shape
        if position is not None:
            self.positions.append(position)
        if unless is not None:
            shape = shapes.stamp(ref, unless, shape, is_json=ref.type.kind is FieldType.JSON)
        self.pairs.append((ref, shape))
        first = self._width + len(self.constants)
        self.positions.extend(range(first, first + len(stamp.params)))
        self.constants.extend(stamp.params)


def _picker(positions: Sequence[int]) -> Callable[[Params], Params]:
    """Return what takes the values at these positions."""
    return (
        itemgetter(*positions)
        if len(positions) > 1
        else lambda values: tuple([values[position] for position in positions])
    )


@attrs.frozen(eq=False)
class ModelStatements:
    """The statements of one model over one table with a primary key."""

    meta: ModelMeta
    key: Columns
    key_fields: tuple[FieldMeta, ...]
    find: Statement
    exists: Statement
    delete: Statement
    stamps: Mapping[ColumnRef, Assignment[Any]]
    """What every UPDATE sets, by column."""

    def key_values(self, key: Any) -> Params:  # noqa: ANN401 - checked here
        """Return the values of a key: the one, or those of a tuple.

        Raises:
            QueryError: the key has the wrong type or number of values, or one of them is None.
            NotFound: one of them is a number that its column cannot hold, so no row has this key.
        """
        only = self.key[0].type
        if len(self.key) == 1 and key.__class__ is only.quick:
            sure = only.sure
            if sure is None or (sure[0] <= key and sure[1] >= key):
                return (key,)
        columns, values = key_parts(self.meta.table, key)
        checked = tuple(_checked(column.ref, value) for column, value in zip(columns, values, strict=True))
        for column, value in zip(columns, checked, strict=True):
            if column.type.holds is not None and not column.type.holds(value):
                raise NotFound(self.meta.table.name, key)
        return checked

    def key_of(self, values: Params) -> Params:
        """Return the key among the values of a row."""
        return tuple(values[self.meta.fields.index(field)] for field in self.key_fields)

    def has_key(self, values: Params, key: Params) -> bool:
        """Whether a row with these values has this key, where it says one; citext takes no notice of case."""
        pairs = zip(self.key, self.key_of(values), key, strict=True)
        return all(
            carried is SERVER_DEFAULT
            or carried == wanted
            or (column.type.kind is FieldType.CITEXT and carried.lower() == wanted.lower())
            for column, carried, wanted in pairs
        )

    def insert(self, values: Params, *, or_update: bool = False) -> tuple[Statement, Params]:
        """Return the INSERT of a row with these values, and its parameters; with `or_update` the upsert."""
        write = _insert(self, given(values), or_update)
        return write.statement, write.params(values)

    def update(self, values: Params, key: Params) -> tuple[Statement, Params]:
        """Return the UPDATE that sets every other column that has a value to it, and its parameters."""
        write = _update(self, given(values))
        version = self.version_in(values)
        return write.statement, write.params(values) + (key if version is None else (*key, version))

    def changed(self, fields: Given) -> list[tuple[int, ColumnRef]]:
        """Return position and column of each value that an UPDATE sets: not the key nor the numbers of the server."""
        return [
            (position, field.ref)
            for position, field in enumerate(self.meta.fields)
            if fields[position]
            and not field.primary_key
            and field.generated != "identity always"
            and field.ref is not self.meta.table.version
        ]

    def version_in(self, values: Params) -> int | None:
        """Return the version that a row carries; None where it leaves that to the server, or the model has none."""
        place = self.version_place
        version = None if place is None else values[place]
        return None if version is SERVER_DEFAULT else version

    @cached_property
    def version_place(self) -> int | None:
        """Where among the values of a row its version is."""
        version = self.meta.table.version
        return next((place for place, ref in enumerate(self.meta.refs) if ref is version), None)

    @cached_property
    def stored_version(self) -> Statement:
        """The query for the version that the row of a key has."""
        refs = (ref for ref in (self.meta.table.version,) if ref is not None)
        items = tuple((ref, ref.type) for ref in refs)
        return statement_of(SelectShape(items=items, table=self.meta.table.ref, where=self.where))

    def conflict_key(self, on: object = None) -> tuple[FieldMeta, ...]:
        """Return the fields by which a row is there: those of the columns `on`, or of the primary key.

        Raises:
            QueryError: they are no columns of the table, no unique key covers just these, the model lacks one, or the
                server computes it.
        """
        if on is None:
            return self.key_fields
        columns, table = self._columns("on", on), self.meta.table
        if frozenset(column.ref for column in columns) not in table.unique_keys:
            names = ", ".join(column.name for column in columns)
            raise QueryError(f"no unique key of {table.name} is of ({names}) alone: declare unique(…), or name another")
        return tuple(self._field("on", column) for column in columns)

    def written(self, columns: object = None) -> tuple[FieldMeta, ...]:
        """Return the fields that an UPDATE of many rows sets: those of `columns`, or all but the key.

        Raises:
            QueryError: they are no columns of the table, the model lacks one, or an UPDATE does not set it.
        """
        if columns is None:
            return tuple(self.meta.by_column[ref.name] for _, ref in self.changed((True,) * len(self.meta.fields)))
        fields = tuple(self._field("columns", column) for column in self._columns("columns", columns))
        for field in fields:
            if field.primary_key:
                raise QueryError(f"columns: {field.ref} is the primary key, by which the rows are found")
            if field.ref is self.meta.table.version:
                raise QueryError(f"columns: {field.ref} is counted by every UPDATE, whatever a row says")
        return fields

    def _columns(self, clause: str, given: object) -> list[Column[Any, Any, Any]]:
        table = self.meta.table
        example = f"{clause}=({table.ref.owner.__name__}.{next(iter(table.attributes))},)"
        if not isinstance(given, Sequence) or isinstance(given, str) or not given:
            raise QueryError(f"{clause} takes columns of {table.name}, as in {example}, not {named(given)}")
        columns: list[Column[Any, Any, Any]] = []
        for column in given:
            if not isinstance(column, Column) or column.ref.table is not table.ref:
                raise QueryError(f"{clause} takes columns of {table.name}, as in {example}, not {named(column)}")
            if any(column is other for other in columns):
                raise QueryError(f"{clause}: {column.ref} stands there twice")
            columns.append(column)
        return columns

    def _field(self, clause: str, column: Column[Any, Any, Any]) -> FieldMeta:
        field = self.meta.by_column.get(column.name)
        if field is None:
            raise QueryError(f"{clause}: {self.meta.model.__name__} lacks {column.ref}")
        if field.generated in {"identity always", "stored"}:
            raise QueryError(f"{clause}: {column.ref} is made by the server, whatever a row says")
        return field

    @property
    def where(self) -> tuple[Any, ...]:
        """The predicates that find a row by its key."""
        return _is_key(self.key)


def _is_key(key: Columns) -> tuple[Any, ...]:
    return tuple(_is(column.ref) for column in key)


def _is(ref: ColumnRef) -> Hashable:
    return binary("=", ref, ref.type.parameter)


def _checked(ref: ColumnRef, value: object) -> Any:  # noqa: ANN401 - of the column's own type
    if value is None:
        raise QueryError(f"{ref} is a primary key, which is never None")
    return parameter(value, ref.type, ref).params[0]


@lru_cache(maxsize=4096)
def _insert(statements: ModelStatements, fields: Given, or_update: bool) -> RowWrite:  # noqa: FBT001 - a key of the cache
    conflict, constants = _conflict(statements, fields) if or_update else (None, ())
    shape = insert_of_rows(
        statements.meta,
        (fields,),
        returning=statements.meta.items,
        conflict=conflict,
        overriding=or_update and statements.meta.table.is_numbered_always(compress(statements.meta.refs, fields)),
    )
    width = len(fields)
    positions = [*compress(range(width), fields), *range(width, width + len(constants))]
    return RowWrite(statement_of(shape), _picker(positions), constants)


def _conflict(statements: ModelStatements, fields: Given) -> tuple[ConflictShape, Params]:
    """Return what an upsert does where the key is known, and the parameters of its stamps."""
    excluded, assignments, params = taken_over(statements.meta.table, [ref for _, ref in statements.changed(fields)])
    key = tuple(column.ref for column in statements.key)
    where = tuple(binary("=", ref, shapes.excluded(ref)) for ref in _carried_version(statements, fields))
    conflict = ConflictShape(target=key, excluded=excluded, assignments=assignments, where=where)
    return conflict, params


def _carried_version(statements: ModelStatements, fields: Given) -> tuple[ColumnRef, ...]:
    place = statements.version_place
    return () if place is None or not fields[place] else (statements.meta.refs[place],)


@lru_cache(maxsize=4096)
def _update(statements: ModelStatements, fields: Given) -> RowWrite:
    changed = {ref: position for position, ref in statements.changed(fields)}
    assigned = _Assignments(len(fields))
    for ref, position in changed.items():
        if ref not in statements.stamps:
            assigned.value(ref, position)
    for ref, stamp in statements.stamps.items():
        assigned.stamp(stamp, unless=ref.type.parameter if ref in changed else None, position=changed.get(ref))
    if not assigned.pairs:
        return RowWrite(statements.find, _picker(()), ())
    shape = UpdateShape(
        table=statements.meta.table.ref,
        assignments=tuple(assigned.pairs),
        where=statements.where + tuple(_is(ref) for ref in _carried_version(statements, fields)),
        returning=statements.meta.items,
    )
    return RowWrite(statement_of(shape), _picker(assigned.positions), tuple(assigned.constants))


@lru_cache(maxsize=1024)
def statements_of(meta: ModelMeta) -> ModelStatements:
    """Return the statements of a model.

    Raises:
        QueryError: the table has no primary key, or the model lacks a column of it.
    """
    table, key = meta.table, meta.table.primary_key
    key_fields = meta.key_fields
    where = _is_key(key)
    find = statement_of(SelectShape(items=meta.items, table=table.ref, where=where))
    key_items = tuple((column.ref, column.type) for column in key)
    exists = statement_of(SelectShape(items=key_items, table=table.ref, where=where))
    delete = statement_of(DeleteShape(table=table.ref, where=where))
    return ModelStatements(
        meta, key, key_fields, find, exists, delete, {stamp.column: stamp for stamp in table.on_update}
    )
