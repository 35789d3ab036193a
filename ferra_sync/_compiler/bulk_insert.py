"""The INSERT of many rows whose rows come back in the order given.

RETURNING promises no order, so the keys are known before the rows are written, and the rows are joined to their places
by key: WITH source AS (… key, ordinal), inserted AS (INSERT … RETURNING …) SELECT … ORDER BY ordinal.
"""

from __future__ import annotations

from typing import Any, Final

from pypika.queries import AliasedQuery
from pypika.terms import Term

from ferra_sync._compiler.bulk_shapes import BulkInsertShape
from ferra_sync._compiler.compiled import Compiled, finished, new_builder, result_term
from ferra_sync._compiler.expressions import Lowering, column_term, table_term
from ferra_sync._compiler.terms import Chain, Raw, Template, Unnest
from ferra_sync._compiler.write import column_names, returned_column, unnested_columns
from ferra_sync._expression.domains import is_veiled
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import Items
from ferra_sync._model.select_list import select_list

_SOURCE: Final = "source"
_INSERTED: Final = "inserted"
_ORDINAL: Final = Raw(f"{quoted(_SOURCE)}.{quoted(Unnest.ORDINAL)}")


def compile_bulk_insert(shape: BulkInsertShape) -> Compiled:
    """Return the statement of an INSERT of arrays whose rows come back in the order of the arrays."""
    lowering = Lowering((shape.table,))
    rows = Unnest(lowering.terms(shape.arrays))
    given = [rows.name(number) for number in range(len(shape.arrays))]
    made = [f"k{number + 1}" for number in range(len(shape.generated))]
    terms = [*unnested_columns(rows, shape.columns), *lowering.terms(value for _, value in shape.generated)]
    named = [Template("{} AS {}", term, Raw(quoted(name))) for name, term in zip((*given, *made), terms, strict=True)]
    source = new_builder().from_(rows).select(*named, rows.ordinal).orderby(rows.ordinal)
    columns = (*shape.columns, *(column for column, _ in shape.generated))
    origin = {ref: _part(_SOURCE, name) for ref, name in zip(columns, (*given, *made), strict=True)}
    selected = select_list(shape.returning)
    builder = (
        _join_source(shape, origin)
        .with_(source, _SOURCE)
        .with_(_insert_cte(shape, origin, selected.columns), _INSERTED)
        .select(*(result_term(item, _part(_INSERTED, returned_column(item).name)) for item in selected.columns))
        .orderby(_ORDINAL)
    )
    return finished(builder, lowering, selected)


def _insert_cte(shape: BulkInsertShape, origin: dict[ColumnRef, Term], items: Items) -> Any:  # noqa: ANN401 - PyPika's
    """Return the INSERT from the source, which returns what is asked for and the key."""
    kept = dict.fromkeys([*map(returned_column, items), *shape.key])
    return (
        new_builder(overriding="SYSTEM" if shape.overriding else None)
        .into(table_term(shape.table))
        .columns(*column_names(origin))
        .from_(AliasedQuery(_SOURCE))
        .select(*origin.values())
        .orderby(_ORDINAL)
        .returning(*(Raw(quoted(ref.name)) for ref in kept))
    )


def _join_source(shape: BulkInsertShape, origin: dict[ColumnRef, Term]) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return the rows inserted beside their source, by key; the server may have rounded it, as numeric(8,2) does.

    A row whose key is none of the source's is missing.
    """
    matches = [Template("({} = CAST({} AS {}))", _kept(ref), origin[ref], stored_type(ref)) for ref in shape.key]
    return new_builder().from_(AliasedQuery(_INSERTED)).join(AliasedQuery(_SOURCE)).on(Chain(" AND ", matches))


def stored_type(ref: ColumnRef) -> Term:
    """Return the type that a column's values are stored as, length and precision included."""
    return Raw(ref.type.cast if is_veiled(ref.type) else ref.type.ddl)


def _kept(ref: ColumnRef) -> Term:
    return column_term(f"{quoted(_INSERTED)}.{quoted(ref.name)}", ref)


def _part(table: str, column: str) -> Term:
    return Raw(f"{quoted(table)}.{quoted(column)}")
