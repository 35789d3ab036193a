"""Numbers of SQLite's in PostgreSQL's meaning: how they stand beside each other, and what is computed of them.

Whole numbers and scaled ones are integers. What has no fixed scale, such as a quotient or a product of numerics, is a
decimal: text that the collation `COLLATION` sorts, computed by the functions of `computing.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Final, NamedTuple

import attrs

from ferra_sync._sqlite.given import refused
from ferra_sync._sqlite.storage import DECIMAL, FLOAT, Storage

COLLATION: Final = "ferra_number"
"""What sorts the texts of decimals as the numbers that they spell."""

_MASKS: Final = {
    "&": "({0} & {1})",
    "|": "({0} | {1})",
    "#": "(({0} | {1}) & ~({0} & {1}))",
    "bit not": "(~ {0})",
}
_EXACT: Final = frozenset({"number", "decimal"})
_FLOATS: Final = frozenset({"float", "float4"})
_DAY: Final = 86_400_000_000
"""Microseconds."""


class Lowered(NamedTuple):
    """An expression of SQLite's, and how its values are kept."""

    sql: str
    storage: Storage


def common(storages: Iterable[Storage]) -> Storage:
    """Return how values are kept that may be of each of these; QueryError where there is no such way."""
    return reduce(_both, storages)


def _both(one: Storage, other: Storage) -> Storage:
    families = {one.family, other.family}
    if one.is_comparable_to(other):
        is_whole = one.bits and other.bits
        return max(one, other, key=lambda each: each.bits if is_whole else -each.bits)
    if families <= _EXACT:
        return DECIMAL
    if families <= _FLOATS or (families == {"number", "float"} and one.bits + other.bits):
        return FLOAT
    if families == {"date", "timestamp"}:
        return one if one.family == "timestamp" else other
    raise refused(f"{one.family} beside {other.family}")


def fitted(term: Lowered, to: Storage) -> str:
    """Return an expression as it is kept elsewhere, numbers rounded to its scale; QueryError where it cannot be."""
    sql, storage = term
    if storage.is_comparable_to(to):
        return sql
    match storage.family, to.family:
        case ("number", "decimal"):
            return f"ferra_decimal({sql}, {storage.scale})"
        case ("number" | "decimal", "number"):
            return f"ferra_scaled({decimal(term)}, {to.scale}, {to.digits})"
        case ("number", "float") if storage.bits:
            return f"CAST({sql} AS REAL)"
        case ("float4", "float"):
            return sql
        case ("date", "timestamp"):
            return f"({sql} * {_DAY})"
        case _:
            raise refused(f"{storage.family} beside {to.family}, or of another scale")


def decimal(term: Lowered) -> str:
    """Return a number as a decimal."""
    return fitted(term, DECIMAL)


def compared(term: Lowered, *others: str) -> str:
    """Return an expression as it is compared, with others or when it is sorted and grouped.

    SQLite compares by a collation that stands anywhere inside an expression: a text says that it has none of numbers.
    """
    sql, storage = term
    if storage.family == "decimal":
        return f"{sql} COLLATE {COLLATION}"
    is_text = storage.column == DECIMAL.column
    return f"{sql} COLLATE BINARY" if is_text and any(COLLATION in each for each in (sql, *others)) else sql


def computed(op: str, left: Lowered, right: Lowered) -> Lowered:
    """Return `left op right` of `+ - * / %`: out of range, and by zero, it is an error."""
    families = {left.storage.family, right.storage.family}
    if left.storage.bits and right.storage.bits:
        bits = max(left.storage.bits, right.storage.bits)
        wider = max(left.storage, right.storage, key=lambda each: each.bits)
        return Lowered(f"ferra_whole('{op}', {left.sql}, {right.sql}, {bits})", wider)
    if families <= _EXACT:
        return Lowered(f"ferra_exact('{op}', {decimal(left)}, {decimal(right)})", DECIMAL)
    if "float" in families and common([left.storage, right.storage]) is FLOAT and op != "%":
        return Lowered(f"ferra_float('{op}', {fitted(left, FLOAT)}, {fitted(right, FLOAT)})", FLOAT)
    raise refused(f"{' and '.join(sorted(families))} with {op}")


def masked(op: str, *terms: Lowered) -> Lowered:
    """Return what `&`, `|`, `#` or `~` makes of the bits of whole numbers."""
    if not all(term.storage.bits for term in terms):
        raise refused(f"{op} of {terms[0].storage.family}")
    wider = max((term.storage for term in terms), key=lambda each: each.bits)
    sqls = [term.sql for term in terms]
    return Lowered(_MASKS[op].format(*sqls), wider)


def negated(term: Lowered) -> Lowered:
    """Return `- term`."""
    sql, storage = term
    if storage.bits:
        return computed("-", Lowered("0", attrs.evolve(storage)), term)
    if storage.family in _EXACT:
        return Lowered(f"ferra_exact('-', '0', {decimal(term)})", DECIMAL)
    if storage.family in _FLOATS:
        return Lowered(f"(- {sql})", storage)
    raise refused(f"- of {storage.family}")


def ranged(term: Lowered, to: Storage) -> Lowered:
    """Return a number as another type of number: rounded, and an error where that has no such number."""
    if term.storage.family not in _EXACT or to.family not in _EXACT:
        return Lowered(fitted(term, to), to)
    if to.bits and term.storage.bits:
        is_sure = to.bits >= term.storage.bits
        return Lowered(term.sql if is_sure else f"ferra_whole('+', {term.sql}, 0, {to.bits})", to)
    if to.bits:
        return Lowered(f"ferra_whole('+', ferra_scaled({decimal(term)}, 0, 19), 0, {to.bits})", to)
    if to.family == "decimal":
        return Lowered(decimal(term), to)
    return Lowered(f"ferra_scaled({decimal(term)}, {to.scale}, {to.digits})", to)
