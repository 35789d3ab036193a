"""What a statement's shape becomes: its text, and the types of what goes in and of what comes back."""

from __future__ import annotations

from typing import Any, Final

import attrs
from pypika.terms import Term

from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.shapes import Overriding
from ferra_sync._compiler.terms import Builder, Raw, Template
from ferra_sync._expression.domains import readable
from ferra_sync._expression.shapes import Item, Items
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.select_list import SelectList
from ferra_sync.errors import QueryError

MAX_PARAMETERS: Final = 65_535
"""The protocol counts a statement's parameters in two bytes."""


@attrs.frozen(eq=False)
class Compiled:
    """SQL and its types; how a driver sends and reads these is its own affair.

    Attributes:
        sql: the text, with `$n` for each parameter.
        parameter_types: the type of each parameter, $1 first.
        selected: the columns of its rows.
        binary: whether every column can be read in the binary format; one that cannot is cast to text where the
            statement may say so.
    """

    sql: str
    parameter_types: tuple[SqlType[Any], ...]
    selected: SelectList
    binary: bool = True


def new_builder(*, overriding: Overriding | None = None) -> Any:  # noqa: ANN401 - PyPika's own types know no terms of ours
    """Return PyPika's builder; `overriding`: whose value of an identity its INSERT drops."""
    builder = Builder()
    builder.overriding = overriding
    return builder


def result_term(item: Item, term: Term, *, binary: bool = True) -> Term:
    """Return a selected expression; what psycopg cannot read in binary is cast where the row is binary."""
    _, sql_type = item
    return term if sql_type.binary or not binary else Template("CAST({} AS {})", term, Raw(readable(sql_type)))


def check_readable(columns: Items) -> None:
    """Raise QueryError where a column of rows that take no cast can be read by one alone."""
    for _, sql_type in columns:
        if sql_type.element is not None and sql_type.element.kind is FieldType.CUSTOM:
            raise QueryError(
                f"{sql_type} cannot be read from distinct rows or a set operation: select .cast(t.array(t.text()))"
            )


def finished(
    builder: Any,  # noqa: ANN401 - PyPika's builder
    lowering: Lowering,
    selected: SelectList,
    *,
    binary: bool = True,
) -> Compiled:
    """Return what `builder` has become.

    Raises:
        QueryError: it has more parameters than one statement can have.
    """
    if len(lowering.parameter_types) > MAX_PARAMETERS:
        raise QueryError(
            f"{len(lowering.parameter_types)} parameters are more than the {MAX_PARAMETERS} of one statement: "
            "is_in(…) takes any number of values as one, insert_many any number of rows"
        )
    return Compiled(builder.get_sql(), tuple(lowering.parameter_types), selected, binary)
