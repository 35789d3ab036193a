"""Expressions over one table as its definition has them, in CHECK and in indexes: their values are literals."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from typing import Any, Final

from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._sqlite.expressions import Expressions
from ferra_sync._sqlite.given import giver, refused
from ferra_sync._sqlite.numbers import Lowered
from ferra_sync._sqlite.storage import Storage, storage_of

_TAUGHT: Final = re.compile(r"\bferra_\w+(?:\(|$| )")
"""What other programs that open the file would not know."""


def sqlite_definition(shape: Hashable, params: Iterable[Any]) -> str:
    """Return the text of an expression over one table; QueryError where other programs could not evaluate it."""
    sql, _ = _Definition(params).term(shape)
    if _TAUGHT.search(sql):
        raise refused("computed number or text inside a definition")
    return sql


class _Definition(Expressions):
    """Lowers an expression that names its columns without their table."""

    def __init__(self, params: Iterable[Any]) -> None:
        super().__init__()
        self._params = iter(params)

    def column(self, ref: ColumnRef) -> Lowered:
        return Lowered(quoted(ref.name), storage_of(ref.type))

    def value(self, sql_type: SqlType[Any], storage: Storage) -> str:
        return _literal(giver(sql_type, storage)(next(self._params)))

    def values(self, element: SqlType[Any], storage: Storage) -> str:
        give = giver(element, storage)
        return ", ".join(_literal(give(each)) for each in next(self._params))


def _literal(kept: object) -> str:
    if isinstance(kept, str):
        return "'" + kept.replace("'", "''") + "'"
    if isinstance(kept, (int, float)):
        return repr(kept)
    raise refused("literal of such a value")
