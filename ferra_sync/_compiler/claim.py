"""The UPDATE of rows that a SELECT picks, passing over those that others have locked.

Not `WHERE key IN (SELECT … FOR UPDATE SKIP LOCKED)`: a plan may run that SELECT again for each row, and pick more than
its LIMIT. What is in WITH runs once. RETURNING promises no order, so each row comes back with its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pypika.terms import Term

from ferra_sync._compiler.checks import check_plain
from ferra_sync._compiler.compiled import Compiled, finished, result_term
from ferra_sync._compiler.expressions import qualified_name
from ferra_sync._compiler.queries import QueryLowering
from ferra_sync._compiler.shapes import ClaimShape
from ferra_sync._compiler.terms import Raw, Subquery, Template
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.shapes import result
from ferra_sync._expression.sqltypes import BIGINT
from ferra_sync._model.select_list import select_list

_CLAIM: Final = (
    'WITH "picked" ({keys}) AS {{}} UPDATE {table} SET {{}}'
    ' FROM (SELECT *, row_number() OVER () AS "place" FROM "picked") AS "places"'
    ' WHERE {matches} RETURNING {{}}, "places"."place"'
)
_PLACE: Final = (result("place"), BIGINT)


def compile_claim(shape: ClaimShape) -> Compiled:
    """Return the statement; its rows are pairs of what is asked for and the row's place, from 1."""
    lowering = QueryLowering()
    picked = Subquery(lowering.rows(shape.picked))
    inside = QueryLowering((shape.table,), around=lowering)
    names = [f"k{number}" for number in range(len(shape.key))]
    text = _CLAIM.format(
        keys=", ".join(map(quoted, names)),
        table=_escaped(qualified_name(shape.table)),
        matches=" AND ".join(
            f"{_escaped(quoted(shape.table.qualifier))}.{_escaped(quoted(ref.name))}"
            f" = {quoted('places')}.{quoted(name)}"
            for ref, name in zip(shape.key, names, strict=True)
        ),
    )
    assigned = [
        Template("{} = {}", Raw(quoted(column.name)), inside.term(value)) for column, value in shape.update.assignments
    ]
    selected = select_list((*shape.update.returning, _PLACE))
    check_plain((each for each, _ in selected.columns), "RETURNING")
    results = [result_term(item, inside.term(item[0])) for item in selected.columns[:-1]]
    return finished(Template(text, picked, _listed(assigned), _listed(results)), lowering, selected)


def _listed(terms: Sequence[Term]) -> Term:
    return Template(", ".join(["{}"] * len(terms)), *terms)


def _escaped(name: str) -> str:
    """Return a name as a template has it."""
    return name.replace("{", "{{").replace("}", "}}")
