"""Random derived tables, each said twice: in FROM, in WITH, recursive, beside another table, or of values.

What ferra_sync puts into WITH the judge says in FROM. No two rows of one have one id.
"""

from __future__ import annotations

from random import Random
from typing import Any

import attrs
from differential_sources import Source, Term, literal
from differential_terms import Terms
from tables import model_of

from ferra_sync import Derived, FerraModel, from_
from ferra_sync import types as t
from ferra_sync._expression.identifiers import quoted

_INSIDE = 10
"""Added to the number of a derived table: that of one that it is made of."""


def derived(dice: Random, source: Source, number: int) -> Source:
    """Return rows of `source`, or of a table that is derived from it, as a table of their own, made in one way."""
    if number < _INSIDE and dice.random() < 0.3:
        source = derived(dice, source, number + _INSIDE)
    made = _declared(source, number)
    # Only a table pads its texts, and only a statement with a table of its type shows what an enum is.
    is_of_tables = any(column.kind.family in {"char", "enum"} for column in source.columns)
    ways = [_of, _cte, _union, _recursive] if is_of_tables else [_of, _cte, _union, _recursive, _values]
    rows, sql = dice.choice(ways)(dice, source, made)
    return attrs.evolve(made, made=rows, spelled=f'({sql}) AS "{made.name}"({_names(source)})')


def lateral(dice: Random, source: Source, number: int, outer: Source) -> Source:
    """Return the rows of `source` that go with each row of `outer`."""
    made = _declared(source, number)
    predicate = Terms(dice, [*source.columns, *outer.columns]).predicate()
    query = from_(source.rows).correlate(outer.table).where(predicate.expr).select(*_columns(source))
    sql = f"LATERAL ({_selected(source)} WHERE {predicate.sql})"
    return attrs.evolve(made, made=made.table.lateral(query), spelled=f'{sql} AS "{made.name}"({_names(source)})')


def _declared(source: Source, number: int) -> Source:
    """Return a class that has the columns of `source`, without what makes its rows."""
    name = f"d{number}"
    body, fields = dict[str, Any](), dict[str, Any]()
    for position, column in enumerate(source.columns):
        declaration = column.kind.declare()
        declaration.options["name"] = column.expr.name
        body[f"c{position}"] = t.nullable(declaration) if column.expr.ref.nullable else declaration
        if column.expr.name in source.fields:
            fields[f"c{position}"] = column.kind.cls | None if column.expr.ref.nullable else column.kind.cls
    table: Any = type(f"D{number}", (Derived,), body, name=name)  # type: ignore[call-overload] # Derived's keyword
    columns = tuple(
        Term(getattr(table, f"c{position}"), f"{quoted(name)}.{quoted(column.expr.name)}", column.kind, plain=True)
        for position, column in enumerate(source.columns)
    )
    names = tuple(column.expr.name for column in source.columns if column.expr.name in source.fields)
    return Source(name, table, model_of(FerraModel[table], **fields), names, columns)


def _of(dice: Random, source: Source, made: Source) -> tuple[Any, str]:
    query, sql = _some(dice, source)
    return made.table.of(query), sql


def _cte(dice: Random, source: Source, made: Source) -> tuple[Any, str]:
    query, sql = _some(dice, source)
    return made.table.cte(query, materialized=dice.choice([None, True, False])), sql


def _some(dice: Random, source: Source) -> tuple[Any, str]:
    predicate = Terms(dice, source.columns).predicate()
    query = from_(source.rows).where(predicate.expr)
    sql = f"{_selected(source)} WHERE {predicate.sql}"
    if dice.random() < 0.3:
        number = dice.randint(0, 6)
        query, sql = query.order_by(source.id.expr).limit(number), f"{sql} ORDER BY {source.id.sql} LIMIT {number}"
    return query.select(*_columns(source)), sql


def _union(dice: Random, source: Source, made: Source) -> tuple[Any, str]:
    number, key = dice.randint(0, 8), source.id
    low = from_(source.rows).where(key.expr < number).select(*_columns(source))
    high = from_(source.rows).where(key.expr > number).select(*_columns(source))
    sql = f"{_selected(source)} WHERE {key.sql} < {number} UNION ALL {_selected(source)} WHERE {key.sql} > {number}"
    return (made.table.of if dice.random() < 0.5 else made.table.cte)(low.union_all(high)), sql


def _recursive(dice: Random, source: Source, made: Source) -> tuple[Any, str]:
    """Return the row of an id, and over again that of the next one but some."""
    start, step, end = dice.randint(0, 4), dice.randint(1, 3), dice.randint(3, 12)
    key, last = source.id, made.id
    rows = made.table.recursive(
        from_(source.rows).where(key.expr == start).select(*_columns(source)),
        lambda made_last: (
            from_(source.rows)
            .inner_join(made_last, on=key.expr == last.expr + step)
            .where(last.expr < end)
            .select(*_columns(source))
        ),
    )
    sql = (
        f'WITH RECURSIVE "{made.name}"({_names(source)}) AS ({_selected(source)} WHERE {key.sql} = {start} UNION ALL '
        f'{_selected(source)} JOIN "{made.name}" ON {key.sql} = {last.sql} + {step} WHERE {last.sql} < {end}) '
        f'SELECT * FROM "{made.name}"'
    )
    return rows, sql


def _values(dice: Random, source: Source, made: Source) -> tuple[Any, str]:
    rows = []
    for number in range(dice.randint(0, 5)):
        others = [
            None if column.expr.ref.nullable and dice.random() < 0.4 else dice.choice(column.kind.values)
            for column in source.columns[1:]
        ]
        rows.append((number, *others))
    if not rows:
        return made.table.values(rows), f"{_selected(source)} WHERE false"
    listed = (
        f"({', '.join(literal(value, column.kind) for value, column in zip(row, source.columns, strict=True))})"
        for row in rows
    )
    return made.table.values(rows), f"VALUES {', '.join(listed)}"


def _columns(source: Source) -> list[Any]:
    return [column.expr for column in source.columns]


def _selected(source: Source) -> str:
    return f"SELECT {', '.join(column.sql for column in source.columns)} FROM {source.sql}"


def _names(source: Source) -> str:
    return ", ".join(quoted(column.expr.name) for column in source.columns)
