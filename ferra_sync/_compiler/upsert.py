"""The INSERT that sets what differs where the key is there, and says of each row what became of it.

    WITH source AS (… ordinal), written AS (INSERT … SELECT … ON CONFLICT (…) DO UPDATE SET … WHERE … RETURNING …)
    SELECT a letter for each row of source, by its key in written

Whether anything differs the stored bytes say, `*<>`: not every type has an equality, and citext's takes no notice of
case. A row is new where its `xmax` is 0, for one that was updated was locked before; from PostgreSQL 18 on RETURNING
has the old row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pypika.terms import Term

from ferra_sync._compiler.bulk_insert import stored_type
from ferra_sync._compiler.bulk_shapes import UpsertShape
from ferra_sync._compiler.compiled import Compiled, finished
from ferra_sync._compiler.expressions import Lowering, column_term, qualified_name
from ferra_sync._compiler.terms import Chain, Raw, Template, Unnest, listed
from ferra_sync._compiler.write import unnested_columns
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import excluded, result
from ferra_sync._expression.sqltypes import BOOLEAN, TEXT
from ferra_sync._model.select_list import select_list

_OUTCOMES: Final = (
    'WITH "source" AS (SELECT {}, {} FROM {}), "written" AS ({}) SELECT '
    """string_agg(CASE WHEN "is new" THEN 'i' WHEN "is new" IS NULL THEN 's' ELSE 'u' END, '' ORDER BY "ordinal"), """
    'count("is new") = (SELECT count(*) FROM "written") FROM "source" LEFT JOIN "written" ON {}'
)
_ARRAYS: Final = select_list(((result("outcomes"), TEXT), (result("known"), BOOLEAN)))
_SINGLE: Final = select_list(((result("is new"), BOOLEAN),))
_OLD: Final = quoted("the old row")


def compile_upsert(shape: UpsertShape) -> Compiled:
    """Return the statement of an upsert of arrays, or of one row."""
    lowering = Lowering((shape.table,))
    values = lowering.terms(shape.values)
    if shape.is_single:
        insert = _insert(shape, lowering, Template("VALUES {}", Chain(", ", values)), ())
        return finished(insert, lowering, _SINGLE)
    rows = Unnest(values)
    names = [rows.name(number) for number in range(len(values))]
    columns = unnested_columns(rows, shape.columns)
    named = [Template("{} AS {}", term, Raw(quoted(name))) for name, term in zip(names, columns, strict=True)]
    source = Template('SELECT {} FROM "source" ORDER BY "source"."ordinal"', listed(map(_of_source, names)))
    insert = _insert(shape, lowering, source, shape.key)
    origin = dict(zip(shape.columns, names, strict=True))
    matches = [_is_key(at, ref, origin[ref]) for at, ref in enumerate(shape.key)]
    outcomes = Template(_OUTCOMES, listed(named), rows.ordinal, Raw(rows.get_sql()), insert, Chain(" AND ", matches))
    return finished(outcomes, lowering, _ARRAYS)


def _insert(shape: UpsertShape, lowering: Lowering, rows: Term, returned: Iterable[ColumnRef]) -> Term:
    """Return the INSERT of `rows`, whose RETURNING has these columns, and whether the row is new."""
    old, new = _is_new(shape)
    keys = [Template("{} AS {}", _own(shape, ref), Raw(_key_name(at))) for at, ref in enumerate(returned)]
    return Template(
        "INSERT INTO {} ({}){} {} ON CONFLICT ({}) DO {} RETURNING{} {}",
        Raw(qualified_name(shape.table)),
        _names(shape.columns),
        Raw(" OVERRIDING SYSTEM VALUE" if shape.overriding else ""),
        rows,
        _names(shape.key),
        _update(shape, lowering),
        old,
        listed([*keys, new]),
    )


def _is_new(shape: UpsertShape) -> tuple[Term, Term]:
    """Return what RETURNING begins with, and what tells whether a row is new."""
    if shape.sees_old:
        is_new = Raw(f'({_OLD}.{quoted(shape.key[0].name)} IS NULL) AS "is new"')
        return Raw(f" WITH (OLD AS {_OLD})"), is_new
    return Raw(""), Raw(f'({quoted(shape.table.qualifier)}."xmax" = 0) AS "is new"')


def _update(shape: UpsertShape, lowering: Lowering) -> Term:
    if not shape.assignments:
        return Raw("NOTHING")
    assigned = listed(
        Template("{} = {}", Raw(quoted(ref.name)), lowering.term(value)) for ref, value in shape.assignments
    )
    if not shape.compared:
        return Template("UPDATE SET {}", assigned)
    stored = listed(_own(shape, ref) for ref in shape.compared)
    given = listed(Raw(f"excluded.{quoted(ref.name)}") for ref in shape.compared)
    differs = Template("UPDATE SET {} WHERE ROW({})::record *<> ROW({})::record", assigned, stored, given)
    if shape.version is None:
        return differs
    return Template("{} AND {} = {}", differs, _own(shape, shape.version), lowering.term(excluded(shape.version)))


def _is_key(at: int, ref: ColumnRef, name: str) -> Term:
    """Return the condition that a row was written with a key; the server may have rounded it, as numeric(8,2) does."""
    written = column_term(f'"written".{_key_name(at)}', ref)
    return Template("({} = CAST({} AS {}))", written, _of_source(name), stored_type(ref))


def _own(shape: UpsertShape, ref: ColumnRef) -> Term:
    return Raw(f"{quoted(shape.table.qualifier)}.{quoted(ref.name)}")


def _of_source(name: str) -> Term:
    return Raw(f'"source".{quoted(name)}')


def _key_name(at: int) -> str:
    return f'"k{at + 1}"'


def _names(columns: Iterable[ColumnRef]) -> Term:
    return listed(Raw(quoted(ref.name)) for ref in columns)
