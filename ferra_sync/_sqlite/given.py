"""What SQLite is given for a parameter beside a column, and how it is read that a position spells; what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final, NoReturn
from uuid import UUID

from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._sqlite.storage import Convert, Storage, computed_as
from ferra_sync.errors import Db, QueryError


class Misspelt(ValueError):  # noqa: N818 - it says so
    """A text of a position spells no value that SQLite keeps of a key's type."""


def refused(what: object) -> QueryError:
    """Return the error of what SQLite does not serve."""
    return QueryError(f"SQLite serves no {what}: ask PostgreSQL, or say it in Python")


def giver(sql_type: SqlType[Any], storage: Storage) -> Convert:
    """Return what makes of a parameter's value what is compared with this storage."""
    kind, give = sql_type.kind, storage.given
    if kind is FieldType.TEXT and storage.family != "text":  # Spelled by a position.
        parse = _PARSED.get(storage.family)
        if parse is None:
            raise refused(f"{sql_type} beside {storage.family}")
        return lambda text: _read(text, parse, give)
    is_number = sql_type.rank is not None and sql_type.kind not in {FieldType.REAL, FieldType.DOUBLE_PRECISION}
    if storage.family in {"number", "decimal"}:
        is_fit = is_number
    elif storage.family in {"float", "float4"}:
        is_fit = sql_type.rank is not None
    elif storage.family == "timestamp":
        is_fit = kind in {FieldType.TIMESTAMP, FieldType.DATE}
    else:
        is_fit = computed_as(sql_type).family == storage.family
    if not is_fit:
        raise refused(f"{sql_type} beside {storage.family}")
    return give


def unread(_text: str) -> NoReturn:
    """Refuse a value that a position spells, and that Python has not: SQLite holds none such."""
    raise Misspelt


def _read(text: str, parse: Convert, give: Convert) -> Any:  # noqa: ANN401 - a value of any type
    try:
        return give(parse(text))
    except (ArithmeticError, KeyError, ValueError, QueryError, Db):
        raise Misspelt from None


_PARSED: Final[dict[str, Convert]] = {
    "number": Decimal,
    "decimal": Decimal,
    "float": float,
    "float4": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "uuid": UUID,
    "bytea": lambda text: bytes.fromhex(text[2:]),
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timestamp": dt.datetime.fromisoformat,
    "timestamptz": dt.datetime.fromisoformat,
}


def spelling(value: Any) -> str:  # noqa: ANN401 - a value of any type
    """Return a value as a position spells it."""
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)
