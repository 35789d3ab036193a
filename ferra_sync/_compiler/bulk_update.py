"""The UPDATE of many rows by key, each to values of its own.

    UPDATE t SET c = excluded.c, … FROM (SELECT … FROM unnest(…) …) AS excluded WHERE t.id = excluded.id

What is given is called `excluded`, as in ON CONFLICT, so that both set columns to the same expressions.
"""

from __future__ import annotations

from ferra_sync._compiler.bulk_shapes import BulkUpdateShape
from ferra_sync._compiler.compiled import Compiled, finished
from ferra_sync._compiler.expressions import Lowering, qualified_name
from ferra_sync._compiler.terms import Raw, Template, Unnest, listed
from ferra_sync._compiler.write import unnested_columns
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.shapes import binary, excluded
from ferra_sync._model.select_list import select_list


def compile_bulk_update(shape: BulkUpdateShape) -> Compiled:
    """Return the statement; it has no rows, and affects those that are found by their key."""
    lowering = Lowering((shape.table,))
    rows = Unnest(lowering.terms(shape.arrays))
    columns = zip(unnested_columns(rows, shape.columns), shape.columns, strict=True)
    update = Template(
        "UPDATE {} SET {} FROM (SELECT {} FROM {}) AS excluded WHERE {}",
        Raw(qualified_name(shape.table)),
        listed(Template("{} = {}", Raw(quoted(ref.name)), lowering.term(value)) for ref, value in shape.assignments),
        listed(Template("{} AS {}", term, Raw(quoted(ref.name))) for term, ref in columns),
        Raw(rows.get_sql()),
        lowering.conjunction(binary("=", ref, excluded(ref)) for ref in shape.key),
    )
    return finished(update, lowering, select_list(()))
