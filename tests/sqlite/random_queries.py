"""Random queries, asked of PostgreSQL and of SQLite over the same rows: each is answered alike, or refused by name.

`python tests/sqlite/random_queries.py --cases 10000` asks as many. The queries are those of tests/compiler.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

sys.path += [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "compiler")]

from databases import fresh_database, server_in_memory
from differential import CASES_OF_A_WORLD, Case, Writer, _of_ferra
from differential_sources import KINDS, Source, random_source
from tables import model_of

from ferra_sync import Database, FerraModel, QueryError, SqliteDatabase, select
from ferra_sync.errors import Db

_NAMES: Final = (
    *("smallint", "integer", "bigint", "numeric(8,2)", "double precision", "text", "varchar(6)"),
    *("boolean", "date", "timestamp", "timestamptz", "uuid", "jsonb", "mood"),
)
_KEPT: Final = [KINDS[name] for name in _NAMES]
_TABLES: Final = 4


class Answer(NamedTuple):
    """What became of a case: `difference` says how the answers differ, `refusal` why SQLite gave none."""

    difference: str | None = None
    refusal: str | None = None


def asked(postgres: Database, sqlite: SqliteDatabase, case: Case) -> Answer:
    """Ask both databases."""
    try:
        theirs: Any = list(postgres.fetch_all(case.query))
    except Db as error:
        theirs = error.kind
    try:
        ours: Any = list(sqlite.fetch_all(case.query))
    except QueryError as error:
        return Answer(refusal=str(error))
    except Db as error:
        ours = error.kind if isinstance(theirs, list) is False else f"{error}"
    if isinstance(theirs, list) and isinstance(ours, list):
        one, other = ([_of_ferra(row, case.items) for row in rows] for rows in (ours, theirs))
        same = one == other if case.is_sorted else Counter(map(repr, one)) == Counter(map(repr, other))
        return Answer() if same else Answer(f"{case.sql}\n{one}\n{other}")
    return Answer() if ours == theirs else Answer(f"{case.sql}\n{ours}\n{theirs}")


def answers(server_url: str, cases: range, seed: int) -> Iterator[tuple[int, Answer]]:
    """Yield each case's number and what became of it."""
    for numbers, sources, (postgres, sqlite) in worlds(server_url, cases, seed):
        for number in numbers:
            yield number, asked(postgres, sqlite, Writer(Random(f"{seed} {number}"), sources).case())


def worlds(
    server_url: str, cases: range, seed: int
) -> Iterator[tuple[range, Sequence[Source], tuple[Database, SqliteDatabase]]]:
    """Yield the numbers of the cases that share their tables, the tables, and both databases with these."""
    for world in range(cases.start // CASES_OF_A_WORLD, -(-cases.stop // CASES_OF_A_WORLD)):
        numbers = range(max(cases.start, world * CASES_OF_A_WORLD), min(cases.stop, (world + 1) * CASES_OF_A_WORLD))
        made = [random_source(Random(f"{seed} {world} {number}"), number, _KEPT) for number in range(_TABLES)]
        script = ["CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')", *(each for _, lines in made for each in lines)]
        sources = [source for source, _ in made]
        with _both(server_url, script, sources) as both:
            yield numbers, sources, both


@contextmanager
def _both(
    server_url: str, script: Sequence[str], sources: Sequence[Source]
) -> Iterator[tuple[Database, SqliteDatabase]]:
    with (
        fresh_database(server_url, script=";\n".join(script)) as url,
        Database.connect(url) as postgres,
        SqliteDatabase.connect() as sqlite,
    ):
        sqlite.create_tables(*(source.table for source in sources))
        for source in sources:
            model = whole(source)
            sqlite.repository(model).insert_many(postgres.fetch_all(select(model)))
        yield postgres, sqlite


@cache
def whole(source: Source) -> Any:
    """Return a model of all columns."""
    optional = {number: column.expr.ref.nullable for number, column in enumerate(source.columns)}
    fields = {
        f"c{number}": column.kind.cls | None if optional[number] else column.kind.cls
        for number, column in enumerate(source.columns)
    }
    return model_of(FerraModel[source.table], **fields)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    refusals: Counter[str] = Counter()
    found = []
    with server_in_memory() as server:
        for number, answer in answers(server.url, range(options.cases), options.seed):
            if answer.refusal is not None:
                refusals[answer.refusal] += 1
            elif answer.difference is not None:
                found.append(f"seed {options.seed}, case {number}:\n{answer.difference}")
    print(*found, *(f"{count} {words}" for words, count in refusals.most_common()), sep="\n\n")  # noqa: T201 - its answer
    print(f"{len(found)} of {options.cases} cases differ, {refusals.total()} are refused")  # noqa: T201
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
