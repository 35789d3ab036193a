"""docs/sql.md: SQL and ours side by side, which give the same rows.

Below a block of SQL stands a block of Python: an expression alone on its top is the query that belongs to the next of
the statements. In a table each piece on the left is selected from `staff`, and the piece of the same place on the right
from `Staff`. All of it runs in the order of the page, in one namespace; what a query changes is undone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import pytest
from databases import fresh_database

from ferra_sync import Database, RowQuery
from ferra_sync import functions as fn
from ferra_sync import types as t

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text()
PIECE = re.compile(
    r"^```(?P<language>\w+)\n(?P<block>.*?)^```$"
    r"|^\| SELECT … FROM staff \| from_\(Staff\)\.select\(…\) \|\n\|---\|---\|\n(?P<lines>(?:\|[^\n]*\n)+)",
    re.DOTALL | re.MULTILINE,
)


class Step(NamedTuple):
    """A piece of Python, and the statement whose rows it gives; none where it is no query."""

    sql: str
    python: str


def steps_of(page: str) -> Iterator[Step]:
    statements: list[str] = []
    for piece in PIECE.finditer(page):
        if piece["lines"]:
            yield from steps_of_table(piece["lines"])
        elif piece["language"] == "sql":
            statements += [each.strip() for each in piece["block"].split(";")]
        else:
            for node in ast.parse(piece["block"]).body:
                yield Step(statements.pop(0) if isinstance(node, ast.Expr) else "", ast.unparse(node))
            assert not statements


def steps_of_table(lines: str) -> Iterator[Step]:
    for line in lines.splitlines():
        left, right = (re.findall(r"`([^`]+)`", cell) for cell in re.split(r"(?<!\\)\|", line)[1:3])
        for theirs, ours in zip(left, right, strict=True):
            sql, python = (each.replace("\\|", "|") for each in (theirs, ours))
            yield Step(f"SELECT {sql} FROM staff", f"from_(Staff).select({python})")


STEPS = list(steps_of(PAGE))
STATEMENTS = [step.sql for step in STEPS if step.sql]


@pytest.fixture(scope="module")
def page(server_url: str) -> Iterator[tuple[Database, list[RowQuery[Any]]]]:
    """The database of the page, and its queries."""
    with fresh_database(server_url) as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_URL", url)
        namespace: dict[str, Any] = {}
        queries = []
        for sql, python in STEPS:
            if sql:
                queries.append(eval(python, namespace))
            else:
                exec(python, namespace)
        with namespace["db"] as db:
            yield db, queries


def flat(rows: list[object]) -> list[tuple[object, ...]]:
    """Return rows as psycopg has them: a model is its columns, and one that is None as many of NULL."""
    items = [row if isinstance(row, tuple) else (row,) for row in rows]
    parts = [[attrs.astuple(item) if attrs.has(type(item)) else (item,) for item in row] for row in items]
    widths = [max(map(len, column)) for column in zip(*parts, strict=True)]
    return [sum(((part * width)[:width] for part, width in zip(row, widths, strict=True)), ()) for row in parts]


def told(rows: list[tuple[object, ...]], sql: str) -> list[list[tuple[str, object]]]:
    """Return rows with the class of each value, for 1 == True, and sorted where the statement has no order."""
    found = [[(type(value).__name__, value) for value in row] for row in rows]
    return found if is_ordered(sql) else sorted(found, key=repr)


def is_ordered(sql: str) -> bool:
    """Whether the statement says in which order its rows come, outside of all brackets."""
    while (rest := re.sub(r"\([^()]*\)", "", sql)) != sql:
        sql = rest
    return "ORDER BY" in sql


@pytest.mark.parametrize("number", range(len(STATEMENTS)), ids=[" ".join(sql.split()) for sql in STATEMENTS])
def test_ours_gives_the_rows_that_the_sql_gives(page: tuple[Database, list[RowQuery[Any]]], number: int) -> None:
    (db, queries), sql = page, STATEMENTS[number]
    with db.connection() as connection, connection.transaction(force_rollback=True):
        expected = connection.execute(sql.encode()).fetchall()
    with db.begin() as tx:
        rows = tx.fetch_all(queries[number])
    assert told(flat(rows), sql) == told(expected, sql)
    assert rows


def test_the_page_is_read_whole() -> None:
    assert PAGE.count("```") == 2 * len([piece for piece in PIECE.finditer(PAGE) if piece["language"]])
    assert PAGE.count("| SELECT … FROM staff |") == len([piece for piece in PIECE.finditer(PAGE) if piece["lines"]])


def test_every_function_is_called_on_the_page() -> None:
    assert set(fn.__all__) - set(re.findall(r"\bfn\.(\w+)\(", PAGE)) == set()


def test_every_type_is_named_on_the_page() -> None:
    assert {name for name in t.__all__ if name.islower()} - set(re.findall(r"\w+", PAGE)) == set()
