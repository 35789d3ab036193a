"""The INSERT of many rows that takes their ordinal along, spelled as MERGE, which can return it.

MERGE INTO t USING (SELECT * FROM unnest(…) … ORDER BY ordinal) AS rows ON false WHEN NOT MATCHED THEN INSERT (…)
VALUES (…) RETURNING …, rows.ordinal
"""

from __future__ import annotations

from typing import Final

from ferra_sync._compiler.bulk_shapes import MergeShape
from ferra_sync._compiler.compiled import Compiled, finished, result_term
from ferra_sync._compiler.expressions import Lowering, qualified_name
from ferra_sync._compiler.terms import Raw, Template, Unnest, listed
from ferra_sync._compiler.write import returned_column, unnested_columns
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.shapes import result
from ferra_sync._expression.sqltypes import BIGINT
from ferra_sync._model.select_list import select_list

_MERGE: Final = (
    'MERGE INTO {} AS "target" USING (SELECT * FROM {} ORDER BY {}) AS "rows" ON false'
    " WHEN NOT MATCHED THEN INSERT ({}) VALUES ({}) RETURNING {}, {}"
)
_ORDINAL: Final = (result(Unnest.ORDINAL), BIGINT)


def compile_merge(shape: MergeShape) -> Compiled:
    """Return the statement; its rows are pairs of what is asked for and the row's place in the arrays, from 1."""
    lowering = Lowering((shape.table,))
    rows = Unnest(lowering.terms(shape.arrays))
    selected = select_list((*shape.returning, _ORDINAL))
    results = [
        result_term(item, Raw(f'"target".{quoted(returned_column(item).name)}')) for item in selected.columns[:-1]
    ]
    merge = Template(
        _MERGE,
        Raw(qualified_name(shape.table)),
        Raw(rows.get_sql()),
        rows.ordinal,
        listed([Raw(quoted(column.name)) for column in shape.columns]),
        listed(unnested_columns(rows, shape.columns)),
        listed(results),
        rows.ordinal,
    )
    return finished(merge, lowering, selected)
