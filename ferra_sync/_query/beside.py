"""What an UPDATE or a DELETE reads beside its own table: FROM, USING."""

from __future__ import annotations

from typing import Any

from ferra_sync._compiler.shapes import FromShape
from ferra_sync._expression.references import is_same_table
from ferra_sync._query.from_clause import From
from ferra_sync._query.source import Source
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError


def beside(target: TableMeta, clause: str, known: Source, given: Any) -> Source:  # noqa: ANN401 - checked here
    """Return what a write of `target` reads that has read no other table, and now reads what `clause` is given.

    Raises:
        QueryError: that is no table, or the written one without an alias; it says more than joins; or a table is there
            already.
    """
    if known.tables:
        raise QueryError(f"{clause} is there already: say {clause}(from_(…).cross_join(…)) for several tables")
    source = given.joins_alone(clause) if isinstance(given, From) else Source.of(given)
    for table in source.tables:
        if table.ref.qualifier == target.ref.qualifier:
            same = is_same_table(table.ref, target.ref)
            owner = table.ref.owner.__name__
            what = "is what is written" if same else "has the name of the table that is written"
            raise QueryError(f"{table.ref} {what}: {clause} takes an alias of it, class …({owner}, alias=…)")
    return source.with_shapes(known.ctes, known.cte_params)


def from_shape(source: Source) -> FromShape | None:
    """Return the shape of a source; None where it has no table."""
    if not source.tables:
        return None
    return FromShape(source.tables[0].ref, source.joins, source.derived, source.parts)


def params_of(source: Source) -> tuple[Any, ...]:
    """Return the values of a source: of its WITH, and of its FROM."""
    return source.cte_params + source.derived_params + source.part_params + source.params
