"""Rows as COPY's text, a whole chunk at a time: for everyday types in one generated function, else by psycopg."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias

from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._postgres.conversions import UNWRITABLE, dump_of, dumped

Values: TypeAlias = Sequence[Any]
"""The values of one row."""

Speller: TypeAlias = Callable[[Sequence[Values]], str]
"""Rows → COPY's text of them, as long as nothing in it is to be escaped."""

_NULL: Final = r"\N"


def _number(value: Decimal | int) -> str:
    return "NaN" if type(value) is Decimal and value.is_nan() else str(value)


_TEMPLATES: Final[dict[FieldType, str]] = {
    **dict.fromkeys((FieldType.SMALLINT, FieldType.INTEGER, FieldType.BIGINT), "{}"),
    **dict.fromkeys((FieldType.REAL, FieldType.DOUBLE_PRECISION), "{}"),
    **dict.fromkeys((FieldType.TEXT, FieldType.VARCHAR, FieldType.CHAR, FieldType.CITEXT), "{}"),
    **dict.fromkeys((FieldType.DATE, FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ), "{}.isoformat()"),
    FieldType.BOOLEAN: "'t' if {} else 'f'",
    FieldType.NUMERIC: "number({})",
    FieldType.UUID: "'%032x' % {}.int",
    FieldType.ENUM: "{}.value",
}
"""How values of these types, and of no subclass of their classes, are spelled in an f-string."""


class RowText:
    """Spells rows of these columns."""

    __slots__ = ("_dumps", "_speller", "_types")

    def __init__(self, columns: Iterable[ColumnRef]) -> None:
        columns = tuple(columns)
        self._types = [column.type for column in columns]
        dumps = [dump_of(sql_type) for sql_type in self._types]
        self._dumps = [(at, dump) for at, dump in enumerate(dumps) if dump is not None]
        self._speller = _speller(tuple((column.type.kind, column.nullable) for column in columns))

    def of(self, rows: Sequence[Values]) -> str | None:
        """Return COPY's text of rows whose values are of their types' own classes; None where psycopg spells them."""
        if self._speller is None:
            return None
        try:
            text = self._speller(rows)
        except UNWRITABLE:  # A number of more digits than Python spells.
            return None
        return text if _is_plain(text, rows) else None

    def converted(self, row: Values) -> Values:
        """Return the values as psycopg is given them.

        Raises:
            QueryError: a value cannot be written as its type, such as a set as JSON.
        """
        if not self._dumps:
            return row
        converted = list(row)
        for at, dump in self._dumps:
            if converted[at] is not None:
                converted[at] = dumped(dump, converted[at], self._types[at])
        return converted


@lru_cache(maxsize=1024)
def _speller(columns: tuple[tuple[FieldType, bool], ...]) -> Speller | None:
    """Return what spells rows of columns of these types, nullable or not; None where one is not for a template."""
    if not all(kind in _TEMPLATES for kind, _ in columns):
        return None
    names = "".join(f"v{at}, " for at in range(len(columns)))
    line = "\\t".join(_cell(f"v{at}", *column) for at, column in enumerate(columns)) + "\\n"
    scope: dict[str, Any] = {"null": _NULL, "number": _number}
    exec(f"def spell(rows):\n    return ''.join([f\"{line}\" for {names} in rows])", scope)  # noqa: S102 - templates and numbers; no value
    speller: Speller = scope["spell"]
    return speller


def _cell(name: str, kind: FieldType, nullable: bool) -> str:  # noqa: FBT001 - a key of the cache
    value = _TEMPLATES[kind].format(name)
    return f"{{{value} if {name} is not None else null}}" if nullable else f"{{{value}}}"


def _is_plain(text: str, rows: Sequence[Values]) -> bool:
    """Whether the only tabs and line ends are those between values, and the only backslashes those of NULL."""
    if text.count("\t") != len(rows) * (len(rows[0]) - 1) or text.count("\n") != len(rows):
        return False
    backslashes = text.count("\\")
    if backslashes and backslashes != sum(value is None for row in rows for value in row):
        return False
    return "\r" not in text and "\0" not in text
