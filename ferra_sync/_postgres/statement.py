"""A statement ready to be sent: what the compiler made of its shape, with psycopg's conversions; kept by shape."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import attrs

from ferra_sync._compiler.bulk_shapes import BulkInsertShape, BulkUpdateShape, KeysShape, MergeShape, UpsertShape
from ferra_sync._compiler.compiled import Compiled
from ferra_sync._compiler.compiler import CACHED_SHAPES, compiled
from ferra_sync._compiler.old_new import OLD_NEW_SINCE, old_new_in
from ferra_sync._compiler.shapes import (
    ClaimShape,
    CompoundShape,
    CountShape,
    DeleteShape,
    InsertShape,
    SelectShape,
    StatementShape,
    TruncateShape,
    UpdateShape,
    locks_rows,
    main_table,
    write_in_with,
)
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._model.filled import filled
from ferra_sync._model.select_list import SelectList
from ferra_sync._postgres.conversions import UNWRITABLE, Conversion, dumped, parameter_dump_of
from ferra_sync._postgres.guards import is_doubtful
from ferra_sync._postgres.readers import Readers

Verb: TypeAlias = Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE", "WITH"]
"""`WITH`: a query that reads beside a write."""


class Written(NamedTuple):
    """How a statement changes rows, and of which table.

    `is_sure`: whether an INSERT writes each row that it is given, and so returns it.
    """

    verb: Verb
    table: TableRef
    is_sure: bool = True


@attrs.define(eq=False)
class Statement:
    """SQL ready to be sent.

    Only `doubtful` and `guarded` change: the one where a write has shown to be, the other when it was run once and is
    not doubtful.

    Attributes:
        sql: the text, with `$n` for each parameter.
        parameter_types: the type of each parameter, $1 first.
        dumps: what converts each parameter before psycopg has it, or None; empty where nothing is converted.
        binary: whether results are asked for in the binary format.
        readers: what makes its rows.
        columns: how many columns a row has.
        writes: what it changes; None: it reads.
        locks: whether it locks rows, which lasts as long as its transaction.
        since: the release of PostgreSQL that it needs, where that is not each that we support.
        doubtful: whether it writes rows that it may then fail to read, or that do not come back.
        guarded: whether it is run so that it is undone where its rows cannot be read, or where there are none.
        is_internal: whether no query of the caller's is in it.
        shape: what it says, and `selected` the columns of its rows, for databases that say it otherwise.
    """

    sql: bytes
    parameter_types: tuple[SqlType[Any], ...]
    dumps: tuple[Conversion | None, ...]
    binary: bool
    readers: Readers
    columns: int
    writes: Written | None = None
    locks: bool = False
    since: int | None = None
    doubtful: bool = False
    is_internal: bool = False
    guarded: bool = attrs.field(init=False)
    shape: StatementShape | None = attrs.field(init=False, default=None)
    selected: SelectList | None = attrs.field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self.guarded = self.writes is not None and self.columns > 0

    @property
    def operation(self) -> str:
        """What it does, in SQL's word: of what has no shape the first one of its text."""
        if self.writes is not None:
            return self.writes.verb
        return "SELECT" if self.shape is not None else self.sql.split(None, 1)[0].decode()

    @property
    def table_name(self) -> str | None:
        """The table that it writes, or the first that it reads."""
        table = main_table(self.shape)
        return None if table is None else table.name

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
            for value, dump, sql_type in zip(values, self.dumps, self.parameter_types, strict=True):
                if dump is not None and value is not None:
                    dumped(dump, value, sql_type)
            raise


@lru_cache(maxsize=CACHED_SHAPES, typed=True)
def statement_of(shape: StatementShape, as_: type | None = None) -> Statement:
    """Return the statement of `shape`, whose rows are made instances of `as_` if it is given.

    Raises:
        QueryError: the statement cannot mean anything.
        SchemaError: its rows are not what the fields of `as_` say.
    """
    known = compiled(shape)
    if as_ is not None:
        known = attrs.evolve(known, selected=filled(as_, known.selected))
    writes = _written(shape)
    # A write inside which rows are locked keeps them until it is done, which is as long as it needs them.
    locks = writes is None and locks_rows(shape)
    made = made_ready(known, writes=writes, locks=locks, doubtful=is_doubtful(shape))
    made.shape, made.selected = shape, known.selected
    if isinstance(shape, (InsertShape, UpdateShape, DeleteShape)) and old_new_in(shape.returning):
        made.since = OLD_NEW_SINCE
    return made


def made_ready(
    known: Compiled,
    *,
    writes: Written | None = None,
    locks: bool = False,
    doubtful: bool = False,
    is_internal: bool = False,
) -> Statement:
    """Return `known` with what psycopg needs to send it and to make its rows."""
    dumps = tuple(parameter_dump_of(sql_type) for sql_type in known.parameter_types)
    return Statement(
        sql=known.sql.encode(),
        parameter_types=known.parameter_types,
        dumps=dumps if any(dumps) else (),
        binary=known.binary,
        readers=Readers(known.selected, binary=known.binary),
        columns=len(known.selected.columns),
        writes=writes,
        locks=locks,
        doubtful=doubtful,
        is_internal=is_internal,
    )


_VERBS: Final[dict[type, Verb]] = {
    BulkInsertShape: "INSERT",
    MergeShape: "INSERT",
    UpsertShape: "INSERT",
    UpdateShape: "UPDATE",
    BulkUpdateShape: "UPDATE",
    ClaimShape: "UPDATE",
    DeleteShape: "DELETE",
}


def _written(shape: StatementShape) -> Written | None:
    match shape:
        case SelectShape() | CompoundShape():
            write = write_in_with(shape)
            return None if write is None else Written("WITH", write.table)
        case CountShape() | KeysShape():
            return None
        case TruncateShape():
            return Written("TRUNCATE", shape.tables[0])
        case InsertShape(conflict=conflict, query=query):
            return Written("INSERT", shape.table, query is None and (conflict is None or not conflict.skips))
        case _:
            return Written(_VERBS[type(shape)], shape.table)
