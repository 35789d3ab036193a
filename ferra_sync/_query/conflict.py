"""ON CONFLICT: what an INSERT does with a row that is there already."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from ferra_sync._compiler.shapes import ConflictShape
from ferra_sync._expression import shapes
from ferra_sync._expression.column import Assignment, Column
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Excluded, In, Plain
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._expression.typevars import N, S, V
from ferra_sync._expression.values import Value
from ferra_sync._query.checks import check_predicates, named
from ferra_sync._query.conflict_target import ConflictTarget
from ferra_sync._query.stamps import stamps
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError

I = TypeVar("I")  # noqa: E741 - an INSERT

AnyAssignment: TypeAlias = Assignment[Any, Any]
Changes: TypeAlias = tuple[tuple[tuple[ColumnRef, Hashable], ...], tuple[Any, ...]]
"""What columns are set to, and the values in that."""

_MOMENTS: Final = frozenset({FieldType.DATE, FieldType.TIME, FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ})


class ConflictAction(NamedTuple):
    """What is done where the target is met: nothing, some assignments, or all that the rows give."""

    target: ConflictTarget
    does: Literal["nothing", "update", "update all"]
    assignments: tuple[AnyAssignment, ...] = ()
    where: tuple[AnyExpr, ...] = ()

    def parts(self, table: TableMeta, given: Iterable[ColumnRef]) -> tuple[ConflictShape, tuple[Any, ...]]:
        """Return the shape and its values, of an INSERT that gives these columns."""
        excluded: tuple[ColumnRef, ...] = ()
        pairs, params = _stamped(table, self.assignments) if self.does == "update" else ((), ())
        if self.does == "update all":
            kept = _kept(table, self.target)
            excluded, pairs, params = taken_over(table, [ref for ref in given if ref not in kept])
        shape = ConflictShape(
            target=self.target.keys,
            excluded=excluded,
            assignments=pairs,
            where=tuple(each.shape for each in self.where),
            predicate=self.target.predicate,
            constraint=self.target.constraint,
        )
        return shape, (*params, *(value for each in self.where for value in each.params))


class OnConflict(Value, Generic[S, I]):
    """An INSERT into the table S that is still to say what becomes of a row that is there already."""

    __slots__ = ("_insert", "_table", "_target")

    def __init__(self, table: TableMeta, target: ConflictTarget, insert: Callable[[ConflictAction], I]) -> None:
        self._table = table
        self._target = target
        self._insert = insert

    def __repr__(self) -> str:
        return f"<OnConflict on {self._table.ref}: say .do_nothing(), .do_update(…) or .do_update_all()>"

    def do_nothing(self) -> I:
        """Leave the row that is there as it is; RETURNING does not return it."""
        return self._insert(ConflictAction(self._target, "nothing"))

    def do_update(
        self,
        *assignments: Assignment[S, In[S] | Excluded[In[S]]],
        where: Expr[In[S] | Excluded[In[S]], bool, None, Plain] | None = None,
    ) -> I:
        """Update the row that is there; `excluded(Users.name)` is what was to be inserted.

        Columns with `on_update` are set to that, where they are not assigned. With `where` the row is left as it is,
        and not returned, where that does not hold.

        Raises:
            QueryError: nothing is assigned, a column twice, or one of another table; the target is not named.
        """
        if not assignments:
            raise QueryError("do_update takes assignments: say do_update_all() to set what the rows give")
        columns = [_assigned(self._table, each) for each in assignments]
        twice = next((column for column in columns if columns.count(column) > 1), None)
        if twice is not None:
            raise QueryError(f"{twice} is set twice")
        return self._updating("update", assignments, where)

    def do_update_all(self, *, where: Expr[In[S] | Excluded[In[S]], bool, None, Plain] | None = None) -> I:
        """Set the row that is there to what the rows give.

        The primary key, the target and stamps of creation stay: moments that the server gives by default, without
        `on_update`. Columns with `on_update` are set to that, unless a row gives another value than is there. `where`
        is that of `do_update`.

        Raises:
            QueryError: the target is not named; or, when the query is compiled, some rows leave a column to the server
                that others give.
        """
        return self._updating("update all", (), where)

    def _updating(
        self, does: Literal["update", "update all"], assignments: tuple[AnyAssignment, ...], where: AnyExpr | None
    ) -> I:
        predicates = () if where is None else (where,)
        check_predicates("where", predicates)
        if not self._target.is_named:
            raise QueryError("on_conflict() of whatever is met takes do_nothing() alone: name what is to be updated")
        return self._insert(ConflictAction(self._target, does, assignments, predicates))


def excluded(column: Column[S, V, N]) -> Expr[Excluded[S], V, N, Plain]:
    """`EXCLUDED`: in `do_update`, what was to be inserted into this column.

    Raises:
        QueryError: it is no column.
    """
    if not isinstance(column, Column):
        raise QueryError(f"excluded takes a column, not {named(column)}")
    return Expr(shapes.excluded(column.ref), (), column.type)


def taken_over(
    table: TableMeta, columns: Iterable[ColumnRef]
) -> tuple[tuple[ColumnRef, ...], tuple[tuple[ColumnRef, Hashable], ...], tuple[Any, ...]]:
    """Return what sets `columns` to what was to be inserted: those set to it as it is, assignments, their values.

    A column with `on_update` is set to that, unless the row gives another value than is there. Where there is nothing
    to set, one column is set to itself: DO NOTHING would return no row.
    """
    refs = tuple(columns)
    pairs, params = stamps(table, refs)
    stamped = {ref for ref, _ in pairs}
    plain = tuple(ref for ref in refs if ref not in stamped)
    return plain, pairs if plain or pairs else (_to_itself(table),), params


def _stamped(table: TableMeta, assignments: tuple[AnyAssignment, ...]) -> Changes:
    assigned = {each.column for each in assignments}
    changes = (*assignments, *(stamp for stamp in table.on_update if stamp.column not in assigned))
    return tuple(each.shape for each in changes), tuple(value for each in changes for value in each.params)


def _to_itself(table: TableMeta) -> tuple[ColumnRef, Hashable]:
    """Return the assignment that changes nothing, of a column that can be assigned."""
    columns = (column for column in table.attributes.values() if column.generated not in {"identity always", "stored"})
    ref = next(columns, table.primary_key[0]).ref
    return ref, ref


def _kept(table: TableMeta, target: ConflictTarget) -> set[ColumnRef]:
    """Return the columns that stay as they are whatever the rows give."""
    key = {column.ref for column in table.primary_key}
    numbered = {column.ref for column in table.attributes.values() if column.generated in {"identity always", "stored"}}
    counted = set() if table.version is None else {table.version}
    return key | numbered | counted | target.columns | set(_created(table))


def _created(table: TableMeta) -> Iterable[ColumnRef]:
    """Yield the stamps of creation: moments that the server gives by default, and that no update sets."""
    for attribute, column in table.attributes.items():
        options = table.declarations[attribute].options
        is_made = isinstance(options.get("default"), Expr) and "on_update" not in options
        if column.type.kind in _MOMENTS and is_made:
            yield column.ref


def _assigned(table: TableMeta, assignment: object) -> ColumnRef:
    if not isinstance(assignment, Assignment):
        example = f"{table.ref.owner.__name__}.….to(…)"
        raise QueryError(f"do_update takes assignments, not {named(assignment)}: say {example}")
    if assignment.column.table is not table.ref:
        raise QueryError(f"{assignment.column} is not a column of {table.name}")
    if assignment.column is table.version:
        raise QueryError(f"{assignment.column} is counted by every UPDATE and cannot be set")
    return assignment.column
