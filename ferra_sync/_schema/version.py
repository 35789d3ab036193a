"""A table's row before and after a write, as RETURNING names it: an alias `old` or `new` of the table."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from ferra_sync._expression.references import TableRef
from ferra_sync._schema.table import TableMeta

Version: TypeAlias = Literal["old", "new"]

_MARK: Final = "__ferra_version__"


def versioned(table: TableMeta, version: Version) -> TableMeta:
    """Return the alias of a table that is its old, or its new row; the same one for each query."""
    known = table.versions.get(version)
    if known is not None:
        return known
    owner: Any = table.ref.owner
    made = type(owner)(f"{version}({owner.__name__})", (owner,), {_MARK: version}, alias=version)
    return table.versions.setdefault(version, made.__ferra_table__)


def version_of(table: TableRef) -> Version | None:
    """Return which row of its table a table of RETURNING is, or None where it is no such alias."""
    version: Version | None = vars(table.owner).get(_MARK)
    return version
