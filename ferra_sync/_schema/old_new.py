"""A table's row before and after a write, as RETURNING names it: an alias `old` or `new` of the table."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from ferra_sync._expression.references import TableRef
from ferra_sync._schema.table import TableMeta

WhichRow: TypeAlias = Literal["old", "new"]

_MARK: Final = "__ferra_old_or_new__"


def old_or_new(table: TableMeta, which: WhichRow) -> TableMeta:
    """Return the alias of a table that is its old, or its new row; the same one for each query."""
    known = table.old_new.get(which)
    if known is not None:
        return known
    owner: Any = table.ref.owner
    made = type(owner)(f"{which}({owner.__name__})", (owner,), {_MARK: which}, alias=which)
    return table.old_new.setdefault(which, made.__ferra_table__)


def which_row(table: TableRef) -> WhichRow | None:
    """Return which row of its table a table of RETURNING is, or None where it is no such alias."""
    which: WhichRow | None = vars(table.owner).get(_MARK)
    return which
