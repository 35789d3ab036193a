"""The shapes of statements over many rows, or keys, that are given as arrays."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal, NamedTuple, TypeAlias

from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.shapes import Items
from ferra_sync._expression.sqltypes import SqlType


class BulkInsertShape(NamedTuple):
    """An INSERT of arrays whose rows come back in the order of the arrays.

    `generated` are the key columns that the server fills in, each with the expression that does; `key` tells the rows
    apart.
    """

    table: TableRef
    columns: tuple[ColumnRef, ...]
    arrays: tuple[SqlType[Any], ...]
    generated: tuple[tuple[ColumnRef, Hashable], ...]
    key: tuple[ColumnRef, ...]
    returning: Items = ()
    overriding: bool = False


class MergeShape(NamedTuple):
    """An INSERT of arrays, spelled as MERGE, whose rows come back each with its place in the arrays."""

    table: TableRef
    columns: tuple[ColumnRef, ...]
    arrays: tuple[SqlType[Any], ...]
    returning: Items = ()


class UpsertShape(NamedTuple):
    """An INSERT of rows that sets, where the key is there, what differs, and answers what became of each.

    `values` are arrays, one for each column, and the answer is a letter for each row (`i`: it was inserted, `u`: it was
    updated, `s`: it is the same) and whether every row written was known by its key; or, where it `is_single`, they are
    the values of one row, and the answer is whether that was inserted: nothing where nothing was written. `compared`
    are the columns of which one must differ, all rows are set without; `version` is one that must not. `sees_old`: the
    server's RETURNING knows the row that was there.
    """

    table: TableRef
    columns: tuple[ColumnRef, ...]
    values: tuple[SqlType[Any], ...]
    key: tuple[ColumnRef, ...]
    assignments: tuple[tuple[ColumnRef, Hashable], ...]
    compared: tuple[ColumnRef, ...]
    sees_old: bool
    is_single: bool
    overriding: bool = False
    version: ColumnRef | None = None


class BulkUpdateShape(NamedTuple):
    """An UPDATE of rows by key, each to values of its own, which are given as arrays: `excluded` is such a value."""

    table: TableRef
    columns: tuple[ColumnRef, ...]
    arrays: tuple[SqlType[Any], ...]
    key: tuple[ColumnRef, ...]
    assignments: tuple[tuple[ColumnRef, Hashable], ...]


class KeysShape(NamedTuple):
    """What there is of keys that are given as arrays, one for each column of `key`.

    `rows`: the items of the row of each, in the order of the keys, NULL where there is none; `missing`: the place, from
    1, of the first that has no row; `hashes`: two numbers for each column of each key, which equal keys have in common.
    """

    table: TableRef
    key: tuple[ColumnRef, ...]
    arrays: tuple[SqlType[Any], ...]
    wanted: Literal["rows", "missing", "hashes"]
    items: Items = ()


BulkShape: TypeAlias = BulkInsertShape | MergeShape | UpsertShape | BulkUpdateShape | KeysShape
"""A statement over rows, or keys, that are given as arrays."""
