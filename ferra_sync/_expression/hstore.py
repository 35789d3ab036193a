"""hstore: texts by their keys. Its number differs from database to database, so it travels as text."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from ferra_sync._expression.sqltypes import FieldType, SqlType

_PAIR: Final = r'"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|NULL)'


def _problem(pairs: dict[object, object]) -> str | None:
    if not all(isinstance(key, str) for key in pairs):
        return "holds a key that is not a str"
    if not all(value is None or isinstance(value, str) for value in pairs.values()):
        return "holds a value that is neither a str nor None"
    return None


def spelled(pairs: dict[str, str | None]) -> str:
    """Return the pairs as PostgreSQL spells them, `"a"=>"1", "b"=>NULL`."""
    return ", ".join(f"{_quoted(key)}=>{'NULL' if value is None else _quoted(value)}" for key, value in pairs.items())


def parsed(text: str) -> dict[str, str | None]:
    """Return the pairs that PostgreSQL has spelled."""
    pairs = (found.groups() for found in _pattern().finditer(text))
    return {_plain(key): None if value is None else _plain(value) for key, value in pairs}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if "\\" in text else text


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(_PAIR, re.DOTALL)


HSTORE: Final[SqlType[dict[str, str | None]]] = SqlType(
    kind=FieldType.HSTORE,
    ddl="hstore",
    cast="hstore",
    classes=(dict,),
    binary=False,
    problem=_problem,
    dump=spelled,
    load=parsed,
)
