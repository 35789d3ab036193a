"""Every statement that any test compiles is also prepared by a real server, on tables as their declarations say.

`conftest.py` imports the two hooks and the fixture from here. Where a module's tests are over,
what was compiled meanwhile is sent as Parse messages, as psycopg sends it, in a schema that is rolled back. A statement
that the server refuses fails the run, unless its test is marked `refused_by_the_server`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg.pq import ExecStatus
from tables import create_tables

from ferra_sync import Derived, Table
from ferra_sync._compiler import compiler
from ferra_sync._compiler.compiled import Compiled
from ferra_sync._compiler.shapes import StatementShape
from ferra_sync._expression.references import TableRef
from ferra_sync._schema.table import Relation

MARK = "refused_by_the_server"


class Recorded(NamedTuple):
    """A statement, and the test that made it be compiled."""

    shape: StatementShape
    statement: Compiled
    test: str


class Recorder:
    """Keeps what is compiled, in place of the compiler's own functions."""

    def __init__(self) -> None:
        self._compiled: list[Recorded] = []
        self.refused: set[str] = set()

    def install(self) -> None:
        """Record from now on."""
        for name in ("rows", "count", "write", "bulk_insert", "merge"):
            original = getattr(compiler, f"compile_{name}")
            setattr(compiler, f"compile_{name}", self._recording(original))

    def take(self) -> list[Recorded]:
        """Return what was compiled since the last time."""
        taken, self._compiled = self._compiled, []
        return taken

    def _recording(self, original: Callable[[Any], Compiled]) -> Callable[[Any], Compiled]:
        def compile_and_record(shape: Any) -> Compiled:
            statement = original(shape)
            test = os.environ.get("PYTEST_CURRENT_TEST", "collection").rsplit(" ", 1)[0]
            self._compiled.append(Recorded(shape, statement, test))
            return statement

        return compile_and_record


RECORDER = Recorder()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARK}: the server is meant to refuse a statement of this test")
    RECORDER.install()


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker(MARK) is not None:
        RECORDER.refused.add(item.nodeid)


@pytest.fixture(scope="module", autouse=True)
def every_statement_is_prepared(server_url: str) -> Iterator[None]:
    yield
    taken = [each for each in RECORDER.take() if each.test not in RECORDER.refused]
    refused = list(refusals(server_url, taken)) if taken else []
    if refused:
        pytest.fail("\n\n".join([f"the server refuses {len(refused)} statement(s):", *refused]), pytrace=False)


def refusals(server_url: str, compiled: list[Recorded]) -> Iterator[str]:
    """Yield what the server says of each statement that it cannot prepare."""
    groups: dict[tuple[type[Relation], ...], list[Recorded]] = {}
    for each in compiled:
        groups.setdefault(_tables(each.shape), []).append(each)
    with psycopg.connect(server_url, autocommit=True) as connection:
        for tables, members in groups.items():
            yield from _refused(connection, tables, members)


def _refused(
    connection: psycopg.Connection[Any], tables: tuple[type[Relation], ...], members: list[Recorded]
) -> Iterator[str]:
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE SCHEMA prepared")
        connection.execute("SET LOCAL search_path = prepared, public")
        try:
            derived = [table for table in tables if issubclass(table, Derived)]
            own = [table for table in tables if issubclass(table, Table)]
            create_tables(connection, *own, derived=derived, foreign_keys=False)
        except psycopg.Error as error:
            yield f"{members[0].test}: its tables cannot be created: {error}"
            return
        for each in members:
            connection.execute("SAVEPOINT one")
            result = connection.pgconn.prepare(b"", each.statement.sql.encode())
            if result.status != ExecStatus.COMMAND_OK:
                yield f"{each.test}\n{each.statement.sql}\n{result.error_message.decode()}"
            connection.execute("ROLLBACK TO SAVEPOINT one")


def _tables(shape: StatementShape) -> tuple[type[Relation], ...]:
    """Return the classes of a statement's tables, each once, an alias as the table that it is of."""
    found, waiting = list[TableRef](), list[Any]([shape])
    while waiting:
        part = waiting.pop()
        if isinstance(part, TableRef):
            found.append(part)
        elif isinstance(part, tuple):
            waiting.extend(part)
    return tuple(dict.fromkeys(ref.declared_by for ref in found))
