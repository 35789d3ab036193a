"""SQL ready to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import attrs
from pypika.terms import Term

from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.terms import Builder, Raw, Template
from ferra_sync._expression.shapes import Item, TableRef
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._postgres.readers import Readers
from ferra_sync._postgres.row_maker import UNWRITABLE, Conversion, Selection, dumped, parameter_dump_of
from ferra_sync.errors import QueryError

MAX_PARAMETERS: Final = 65_535
"""The protocol counts a statement's parameters in two bytes."""

Verb: TypeAlias = Literal["INSERT", "UPDATE", "DELETE"]


class Written(NamedTuple):
    """How a statement changes rows, and of which table."""

    verb: Verb
    table: TableRef


@attrs.define(eq=False)
class Statement:
    """SQL ready to be sent.

    Only `doubtful` and `guarded` change: the one where a write has shown to be, the other when it was run once and is
    not doubtful.

    Attributes:
        sql: the text, with `$n` for each parameter.
        places: the type of each parameter, $1 first.
        dumps: what converts each parameter before psycopg has it, or None; empty where nothing is converted.
        binary: whether results are asked for in the binary format.
        readers: what makes its rows.
        columns: how many columns a row has.
        writes: what it changes; None: it reads.
        doubtful: whether it writes rows that it may then fail to read, or that do not come back.
        guarded: whether it is run so that it is undone where its rows cannot be read, or where there are none.
    """

    sql: bytes
    places: tuple[SqlType[Any], ...]
    dumps: tuple[Conversion | None, ...]
    binary: bool
    readers: Readers
    columns: int
    writes: Written | None = None
    doubtful: bool = False
    guarded: bool = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.guarded = self.writes is not None and self.columns > 0

    def doubt(self) -> None:
        """Say that a write has left behind what it should have undone: it is guarded from now on."""
        self.doubtful = self.guarded = True

    def parameters(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return the values as psycopg is given them.

        Raises:
            QueryError: a value cannot be written as its type, such as a set as JSON.
        """
        if not self.dumps:
            return values
        pairs = zip(values, self.dumps, strict=True)
        try:
            return [value if dump is None or value is None else dump(value) for value, dump in pairs]
        except UNWRITABLE:
            for value, dump, place in zip(values, self.dumps, self.places, strict=True):
                if dump is not None and value is not None:
                    dumped(dump, value, place)
            raise


def new_builder(*, overriding: bool = False) -> Any:  # noqa: ANN401 - PyPika's own types know no terms of ours
    """Return PyPika's builder; with `overriding` its INSERT gives values to columns that are always identities."""
    builder = Builder()
    builder.overriding_identity = overriding
    return builder


def result_term(item: Item, term: Term, *, binary: bool = True) -> Term:
    """Return a selected expression; what psycopg cannot read in binary is cast to text where the row is binary."""
    _, sql_type = item
    if sql_type.binary or not binary:
        return term
    return Template("CAST({} AS {})", term, Raw("text[]" if sql_type.element is not None else "text"))


def finished(
    builder: Any,  # noqa: ANN401 - PyPika's builder
    lowering: Lowering,
    chosen: Selection,
    *,
    binary: bool = True,
) -> Statement:
    """Return the statement that `builder` has become.

    Raises:
        QueryError: it has more parameters than one statement can have.
    """
    if len(lowering.places) > MAX_PARAMETERS:
        raise QueryError(
            f"{len(lowering.places)} parameters are more than the {MAX_PARAMETERS} of one statement: "
            "is_in(…) takes any number of values as one, insert_many any number of rows"
        )
    dumps = tuple(parameter_dump_of(place) for place in lowering.places)
    return Statement(
        sql=builder.get_sql().encode(),
        places=tuple(lowering.places),
        dumps=dumps if any(dumps) else (),
        binary=binary,
        readers=Readers(chosen.make_row, chosen, binary=binary),
        columns=len(chosen.columns),
    )
