"""Which of many rows a unique constraint refused, found without showing a value.

The server's DETAIL spells the key that it refused, `Key (a, b)=(1, x) already exists.`, in its own language. It never
leaves this module: the rows' own keys are spelled in the same way and compared with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import methodcaller
from typing import Any, Final

import psycopg

from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.field import FieldMeta
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import Conflict

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


def refused_row(
    conflict: Conflict, table: TableMeta, fields: Sequence[FieldMeta], columns: Sequence[Sequence[Any]]
) -> int | None:
    """Return the position of the row that `conflict` is about, among rows of these values, a sequence for each field.

    Of several rows with the key that was refused it is the second, which would be refused without the others too; None
    where the constraint is not over plain columns of these, or where the server has changed the key.
    """
    rest = _spelled_key(conflict, table)
    names = [field.column for field in fields]
    if not rest or not set(conflict.columns) <= set(names):
        return None
    positions = [names.index(column) for column in conflict.columns]
    if any(fields[position].type not in _SPELLINGS for position in positions):
        return None
    spellings = [_SPELLINGS[fields[position].type] for position in positions]
    keys = list(zip(*(columns[position] for position in positions), strict=True))
    # What follows the key is a bracket and the server's own words: the longest that fits is the whole of it.
    fitting: dict[str, list[int]] = {}
    for number, key in enumerate(keys):
        spelled = ", ".join(
            "null" if value is None else spell(value) for spell, value in zip(spellings, key, strict=True)
        )
        if rest.startswith(f"{spelled})"):
            fitting.setdefault(spelled, []).append(number)
    return _told(keys, fitting[max(fitting, key=len)], is_whole=_is_whole(conflict, table)) if fitting else None


def _told(keys: Sequence[Any], rows: list[int], *, is_whole: bool) -> int | None:
    if len(rows) == 1:
        return rows[0]
    is_one_key = all(keys[row] == keys[rows[0]] for row in rows)
    return rows[1] if is_one_key and is_whole else None


def _is_whole(conflict: Conflict, table: TableMeta) -> bool:
    """Whether the constraint is declared over all rows: an index with WHERE may leave out one of two like rows."""
    declared = [tuple(column.name for column in table.primary_key)]
    declared += [tuple(column.name for column in unique.columns) for unique in table.uniques]
    return conflict.columns in declared


def _spelled_key(conflict: Conflict, table: TableMeta) -> str:
    """Return DETAIL from the key's values on; nothing where it is of another table, which a trigger may fill."""
    cause = conflict.__cause__
    if not isinstance(cause, psycopg.Error) or conflict.table != table.name:
        return ""
    if table.ref.schema not in {None, cause.diag.schema_name}:
        return ""
    return (cause.diag.message_detail or "").partition(")=(")[2]
