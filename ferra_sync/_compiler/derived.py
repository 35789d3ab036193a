"""Rows that a statement makes for itself: in its FROM, and in its WITH."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from pypika.queries import Selectable
from pypika.terms import Term

from ferra_sync._compiler.expressions import qualified_name
from ferra_sync._compiler.shapes import CteShape, DerivedShape, PartShape
from ferra_sync._compiler.terms import Raw, Template
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._schema.table import table_meta

SEARCH_ORDER: Final = "search_order"
"""The column that SEARCH adds."""

IS_CYCLE: Final = "is_cycle"
"""The column that CYCLE adds, and that says whether a row was met before on the way to it."""

CYCLE_PATH: Final = "cycle_path"
"""The column in which CYCLE keeps where it has been."""

ADDED: Final = frozenset({SEARCH_ORDER, IS_CYCLE, CYCLE_PATH})

_MATERIALIZED: Final = {None: "", True: "MATERIALIZED ", False: "NOT MATERIALIZED "}


class DerivedTable(Selectable):
    """`LATERAL (…) AS name(column, …)`."""

    def __init__(self, shape: DerivedShape, rows: Term) -> None:
        super().__init__(shape.table.qualifier)
        self._lateral = "LATERAL " if shape.lateral else ""
        self._rows = rows
        self._ordinality = " WITH ORDINALITY" if shape.ordinality else ""
        self._name = _named(shape.table, shape.table.qualifier)

    def get_sql(self, **_kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        return f"{self._lateral}{self._rows.get_sql()}{self._ordinality} AS {self._name}"


class TablePart(Selectable):
    """`ONLY (table) AS name TABLESAMPLE method (…) REPEATABLE (…)`."""

    def __init__(self, shape: PartShape, arguments: Sequence[Term]) -> None:
        super().__init__(shape.table.qualifier)
        self._shape = shape
        self._arguments = arguments

    def get_sql(self, **_kwargs: Any) -> str:  # noqa: ANN401 - PyPika's own
        table = qualified_name(self._shape.table)
        text = f"{f'ONLY ({table})' if self._shape.only else table} AS {quoted(self._shape.table.qualifier)}"
        words = (f"TABLESAMPLE {self._shape.method}".upper(), "REPEATABLE")
        arguments = zip(words, self._arguments, strict=False)
        return " ".join([text, *(f"{word} ({argument.get_sql()})" for word, argument in arguments)])


def values_term(arrays: Sequence[Term], table: TableRef) -> Term:
    """Return the rows of arrays; an array of documents or of arrays travelled as text, and becomes itself again."""
    columns = [column.ref for column in table_meta(table.owner).attributes.values()]
    names = [f"c{number}" for number in range(1, len(columns) + 1)]
    casts = ", ".join(f"{name}::{ref.type.cast}" for name, ref in zip(names, columns, strict=True))
    listed = ", ".join(["{}"] * len(arrays))
    given = Template(f"unnest({listed}) AS given({', '.join(names)})", *arrays)
    return Template("(SELECT {} FROM {})", Raw(casts), given)


def function_rows(call: Term, shape: DerivedShape) -> Term:
    """Return the rows of a function; in a query where `table.*` would else be its one value, which may be NULL."""
    column, *others = table_meta(shape.table.owner).attributes.values()
    if others or shape.ordinality or not column.nullable_in_table:
        return call
    return Template("LATERAL (SELECT * FROM {})", call)


def cte_term(shape: CteShape, rows: Term) -> Term:
    """Return `name(column, …) AS (…)`, with SEARCH and CYCLE."""
    marks = ""
    if shape.search is not None:
        marks += f" SEARCH {shape.search.order} FIRST BY {_columns(shape.search.by)} SET {SEARCH_ORDER}"
    if shape.cycle:
        marks += f" CYCLE {_columns(shape.cycle)} SET {IS_CYCLE} USING {CYCLE_PATH}"
    name = _named(shape.table, shape.table.name)
    return Template("{} AS {}({}){}", Raw(name), Raw(_MATERIALIZED[shape.materialized]), rows, Raw(marks))


def with_queries(shapes: Sequence[CteShape], terms: Sequence[Term], statement: Any) -> Any:  # noqa: ANN401 - PyPika's
    """Return `WITH …` before a statement; the statement where there is nothing."""
    if not shapes:
        return statement
    recursive = "RECURSIVE " if any(each.is_recursive for each in shapes) else ""
    return Template(f"WITH {recursive}{', '.join(['{}'] * len(terms))} {{}}", *terms, statement)


def _named(table: TableRef, name: str) -> str:
    columns = _columns(column.ref for column in table_meta(table.owner).attributes.values())
    return f"{quoted(name)}({columns})"


def _columns(columns: Iterable[ColumnRef]) -> str:
    return ", ".join(quoted(column.name) for column in columns)
