"""EXPLAIN: the statement that asks for the plan of another."""

from __future__ import annotations

from typing import Final

import attrs

from ferra_sync._expression.shapes import result
from ferra_sync._expression.sqltypes import JSON
from ferra_sync._model.select_list import select_list
from ferra_sync._postgres.readers import Readers
from ferra_sync._postgres.statement import Statement

_DOCUMENT: Final = select_list(((result("QUERY PLAN"), JSON),))


def explaining(statement: Statement, *, analyze: bool, buffers: bool) -> Statement:
    """Return the statement whose one row is a list of one document, the plan of `statement`, with its parameters."""
    options = f"FORMAT JSON, ANALYZE {_spelled(analyze)}, BUFFERS {_spelled(buffers)}"
    return attrs.evolve(
        statement,
        sql=f"EXPLAIN ({options}) ".encode() + statement.sql,
        readers=Readers(_DOCUMENT, binary=statement.binary),
        columns=1,
        writes=None,
        locks=False,
    )


def _spelled(value: object) -> str:
    return "on" if value else "off"
