"""Set operations: from the shape to a term.

Each query stands in brackets of its own, so that its ORDER BY and LIMIT are its own too; PyPika's set operations have
none around those that are nested.
"""

from __future__ import annotations

from collections.abc import Callable

from pypika.terms import Term

from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.shapes import CompoundShape, RowsShape
from ferra_sync._compiler.terms import Template


def compound_term(shape: CompoundShape, lowering: Lowering, rows: Callable[[RowsShape], Term]) -> Term:
    """Return the term of a set operation; `rows` lowers its queries."""
    terms = [rows(part) for part in shape.parts]
    text = f" {shape.operator} ".join(["({})"] * len(terms))
    if shape.order_by:
        text += f" ORDER BY {', '.join(['{}'] * len(shape.order_by))}"
        terms += lowering.terms(shape.order_by)
    for clause, count in (("LIMIT", shape.limit), ("OFFSET", shape.offset)):
        if count is not None:
            text += f" {clause} {{}}"
            terms.append(lowering.term(count))
    return Template(text, *terms)
