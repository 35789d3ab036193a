"""Random UPDATEs, run on PostgreSQL and on SQLite over the same rows, and undone: each does the same, or is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any

from differential_sources import Source
from differential_terms import Terms
from random_queries import Answer, whole, worlds

from ferra_sync import QueryError, select, update
from ferra_sync.errors import Db


class Undo(Exception):  # noqa: N818 - it says what is to happen
    """Raised at the end of a transaction that is to leave nothing behind."""


def answers(server_url: str, cases: range, seed: int) -> Iterator[tuple[int, Answer]]:
    """Yield each case's number and what became of it."""
    for numbers, sources, both in worlds(server_url, cases, seed):
        for number in numbers:
            dice = Random(f"write {seed} {number}")
            one, other = dice.sample(sources, 2)
            written = _write(dice, one, other)
            if written is not None:
                yield number, _answer(written, select(whole(one)).order_by(one.id.expr), both)


def _write(dice: Random, one: Source, other: Source) -> Any:
    """Return an UPDATE of one table, or None where nothing fits the column."""
    reads_other = dice.random() < 0.5
    terms = Terms(dice, [*one.columns, *(other.columns if reads_other else ())])
    column = dice.choice(one.columns[2:])
    value, predicate = terms.of((column.kind.family,), 2), terms.predicate()
    if value is None:
        return None
    query: Any = update(one.table)
    if reads_other:
        query = query.from_(other.table).where(other.id.expr == one.columns[1].expr)
    query = query.where(predicate.expr).set(column.expr.to(value.expr))
    return query if reads_other else query.returning(whole(one))


def _answer(query: Any, rows: Any, both: tuple[Any, Any]) -> Answer:
    try:
        theirs, ours = (_outcome(db, query, rows) for db in both)
    except QueryError as error:
        return Answer(refusal=str(error))
    return Answer() if theirs == ours else Answer(f"{query.sql()}\n{ours}\n{theirs}")


def _outcome(db: Any, query: Any, rows: Any) -> Any:
    """Return what a write returned, or how many rows it affected, and the table then; or the kind of the error."""
    found: Any = None
    try:
        with suppress(Undo), db.transaction() as tx:
            made = tx.fetch_all(query) if hasattr(query, "items") else tx.execute(query)
            returned = sorted(made, key=lambda row: row.c0) if isinstance(made, list) else made
            found = returned, tx.fetch_all(rows)
            raise Undo
    except Db as error:
        return error.kind
    return found
