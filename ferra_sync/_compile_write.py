"""INSERT, UPDATE and DELETE: from the shape to the statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pypika.queries import AliasedQuery
from pypika.terms import Term

from ferra_sync._compile_select import check_plain
from ferra_sync._lowering import Lowering, table_term
from ferra_sync._mapping import RowMaker, selection
from ferra_sync._names import quoted
from ferra_sync._shapes import (
    BulkInsertShape,
    ColumnRef,
    ConflictShape,
    DeleteShape,
    InsertShape,
    Items,
    TableRef,
    UpdateShape,
)
from ferra_sync._sqltypes import FieldType
from ferra_sync._statements import Statement, finished, new_builder, result_term
from ferra_sync._terms import Chain, Raw, Template, Unnest
from ferra_sync.errors import QueryError

_SOURCE: Final = "source"
_INSERTED: Final = "inserted"


def compile_insert(shape: InsertShape) -> Statement:
    """Return the statement of an INSERT."""
    lowering = Lowering((shape.table,))
    builder = new_builder(overriding=shape.overriding).into(table_term(shape.table)).columns(*_names(shape.columns))
    if shape.arrays:
        rows = Unnest(lowering.terms(shape.arrays))
        builder = builder.from_(rows).select(*_unnested(rows, shape.columns)).orderby(rows.ordinal)
    else:
        builder = builder.insert(*(tuple(lowering.terms(row)) for row in shape.rows))
    if shape.conflict is not None:
        builder = _on_conflict(builder, lowering, shape.conflict)
    return _returned(builder, lowering, shape.returning)


def compile_bulk_insert(shape: BulkInsertShape) -> Statement:
    """Return the statement of an INSERT of arrays whose rows come back in the order of the arrays.

    RETURNING promises no order, so the keys are known before the rows are written, and the rows are joined to their
    places by key: WITH source AS (… ordinal, key), inserted AS (INSERT … RETURNING …) SELECT … ORDER BY ordinal.
    """
    lowering = Lowering((shape.table,))
    rows = Unnest(lowering.terms(shape.arrays))
    names = [rows.name(number) for number in range(len(shape.arrays))]
    keys = [f"k{number + 1}" for number in range(len(shape.generated))]
    generated = lowering.terms(value for _, value in shape.generated)
    source = (
        new_builder()
        .from_(rows)
        .select(*(Template("{} AS {}", *pair) for pair in _named(names, _unnested(rows, shape.columns))), rows.ordinal)
        .select(*(Template("{} AS {}", *pair) for pair in _named(keys, generated)))
        .orderby(rows.ordinal)
    )
    columns = (*shape.columns, *(column for column, _ in shape.generated))
    origin = dict(zip(columns, (_part(_SOURCE, name) for name in (*names, *keys)), strict=True))
    chosen = selection(shape.returning)
    kept = list(dict.fromkeys([*(_column(item) for item, _ in chosen.columns), *shape.key]))
    inserted = (
        new_builder(overriding=shape.overriding)
        .into(table_term(shape.table))
        .columns(*_names(columns))
        .from_(AliasedQuery(_SOURCE))
        .select(*origin.values())
        .orderby(_part(_SOURCE, Unnest.ORDINAL))
        .returning(*(Raw(quoted(ref.name)) for ref in kept))
    )
    matches = [
        Template("({} = CAST({} AS {}))", _part(_INSERTED, ref.name), *_stored(ref, origin)) for ref in shape.key
    ]
    found = (_part(_INSERTED, _column(item).name) for item, _ in chosen.columns)
    builder = (
        new_builder()
        .with_(source, _SOURCE)
        .with_(inserted, _INSERTED)
        .from_(AliasedQuery(_INSERTED))
        .left_join(AliasedQuery(_SOURCE))
        .on(Chain(" AND ", matches))
        .select(*(result_term(item, term) for item, term in zip(chosen.columns, found, strict=True)))
        .orderby(_part(_SOURCE, Unnest.ORDINAL))
    )
    return finished(builder, lowering, chosen.make_row, len(chosen.columns))


def _unnested(rows: Unnest, columns: tuple[ColumnRef, ...]) -> list[Term]:
    """Return the columns of `rows`; an array that travelled as text becomes an array again."""
    return [
        Template("CAST({} AS {})", rows.column(number), Raw(column.type.cast))
        if column.type.kind is FieldType.ARRAY
        else rows.column(number)
        for number, column in enumerate(columns)
    ]


def _named(names: list[str], terms: list[Term]) -> Iterator[tuple[Term, Term]]:
    for name, term in zip(names, terms, strict=True):
        yield term, Raw(quoted(name))


def _stored(ref: ColumnRef, origin: Mapping[ColumnRef, Term]) -> tuple[Term, Term]:
    """Return a key's value and its column's type: the server may have rounded it, as `numeric(8,2)` does."""
    return origin[ref], Raw(ref.type.ddl)


def _part(table: str, column: str) -> Term:
    return Raw(f"{quoted(table)}.{quoted(column)}")


def _column(shape: object) -> ColumnRef:
    if not isinstance(shape, ColumnRef):
        raise QueryError("a bulk insert returns models")
    return shape


def _names(columns: Iterable[ColumnRef]) -> list[str]:
    return [column.name for column in columns]


def _on_conflict(builder: Any, lowering: Lowering, conflict: ConflictShape) -> Any:  # noqa: ANN401 - PyPika's builder
    builder = builder.on_conflict(*_names(conflict.target))
    if not conflict.excluded and not conflict.assignments:
        return builder.do_nothing()
    for column in conflict.excluded:
        builder = builder.do_update(column.name)
    for column, value in conflict.assignments:
        builder = builder.do_update(column.name, lowering.term(value))
    return builder


def compile_update(shape: UpdateShape) -> Statement:
    """Return the statement of an UPDATE."""
    lowering = Lowering((shape.table,))
    builder = new_builder().update(lowering.table(shape.table))
    for column, value in shape.assignments:
        check_plain((value,), "SET")
        builder = builder.set(lowering.term(column), lowering.term(value))
    return _returned(_restricted(builder, lowering, shape.where), lowering, shape.returning)


def compile_delete(shape: DeleteShape) -> Statement:
    """Return the statement of a DELETE."""
    lowering = Lowering((shape.table,))
    builder = new_builder().from_(lowering.table(shape.table)).delete()
    return _returned(_restricted(builder, lowering, shape.where), lowering, shape.returning)


def _restricted(builder: Any, lowering: Lowering, where: tuple[Any, ...]) -> Any:  # noqa: ANN401 - PyPika's builder
    check_plain(where, "WHERE")
    return builder.where(lowering.conjunction(where)) if where else builder


def _returned(builder: Any, lowering: Lowering, returning: Items) -> Statement:  # noqa: ANN401 - PyPika's builder
    if not returning:
        make_row: RowMaker = tuple
        return finished(builder, lowering, make_row, 0)
    chosen = selection(returning)
    check_plain((shape for shape, _ in chosen.columns), "RETURNING")
    builder = builder.returning(*(result_term(item, lowering.term(item[0])) for item in chosen.columns))
    return finished(builder, lowering, chosen.make_row, len(chosen.columns))


def copy_command(table: TableRef, columns: Iterable[ColumnRef]) -> bytes:
    """Return the COPY that takes rows of these columns."""
    return f"COPY {qualified_name(table)} ({', '.join(quoted(column.name) for column in columns)}) FROM STDIN".encode()


def qualified_name(table: TableRef) -> str:
    """Return `"schema"."table"`, or the table alone where it has no schema of its own."""
    return quoted(table.name) if table.schema is None else f"{quoted(table.schema)}.{quoted(table.name)}"
