"""The statements that are found in a script are those that PostgreSQL finds: any script, judged by the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync.migrations._lexer import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTROL = ("COMMIT", "END", "ABORT", "ROLLBACK", "BEGIN", "START TRANSACTION", "COMMIT AND CHAIN", "rollback\nwork")
ENDS_OR_BEGINS = {"COMMIT", "ROLLBACK", "BEGIN", "START TRANSACTION"}

hostile = st.text(st.sampled_from("';\"$-\\*/ae1_\n\r\t\v\u00a0é"), max_size=8)


nested_comments = st.recursive(
    hostile.map(lambda text: "/*" + text.replace("/", "") + "*/"),
    lambda inner: st.tuples(hostile, inner, hostile).map(
        lambda parts: "/*{} {}{}*/".format(parts[0].replace("/", ""), parts[1], parts[2].replace("/", ""))
    ),
    max_leaves=3,
)
line_comments = hostile.map(lambda text: "--" + text.replace("\n", "").replace("\r", "")).flatmap(
    lambda text: st.sampled_from(["\n", "\r", "\r\n"]).map(lambda end: text + end)
)
blanks = st.lists(st.sampled_from([" ", "\n", "\r", "\t", "\f"]) | line_comments | nested_comments, max_size=3).map(
    lambda parts: " " + "".join(parts)
)
"""A minus or a slash before them would be another operator, so a space goes first."""
breaks = st.sampled_from(["\n", "\r", " \f\n\t", "--'; COMMIT;\n", " -- a\r--b'\n  "])
strings = hostile.map(lambda text: text.replace("'", "''"))
escaped = hostile.map(lambda text: text.replace("\\", "\\\\").replace("'", "\\'"))
plain_values = (
    strings.map("'{}'".format)
    | strings.map(lambda text: "U&'" + text.replace("\\", "\\\\") + "'")
    | st.tuples(strings, breaks, strings).map(lambda parts: "'{}'{}'{}'".format(*parts))
    | escaped.map("E'{}'".format)
    | st.tuples(escaped, breaks, escaped).map(lambda parts: "e'{}'{}'{}'".format(*parts))
    | hostile.map(lambda text: "$$" + text.replace("$", "") + "$$")
    | hostile.map("$é_1${} $$ $é $é_1$".format)
    | st.sampled_from(
        ["N'a;'", "1", "1.5e3", "2 -/**/-1", "3*/*;*/4", "'a'::\"text\"", "a$$.b$1 FROM (SELECT 1 AS b$1) a$$"]
    )
)
identifiers = hostile.map(lambda text: '"{}x"'.format(text.replace('"', '""'))) | st.sampled_from(
    ["begin", "a$b$", "é\u00a0"]
)
selects = st.tuples(blanks, plain_values, blanks).map(lambda parts: "SELECT{}{}{}".format(*parts)) | st.tuples(
    blanks, identifiers
).map(lambda parts: "SELECT 1 AS{}{}".format(*parts))
bodies = st.lists(selects | st.just("SELECT CASE WHEN true THEN 1 END AS case") | st.just(""), max_size=3).map(
    "; ".join
)
routines = st.tuples(st.sampled_from(["begin", "atomic", "f"]), blanks, bodies).map(
    lambda parts: "CREATE OR REPLACE PROCEDURE pg_temp.{}(begin int) BEGIN{} ATOMIC {}; END".format(*parts)
) | st.sampled_from(["begin", "commit"]).map(
    lambda name: f"CREATE OR REPLACE FUNCTION pg_temp.{name}() RETURNS int LANGUAGE sql AS 'SELECT 1;'"
)
rules = st.just("CREATE OR REPLACE RULE r AS ON DELETE TO pg_temp.t DO INSTEAD (SELECT 1; SELECT 2)")
others = st.sampled_from(["SAVEPOINT a", "", "SET LOCAL work_mem = '1MB'"])
scripts = st.lists(
    st.tuples(blanks, selects | routines | rules | others | st.sampled_from(CONTROL), blanks).map("".join), max_size=6
).map(";".join)


@pytest.fixture(scope="module")
def conn(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE t (); SET client_min_messages = error")
        yield connection


def run(conn: psycopg.Connection[Any], text: str) -> list[str]:
    """Send `text` as one message of the simple protocol; return the answer to each statement, up to an error."""
    conn.pgconn.send_query(text.encode())
    tags = []
    while result := conn.pgconn.get_result():
        if result.status in {psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK}:
            tags.append((result.command_status or b"").decode())
        elif result.status == psycopg.pq.ExecStatus.FATAL_ERROR:
            tags.append(f"error: {result.get_error_message()}")
    conn.rollback()
    return tags


@settings(max_examples=250, deadline=None)
@given(script=scripts)
def test_the_server_runs_as_many_statements_as_are_found_and_those_that_end_a_transaction_are_found(
    conn: psycopg.Connection[Any], script: str
) -> None:
    found = statements(script)
    tags = run(conn, script)
    kinds = [tag in ENDS_OR_BEGINS for tag in tags if not tag.startswith("error")]
    assert not any("syntax" in tag or "unterminated" in tag for tag in tags), tags
    assert kinds == [statement.controls_transaction for statement in found][: len(kinds)]
    assert len(tags) == len(found) or tags[-1].startswith("error")


pieces = st.sampled_from("'\";()\\a1é\u00a0\n\r  ") | st.sampled_from(
    ["$$", "$a$", "$1", "E'", "--", "/*", "*/", " SELECT ", "COMMIT", ";COMMIT;", "BEGIN", "END", " AS "]
)
soup = st.lists(pieces, max_size=16).map("".join)


@settings(max_examples=250, deadline=None)
@given(script=soup)
def test_what_the_server_can_read_at_all_is_read_as_the_server_reads_it(
    conn: psycopg.Connection[Any], script: str
) -> None:
    tags = run(conn, script)
    if not any(tag.startswith("error") for tag in tags):
        assert [tag in ENDS_OR_BEGINS for tag in tags] == [found.controls_transaction for found in statements(script)]
