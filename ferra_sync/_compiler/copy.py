"""COPY: the command that takes rows of some columns."""

from __future__ import annotations

from collections.abc import Iterable

from ferra_sync._compiler.expressions import qualified_name
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef, TableRef


def copy_command(table: TableRef, columns: Iterable[ColumnRef]) -> bytes:
    """Return the COPY that takes rows of these columns."""
    return f"COPY {qualified_name(table)} ({', '.join(quoted(column.name) for column in columns)}) FROM STDIN".encode()
