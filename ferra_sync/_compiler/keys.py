"""Statements about keys that are given as arrays: the row of each in their order, a key without one, hashes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pypika.terms import Term

from ferra_sync._compiler.bulk_insert import stored_type
from ferra_sync._compiler.bulk_shapes import KeysShape
from ferra_sync._compiler.compiled import Compiled, finished, result_term
from ferra_sync._compiler.expressions import Lowering, qualified_name
from ferra_sync._compiler.terms import Chain, Raw, Template, Unnest, listed
from ferra_sync._compiler.write import unnested_columns
from ferra_sync._expression.shapes import Items, result
from ferra_sync._expression.sqltypes import BIGINT
from ferra_sync._model.select_list import select_list

_ROWS: Final = "SELECT {} FROM {} LEFT JOIN {} ON {} ORDER BY {}"
_MISSING: Final = "SELECT {} FROM {} WHERE NOT EXISTS (SELECT FROM {} WHERE {}) ORDER BY {} LIMIT 1"
_HASHES: Final = "SELECT {} FROM {} ORDER BY {}"
_SEEDS: Final = (0, 1)
"""A hash is 64 bits: two are as good as the key itself."""


def compile_keys(shape: KeysShape) -> Compiled:
    """Return the statement that answers what is wanted of the keys."""
    lowering = Lowering((shape.table,))
    rows = Unnest(lowering.terms(shape.arrays), beside=shape.table.qualifier)
    given, unnested = unnested_columns(rows, shape.key), Raw(rows.get_sql())
    table = Raw(qualified_name(shape.table))
    pairs = zip(lowering.terms(shape.key), given, strict=True)
    is_row = Chain(" AND ", [Template("({} = {})", own, value) for own, value in pairs])
    match shape.wanted:
        case "rows":
            selected = select_list(shape.items)
            results = listed(result_term(item, lowering.term(item[0])) for item in selected.columns)
            statement = Template(_ROWS, results, unnested, table, is_row, rows.ordinal)
            return finished(statement, lowering, selected)
        case "missing":
            statement = Template(_MISSING, rows.ordinal, unnested, table, is_row, rows.ordinal)
            return finished(statement, lowering, select_list(_numbers(1)))
        case "hashes":
            hashes = list(_hashes(shape, given))
            statement = Template(_HASHES, listed(hashes), unnested, rows.ordinal)
            return finished(statement, lowering, select_list(_numbers(len(hashes))))


def _hashes(shape: KeysShape, given: list[Term]) -> Iterator[Term]:
    """Yield the hashes of each column, by the equality of the type that it is stored as, whatever type that is."""
    for value, ref in zip(given, shape.key, strict=True):
        for seed in _SEEDS:
            yield Template(f"hash_array_extended(ARRAY[CAST({{}} AS {{}})], {seed})", value, stored_type(ref))


def _numbers(count: int) -> Items:
    return tuple((result(f"number{at}"), BIGINT) for at in range(count))
