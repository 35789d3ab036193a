"""Models as COPY's text, a whole chunk at a time: checked and spelled in one generated function, else by psycopg."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import compress
from typing import Any, Final, TypeAlias

from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.row_checks import LinesCheck, lines_check
from ferra_sync._postgres.conversions import dump_of, dumped

Values: TypeAlias = Sequence[Any]
"""The values of one row."""

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
    """Spells rows of a model that give these of its fields."""

    __slots__ = ("_check", "_dumps", "_types")

    def __init__(self, meta: ModelMeta, given: tuple[bool, ...]) -> None:
        self._types = [ref.type for ref in compress(meta.refs, given)]
        dumps = [dump_of(sql_type) for sql_type in self._types]
        self._dumps = [(at, dump) for at, dump in enumerate(dumps) if dump is not None]
        self._check = _line_check(meta, given)

    def of(self, rows: Sequence[object]) -> str | None:
        """Return COPY's text of rows that are surely right, and for templates; None where psycopg is to spell them."""
        if self._check is None:
            return None
        try:
            lines, nulls = self._check(rows)
        except ValueError:  # A number of more digits than Python spells.
            return None
        if len(lines) != len(rows):
            return None
        text = "".join(lines)
        return text if _is_plain(text, len(rows), len(self._types), nulls) else None

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
def _line_check(meta: ModelMeta, given: tuple[bool, ...]) -> LinesCheck | None:
    """Return what checks rows and spells them; None where one of the columns is not for a template."""
    columns = [(at, ref) for at, ref in enumerate(meta.refs) if given[at]]
    if not all(ref.type.kind in _TEMPLATES for _, ref in columns):
        return None
    line = "\\t".join(_cell(f"v{at}", ref) for at, ref in columns) + "\\n"
    return lines_check(meta, given, line, {"null": _NULL, "number": _number})


def _cell(name: str, column: ColumnRef) -> str:
    value = _TEMPLATES[column.type.kind].format(name)
    return f"{{{value} if {name} is not None else null}}" if column.nullable else f"{{{value}}}"


def _is_plain(text: str, rows: int, columns: int, nulls: int) -> bool:
    """Whether the only tabs and line ends are those between values, and the only backslashes those of NULL."""
    return (
        text.count("\t") == rows * (columns - 1)
        and text.count("\n") == rows
        and text.count("\\") == nulls
        and "\r" not in text
        and "\0" not in text
    )
