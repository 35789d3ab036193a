"""The number of rows of a query: from the shape to the statement."""

from __future__ import annotations

from typing import Any, Final

import attrs

from ferra_sync._compiler.compiled import Compiled
from ferra_sync._compiler.queries import compile_rows
from ferra_sync._compiler.shapes import CountShape
from ferra_sync._expression.shapes import result
from ferra_sync._expression.sqltypes import BIGINT, JSON
from ferra_sync._model.select_list import select_list


def compile_count(shape: CountShape) -> Compiled:
    """Return the statement of a count, or of the planner's estimate."""
    counted = compile_rows(shape.select)
    if shape.estimate:
        return Compiled(f"EXPLAIN (FORMAT JSON) {counted.sql}", counted.parameter_types, _PLAN)
    sql = f"SELECT count(*) FROM ({counted.sql}) AS counted"  # noqa: S608 - the compiler's own text
    return Compiled(sql, counted.parameter_types, _COUNT)


def _planned_rows(plans: Any) -> int:  # noqa: ANN401 - a document of the server's
    return int(plans[0]["Plan"]["Plan Rows"])


_COUNT: Final = select_list(((result("count"), BIGINT),))
_PLAN: Final = select_list(((result("plan"), attrs.evolve(JSON, load=_planned_rows)),))
