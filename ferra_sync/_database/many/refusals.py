"""Which of many rows the server refused, found without showing a value.

Its DETAIL spells what it refused in its own language: `Key (a, b)=(1, x) already exists.`, `Failing row contains (1, x,
null).` It never leaves this module: the rows' own values are spelled in the same way and compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import methodcaller
from typing import Any, Final

import psycopg

from ferra_sync._database.many.chunks import Batch, Chunk
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.rows import FieldValues
from ferra_sync._postgres.errors import key_columns
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import Conflict, Db, DbErrorKind

_SPELLINGS: Final[dict[FieldType, Callable[[Any], str]]] = {
    FieldType.SMALLINT: str,
    FieldType.INTEGER: str,
    FieldType.BIGINT: str,
    FieldType.NUMERIC: str,
    FieldType.TEXT: str,
    FieldType.VARCHAR: str,
    FieldType.CITEXT: str,
    FieldType.UUID: str,
    FieldType.INET: str,
    FieldType.CIDR: str,
    FieldType.MACADDR: str,
    FieldType.DATE: methodcaller("isoformat"),
    FieldType.BOOLEAN: {True: "t", False: "f"}.__getitem__,
    FieldType.ENUM: lambda member: str(member.value),
}
"""How the server spells the values of these types, as a rule: where it does not, no row is found."""

_LONGEST: Final = 64
"""How many bytes of a value the server shows of a failing row; what it leaves out is three dots."""


@contextmanager
def naming_row(table: TableMeta, chunk: Chunk, batch: Batch, *, as_sent: bool = True) -> Iterator[None]:
    """Let a refusal inside say which of a batch's rows it is about, where it can be told.

    `as_sent`: the rows arrive as they were sent, so that one can be looked for by what the server shows of it.
    """
    try:
        yield
    except (Conflict, Db) as error:
        row = error.row
        if row is None and as_sent:
            row = refused_row(error, table, batch.fields, batch.columns)
        if row is None:
            raise
        raise error.of_row(chunk.first + batch.positions[row]) from error.__cause__


def refused_row(
    error: Conflict | Db, table: TableMeta, fields: Sequence[FieldMeta], columns: FieldValues
) -> int | None:
    """Return the position of the row that `error` is about, among rows of these values, a sequence for each field.

    Of several rows with one key that was refused it is the second, which would be refused without the others too; of
    several that break another rule the first. None where what the server shows is of other columns than these, or where
    it has changed them.
    """
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or error.table != table.name:
        return None  # A trigger may write to another table.
    if table.ref.schema not in {None, cause.diag.schema_name}:
        return None
    detail = cause.diag.message_detail or ""
    if isinstance(error, Conflict):
        rows = _rows_of_key(detail, error.columns, fields, columns)
        return rows[0] if len(rows) == 1 else rows[1] if rows and error.columns in _whole_keys(table) else None
    if error.kind is DbErrorKind.FOREIGN_KEY_VIOLATION:
        rows = _rows_of_key(detail, key_columns(detail), fields, columns)
    elif error.kind is DbErrorKind.NOT_NULL_VIOLATION:
        rows = _rows_without(error.column, fields, columns)
    elif error.kind is DbErrorKind.CHECK_VIOLATION:
        rows = _rows_shown(detail, table, fields, columns)
    else:
        rows = []
    return rows[0] if rows else None


def _whole_keys(table: TableMeta) -> list[tuple[str, ...]]:
    """Return the unique constraints over all rows: an index with WHERE may leave out one of two like rows."""
    declared = [tuple(column.name for column in table.primary_key)]
    return declared + [tuple(column.name for column in unique.columns) for unique in table.uniques]


def _rows_of_key(detail: str, key: tuple[str, ...], fields: Sequence[FieldMeta], columns: FieldValues) -> Sequence[int]:
    """Return the rows of the one key that DETAIL spells; none where it may spell two."""
    names = [field.column for field in fields]
    rest = detail.partition(")=(")[2]
    if not rest or not set(key) <= set(names):
        return ()
    positions = [names.index(column) for column in key]
    if any(fields[position].type not in _SPELLINGS for position in positions):
        return ()
    keys = list(zip(*(columns[position] for position in positions), strict=True))
    # What follows the key is a bracket and the server's own words: the longest that fits is the whole of it.
    fitting: dict[str, list[int]] = {}
    for number, values in enumerate(keys):
        spelled = ", ".join(
            _spelled(fields[position], value) for position, value in zip(positions, values, strict=True)
        )
        if rest.startswith(f"{spelled})"):
            fitting.setdefault(spelled, []).append(number)
    rows = fitting[max(fitting, key=len)] if fitting else []
    return rows if all(keys[row] == keys[rows[0]] for row in rows) else ()


def _spelled(field: FieldMeta, value: object) -> str:
    return "null" if value is None else _SPELLINGS[field.type](value)


def _rows_without(column: str | None, fields: Sequence[FieldMeta], columns: FieldValues) -> Sequence[int]:
    """Return the rows that give None for a column."""
    given = [values for field, values in zip(fields, columns, strict=True) if field.column == column]
    return [number for number, value in enumerate(given[0]) if value is None] if given else ()


def _rows_shown(detail: str, table: TableMeta, fields: Sequence[FieldMeta], columns: FieldValues) -> Sequence[int]:
    """Return the rows that may be the failing one; none where it may be two that differ."""
    shown = detail[detail.find("(") + 1 : detail.rfind(")")]
    places = {field.column: place for place, field in enumerate(fields) if field.type in _SPELLINGS}
    told = [places.get(column.name) for column in table.attributes.values()]
    rows: list[int] = []
    for number, values in enumerate(zip(*columns, strict=True)):
        cells = [None if place is None else _cell(fields[place], values[place]) for place in told]
        if all(cell is None or cell in shown for cell in cells) and _fits(cells, shown):
            rows.append(number)
    alike = {tuple(columns[place][row] for place in places.values()) for row in rows}
    return rows if len(alike) == 1 else ()


def _cell(field: FieldMeta, value: object) -> str:
    """Return what the server shows of a value."""
    spelled = _spelled(field, value)
    encoded = spelled.encode()
    return spelled if len(encoded) <= _LONGEST else f"{encoded[:_LONGEST].decode(errors='ignore')}..."


def _fits(cells: Sequence[str | None], shown: str) -> bool:
    """Whether a row of these values, None where they are not known, can be spelled so."""
    pattern = ", ".join(".*" if cell is None else re.escape(cell) for cell in cells)
    return re.fullmatch(pattern, shown, re.DOTALL) is not None
