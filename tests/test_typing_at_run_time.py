"""Where checkers infer in tests/typing that there may be None, the run time says so; where not, it never is.

Of each line `assert_type(db.fetch_all(query), list[…])` the query is built, and of each
`assert_type(expr, Expr[…])` the expression; what the asserted type says of None is compared with what the shape says.
"""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, Union, get_args, get_origin

import pytest
from none_in_rows import items_that_may_be_none

from ferra_sync._expression.nullability import may_be_null
from ferra_sync._query.query import RowQuery

HERE: Final = Path(__file__).parent / "typing"
SOURCES: Final = {file.name: file.read_text(encoding="utf-8") for file in sorted(HERE.glob("*.py"))}
REJECTED: Final = re.compile(r"# R\d+ ")
FETCHES: Final = frozenset({"fetch_all", "fetch_one", "fetch_value"})
EXPRESSIONS: Final = frozenset({"Expr", "Column"})
NEEDS_A_DATABASE: Final = frozenset({"Database", "PgRepository", "db"})
WIDER: Final = re.compile(r"\.nullable\(\)|\bmaybe\(|\bt\.nullable\(|\bcoalesce\(")
"""Where a type may have a None that the run time has not: by the author's own word, and of `coalesce(name, colour)`, of
which the types look at the last alone."""


class Claim(NamedTuple):
    """One `assert_type`: a query that is fetched, or an expression, and what it is said to be."""

    given: ast.expr
    fetch: str | None
    said: ast.expr
    text: str


def claims_of(source: str) -> Iterator[Claim]:
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name("assert_type"), args=[given, said]) if not REJECTED.search(
                lines[node.end_lineno - 1]
            ):
                text = ast.unparse(node)
            case _:
                continue
        match given, said:
            case ast.Call(func=ast.Attribute(attr=fetch), args=[query, *_], keywords=[]), _ if fetch in FETCHES:
                yield Claim(query, fetch, said, text)
            case _, ast.Subscript(value=ast.Name(name)) if name in EXPRESSIONS:
                yield Claim(given, None, said, text)


def names_of(source: str) -> dict[str, Any]:
    """Return what a file declares at its top, without what needs a database."""
    names: dict[str, Any] = {}
    for node in ast.parse(source).body:
        is_value = isinstance(node, (ast.Assign, ast.AnnAssign)) and not used(node) & NEEDS_A_DATABASE
        if is_value or isinstance(node, (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)):
            exec(compile(ast.Module([node], []), "<typing>", "exec"), names)
    return names


def used(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def evaluated(node: ast.expr, names: dict[str, Any]) -> Any:
    return eval(compile(ast.Expression(node), "<typing>", "eval"), names)


def admits_none(said: Any) -> bool:
    members = get_args(said) if get_origin(said) in {Union, types.UnionType} else (said,)
    return None in members or types.NoneType in members


def both_sides(claim: Claim, names: dict[str, Any]) -> list[tuple[bool, bool]]:
    """Return of each item whether it may be None at run time, and as its type says."""
    given, said = evaluated(claim.given, names), evaluated(claim.said, names)
    if claim.fetch is None:
        return [(may_be_null(given.shape, iter(given.params)), any(map(admits_none, get_args(said))))]
    assert isinstance(given, RowQuery), claim.text
    found = items_that_may_be_none(given)
    row = get_args(said)[0] if claim.fetch == "fetch_all" else said
    items = get_args(row) if len(found) > 1 else (row,)
    # Any is the type of a document, which says nothing of None.
    return [(may, may if each is Any else admits_none(each)) for may, each in zip(found, items, strict=True)]


def differences(source: str) -> Iterator[str]:
    names = names_of(source)
    for claim in claims_of(source):
        for place, (may, said) in enumerate(both_sides(claim, names), start=1):
            if may != said and not (said and WIDER.search(claim.text)):
                yield f"item {place} {'may' if may else 'can never'} be None: {claim.text}"


@pytest.mark.parametrize("name", [name for name, source in SOURCES.items() if any(claims_of(source))])
def test_what_checkers_infer_of_none_is_what_the_run_time_knows(name: str, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))

    assert list(differences(SOURCES[name])) == []


def test_every_line_that_fetches_rows_is_compared() -> None:
    everything = "\n".join(SOURCES.values())
    found = [claim for source in SOURCES.values() for claim in claims_of(source)]

    assert len([claim for claim in found if claim.fetch == "fetch_all"]) == len(
        re.findall(r"assert_type\(\s*\w+\.fetch_all\((?!.*\bas_=)", everything)
    )
    assert len([claim for claim in found if claim.fetch is None]) > 80
